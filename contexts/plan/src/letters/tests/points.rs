//! Points that add up and scores proposed from figures, as tables of cases.

use evidence::DutyRole;
use rust_decimal::Decimal;

use super::year::clause;
use crate::letters::Basis;
use crate::letters::rules::{Figure, adds_up, points_text, propose, read_points, spread};

#[test]
fn points_are_spread_by_weight_and_always_add_up() {
    assert_eq!(spread(&[3, 3, 1], 10_000), [4300, 4300, 1400]);
    assert_eq!(spread(&[1], 10_000), [10_000]);
    for n in 1..130 {
        let weights: Vec<i64> = (0..n).map(|at| [3, 2, 1][at % 3]).collect();
        let points = spread(&weights, 10_000);
        assert_eq!(points.iter().sum::<i64>(), 10_000, "{n} clauses");
        assert!(points.iter().all(|points| *points > 0), "{n} clauses: {points:?}");
    }
}

#[test]
fn a_rubric_that_does_not_add_up_is_refused_with_the_difference() {
    // a county's printed rubric said 0.3 where 3 was meant, and nobody saw it
    let clauses = [clause(1, 9700), clause(2, 30)];
    let problem = adds_up(&clauses, 10_000).unwrap_err();
    assert_eq!(problem.key, "plan-letter-points-short");
    assert!(problem.args.contains(&("difference", "2.7".into())), "{problem:?}");
    assert_eq!(adds_up(&[clause(1, 10_001)], 10_000).unwrap_err().key, "plan-letter-points-over");
    assert!(adds_up(&[clause(1, 9700), clause(2, 300)], 10_000).is_ok());
    assert!(adds_up(&[], 10_000).is_err());
}

#[test]
fn points_are_read_as_people_write_them_and_nothing_else_is() {
    for (typed, hundredths) in [("3", 300), ("0.3", 30), (" 2.25 ", 225), ("0", 0)] {
        assert_eq!(read_points(typed).unwrap(), hundredths);
    }
    for typed in ["", "-1", "N/A", "2.255", "三", "1e9", "7000000000000000000000000000"] {
        assert!(read_points(typed).is_err(), "{typed}");
    }
    assert_eq!([points_text(30), points_text(300), points_text(225)], ["0.3", "3", "2.25"]);
}

#[test]
fn a_score_is_proposed_by_the_stated_rule() {
    use Basis::{CannotSay, Contributed, NotCollected, Reached, Share};
    let (lead, support) = (DutyRole::Lead, DutyRole::Support);
    let cases = [
        // role, asked, now, unknown -> rule, score of 10 points
        (lead, Some(12), Some(12), 0, Reached, Some(1000)),
        (lead, Some(12), Some(20), 0, Reached, Some(1000)),
        (lead, Some(12), Some(4), 0, Share, Some(333)),
        (lead, Some(3), Some(2), 0, Share, Some(667)),
        (lead, Some(12), Some(0), 0, Share, Some(0)),
        (lead, Some(12), None, 0, NotCollected, None),
        (lead, None, Some(4), 0, CannotSay, None),
        (lead, None, None, 0, NotCollected, None),
        // 420 of 500, and 1,279 heads whose person is not known: nobody can say
        (lead, Some(500), Some(420), 1279, CannotSay, None),
        (support, None, Some(1), 0, Contributed, Some(1000)),
        (support, None, Some(0), 0, NotCollected, None),
        (support, None, None, 0, NotCollected, None),
    ];
    for (role, asked, now, unknown, basis, score) in cases {
        let mut clause = clause(1, 1000);
        clause.role = role;
        clause.asked = asked.map(Decimal::from);
        let figure = Figure { now: now.map(Decimal::from), unknown: Decimal::from(unknown) };
        assert_eq!(propose(&clause, figure), (basis, score), "{role:?} {asked:?} {now:?} {unknown}");
    }
}
