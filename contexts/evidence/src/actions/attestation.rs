//! Signing, confirming and withdrawing attestations.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal, UnitId, Year};
use serde_json::json;

use super::{audit, close, keep_photos, known_unit, stamp, unchanged};
use crate::attestation::Attestation;
use crate::close::LateKind;
use crate::indicator::Source;
use crate::{AttestationId, IndicatorId, Life, Stamp, Sums, photo::Photo, rules, store};

/// An attestation as it comes from a form.
#[derive(Clone, Debug)]
pub struct NewAttestation {
    /// The indicator; an attested one.
    pub indicator: IndicatorId,
    /// The year that it speaks of.
    pub year: Year,
    /// The unit that signs.
    pub unit: UnitId,
    /// The narrative, 20 to 4000 characters.
    pub body: String,
    /// What proves it.
    pub evidence: String,
    /// Examined photos or scans.
    pub photos: Vec<Photo>,
}

/// Signs a narrative.
///
/// # Errors
/// Invalid with what must be mended.
pub fn sign(tx: &mut Tx, by: &Caller, new: &NewAttestation) -> Result<AttestationId, Refusal> {
    let stamp = stamp(by)?;
    let indicators = store::indicator::list(tx, by.district())?;
    let indicator = indicators.iter().find(|one| one.id == new.indicator && one.source == Source::Attested);
    let mut problems = Problems::new();
    match indicator {
        None => problems.add(Problem::new("evidence-indicator-unknown").at("indicator")),
        Some(one) if !(one.from.year()..=one.to.year().min(by.today().year())).contains(&new.year) => {
            problems.add(Problem::new("evidence-year-outside").at("year").with("typed", new.year));
        }
        Some(_) => {}
    }
    let n = new.body.chars().count();
    if !(20..=4000).contains(&n) {
        problems.add(Problem::new("evidence-narrative-length").at("body").with("n", n));
    }
    if new.evidence.is_empty() && new.photos.is_empty() {
        problems.add(Problem::new("evidence-attestation-bare").at("evidence"));
    }
    problems.check()?;
    known_unit(tx, by, ("unit", &new.unit), by.today())?;
    if !by.actor.reach(rules::RECORDERS).includes(&new.unit) {
        return Err(Problem::new("evidence-host-outside").at("unit").into());
    }
    let one = Attestation {
        id: by.id(),
        indicator: new.indicator.clone(),
        year: new.year,
        unit: new.unit.clone(),
        body: new.body.clone(),
        evidence: new.evidence.clone(),
        life: Life::Waiting,
        version: 1,
        signed: stamp.clone(),
        is_demo: false,
    };
    store::attestation::insert(tx, by.district(), &one)?;
    keep_photos(tx, by, ("attestation", one.id.as_str()), &new.photos, &stamp)?;
    let detail = json!({ "indicator": new.indicator, "year": new.year });
    audit(tx, by, "evidence.attestation.sign", ("attestation", one.id.as_str()), detail)?;
    Ok(one.id)
}

/// Confirms what another signed.
/// `reason` says why it comes after its year was closed; it is not asked for while they are open.
///
/// # Errors
/// Not found, forbidden, conflict; invalid for one's own, and late without a reason.
pub fn confirm(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&AttestationId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let one = load(tx, by, id)?.confirm(stamp.clone())?;
    unchanged(seen, one.version)?;
    store::attestation::save(tx, by.district(), &one, seen)?;
    note(tx, by, &one, (&stamp, reason))?;
    audit(tx, by, "evidence.attestation.confirm", ("attestation", id.as_str()), json!({}))
}

/// Takes an attestation back.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason.
pub fn withdraw(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&AttestationId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let (stamp, before) = (stamp(by)?, load(tx, by, id)?);
    let stood = before.life.stands();
    let one = before.withdraw(stamp.clone(), rules::reason(reason)?)?;
    unchanged(seen, one.version)?;
    store::attestation::save(tx, by.district(), &one, seen)?;
    if stood {
        note(tx, by, &one, (&stamp, reason))?;
    }
    let detail = json!({ "reason": reason.trim() });
    audit(tx, by, "evidence.attestation.withdraw", ("attestation", id.as_str()), detail)
}

/// Its year, if that is closed.
///
/// # Errors
/// As the database refuses.
pub(crate) fn closed_for(tx: &mut Tx, by: &Caller, one: &Attestation) -> Result<Vec<String>, Refusal> {
    let year = format!("{:04}", one.year);
    store::close::closed_of(tx, by.district(), (&year, &year))
}

fn note(tx: &mut Tx, by: &Caller, one: &Attestation, why: (&Stamp, &str)) -> Result<(), Refusal> {
    let closed = closed_for(tx, by, one)?;
    close::note(tx, by, &closed, ((LateKind::Attestation, one.id.as_str()), Sums::default()), why)
}

/// The attestation, if the actor sees it.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx, by: &Caller, id: &AttestationId) -> Result<Attestation, Refusal> {
    let found = store::attestation::find(tx, by.district(), id)?;
    found.filter(|one| rules::reading(&by.actor).includes(&one.unit)).ok_or(Refusal::NotFound)
}

fn load(tx: &mut Tx, by: &Caller, id: &AttestationId) -> Result<Attestation, Refusal> {
    let one = find(tx, by, id)?;
    if by.actor.reach(rules::VERIFIERS).includes(&one.unit) { Ok(one) } else { Err(Refusal::Forbidden) }
}
