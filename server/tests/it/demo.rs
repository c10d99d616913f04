//! The demonstration district as it comes out of its loader.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use db::{Db, Target};
use kernel::{Actor, Caller, Day, DistrictId, Value};
use server::compose;
use server::demo::{self, Found, Progress};

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
    for unfilled in [
        "公民具备科学素质的比例",
        "按总人口每年人均科普经费增加",
        "区级人均科普经费",
        "镇（街道）人均科普经费",
        "科普经费",
    ] {
        assert_eq!(to_date(unfilled), [Value::NotCollected; 5], "{unfilled}");
    }
    let deliveries = rows(&db)["evidence_delivery"];
    assert!((2_700..3_000).contains(&deliveries), "{deliveries}");
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
