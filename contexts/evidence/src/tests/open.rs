//! Open data: what everybody may download, and what nobody can compute from it.

use std::collections::BTreeMap;

use db::Db;
use kernel::{Day, Group};

use super::cast::{Cast, STREAMS, act, day, form, verified, withdrawn};
use super::site::{STREAMS as SITE, Site};
use crate::open::{Cell, Published, Table, keep, make, tables};
use crate::{Details, Filter, Kind, store};

fn lecture(cast: &Cast, town: usize, kind: Kind, on: &str, heads: &[(Group, i64)]) -> Details {
    Details {
        town: cast.towns[town].clone(),
        kind,
        on: day(on),
        heads: heads.iter().copied().collect::<BTreeMap<_, _>>(),
        ..cast.lecture()
    }
}

fn year(db: &Db, cast: &Cast) {
    let of = [
        (0, Kind::Lecture, "2025-03-04", &[(Group::Elderly, 40), (Group::Youth, 3)][..]),
        (0, Kind::Lecture, "2025-03-18", &[(Group::Elderly, 20)]),
        (0, Kind::Training, "2025-04-02", &[(Group::Elderly, 12), (Group::Youth, 30)]),
        (1, Kind::Lecture, "2025-03-05", &[(Group::Farmers, 4)]),
        (1, Kind::Lecture, "2025-05-05", &[(Group::Farmers, 60), (Group::Youth, 25)]),
    ];
    for (town, kind, on, heads) in of {
        verified(db, cast, &form(lecture(cast, town, kind, on, heads)));
    }
}

fn made(db: &Db, cast: &Cast, table: Table) -> Published {
    act(db, &cast.coordinator(), move |tx, by| tables::make(tx, by, table, 2025)).unwrap()
}

fn kept(db: &Db, cast: &Cast) {
    act(db, &cast.coordinator(), |tx, by| {
        let all = make(tx, by, 2025)?;
        keep(tx, by, 2025, &all)
    })
    .unwrap();
}

fn column(table: Table, code: &str) -> usize {
    table.columns().iter().position(|column| column.code == code).unwrap()
}

#[test]
fn every_row_of_the_open_deliveries_counts_the_list_with_its_filter() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        year(db, &cast);
        let table = made(db, &cast, Table::Deliveries);
        let leaves: Vec<_> = table.rows.iter().filter(|row| row[0].plain() == "month").collect();
        assert_eq!(leaves.len(), 4);
        for row in leaves {
            let town = if row[2].plain() == "东镇" { &cast.towns[0] } else { &cast.towns[1] };
            let filter = Filter {
                town: Some(town.clone()),
                kind: Kind::parse(row[3].plain()),
                from: Day::parse(&format!("{}-01", row[1].plain())),
                to: Day::parse(&format!("{}-30", row[1].plain())),
                state: Some("verified"),
                ..Filter::default()
            };
            let sums = act(db, &cast.coordinator(), move |tx, by| {
                store::list::sums(tx, by.district(), &kernel::Reach::All, &filter)
            });
            assert_eq!(row[4].plain(), sums.unwrap().0.sessions.to_string());
        }
        let whole = table.rows.iter().find(|row| row[0].plain() == "district").unwrap();
        assert_eq!((whole[4].plain(), whole[12].plain()), ("5", "194"));
    });
}

#[test]
fn a_cell_of_four_people_is_left_out_with_those_that_would_tell_it_and_zeros_stay() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        year(db, &cast);
        let table = made(db, &cast, Table::Deliveries);
        let small =
            |row: &Vec<Cell>| row[6..].iter().any(|cell| ["1", "2", "3", "4"].contains(&cell.plain()));
        assert!(!table.rows.iter().any(small), "{table:?}");
        let first = &table.rows[0];
        let (youth, elderly) = (column(Table::Deliveries, "youth"), column(Table::Deliveries, "elderly"));
        assert_eq!(first[youth].plain(), "*", "three young people");
        assert_eq!(first[elderly].plain(), "*", "63 less 60 would be these three");
        assert_eq!(first[column(Table::Deliveries, "person_times")].plain(), "63", "the total stays");
        assert_eq!(first[column(Table::Deliveries, "farmers")].plain(), "0");
        let farmers = column(Table::Deliveries, "farmers");
        let hidden = table.rows.iter().filter(|row| row[2].plain() == "西镇" && row[farmers].plain() == "*");
        assert!(hidden.count() >= 2, "four farmers, and 64 less 60 would be these four: {table:?}");
    });
}

#[test]
fn the_month_that_runs_is_not_published_and_the_fingerprint_is_that_of_the_rows() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        year(db, &cast);
        let before = made(db, &cast, Table::Deliveries);
        let at = |on: &str| form(lecture(&cast, 0, Kind::Lecture, on, &[(Group::Youth, 50)]));
        verified(db, &cast, &at("2025-06-01"));
        let same = made(db, &cast, Table::Deliveries);
        assert_eq!((&same, same.fingerprint()), (&before, before.fingerprint()), "June runs");
        verified(db, &cast, &at("2025-05-31"));
        assert_ne!(made(db, &cast, Table::Deliveries).fingerprint(), before.fingerprint());
    });
}

