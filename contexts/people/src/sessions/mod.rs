//! Sessions: from signing in until signing out, in the database and nowhere else.
//!
//! The browser holds a token of 256 bits; the store holds its SHA-256. Every request reads the
//! session anew, so that signing out, a disabled account or a changed password ends it at once.
//! A session ends after 12 hours without a request and after 7 days in any case. One that was found
//! to be over is deleted, and stays over when the clock jumps back.

mod devices;
pub mod sign_in;
mod store;
pub mod throttle;
pub(crate) mod tries;
mod view_as;

pub use devices::DEVICE_DAYS;
pub use sign_in::{Begun, Identity};
pub use store::{end, end_all, sweep};
pub use view_as::{leave, view_as};

use db::Tx;
use kernel::{Actor, Caller, Clock, DistrictId, Instant, Refusal};
use sha2::{Digest, Sha256};
use web::Visit;

use crate::accounts::{self, AccountState};
use crate::{audit, units};

/// Without a request for so long, a session is over. In seconds: 12 hours.
pub const IDLE_SECONDS: i64 = 12 * 3600;
/// After so long a session is over. In seconds: 7 days.
pub const LONGEST_SECONDS: i64 = 7 * 86_400;
/// A session is noted as seen at most so often, so that reading pages writes little. In seconds.
const NOTE_SECONDS: i64 = 300;
/// A session seen so far ahead of the clock belongs to a time that never was. In seconds.
const AHEAD_SECONDS: i64 = 2 * 3600;

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub district: DistrictId,
    pub account: kernel::AccountId,
    pub csrf: String,
    pub seen_at: Instant,
    pub expires_at: Instant,
    pub view_as: Option<(kernel::Role, kernel::UnitId)>,
}

/// Where a session stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fresh,
    /// To be noted as seen.
    Stale,
    Over,
}

const fn standing(seen_at: Instant, expires_at: Instant, now: Instant) -> Standing {
    let idle = now.seconds_since(seen_at);
    if idle >= IDLE_SECONDS || idle < -AHEAD_SECONDS || now.seconds_since(expires_at) >= 0 {
        Standing::Over
    } else if idle >= NOTE_SECONDS {
        Standing::Stale
    } else {
        Standing::Fresh
    }
}

/// The SHA-256 of a token, as hexadecimal digits.
pub(crate) fn token_hash(token: &str) -> String {
    kernel::hex(Sha256::digest(token.as_bytes()))
}

/// Who holds a session's token now. Reads only.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<Visit, Refusal> {
    let today = clock.today();
    let Some(holding) = store::holding(tx, &token_hash(token), today)? else { return Ok(Visit::Nobody) };
    let store::Holding { session, account, roles } = holding;
    let standing = standing(session.seen_at, session.expires_at, clock.now());
    if standing == Standing::Over {
        return Ok(Visit::Over);
    }
    let must_change_password = match account.state {
        AccountState::Disabled { .. } => return Ok(Visit::Nobody),
        AccountState::Temporary => true,
        AccountState::Active => false,
    };
    let mut grants = Vec::with_capacity(roles.len());
    for (role, unit) in roles {
        grants.push(accounts::grant(tx, &session.district, role, unit, today)?);
    }
    let own = Actor {
        district: session.district.clone(),
        account: Some(account.id),
        name: account.name,
        grants,
        viewing_for: None,
    };
    let (actor, viewing_as) = match session.view_as {
        Some((role, unit)) if own.has(kernel::Role::Administrator) => {
            let name = units::find_any(tx, &session.district, &unit, today)?.map(|unit| unit.name);
            let viewing =
                web::ViewingAs { role_key: format!("role-{}", role.code()), unit: name.unwrap_or_default() };
            (view_as::actor(tx, own, role, unit, today)?, Some(viewing))
        }
        Some(_) | None => (own, None),
    };
    let session = web::SignedIn { actor, csrf: session.csrf, must_change_password, viewing_as };
    Ok(Visit::Known { session: Box::new(session), note: standing == Standing::Stale })
}

/// Marks a session as seen, or deletes one that is over.
///
/// # Errors
/// As the database refuses.
pub fn note(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<(), Refusal> {
    let hash = token_hash(token);
    let Some(session) = store::find(tx, &hash)? else { return Ok(()) };
    let now = clock.now();
    match standing(session.seen_at, session.expires_at, now) {
        Standing::Fresh => {}
        Standing::Stale => store::saw(tx, &session.district, &hash, now)?,
        Standing::Over => store::delete(tx, &session.district, &hash)?,
    }
    Ok(())
}

/// Opens a session for whoever proved to be this account, and gives its token, which is stored
/// nowhere. An earlier token never lives on: each sign-in has its own.
///
/// # Errors
/// As the database refuses.
pub fn open(tx: &mut Tx<'_>, by: &Caller, identity: &Identity) -> Result<String, Refusal> {
    let token = by.rng.token();
    let session = Session {
        district: by.district().clone(),
        account: identity.account().clone(),
        csrf: by.rng.token(),
        seen_at: by.now(),
        expires_at: by.now().plus_seconds(LONGEST_SECONDS),
        view_as: None,
    };
    store::sweep_account(tx, by.district(), identity.account(), by.now())?;
    store::insert(tx, &token_hash(&token), &session, &by.address)?;
    Ok(token)
}

/// Who sits behind a preview, for the steps that end it.
fn oneself(by: &Caller) -> Caller {
    let account = by.actor.viewing_for.clone().or_else(|| by.actor.account.clone());
    Caller { actor: kernel::Actor { account, viewing_for: None, ..by.actor.clone() }, ..by.clone() }
}

/// Signs out of the session whose forms carry `csrf`.
///
/// # Errors
/// As the database refuses.
pub fn sign_out(tx: &mut Tx<'_>, by: &Caller, csrf: &str) -> Result<(), Refusal> {
    store::end(tx, by.district(), csrf)?;
    let by = &oneself(by);
    let subject = ("account", by.actor.account.as_ref().map_or("", kernel::AccountId::as_str));
    audit::record(tx, by, audit::Entry { action: "people.sign-out", subject, detail: serde_json::json!({}) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_twelve_idle_hours_and_after_seven_days() {
        let start = Instant::from_micros(1_000_000_000_000);
        let end = start.plus_seconds(LONGEST_SECONDS);
        let later = |seconds| standing(start, end, start.plus_seconds(seconds));
        assert_eq!(later(0), Standing::Fresh);
        assert_eq!(later(NOTE_SECONDS), Standing::Stale);
        assert_eq!(later(IDLE_SECONDS - 1), Standing::Stale);
        assert_eq!(later(IDLE_SECONDS), Standing::Over);
        assert_eq!(standing(end.plus_seconds(-60), end, end), Standing::Over);
        assert_eq!(standing(end.plus_seconds(-60), end, end.plus_seconds(-1)), Standing::Fresh);
    }

    #[test]
    fn a_session_from_a_time_that_never_was_is_over() {
        let ahead = Instant::from_micros(1_000_000_000_000);
        let end = ahead.plus_seconds(LONGEST_SECONDS);
        assert_eq!(standing(ahead, end, ahead.plus_seconds(-3600)), Standing::Fresh);
        assert_eq!(standing(ahead, end, ahead.plus_seconds(-400 * 86_400)), Standing::Over);
    }
}
