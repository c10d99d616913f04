#![doc = include_str!("../README.md")]

use db::Tx;
use kernel::{Clock, Refusal};
use web::{DistrictInfo, Visit};

pub mod accounts;
pub mod audit;
pub mod district;
pub mod sessions;
pub mod setup;
pub mod units;

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "people",
    files: &[
        ("0001_unit.sql", include_str!("../migrations/0001_unit.sql")),
        ("0002_account.sql", include_str!("../migrations/0002_account.sql")),
        ("0003_audit.sql", include_str!("../migrations/0003_audit.sql")),
    ],
};

/// Who holds a session's token now, for [`web::Config::authenticate`]. Reads only.
///
/// # Errors
/// As the database refuses.
pub fn authenticate(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<Visit, Refusal> {
    sessions::find(tx, token, clock)
}

/// Marks a session as seen or deletes one that is over, for [`web::Config::note_visit`].
///
/// # Errors
/// As the database refuses.
pub fn note_visit(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<(), Refusal> {
    sessions::note(tx, token, clock)
}

/// The district that this installation serves, for [`web::Config::district`]; `None` before setup.
///
/// # Errors
/// As the database refuses.
pub fn district(tx: &mut Tx<'_>) -> Result<Option<DistrictInfo>, Refusal> {
    let served = district::served(tx)?;
    Ok(served.map(|settings| DistrictInfo { id: settings.id, name: settings.name, is_demo: settings.is_demo }))
}

#[cfg(test)]
mod tests;
