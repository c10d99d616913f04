//! The audit trail: what was done, by whom, from where; every change and every sign-in.
//!
//! Entries are numbered in the order in which they were written; their order never depends on the
//! clock. They are only added, and leave when they are older than the district keeps them, which is
//! never less than [`SHORTEST_DAYS`].

mod prune;
mod store;

pub use prune::prune;
pub use store::{AuditEntry, Filter, actions, count, list};

use db::Tx;
use kernel::{Caller, Refusal};

/// The shortest time for which entries may be kept, in days (half a year, as GB/T 22239 and the
/// Cybersecurity Law's article on network logs ask).
pub const SHORTEST_DAYS: i64 = 180;

/// Something to record.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What was done, as `context.verb` or `context.thing.verb`. In the catalogue it is `audit-` and
    /// this with dashes for dots.
    pub action: &'static str,
    /// To what: its kind and its id.
    pub subject: (&'static str, &'a str),
    /// What a reader needs besides: no secrets, no personal data beyond names.
    pub detail: serde_json::Value,
}

/// Records what the caller does, in the same transaction as the change. So nothing changes in a preview,
/// wherever a page shows its button: all that a role does is recorded here, or is not done.
///
/// # Errors
/// Forbidden while a role is previewed; as the database refuses.
pub fn record(tx: &mut Tx<'_>, by: &Caller, entry: Entry<'_>) -> Result<(), Refusal> {
    if by.actor.viewing_for.is_some() {
        return Err(Refusal::Forbidden);
    }
    store::insert(tx, by, &entry)?;
    Ok(())
}
