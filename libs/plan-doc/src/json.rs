//! The reading in the exchange form: chapters, sections, measures, safeguards, targets, units.

use crate::reading::{Item, ItemKind, Reading, Target, TargetKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The exchange form of a reading.
///
/// Measures are the goals and the measures, numbered from 1. Keys that a target has nothing to say for
/// are left out, except `measure`, which is null for a target outside of every item; `value` and `unit`
/// are null where only a direction is promised. Money is written as a decimal, all else as a whole number
/// where it is one. Units are the distinct names of all duties in the order of their code points.
pub fn to_json(reading: &Reading) -> Value {
    let measures: Vec<&Item> =
        reading.items.iter().filter(|i| matches!(i.kind, ItemKind::Goal | ItemKind::Measure)).collect();
    let units: BTreeSet<&str> =
        measures.iter().flat_map(|i| i.duties.iter().map(|d| d.unit.as_str())).collect();
    json!({
        "title": reading.title.as_ref().map(|t| t.text.as_str()),
        "period": reading.period.as_ref().map(|p| p.written()),
        "chapters": reading.chapters.iter().map(|c| c.title.as_str()).collect::<Vec<_>>(),
        "sections": reading.sections.iter().map(|s| s.heading.title.as_str()).collect::<Vec<_>>(),
        "measures": measures.iter().enumerate().map(|(i, item)| measure(reading, i + 1, item)).collect::<Vec<_>>(),
        "safeguards": reading.items.iter().filter(|i| i.kind == ItemKind::Safeguard)
            .map(|i| json!({ "section": section(reading, i.section), "title": i.title })).collect::<Vec<_>>(),
        "targets": reading.targets.iter().map(|t| target(reading, t)).collect::<Vec<_>>(),
        "units": units,
    })
}

fn section(reading: &Reading, at: Option<usize>) -> Option<&str> {
    at.and_then(|s| reading.sections.get(s)).map(|s| s.heading.title.as_str())
}

fn measure(reading: &Reading, n: usize, item: &Item) -> Value {
    json!({
        "n": n,
        "chapter": item.chapter.and_then(|c| reading.chapters.get(c)).map(|c| c.title.as_str()),
        "section": section(reading, item.section),
        "title": item.title,
        "kind": if item.kind == ItemKind::Goal { "goal" } else { "measure" },
        "lead": item.leads().collect::<Vec<_>>(),
        "support": item.supports().collect::<Vec<_>>(),
        "joint_lead": item.joint_lead(),
    })
}

fn target(reading: &Reading, target: &Target) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_string(), value);
    put("id", json!(target.id));
    put("section", json!(section(reading, target.section)));
    put("measure", json!(target.item.and_then(|i| reading.items.get(i)).map(|i| i.title.as_str())));
    put("kind", json!(target.kind.code()));
    if let Some(form) = target.form {
        put("form", json!(form.code()));
    }
    put("subject", json!(target.subject));
    put("comparator", json!(target.comparator.code()));
    put("value", target.value.as_deref().map_or(Value::Null, |v| number(v, target.kind)));
    put("unit", json!(target.unit));
    let optional =
        [("per", &target.per), ("by", &target.by), ("scope", &target.scope), ("strength", &target.strength)];
    for (key, value) in optional {
        if let Some(value) = value {
            put(key, json!(value));
        }
    }
    if target.approximate {
        put("approximate", json!(true));
    }
    Value::Object(out)
}

fn number(value: &str, kind: TargetKind) -> Value {
    let whole = value.parse::<u64>().ok().filter(|_| kind != TargetKind::Financial);
    match whole {
        Some(n) => json!(n),
        None => value.parse::<f64>().map_or(Value::Null, |n| json!(n)),
    }
}
