//! Entries of registered stocks, each from its first day on, and signed accounts of the goals.

use std::collections::BTreeMap;

use evidence::actions::attestation::{self, NewAttestation};
use evidence::actions::entry;
use evidence::{EntryDetails, IndicatorId};
use kernel::{Day, Refusal};

use super::data::{EntryRow, NarrativeRow};
use super::stage::Stage;
use super::{Part, Progress, fault};

/// Records and verifies them, each on its own days.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let tables = &stage.prepared.tables;
    let total = tables.register.len() + tables.narratives.len();
    progress(Part::Stocks, 0, total);
    let indicators = indicators(stage)?;
    for row in &tables.register {
        let title =
            tables.plain.iter().find(|plain| plain.key == row.target).map(|plain| plain.title_zh.as_str());
        let indicator = title.and_then(|title| indicators.get(title));
        let indicator = indicator.ok_or_else(|| fault(format!("register.csv: no target {}", row.target)))?;
        register(stage, row, indicator)?;
    }
    for row in &tables.narratives {
        let indicator =
            indicators.get(&row.item).ok_or_else(|| fault(format!("narratives.csv: no {}", row.item)))?;
        attest(stage, row, indicator)?;
    }
    progress(Part::Stocks, total, total);
    Ok(())
}

/// The indicators by title.
pub(super) fn indicators(stage: &mut Stage<'_, '_>) -> Result<BTreeMap<String, IndicatorId>, Refusal> {
    let on = stage.prepared.tables.units.first().map(|root| root.valid_from);
    let by = stage.coordinator(on.ok_or_else(|| fault("units.csv: empty"))?.at(9, 0))?;
    let all = evidence::indicators::list(stage.tx, by.district())?;
    Ok(all.into_iter().map(|indicator| (indicator.title, indicator.id)).collect())
}

/// A term that was to end then is entered with its end; one that ended before its time, with a
/// reason, is ended on the day.
fn register(stage: &mut Stage<'_, '_>, row: &EntryRow, indicator: &IndicatorId) -> Result<(), Refusal> {
    let opened = stage.prepared.tables.units.first().map_or(row.valid_from, |root| root.valid_from);
    let recorded = row.valid_from.max(opened);
    let last = row.valid_to.map(|to| to.plus_days(-1));
    let ended_early = !row.end_reason_zh.is_empty();
    let details = EntryDetails {
        indicator: indicator.clone(),
        title: row.name.clone(),
        unit: stage.unit(&row.unit_key)?,
        town: Some(stage.unit(&row.place_key)?),
        from: row.valid_from,
        to: last.filter(|_| !ended_early),
        proof: "演示：任命或建成文件".to_owned(),
    };
    let (first, second) = stage.pair(&row.unit_key);
    let by = stage.by(first, recorded.at(10, 0))?;
    let id = entry::record(stage.tx, &by, &details, &[])?;
    evidence::store::entry::mark_demo(stage.tx, by.district(), &id)?;
    let by = stage.by(second, recorded.plus_days(1).at(10, 0))?;
    entry::verify(stage.tx, &by, (&id, 1), "")?;
    if let Some(last) = last.filter(|_| ended_early) {
        let by = stage.by(second, last.plus_days(1).at(10, 0))?;
        entry::end(stage.tx, &by, (&id, 2), (last, &row.end_reason_zh))?;
    }
    Ok(())
}

fn attest(stage: &mut Stage<'_, '_>, row: &NarrativeRow, indicator: &IndicatorId) -> Result<(), Refusal> {
    let new = NewAttestation {
        indicator: indicator.clone(),
        year: row.as_of.year(),
        unit: stage.unit(&row.unit_key)?,
        body: row.text_zh.clone(),
        evidence: row.evidence_zh.clone(),
        photos: Vec::new(),
    };
    let (first, second) = stage.pair(&row.unit_key);
    let at = |days: i64, on: Day| on.plus_days(days).at(15, 0);
    let by = stage.by(first, at(0, row.as_of))?;
    let id = attestation::sign(stage.tx, &by, &new)?;
    evidence::store::attestation::mark_demo(stage.tx, by.district(), &id)?;
    let by = stage.by(second, at(1, row.as_of))?;
    attestation::confirm(stage.tx, &by, (&id, 1), "")
}
