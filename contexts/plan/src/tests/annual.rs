//! Annual plans of units.

use testkit::both;

use super::{Cast, STREAMS, as_caller, caller, keys};
use crate::actions::annual::{self, NewLine};
use crate::store::Arranged;
use crate::{AnnualState, ItemId, store};

fn line(item: &ItemId, what: &str, months: [i64; 12]) -> NewLine {
    NewLine { item: item.clone(), what: what.into(), months, n_heads: Some(900) }
}

fn spring() -> [i64; 12] {
    [0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// What the plans of 2024 arrange for an item.
fn arranged(cast: &Cast, db: &db::Db, item: &ItemId) -> Arranged {
    let all = cast.act(db, |tx, by| Ok(store::list_arranged(tx, by.district(), 2024)?)).unwrap();
    all.get(item).copied().unwrap_or_default()
}

#[test]
fn a_unit_writes_its_year_submits_it_and_gets_it_back_with_a_reason() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let (unit, item) = (cast.unit("education"), cast.content(db, &id).items.remove(5).id);
        let lines = [line(&item, "科学课公开课", spring())];
        let of = unit.clone();
        as_caller(db, &cast.editor, move |tx, by| {
            annual::write(tx, by, &of, 2024, 0, &lines)?;
            annual::submit(tx, by, &of, 2024, 1)
        })
        .unwrap();
        assert_eq!(arranged(&cast, db, &item), Arranged { months: spring(), n_drafted: 0 });
        let of = unit.clone();
        let refused = as_caller(db, &cast.editor, move |tx, by| annual::write(tx, by, &of, 2024, 2, &[]));
        assert_eq!(keys(&refused.unwrap_err()), ["plan-annual-is-submitted"]);
        let of = unit.clone();
        cast.act(db, move |tx, by| annual::hand_back(tx, by, &of, 2024, "缺少农村学校")).unwrap();
        let plan = as_caller(db, &cast.editor, move |tx, by| annual::open(tx, by, &unit, 2024)).unwrap();
        assert_eq!(plan.state, AnnualState::Draft { handed_back: Some("缺少农村学校".into()) });
        assert_eq!(plan.lines[0].n_heads, Some(900));
        let now = arranged(&cast, db, &item);
        assert_eq!(now, Arranged { months: [0; 12], n_drafted: 5 }, "what is no longer submitted is a draft");
    });
}

#[test]
fn another_units_plan_is_not_there_for_an_editor() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let unit = cast.unit("health");
        let refused = as_caller(db, &cast.editor, move |tx, by| annual::write(tx, by, &unit, 2024, 0, &[]));
        assert_eq!(keys(&refused.unwrap_err()), ["not-found"]);
    });
}

#[test]
fn an_empty_plan_is_not_submitted_and_lines_need_words_and_a_known_measure() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let unit = cast.unit("education");
        let of = unit.clone();
        let empty = as_caller(db, &cast.editor, move |tx, by| annual::submit(tx, by, &of, 2024, 0));
        assert_eq!(keys(&empty.unwrap_err()), ["plan-annual-empty"]);
        let goal = cast.content(db, &id).items.remove(0).id;
        let lines = [line(&goal, " ", [-1; 12])];
        let refused =
            as_caller(db, &cast.editor, move |tx, by| annual::write(tx, by, &unit, 2024, 0, &lines));
        let keys = keys(&refused.unwrap_err());
        assert_eq!(keys, ["plan-line-words-missing", "plan-line-item-unknown", "plan-line-too-many"]);
    });
}

#[test]
fn two_people_who_write_at_once_find_out() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let (unit, item) = (cast.unit("education"), cast.content(db, &id).items.remove(5).id);
        let lines = [line(&item, "科学课公开课", spring())];
        let refused = as_caller(db, &cast.editor, move |tx, by| {
            annual::write(tx, by, &unit, 2024, 0, &lines)?;
            annual::write(tx, by, &unit, 2024, 0, &lines)
        });
        assert_eq!(keys(&refused.unwrap_err()), ["plan-annual-changed-meanwhile"]);
    });
}

#[test]
fn whoever_submits_stands_behind_what_they_saw_and_nothing_else() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let (unit, item) = (cast.unit("education"), cast.content(db, &id).items.remove(5).id);
        let lines = [line(&item, "科学课公开课", spring())];
        let refused = as_caller(db, &cast.editor, move |tx, by| {
            annual::write(tx, by, &unit, 2024, 0, &lines)?;
            annual::write(tx, by, &unit, 2024, 1, &lines)?;
            annual::submit(tx, by, &unit, 2024, 1)
        });
        assert_eq!(keys(&refused.unwrap_err()), ["plan-annual-changed-meanwhile"]);
    });
}

#[test]
fn a_year_that_is_over_is_a_record_which_only_a_keeper_corrects_and_with_a_reason() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let (unit, item) = (cast.unit("education"), cast.content(db, &id).items.remove(5).id);
        let lines = [line(&item, "科学课公开课", spring())];
        let (of, sent) = (unit.clone(), lines.clone());
        as_caller(db, &cast.editor, move |tx, by| {
            annual::write(tx, by, &of, 2024, 0, &sent)?;
            annual::submit(tx, by, &of, 2024, 1)
        })
        .unwrap();
        let later = |who: &kernel::Caller, seed| {
            let mut by = caller(who.actor.clone(), seed);
            by.clock = kernel::Caller::fixed(who.actor.clone(), "2025-01-02").clock;
            by
        };
        let (editor, keeper) = (later(&cast.editor, 21), later(&cast.coordinator, 22));
        for step in ["write", "submit", "hand back", "correct"] {
            for by in [&editor, &keeper] {
                let (of, lines) = (unit.clone(), lines.clone());
                let refused = as_caller(db, by, move |tx, by| match step {
                    "write" => annual::write(tx, by, &of, 2024, 2, &lines),
                    "submit" => annual::submit(tx, by, &of, 2024, 2),
                    "hand back" => annual::hand_back(tx, by, &of, 2024, "再想想"),
                    _ => annual::correct(tx, by, (&of, 2024), 2, &lines, " "),
                });
                let keeps = by.actor.has(kernel::Role::Coordinator);
                let expected = match (step, keeps) {
                    ("correct", true) => "plan-annual-correction-reason-missing",
                    ("correct" | "hand back", false) => "forbidden",
                    _ => "plan-annual-year-over",
                };
                assert_eq!(keys(&refused.unwrap_err()), [expected], "{step} by a keeper: {keeps}");
            }
        }
        let of = unit.clone();
        let fewer = [line(&item, "科学课公开课", [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0])];
        let found = as_caller(db, &keeper, move |tx, by| {
            annual::correct(tx, by, (&of, 2024), 2, &fewer, " 四月的三场没有批准 ")?;
            Ok(store::list_corrections(tx, by.district(), &of, 2024)?)
        })
        .unwrap();
        let [kept] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((kept.reason.as_str(), kept.n_before, kept.n_after), ("四月的三场没有批准", 5, 2));
        assert_eq!(Some(&kept.by), keeper.actor.account.as_ref());
        assert_eq!(arranged(&cast, db, &item).months.iter().sum::<i64>(), 2);
        let of = unit.clone();
        let early = as_caller(db, &keeper, move |tx, by| {
            annual::correct(tx, by, (&of, 2025), 0, &lines, "年份还没有完")
        });
        assert_eq!(keys(&early.unwrap_err()), ["plan-annual-year-runs"]);
    });
}
