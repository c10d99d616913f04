//! The pages of reports.

mod code;
mod print;
mod show;

use kernel::Permission;
use rust_decimal::Decimal;
use web::{Cx, Routes, Safe};

use super::report::{Line, LineKind, Scope, Span};
use crate::pages::figure;
use crate::rules::Status;

const SIGNED: Permission = Permission::SignedIn;

/// The routes of reports, added to those of the plan.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/plan/reports", SIGNED, show::show)
        .post("/desk/plan/reports", SIGNED, show::print)
        .get("/desk/plan/reports/{code}/pdf", SIGNED, print::pdf)
        .get("/r", Permission::Public, code::ask)
        .get("/r/{code}", Permission::Public, code::show)
}

/// What a leader asks: what is behind and why, what is waited for, what is on course. After `plan-report-`
/// the catalogue's key, with the states of it.
pub(super) const GROUPS: [(&str, &[Status]); 3] = [
    ("behind", &[Status::Behind]),
    ("waiting", &[Status::Waiting, Status::Unfilled, Status::CannotSay]),
    ("on-course", &[Status::Reached, Status::ReachedLate, Status::Ahead, Status::OnCourse]),
];

/// A report's title in the reader's language.
pub(super) fn title(cx: &Cx, scope: &Scope, span: Span, name: &str) -> String {
    let of = match scope {
        Scope::District => cx.district_name(),
        Scope::Unit(_) | Scope::Town(_) => name.to_owned(),
    };
    let args = [("of", of), ("when", when(cx, span))];
    cx.with("plan-report-title", &args)
}

/// `2025年第3季度`
pub(super) fn when(cx: &Cx, span: Span) -> String {
    match span.quarter {
        None => cx.with("plan-report-year", &[("year", span.year.to_string())]),
        Some(quarter) => {
            cx.with("plan-report-quarter", &[("year", span.year.to_string()), ("n", quarter.to_string())])
        }
    }
}

/// A line's title; the sum's is in the reader's language.
pub(super) fn line_title(cx: &Cx, line: &Line) -> String {
    match line.kind {
        LineKind::Sum => cx.t("plan-report-sum"),
        LineKind::Target | LineKind::Measure => line.title.clone(),
    }
}

/// A figure with its unit, or 未填.
pub(super) fn value(cx: &Cx, line: &Line) -> String {
    line.value.map_or_else(|| cx.t("plan-unfilled"), |value| counted(cx, line, value))
}

/// By how much the line moved since the span was closed; empty when it did not.
pub(super) fn since(cx: &Cx, line: &Line) -> String {
    let signed = |n: i64| if n > 0 { format!("+{}", cx.number(n)) } else { cx.number(n) };
    line.since.map_or_else(String::new, |(sessions, heads)| {
        cx.with("plan-report-since", &[("sessions", signed(sessions)), ("heads", signed(heads))])
    })
}

/// A number in what the line is measured in.
pub(super) fn counted(cx: &Cx, line: &Line, value: Decimal) -> String {
    format!("{} {}", figure(cx, value), line.unit).trim().to_owned()
}

/// Person-times; nothing for a target.
pub(super) fn heads(cx: &Cx, line: &Line) -> String {
    line.heads.map(|heads| cx.number(heads)).unwrap_or_default()
}

/// How a line stands, in a word.
pub(super) fn standing(cx: &Cx, line: &Line) -> String {
    line.standing().map(|status| cx.t(&format!("plan-status-{}", status.code()))).unwrap_or_default()
}

/// How a line stands in word, shape and colour.
pub(super) fn tag(cx: &Cx, line: &Line) -> Safe {
    line.standing().map(|status| crate::pages::status(cx, status)).unwrap_or_default()
}

/// Why a line is behind: what is there against what was asked for.
pub(super) fn why(cx: &Cx, line: &Line) -> String {
    match line.asked {
        Some(asked) => {
            let asked = match line.kind {
                LineKind::Measure => cx.with("plan-sessions", &[("n", figure(cx, asked))]),
                LineKind::Target | LineKind::Sum => counted(cx, line, asked),
            };
            cx.with("plan-report-why", &[("now", value(cx, line)), ("asked", asked)])
        }
        None => value(cx, line),
    }
}

/// A scope as it stands in an address: `district`, `unit:ID`, `town:ID`.
pub(super) fn of(scope: &Scope) -> String {
    match scope {
        Scope::District => "district".to_owned(),
        Scope::Unit(unit) => format!("unit:{unit}"),
        Scope::Town(unit) => format!("town:{unit}"),
    }
}

/// The scope that an address names.
pub(super) fn scope(of: &str) -> Option<Scope> {
    match of.split_once(':') {
        None if of.is_empty() => Some(Scope::District),
        None => Scope::parse(of, None),
        Some((code, unit)) => Scope::parse(code, Some(unit.into())),
    }
}

/// A code as it stands on paper: `7K3M9-QXTAB`.
pub(super) fn spaced(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(5).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
