//! Attestations: list, form, record page.

pub mod index;
pub mod new;
pub mod show;

use web::{Cx, Safe, Tone, ui};

/// A state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "confirmed" => Tone::Ok,
        "signed" => Tone::Wait,
        _ => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("evidence-attestation-{code}")))
}
