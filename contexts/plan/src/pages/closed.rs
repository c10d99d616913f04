//! What was closed beside what is counted now: `关账时 46，现为 48，见变化`. Empty while a year is open,
//! and where nothing moved since.

use plan_doc::{Form, TargetKind};
use rust_decimal::Decimal;
use web::Cx;

use super::figure;
use crate::figures::{Board, MeasureFigure, TargetFigure};

/// Of a measure: its sessions and person-times.
pub(crate) fn of_measure(cx: &Cx, board: &Board, measure: &MeasureFigure) -> String {
    let Some(snapshot) = &board.closed else { return String::new() };
    let (closed, now) = (snapshot.total(measure.item.id.as_str()), measure.sums);
    if closed == now {
        return String::new();
    }
    let words = |sums: evidence::Sums| {
        let args = [("n", cx.number(sums.sessions)), ("heads", cx.number(sums.person_times))];
        cx.with("plan-closed-sums", &args)
    };
    beside(cx, words(closed), words(now))
}

/// Of a target: what its indicator came to.
pub(crate) fn of_target(cx: &Cx, board: &Board, one: &TargetFigure) -> String {
    let Some(snapshot) = &board.closed else { return String::new() };
    // a statement is no amount, however many were signed
    if one.target.promise.kind == TargetKind::Attested {
        return String::new();
    }
    let found = snapshot.indicators.iter().find(|closed| closed.id == one.target.id.as_str());
    let Some(closed) = found else { return String::new() };
    let yearly = one.target.promise.form == Some(Form::Yearly);
    let digits = if yearly { &closed.value } else { &closed.to_date };
    let closed: Option<Decimal> = digits.as_ref().and_then(|digits| digits.parse().ok());
    if closed == one.now {
        return String::new();
    }
    let words =
        |value: Option<Decimal>| value.map_or_else(|| cx.t("plan-unfilled"), |value| figure(cx, value));
    beside(cx, words(closed), words(one.now))
}

fn beside(cx: &Cx, closed: String, now: String) -> String {
    cx.with("plan-closed-beside", &[("closed", closed), ("now", now)])
}
