//! Figures from outside.

use std::str::FromStr;

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant, Reach, Refusal};
use rust_decimal::Decimal;

use super::stored::{self, RECORDED, Stored, save_life, stamp_values};
use crate::FigureId;
use crate::figure::{Figure, FigureDetails, Means, Subject};

const TABLE: &str = "evidence_figure";

/// Inserts a new one.
pub fn insert(tx: &mut Tx, district: &DistrictId, figure: &Figure) -> Result<(), Refusal> {
    let told = &figure.details;
    let [by, name, at] = stamp_values(Some(&figure.recorded));
    let digits = |value: Decimal| value.to_string();
    tx.execute(
        "insert into evidence_figure (district_id, id, subject, indicator_id, state, version, as_of, value, low,
            high, method, source, publisher, unit_id, is_demo, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, $4, 'recorded', 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            district,
            &figure.id,
            told.subject,
            told.indicator.as_ref().map_or("", |id| id.as_str()),
            told.as_of,
            digits(told.value),
            told.interval.map(|(low, _)| digits(low)),
            told.interval.map(|(_, high)| digits(high)),
            told.means,
            &told.source,
            &told.publisher,
            &told.unit,
            figure.is_demo,
            by,
            name,
            at
        ],
    )?;
    Ok(())
}

/// Writes the state if nobody wrote since `seen`.
pub fn save(tx: &mut Tx, district: &DistrictId, figure: &Figure, seen: i64) -> Result<(), Refusal> {
    save_life(
        tx,
        "update evidence_figure set state = $4, version = $5, closed_reason = $6, confirmed_by = $7,
            confirmed_name = $8, confirmed_at = $9, closed_by = $10, closed_name = $11, closed_at = $12
         where district_id = $1 and id = $2 and version = $3",
        (district, figure.id.as_str(), seen),
        (&figure.life, figure.code()),
    )
}

/// The figure with this id.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &FigureId) -> Result<Option<Figure>, Refusal> {
    let row =
        tx.find("select * from evidence_figure where district_id = $1 and id = $2", params![district, id])?;
    row.map(|row| Ok(figure(&row)?)).transpose()
}

/// All of them, newest day first. They are few: a handful a year.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Figure>, Refusal> {
    let rows = tx.query(
        "select * from evidence_figure where district_id = $1 order by as_of desc, id desc",
        params![district],
    )?;
    rows.iter().map(|row| Ok(figure(row)?)).collect()
}

/// What waits for this account, oldest first: id, source, since when; and how many they are.
pub fn waiting(
    tx: &mut Tx,
    district: &DistrictId,
    reach: &Reach,
    account: &AccountId,
    limit: i64,
) -> Result<super::list::Counted<(FigureId, String, Instant)>, Refusal> {
    stored::waiting(
        tx,
        "select id, source as called, recorded_at as since, count(*) over () as n_all from evidence_figure
         where district_id = $1 and state = 'recorded' and recorded_by <> $2",
        (district, account),
        reach,
        limit,
    )
}

/// Marks a figure as belonging to the demonstration.
pub fn mark_demo(tx: &mut Tx, district: &DistrictId, id: &FigureId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_figure set is_demo = true where district_id = $1 and id = $2",
        params![district, id],
    )?;
    Ok(())
}

fn figure(row: &Row) -> Result<Figure, db::Error> {
    let stored = Stored::new(row, TABLE)?;
    let number = |column| row.parse(TABLE, column, |text| Decimal::from_str(text).ok());
    let interval = match row.get::<Option<String>>("low")? {
        None => None,
        Some(_) => Some((number("low")?, number("high")?)),
    };
    let indicator: String = row.get("indicator_id")?;
    Ok(Figure {
        details: FigureDetails {
            subject: row.parse(TABLE, "subject", Subject::parse)?,
            indicator: Some(indicator).filter(|id| !id.is_empty()).map(Into::into),
            as_of: row.get("as_of")?,
            value: number("value")?,
            interval,
            means: row.parse(TABLE, "method", Means::parse)?,
            source: row.get("source")?,
            publisher: row.get("publisher")?,
            unit: row.get("unit_id")?,
        },
        life: stored.life("recorded")?,
        version: row.get("version")?,
        recorded: stored.taken(RECORDED)?,
        is_demo: row.get("is_demo")?,
        id: stored.id.into(),
    })
}
