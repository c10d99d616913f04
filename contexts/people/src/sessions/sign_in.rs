//! Signing in with a password, in three steps: count the try, look at the password outside of any
//! transaction (it is slow on purpose), then open the session or record the failure.
//!
//! A session is opened for an [`Identity`], the proof that somebody is an account. A password is the
//! only way to one today; another way to sign in would make one too, and nothing else would change.

use db::Tx;
use kernel::{AccountId, Caller, Problem, Refusal, search_key};
use serde_json::json;

use super::throttle::{Bucket, count, wait};
use super::{devices, open, tries};
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
    let buckets = tries::buckets(&search_key(login), &by.address, device, known);
    for bucket in &buckets {
        let failures = tries::failures(tx, by.district(), bucket)?;
        let seconds = wait(bucket, failures, by.now());
        if seconds > 0 {
            throttled(tx, by, account.map(|account| account.id).as_ref(), bucket)?;
            return Ok(Step::Wait { seconds });
        }
    }
    for bucket in &buckets {
        let failures = tries::failures(tx, by.district(), bucket)?;
        tries::store(tx, by.district(), bucket, count(failures, by.now()))?;
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
        tries::give_back(tx, by.district(), bucket)?;
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
        tries::give_back(tx, by.district(), bucket)?;
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

/// Records a try that was not looked at: the first, the tenth, the hundredth in a row, so that whoever
/// hammers at the door does not fill the trail.
fn throttled(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: Option<&AccountId>,
    bucket: &Bucket,
) -> Result<(), Refusal> {
    let n = tries::count_throttled(tx, by.district(), bucket)?;
    if n.checked_ilog10().is_some_and(|digits| n == 10_i64.pow(digits)) {
        record_with(tx, by, account, "people.sign-in.throttled", json!({ "tries": n }))?;
    }
    Ok(())
}
