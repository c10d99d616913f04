//! The demonstration district as it comes out of its loader.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use db::{Db, Target};
use kernel::{Actor, Caller, Day, DistrictId, FixedClock, Role, SystemRng, Value};
use people::accounts;
use server::compose::{self, Parts};
use server::demo::{self, Found, Progress};
use testkit::Client;
use tokio::runtime::Runtime;

const PASSWORD: &str = "korrekt-pferd-2025";

fn quiet() -> Progress {
    Arc::new(|_, _, _| {})
}

fn loaded(percent: u64) -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Target::Sqlite(folder.path().join("qilin.db")), &compose::streams()).unwrap();
    assert_eq!(demo::load(&db, percent, PASSWORD, &quiet()).unwrap(), Found::Made);
    (db, folder)
}

fn district(db: &Db) -> DistrictId {
    db.read_now(people::district).unwrap().unwrap().id
}

/// The rows of every table.
fn rows(db: &Db) -> BTreeMap<String, i64> {
    let tables: BTreeSet<String> = db.schema().unwrap().into_iter().map(|column| column.table).collect();
    db.read_now(move |tx| {
        let mut counts = BTreeMap::new();
        for table in &tables {
            let n = tx.one(&format!("select count(*) as n from {table}"), &[])?.get("n")?;
            counts.insert(table.clone(), n);
        }
        Ok(counts)
    })
    .unwrap()
}

/// What the board shows of an indicator at the end of each year.
fn series(db: &Db) -> BTreeMap<String, Vec<(Value, Value)>> {
    let by = Caller::fixed(Actor::public(district(db)), "2025-12-31");
    let all = db.read_now(move |tx| evidence::indicators::values(tx, &by, 2025)).unwrap();
    let points = |series: &evidence::Series| series.points.iter().map(|at| (at.value, at.to_date)).collect();
    all.iter().map(|series| (series.indicator.title.clone(), points(series))).collect()
}

#[test]
fn the_board_of_the_whole_demonstration_shows_what_its_readme_says() {
    let (db, _folder) = loaded(100);
    let series = series(&db);
    let known =
        |title: &str| series.get(title).unwrap_or_else(|| panic!("{title} is not in {:?}", series.keys()));
    let to_date = |title: &str| known(title).iter().map(|(_, to_date)| *to_date).collect::<Vec<_>>();
    let numbers = |all: [i64; 5]| all.map(Value::from).to_vec();
    assert_eq!(to_date("培训中小学骨干教师、科技辅导员"), numbers([45, 105, 185, 265, 340]));
    assert_eq!(to_date("培训高素质农民"), numbers([60, 135, 220, 315, 420]));
    assert_eq!(to_date("科技特派员"), numbers([18, 24, 23, 24, 30]));
    assert_eq!(to_date("科技特派团"), numbers([0, 0, 1, 1, 1]));
    assert_eq!(to_date("实体科技（小）馆"), numbers([5, 7, 9, 10, 12]));
    let year = |n: usize| known("区级人均科普经费")[n].0;
    let spent: Vec<Value> = (0..5).map(year).collect();
    let yuan = |text: &str| Value::Number(text.parse().unwrap());
    assert_eq!(spent[..4], ["2.05", "2.16", "2.24", "2.33"].map(yuan));
    for unfilled in
        ["公民具备科学素质的比例", "按总人口每年人均科普经费增加", "镇（街道）人均科普经费", "科普经费"]
    {
        assert_eq!(to_date(unfilled), [Value::NotCollected; 5], "{unfilled}");
    }
    let deliveries = rows(&db)["evidence_delivery"];
    assert!((2_700..3_000).contains(&deliveries), "{deliveries}");
}

/// A small demonstration with its months and years closed, on the embedded database; on the other one the
/// walks over a district at work load it.
fn closed() -> (Db, tempfile::TempDir, merkle::Key) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Target::Sqlite(folder.path().join("qilin.db")), &compose::streams()).unwrap();
    let key = merkle::SigningKey::from_bytes(&[0x77; 32]);
    let public = merkle::Key::from_bytes(&kernel::Seal::key(&key)).unwrap();
    demo::load_sealed(&db, 5, (PASSWORD, Arc::new(key)), &quiet()).unwrap();
    (db, folder, public)
}

