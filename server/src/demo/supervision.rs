//! Supervision: what coordinators raised by hand, and what the program raises at the end of the year.

use std::collections::BTreeMap;

use kernel::{Day, Instant, Refusal};
use plan::supervision::actions::{self, Answer, NewItem};
use plan::supervision::{Subject, SubjectKind, SupervisionId, raising};

use super::data::SupervisionRow;
use super::stage::Stage;
use super::{Part, Progress, fault};

/// The day on which the program looks at the whole year.
const LOOKED_ON: &str = "2025-12-26";

/// Plays the table in order of time, then lets the program look.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    progress(Part::Supervision, 0, 1);
    let tables = &stage.prepared.tables;
    let mut rows: Vec<&SupervisionRow> = tables.supervision.iter().collect();
    rows.sort_by_key(|row| row.on);
    let mut open: BTreeMap<&str, (SupervisionId, String)> = BTreeMap::new();
    for row in rows {
        if row.step == "raise" {
            let id = raise(stage, row)?;
            open.insert(&row.key, (id, row.unit_key.clone()));
            continue;
        }
        let (id, unit) = open.get(row.key.as_str()).cloned().ok_or_else(|| unknown(row))?;
        step(stage, row, &id, &unit)?;
    }
    let looked = Day::parse(LOOKED_ON).ok_or_else(|| fault("no such day"))?;
    let by = stage.program(looked.at(6, 0));
    raising::escalate_late(stage.tx, &by)?;
    raising::raise_due(stage.tx, &by)?;
    progress(Part::Supervision, 1, 1);
    Ok(())
}

fn unknown(row: &SupervisionRow) -> Refusal {
    fault(format!("supervision.csv: {} {} does not fit", row.key, row.step))
}

/// In office hours of a day.
fn morning(row: &SupervisionRow) -> Instant {
    row.on.at(10, 0)
}

fn raise(stage: &mut Stage<'_, '_>, row: &SupervisionRow) -> Result<SupervisionId, Refusal> {
    let subject = if row.measure.is_empty() {
        Subject { kind: SubjectKind::Other, id: String::new(), title: row.title.clone() }
    } else {
        let items = super::plan::items(stage)?;
        let item = items.get(&row.measure).ok_or_else(|| unknown(row))?;
        Subject { kind: SubjectKind::Measure, id: item.to_string(), title: row.measure.clone() }
    };
    let unit = stage.unit(&row.unit_key)?;
    // Last: looking the measures up moves the clock.
    let by = stage.coordinator(morning(row))?;
    let new = NewItem { unit, subject, request: row.words.clone(), n_days: row.days };
    actions::raise(stage.tx, &by, &new)
}

fn step(
    stage: &mut Stage<'_, '_>,
    row: &SupervisionRow,
    id: &SupervisionId,
    unit: &str,
) -> Result<(), Refusal> {
    let (answers, _) = stage.pair(unit);
    let at = morning(row);
    let by = match row.step.as_str() {
        "acknowledge" | "reply" | "ask" => stage.by(answers, at)?,
        _ => stage.coordinator(at)?,
    };
    let seen = (id, actions::find(stage.tx, &by, id)?.version);
    let words = row.words.as_str();
    match row.step.as_str() {
        "acknowledge" => actions::acknowledge(stage.tx, &by, seen),
        "reply" => {
            let photos = stage.prepared.photos.values().take(1).cloned().collect();
            let answer = Answer { words: words.to_owned(), photos, ..Answer::default() };
            actions::reply(stage.tx, &by, seen, &answer)
        }
        "ask" => {
            let until = row.until.ok_or_else(|| unknown(row))?;
            actions::ask_extension(stage.tx, &by, seen, until, words)
        }
        "return" => actions::send_back(stage.tx, &by, seen, words),
        "close" => actions::close(stage.tx, &by, seen, words),
        "withdraw" => actions::withdraw(stage.tx, &by, seen, words),
        _ => Err(unknown(row)),
    }
}
