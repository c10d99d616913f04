//! Entries of registered stocks: list, form, record page.

pub mod index;
pub mod new;
pub mod show;

use web::{Cx, Locale, Safe, Tone, ui};

use crate::{Indicator, Source};

/// A state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "verified" => Tone::Ok,
        "recorded" => Tone::Wait,
        _ => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("evidence-entry-{code}")))
}

/// The title of an indicator in the reader's language.
pub(crate) fn title(cx: &Cx, indicator: &Indicator) -> String {
    match (cx.locale, &indicator.title_en) {
        (Locale::En, Some(title)) => title.clone(),
        (Locale::En | Locale::Zh, _) => indicator.title.clone(),
    }
}

/// The registered indicators as choices.
pub(crate) fn registered(cx: &Cx, indicators: &[Indicator]) -> Vec<(String, String)> {
    let of =
        indicators.iter().filter(|one| matches!(one.source, Source::Registered | Source::Coverage { .. }));
    of.map(|one| (one.id.to_string(), title(cx, one))).collect()
}
