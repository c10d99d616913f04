//! Closed periods, and what moved them afterwards.

use db::{Row, Tx, params};
use kernel::{DistrictId, Instant, Refusal};

use super::stored::stamp_values;
use crate::Stamp;
use crate::close::{Close, Late, LateKind};
use crate::fact::Sums;

/// Inserts a closed period; false when it was closed meanwhile.
pub fn insert(tx: &mut Tx, district: &DistrictId, close: &Close, n_leaves: u64) -> Result<bool, Refusal> {
    let [by, name, at] = stamp_values(Some(&close.closed));
    let rows = tx.execute(
        "insert into evidence_close (district_id, period, body, note, sessions, person_times, minutes, n_leaves,
            n_left_out, closed_by, closed_name, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (district_id, period) do nothing",
        params![
            district,
            &close.period,
            &close.body,
            &close.note,
            close.total.sessions,
            close.total.person_times,
            close.total.minutes,
            i64::try_from(n_leaves).unwrap_or(i64::MAX),
            close.n_left_out,
            by,
            name,
            at
        ],
    )?;
    Ok(rows == 1)
}

/// The closed periods, newest first: `2025` stands after `2025-12`.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Close>, Refusal> {
    let rows = tx.query(
        "select * from evidence_close where district_id = $1 order by substr(period, 1, 4) desc, period desc",
        params![district],
    )?;
    rows.iter().map(|row| Ok(close(row)?)).collect()
}

/// Their names alone, without what was signed.
pub fn periods(tx: &mut Tx, district: &DistrictId) -> Result<Vec<String>, Refusal> {
    let rows = tx.query(
        "select period from evidence_close where district_id = $1 order by period",
        params![district],
    )?;
    rows.iter().map(|row| Ok(row.get("period")?)).collect()
}

/// One of them.
pub fn find(tx: &mut Tx, district: &DistrictId, period: &str) -> Result<Option<Close>, Refusal> {
    let row = tx.find(
        "select * from evidence_close where district_id = $1 and period = $2",
        params![district, period],
    )?;
    row.map(|row| Ok(close(&row)?)).transpose()
}

/// Which of a month and its year are closed.
pub fn closed_of(
    tx: &mut Tx,
    district: &DistrictId,
    (month, year): (&str, &str),
) -> Result<Vec<String>, Refusal> {
    let rows = tx.query(
        "select period from evidence_close where district_id = $1 and period in ($2, $3) order by period",
        params![district, month, year],
    )?;
    rows.iter().map(|row| Ok(row.get("period")?)).collect()
}

/// The first month in which anything was counted.
pub fn first_month(tx: &mut Tx, district: &DistrictId) -> Result<Option<String>, Refusal> {
    let row = tx.one(
        "select min(period) as first from evidence_total
         where district_id = $1 and purpose_id = '' and grain = 'all' and length(period) = 7",
        params![district],
    )?;
    Ok(row.get("first")?)
}

/// Every total of a period, in order; those that came back to nothing are left out.
pub fn cells(
    tx: &mut Tx,
    district: &DistrictId,
    period: &str,
) -> Result<Vec<(crate::fact::Cell, Sums)>, Refusal> {
    let rows = tx.query(
        "select purpose_id, period, grain, key, sessions, person_times, minutes from evidence_total
         where district_id = $1 and period = $2 and (sessions <> 0 or person_times <> 0 or minutes <> 0)
         order by purpose_id, grain, key",
        params![district, period],
    )?;
    rows.iter().map(|row| Ok(super::total::cell(row)?)).collect()
}

/// Notes what moved a closed period.
pub fn insert_late(
    tx: &mut Tx,
    district: &DistrictId,
    (period, id): (&str, &str),
    late: &Late,
) -> Result<(), Refusal> {
    let [by, name, at] = stamp_values(Some(&late.acted));
    let Sums { sessions, person_times, minutes } = late.moved;
    tx.execute(
        "insert into evidence_late (district_id, period, id, source_kind, source_id, sessions, person_times,
            minutes, reason, acted_by, acted_name, acted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            district,
            period,
            id,
            late.source.0.code(),
            &late.source.1,
            sessions,
            person_times,
            minutes,
            &late.reason,
            by,
            name,
            at
        ],
    )?;
    Ok(())
}

/// What moved a closed period, in the order in which it came.
pub fn list_late(tx: &mut Tx, district: &DistrictId, period: &str) -> Result<Vec<Late>, Refusal> {
    let rows = tx.query(
        "select * from evidence_late where district_id = $1 and period = $2 order by id",
        params![district, period],
    )?;
    rows.iter().map(|row| Ok(late(row)?)).collect()
}

fn sums(row: &Row) -> Result<Sums, db::Error> {
    let (sessions, person_times) = (row.get("sessions")?, row.get("person_times")?);
    Ok(Sums { sessions, person_times, minutes: row.get("minutes")? })
}

fn late(row: &Row) -> Result<Late, db::Error> {
    let at: Instant = row.get("acted_at")?;
    Ok(Late {
        source: (row.parse("evidence_late", "source_kind", LateKind::parse)?, row.get("source_id")?),
        moved: sums(row)?,
        reason: row.get("reason")?,
        acted: Stamp { by: row.get("acted_by")?, name: row.get("acted_name")?, at },
    })
}

fn close(row: &Row) -> Result<Close, db::Error> {
    let at: Instant = row.get("closed_at")?;
    Ok(Close {
        period: row.get("period")?,
        body: row.get("body")?,
        note: row.get("note")?,
        total: sums(row)?,
        n_left_out: row.get("n_left_out")?,
        closed: Stamp { by: row.get("closed_by")?, name: row.get("closed_name")?, at },
    })
}

/// The district's total of a period as it is counted now.
pub fn total_of(tx: &mut Tx, district: &DistrictId, period: &str) -> Result<Sums, Refusal> {
    let row = tx.find(
        "select sessions, person_times, minutes from evidence_total
         where district_id = $1 and period = $2 and purpose_id = '' and grain = 'all' and key = ''",
        params![district, period],
    )?;
    row.map(|row| Ok(sums(&row)?)).transpose().map(Option::unwrap_or_default)
}
