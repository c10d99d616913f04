//! What somebody was told, and what of it they have read.

use db::Tx;
use kernel::{AccountId, Caller, DistrictId, Instant, Refusal};

use super::store;
use crate::MessageId;

/// A message as its reader has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub id: MessageId,
    /// The name of its kind.
    pub kind: String,
    /// What its sentence names.
    pub args: Vec<(String, String)>,
    /// Where it is looked at.
    pub href: String,
    /// Whether it is sent in quiet hours too.
    pub is_urgent: bool,
    /// When it was told.
    pub told_at: Instant,
    /// When this reader read it; none for an unread one, or where no reader is asked about.
    pub read_at: Option<Instant>,
}

impl Told {
    /// The key of its sentence in the catalogue.
    pub fn sentence(&self) -> String {
        format!("message-{}", self.kind.replace('.', "-"))
    }
}

/// What of an inbox is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what is unread, or only what was read; all when none.
    pub unread: Option<bool>,
}

/// How much somebody has not read, and since when the oldest of it waits.
///
/// # Errors
/// What the database says.
pub fn count_unread(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
) -> Result<(i64, Option<Instant>), Refusal> {
    Ok(store::count_unread(tx, district, reader)?)
}

/// How many messages an inbox holds.
///
/// # Errors
/// What the database says.
pub fn count(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    filter: Filter,
) -> Result<i64, Refusal> {
    Ok(store::count(tx, district, reader, filter)?)
}

/// An inbox, newest first.
///
/// # Errors
/// What the database says.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    filter: Filter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Told>, Refusal> {
    Ok(store::list(tx, district, reader, filter, (limit, offset))?)
}

/// A message of somebody's inbox.
///
/// # Errors
/// What the database says.
pub fn find(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    id: &MessageId,
) -> Result<Option<Told>, Refusal> {
    Ok(store::find(tx, district, reader, id)?)
}

/// A message, whoever reads it; for what sends it further.
///
/// # Errors
/// What the database says.
pub fn told(tx: &mut Tx<'_>, district: &DistrictId, id: &MessageId) -> Result<Option<Told>, Refusal> {
    Ok(store::told(tx, district, id)?)
}

/// Who is to read a message.
///
/// # Errors
/// What the database says.
pub fn readers(tx: &mut Tx<'_>, district: &DistrictId, id: &MessageId) -> Result<Vec<AccountId>, Refusal> {
    Ok(store::readers(tx, district, id)?)
}

/// Whoever acts has read a message of theirs. Gives where it is looked at.
///
/// # Errors
/// `Forbidden` for the public and in a preview; `NotFound` for what is in another's inbox, or in none.
pub fn mark_read(tx: &mut Tx<'_>, by: &Caller, id: &MessageId) -> Result<String, Refusal> {
    let reader = reader(by)?;
    let told = store::find(tx, by.district(), &reader, id)?.ok_or(Refusal::NotFound)?;
    if told.read_at.is_none() {
        store::mark_read(tx, by.district(), &reader, id, by.now())?;
    }
    Ok(told.href)
}

/// Whoever acts has read all that they were told until `until`. Gives how many were unread.
///
/// # Errors
/// `Forbidden` for the public and in a preview.
pub fn mark_all_read(tx: &mut Tx<'_>, by: &Caller, until: Instant) -> Result<u64, Refusal> {
    let reader = reader(by)?;
    Ok(store::mark_all_read(tx, by.district(), &reader, until, by.now())?)
}

fn reader(by: &Caller) -> Result<AccountId, Refusal> {
    let own = by.actor.account.clone().filter(|_| by.actor.viewing_for.is_none());
    own.ok_or(Refusal::Forbidden)
}
