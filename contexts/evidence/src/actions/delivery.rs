//! Recording, editing, submitting, verifying, sending back and withdrawing deliveries.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};
use people::units::UnitKind;
use serde_json::json;

use super::{audit, keep_photos, stamp, unchanged};
use crate::photo::Photo;
use crate::rules::{self, World};
use crate::telling;
use crate::{Delivery, DeliveryId, Details, State, Step, counting, flags, person, store};

/// A delivery as it comes from a form.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Made on the phone, so that what is sent twice acts once; empty when the form had no script.
    pub client_key: String,
    /// What is told.
    pub details: Details,
    /// The sign-in list, one person a line; hashed at once. Empty when there is none.
    pub persons: String,
    /// Examined photos.
    pub photos: Vec<Photo>,
    /// Whether it is handed to a second person at once.
    pub submit: bool,
}

/// Records a delivery; sent twice with one client key it is recorded once.
///
/// # Errors
/// Invalid with all that must be mended; conflict when the client key was used for something else.
pub fn record(tx: &mut Tx, by: &Caller, new: &NewDelivery) -> Result<DeliveryId, Refusal> {
    let stamp = stamp(by)?;
    let world = world(tx, by, &new.details)?;
    rules::check(&new.details, &world)?;
    let id: DeliveryId = by.id();
    let client_key = client_key(&new.client_key, &id)?;
    let mut delivery = Delivery::draft(id, client_key, new.details.clone(), stamp.clone());
    if new.submit {
        delivery = delivery.submit(stamp.clone())?;
    }
    if !store::delivery::insert(tx, by.district(), &delivery)? {
        return sent_before(tx, by, &delivery);
    }
    rules::check_new(&world)?;
    keep_persons(tx, by, &delivery, &new.persons)?;
    keep_photos(tx, by, ("delivery", delivery.id.as_str()), &new.photos, &stamp)?;
    flags::actions::raise(tx, by, &delivery)?;
    let detail =
        json!({ "title": delivery.details.title, "on": delivery.details.on, "submitted": new.submit });
    audit(tx, by, "evidence.delivery.record", ("delivery", delivery.id.as_str()), detail)?;
    Ok(delivery.id)
}

/// A key from the phone, or the id itself.
fn client_key(sent: &str, id: &DeliveryId) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if sent.is_empty() {
        return Ok(id.to_string());
    }
    if sent.len() > 64 || !sent.chars().all(plain) {
        return Err(Problem::new("evidence-client-key-unreadable").into());
    }
    Ok(sent.to_owned())
}

/// The same form again is answered as the first time; another one under its key is not dropped in
/// silence.
fn sent_before(tx: &mut Tx, by: &Caller, delivery: &Delivery) -> Result<DeliveryId, Refusal> {
    let earlier = store::delivery::find_by_client_key(tx, by.district(), &delivery.client_key)?;
    match earlier {
        Some(earlier)
            if earlier.recorded.by == delivery.recorded.by && earlier.details == delivery.details =>
        {
            Ok(earlier.id)
        }
        Some(_) | None => {
            let problem = Problem::new("evidence-sent-before").with("title", &delivery.details.title);
            Err(Refusal::Conflict(problem))
        }
    }
}

/// Changes a draft or a returned delivery. `persons`: nothing keeps the list that it has.
///
/// # Errors
/// Not found, forbidden, conflict, or invalid with all that must be mended.
pub fn edit(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&DeliveryId, i64),
    change: &NewDelivery,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let delivery = load(tx, by, id, Step::Edit)?;
    let before = delivery.details.clone();
    let delivery = delivery.edit(change.details.clone())?;
    unchanged(seen, delivery.version)?;
    rules::check(&delivery.details, &world(tx, by, &delivery.details)?)?;
    store::delivery::save_details(tx, by.district(), &delivery, seen)?;
    keep_persons(tx, by, &delivery, &change.persons)?;
    let n = store::person::count(tx, by.district(), id)?;
    if n > delivery.details.all_heads() {
        // a list kept from before must still fit the heads
        let problem = Problem::new("evidence-list-over-heads").at("persons").with("n", n);
        return Err(problem.with("heads", delivery.details.all_heads()).into());
    }
    keep_photos(tx, by, ("delivery", id.as_str()), &change.photos, &stamp)?;
    let detail = json!({ "title": [before.title, delivery.details.title.clone()],
        "heads": [before.heads.values().sum::<i64>(), delivery.details.all_heads()] });
    audit(tx, by, "evidence.delivery.edit", ("delivery", id.as_str()), detail)?;
    if change.submit {
        submit(tx, by, (id, seen + 1))?;
    }
    Ok(())
}

/// Hands a draft or a returned delivery to a second person.
///
/// # Errors
/// Not found, forbidden, conflict; invalid when the world changed since it was written.
pub fn submit(tx: &mut Tx, by: &Caller, (id, seen): (&DeliveryId, i64)) -> Result<(), Refusal> {
    let delivery = load(tx, by, id, Step::Submit)?.submit(stamp(by)?)?;
    unchanged(seen, delivery.version)?;
    rules::check(&delivery.details, &world(tx, by, &delivery.details)?)?;
    store::delivery::save_state(tx, by.district(), &delivery, seen)?;
    flags::actions::refresh(tx, by, &delivery)?;
    audit(tx, by, "evidence.delivery.submit", ("delivery", id.as_str()), json!({}))
}

