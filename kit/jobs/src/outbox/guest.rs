//! People without an account who are told by text message, as long as they consent.
//!
//! A guest is known by a name that the telling context gives, such as the order's id. The number is veiled and
//! stands in one row, which goes with the consent: what still waits then ends unsent.

use db::{Tx, params};
use kernel::veil::{self, Place};
use kernel::{Caller, DistrictId, Refusal};

use super::{Message, SPREAD, Spread, store};
use crate::{MessageId, queue};

const fn place(guest: &str) -> Place<'_> {
    Place { column: "message_guest.phone", row: guest }
}

/// Notes that a guest wants text messages at this number, from now on.
///
/// # Errors
/// What the database says.
pub fn consent(tx: &mut Tx<'_>, by: &Caller, guest: &str, phone: &str) -> Result<(), Refusal> {
    let veiled = veil::veil(by, place(guest), phone)?;
    tx.execute(
        "insert into message_guest (district_id, id, phone, consented_at) values ($1, $2, $3, $4)
         on conflict (district_id, id) do update set phone = excluded.phone, consented_at = excluded.consented_at",
        params![by.district(), guest, veiled, by.now()],
    )?;
    Ok(())
}

/// Takes a guest's consent back; the number is erased. Whether there was one.
///
/// # Errors
/// What the database says.
pub fn withdraw(tx: &mut Tx<'_>, by: &Caller, guest: &str) -> Result<bool, Refusal> {
    let n = tx.execute(
        "delete from message_guest where district_id = $1 and id = $2",
        params![by.district(), guest],
    )?;
    Ok(n == 1)
}

/// Whether a guest consents.
///
/// # Errors
/// What the database says.
pub fn has_consented(tx: &mut Tx<'_>, district: &DistrictId, guest: &str) -> Result<bool, Refusal> {
    let found =
        tx.find("select id from message_guest where district_id = $1 and id = $2", params![district, guest])?;
    Ok(found.is_some())
}

/// The number of a guest who consents, for whoever sends now; none without consent.
///
/// # Errors
/// `Unavailable` when it was veiled by another installation's key.
pub fn guest_phone(tx: &mut Tx<'_>, by: &Caller, guest: &str) -> Result<Option<String>, Refusal> {
    let row = tx.find(
        "select phone from message_guest where district_id = $1 and id = $2",
        params![by.district(), guest],
    )?;
    let Some(row) = row else { return Ok(None) };
    let veiled: Vec<u8> = row.get("phone")?;
    let phone = veil::unveil(by, place(guest), &veiled);
    phone.map(Some).ok_or_else(|| Refusal::Unavailable("a number was veiled with another key".into()))
}

/// Tells a guest who consents; others are told nothing. Once for each [`Message::key`].
///
/// # Errors
/// What the database says.
pub fn tell_guest(
    tx: &mut Tx<'_>,
    by: &Caller,
    message: &Message,
    guest: &str,
) -> Result<Option<MessageId>, Refusal> {
    if !has_consented(tx, by.district(), guest)? {
        return Ok(None);
    }
    let id: MessageId = by.id();
    if !store::insert(tx, by, &id, message)? {
        return Ok(None);
    }
    tx.execute(
        "update message set guest_id = $3 where district_id = $1 and id = $2",
        params![by.district(), &id, guest],
    )?;
    queue::enqueue_named(tx, by, SPREAD, &Spread { message: id.clone() })?;
    Ok(Some(id))
}

/// The guest whom a message is for; none where accounts read it.
///
/// # Errors
/// What the database says.
pub fn guest_of(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    message: &MessageId,
) -> Result<Option<String>, Refusal> {
    let row = tx.find(
        "select guest_id from message where district_id = $1 and id = $2",
        params![district, message],
    )?;
    Ok(row.map(|row| row.get("guest_id")).transpose()?.flatten())
}

/// Says whether a channel carries messages to guests.
///
/// # Errors
/// What the database says.
pub fn set_reach(tx: &mut Tx<'_>, by: &Caller, channel: &'static str, carries: bool) -> Result<(), Refusal> {
    let sql = if carries {
        "insert into message_reach (district_id, channel) values ($1, $2) on conflict (district_id, channel) do nothing"
    } else {
        "delete from message_reach where district_id = $1 and channel = $2"
    };
    tx.execute(sql, params![by.district(), channel])?;
    Ok(())
}

/// Whether any channel carries messages to guests: else nobody is asked for a consent that leads to nothing.
///
/// # Errors
/// What the database says.
pub fn reaches_guests(tx: &mut Tx<'_>, district: &DistrictId) -> Result<bool, Refusal> {
    let row = tx.one("select count(*) as n from message_reach where district_id = $1", params![district])?;
    Ok(row.get::<i64>("n")? > 0)
}
