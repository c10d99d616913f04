//! Signing in with a password, in three steps: count the try, look at the password outside of any
//! transaction (it is slow on purpose), then open the session or record the failure.
//!
//! A session is opened for an [`Identity`], the proof that somebody is an account. A password is the
//! only way to one today; another way to sign in would make one too, and nothing else would change.

use std::net::IpAddr;

use db::{Tx, params};
use kernel::{AccountId, Caller, DistrictId, Problem, Refusal, search_key};
use serde_json::json;

use super::throttle::{Bucket, Failures, count, wait};
use super::{devices, open};
use crate::accounts::{self, AccountState, PasswordHash};
use crate::audit;

/// The proof that somebody is this account.
#[derive(Clone, Debug)]
pub struct Identity {
    account: AccountId,
}

impl Identity {
    /// Whom it proves.
    pub const fn account(&self) -> &AccountId {
        &self.account
    }
}

/// A try that was counted, to be decided by the password.
#[derive(Clone, Debug)]
pub struct Begun {
    account: Option<AccountId>,
    hash: Option<PasswordHash>,
    buckets: Vec<Bucket>,
    device: String,
}

impl Begun {
    /// Looks at the password. Slow on purpose, and as slow for a login that nobody has.
    ///
    /// # Errors
    /// `Broken` when the stored hash is none.
    pub fn is_right(&self, password: &str) -> Result<bool, Refusal> {
        accounts::password::verify(password, self.hash.as_ref())
    }
}

/// What a counted or throttled try gives.
#[derive(Clone, Debug)]
pub enum Step {
    /// The password decides.
    Look(Begun),
    /// Too many failures: the password is not looked at.
    Wait {
        /// For how many seconds.
        seconds: i64,
    },
}

/// A sign-in that succeeded.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session's token, for the cookie.
    pub token: String,
    /// The token by which this browser is known from now on.
    pub device: String,
}

/// Counts a try, before its password is looked at, so that a thousand at once are counted too.
/// `device` is the browser's token; empty when it has none.
///
/// # Errors
/// As the database refuses.
pub fn begin(tx: &mut Tx<'_>, by: &Caller, login: &str, device: &str) -> Result<Step, Refusal> {
    let account = accounts::find_by_login(tx, by.district(), login)?;
    let known = match &account {
        Some(account) => devices::is_known(tx, by.district(), &account.id, device, by.now())?,
        None => false,
    };
    let buckets = buckets(&search_key(login), &by.address, device, known);
    for bucket in &buckets {
        let failures = failures(tx, by.district(), bucket)?;
        let seconds = wait(bucket, failures, by.now());
        if seconds > 0 {
            throttled(tx, by, account.map(|account| account.id).as_ref(), bucket)?;
            return Ok(Step::Wait { seconds });
        }
    }
    for bucket in &buckets {
        let failures = failures(tx, by.district(), bucket)?;
        store(tx, by.district(), bucket, count(failures, by.now()))?;
    }
    let able = account.filter(|account| !matches!(account.state, AccountState::Disabled { .. }));
    let account = able.map(|account| account.id);
    let hash = match &account {
        Some(id) => accounts::password_hash(tx, by.district(), id)?,
        None => None,
    };
    Ok(Step::Look(Begun { account, hash, buckets, device: device.to_owned() }))
}

/// Records that the password was wrong.
///
/// # Errors
/// As the database refuses.
pub fn fail(tx: &mut Tx<'_>, by: &Caller, begun: &Begun) -> Result<(), Refusal> {
    record(tx, by, begun.account.as_ref(), "people.sign-in.failed")
}

/// What to say after a wrong password; it does not tell whether the login exists.
pub fn wrong() -> Problem {
    Problem::new("people-sign-in-wrong")
}

/// Opens the session after the right password.
///
/// # Errors
/// `Invalid` with [`wrong`] when the account was disabled or its password changed meanwhile.
pub fn succeed(tx: &mut Tx<'_>, by: &Caller, begun: &Begun) -> Result<SignedIn, Refusal> {
    let id = begun.account.clone().ok_or_else(wrong)?;
    let account = accounts::find(tx, by.district(), &id)?.ok_or_else(wrong)?;
    let hash = accounts::password_hash(tx, by.district(), &id)?;
    if matches!(account.state, AccountState::Disabled { .. }) || hash != begun.hash {
        return Err(wrong().into());
    }
    for bucket in &begun.buckets {
        give_back(tx, by.district(), bucket)?;
    }
    accounts::note_sign_in(tx, by.district(), &id, by.now())?;
    record(tx, by, Some(&id), "people.sign-in")?;
    admit(tx, by, &id, &begun.device)
}

/// The owner's new password, after [`Begun::is_right`] said that the old one is right. All sessions
/// end, and a new one is opened.
///
/// # Errors
/// As [`accounts::change_password`].
pub fn change_password(
    tx: &mut Tx<'_>,
    by: &Caller,
    begun: &Begun,
    new: &PasswordHash,
) -> Result<SignedIn, Refusal> {
    let own = begun.account.as_ref().filter(|id| by.actor.account.as_ref() == Some(*id));
    let (Some(id), Some(checked)) = (own, &begun.hash) else { return Err(Refusal::NotFound) };
    accounts::change_password(tx, by, checked, new)?;
    for bucket in &begun.buckets {
        give_back(tx, by.district(), bucket)?;
    }
    admit(tx, by, id, &begun.device)
}

/// The session of the first administrator, who has just typed the setup code.
pub(crate) fn first(tx: &mut Tx<'_>, by: &Caller, id: &AccountId) -> Result<SignedIn, Refusal> {
    accounts::note_sign_in(tx, by.district(), id, by.now())?;
    record(tx, by, Some(id), "people.sign-in")?;
    admit(tx, by, id, "")
}