#[test]
fn months_and_years_are_closed_as_the_time_came_and_reports_of_them_add_up_to_what_is_counted() {
    use evidence::{Filter, totals};
    use plan::reports::{LineKind, Scope, Span, actions};
    let (db, _folder, public) = closed();
    let by = Caller::fixed(Actor::public(district(&db)), "2025-12-31");
    let of = by.clone();
    let (closes, open) = db.read_now(move |tx| evidence::actions::close::list(tx, &of)).unwrap();
    let periods: Vec<&str> = closes.iter().map(|close| close.period.as_str()).collect();
    assert!(["2025-10", "2024-12", "2024"].iter().all(|period| periods.contains(period)), "{periods:?}");
    assert_eq!(open.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2025-11"]);
    let of = by.district().clone();
    let said = db.read_now(move |tx| evidence::actions::close::examine(tx, &of, &public)).unwrap();
    assert_eq!(said, Ok(closes.len()));
    let mut n_moved = 0;
    let quarters = || (1..=4).map(Some);
    let years = (2022..=2024).flat_map(|year| quarters().chain([None]).map(move |of| (year, of)));
    for (year, quarter) in years.chain(quarters().take(3).map(|of| (2025, of))) {
        let (by, span) = (by.clone(), Span { year, quarter });
        let load = move |tx: &mut db::Tx<'_>| {
            let report = actions::draw_up(tx, &by, Scope::District, span)?;
            let (from, to) = span.days().unzip();
            let all = Filter { from, to, state: Some("verified"), ..Filter::default() };
            Ok((report, totals::of_list(tx, by.district(), &all)?.unwrap()))
        };
        let (report, counted) = db.read_now(load).unwrap();
        assert!(report.closed, "{span:?}");
        let sum = report.of(LineKind::Sum).next().unwrap();
        assert_eq!(sum.now(), (Some(counted.sessions.into()), Some(counted.person_times)), "{span:?}");
        n_moved += usize::from(sum.since.is_some());
    }
    let whole = Span { year: 2025, quarter: None };
    let report = db.read_now(move |tx| actions::draw_up(tx, &by, Scope::District, whole)).unwrap();
    assert!(!report.closed && report.lines.iter().all(|line| line.since.is_none()), "2025 is open");
    assert!(n_moved > 0, "nothing was withdrawn after a close");
}

#[test]
fn the_plan_is_in_force_with_every_unit_known_by_its_name() {
    testkit::both(&compose::streams(), |db| {
        demo::load(db, 5, PASSWORD, &quiet()).unwrap();
        let of = district(db);
        let purposes = db.read_now(move |tx| evidence::purposes::list(tx, &of)).unwrap();
        assert_eq!(purposes.len(), 32);
        let units: BTreeSet<_> =
            purposes.iter().flat_map(|purpose| &purpose.duties).map(|(unit, _)| unit).collect();
        assert_eq!(units.len(), 27);
        assert!(purposes.iter().all(|purpose| !purpose.duties.is_empty() && purpose.title_en.is_some()));
        assert_eq!(rows(db)["plan_item"], 42);
        assert_eq!(series(db).len(), 10 + 4);
    });
}

#[test]
fn a_second_load_changes_nothing() {
    testkit::both(&compose::streams(), |db| {
        demo::load(db, 5, PASSWORD, &quiet()).unwrap();
        let before = rows(db);
        assert_eq!(demo::load(db, 5, "another", &quiet()).unwrap(), Found::There);
        assert_eq!(rows(db), before);
    });
}

#[test]
fn a_load_that_breaks_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&Target::Sqlite(folder.path().join("qilin.db")), &compose::streams()).unwrap();
    let before = rows(&db);
    let first = Mutex::new(true);
    let breaks: Progress = Arc::new(move |part, done, _| {
        assert!(part != demo::Part::Deliveries || done == 0 || !*first.lock().unwrap(), "cut");
    });
    let cut =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| demo::load(&db, 5, PASSWORD, &breaks)));
    assert!(!matches!(cut, Ok(Ok(_))));
    db.close();
    let db = Db::open(&Target::Sqlite(folder.path().join("qilin.db")), &compose::streams()).unwrap();
    assert_eq!(rows(&db), before);
    assert_eq!(demo::load(&db, 5, PASSWORD, &quiet()).unwrap(), Found::Made);
}

#[test]
fn units_keep_their_past() {
    let (db, _folder) = loaded(5);
    let of = district(&db);
    let names = move |on: &str| -> Vec<String> {
        let (of, on) = (of.clone(), Day::parse(on).unwrap());
        let units = db.read_now(move |tx| Ok(people::units::list(tx, &of, on)?)).unwrap();
        units.into_iter().map(|unit| unit.name).collect()
    };
    let has = |on: &str, name: &str| names(on).iter().any(|known| known == name);
    assert!(has("2022-02-28", "文华示范老街社区") && has("2022-03-01", "文华示范三社区"));
    assert!(has("2023-06-30", "南宁示范三社区") && !has("2023-07-01", "南宁示范三社区"));
    assert!(has("2024-03-31", "示范砖瓦厂") && !has("2024-04-01", "示范砖瓦厂"));
}

