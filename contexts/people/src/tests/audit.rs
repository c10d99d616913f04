//! The audit trail on both databases.

use std::sync::Arc;

use kernel::{Caller, FixedClock, Role};
use serde_json::json;
use testkit::both;

use super::{Cast, STREAMS, act, day, keys};
use crate::audit::{self, Entry, Filter};
use crate::district;
use crate::units::UnitKind;

fn at(cast: &Cast, day: &str) -> Caller {
    Caller { clock: Arc::new(FixedClock::at(day)), ..cast.admin.clone() }
}

#[test]
fn every_change_leaves_an_entry_with_who_and_what() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        cast.account(db, "li", Role::Editor, &edu);
        let all =
            cast.act(db, |tx, by| Ok(audit::list(tx, by.district(), &Filter::default(), 50, 0)?)).unwrap();
        let actions: Vec<_> = all.iter().rev().map(|entry| entry.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "people.account.open", "people.role.give", "people.district.found", "people.unit.create",
                "people.account.open", "people.role.give"
            ]
        );
        assert!(all.iter().all(|entry| entry.name == "甲"));
        assert_eq!(all[2].subject_id, edu.as_str());
        assert!(all[2].detail.contains("教育局"));
    });
}

#[test]
fn entries_stand_in_the_order_of_writing_when_the_clock_jumps_back() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        for (when, action) in [("2026-07-01", "test.first"), ("2025-06-01", "test.second")] {
            act(db, &at(&cast, when), move |tx, by| {
                audit::record(tx, by, Entry { action, subject: ("test", "1"), detail: json!({}) })
            })
            .unwrap();
        }
        let newest =
            cast.act(db, |tx, by| Ok(audit::list(tx, by.district(), &Filter::default(), 2, 0)?)).unwrap();
        let actions: Vec<_> = newest.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["test.second", "test.first"]);
    });
}

#[test]
fn the_trail_is_filtered_by_who_what_subject_and_days() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let count = |filter: Filter| {
            cast.act(db, move |tx, by| {
                let n = audit::count(tx, by.district(), &filter)?;
                assert_eq!(
                    audit::list(tx, by.district(), &filter, 50, 0)?.len(),
                    usize::try_from(n).unwrap()
                );
                Ok(n)
            })
            .unwrap()
        };
        assert_eq!(count(Filter::default()), 4);
        assert_eq!(count(Filter { who: "甲".into(), ..Filter::default() }), 4);
        assert_eq!(count(Filter { who: "%".into(), ..Filter::default() }), 0);
        assert_eq!(count(Filter { action: "people.unit.create".into(), ..Filter::default() }), 1);
        let subject =
            Filter { subject_kind: "unit".into(), subject_id: edu.to_string(), ..Filter::default() };
        assert_eq!(count(subject), 1);
        let today = Some(day("2025-06-01"));
        assert_eq!(count(Filter { from: today, to: today, ..Filter::default() }), 4);
        assert_eq!(count(Filter { from: Some(day("2025-06-02")), ..Filter::default() }), 0);
        assert_eq!(count(Filter { to: Some(day("2025-05-31")), ..Filter::default() }), 0);
    });
}

#[test]
fn the_trail_is_never_kept_shorter_than_half_a_year() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let settings = cast.act(db, |tx, by| Ok(district::settings(tx, by.district())?)).unwrap().unwrap();
        assert_eq!(settings.audit_days, 180);
        let set = |days: i64, version: i64| {
            let new = district::Settings { audit_days: days, version, ..settings.clone() };
            cast.act(db, move |tx, by| district::change_settings(tx, by, &new))
        };
        assert_eq!(keys(set(179, 1).unwrap_err()), ["people-audit-days-short"]);
        assert_eq!(keys(set(100_000, 1).unwrap_err()), ["people-audit-days-long"]);
        set(365, 1).unwrap();
        assert_eq!(keys(set(200, 1).unwrap_err()), ["people-settings-changed-meanwhile"]);
    });
}

#[test]
fn pruning_removes_only_what_is_older_than_the_setting() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let write = |when: &'static str| {
            act(db, &at(&cast, when), |tx, by| {
                audit::record(
                    tx,
                    by,
                    Entry { action: "test.note", subject: ("test", "1"), detail: json!({}) },
                )
            })
            .unwrap();
        };
        for when in ["2025-07-15", "2025-10-01", "2025-12-01"] {
            write(when);
        }
        assert_eq!(act(db, &at(&cast, "2025-11-28"), audit::prune).unwrap(), 0, "180 days after the first");
        assert_eq!(act(db, &at(&cast, "2025-11-29"), audit::prune).unwrap(), 3);
        let left =
            cast.act(db, |tx, by| Ok(audit::list(tx, by.district(), &Filter::default(), 9, 0)?)).unwrap();
        let actions: Vec<_> = left.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["people.audit.prune", "test.note", "test.note", "test.note"]);
        assert_eq!(act(db, &at(&cast, "2027-01-05"), audit::prune).unwrap(), 0, "a clock far ahead");
    });
}

#[test]
fn a_sign_in_under_a_clock_that_jumped_ahead_takes_no_trail_away() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let note = |when: &str| {
            act(db, &at(&cast, when), |tx, by| {
                audit::record(
                    tx,
                    by,
                    Entry { action: "test.note", subject: ("test", "1"), detail: json!({}) },
                )
            })
            .unwrap();
        };
        note("2025-07-01");
        note("2027-03-01");
        assert_eq!(act(db, &at(&cast, "2027-03-02"), audit::prune).unwrap(), 0);
        // The clock is right again: what is old goes, what was written meanwhile stays.
        note("2025-08-20");
        assert_eq!(act(db, &at(&cast, "2026-01-10"), audit::prune).unwrap(), 0, "quiet for too long");
        for when in ["2025-10-01", "2025-11-20", "2026-01-10"] {
            note(when);
        }
        assert!(act(db, &at(&cast, "2026-01-10"), audit::prune).unwrap() > 0);
    });
}
