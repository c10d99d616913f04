//! What the board makes of the evidence: past years, yearly promises, promises kept late.

use std::collections::{BTreeMap, BTreeSet};

use db::Db;
use evidence::{Details, Kind, Method, NewDelivery, Tally};
use kernel::{Actor, Caller, Day, Group, Role};
use plan_doc::{Comparator, Form, TargetKind};
use rust_decimal::Decimal;
use testkit::both;

use super::{Cast, STREAMS, as_caller, caller, grant};
use crate::actions::annual::{self, NewLine};
use crate::actions::targets;
use crate::figures::{self, Board, TargetFigure};
use crate::rules::Status;
use crate::target::{Counting, Promise};
use crate::{ItemId, PlanId};

/// So many sessions, due then.
fn promise(value: i64, due: &str, form: Option<Form>) -> Promise {
    Promise {
        kind: TargetKind::Counted,
        form,
        subject: "举办科学课".into(),
        comparator: Comparator::AtLeast,
        value: Some(value.into()),
        unit: "场".into(),
        per: String::new(),
        due: due.into(),
        approximate: false,
        scope: String::new(),
        strength: String::new(),
        counting: Counting { tally: Tally::Sessions, kind: None, group: None },
    }
}

/// The demonstration plan in force with one more promise, which stands last, for the item that is given.
fn with_promise(cast: &Cast, db: &Db, promise: Promise) -> (PlanId, ItemId) {
    let id = cast.draft(db);
    let item = cast.content(db, &id).items.remove(4).id;
    let (plan, of) = (id.clone(), item.clone());
    cast.act(db, move |tx, by| {
        targets::add(tx, by, &plan, Some(of.clone()), "", promise.clone()).map(|_| ())
    })
    .unwrap();
    cast.publish(db, &id);
    (id, item)
}

/// Who records and who verifies, on a day.
fn pair(cast: &Cast, on: &str) -> (Caller, Caller) {
    let unit = cast.unit("education");
    let as_of = |account: &str, role, seed| {
        let mut actor: Actor = cast.editor.actor.clone();
        actor.account = Some(account.into());
        actor.grants = vec![grant(role, &unit)];
        let clock = Caller::fixed(actor.clone(), on).clock;
        Caller { clock, ..caller(actor, seed) }
    };
    let seed = on.bytes().map(u64::from).fold(7, |sum, byte| sum * 31 + byte);
    (as_of("recorder", Role::Editor, seed), as_of("verifier", Role::Verifier, seed + 1))
}

/// A lecture for an item that was held and verified on a day.
fn held(cast: &Cast, db: &Db, item: &ItemId, on: &str) {
    held_for(cast, db, item, (on, 40));
}

/// The same for so many young people.
pub(super) fn held_for(cast: &Cast, db: &Db, item: &ItemId, (on, heads): (&str, i64)) {
    let new = NewDelivery {
        client_key: String::new(),
        details: Details {
            kind: Kind::Lecture,
            topic: String::new(),
            title: format!("科学课 {on}"),
            on: Day::parse(on).unwrap(),
            start: None,
            minutes: 40,
            venue: "教室".into(),
            town: cast.unit("yuezhou"),
            place: None,
            host: cast.unit("education"),
            deliverers: Vec::new(),
            co_hosts: BTreeSet::new(),
            supporters: BTreeSet::new(),
            heads: BTreeMap::from([(Group::Youth, heads)]),
            method: Method::SignInSheet,
            purposes: BTreeSet::from([item.as_str().into()]),
            works: String::new(),
            note: String::new(),
        },
        persons: String::new(),
        photos: Vec::new(),
        submit: true,
    };
    let (recorder, verifier) = pair(cast, on);
    let id = as_caller(db, &recorder, move |tx, by| evidence::actions::delivery::record(tx, by, &new));
    let id = id.unwrap();
    let reason = "签到表刚寄到";
    let verify = move |tx: &mut db::Tx<'_>, by: &Caller| {
        evidence::actions::delivery::verify_late(tx, by, (&id, 1), reason)
    };
    as_caller(db, &verifier, verify).unwrap();
}

fn board(cast: &Cast, db: &Db, plan: &PlanId, year: i16) -> Board {
    let plan = plan.clone();
    let load = move |tx: &mut db::Tx<'_>, by: &Caller| {
        let plan = figures::shown(tx, by, Some(&plan))?.unwrap();
        Ok(figures::board(tx, by, plan, Some(year))?.unwrap())
    };
    cast.act(db, load).unwrap()
}

fn last(board: &Board) -> &TargetFigure {
    board.targets.last().unwrap()
}

