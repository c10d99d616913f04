//! The SQL of the open tables: what they are made of, and what was made.

use db::{Row, Tx, params};
use kernel::{Day, DistrictId, Group, Refusal, UnitId, Year};

use super::tables::{Cell, Published, Table};
use crate::Kind;
use crate::store::corrupt;

/// Verified deliveries of a month, a town and a kind.
pub(super) struct Counted {
    pub month: String,
    pub town: UnitId,
    pub kind: Kind,
    pub sessions: i64,
    pub minutes: i64,
}

/// The cells of some days, in order of month, town and kind.
pub(super) fn counted(
    tx: &mut Tx,
    district: &DistrictId,
    (from, to): (Day, Day),
) -> Result<Vec<Counted>, Refusal> {
    let rows = tx.query(
        "select substr(occurred_on, 1, 7) as month, town_id, kind, count(*) as sessions,
            cast(sum(minutes) as bigint) as minutes from evidence_delivery
         where district_id = $1 and occurred_on >= $2 and occurred_on <= $3 and state = 'verified'
         group by substr(occurred_on, 1, 7), town_id, kind order by 1, 2, 3",
        params![district, from, to],
    )?;
    let read = |row: &Row| -> Result<Counted, db::Error> {
        Ok(Counted {
            month: row.get("month")?,
            town: row.get("town_id")?,
            kind: row.parse("evidence_delivery", "kind", Kind::parse)?,
            sessions: row.get("sessions")?,
            minutes: row.get("minutes")?,
        })
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// Heads of a group in a month, a town and a kind.
type Heads = ((String, UnitId, Kind), Group, i64);

/// Person-times of a month, a town, a kind and a group.
pub(super) fn heads(
    tx: &mut Tx,
    district: &DistrictId,
    (from, to): (Day, Day),
) -> Result<Vec<Heads>, Refusal> {
    let rows = tx.query(
        "select substr(d.occurred_on, 1, 7) as month, d.town_id, d.kind, l.key, cast(sum(l.n) as bigint) as n
         from evidence_delivery d
            join evidence_delivery_link l on l.district_id = d.district_id and l.delivery_id = d.id
                and l.kind = 'group'
         where d.district_id = $1 and d.occurred_on >= $2 and d.occurred_on <= $3 and d.state = 'verified'
         group by substr(d.occurred_on, 1, 7), d.town_id, d.kind, l.key",
        params![district, from, to],
    )?;
    let read = |row: &Row| -> Result<_, db::Error> {
        let kind = row.parse("evidence_delivery", "kind", Kind::parse)?;
        let group = row.parse("evidence_delivery_link", "key", Group::parse)?;
        Ok(((row.get("month")?, row.get("town_id")?, kind), group, row.get("n")?))
    };
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// What is known of a table that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which.
    pub table: Table,
    /// Of which year.
    pub year: Year,
    /// Its rows.
    pub n_rows: i64,
    /// Cells left out.
    pub n_left_out: i64,
    /// SHA-256, 64 hexadecimal digits.
    pub fingerprint: String,
    /// When.
    pub made_on: Day,
}

/// Keeps a table in place of the one that was there.
///
/// # Errors
/// As the database refuses.
pub fn save(
    tx: &mut Tx,
    district: &DistrictId,
    (year, on): (Year, Day),
    one: &Published,
) -> Result<(), Refusal> {
    let body = serde_json::to_string(&one.rows).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let left_out = one.rows.iter().flatten().filter(|cell| **cell == Cell::Suppressed).count();
    tx.execute(
        "insert into evidence_open (district_id, name, year, body, n_rows, n_left_out, fingerprint, made_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (district_id, name, year) do update set body = excluded.body, n_rows = excluded.n_rows,
            n_left_out = excluded.n_left_out, fingerprint = excluded.fingerprint, made_on = excluded.made_on",
        params![
            district,
            one.table,
            i64::from(year),
            body,
            count(one.rows.len()),
            count(left_out),
            one.fingerprint(),
            on
        ],
    )?;
    Ok(())
}

/// What was made, by year, without the rows.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Made>, Refusal> {
    let rows = tx.query(
        "select name, year, n_rows, n_left_out, fingerprint, made_on from evidence_open
         where district_id = $1 order by year, name",
        params![district],
    )?;
    rows.iter().map(|row| Ok(made(row)?)).collect()
}

/// Of what was made, the newest year in which anything was counted; else the newest.
pub fn newest(made: &[Made]) -> Option<Year> {
    let counted = made.iter().filter(|one| one.table == Table::Deliveries && one.n_rows > 0);
    counted.map(|one| one.year).max().or_else(|| made.iter().map(|one| one.year).max())
}

/// A table of a year with its rows.
///
/// # Errors
/// As the database refuses.
pub fn find(
    tx: &mut Tx,
    district: &DistrictId,
    table: Table,
    year: Year,
) -> Result<Option<(Made, Published)>, Refusal> {
    let row = tx.find(
        "select * from evidence_open where district_id = $1 and name = $2 and year = $3",
        params![district, table, i64::from(year)],
    )?;
    let read = |row: Row| -> Result<_, db::Error> {
        let body: String = row.get("body")?;
        let rows = serde_json::from_str(&body).map_err(|_| corrupt("evidence_open", table.code(), "body"))?;
        Ok((made(&row)?, Published { table, rows }))
    };
    row.map(|row| Ok(read(row)?)).transpose()
}

fn made(row: &Row) -> Result<Made, db::Error> {
    let table = row.parse("evidence_open", "name", Table::parse)?;
    let year: i64 = row.get("year")?;
    Ok(Made {
        table,
        year: Year::try_from(year).map_err(|_| corrupt("evidence_open", table.code(), "year"))?,
        n_rows: row.get("n_rows")?,
        n_left_out: row.get("n_left_out")?,
        fingerprint: row.get("fingerprint")?,
        made_on: row.get("made_on")?,
    })
}
