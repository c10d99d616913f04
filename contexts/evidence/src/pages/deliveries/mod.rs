//! Deliveries: list, record page, form, steps, import.

pub mod edit;
pub mod export;
pub mod form;
pub mod import;
pub mod index;
mod moved;
pub mod new;
pub mod show;
pub mod steps;

use web::{Cx, Safe, Tone, ui};

/// A state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "verified" => Tone::Ok,
        "submitted" => Tone::Wait,
        "returned" => Tone::Late,
        "withdrawn" => Tone::Quiet,
        _ => Tone::Unfilled,
    };
    ui::tag(tone, &cx.t(&format!("evidence-state-{code}")))
}