fn admit(tx: &mut Tx<'_>, by: &Caller, id: &AccountId, device: &str) -> Result<SignedIn, Refusal> {
    let device = devices::renew(tx, by, id, device)?;
    let token = open(tx, by, &Identity { account: id.clone() })?;
    Ok(SignedIn { token, device })
}

/// Counts a try of the setup code; gives the seconds to wait, 0 when it may be looked at. There is
/// no district yet, so that the count stands under none.
///
/// # Errors
/// As the database refuses.
pub(crate) fn count_setup(tx: &mut Tx<'_>, by: &Caller) -> Result<i64, Refusal> {
    let failures = failures(tx, by.district(), &Bucket::Setup)?;
    let seconds = wait(&Bucket::Setup, failures, by.now());
    if seconds == 0 {
        store(tx, by.district(), &Bucket::Setup, count(failures, by.now()))?;
    }
    Ok(seconds)
}

fn buckets(login: &str, address: &str, device: &str, known: bool) -> Vec<Bucket> {
    if known {
        return vec![Bucket::Device { hash: super::token_hash(device) }];
    }
    let (login, address) = (login.to_owned(), network(address));
    vec![
        Bucket::Pair { login: login.clone(), address: address.clone() },
        Bucket::Account { login },
        Bucket::Address { address },
    ]
}

/// What counts as one address: an IPv4 address, and of IPv6 the network that one line is given, since
/// its owner changes the rest at will.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(|| address.to_owned(), |v4| v4.to_string()),
        Ok(IpAddr::V4(_)) | Err(_) => address.to_owned(),
    }
}

fn failures(tx: &mut Tx<'_>, district: &DistrictId, bucket: &Bucket) -> Result<Option<Failures>, db::Error> {
    let row = tx.find(
        "select n_failed, last_at from sign_in_attempt where district_id = $1 and bucket = $2",
        params![district, bucket.key()],
    )?;
    row.map(|row| Ok(Failures { n: row.get("n_failed")?, last: row.get("last_at")? })).transpose()
}

fn store(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    bucket: &Bucket,
    failures: Failures,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into sign_in_attempt (district_id, bucket, n_failed, last_at, n_throttled)
         values ($1, $2, $3, $4, 0)
         on conflict (district_id, bucket) do update set
             n_failed = excluded.n_failed, last_at = excluded.last_at, n_throttled = 0",
        params![district, bucket.key(), failures.n, failures.last],
    )?;
    Ok(())
}

/// Records a try that was not looked at: the first, the tenth, the hundredth in a row, so that whoever
/// hammers at the door does not fill the trail.
fn throttled(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: Option<&AccountId>,
    bucket: &Bucket,
) -> Result<(), Refusal> {
    let row = tx.find(
        "update sign_in_attempt set n_throttled = n_throttled + 1
         where district_id = $1 and bucket = $2 returning n_throttled",
        params![by.district(), bucket.key()],
    )?;
    let n: i64 = row.map_or(Ok(1), |row| row.get("n_throttled"))?;
    if n == 10_i64.pow(n.ilog10()) {
        record_with(tx, by, account, "people.sign-in.throttled", json!({ "tries": n }))?;
    }
    Ok(())
}

/// Takes the counted try back: all of the pair's and the browser's own, one of the shared ones, so
/// that an attacker with one good account does not clear the address for guessing others.
fn give_back(tx: &mut Tx<'_>, district: &DistrictId, bucket: &Bucket) -> Result<(), db::Error> {
    match bucket {
        Bucket::Pair { .. } | Bucket::Device { .. } => tx.execute(
            "delete from sign_in_attempt where district_id = $1 and bucket = $2",
            params![district, bucket.key()],
        )?,
        Bucket::Account { .. } | Bucket::Address { .. } | Bucket::Setup => tx.execute(
            "update sign_in_attempt set n_failed = n_failed - 1
             where district_id = $1 and bucket = $2 and n_failed > 0",
            params![district, bucket.key()],
        )?,
    };
    Ok(())
}

/// Takes the counted tries of the setup code back, because it was right.
///
/// # Errors
/// As the database refuses.
pub(crate) fn forget_setup(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let sql = "delete from sign_in_attempt where district_id = $1 and bucket = $2";
    tx.execute(sql, params![by.district(), Bucket::Setup.key()])?;
    Ok(())
}

/// Forgets counts that no longer matter: older than a day.
///
/// # Errors
/// As the database refuses.
pub fn forget(tx: &mut Tx<'_>, by: &Caller) -> Result<u64, Refusal> {
    let before = by.now().plus_seconds(-86_400);
    let sql = "delete from sign_in_attempt where district_id = $1 and last_at < $2";
    Ok(tx.execute(sql, params![by.district(), before])?)
}

/// Records a sign-in under the account's name; what was typed as an unknown login is not kept.
fn record(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: Option<&AccountId>,
    action: &'static str,
) -> Result<(), Refusal> {
    record_with(tx, by, account, action, json!({}))
}

fn record_with(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: Option<&AccountId>,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    let mut by = by.clone();
    by.actor.account = account.cloned();
    by.actor.name = match account {
        Some(id) => accounts::find(tx, by.district(), id)?.map(|account| account.name).unwrap_or_default(),
        None => String::new(),
    };
    let subject = ("account", account.map_or("", AccountId::as_str));
    audit::record(tx, &by, audit::Entry { action, subject, detail })
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn an_ipv6_line_is_one_address_however_it_numbers_itself() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(network("10.0.0.1"), "10.0.0.1");
        assert_eq!(network(""), "");
    }
}
