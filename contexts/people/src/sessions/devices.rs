//! Browsers from which an account has signed in before, so that strangers cannot slow its owner.

use db::{Tx, params};
use kernel::{AccountId, Caller, DistrictId, Instant, Refusal};

use super::token_hash;

/// For so many days a browser is known after a sign-in.
pub const DEVICE_DAYS: i64 = 180;

/// Whether the token belongs to a browser of the account.
pub(super) fn is_known(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    token: &str,
    now: Instant,
) -> Result<bool, db::Error> {
    let row = tx.find(
        "select account_id from device
         where district_id = $1 and token_hash = $2 and account_id = $3 and expires_at > $4",
        params![district, token_hash(token), account, now],
    )?;
    Ok(row.is_some())
}

/// Makes the browser known for the account, and gives its new token. The old one ends.
pub(super) fn renew(tx: &mut Tx<'_>, by: &Caller, account: &AccountId, old: &str) -> Result<String, Refusal> {
    let token = by.rng.token();
    tx.execute(
        "delete from device where district_id = $1 and account_id = $2 and (token_hash = $3 or expires_at <= $4)",
        params![by.district(), account, token_hash(old), by.now()],
    )?;
    tx.execute(
        "insert into device (district_id, token_hash, account_id, expires_at) values ($1, $2, $3, $4)",
        params![by.district(), token_hash(&token), account, by.now().plus_seconds(DEVICE_DAYS * 86_400)],
    )?;
    Ok(token)
}
