//! Rules: the form, and the page of a version with what it would change.

pub mod new;
pub mod show;

use web::{Cx, Safe, Tone, ui};

use crate::pages::names::Names;
use crate::rule::{Conditions, Rule};

/// A state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "in_force" => Tone::Ok,
        "draft" => Tone::Wait,
        _ => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("evidence-rule-state-{code}")))
}

/// Which deliveries count, condition by condition; a single sentence when every one does.
pub(crate) fn conditions(cx: &Cx, names: &Names, told: &Conditions) -> Vec<(&'static str, String)> {
    let comma = cx.t("evidence-list-comma");
    let joined = |words: Vec<String>| words.join(&comma);
    let kinds = told.kinds.iter().map(|kind| cx.t(&format!("evidence-kind-{}", kind.code()))).collect();
    let groups = told.groups.iter().map(|group| cx.t(&format!("group-{}", group.code()))).collect();
    let unit = told.unit.as_ref().map(|(unit, part)| {
        let role = cx.t(&format!("evidence-part-{}", part.code()));
        format!("{}（{role}）", names.unit(cx, unit))
    });
    let place = |id: &Option<kernel::UnitId>| id.as_ref().map(|id| names.unit(cx, id)).unwrap_or_default();
    let all = [
        ("evidence-purpose", told.purpose.as_ref().map(|id| names.purpose(cx, id)).unwrap_or_default()),
        ("evidence-kind", joined(kinds)),
        ("evidence-group", joined(groups)),
        ("evidence-topic", joined(told.topics.iter().cloned().collect())),
        ("evidence-unit", unit.unwrap_or_default()),
        ("evidence-town", place(&told.town)),
        ("evidence-place", place(&told.place)),
    ];
    let mut all: Vec<_> = all.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    if all.is_empty() {
        all.push(("evidence-rule-conditions", cx.t("evidence-rule-every")));
    }
    all
}

/// The same in one line.
pub(crate) fn sentence(cx: &Cx, names: &Names, rule: &Rule) -> String {
    let told = conditions(cx, names, &rule.conditions);
    let parts: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
    let tally = cx.t(&format!("evidence-tally-{}", rule.tally.code()));
    cx.with("evidence-rule-sentence", &[("what", parts.join(" · ")), ("tally", tally)])
}

/// `规则第 2 版，自 2026-01-01`
pub(crate) fn version(cx: &Cx, n: i64, from: kernel::Day) -> String {
    cx.with("evidence-rule-version", &[("n", n.to_string()), ("from", from.to_string())])
}

/// The units that the conditions name, for their names.
pub(crate) fn units(told: &Conditions) -> impl Iterator<Item = &kernel::UnitId> {
    told.unit.iter().map(|(unit, _)| unit).chain(&told.town).chain(&told.place)
}