#[test]
fn anybody_downloads_the_tables_with_dictionary_licence_and_fingerprint() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let mut anybody = testkit::Client::new(&site.router, site.runtime.handle());
        anybody.get("/open").is(200).shows("还没有生成过");
        anybody.get("/open/deliveries").is(404);
        year(db, &site.cast);
        kept(db, &site.cast);
        let print = made(db, &site.cast, Table::Deliveries).fingerprint();
        let page = anybody.get("/open?year=2025");
        page.is(200).shows("数据字典").shows("CC BY 4.0").shows("2025-06-15");
        assert!(page.text.contains(&print));
        let csv = anybody.get("/open/deliveries?year=2025&format=csv").text;
        assert!(csv.starts_with('\u{feff}'), "spreadsheets read the mark");
        assert!(csv.contains("层级,月份,镇（街道）,活动类型,场次,时长,青少年"), "{csv}");
        assert!(csv.contains("月,2025-03,东镇,讲座,2,180,*,0,0,*"), "{csv}");
        let json = anybody.get("/open/deliveries").is(200).text.clone();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["sha256"], &json["year"], &json["rows"][0][4]),
            (&print.into(), &2025.into(), &2.into())
        );
        assert_eq!(json["columns"][4]["en"]["unit"], "sessions");
        for table in Table::ALL {
            anybody.get(&format!("/open/{}?year=2025&format=xlsx", table.code())).is(200);
            let rows = made(db, &site.cast, *table).rows;
            assert!(rows.iter().all(|row| row.len() == table.columns().len()), "{table:?}");
        }
        // a year that has only begun is no answer to who asks for none
        site.cast.move_to("2026-01-10");
        act(db, &site.cast.coordinator(), |tx, by| {
            let all = make(tx, by, 2026)?;
            keep(tx, by, 2026, &all)
        })
        .unwrap();
        anybody.get("/open/deliveries?format=csv").is(200).shows("2025-03");
        anybody.get("/open/deliveries?year=2026&format=csv").is(200).hides("2026");
        anybody.get("/open/nothing").is(404);
        anybody.get("/open/deliveries?year=1999").is(404);
    });
}

#[test]
fn the_dictionary_explains_every_column_in_both_languages() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let mut anybody = testkit::Client::new(&site.router, site.runtime.handle());
        let csv = anybody.get("/open/dictionary?format=csv").is(200).text.clone();
        let lines: Vec<&str> = csv.lines().collect();
        let columns: usize = Table::ALL.iter().map(|table| table.columns().len()).sum();
        assert_eq!(lines.len(), columns + 1);
        assert!(!csv.contains("evidence-open-"), "a word is missing: {csv}");
        assert!(csv.contains("已核验的活动场数") && csv.contains("Verified activities"), "{csv}");
        anybody.get("/open/dictionary").is(200).shows("left_out_when");
    });
}

#[test]
fn the_tables_are_made_once_a_day_by_the_program_itself() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        year(db, &site.cast);
        let by = site.cast.coordinator();
        let (clock, rng, seal) = (by.clock.clone(), by.rng.clone(), by.seal.clone());
        let worker = jobs::Worker::new(db.clone(), vec![crate::jobs()], clock, rng, seal);
        worker.run_due().unwrap();
        worker.run_due().unwrap();
        let made = act(db, &by, |tx, by| crate::open::store::list(tx, by.district())).unwrap();
        assert_eq!(made.len(), Table::ALL.len(), "{made:?}");
        assert!(made.iter().all(|one| one.made_on == day("2025-06-15") && one.year == 2025));
    });
}

#[test]
fn what_was_withdrawn_leaves_the_open_tables_at_the_next_turn_of_the_worker() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        year(db, &site.cast);
        let wrong = lecture(&site.cast, 1, Kind::Lecture, "2025-04-07", &[(Group::Farmers, 777)]);
        let wrong = verified(db, &site.cast, &form(wrong));
        let by = site.cast.coordinator();
        let (clock, rng, seal) = (by.clock.clone(), by.rng.clone(), by.seal.clone());
        let worker = jobs::Worker::new(db.clone(), vec![crate::jobs()], clock, rng, seal);
        worker.run_due().unwrap();
        worker.run_due().unwrap();
        let path = "/open/deliveries?year=2025&format=csv";
        let mut anybody = testkit::Client::new(&site.router, site.runtime.handle());
        assert!(anybody.get(path).is(200).text.contains("777"));
        withdrawn(db, &site.cast, &wrong);
        worker.run_due().unwrap();
        assert!(!anybody.get(path).is(200).text.contains("777"));
    });
}
