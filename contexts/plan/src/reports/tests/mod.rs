//! Reports on both databases.

use testkit::both;

use super::actions;
use super::{LineKind, Scope, Span};
use crate::tests::{Cast, STREAMS, keys};

const YEAR: Span = Span { year: 2024, quarter: None };

#[test]
fn a_quarter_has_its_own_first_and_last_day_and_there_is_no_fifth() {
    let days = |quarter| Span { year: 2024, quarter }.days().map(|(a, b)| format!("{a} {b}"));
    assert_eq!(days(Some(1)).unwrap(), "2024-01-01 2024-03-31");
    assert_eq!(days(Some(4)).unwrap(), "2024-10-01 2024-12-31");
    assert_eq!(days(None).unwrap(), "2024-01-01 2024-12-31");
    assert_eq!(days(Some(5)), None);
}

#[test]
fn a_printed_report_is_found_again_by_its_code_as_it_was_printed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let code = cast.act(db, |tx, by| actions::print(tx, by, Scope::District, YEAR)).unwrap();
        let typed = format!("{}-{}", &code[..5].to_lowercase(), &code[5..]);
        let (kept, sound) = cast.act(db, move |tx, by| actions::find(tx, by, &typed)).unwrap();
        assert!(sound, "the cells fit their hash");
        let now = cast.act(db, |tx, by| actions::draw_up(tx, by, Scope::District, YEAR)).unwrap();
        assert_eq!(kept.lines, now.lines);
        assert!(now.of(LineKind::Target).count() > 5 && now.of(LineKind::Measure).count() > 20);
        let none = cast.act(db, |tx, by| actions::find(tx, by, "0000000000")).unwrap_err();
        assert_eq!(keys(&none), ["not-found"]);
    });
}

#[test]
fn a_cell_that_was_changed_behind_the_programs_back_is_noticed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let code = cast.act(db, |tx, by| actions::print(tx, by, Scope::District, YEAR)).unwrap();
        let of = code.clone();
        cast.act(db, move |tx, by| {
            let changed = "update plan_report set cells = replace(cells, '\"heads\":0', '\"heads\":9')
                where district_id = $1 and code = $2";
            Ok(tx.execute(changed, db::params![by.district(), &of])?)
        })
        .unwrap();
        let (_, sound) = cast.act(db, move |tx, by| actions::find(tx, by, &code)).unwrap();
        assert!(!sound);
    });
}

#[test]
fn a_units_report_tells_of_its_duties_only_and_a_towns_of_what_was_done_there() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let unit = Scope::Unit(cast.unit("education"));
        let of = unit.clone();
        let whole = cast.act(db, |tx, by| actions::draw_up(tx, by, Scope::District, YEAR)).unwrap();
        let own = cast.act(db, move |tx, by| actions::draw_up(tx, by, of.clone(), YEAR)).unwrap();
        let n = own.of(LineKind::Measure).count();
        assert!(n > 0 && n < whole.of(LineKind::Measure).count(), "{n}");
        let quarter = Span { year: 2024, quarter: Some(2) };
        let spring = cast.act(db, move |tx, by| actions::draw_up(tx, by, unit.clone(), quarter)).unwrap();
        assert_eq!(spring.on.to_string(), "2024-06-30");
        let far = cast
            .act(db, |tx, by| actions::draw_up(tx, by, Scope::District, Span { year: 2031, quarter: None }));
        assert_eq!(keys(&far.unwrap_err()), ["plan-letter-no-plan"]);
    });
}
