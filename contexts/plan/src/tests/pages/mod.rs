//! The pages of this context over HTTP, on both databases.

mod annual;
mod desk;
mod draft;
mod face;
mod inspection;
mod letters;
mod supervision;
mod units;

use db::{Db, Stream};
use kernel::{Actor, Caller, Grant, Role, UnitId};
use people::accounts::{NewAccount, password::hash};
use testkit::Client;
use web::{App, Config};

use super::{Cast, TEXT};

/// The tables of the whole site.
const STREAMS: &[Stream] =
    &[web::STREAM, jobs::STREAM, evidence::LOG_STREAM, people::STREAM, evidence::STREAM, crate::STREAM];
const PASSWORD: &str = "long enough for anybody";

/// A site on a database, with a worker for what happens after the answer.
struct Site {
    cast: Cast,
    db: Db,
    router: axum::Router,
    runtime: tokio::runtime::Runtime,
}

impl Site {
    fn open(db: &Db) -> Self {
        let cast = Cast::of(db);
        let (clock, rng) = (cast.coordinator.clock.clone(), cast.coordinator.rng.clone());
        let config = Config {
            db: db.clone(),
            clock,
            rng,
            seal: std::sync::Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            authenticate: people::authenticate,
            note_visit: people::note_visit,
            district: people::district,
            setup_code: String::new(),
        };
        let modules = vec![people::module(), evidence::module(), crate::module()];
        let (_, router) = App::router(config, modules).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { cast, db: db.clone(), router, runtime: runtime.unwrap() }
    }

    /// Does what waits in the queue.
    fn work(&self) {
        let by = &self.cast.coordinator;
        let worker = jobs::Worker::new(
            self.db.clone(),
            vec![crate::jobs()],
            by.clock.clone(),
            by.rng.clone(),
            by.seal.clone(),
        );
        worker.run_due().unwrap();
    }

    fn visitor(&self) -> Client {
        Client::new(&self.router, self.runtime.handle())
    }

    /// A person with one role, signed in.
    fn sign_in(&self, login: &str, role: Role, unit: &UnitId) -> Client {
        let mut boss: Caller = self.cast.coordinator.clone();
        let reach = std::collections::BTreeSet::from([unit.clone()]);
        let grant = Grant { role: Role::Administrator, unit: unit.clone(), reach };
        boss.actor = Actor { grants: vec![grant], ..boss.actor };
        let new = NewAccount {
            login: login.into(),
            name: format!("人{login}"),
            unit: Some(unit.clone()),
            password: hash(PASSWORD, &*boss.rng).unwrap(),
            must_change_password: false,
            roles: vec![(role, unit.clone())],
        };
        super::as_caller(&self.db, &boss, move |tx, by| people::accounts::create(tx, by, new.clone()))
            .unwrap();
        let mut client = self.visitor();
        client.get("/login");
        client.post("/login", &[("login", login), ("password", PASSWORD)]).is(303);
        client
    }

    fn coordinator(&self) -> Client {
        let unit = self.cast.unit("science_association");
        self.sign_in("keeper", Role::Coordinator, &unit)
    }

    fn editor(&self) -> Client {
        let unit = self.cast.unit("education");
        self.sign_in("writer", Role::Editor, &unit)
    }

    /// Uploads the demonstration plan and has it read; gives the draft's address.
    fn draft(&self, client: &mut Client) -> String {
        client.get("/desk/plan/documents").is(200);
        let sent = client.upload("/desk/plan/documents", &[], &[("file", "方案.txt", TEXT.as_bytes())]);
        sent.is(303);
        self.work();
        let page = client.follow(&sent);
        let start = page.text.find("/desk/plan/versions/0").unwrap_or_else(|| panic!("{}", page.readable()));
        page.text[start..].split(['"', '?']).next().unwrap().to_owned()
    }
}
