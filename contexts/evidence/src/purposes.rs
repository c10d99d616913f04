//! The registry of purposes: the owner writes it, the form and the pages read it.

use db::Tx;
use kernel::{Caller, DistrictId, Problem, Refusal};

use crate::{Purpose, store};

/// Puts these purposes in place of those registered before. Whoever is gone is retired: its
/// deliveries and totals stay. Doing it twice changes nothing.
///
/// # Errors
/// Invalid when an id is named twice or a span ends before it begins.
pub fn register(tx: &mut Tx, by: &Caller, purposes: &[Purpose]) -> Result<(), Refusal> {
    let mut ids: Vec<_> = purposes.iter().map(|purpose| &purpose.id).collect();
    ids.sort();
    ids.dedup();
    if ids.len() != purposes.len() || purposes.iter().any(|purpose| purpose.to < purpose.from) {
        return Err(Problem::new("evidence-purposes-inconsistent").into());
    }
    store::purpose::retire_all(tx, by.district())?;
    for (position, purpose) in (0..).zip(purposes) {
        store::purpose::save(tx, by.district(), purpose, position)?;
    }
    Ok(())
}

/// The purposes in force, in the owner's order, with their duties.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Purpose>, Refusal> {
    store::purpose::list(tx, district, false)
}

/// The same with the retired ones at the end: their names are still needed where numbers are.
///
/// # Errors
/// As the database refuses.
pub fn list_with_retired(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Purpose>, Refusal> {
    store::purpose::list(tx, district, true)
}
