//! The lines of an annual plan as form fields, numbered by row.

use kernel::Problem;
use web::{Cx, Form, Safe, Tone, ui};

use crate::actions::annual::NewLine;
use crate::{AnnualPlan, AnnualState, ItemId};

/// The months, 1 to 12.
pub(crate) const MONTHS: [usize; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// Whether lines were sent with a form; a step alone, as a submission, sends none.
pub(crate) fn n_rows(form: &Form) -> usize {
    form.names().filter(|name| name.starts_with("what-")).count()
}

/// The form with the stored lines in it.
pub(crate) fn filled(mut form: Form, plan: &AnnualPlan) -> Form {
    for (n, line) in plan.lines.iter().enumerate() {
        form = form.and(&format!("item-{n}"), line.item.to_string());
        form = form.and(&format!("what-{n}"), line.what.clone());
        for (month, sessions) in MONTHS.iter().zip(line.months).filter(|(_, sessions)| *sessions > 0) {
            form = form.and(&format!("m{month}-{n}"), sessions.to_string());
        }
        form = form.and(&format!("heads-{n}"), line.n_heads.map(|n| n.to_string()).unwrap_or_default());
    }
    form
}

/// With a row for each of these measures behind the stored lines, ready to be filled in.
pub(crate) fn with_open(mut form: Form, n_lines: usize, open: &[ItemId]) -> Form {
    for (n, item) in (n_lines..).zip(open) {
        form = form.and(&format!("item-{n}"), item.to_string());
    }
    form
}

/// Reads the lines; rows in which nothing was typed are left out.
///
/// # Errors
/// All that cannot be read, each at its field.
pub(crate) fn lines_of(form: &Form) -> Result<Vec<NewLine>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut lines = Vec::new();
    for n in 0..n_rows(form) {
        let mut months = [0; 12];
        for (month, cell) in MONTHS.iter().zip(&mut months) {
            match form.count(&format!("m{month}-{n}")) {
                Ok(sessions) => *cell = sessions.unwrap_or(0),
                Err(problem) => problems.push(problem),
            }
        }
        let n_heads = form.count(&format!("heads-{n}")).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let (item, what) = (form.text(&format!("item-{n}")), form.text(&format!("what-{n}")));
        // The measure alone was proposed by us, not typed.
        let empty = what.is_empty() && months == [0; 12] && n_heads.is_none();
        if empty {
            continue;
        }
        if item.is_empty() {
            problems.push(Problem::new("plan-line-item-missing").at(format!("item-{n}")));
        }
        lines.push(NewLine { item: ItemId::from(item), what: what.to_owned(), months, n_heads });
    }
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

/// One stored line in words: measure, what, sessions with their months, person-times.
pub(crate) struct StoredLine {
    pub measure: String,
    pub what: String,
    pub sessions: String,
    pub heads: String,
}

/// The stored lines to be read; `items` are the measures to choose from.
pub(crate) fn stored(cx: &Cx, plan: &AnnualPlan, items: &[(String, String)]) -> Vec<StoredLine> {
    let line = |line: &crate::Line| {
        let months = MONTHS.iter().zip(line.months).filter(|(_, n)| *n > 0);
        let months: Vec<String> = months
            .map(|(month, n)| {
                cx.with("plan-line-in-month", &[("month", month.to_string()), ("n", cx.number(n))])
            })
            .collect();
        let sessions = cx.with("plan-sessions", &[("n", cx.number(line.total()))]);
        let title = items.iter().find(|(id, _)| id == line.item.as_str());
        StoredLine {
            measure: title.map(|(_, title)| title.clone()).unwrap_or_default(),
            what: line.what.clone(),
            sessions: match months.is_empty() {
                true => sessions,
                false => format!("{sessions}（{}）", months.join(&cx.t("plan-list-comma"))),
            },
            heads: line.n_heads.map(|n| cx.number(n)).unwrap_or_default(),
        }
    };
    plan.lines.iter().map(line).collect()
}

/// The state of a unit's annual plan in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, plan: Option<&AnnualPlan>) -> Safe {
    let (tone, key) = match plan.map(|plan| &plan.state) {
        None => (Tone::Unfilled, "plan-annual-none"),
        Some(AnnualState::Draft { handed_back: Some(_) }) => (Tone::Late, "plan-annual-handed-back"),
        Some(AnnualState::Draft { handed_back: None }) => {
            match plan.is_some_and(|plan| plan.lines.is_empty()) {
                true => (Tone::Unfilled, "plan-annual-none"),
                false => (Tone::Wait, "plan-annual-draft"),
            }
        }
        Some(AnnualState::Submitted { .. }) => (Tone::Ok, "plan-annual-submitted"),
    };
    ui::tag(tone, &cx.t(key))
}
