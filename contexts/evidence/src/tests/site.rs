//! The site with its people signed in, over HTTP.

use db::{Db, Stream};
use kernel::{Role, UnitId};
use people::accounts::{NewAccount, password::hash};
use testkit::Client;
use web::{App, Config};

use super::cast::{Cast, act};

/// The tables of the whole site.
pub const STREAMS: &[Stream] = &[web::STREAM, jobs::STREAM, merkle::STREAM, people::STREAM, crate::STREAM];

const PASSWORD: &str = "long enough for anybody";

/// A site on a database.
pub struct Site {
    pub cast: Cast,
    db: Db,
    pub router: axum::Router,
    pub runtime: tokio::runtime::Runtime,
}

impl Site {
    pub fn open(db: &Db) -> Self {
        let cast = Cast::found(db);
        let config = Config {
            db: db.clone(),
            clock: cast.editor().clock,
            rng: cast.editor().rng,
            seal: std::sync::Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            authenticate: people::authenticate,
            note_visit: people::note_visit,
            district: people::district,
            setup_code: String::new(),
        };
        let (_, router) = App::router(config, vec![people::module(), crate::module()]).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { cast, db: db.clone(), router, runtime: runtime.unwrap() }
    }

    /// A person with one role, signed in.
    pub fn sign_in(&self, login: &str, role: Role, unit: &UnitId) -> Client {
        let new = NewAccount {
            login: login.into(),
            name: format!("人{login}"),
            unit: Some(unit.clone()),
            password: hash(PASSWORD, &*self.cast.editor().rng).unwrap(),
            must_change_password: false,
            roles: vec![(role, unit.clone())],
        };
        let boss = self.cast.by("boss", &[(Role::Administrator, unit)]);
        act(&self.db, &boss, move |tx, by| people::accounts::create(tx, by, new.clone())).unwrap();
        let mut client = Client::new(&self.router, self.runtime.handle());
        client.get("/login");
        let answer = client.post("/login", &[("login", login), ("password", PASSWORD)]);
        answer.is(303);
        client
    }

    /// The writer of the health bureau.
    pub fn editor(&self) -> Client {
        self.sign_in("editor1", Role::Editor, &self.cast.health)
    }

    /// The verifier of the health bureau.
    pub fn verifier(&self) -> Client {
        self.sign_in("verifier1", Role::Verifier, &self.cast.health)
    }

    /// A form filled as on a phone.
    pub fn lecture(&self) -> Vec<(&'static str, String)> {
        vec![
            ("kind", "lecture".into()),
            ("title", "野生菌怎么认".into()),
            ("on", "2025-06-01".into()),
            ("minutes", "90".into()),
            ("town", self.cast.towns[0].to_string()),
            ("heads_elderly", "46".into()),
            ("method", "sign_in_sheet".into()),
            ("purpose", "m1".into()),
            ("host", self.cast.health.to_string()),
            ("then", "submit".into()),
        ]
    }
}

/// Fields as the client takes them.
pub fn fields<'a>(all: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    all.iter().map(|(name, text)| (*name, text.as_str())).collect()
}
