//! What a district set for the causes.

use std::collections::BTreeMap;

use db::{Tx, params};
use kernel::{AccountId, Caller, DistrictId, Instant, Refusal};

use crate::supervision::{Cause, Setting};

/// A setting with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// What holds.
    pub setting: Setting,
    /// By whom, and when.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// What the district set; causes that nobody touched are absent.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId) -> Result<BTreeMap<Cause, Set>, db::Error> {
    let rows = tx.query("select * from supervision_setting where district_id = $1", params![district])?;
    rows.iter()
        .map(|row| {
            let setting = Setting {
                active: row.get("active")?,
                n_days: row.get("n_days")?,
                n_percent: row.get("n_percent")?,
                n_grace: row.get("n_grace")?,
                n_rest: row.get("n_rest")?,
                n_escalate: row.get("n_escalate")?,
            };
            let cause = row.parse("supervision_setting", "cause", Cause::parse)?;
            Ok((cause, Set { setting, by: row.get("set_name")?, at: row.get("set_at")? }))
        })
        .collect()
}

/// Saves what holds for a cause.
pub fn save(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    cause: Cause,
    setting: &Setting,
) -> Result<(), Refusal> {
    tx.execute(
        "insert into supervision_setting (district_id, cause, active, n_days, n_percent, n_grace, n_rest,
             n_escalate, set_by, set_name, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (district_id, cause) do update set active = excluded.active, n_days = excluded.n_days,
             n_percent = excluded.n_percent, n_grace = excluded.n_grace, n_rest = excluded.n_rest,
             n_escalate = excluded.n_escalate, set_by = excluded.set_by, set_name = excluded.set_name,
             set_at = excluded.set_at",
        params![
            by.district(),
            cause.code(),
            setting.active,
            setting.n_days,
            setting.n_percent,
            setting.n_grace,
            setting.n_rest,
            setting.n_escalate,
            account,
            &by.actor.name,
            by.now()
        ],
    )?;
    Ok(())
}
