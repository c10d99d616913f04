//! A whole program in memory for tests that cross contexts: a founded district and a small cast.

use std::sync::Arc;

use axum::Router;
use db::{Db, Target};
use kernel::{Actor, Caller, FixedClock, Role, SeededRng, UnitId};
use people::accounts::{self, NewAccount, PasswordHash};
use people::setup::{Founded, NewDistrict};
use people::units::{NewUnit, UnitKind};
use server::compose::{self, Parts};
use testkit::Client;
use tokio::runtime::Runtime;

/// The password of the whole cast.
pub const PASSWORD: &str = "korrekt-pferd-2025";

/// What carries messages further: nowhere within, and the tests' district has no channel.
pub fn carriers() -> messages::Carriers {
    compose::carriers(messages::Outward::allowing("").unwrap(), "").unwrap()
}

/// The program with its cast.
pub struct Town {
    /// The database.
    pub db: Db,
    /// The time; noon of 2025-09-01 at first.
    pub clock: Arc<FixedClock>,
    /// All pages.
    pub router: Router,
    /// The application.
    pub app: Arc<web::App>,
    /// Where requests run.
    pub runtime: Runtime,
    /// What was founded.
    pub founded: Founded,
    /// The health bureau, in which the cast works.
    pub health: UnitId,
    /// A second bureau, in which nobody of the cast works but `stranger`.
    pub school: UnitId,
    /// A town.
    pub town: UnitId,
    /// Keeps the folder while the program lives.
    pub folder: tempfile::TempDir,
}

impl Town {
    /// On the embedded database.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("qilin.db"));
        Self::at(&target, folder)
    }

    /// On any empty database.
    pub fn at(target: &Target, folder: tempfile::TempDir) -> Self {
        let db = compose::open(target).unwrap();
        let clock = Arc::new(FixedClock::at("2025-09-01"));
        let by = Caller {
            actor: Actor::public("".into()),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(11)),
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        let password = accounts::hash(PASSWORD, &*by.rng).unwrap();
        let (founded, health, school, town) = found(&db, &by, &password);
        let parts = Parts {
            db: db.clone(),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(12)),
            seal: std::sync::Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            setup_code: "123-456".into(),
        };
        let (app, router) = compose::router(parts).unwrap();
        let runtime = Runtime::new().unwrap();
        Self { db, clock, router, app, runtime, founded, health, school, town, folder }
    }

    /// Nobody in particular.
    pub fn visitor(&self) -> Client {
        Client::new(&self.router, self.runtime.handle())
    }

    /// Somebody of the cast, signed in: `admin`, `coordinator`, `editor`, `verifier`,
    /// `community_worker`, `viewer` or `stranger`.
    pub fn signed_in(&self, login: &str) -> Client {
        let mut client = self.visitor();
        client.get("/login").is(200);
        let answer = client.post("/login", &[("login", login), ("password", PASSWORD)]);
        answer.is(303);
        assert!(!answer.location().starts_with("/login"), "{login} was not let in");
        client
    }
}

fn found(db: &Db, by: &Caller, password: &PasswordHash) -> (Founded, UnitId, UnitId, UnitId) {
    let (by, password) = (by.clone(), password.clone());
    db.write_now(move |tx| {
        let new = NewDistrict {
            name: "麒麟区".into(),
            code: "530302".into(),
            is_demo: false,
            login: "admin".into(),
            person: "管理员甲".into(),
            password: password.clone(),
        };
        let founded = people::setup::found(tx, &by, new)?;
        let mut by = by.clone();
        by.actor = accounts::actor(tx, &founded.district, &founded.administrator, by.today())?.unwrap();
        let unit = |tx: &mut db::Tx<'_>, kind, name: &str| {
            let new = NewUnit {
                kind,
                name: name.into(),
                short_name: String::new(),
                name_en: None,
                parent: Some(founded.root.clone()),
                code: None,
                from: kernel::Day::new(2020, 1, 1).unwrap(),
                aliases: Vec::new(),
            };
            people::units::create(tx, &by, new)
        };
        let health = unit(tx, UnitKind::Department, "区卫生健康局")?;
        let school = unit(tx, UnitKind::Department, "区教育体育局")?;
        let town = unit(tx, UnitKind::Town, "南宁街道")?;
        let cast = [
            ("coordinator", Role::Coordinator, &founded.root),
            ("editor", Role::Editor, &health),
            ("verifier", Role::Verifier, &health),
            ("community_worker", Role::CommunityWorker, &town),
            ("viewer", Role::Viewer, &founded.root),
            ("stranger", Role::Editor, &school),
        ];
        for (login, role, unit) in cast {
            let account = NewAccount {
                login: login.into(),
                name: format!("演员{login}"),
                unit: Some(unit.clone()),
                password: password.clone(),
                must_change_password: false,
                roles: vec![(role, unit.clone())],
            };
            accounts::create(tx, &by, account)?;
        }
        Ok((founded, health, school, town))
    })
    .unwrap()
}
