//! The lines of an annual plan as form fields, numbered by row.

use kernel::Problem;
use web::{Cx, Form, Safe, Tone, ui};

use crate::actions::annual::NewLine;
use crate::{AnnualPlan, AnnualState, ItemId};

/// The months, 1 to 12.
pub(crate) const MONTHS: [usize; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// The stored lines as a form.
pub(crate) fn filled(plan: &AnnualPlan) -> Form {
    let mut form = Form::new();
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
    let n_rows = form.names().filter(|name| name.starts_with("what-")).count();
    for n in 0..n_rows {
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
