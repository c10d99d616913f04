//! Commands that show: routes, columns, the state of the installation.

use db::{Db, Target};
use kernel::{Permission, SystemRng};
use merkle::SigningKey;

use crate::compose::{self, Parts};
use crate::config::{Site, Store};

/// Every route as a line of a Markdown table: method, path, permission, largest body.
pub fn routes() -> Result<(), String> {
    let scratch = Scratch::new()?;
    let db = compose::open(&Target::Sqlite(scratch.0.join("qilin.db")))?;
    let (app, _) = compose::router(Parts::of_site(db, SigningKey::new(&SystemRng), &Site::default())?)?;
    println!("| method | path | who | largest body |\n|---|---|---|---|");
    let mut routes = app.routes().to_vec();
    routes.sort_by_key(|route| (route.path, route.method.to_string()));
    for route in routes {
        let who = who(route.permission);
        println!("| {} | `{}` | {who} | {} KiB |", route.method, route.path, route.max_body >> 10);
    }
    Ok(())
}

fn who(permission: Permission) -> String {
    match permission {
        Permission::Public => "everybody".to_owned(),
        Permission::SignedIn => "whoever is signed in".to_owned(),
        Permission::Roles(roles) => roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(", "),
    }
}

/// Every column with its class, as the contexts classify them.
pub fn columns() -> Result<(), String> {
    println!("| column | class | kept | exported |\n|---|---|---|---|");
    for column in crate::compose::columns()? {
        println!(
            "| `{}.{}` | {} | {} | {} |",
            column.table, column.name, column.class, column.retention, column.export
        );
    }
    Ok(())
}

/// What is well and what is not. Changes nothing.
pub fn doctor(store: &Store) -> Result<(), String> {
    let db = look(&store.existing(super::FOLDER)?)?;
    let damage = db.check().unwrap_or_else(|refusal| vec![refusal.to_string()]);
    if !damage.is_empty() {
        return Err(format!(
            "The database is damaged. Stop the program and restore the last backup.\n{}",
            damage.join("\n")
        ));
    }
    let to_come = db.steps_to_come(&compose::streams()).map_err(|refusal| refusal.to_string())?;
    if to_come.is_empty() {
        println!("The database is whole and its tables are up to date.");
    } else {
        println!(
            "The database is whole. This program will bring its tables up to date at the next start: {}",
            to_come.join(", ")
        );
    }
    Ok(())
}

/// Opens a database that is there, only for reading.
pub(super) fn look(target: &Target) -> Result<Db, String> {
    Db::look(target).map_err(|error| format!("The database cannot be opened, or is damaged: {error}"))
}

/// A folder that is gone when it is dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("qilin-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