/// The demonstration over HTTP, long after its last day.
fn site(db: &Db) -> (Arc<web::App>, axum::Router) {
    let parts = Parts {
        db: db.clone(),
        clock: Arc::new(FixedClock::at("2026-11-23")),
        rng: Arc::new(SystemRng),
        seal: std::sync::Arc::new(kernel::Unsealed),
        secure: false,
        proxies: Vec::new(),
        setup_code: String::new(),
    };
    compose::router(parts).unwrap()
}

fn sign_in(client: &mut Client, login: &str) {
    client.get("/login").is(200);
    let answer = client.post("/login", &[("login", login), ("password", PASSWORD)]);
    answer.is(303);
    let page = client.follow(&answer);
    page.is(200);
    assert!(!page.text.contains("name=\"password\""), "{login} is asked for a password: {}", page.readable());
}

#[test]
fn every_account_opens_and_one_of_each_role_signs_in() {
    let (db, _folder) = loaded(5);
    let (of, tables) = (district(&db), demo::data::Tables::read().unwrap());
    let all = db
        .read_now(move |tx| {
            Ok(accounts::list(
                tx,
                &of,
                kernel::Day::new(2026, 1, 1).unwrap(),
                &accounts::Filter::default(),
                200,
                0,
            )?)
        })
        .unwrap();
    assert_eq!(all.len(), tables.accounts.len());
    assert!(all.iter().all(|account| account.state == accounts::AccountState::Active));
    let (_app, router) = site(&db);
    let runtime = Runtime::new().unwrap();
    for role in Role::ALL {
        let row = tables.accounts.iter().find(|row| row.role == role).unwrap();
        sign_in(&mut Client::new(&router, runtime.handle()), &row.login);
    }
}

/// The addresses on this site that a page leads to.
fn links(page: &testkit::Answer) -> Vec<String> {
    let hrefs = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = hrefs.filter(|href| href.starts_with('/') && !href.starts_with("/assets"));
    own.map(|href| href.replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn no_page_of_the_demonstration_lacks_its_mark() {
    let (db, _folder) = loaded(5);
    let (app, router) = site(&db);
    let runtime = Runtime::new().unwrap();
    let mut visitors = [Client::new(&router, runtime.handle()), Client::new(&router, runtime.handle())];
    sign_in(&mut visitors[1], "admin");
    for client in &mut visitors {
        let pages = app.routes().iter().filter(|route| route.method == http::Method::GET);
        let mut next: Vec<String> =
            pages.map(|route| route.path.to_owned()).filter(|path| !path.contains('{')).collect();
        let (mut seen, mut marked) = (BTreeSet::new(), 0);
        // The pages of every route, and those that they lead to.
        for depth in 0..2 {
            for path in std::mem::take(&mut next) {
                let route = path.split('?').next().unwrap_or_default().to_owned();
                // Of lists with many filters and many records a few are enough.
                if seen.iter().filter(|known: &&String| alike(known, &route)).count() >= 3
                    || !seen.insert(path.clone())
                {
                    continue;
                }
                let answer = client.get(&path);
                assert_ne!(answer.status.as_u16(), 500, "{path}");
                let html = answer
                    .headers
                    .get("content-type")
                    .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
                if html && answer.location().is_empty() {
                    assert!(
                        answer.text.contains("class=\"demo\""),
                        "{path} does not say that it is a demonstration"
                    );
                    marked += 1;
                    if depth == 0 {
                        next.extend(links(&answer));
                    }
                }
            }
        }
        assert!(marked > 5, "only {marked} pages were seen");
    }
}

/// Whether two paths are of one page, with other ids.
fn alike(known: &str, route: &str) -> bool {
    let part = |path: &str| -> Vec<String> {
        let path = path.split('?').next().unwrap_or_default();
        path.split('/').map(|part| if part.len() == 26 { "id".to_owned() } else { part.to_owned() }).collect()
    };
    part(known) == part(route)
}

#[test]
fn after_the_plan_has_ended_its_pages_stay_in_its_last_year() {
    let (db, _folder) = loaded(5);
    let (_app, router) = site(&db);
    let runtime = Runtime::new().unwrap();
    let mut client = Client::new(&router, runtime.handle());
    client.get("/plan").is(200).shows("截至 2025-12-31");
    sign_in(&mut client, "zj-nanning-1");
    client.get("/desk/deliveries/new").is(200).shows("到 2025-12-31 为止").hides("value=\"2025-12-31\"");
    client.get("/desk/plan").is(200).shows("截至 2025-12-31");
    let mut verifier = Client::new(&router, runtime.handle());
    sign_in(&mut verifier, "kexie");
    verifier.get("/desk").shows("核验活动");
}
