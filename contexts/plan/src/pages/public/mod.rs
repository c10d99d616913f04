//! The public face: the plan in plain language, measure by measure.

pub mod compare;
pub mod item;
pub mod plan;

use rust_decimal::Decimal;
use web::Cx;

use super::figure;

/// Fewer persons than this are not shown to the public.
pub(crate) const FEWEST: i64 = 5;

/// A count of persons or person-times as the public sees it: nothing is said of fewer than five.
pub(crate) fn people(cx: &Cx, n: i64) -> String {
    if (1..FEWEST).contains(&n) {
        cx.with("plan-suppressed", &[("n", FEWEST.to_string())])
    } else {
        cx.number(n)
    }
}

/// A target's figure as the public sees it. Only what counts persons is held back.
pub(crate) fn promised(cx: &Cx, value: Decimal, counts_persons: bool) -> String {
    let few = value > Decimal::ZERO && value < Decimal::from(FEWEST);
    if counts_persons && few {
        cx.with("plan-suppressed", &[("n", FEWEST.to_string())])
    } else {
        figure(cx, value)
    }
}

/// What a public address carries on when it names a plan other than the one in force.
pub(crate) fn query(chosen: Option<&crate::PlanId>) -> String {
    chosen.map_or_else(String::new, |plan| format!("?plan={plan}"))
}
