//! Wrong codes, by the address from which they came.

use db::{Tx, params};
use kernel::{DistrictId, Instant};

/// How many wrong codes came from here since a moment.
pub fn count(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (origin, since): (&str, Instant),
) -> Result<i64, db::Error> {
    let row = tx.find(
        "select n from service_guess where district_id = $1 and origin = $2 and since >= $3",
        params![district, origin, since],
    )?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// One more; what is older than `since` is forgotten.
pub fn add(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    origin: &str,
    (since, now): (Instant, Instant),
) -> Result<(), db::Error> {
    tx.execute(
        "insert into service_guess (district_id, origin, n, since) values ($1, $2, 1, $4)
         on conflict (district_id, origin) do update set
             n = case when service_guess.since >= $3 then service_guess.n + 1 else 1 end,
             since = case when service_guess.since >= $3 then service_guess.since else $4 end",
        params![district, origin, since, now],
    )?;
    Ok(())
}

/// Forgets all that is older.
pub fn forget(tx: &mut Tx<'_>, district: &DistrictId, before: Instant) -> Result<(), db::Error> {
    tx.execute("delete from service_guess where district_id = $1 and since < $2", params![district, before])?;
    Ok(())
}
