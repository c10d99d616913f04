//! The public face: the plan in plain language, measure by measure.

pub mod compare;
pub mod item;
pub mod plan;

use evidence::open::Told;
use evidence::suppression::Shown;
use plan_doc::Form;
use web::Cx;

use crate::figures::{Board, MeasureFigure, TargetFigure};

/// A count of persons or person-times as the public sees it. What is left out may be of few or stand
/// beside few: the words are the same, since the difference would tell which.
pub(crate) fn people(cx: &Cx, shown: Shown) -> String {
    shown.map_or_else(|| left_out(cx), |n| cx.number(n))
}

/// What stands in place of a number that is left out.
pub(crate) fn left_out(cx: &Cx) -> String {
    cx.with("plan-suppressed", &[("n", evidence::suppression::FEWEST.to_string())])
}

/// The person-times of a measure in the board's year, or nothing when they are left out.
pub(crate) fn person_times(told: &Told, board: &Board, measure: &MeasureFigure) -> Shown {
    let purpose = evidence::PurposeId::from(measure.item.id.as_str());
    told.person_times(&purpose, board.year, measure.sums.person_times)
}

/// Whether a target's figure is left out.
pub(crate) fn hides(told: &Told, one: &TargetFigure) -> bool {
    let id = evidence::IndicatorId::from(one.target.id.as_str());
    let Some(year) = one.points.last().map(|point| point.year) else { return false };
    if one.target.promise.form == Some(Form::Yearly) {
        told.hides_value(&id, year)
    } else {
        told.hides_to_date(&id, year)
    }
}

/// What a public address carries on when it names a plan other than the one in force.
pub(crate) fn query(chosen: Option<&crate::PlanId>) -> String {
    chosen.map_or_else(String::new, |plan| format!("?plan={plan}"))
}
