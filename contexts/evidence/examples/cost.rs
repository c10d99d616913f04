//! What counting costs: processor time of a delivery recorded and verified, against a bare insert
//! through the same layer, and of the list and the totals over what was written.
//!
//! `cargo run --release -p evidence --example cost [deliveries]`. 64 callers keep the writer's
//! queue filled, so that commits are grouped as under load.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::cast_precision_loss)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use db::{Db, Stream, Target, params};
use evidence::actions::delivery::{record, verify};
use evidence::{Details, Filter, Kind, Method, NewDelivery, Period, Purpose, purposes, rules, store, totals};
use kernel::{
    Actor, Caller, Day, FixedClock, Grant, Group, Refusal, Rng, Role, SeededRng, SystemRng, UnitId,
};
use people::units::{NewUnit, UnitKind, create};

const BARE: Stream = Stream {
    context: "bare",
    files: &[(
        "0001_line.sql",
        "create table line (district_id text not null, id text not null, n bigint not null, words text not null,
            primary key (district_id, id));",
    )],
};
const CALLERS: usize = 64;

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let folder = std::env::temp_dir().join(format!("qilin-cost-{}", SystemRng.token()));
    std::fs::create_dir_all(&folder).unwrap();
    let target = Target::Sqlite(folder.join("cost.sqlite"));
    let db =
        Db::open(&target, &[BARE, web::STREAM, merkle::STREAM, people::STREAM, evidence::STREAM]).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let site = Arc::new(Site::found(&db));
    let bare = {
        let site = site.clone();
        measure(n, || runtime.block_on(spread(&db, n, move |at| site.bare(at))))
    };
    println!("bare insert              {bare:.3} ms");
    let (writer, checker) =
        (site.person("writer", Role::Coordinator), site.person("checker", Role::Coordinator));
    let new: Vec<NewDelivery> = (0..n).map(|at| site.delivery(at)).collect();
    let new = Arc::new(new);
    let recorded = {
        let (by, new) = (writer, new.clone());
        measure(n, || {
            runtime.block_on(spread(&db, n, move |at| {
                let (by, new) = (by.clone(), new.clone());
                Box::new(move |tx: &mut db::Tx<'_>| record(tx, &by, &new[at]).map(drop))
            }));
        })
    };
    println!("record and submit        {recorded:.3} ms   {:.1} x", recorded / bare);
    let ids = site.ids(&db);
    let verified = {
        let (by, ids) = (checker.clone(), Arc::new(ids));
        measure(n, || {
            runtime.block_on(spread(&db, n, move |at| {
                let (by, ids) = (by.clone(), ids.clone());
                Box::new(move |tx: &mut db::Tx<'_>| verify(tx, &by, (&ids[at].as_str().into(), 1)))
            }));
        })
    };
    println!("verify                   {verified:.3} ms   {:.1} x", verified / bare);
    println!(
        "a verified delivery      {:.3} ms   {:.1} x",
        recorded + verified,
        (recorded + verified) / bare
    );
    reads(&db, &checker, &site);
    drop(db);
    std::fs::remove_dir_all(&folder).unwrap();
}

type Action = Box<dyn Fn(&mut db::Tx<'_>) -> Result<(), Refusal> + Send>;

/// Does `n` actions by so many callers at once.
async fn spread(db: &Db, n: usize, action: impl Fn(usize) -> Action + Send + Sync + 'static) {
    let action = Arc::new(action);
    let mut callers = Vec::new();
    for caller in 0..CALLERS {
        let (db, action) = (db.clone(), action.clone());
        callers.push(tokio::spawn(async move {
            for at in (caller..n).step_by(CALLERS) {
                db.write(action(at)).await.unwrap();
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
}

/// Milliseconds of processor time for each of `n`.
fn measure(n: usize, work: impl FnOnce()) -> f64 {
    let before = processor_seconds();
    work();
    (processor_seconds() - before) * 1000.0 / n as f64
}

/// Of this process, by Linux's own count in hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

fn reads(db: &Db, by: &Caller, site: &Site) {
    let year = Period::year(2025);
    let unit = site.units[0].clone();
    let filters = [
        ("list, all", Filter::default()),
        ("list, a year's verified", year.filter()),
        ("list, a purpose", Filter { purpose: Some("m3".into()), ..year.filter() }),
        ("list, a town", Filter { town: Some(site.towns[2].clone()), ..Filter::default() }),
        ("list, a unit", Filter { unit: Some(unit), part: Some(evidence::Part::Organiser), ..year.filter() }),
        (
            "list, a group and kind",
            Filter { group: Some(Group::Elderly), kind: Some(Kind::Lecture), ..Filter::default() },
        ),
        ("list, waiting", Filter { state: Some("submitted"), ..Filter::default() }),
    ];
    for (name, filter) in filters {
        let (by, rows) = (by.clone(), std::cell::Cell::new(0));
        let took = timed(|| {
            let (by, filter) = (by.clone(), filter.clone());
            let page = db.read_now(move |tx| {
                let reach = rules::reading(&by.actor);
                if totals::of_filter(tx, by.district(), &filter)?.is_none() {
                    store::list::sums(tx, by.district(), &reach, &filter)?;
                }
                store::list::page(tx, by.district(), &reach, &filter, (50, 0))
            });
            rows.set(page.unwrap().len());
        });
        println!("{name:<24} {took:.3} ms   {} rows", rows.get());
    }
    let by = by.clone();
    let took = timed(|| {
        let by = by.clone();
        db.read_now(move |tx| totals::by_purpose(tx, by.district(), year).map(drop)).unwrap();
    });
    println!("totals of 32 purposes    {took:.3} ms");
}

/// Milliseconds of wall time, the mean of 50 after one.
fn timed(work: impl Fn()) -> f64 {
    work();
    let start = Instant::now();
    (0..50).for_each(|_| work());
    start.elapsed().as_secs_f64() * 1000.0 / 50.0
}

/// A district of 27 units, 16 towns and 32 purposes.
struct Site {
    root: Caller,
    units: Vec<UnitId>,
    towns: Vec<UnitId>,
}

impl Site {
    fn found(db: &Db) -> Self {
        let clock = Arc::new(FixedClock::at("2025-12-30"));
        let rng = Arc::new(SeededRng::new(3));
        let mut root = Caller {
            actor: Actor::public("".into()),
            clock,
            rng,
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        let password = people::accounts::hash("a password of nobody", &*root.rng).unwrap();
        let by = root.clone();
        let founded = db.write_now(move |tx| {
            let new = people::setup::NewDistrict {
                name: "试验区".into(),
                code: "999999".into(),
                is_demo: false,
                login: "first".into(),
                person: "首位".into(),
                password: password.clone(),
            };
            people::setup::found(tx, &by, new)
        });
        let founded = founded.unwrap();
        root.actor = Actor::public(founded.district);
        let mut site = Self { root, units: vec![founded.root], towns: Vec::new() };
        let by = site.person("boss", Role::Administrator);
        let unit = |kind, name: String| {
            let by = by.clone();
            let new = move || NewUnit {
                kind,
                name: name.clone(),
                short_name: String::new(),
                name_en: None,
                parent: None,
                code: None,
                from: Day::new(2020, 1, 1).unwrap(),
                aliases: Vec::new(),
            };
            db.write_now(move |tx| create(tx, &by, new())).unwrap()
        };
        site.units = (0..27).map(|n| unit(UnitKind::Department, format!("单位{n}"))).collect();
        site.towns = (0..16).map(|n| unit(UnitKind::Town, format!("镇{n}"))).collect();
        let list: Vec<Purpose> = (0..32)
            .map(|n| Purpose {
                id: format!("m{n}").into(),
                code: n.to_string(),
                title: format!("任务{n}"),
                title_en: None,
                from: Day::new(2021, 1, 1).unwrap(),
                to: Day::new(2025, 12, 31).unwrap(),
                duties: Vec::new(),
            })
            .collect();
        db.write_now(move |tx| purposes::register(tx, &by, &list)).unwrap();
        site
    }

    fn person(&self, account: &str, role: Role) -> Caller {
        let mut by = self.root.clone();
        by.actor.account = Some(account.into());
        by.actor.name = account.into();
        let unit = self.units[0].clone();
        by.actor.grants = vec![Grant { role, reach: BTreeSet::from([unit.clone()]), unit }];
        by
    }

    fn bare(&self, at: usize) -> Action {
        let district = self.root.district().clone();
        Box::new(move |tx| {
            let insert = "insert into line (district_id, id, n, words) values ($1, $2, $3, $4)";
            tx.execute(insert, params![&district, format!("{at:026}"), at, "科普进社区活动"])?;
            Ok(())
        })
    }

    /// A lecture with one purpose, one town and one group, spread over five years.
    fn delivery(&self, at: usize) -> NewDelivery {
        let day = Day::new(2021, 1, 1).unwrap().plus_days(i64::try_from(at % 1820).unwrap());
        let pick = |units: &[UnitId]| units[at * 7 % units.len()].clone();
        let details = Details {
            kind: Kind::ALL[at % Kind::ALL.len()],
            topic: "健康".into(),
            title: format!("讲座{at}"),
            on: day,
            start: None,
            minutes: 90,
            venue: "活动室".into(),
            town: pick(&self.towns),
            place: None,
            host: pick(&self.units),
            co_hosts: BTreeSet::new(),
            supporters: BTreeSet::new(),
            heads: BTreeMap::from([(Group::ALL[at % 6], 46)]),
            method: Method::SignInSheet,
            purposes: BTreeSet::from([format!("m{}", at % 32).into()]),
            deliverers: Vec::new(),
            works: String::new(),
            note: String::new(),
        };
        NewDelivery {
            client_key: String::new(),
            details,
            persons: String::new(),
            photos: Vec::new(),
            submit: true,
        }
    }

    fn ids(&self, db: &Db) -> Vec<String> {
        let district = self.root.district().clone();
        let rows = db.read_now(move |tx| {
            Ok(tx.query(
                "select id from evidence_delivery where district_id = $1 order by id",
                params![&district],
            )?)
        });
        rows.unwrap().iter().map(|row| row.get("id").unwrap()).collect()
    }
}
