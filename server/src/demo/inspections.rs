//! Inspections: one checklist, some done by it, one still to be done.

use std::collections::BTreeMap;

use kernel::{Day, Refusal};
use plan::inspection::actions::{self, Filled, NewChecklist, NewInspections};
use plan::inspection::{ChecklistId, InspectionId, Item, ItemKind};

use super::data::{ChecklistRow, InspectionRow};
use super::stage::Stage;
use super::{Part, Progress, fault};

/// Who inspects.
const INSPECTOR: &str = "kexie-fu";
/// The day on which the checklist was made.
const MADE_ON: &str = "2025-11-03";

/// Makes the checklist, plans, and plays what was done.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let tables = &stage.prepared.tables;
    let checklist = make(stage, &tables.checklist)?;
    for (n, row) in tables.inspections.iter().enumerate() {
        progress(Part::Inspections, n, tables.inspections.len());
        let id = planned(stage, row, &checklist)?;
        if !row.given.is_empty() {
            done(stage, row, &id)?;
        }
    }
    progress(Part::Inspections, tables.inspections.len(), tables.inspections.len());
    Ok(())
}

fn make(stage: &mut Stage<'_, '_>, rows: &[ChecklistRow]) -> Result<ChecklistId, Refusal> {
    let first = rows.first().ok_or_else(|| fault("checklist.csv: empty"))?;
    let item = |row: &ChecklistRow| {
        let kind = ItemKind::parse(&row.kind).ok_or_else(|| fault("checklist.csv: no such kind"))?;
        Ok(Item { n: 0, words: row.words.clone(), kind, points: row.points })
    };
    let new = NewChecklist {
        follows: None,
        title: first.title.clone(),
        total: rows.iter().map(|row| row.points).sum(),
        items: rows.iter().map(item).collect::<Result<_, Refusal>>()?,
    };
    let on = Day::parse(MADE_ON).ok_or_else(|| fault("no such day"))?;
    let by = stage.coordinator(on.at(9, 0))?;
    actions::make(stage.tx, &by, &new)
}

fn planned(
    stage: &mut Stage<'_, '_>,
    row: &InspectionRow,
    checklist: &ChecklistId,
) -> Result<InspectionId, Refusal> {
    let inspects = stage.by(INSPECTOR, row.planned_on.at(9, 0))?;
    let inspector = inspects.actor.account.clone().ok_or_else(|| fault("no inspector"))?;
    let units = vec![stage.unit(&row.unit_key)?];
    let by = stage.coordinator(row.planned_on.at(9, 30))?;
    let new = NewInspections { checklist: checklist.clone(), units, on: row.on, inspector };
    actions::plan(stage.tx, &by, &new)
}

fn done(stage: &mut Stage<'_, '_>, row: &InspectionRow, id: &InspectionId) -> Result<(), Refusal> {
    let given = row.given.split('|').map(str::parse::<i64>);
    let mut answers = BTreeMap::new();
    for ((n, given), finding) in (1..).zip(given).zip(row.findings.split('|')) {
        let given = given.map_err(|_| fault("inspections.csv: points"))?;
        answers.insert(n, (given, finding.to_owned()));
    }
    let by = stage.by(INSPECTOR, row.on.at(11, 0))?;
    let filled = Filled { answers, photos: Vec::new(), finish: true };
    actions::fill(stage.tx, &by, (id, 1), &filled)?;
    if !row.comment.is_empty() {
        let (answers_for, _) = stage.pair(&row.unit_key);
        let by = stage.by(answers_for, row.on.plus_days(1).at(10, 0))?;
        let version = actions::find(stage.tx, &by, id)?.version;
        actions::comment(stage.tx, &by, (id, version), &row.comment)?;
    }
    // The first thing that was found is raised, by the other coordinator, on the next day.
    if let Some((_, n)) = row.findings.split('|').zip(1..).find(|(words, _)| !words.is_empty()) {
        let by = stage.coordinator(row.on.plus_days(1).at(15, 0))?;
        let version = actions::find(stage.tx, &by, id)?.version;
        actions::raise_finding(stage.tx, &by, (id, version), n)?;
    }
    Ok(())
}
