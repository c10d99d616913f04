//! The sums that pages show.

use std::collections::BTreeMap;

use db::{Row, Tx, Val, params};
use kernel::{DistrictId, Refusal};

use super::{Sql, corrupt};
use crate::fact::{Cell, Grain, Sums};

/// Moves cells by what facts added.
pub fn move_by(tx: &mut Tx, district: &DistrictId, cells: &BTreeMap<Cell, Sums>) -> Result<(), Refusal> {
    let rows: Vec<_> = cells.iter().map(|(cell, sums)| values(district, cell, sums)).collect();
    tx.execute_each(
        "insert into evidence_total (district_id, purpose_id, period, grain, key, sessions, person_times,
            minutes)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (district_id, purpose_id, period, grain, key) do update set
            sessions = evidence_total.sessions + excluded.sessions,
            person_times = evidence_total.person_times + excluded.person_times,
            minutes = evidence_total.minutes + excluded.minutes",
        &rows,
    )?;
    Ok(())
}

fn values(district: &DistrictId, cell: &Cell, sums: &Sums) -> [Val; 8] {
    [
        district.into(),
        cell.purpose.as_str().into(),
        cell.period.as_str().into(),
        cell.grain.into(),
        cell.key.as_str().into(),
        sums.sessions.into(),
        sums.person_times.into(),
        sums.minutes.into(),
    ]
}

/// Forgets all cells, before they are computed anew.
pub fn clear(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    tx.execute("delete from evidence_total where district_id = $1", params![district])?;
    Ok(())
}

/// All cells, in order: for comparing.
pub fn all(tx: &mut Tx, district: &DistrictId) -> Result<Vec<(Cell, Sums)>, Refusal> {
    let rows = tx.query(
        "select purpose_id, period, grain, key, sessions, person_times, minutes from evidence_total
         where district_id = $1 order by purpose_id, period, grain, key",
        params![district],
    )?;
    rows.iter().map(|row| Ok(cell(row)?)).collect()
}

/// The cells of one purpose (empty: the district) and grain in these periods.
pub fn of_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: &str,
    grain: Grain,
    periods: &[String],
) -> Result<Vec<(Cell, Sums)>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select purpose_id, period, grain, key, sessions, person_times, minutes from evidence_total
         where district_id = ? and purpose_id = ? and grain = ?",
        [district.into(), purpose.into(), grain.into()],
    );
    in_periods(tx, sql, "period", periods)
}

/// The rows of the statement in these periods, each named, so that the key leads to their cells alone.
fn in_periods(
    tx: &mut Tx,
    mut sql: Sql,
    period: &'static str,
    periods: &[String],
) -> Result<Vec<(Cell, Sums)>, Refusal> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    sql.push(&format!(" and {period} in "), []).rows([periods.iter().map(Into::into).collect()]);
    let rows = tx.query(&sql.text, &sql.params)?;
    rows.iter().map(|row| Ok(cell(row)?)).collect()
}

/// One key of every purpose: the undivided cells (key empty), or those of a unit, town or group.
pub fn by_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    (grain, key): (Grain, &str),
    periods: &[String],
) -> Result<Vec<(Cell, Sums)>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select t.purpose_id, t.period, t.grain, t.key, t.sessions, t.person_times, t.minutes
         from evidence_purpose p join evidence_total t
            on t.district_id = p.district_id and t.purpose_id = p.id
         where p.district_id = ? and t.grain = ? and t.key = ?",
        [district.into(), grain.into(), key.into()],
    );
    in_periods(tx, sql, "t.period", periods)
}

/// Every purpose's cells of a grain, whatever their key: those of all units, or of all towns.
pub fn by_purpose_and_key(
    tx: &mut Tx,
    district: &DistrictId,
    grain: Grain,
    periods: &[String],
) -> Result<Vec<(Cell, Sums)>, Refusal> {
    let mut sql = Sql::default();
    sql.push(
        "select t.purpose_id, t.period, t.grain, t.key, t.sessions, t.person_times, t.minutes
         from evidence_purpose p join evidence_total t
            on t.district_id = p.district_id and t.purpose_id = p.id
         where p.district_id = ? and t.grain = ?",
        [district.into(), grain.into()],
    );
    in_periods(tx, sql, "t.period", periods)
}

pub(super) fn cell(row: &Row) -> Result<(Cell, Sums), db::Error> {
    let purpose: String = row.get("purpose_id")?;
    let grain: String = row.get("grain")?;
    let cell = Cell {
        period: row.get("period")?,
        grain: Grain::parse(&grain).ok_or_else(|| corrupt("evidence_total", &purpose, "grain"))?,
        key: row.get("key")?,
        purpose,
    };
    let sums = Sums {
        sessions: row.get("sessions")?,
        person_times: row.get("person_times")?,
        minutes: row.get("minutes")?,
    };
    Ok((cell, sums))
}
