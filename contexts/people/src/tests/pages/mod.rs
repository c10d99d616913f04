//! The pages over HTTP, without a network.

mod accounts;
mod background;
mod entry;
mod look;
mod trail;
mod units;
mod workdays;

use std::sync::Arc;

use db::{Db, Stream};
use kernel::{FixedClock, Role, SeededRng, UnitId};
use testkit::Client;
use tokio::runtime::Runtime;
use web::{App, Config};

use super::{Cast, TODAY};
use crate::accounts::{NewAccount, create, hash};
use crate::units::UnitKind;

/// The tables of pages under test.
const STREAMS: &[Stream] = &[web::STREAM, jobs::STREAM, crate::STREAM];

/// What setup asks for.
const CODE: &str = "123-456-789";

/// Everybody's password.
const PASSWORD: &str = "four plain words here";

/// A site and its clock.
struct Site {
    router: axum::Router,
    runtime: Runtime,
    clock: Arc<FixedClock>,
}

impl Site {
    fn new(db: &Db) -> Self {
        let clock = Arc::new(FixedClock::at(TODAY));
        let config = Config {
            db: db.clone(),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(77)),
            seal: std::sync::Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            authenticate: crate::authenticate,
            note_visit: crate::note_visit,
            district: crate::district,
            setup_code: CODE.into(),
        };
        let (_, router) = App::router(config, vec![crate::module()]).unwrap();
        Self { router, runtime: Runtime::new().unwrap(), clock }
    }

    fn visitor(&self) -> Client {
        Client::new(&self.router, self.runtime.handle())
    }

    fn signed_in(&self, login: &str) -> Client {
        let mut client = self.visitor();
        client.get("/login").is(200);
        client.post("/login", &[("login", login), ("password", PASSWORD)]).is(303);
        client
    }
}

/// A founded district whose accounts really sign in: `admin`, `kexie` (coordinator of the district),
/// `li` (editor in 教育局), `wang` (editor in 民政局).
struct Town {
    cast: Cast,
    site: Site,
    edu: UnitId,
    civil: UnitId,
}

impl Town {
    fn of(db: &Db) -> Self {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "区教育局", None);
        let civil = cast.unit(db, UnitKind::Department, "区民政局", None);
        let root = cast.founded.root.clone();
        let password = hash(PASSWORD, &SeededRng::new(5)).unwrap();
        let people = [
            ("boss", Role::Administrator, &root),
            ("kexie", Role::Coordinator, &root),
            ("li", Role::Editor, &edu),
            ("wang", Role::Editor, &civil),
        ];
        for (login, role, unit) in people {
            let (password, unit) = (password.clone(), unit.clone());
            cast.act(db, move |tx, by| {
                let new = NewAccount {
                    login: login.into(),
                    name: format!("演员{login}"),
                    unit: Some(unit.clone()),
                    password: password.clone(),
                    must_change_password: false,
                    roles: vec![(role, unit.clone())],
                };
                create(tx, by, new)
            })
            .unwrap();
        }
        let site = Site::new(db);
        Self { cast, site, edu, civil }
    }
}