#[test]
fn what_was_reached_after_its_due_day_is_said_to_be_late_with_its_day() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let (plan, item) = with_promise(&cast, db, promise(2, "2023-06", None));
        held(&cast, db, &item, "2023-06-30");
        assert_eq!(last(&board(&cast, db, &plan, 2024)).status, Status::Behind);
        held(&cast, db, &item, "2023-09-12");
        let now = board(&cast, db, &plan, 2024);
        assert_eq!(last(&now).status, Status::ReachedLate);
        assert_eq!(last(&now).reached_on, Day::parse("2023-09-12"));
        // One more that was held in time settles it: by the days on which things happened.
        held(&cast, db, &item, "2023-02-01");
        let now = board(&cast, db, &plan, 2024);
        assert_eq!((last(&now).status, last(&now).reached_on), (Status::Reached, None));
    });
}

#[test]
fn a_promise_due_at_a_years_end_is_late_when_the_next_year_fills_it() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let (plan, item) = with_promise(&cast, db, promise(2, "2022", None));
        held(&cast, db, &item, "2022-12-31");
        held(&cast, db, &item, "2023-01-01");
        let of = |year| {
            let board = board(&cast, db, &plan, year);
            (last(&board).status, last(&board).reached_on)
        };
        assert_eq!(of(2022), (Status::Behind, None), "the year that is looked back on knew nothing of it");
        assert_eq!(of(2024), (Status::ReachedLate, Day::parse("2023-01-01")));
    });
}

#[test]
fn a_yearly_promise_is_shown_with_the_years_own_figures() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let (plan, item) = with_promise(&cast, db, promise(2, "2025", Some(Form::Yearly)));
        for on in ["2022-03-01", "2022-05-01", "2023-03-01"] {
            held(&cast, db, &item, on);
        }
        let of = |year| {
            let board = board(&cast, db, &plan, year);
            let figure = last(&board);
            let href = figure.href().unwrap().to_owned();
            assert!(href.contains(&format!("from={year}-01-01")), "{href}");
            (figure.now, figure.n, figure.status)
        };
        assert_eq!(of(2022), (Some(Decimal::from(2)), 2, Status::Reached));
        assert_eq!(of(2023), (Some(Decimal::from(1)), 1, Status::Behind));
        assert_eq!(of(2024), (Some(Decimal::from(0)), 0, Status::Behind), "half of the year is over");
    });
}

#[test]
fn a_past_year_is_judged_by_its_december_and_the_running_one_by_its_last_month() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let item = cast.content(db, &id).items.remove(4).id;
        let unit = cast.unit("education");
        for year in [2023, 2024] {
            let (recorder, _) = pair(&cast, &format!("{year}-01-08"));
            let line = NewLine {
                item: item.clone(),
                what: "课后科学课".into(),
                // One in June, one in December.
                months: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1],
                n_heads: None,
            };
            let of = unit.clone();
            as_caller(db, &recorder, move |tx, by| {
                annual::write(tx, by, &of, year, 0, std::slice::from_ref(&line))?;
                annual::submit(tx, by, &of, year, 1)
            })
            .unwrap();
            held(&cast, db, &item, &format!("{year}-06-15"));
        }
        let of = |year| {
            let board = board(&cast, db, &id, year);
            let measures = board.sections.iter().flat_map(|section| &section.measures);
            let found = measures.clone().find(|measure| measure.item.id == item).unwrap();
            (board.on.to_string(), found.status)
        };
        assert_eq!(of(2023), ("2023-12-31".to_owned(), Status::Behind), "December's session was not held");
        assert_eq!(of(2024), ("2024-07-01".to_owned(), Status::OnCourse), "December is to come");
    });
}

#[test]
fn what_is_asked_for_is_written_in_whole_persons_but_in_parts_of_a_yuan() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let (plan, _) = with_promise(&cast, db, promise(2, "2023-06", None));
        let figure = last(&board(&cast, db, &plan, 2024)).clone();
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        let written = |(now, goal): (&str, &str), value: &str| {
            let of = TargetFigure { now: Some(read(now)), goal: Some(read(goal)), ..figure.clone() };
            of.written_up(read(value)).to_string()
        };
        assert_eq!(written(("200", "500"), "233.33"), "234", "persons come whole");
        assert_eq!(written(("2.33", "2.50"), "2.50"), "2.5", "a promise of 2.5 yuan is not one of 3");
        assert_eq!(written(("2.33", "2.50"), "0.17"), "0.17", "nor is 0.17 lacking a whole one");
        assert_eq!(written(("2.33", "3"), "2.4666"), "2.47");
    });
}
