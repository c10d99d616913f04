//! Figures from outside: populations and spending, each with a made-up source that says so, recorded by the
//! coordinator and confirmed by the administrator; the newest waits to be confirmed.

use evidence::actions::figure;
use evidence::{FigureDetails, Means, Subject};
use kernel::Refusal;

use super::data::FigureRow;
use super::stage::Stage;
use super::{Part, Progress, fault, stocks};

/// The unit that keeps them.
const KEPT_BY: &str = "science_association";

/// Records and confirms them.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let rows = &stage.prepared.tables.figures;
    progress(Part::Stocks, 0, rows.len());
    let indicators = stocks::indicators(stage)?;
    for row in rows {
        let unknown = || fault(format!("figures.csv: {} {} does not fit", row.subject, row.as_of));
        let indicator = match row.target.as_str() {
            "" => None,
            target => {
                let plain = stage.prepared.tables.plain.iter().find(|plain| plain.key == target);
                let found = plain.and_then(|plain| indicators.get(&plain.title_zh));
                Some(found.ok_or_else(unknown)?.clone())
            }
        };
        let details = FigureDetails {
            subject: Subject::parse(&row.subject).ok_or_else(unknown)?,
            indicator,
            as_of: row.as_of,
            value: row.value.parse().map_err(|_| unknown())?,
            interval: None,
            means: Means::parse(&row.means).ok_or_else(unknown)?,
            source: row.source.clone(),
            publisher: row.publisher.clone(),
            unit: stage.unit(KEPT_BY)?,
        };
        enter(stage, row, &details)?;
    }
    progress(Part::Stocks, rows.len(), rows.len());
    Ok(())
}

fn enter(stage: &mut Stage<'_, '_>, row: &FigureRow, details: &FigureDetails) -> Result<(), Refusal> {
    let by = stage.coordinator(row.recorded_on.at(10, 0))?;
    let id = figure::record(stage.tx, &by, details)?;
    evidence::store::figure::mark_demo(stage.tx, by.district(), &id)?;
    if row.confirmed == "yes" {
        let by = stage.administrator(row.recorded_on.plus_days(1).at(10, 0))?;
        figure::confirm(stage.tx, &by, (&id, 1), "")?;
    }
    Ok(())
}
