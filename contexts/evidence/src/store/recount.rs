//! How far the indicators are that are being counted anew.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use kernel::{DistrictId, Instant, Refusal};

use crate::IndicatorId;
use crate::recount::Cursor;

/// Notes that the rest is still to be counted, in place of what was noted before.
pub fn save(
    tx: &mut Tx,
    district: &DistrictId,
    indicator: &IndicatorId,
    (on, id): &Cursor,
    at: Instant,
) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_recount (district_id, indicator_id, after_on, after_id, begun_at)
         values ($1, $2, $3, $4, $5)
         on conflict (district_id, indicator_id) do update set after_on = excluded.after_on,
            after_id = excluded.after_id",
        params![district, indicator, *on, id, at],
    )?;
    Ok(())
}

/// Notes that nothing is to be counted any more.
pub fn end(tx: &mut Tx, district: &DistrictId, indicator: &IndicatorId) -> Result<(), Refusal> {
    tx.execute(
        "delete from evidence_recount where district_id = $1 and indicator_id = $2",
        params![district, indicator],
    )?;
    Ok(())
}

/// All that are being counted: few, and mostly none.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<IndicatorId, Cursor>, Refusal> {
    let rows = tx.query(
        "select indicator_id, after_on, after_id from evidence_recount where district_id = $1",
        params![district],
    )?;
    let read = |row: &Row| Ok((row.get("indicator_id")?, (row.get("after_on")?, row.get("after_id")?)));
    rows.iter().map(read).collect()
}
