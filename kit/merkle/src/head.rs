//! Heads of the tree, signed and kept as they were given out.

use db::Tx;
use kernel::{Caller, Instant, Refusal};

use crate::proof::Hash;
use crate::{Log, integrate, note, store, tree};

/// A tree of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// A head with the note that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// Size and root.
    pub head: Head,
    /// When.
    pub signed_at: Instant,
    /// The text of the note, with its signature.
    pub note: String,
}

/// Takes in what waits and signs the tree that results. A head of the same size that was signed
/// before is answered again: nothing happened since. An empty tree is not signed: a head over
/// nothing tells nobody anything.
///
/// # Errors
/// As the database refuses.
pub fn sign(tx: &mut Tx, by: &Caller, log: &Log) -> Result<Option<SignedHead>, Refusal> {
    integrate(tx, log)?;
    let size = store::size(tx, log)?;
    if size == 0 {
        return Ok(None);
    }
    let origin = log.origin();
    let key = crate::Key::from_bytes(&by.seal.key());
    if let Some(known) = store::find_head(tx, log, size)?
        && key.is_some_and(|key| note::read(&known.note, &origin, &key).is_ok())
    {
        return Ok(Some(known));
    }
    let head = Head { size, root: tree::root(tx, log, size)? };
    let note = note::write(&origin, head, &*by.seal);
    let signed = SignedHead { head, signed_at: by.now(), note };
    store::insert_head(tx, log, &signed)?;
    Ok(Some(signed))
}

/// The newest heads first, at most `limit`.
///
/// # Errors
/// As the database refuses; corrupt when a stored note cannot be read.
pub fn list_heads(tx: &mut Tx, log: &Log, limit: i64) -> Result<Vec<SignedHead>, Refusal> {
    store::list_heads(tx, log, limit)
}

/// The newest head, if one was signed.
///
/// # Errors
/// As [`list_heads`].
pub fn newest_head(tx: &mut Tx, log: &Log) -> Result<Option<SignedHead>, Refusal> {
    Ok(store::list_heads(tx, log, 1)?.pop())
}

/// The head of a tree of `size` leaves, if one was signed.
///
/// # Errors
/// As [`list_heads`].
pub fn find_head(tx: &mut Tx, log: &Log, size: u64) -> Result<Option<SignedHead>, Refusal> {
    store::find_head(tx, log, size)
}

/// Whether the newest head of every log in the database was signed with `key`; so too when there is
/// none yet.
///
/// # Errors
/// As [`list_heads`].
pub fn signed_by(tx: &mut Tx, key: &crate::Key) -> Result<bool, Refusal> {
    let newest = store::list_newest_notes(tx)?;
    Ok(newest.iter().all(|(origin, note)| note::read(note, origin, key).is_ok()))
}