/// Verifies: the delivery counts, everywhere, from this transaction on.
///
/// # Errors
/// Not found, forbidden, conflict (says who was first); invalid for one's own, and in a closed period.
pub fn verify(tx: &mut Tx, by: &Caller, at: (&DeliveryId, i64)) -> Result<(), Refusal> {
    verify_late(tx, by, at, "")
}

/// The same with the reason why it comes after its month or year was closed; it moves what is counted
/// now, and never what was closed.
///
/// # Errors
/// As [`verify`]; invalid without a reason when a period is closed.
pub fn verify_late(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&DeliveryId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let delivery = load(tx, by, id, Step::Verify)?.verify(stamp.clone())?;
    unchanged(seen, delivery.version)?;
    store::delivery::save_state(tx, by.district(), &delivery, seen)?;
    counting::count(tx, by, &delivery, &stamp.by)?;
    super::close::note_late(tx, by, (&delivery, 1), &stamp, reason)?;
    let detail = json!({ "heads": delivery.details.all_heads() });
    audit(tx, by, "evidence.delivery.verify", ("delivery", id.as_str()), detail)
}

/// Sends a waiting delivery back with a reason.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason.
pub fn send_back(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&DeliveryId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let delivery = load(tx, by, id, Step::SendBack)?;
    let reason = rules::reason(reason)?;
    let delivery = delivery.send_back(stamp(by)?, reason.clone())?;
    unchanged(seen, delivery.version)?;
    store::delivery::save_state(tx, by.district(), &delivery, seen)?;
    telling::returned(tx, by, &delivery)?;
    audit(tx, by, "evidence.delivery.return", ("delivery", id.as_str()), json!({ "reason": reason }))
}

/// Withdraws: a counted delivery no longer counts, by reversals; a draft is given up.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason.
pub fn withdraw(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&DeliveryId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let delivery = load(tx, by, id, Step::Withdraw)?;
    let reason = rules::reason(reason)?;
    let counted = matches!(delivery.state(), State::Verified { .. });
    let delivery = delivery.withdraw(stamp.clone(), reason.clone())?;
    unchanged(seen, delivery.version)?;
    store::delivery::save_state(tx, by.district(), &delivery, seen)?;
    flags::store::close_all(tx, by.district(), id)?;
    if counted {
        counting::take_back(tx, by, id, &reason, &stamp.by)?;
        super::close::note_late(tx, by, (&delivery, -1), &stamp, &reason)?;
        crate::open::make_soon(tx, by)?;
    }
    telling::withdrawn(tx, by, &delivery)?;
    audit(tx, by, "evidence.delivery.withdraw", ("delivery", id.as_str()), json!({ "reason": reason }))
}

/// The delivery, if the actor sees it.
///
/// # Errors
/// Not found: the two are not told apart.
pub fn find(tx: &mut Tx, by: &Caller, id: &DeliveryId) -> Result<Delivery, Refusal> {
    let found = store::delivery::find(tx, by.district(), id)?;
    found.filter(|delivery| rules::sees(&by.actor, &delivery.details)).ok_or(Refusal::NotFound)
}

fn load(tx: &mut Tx, by: &Caller, id: &DeliveryId, step: Step) -> Result<Delivery, Refusal> {
    let delivery = find(tx, by, id)?;
    if rules::may(&by.actor, &delivery, step) { Ok(delivery) } else { Err(Refusal::Forbidden) }
}

/// What the rules need to know about these details: only the units and purposes that they name.
fn world(tx: &mut Tx, by: &Caller, details: &Details) -> Result<World, Refusal> {
    let mentioned: BTreeSet<&UnitId> = [&details.host, &details.town]
        .into_iter()
        .chain(&details.place)
        .chain(&details.co_hosts)
        .chain(&details.supporters)
        .collect();
    let (mut units, mut towns) = (BTreeSet::new(), BTreeSet::new());
    for (unit, kind) in people::units::kinds(tx, by.district(), mentioned, details.on)? {
        if kind == UnitKind::Town {
            towns.insert(unit.clone());
        }
        units.insert(unit);
    }
    let purposes = store::purpose::spans(tx, by.district(), &details.purposes)?;
    let over = purposes.values().any(|purpose| purpose.to < details.on);
    let covered = over && store::purpose::is_any_in_force(tx, by.district(), details.on)?;
    let reach = by.actor.reach(rules::RECORDERS);
    Ok(World { today: by.today(), reach, units, towns, purposes, covered })
}

fn keep_persons(tx: &mut Tx, by: &Caller, delivery: &Delivery, list: &str) -> Result<(), Refusal> {
    if list.trim().is_empty() {
        return Ok(());
    }
    let secret = store::person::secret(tx, by.district(), &*by.rng)?;
    let persons = person::hashes(list, delivery.details.all_heads(), &secret)?;
    store::person::replace(tx, by.district(), &delivery.id, &persons)
}
