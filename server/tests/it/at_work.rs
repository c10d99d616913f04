//! The demonstration at a small scale, at work: for tests that need something on every page.

use std::sync::Arc;

use axum::Router;
use db::{Db, Target};
use http::Method;
use kernel::{Caller, FixedClock, SeededRng};
use people::accounts;
use plan::actions::documents::{self, Received};
use plan::actions::plans;
use server::compose::{self, Parts};
use server::demo::{self, data::PLAN};
use testkit::Client;

use crate::support::PASSWORD;

/// The program with a district at work: a plan in force, that of the next period in force as well,
/// and a new version of the first that waits for confirmation.
pub struct AtWork {
    /// The database.
    pub db: Db,
    /// The application.
    pub app: Arc<web::App>,
    /// All pages.
    pub router: Router,
    /// Where requests run.
    pub runtime: tokio::runtime::Runtime,
}

impl AtWork {
    /// On any empty database.
    pub fn at(target: &Target) -> Self {
        let db = compose::open(target).unwrap();
        let quiet: demo::Progress = Arc::new(|_, _, _| {});
        demo::load_sealed(&db, 3, (PASSWORD, seal()), &quiet).unwrap();
        let clock = Arc::new(FixedClock::at("2025-12-30"));
        bring_plans(&db, &clock);
        let parts = Parts {
            db: db.clone(),
            clock,
            rng: Arc::new(SeededRng::new(32)),
            seal: seal(),
            secure: false,
            proxies: Vec::new(),
            setup_code: String::new(),
        };
        let (app, router) = compose::router(parts).unwrap();
        Self { db, app, router, runtime: tokio::runtime::Runtime::new().unwrap() }
    }

    /// Somebody of the demonstration, signed in.
    pub fn signed_in(&self, login: &str) -> Client {
        let mut client = Client::new(&self.router, self.runtime.handle());
        client.get("/login").is(200);
        client.post("/login", &[("login", login), ("password", PASSWORD)]).is(303);
        client
    }

    /// The patterns of all pages.
    pub fn patterns(&self) -> Vec<&'static str> {
        let pages = self.app.routes().iter().filter(|route| route.method == Method::GET);
        pages.map(|route| route.path).collect()
    }
}

/// The key that signs here; in hexadecimal digits `7`, 64 times.
fn seal() -> Arc<dyn kernel::Seal> {
    Arc::new(merkle::SigningKey::from_bytes(&[0x77; 32]))
}

fn bring_plans(db: &Db, clock: &Arc<FixedClock>) {
    let next = PLAN.replace("2021—2025", "2026—2030").replace("到2025年", "到2030年");
    let draft = PLAN.replace("区水务局", "区水利水电局").replace("达到15%", "达到16%");
    let texts = [("next.txt", next), ("draft.txt", draft)];
    let read = texts.map(|(name, text)| (name, documents::understand(name, text.as_bytes()), text));
    let by_clock = clock.clone();
    db.write_now(move |tx| {
        let district = people::district(tx)?.unwrap().id;
        let admin = accounts::find_by_login(tx, &district, "admin")?.unwrap();
        let on = kernel::Clock::today(&*by_clock);
        let actor = accounts::actor(tx, &district, &admin.id, on)?.unwrap();
        let rng = Arc::new(SeededRng::new(31));
        let by = Caller { actor, clock: by_clock.clone(), rng, seal: seal(), address: String::new() };
        for (name, outcome, text) in &read {
            let (Received::New(document) | Received::Known(document)) =
                documents::receive(tx, &by, name, text.as_bytes())?;
            let plan = documents::finish(tx, &by, &document, outcome)?.unwrap();
            if *name == "next.txt" {
                plans::publish(tx, &by, &plan, 1)?;
            }
        }
        // as the daily job leaves them
        let open = evidence::open::make(tx, &by, 2025)?;
        evidence::open::keep(tx, &by, 2025, &open)
    })
    .unwrap();
}
