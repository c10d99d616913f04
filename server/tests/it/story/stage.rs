//! Where stories play: the whole program on a port, jobs running, the district's units entered.

use std::sync::{Arc, mpsc};

use axum::Router;
use db::Target;
use kernel::{Actor, Caller, Role, SeededRng, UnitId};
use people::accounts::{self, NewAccount};
use people::units::{self, NewUnit, UnitKind};
use plan::actions::documents::{self, Received};
use plan::actions::{plans, targets};
use server::compose;
use server::demo::data::{PLAN, PLAN_NAME, Tables, UnitRow};
use testkit::{Browser, Served, assert_accessible, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::support::{PASSWORD, Town};

/// A district with the units that its plan names.
pub struct Stage {
    /// The program with its cast.
    pub town: Town,
    line: Line,
    runner: jobs::Runner,
}

impl Stage {
    /// On any empty database, with every unit of the demonstration's registry but those of these names.
    pub fn at(target: &Target, unknown: &[&str]) -> Self {
        Self::of(Town::at(target, tempfile::tempdir().unwrap()), unknown)
    }

    /// On the embedded database, with the plan in force.
    pub fn with_plan() -> Self {
        let stage = Self::of(Town::new(), &[]);
        publish(&stage.town);
        stage
    }

    fn of(town: Town, unknown: &[&str]) -> Self {
        enter_units(&town, unknown);
        let config = &town.app.config;
        let work = || compose::worker(config, crate::support::carriers());
        // What comes round by the clock comes round now, before there is anything to look at: the clock
        // stands, so that nothing of it happens beside a story.
        work().run_due().unwrap();
        let runner = jobs::Runner::start(work());
        let line = Line::open(&town.router);
        Self { town, line, runner }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.line.served.url
    }

    /// The program goes away from the line, for the page and for its worker.
    pub fn cut(&self) {
        self.line.turn(false);
    }

    /// It is back at the same address.
    pub fn mend(&self) {
        self.line.turn(true);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.runner.stop();
        self.town.db.close();
    }
}

/// A server that can be cut off and come back.
pub struct Line {
    /// Where it serves.
    pub served: Served,
    wanted: watch::Sender<bool>,
    turned: mpsc::Receiver<bool>,
}

impl Line {
    /// Serves until it is dropped.
    pub fn open(router: &Router) -> Self {
        let router = router.clone();
        let (wanted, want) = watch::channel(true);
        let (turn, turned) = mpsc::channel();
        let served = serve(move |first| async move {
            let address = first.local_addr().unwrap();
            let mut listener = Some(first);
            loop {
                let here = match listener.take() {
                    Some(here) => here,
                    None => TcpListener::bind(address).await.unwrap(),
                };
                turn.send(true).unwrap();
                let mut cut = want.clone();
                let cut = async move { drop(cut.wait_for(|on| !on).await) };
                web::serve::serve(here, router.clone(), cut).await.unwrap();
                turn.send(false).unwrap();
                want.clone().wait_for(|on| *on).await.unwrap();
            }
        });
        let line = Self { served, wanted, turned };
        line.wait(true);
        line
    }

    fn turn(&self, on: bool) {
        self.wanted.send(on).unwrap();
        self.wait(on);
    }

    fn wait(&self, on: bool) {
        assert_eq!(self.turned.recv(), Ok(on));
    }
}

/// Signs in by keyboard, from the page that asks for it.
pub fn sign_in(browser: &Browser, login: &str) {
    browser.open("/login");
    browser.fill("登录名", login);
    browser.fill("密码", PASSWORD);
    browser.go("登录");
    browser.wait_for("今日：等着我的");
}

/// Somebody of this name leaves.
pub fn sign_out(browser: &Browser, name: &str) {
    browser.activate(name);
    browser.go("退出");
}

/// The page is one for everybody: axe finds nothing, nothing is cut, nothing failed to load.
///
/// Where no scripts run, axe does not either.
pub fn look(browser: &Browser) {
    if browser.runs_scripts() {
        assert_accessible(browser);
    }
    let cut = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.script(cut, &[]), 0, "{} is wider than the window", browser.path());
    assert_eq!(browser.complaints(), Vec::<String>::new(), "{}", browser.path());
}

