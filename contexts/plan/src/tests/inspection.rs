//! Inspections: points that add up, who looks, and what becomes of what is found.

use std::collections::BTreeMap;

use db::Db;
use kernel::{Day, Refusal, Role, UnitId};
use people::accounts::{NewAccount, password::hash};
use testkit::both;

use super::{Cast, STREAMS, as_caller, caller, grant, keys};
use crate::inspection::actions::{self, Filled, NewChecklist, NewInspections};
use crate::inspection::{ChecklistId, InspectionId, Item, ItemKind, State};
use crate::supervision::{self, Cause};

fn item(words: &str, kind: ItemKind, points: i64) -> Item {
    Item { n: 0, words: words.into(), kind, points }
}

fn list(total: i64) -> NewChecklist {
    NewChecklist {
        follows: None,
        title: "科普阵地检查".into(),
        total,
        items: vec![item("开放时间公示", ItemKind::YesNo, 40), item("活动记录完整", ItemKind::Points, 60)],
    }
}

fn made(cast: &Cast, db: &Db) -> ChecklistId {
    cast.act(db, |tx, by| actions::make(tx, by, &list(100))).unwrap()
}

/// An account in no unit of the cast, who inspects.
fn inspector(cast: &Cast, db: &Db) -> kernel::AccountId {
    let mut boss = cast.coordinator.clone();
    let root = boss.actor.grants[0].unit.clone();
    boss.actor.grants = vec![grant(Role::Administrator, &root)];
    let unit = cast.unit("health");
    as_caller(db, &boss, move |tx, by| {
        let new = NewAccount {
            login: "looks".into(),
            name: "检查员".into(),
            unit: Some(unit.clone()),
            password: hash("password of the test", &*by.rng)?,
            must_change_password: false,
            roles: vec![(Role::Editor, unit.clone())],
        };
        people::accounts::create(tx, by, new)
    })
    .unwrap()
}

fn planned(cast: &Cast, db: &Db, unit: &UnitId) -> InspectionId {
    let new = NewInspections {
        checklist: made(cast, db),
        units: vec![unit.clone()],
        on: Day::parse("2024-07-05").unwrap(),
        inspector: inspector(cast, db),
    };
    cast.act(db, move |tx, by| actions::plan(tx, by, &new)).unwrap()
}

fn filled(answers: &[(i64, i64, &str)], finish: bool) -> Filled {
    let answers = answers.iter().map(|(n, given, words)| (*n, (*given, (*words).to_owned())));
    Filled { answers: answers.collect::<BTreeMap<_, _>>(), photos: Vec::new(), finish }
}

#[test]
fn points_that_do_not_add_up_are_refused_with_the_difference_and_a_used_version_stays() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let refused = cast.act(db, |tx, by| actions::make(tx, by, &list(103)));
        let Err(Refusal::Invalid(problems)) = refused else { panic!("a wrong total was taken") };
        assert_eq!(problems[0].key, "inspection-total");
        assert!(problems[0].args.contains(&("difference", "3".to_owned())));
        let first = made(&cast, db);
        let next =
            NewChecklist {
                follows: Some(first.clone()), title: "科普阵地检查（夏）".into(), ..list(100)
            };
        let same = next.clone();
        let second = cast.act(db, move |tx, by| actions::make(tx, by, &next)).unwrap();
        let (one, two) = cast
            .act(db, move |tx, by| {
                Ok((actions::find_checklist(tx, by, &first)?, actions::find_checklist(tx, by, &second)?))
            })
            .unwrap();
        assert_eq!((one.n, two.n, &one.family), (1, 2, &two.family));
        assert_eq!(one.title, "科普阵地检查");
        // Two people who change the same version: the second finds out.
        let again = cast.act(db, move |tx, by| actions::make(tx, by, &same));
        assert_eq!(keys(&again.unwrap_err()), ["plan-changed-meanwhile"]);
    });
}

#[test]
fn an_inspector_fills_keeps_and_finishes_and_a_finding_becomes_supervision_once() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = planned(&cast, db, &cast.unit("education"));
        let of = id.clone();
        let found = cast.act(db, move |tx, by| actions::find(tx, by, &of)).unwrap();
        let mut actor = cast.editor.actor.clone();
        actor.account = Some(found.inspector.clone());
        actor.grants = vec![grant(Role::Editor, &cast.unit("health"))];
        let looks = caller(actor, 12);
        let of = id.clone();
        as_caller(db, &looks, move |tx, by| {
            actions::fill(tx, by, (&of, 1), &filled(&[(1, 0, "门口没有开放时间")], false))
        })
        .unwrap();
        let of = id.clone();
        let open = as_caller(db, &looks, move |tx, by| {
            actions::fill(tx, by, (&of, 2), &filled(&[(2, 61, "")], true))
        });
        assert_eq!(keys(&open.unwrap_err()), ["inspection-given"]);
        let of = id.clone();
        let silent = as_caller(db, &looks, move |tx, by| {
            actions::fill(tx, by, (&of, 2), &filled(&[(2, 50, " ")], true))
        });
        assert_eq!(keys(&silent.unwrap_err()), ["inspection-finding"]);
        let of = id.clone();
        let stranger = as_caller(db, &cast.editor, move |tx, by| {
            actions::fill(tx, by, (&of, 2), &filled(&[(2, 60, "")], true))
        });
        assert!(matches!(stranger, Err(Refusal::Forbidden)), "the unit does not fill in its own");
        let of = id.clone();
        as_caller(db, &looks, move |tx, by| actions::fill(tx, by, (&of, 2), &filled(&[(2, 60, "")], true)))
            .unwrap();
        let of = id.clone();
        let done = cast.act(db, move |tx, by| actions::find(tx, by, &of)).unwrap();
        assert!(matches!(done.state, State::Done { .. }));
        assert_eq!((done.score(), done.n_findings()), (60, 1));
        let (of, version) = (id.clone(), done.version);
        let raised = cast.act(db, move |tx, by| actions::raise_finding(tx, by, (&of, version), 1)).unwrap();
        let item = cast.act(db, move |tx, by| supervision::actions::find(tx, by, &raised)).unwrap();
        assert_eq!((item.cause, item.request.as_str()), (Cause::Finding, "门口没有开放时间"));
        let of = id.clone();
        let twice = cast.act(db, move |tx, by| actions::raise_finding(tx, by, (&of, version + 1), 1));
        assert_eq!(keys(&twice.unwrap_err()), ["inspection-raised-already"]);
        as_caller(db, &cast.editor, move |tx, by| actions::comment(tx, by, (&id, version + 1), "已经贴上了"))
            .unwrap();
    });
}

#[test]
fn nobody_inspects_the_own_unit_nor_on_a_day_that_has_passed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let new = NewInspections {
            checklist: made(&cast, db),
            units: vec![cast.unit("health")],
            on: Day::parse("2024-06-30").unwrap(),
            inspector: inspector(&cast, db),
        };
        let refused = cast.act(db, move |tx, by| actions::plan(tx, by, &new));
        assert_eq!(keys(&refused.unwrap_err()), ["inspection-past", "inspection-own-unit"]);
    });
}
