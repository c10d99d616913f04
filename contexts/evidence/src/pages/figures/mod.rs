//! Figures from outside: list, form, record page.

pub mod index;
pub mod new;
pub mod show;

use std::collections::BTreeMap;

use web::{Cx, Safe, Tone, ui};

use crate::figure::{Contradiction, Figure, FigureDetails, Subject};
use crate::indicator::Indicator;
use crate::pages::entries::title;
use crate::{FigureId, IndicatorId};

/// A state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "confirmed" => Tone::Ok,
        "recorded" => Tone::Wait,
        _ => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("evidence-figure-state-{code}")))
}

/// What a figure is of, in words.
pub(crate) fn subject(
    cx: &Cx,
    details: &FigureDetails,
    indicators: &BTreeMap<IndicatorId, Indicator>,
) -> String {
    let of = details.indicator.as_ref();
    let name = of.map(|id| indicators.get(id).map_or_else(|| id.to_string(), |one| title(cx, one)));
    match (details.subject, name) {
        (Subject::Value, Some(name)) => name,
        (Subject::Baseline, Some(name)) => cx.with("evidence-figure-baseline-of", &[("name", name)]),
        (Subject::Value | Subject::Baseline | Subject::Resident | Subject::Registered, _) => {
            cx.t(&format!("evidence-figure-subject-{}", details.subject.code()))
        }
    }
}

/// The value with its unit, and from where to where it may lie.
pub(crate) fn value(
    cx: &Cx,
    details: &FigureDetails,
    indicators: &BTreeMap<IndicatorId, Indicator>,
) -> String {
    let of = details.indicator.as_ref().and_then(|id| indicators.get(id));
    let unit = of.map_or_else(|| cx.t("evidence-figure-persons"), |one| one.unit.clone());
    let figure = format!("{} {unit}", details.value.normalize());
    match details.interval {
        None => figure,
        Some((low, high)) => {
            let args = [
                ("figure", figure),
                ("low", low.normalize().to_string()),
                ("high", high.normalize().to_string()),
            ];
            cx.with("evidence-figure-with-interval", &args)
        }
    }
}

/// What contradicts a figure, in words with the figure that it meets.
pub(crate) fn against(
    cx: &Cx,
    id: &FigureId,
    found: &[Contradiction],
    all: &[Figure],
) -> Vec<(String, String)> {
    let other = |other: &FigureId| {
        let figure = all.iter().find(|one| one.id == *other);
        let value = figure.map(|one| one.details.value.normalize().to_string()).unwrap_or_default();
        let source = figure.map(|one| one.details.source.clone()).unwrap_or_default();
        let words = cx.with("evidence-figure-against", &[("value", value), ("source", source)]);
        (words, format!("/desk/figures/{other}"))
    };
    let words = |one: &Contradiction| match one {
        Contradiction::Figures(a, b) if a == id => Some(other(b)),
        Contradiction::Figures(a, b) if b == id => Some(other(a)),
        Contradiction::Implied(a, implied) if a == id => {
            let args = [("value", implied.normalize().to_string())];
            Some((cx.with("evidence-figure-against-implied", &args), String::new()))
        }
        Contradiction::Figures(..) | Contradiction::Implied(..) => None,
    };
    found.iter().filter_map(words).collect()
}
