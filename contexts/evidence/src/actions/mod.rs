//! One function a verb: load through what the actor sees, decide, save, count, record.

pub mod attestation;
pub mod close;
pub mod delivery;
pub mod entry;
pub mod figure;
pub mod import;
pub mod photos;
pub mod rule;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};

use crate::photo::Photo;
use crate::{ProofId, Stamp, store};

/// Who acts, as a stamp.
///
/// # Errors
/// Forbidden for the public.
pub(crate) fn stamp(by: &Caller) -> Result<Stamp, Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    Ok(Stamp { by: account, name: by.actor.name.clone(), at: by.now() })
}

/// Records what was done.
pub(crate) fn audit(
    tx: &mut Tx,
    by: &Caller,
    action: &'static str,
    (kind, id): (&'static str, &str),
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    people::audit::record(tx, by, people::audit::Entry { action, subject: (kind, id), detail })
}

/// Keeps photos as proofs of a subject: its kind and id.
pub(crate) fn keep_photos(
    tx: &mut Tx,
    by: &Caller,
    subject: (&'static str, &str),
    photos: &[Photo],
    stamp: &Stamp,
) -> Result<(), Refusal> {
    for photo in photos {
        let proof: ProofId = by.id();
        store::proof::insert(tx, by.district(), &proof, subject, photo, stamp)?;
    }
    Ok(())
}

/// Refuses when the page that the actor looked at is no longer what is stored.
pub(crate) fn unchanged(seen: i64, version: i64) -> Result<(), Refusal> {
    if seen == version { Ok(()) } else { Err(Refusal::Conflict(Problem::new("evidence-changed-meanwhile"))) }
}

/// The problem of a unit that does not exist on a day.
pub(crate) fn known_unit(
    tx: &mut Tx,
    by: &Caller,
    (field, unit): (&'static str, &UnitId),
    on: kernel::Day,
) -> Result<people::units::Unit, Refusal> {
    let found = people::units::find(tx, by.district(), unit, on)?;
    found.ok_or_else(|| Problem::new("evidence-unit-unknown").at(field).with("on", on).into())
}
