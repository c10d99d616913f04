//! An empty database on a server, for as long as a test needs it.

use kernel::{Rng, SystemRng};

use crate::postgres::Session;
use crate::{Error, Target};

/// A new, empty database; dropped with this value, after whatever opened it was closed.
pub struct Scratch {
    server: Session,
    name: String,
    target: Target,
}

impl Scratch {
    /// Creates it on the server at `address`, whose user may create databases.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub fn create(address: &str) -> Result<Self, Error> {
        let mut server = Session::new(address, false)?;
        let name = format!("scratch_{}", SystemRng.token());
        server.connect()?;
        // The letters' order is that of their bytes, as in SQLite.
        server.script(&format!("create database {name} template template0 encoding 'UTF8' locale 'C'"))?;
        Ok(Self { server, target: Target::Postgres(database_at(address, &name)), name })
    }

    /// What to open.
    pub const fn target(&self) -> &Target {
        &self.target
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.server.script(&format!("drop database {} with (force)", self.name)) {
            tracing::warn!(%error, name = self.name, "a scratch database stays behind");
        }
    }
}

/// The same server's address with another database.
fn database_at(address: &str, name: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return format!("{address} dbname={name}");
    };
    let (path, options) =
        rest.split_once('?').map_or((rest, String::new()), |(path, options)| (path, format!("?{options}")));
    let server = path.split_once('/').map_or(path, |(server, _)| server);
    format!("{scheme}://{server}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use super::database_at;

    #[test]
    fn only_the_database_of_an_address_changes() {
        assert_eq!(database_at("postgres://u@h:5/postgres?a=b", "x"), "postgres://u@h:5/x?a=b");
        assert_eq!(database_at("postgresql://u@h", "x"), "postgresql://u@h/x");
        assert_eq!(database_at("host=/run user=u", "x"), "host=/run user=u dbname=x");
    }
}