/// The page is the answer to a form that was refused: of that one load the browser complains.
pub fn refused(browser: &Browser) {
    let complaints = browser.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("status of 4"), "{complaints:?}");
    look(browser);
}

/// The units of the demonstration's registry, with their other names, and people of the farm bureau.
fn enter_units(town: &Town, unknown: &[&str]) {
    let rows: Vec<UnitRow> = Tables::read().unwrap().units;
    let unknown: Vec<String> = unknown.iter().map(|name| (*name).to_owned()).collect();
    let founded = town.founded.clone();
    let password = accounts::hash(PASSWORD, &SeededRng::new(13)).unwrap();
    let known = [
        ("麒麟区", founded.root.clone()),
        ("区卫生健康局", town.health.clone()),
        ("区教育体育局", town.school.clone()),
        ("南宁街道", town.town.clone()),
    ];
    let clock = town.clock.clone();
    let enter = move |tx: &mut db::Tx<'_>| {
        let mut by = Caller {
            actor: Actor::public(founded.district.clone()),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(14)),
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        by.actor = accounts::actor(tx, &founded.district, &founded.administrator, by.today())?.unwrap();
        let first = rows[0].valid_from;
        let wanted = |row: &&UnitRow| {
            let kinds = [UnitKind::District, UnitKind::Department, UnitKind::Town, UnitKind::School];
            row.valid_from == first && kinds.contains(&row.kind) && !unknown.contains(&row.name)
        };
        let mut farming: Option<UnitId> = None;
        for row in rows.iter().filter(wanted) {
            if let Some((_, unit)) = known.iter().find(|(name, _)| *name == row.name) {
                row.aliases.iter().try_for_each(|alias| units::name_alias(tx, &by, unit, alias))?;
                continue;
            }
            let new = NewUnit {
                kind: row.kind,
                name: row.name.clone(),
                short_name: if row.short_name == row.name { String::new() } else { row.short_name.clone() },
                name_en: None,
                parent: Some(founded.root.clone()),
                code: None,
                from: first,
                aliases: row.aliases.clone(),
            };
            let unit = units::create(tx, &by, new)?;
            if row.name == "区农业农村局" {
                farming = Some(unit);
            }
        }
        let Some(farming) = farming else { return Ok(()) };
        for (login, role) in [("farm-editor", Role::Editor), ("farm-verifier", Role::Verifier)] {
            let account = NewAccount {
                login: login.into(),
                name: format!("演员{login}"),
                unit: Some(farming.clone()),
                password: password.clone(),
                must_change_password: false,
                roles: vec![(role, farming.clone())],
            };
            accounts::create(tx, &by, account)?;
        }
        Ok(())
    };
    town.db.write_now(enter).unwrap();
}

/// The demonstration's plan, read and put into force.
pub fn publish(town: &Town) {
    let (founded, clock) = (town.founded.clone(), town.clock.clone());
    let read = documents::understand(PLAN_NAME, PLAN.as_bytes());
    let publish = move |tx: &mut db::Tx<'_>| {
        let actor =
            accounts::actor(tx, &founded.district, &founded.administrator, kernel::Clock::today(&*clock))?
                .unwrap();
        let rng = Arc::new(SeededRng::new(15));
        let by = Caller {
            actor,
            clock: clock.clone(),
            rng,
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        let (Received::New(document) | Received::Known(document)) =
            documents::receive(tx, &by, PLAN_NAME, PLAN.as_bytes())?;
        let draft = documents::finish(tx, &by, &document, &read)?.unwrap();
        targets::confirm_all(tx, &by, &draft)?;
        plans::publish(tx, &by, &draft, 1)
    };
    town.db.write_now(publish).unwrap();
}
