//! Counting anew in slices: whatever people do meanwhile is counted once, and no half of a number is shown.

use db::Db;
use kernel::{Caller, Rng, SeededRng, Value};

use super::cast::{Cast, STREAMS, act, day, form, keys, verified, withdrawn};
use super::indicators::{register, series};
use super::log::{key, sealed};
use crate::actions::rule::{self, NewRule, RuleOf};
use crate::close::Period;
use crate::indicator::Tally;
use crate::rule::Conditions;
use crate::{DeliveryId, Details, Kind, actions, counting, log, recount, store};

/// Lectures and exhibitions of two years, by turns; some with a sign-in list.
fn held(db: &Db, cast: &Cast, n: u64, on: &str) -> DeliveryId {
    let kind = if n.is_multiple_of(3) { Kind::Exhibition } else { Kind::Lecture };
    let mut details = Details { kind, on: day(on), ..cast.lecture() };
    details.heads = [(kernel::Group::Other, 3)].into();
    let persons = if n.is_multiple_of(2) { "甲\n乙" } else { "丙" };
    verified(db, cast, &crate::NewDelivery { persons: persons.into(), ..form(details) })
}

/// A day of 2024 or 2025.
fn some_day(rng: &SeededRng) -> String {
    format!("{}-{:02}-{:02}", 2024 + rng.below(2), 1 + rng.below(5), 1 + rng.below(28))
}

/// The next version: of these kinds, for whatever purpose.
fn draft(db: &Db, cast: &Cast, id: &'static str, tally: Tally) -> crate::RuleId {
    let new = NewRule {
        of: RuleOf::Known(id.into()),
        conditions: Conditions { kinds: [Kind::Lecture].into(), ..Conditions::default() },
        tally,
        from: day("2024-01-01"),
        why: "只数讲座".into(),
    };
    act(db, &cast.coordinator(), move |tx, by| rule::draft(tx, by, &new)).unwrap()
}

fn put(db: &Db, by: &Caller, id: crate::RuleId) {
    act(db, by, move |tx, by| rule::put_in_force(tx, by, (&id, 1))).unwrap();
}

/// Every total beside the facts.
fn fits(db: &Db, cast: &Cast) {
    let seen = act(db, &cast.editor(), |tx, by| log::examine(tx, by.district(), &key(), None)).unwrap();
    assert!(seen.is_ok(), "{seen:?}");
}

fn is_counting(db: &Db, cast: &Cast) -> bool {
    !act(db, &cast.editor(), |tx, by| store::recount::list(tx, by.district())).unwrap().is_empty()
}

fn years(db: &Db, cast: &Cast) -> crate::counting::Years {
    act(db, &cast.editor(), |tx, by| store::indicator::totals(tx, by.district(), 2025)).unwrap()
}

#[test]
fn what_is_verified_and_withdrawn_while_a_number_is_counted_anew_is_counted_once() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let rng = SeededRng::new(19);
        let mut there: Vec<DeliveryId> = (0..32).map(|n| held(db, &cast, n, &some_day(&rng))).collect();
        for (id, tally) in [("persons", Tally::Persons), ("elderly", Tally::PersonTimes)] {
            put(db, &cast.coordinator(), draft(db, &cast, id, tally));
        }
        assert!(is_counting(db, &cast));
        let mut slices = 0;
        loop {
            fits(db, &cast);
            if rng.below(2) == 0 {
                there.push(held(db, &cast, rng.below(9), &some_day(&rng)));
            } else {
                let at = usize::try_from(rng.below(there.len() as u64)).unwrap();
                withdrawn(db, &cast, &there.swap_remove(at));
            }
            fits(db, &cast);
            slices += 1;
            if !act(db, &cast.editor(), recount::step).unwrap() {
                break;
            }
        }
        assert!(slices > 6, "{slices} slices are too few to meet anything between them");
        let counted = years(db, &cast);
        act(db, &cast.editor(), |tx, by| counting::rebuild(tx, by.district())).unwrap();
        assert_eq!(years(db, &cast), counted);
    });
}

#[test]
fn a_number_that_is_being_counted_anew_is_shown_as_such_and_not_closed_over_until_the_job_is_done() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for n in 0..32 {
            held(db, &cast, n, if n < 16 { "2024-02-01" } else { "2025-02-01" });
        }
        put(db, &cast.coordinator(), draft(db, &cast, "elderly", Tally::PersonTimes));
        let value = |id| series(db, &cast, id).points.pop().unwrap().value;
        assert_eq!((value("elderly"), value("lectures")), (Value::Counting, 11.into()));
        let by = sealed(&cast.coordinator());
        let close = |by: &Caller| act(db, by, |tx, by| actions::close::close(tx, by, Period::Month(2024, 2)));
        assert_eq!(keys(close(&by)), ["evidence-counting-now"]);
        let worker = jobs::Worker::new(
            db.clone(),
            vec![crate::jobs()],
            by.clock.clone(),
            by.rng.clone(),
            by.seal.clone(),
        );
        worker.run_due().unwrap();
        assert!(!is_counting(db, &cast));
        assert_eq!(value("elderly"), 33.into(), "eleven lectures of 2025 with three people each");
        close(&by).unwrap();
    });
}

#[test]
fn a_second_version_put_in_force_while_the_first_is_counted_takes_its_place() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for n in 0..32 {
            held(db, &cast, n, "2025-02-01");
        }
        put(db, &cast.coordinator(), draft(db, &cast, "elderly", Tally::PersonTimes));
        act(db, &cast.editor(), recount::step).unwrap();
        let second = NewRule {
            of: RuleOf::Known("elderly".into()),
            conditions: Conditions::default(),
            tally: Tally::PersonTimes,
            from: day("2024-01-01"),
            why: "都数".into(),
        };
        let id = act(db, &cast.coordinator(), move |tx, by| rule::draft(tx, by, &second)).unwrap();
        put(db, &cast.coordinator(), id);
        fits(db, &cast);
        while act(db, &cast.editor(), recount::step).unwrap() {}
        fits(db, &cast);
        assert_eq!(series(db, &cast, "elderly").points.pop().unwrap().value, 96.into());
    });
}
