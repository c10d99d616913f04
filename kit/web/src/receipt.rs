//! Receipts of forms: what the first sending answered.

use db::{Tx, params};
use kernel::Caller;
use sha2::{Digest, Sha256};

/// Where the first sending of this form went; none for a form without a key.
pub fn find(tx: &mut Tx<'_>, by: &Caller, key: &str) -> Result<Option<String>, db::Error> {
    if key.is_empty() {
        return Ok(None);
    }
    tx.find(
        "select location from form_receipt where district_id = $1 and form_key = $2",
        params![by.district(), key],
    )?
    .map(|row| row.get("location"))
    .transpose()
}

/// The receipt's key of what a program does once: no two programs share one, whatever keys they make up.
pub fn of_program(account: &str, what: &str, key: &str) -> String {
    let mut sent = Sha256::new();
    for part in [account, what, key] {
        sent.update(part.len().to_be_bytes());
        sent.update(part.as_bytes());
    }
    kernel::hex(sent.finalize())
}

/// Keeps where this form went.
pub fn insert(tx: &mut Tx<'_>, by: &Caller, key: &str, location: &str) -> Result<(), db::Error> {
    if !key.is_empty() {
        tx.execute(
            "insert into form_receipt (district_id, form_key, location, answered_at) values ($1, $2, $3, $4)",
            params![by.district(), key, location, by.now()],
        )?;
    }
    Ok(())
}

/// Days for which a form sent again still goes to the same place.
const KEPT_DAYS: i64 = 7;

/// Forgets the receipts that nobody will ask for again; comes round once a day.
///
/// # Errors
/// As the database refuses.
pub fn forget(tx: &mut Tx<'_>, by: &Caller) -> Result<(), kernel::Refusal> {
    let before = by.now().plus_seconds(-KEPT_DAYS * 24 * 3600);
    tx.execute("delete from form_receipt where answered_at < $1", params![before])?;
    Ok(())
}
