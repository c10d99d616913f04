//! Entering a year's days off.

use kernel::workdays::{Arrangement, Run};
use kernel::{Refusal, Role};
use testkit::both;

use super::{Cast, STREAMS, act, day};
use crate::workdays::{Entry, calendar, enter};

fn run(from: &str, to: &str) -> Run {
    Run { from: day(from), to: day(to), name: "国庆节".into() }
}

fn entry(off: Run, make_up: Vec<Run>, version: i64) -> Entry {
    Entry {
        year: 2027,
        arrangement: Arrangement { source: "国办发明电〔2026〕9号".into(), off: vec![off], make_up },
        version,
    }
}

#[test]
fn a_year_that_a_coordinator_enters_counts_from_then_on_and_a_notice_can_be_corrected() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let n = |from: &'static str, to: &'static str| {
            let count = move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
                Ok(calendar(tx, by.district())?.working_days_between(day(from), day(to)))
            };
            cast.act(db, count).unwrap()
        };
        assert_eq!(n("2027-09-30", "2027-10-10"), 6);
        let first = entry(run("2027-10-01", "2027-10-07"), vec![run("2027-10-09", "2027-10-09")], 0);
        let sent = first.clone();
        cast.act(db, move |tx, by| enter(tx, by, &sent)).unwrap();
        assert_eq!(n("2027-09-30", "2027-10-10"), 2);
        // The same again is by somebody who had not seen the first.
        let again = cast.act(db, move |tx, by| enter(tx, by, &first));
        assert!(matches!(again, Err(Refusal::Conflict(_))));
        let shorter = entry(run("2027-10-01", "2027-10-01"), Vec::new(), 1);
        cast.act(db, move |tx, by| enter(tx, by, &shorter)).unwrap();
        assert_eq!(n("2027-09-30", "2027-10-10"), 5);
    });
}

#[test]
fn a_year_without_source_or_with_impossible_days_is_refused_and_an_editor_enters_none() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let mut wrong = entry(
            run("2027-10-01", "2027-10-09"),
            vec![run("2027-10-09", "2027-10-09"), run("2027-10-11", "2027-10-11")],
            0,
        );
        wrong.arrangement.source = " ".into();
        let Err(Refusal::Invalid(problems)) = cast.act(db, move |tx, by| enter(tx, by, &wrong)) else {
            panic!("a wrong year was taken")
        };
        let keys: Vec<_> = problems.iter().map(|problem| problem.key).collect();
        let expected =
            ["people-workdays-source-missing", "people-workdays-both", "people-workdays-no-weekend"];
        assert_eq!(keys, expected);
        let (_, editor) = cast.account(db, "li", Role::Editor, &cast.founded.root.clone());
        let right = entry(run("2027-10-01", "2027-10-07"), Vec::new(), 0);
        let refused = act(db, &editor, move |tx, by| enter(tx, by, &right));
        assert!(matches!(refused, Err(Refusal::Forbidden)));
    });
}
