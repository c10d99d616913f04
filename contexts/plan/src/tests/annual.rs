//! Annual plans of units.

use testkit::both;

use super::{Cast, STREAMS, as_caller, keys};
use crate::actions::annual::{self, NewLine};
use crate::{AnnualState, ItemId, store};

fn line(item: &ItemId, what: &str, months: [i64; 12]) -> NewLine {
    NewLine { item: item.clone(), what: what.into(), months, n_heads: Some(900) }
}

fn spring() -> [i64; 12] {
    [0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0]
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
            annual::submit(tx, by, &of, 2024)
        })
        .unwrap();
        let planned = cast.act(db, |tx, by| Ok(store::planned_months(tx, by.district(), 2024)?)).unwrap();
        assert_eq!(planned.get(&item), Some(&spring()));
        let of = unit.clone();
        let refused = as_caller(db, &cast.editor, move |tx, by| annual::write(tx, by, &of, 2024, 2, &[]));
        assert_eq!(keys(&refused.unwrap_err()), ["plan-annual-is-submitted"]);
        let of = unit.clone();
        cast.act(db, move |tx, by| annual::hand_back(tx, by, &of, 2024, "缺少农村学校")).unwrap();
        let plan = as_caller(db, &cast.editor, move |tx, by| annual::open(tx, by, &unit, 2024)).unwrap();
        assert_eq!(plan.state, AnnualState::Draft { handed_back: Some("缺少农村学校".into()) });
        assert_eq!(plan.lines[0].n_heads, Some(900));
        let planned = cast.act(db, |tx, by| Ok(store::planned_months(tx, by.district(), 2024)?)).unwrap();
        assert!(planned.is_empty(), "what is no longer submitted is no longer planned");
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
        let empty = as_caller(db, &cast.editor, move |tx, by| annual::submit(tx, by, &of, 2024));
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
        assert_eq!(keys(&refused.unwrap_err()), ["plan-changed-meanwhile"]);
    });
}
