//! The plan on its way from the file to being in force, and the units' plans for a year.

use std::collections::BTreeMap;

use kernel::{Day, Refusal, UnitId, Year};
use plan::actions::annual::{self, NewLine};
use plan::actions::documents::{self, Received};
use plan::actions::wordings::{self, Named};
use plan::actions::{plans, targets};
use plan::{ItemId, Wording};

use super::data::AnnualRow;
use super::stage::Stage;
use super::{Part, Progress, data, fault};

/// Uploads, reads, words, confirms and publishes the plan; then the annual plans.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    progress(Part::Plan, 0, 1);
    publish(stage)?;
    annual_plans(stage)?;
    progress(Part::Plan, 1, 1);
    Ok(())
}

fn publish(stage: &mut Stage<'_, '_>) -> Result<(), Refusal> {
    let tables = &stage.prepared.tables;
    let opened = tables.units.first().map(|root| root.valid_from).ok_or_else(|| fault("units.csv: empty"))?;
    let by = stage.coordinator(opened.at(9, 0))?;
    let (Received::New(document) | Received::Known(document)) =
        documents::receive(stage.tx, &by, data::PLAN_NAME, data::PLAN.as_bytes())?;
    let draft = documents::finish(stage.tx, &by, &document, &stage.prepared.outcome)?;
    let draft = draft.ok_or_else(|| fault("plan.txt was not understood"))?;
    let words: Vec<Named> = tables
        .plain
        .iter()
        .map(|row| Named {
            kind: row.kind,
            name: row.key.clone(),
            wording: Wording {
                title_en: row.title_en.clone(),
                plain_zh: row.plain_zh.clone(),
                plain_en: row.plain_en.clone(),
            },
        })
        .collect();
    let unknown = wordings::write_all(stage.tx, &by, &draft, &words)?;
    if !unknown.is_empty() {
        return Err(fault(format!("plain.csv: the plan has no {}", unknown.join(", "))));
    }
    targets::confirm_all(stage.tx, &by, &draft)?;
    plans::publish(stage.tx, &by, &draft, 1)
}

/// Each unit's lines of a year, written and handed in by its recorder in January.
fn annual_plans(stage: &mut Stage<'_, '_>) -> Result<(), Refusal> {
    let tables = &stage.prepared.tables;
    let mut plans: BTreeMap<(Year, &str), Vec<&AnnualRow>> = BTreeMap::new();
    for row in &tables.annual {
        plans.entry((row.year, &row.unit_key)).or_default().push(row);
    }
    let items = items(stage)?;
    for ((year, key), rows) in plans {
        let unit: UnitId = stage.unit(key)?;
        let (writes, _) = stage.pair(key);
        let on = Day::new(year, 1, 8).ok_or_else(|| fault("annual_plans.csv: no such year"))?;
        let by = stage.by(writes, on.at(10, 0))?;
        let lines = rows.iter().map(|row| line(row, &items)).collect::<Result<Vec<_>, _>>()?;
        let version = annual::open(stage.tx, &by, &unit, year)?.version;
        annual::write(stage.tx, &by, &unit, year, version, &lines)?;
        annual::submit(stage.tx, &by, &unit, year, version + 1)?;
    }
    Ok(())
}

/// The measures by title, as deliveries name them.
pub(super) fn items(stage: &mut Stage<'_, '_>) -> Result<BTreeMap<String, ItemId>, Refusal> {
    let purposes = super::deliveries::purposes(stage)?;
    Ok(purposes.into_iter().map(|(title, id)| (title, ItemId::from(id.as_str()))).collect())
}

fn line(row: &AnnualRow, items: &BTreeMap<String, ItemId>) -> Result<NewLine, Refusal> {
    let item =
        items.get(&row.measure).ok_or_else(|| fault(format!("annual_plans.csv: no {}", row.measure)))?;
    Ok(NewLine {
        item: item.clone(),
        what: row.work.clone(),
        months: spread(row.n_deliveries, row.due_month),
        n_heads: Some(row.n_heads),
    })
}

/// Sessions spread evenly over the months until the due one.
fn spread(sessions: i64, due_month: usize) -> [i64; 12] {
    let mut months = [0; 12];
    let n = i64::try_from(due_month).unwrap_or(12).clamp(1, 12);
    for (month, planned) in (0..n).zip(&mut months) {
        *planned = sessions * (month + 1) / n - sessions * month / n;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn all_sessions_are_planned_by_the_due_month() {
        assert_eq!(spread(60, 12), [5; 12]);
        assert_eq!(spread(7, 3), [2, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(spread(4, 11).iter().sum::<i64>(), 4);
    }
}
