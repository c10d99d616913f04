//! Photos of a delivery: looking at them, what makes a verifier look twice, and the district's box.

use db::Tx;
use kernel::{Caller, Problem, Refusal, Role};
use serde_json::json;

use super::{audit, delivery, stamp};
use crate::photo::{Area, Doubt, doubts};
use crate::store::proof::Proof;
use crate::{Delivery, ProofId, store};

/// The photos of a delivery with their doubts.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, by: &Caller, delivery: &Delivery) -> Result<Vec<(Proof, Vec<Doubt>)>, Refusal> {
    let area = store::proof::area(tx, by.district())?;
    let proofs = store::proof::list(tx, by.district(), ("delivery", delivery.id.as_str()))?;
    let doubted = |proof: Proof| {
        let mut doubts = doubts(proof.taken_on, proof.place, delivery.details.on, area.as_ref());
        if proof.elsewhere > 0 {
            doubts.push(Doubt::Repeated);
        }
        (proof, doubts)
    };
    Ok(proofs.into_iter().map(doubted).collect())
}

/// The bytes of a photo and their content type, for whoever sees what it proves.
///
/// # Errors
/// Not found.
pub fn bytes(tx: &mut Tx, by: &Caller, id: &ProofId) -> Result<(String, Vec<u8>), Refusal> {
    let photo = store::proof::bytes(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    let subject = photo.subject;
    match photo.subject_kind.as_str() {
        "delivery" => delivery::find(tx, by, &subject.into()).map(|_| ())?,
        "entry" => super::entry::find(tx, by, &subject.into()).map(|_| ())?,
        "attestation" => super::attestation::find(tx, by, &subject.into()).map(|_| ())?,
        _ => return Err(Refusal::NotFound),
    }
    Ok((photo.content_type, photo.bytes))
}

/// The box of degrees inside which the district's photos are expected; none while nobody set it.
///
/// # Errors
/// As the database refuses.
pub fn area(tx: &mut Tx, by: &Caller) -> Result<Option<Area>, Refusal> {
    store::proof::area(tx, by.district())
}

/// Sets the box of degrees inside which the district's photos are expected.
///
/// # Errors
/// Forbidden but for administrators and coordinators; invalid when an edge is no degree or the
/// box is turned round.
pub fn set_area(tx: &mut Tx, by: &Caller, area: &Area) -> Result<(), Refusal> {
    stamp(by)?;
    if !by.actor.has(Role::Administrator) && !by.actor.has(Role::Coordinator) {
        return Err(Refusal::Forbidden);
    }
    let north = (-90.0..=90.0).contains(&area.south) && (-90.0..=90.0).contains(&area.north);
    let east = (-180.0..=180.0).contains(&area.west) && (-180.0..=180.0).contains(&area.east);
    if !(north && east && area.south < area.north && area.west < area.east) {
        return Err(Problem::new("evidence-area-unreadable").into());
    }
    store::proof::save_area(tx, by.district(), area)?;
    let detail = json!({ "south": area.south, "west": area.west, "north": area.north, "east": area.east });
    audit(tx, by, "evidence.area.set", ("district", by.district().as_str()), detail)
}
