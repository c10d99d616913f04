//! Working days a step may take, where the district set its own.

use std::collections::BTreeMap;

use db::{Tx, params};
use kernel::{AccountId, DistrictId, Instant};

/// What was set, by the code of the clock.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId) -> Result<BTreeMap<String, i64>, db::Error> {
    let rows =
        tx.query("select clock, n_days from service_setting where district_id = $1", params![district])?;
    rows.iter().map(|row| Ok((row.get("clock")?, row.get("n_days")?))).collect()
}

/// Sets one.
pub fn save(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (clock, n_days): (&str, i64),
    (by, at): (&AccountId, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_setting (district_id, clock, n_days, set_by, set_at) values ($1, $2, $3, $4, $5)
         on conflict (district_id, clock) do update set n_days = excluded.n_days, set_by = excluded.set_by,
             set_at = excluded.set_at",
        params![district, clock, n_days, by, at],
    )?;
    Ok(())
}
