//! Recording, verifying, ending and withdrawing entries of registered stocks.

use db::Tx;
use kernel::{Caller, Day, Problem, Reach, Refusal};
use people::units::UnitKind;
use serde_json::json;

use super::{audit, close, keep_photos, known_unit, stamp, unchanged};
use crate::close::LateKind;
use crate::entry::{Entry, EntryDetails, EntryState};
use crate::indicator::Source;
use crate::{EntryId, Stamp, Sums, photo::Photo, rules, store};

/// Records an entry.
///
/// # Errors
/// Invalid with what must be mended.
pub fn record(
    tx: &mut Tx,
    by: &Caller,
    details: &EntryDetails,
    photos: &[Photo],
) -> Result<EntryId, Refusal> {
    let stamp = stamp(by)?;
    details.check(by.today())?;
    let indicators = store::indicator::list(tx, by.district())?;
    let indicator = indicators.iter().find(|one| one.id == details.indicator);
    match indicator.map(|one| &one.source) {
        Some(Source::Registered) => {}
        Some(Source::Coverage { .. }) if details.town.is_some() => {}
        Some(Source::Coverage { .. }) => return Err(Problem::new("error-missing").at("town").into()),
        Some(Source::Counted { .. } | Source::Measured | Source::Financial | Source::Attested) | None => {
            return Err(Problem::new("evidence-indicator-unknown").at("indicator").into());
        }
    }
    known_unit(tx, by, ("unit", &details.unit), by.today())?;
    if !by.actor.reach(rules::RECORDERS).includes(&details.unit) {
        return Err(Problem::new("evidence-host-outside").at("unit").into());
    }
    if let Some(town) = &details.town
        && known_unit(tx, by, ("town", town), by.today())?.kind != UnitKind::Town
    {
        return Err(Problem::new("evidence-town-unknown").at("town").with("on", by.today()).into());
    }
    let id: EntryId = by.id();
    let state = EntryState::Recorded;
    let entry =
        Entry { id, details: details.clone(), state, version: 1, recorded: stamp.clone(), is_demo: false };
    store::entry::insert(tx, by.district(), &entry)?;
    keep_photos(tx, by, ("entry", entry.id.as_str()), photos, &stamp)?;
    let detail = json!({ "title": details.title, "indicator": details.indicator });
    audit(tx, by, "evidence.entry.record", ("entry", entry.id.as_str()), detail)?;
    Ok(entry.id)
}

/// Verifies an entry: it counts from its first day.
/// `reason` says why it comes after periods in which it was in force were closed; it is not asked for
/// while they are open.
///
/// # Errors
/// Not found, forbidden, conflict; invalid for one's own, and late without a reason.
pub fn verify(tx: &mut Tx, by: &Caller, (id, seen): (&EntryId, i64), reason: &str) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let entry = load(tx, by, id)?.verify(stamp.clone())?;
    unchanged(seen, entry.version)?;
    store::entry::save(tx, by.district(), &entry, seen)?;
    note(tx, by, id, (entry.details.from, entry.details.to), (&stamp, reason))?;
    audit(tx, by, "evidence.entry.verify", ("entry", id.as_str()), json!({}))
}

/// Ends an entry on a day.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason or with an impossible day.
pub fn end(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&EntryId, i64),
    (on, reason): (Day, &str),
) -> Result<(), Refusal> {
    let (stamp, before) = (stamp(by)?, load(tx, by, id)?);
    let lost = (on.plus_days(1), before.details.to);
    let entry = before.end(on, stamp.clone(), rules::reason(reason)?)?;
    unchanged(seen, entry.version)?;
    store::entry::save(tx, by.district(), &entry, seen)?;
    note(tx, by, id, lost, (&stamp, reason))?;
    audit(tx, by, "evidence.entry.end", ("entry", id.as_str()), json!({ "on": on, "reason": reason.trim() }))
}

/// Withdraws an entry that was recorded in error: no day counts it any more.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason.
pub fn withdraw(tx: &mut Tx, by: &Caller, (id, seen): (&EntryId, i64), reason: &str) -> Result<(), Refusal> {
    let (stamp, before) = (stamp(by)?, load(tx, by, id)?);
    let counted = matches!(before.state(), EntryState::Verified { .. } | EntryState::Ended { .. });
    let lost = (before.details.from, before.details.to);
    let entry = before.withdraw(stamp.clone(), rules::reason(reason)?)?;
    unchanged(seen, entry.version)?;
    store::entry::save(tx, by.district(), &entry, seen)?;
    if counted {
        note(tx, by, id, lost, (&stamp, reason))?;
    }
    audit(tx, by, "evidence.entry.withdraw", ("entry", id.as_str()), json!({ "reason": reason.trim() }))
}

/// Notes what the entry moved in periods that were closed.
fn note(
    tx: &mut Tx,
    by: &Caller,
    id: &EntryId,
    days: (Day, Option<Day>),
    why: (&Stamp, &str),
) -> Result<(), Refusal> {
    let closed = close::closed_within(tx, by.district(), days)?;
    close::note(tx, by, &closed, ((LateKind::Entry, id.as_str()), Sums::default()), why)
}

/// The entry, if the actor sees it: its unit or its town is within reach.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx, by: &Caller, id: &EntryId) -> Result<Entry, Refusal> {
    let found = store::entry::find(tx, by.district(), id)?;
    found.filter(|entry| sees(&rules::reading(&by.actor), entry)).ok_or(Refusal::NotFound)
}

fn sees(reach: &Reach, entry: &Entry) -> bool {
    reach.includes(&entry.details.unit)
        || entry.details.town.as_ref().is_some_and(|town| reach.includes(town))
}

fn load(tx: &mut Tx, by: &Caller, id: &EntryId) -> Result<Entry, Refusal> {
    let entry = find(tx, by, id)?;
    if by.actor.reach(rules::VERIFIERS).includes(&entry.details.unit) {
        Ok(entry)
    } else {
        Err(Refusal::Forbidden)
    }
}
