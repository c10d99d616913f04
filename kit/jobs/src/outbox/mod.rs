//! The outbox: what people are told, written in the transaction of what they are told of.
//!
//! A message names what happened by a key of the catalogue and its arguments, so that each reader has it
//! in their language. It stands in the readers' inbox at once. [`SPREAD`] then gives it a [`Sending`] for
//! each channel that carries it further; every sending ends sent, failed or, 72 hours after it was made,
//! timed out. Telling the same again (by [`Message::key`]) tells nothing.

mod guest;
mod inbox;
mod sending;
mod store;

use std::collections::BTreeSet;

use db::Tx;
use kernel::{AccountId, Caller, Refusal};
use serde::{Deserialize, Serialize};

use crate::{MessageId, queue};

pub use guest::{
    consent, guest_of, guest_phone, has_consented, reaches_guests, set_reach, tell_guest, withdraw,
};
pub use inbox::{Filter, Told, count, count_unread, find, list, mark_all_read, mark_read, readers, told};
pub use sending::{
    Attempt, Ended, Sending, SendingFilter, SendingState, attempted, count_sendings, end, find_sending,
    latest_sending, list_sendings, send_further, time_out,
};
pub(crate) use store::forget;

/// The kind of the job that gives a new message its sendings; its value is a [`Spread`]. Whoever knows the
/// channels runs it.
pub const SPREAD: &str = "messages.spread";
/// How long messages are kept, in days.
pub const KEPT_DAYS: i64 = 180;
/// A sending that did not arrive after so many hours has timed out.
pub const DEADLINE_HOURS: i64 = 72;

/// The value of a [`SPREAD`] job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Which message.
    pub message: MessageId,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageKind {
    /// Its name, such as `plan.letter.issued`; in the catalogue `message-` and this with dashes for dots.
    pub name: &'static str,
    /// Whether it is sent in quiet hours too.
    pub urgent: bool,
}

/// Something to tell.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it is about.
    pub kind: MessageKind,
    /// Of what happened, such as `letter/01J.../issued/3`: one key is told once.
    pub key: String,
    /// What the sentence names: titles and units. Never a secret, never what only some of the readers may
    /// see; the sentence may also be sent to a group.
    pub args: Vec<(&'static str, String)>,
    /// Where it is looked at; the page asks whether the reader may.
    pub href: String,
    /// Who is to read it.
    pub to: BTreeSet<AccountId>,
}

/// Tells people, in the transaction of what happened. Whoever acts is not told of it. Gives the message,
/// or none where nobody is to be told or it was told before.
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, by: &Caller, message: &Message) -> Result<Option<MessageId>, Refusal> {
    let to: Vec<&AccountId> =
        message.to.iter().filter(|account| by.actor.account.as_ref() != Some(*account)).collect();
    if to.is_empty() {
        return Ok(None);
    }
    let id: MessageId = by.id();
    if !store::insert(tx, by, &id, message)? {
        return Ok(None);
    }
    store::insert_readers(tx, by, &id, &to)?;
    queue::enqueue_named(tx, by, SPREAD, &Spread { message: id.clone() })?;
    Ok(Some(id))
}

/// Tells a person of a trial that they asked for themselves; it is sent by one channel only, by whoever
/// asked, and stands in no inbox.
///
/// # Errors
/// What the database says.
pub fn note_trial(tx: &mut Tx<'_>, by: &Caller, message: &Message) -> Result<MessageId, Refusal> {
    let id: MessageId = by.id();
    store::insert(tx, by, &id, message)?;
    Ok(id)
}
