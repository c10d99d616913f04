//! From a delivery to every number that it moved.

use std::collections::BTreeMap;

use db::Db;
use kernel::{Group, Reach};

use super::cast::{Cast, STREAMS, act, form, verified, withdrawn};
use super::site::{STREAMS as SITE, Site, fields};
use crate::fact::{Cell, Sums};
use crate::{DeliveryId, moves, store};

fn cells(db: &Db, cast: &Cast) -> BTreeMap<Cell, Sums> {
    let all = act(db, &cast.editor(), |tx, by| store::total::all(tx, by.district()));
    all.unwrap().into_iter().collect()
}

fn told(db: &Db, cast: &Cast, id: &DeliveryId) -> Vec<moves::Move> {
    let id = id.clone();
    let facts = act(db, &cast.editor(), move |tx, by| store::fact::list(tx, by.district(), &id)).unwrap();
    moves::of_act(moves::last_act(&facts))
}

/// What moved from one state of the totals to another.
fn difference(before: &BTreeMap<Cell, Sums>, after: &BTreeMap<Cell, Sums>) -> BTreeMap<Cell, Sums> {
    let of = |cells: &BTreeMap<Cell, Sums>, cell: &Cell| cells.get(cell).copied().unwrap_or_default();
    let by = |cell: &Cell| {
        let (was, is) = (of(before, cell), of(after, cell));
        Sums {
            sessions: is.sessions - was.sessions,
            person_times: is.person_times - was.person_times,
            minutes: is.minutes - was.minutes,
        }
    };
    let all = before.keys().chain(after.keys()).map(|cell| (cell.clone(), by(cell)));
    all.filter(|(_, moved)| *moved != Sums::default()).collect()
}

#[test]
fn what_a_delivery_says_that_it_moved_is_what_moved_and_moves_back() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.purposes.insert("m2".into());
        lecture.supporters.insert(cast.society.clone());
        lecture.co_hosts.insert(cast.education.clone());
        lecture.heads.insert(Group::Youth, 4);
        verified(db, &cast, &form(cast.lecture()));
        let before = cells(db, &cast);
        let id = verified(db, &cast, &form(lecture));
        let after = cells(db, &cast);
        let said = |id| told(db, &cast, id).into_iter().map(|one| (one.cell, one.by)).collect();
        let said_then: BTreeMap<Cell, Sums> = said(&id);
        assert_eq!(said_then, difference(&before, &after));
        assert_eq!(said_then.len(), 3 * 8, "year, month, town, two organisers, supporter, two groups");
        withdrawn(db, &cast, &id);
        let said_now: BTreeMap<Cell, Sums> = said(&id);
        assert_eq!(said_now, difference(&after, &cells(db, &cast)));
    });
}

#[test]
fn every_number_that_a_delivery_moved_opens_a_list_in_which_it_stands() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.supporters.insert(cast.society.clone());
        let id = verified(db, &cast, &form(lecture));
        for one in told(db, &cast, &id) {
            let (filter, sought) = (one.filter(), id.clone());
            let lines = act(db, &cast.coordinator(), move |tx, by| {
                store::list::page(tx, by.district(), &Reach::All, &filter, (10, 0))
            });
            assert!(lines.unwrap().iter().any(|line| line.id == sought), "{:?}", one.cell);
        }
    });
}

#[test]
fn the_record_page_shows_by_how_much_each_number_moved_and_by_which_rule() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        super::indicators::register(db, &site.cast);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/deliveries/new");
        let mut lecture = site.lecture();
        lecture.push(("supporter", site.cast.society.to_string()));
        let path = editor.post("/desk/deliveries", &fields(&lecture)).location().to_owned();
        editor.get(&path).shows("现在没有计入任何数字");
        verifier.get(&path);
        verifier.post(&format!("{path}/verification"), &[("version", "1")]);
        let page = editor.get(&path);
        page.is(200).shows("卫生局 · 牵头 的进度，2025 年").shows("科协 的贡献，2025 年");
        page.shows("+1 场，+46 人次，+90 分钟").shows("基本计数规则第 1 版").shows("规则第 1 版");
        page.shows("to=2025-06-30").shows("group=elderly");
        verifier.get(&path);
        verifier.post(&format!("{path}/withdrawal"), &[("version", "2"), ("reason", "重复填报")]);
        editor.get(&path).shows("下面是退回的数").shows("−1 场，−46 人次，−90 分钟");
    });
}
