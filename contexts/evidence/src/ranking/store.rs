//! From how many cases on a district ranks.

use db::{Tx, params};
use kernel::{DistrictId, Refusal};

use crate::Stamp;

/// The number that was set; none while nobody did.
pub(super) fn find(tx: &mut Tx, district: &DistrictId) -> Result<Option<i64>, Refusal> {
    let row = tx.find("select least_n from evidence_ranking where district_id = $1", params![district])?;
    row.map(|row| Ok(row.get("least_n")?)).transpose()
}

/// Sets it.
pub(super) fn save(tx: &mut Tx, district: &DistrictId, least: i64, set: &Stamp) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_ranking (district_id, least_n, set_name, set_at) values ($1, $2, $3, $4)
         on conflict (district_id) do update set least_n = excluded.least_n, set_name = excluded.set_name,
            set_at = excluded.set_at",
        params![district, least, &set.name, set.at],
    )?;
    Ok(())
}
