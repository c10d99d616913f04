//! What an administrator does with accounts, and their owners with their passwords.

use db::Tx;
use kernel::{AccountId, Caller, Problem, Problems, Refusal, Role, UnitId};
use serde_json::json;

use super::roles::{an_administrator_remains, give};
use super::{Account, AccountState, PasswordHash, checked_login, checked_person, store};
use crate::district::administrator;
use crate::{audit, sessions, units};

/// An account to open.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name typed at sign-in; see [`checked_login`].
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Where the person works.
    pub unit: Option<UnitId>,
    /// [`super::password::hash`] of the password, made before the transaction.
    pub password: PasswordHash,
    /// Whether the password is temporary.
    pub must_change_password: bool,
    /// What the account holds from today.
    pub roles: Vec<(Role, UnitId)>,
}

/// Opens an account.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `Invalid` for a login that is malformed or
/// taken, a name that is missing, a unit that does not live today.
pub fn create(tx: &mut Tx<'_>, by: &Caller, new: NewAccount) -> Result<AccountId, Refusal> {
    administrator(&by.actor)?;
    open(tx, by, new)
}

/// Opens an account without asking who does it: for setup.
pub(crate) fn open(tx: &mut Tx<'_>, by: &Caller, new: NewAccount) -> Result<AccountId, Refusal> {
    let mut problems = Problems::new();
    let login = problems.take(checked_login(&new.login));
    let name = problems.take(checked_person(&new.name));
    if let Some(login) = &login
        && store::find_by_login(tx, by.district(), login)?.is_some()
    {
        problems.add(Problem::new("people-login-taken").at("login").with("login", login));
    }
    problems.take(lives(tx, by, new.unit.as_ref())?);
    problems.check()?;
    let account = Account {
        id: by.id(),
        login: login.unwrap_or_default(),
        name: name.unwrap_or_default(),
        unit: new.unit,
        state: if new.must_change_password { AccountState::Temporary } else { AccountState::Active },
        created_at: by.now(),
        signed_in_at: None,
        version: 1,
    };
    store::insert(tx, by.district(), &account, &new.password)?;
    let detail = json!({ "login": account.login, "name": account.name });
    record(tx, by, "people.account.open", &account.id, detail)?;
    for (role, unit) in &new.roles {
        let unit = give(tx, by, &account.id, *role, unit)?;
        record(tx, by, "people.role.give", &account.id, json!({ "role": role.code(), "unit": unit }))?;
    }
    Ok(account.id)
}

/// Whether the unit, if one is named, lives today.
fn lives(tx: &mut Tx<'_>, by: &Caller, unit: Option<&UnitId>) -> Result<Result<(), Problem>, Refusal> {
    let Some(unit) = unit else { return Ok(Ok(())) };
    let found = units::find(tx, by.district(), unit, by.today())?;
    Ok(found.map(|_| ()).ok_or(Problem::new("people-account-unit-missing").at("unit")))
}

/// Changes a person's name and the unit where they work. `seen` is [`Account::version`] as shown.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` as for [`create`]; `Conflict` after another's change.
pub fn rename(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &AccountId,
    seen: i64,
    name: &str,
    unit: Option<UnitId>,
) -> Result<(), Refusal> {
    let account = load(tx, by, id, seen)?;
    let mut problems = Problems::new();
    let name = problems.take(checked_person(name));
    if unit != account.unit {
        problems.take(lives(tx, by, unit.as_ref())?);
    }
    problems.check()?;
    let detail = json!({ "from": account.name, "to": name });
    save(tx, by, &Account { name: name.unwrap_or_default(), unit, ..account })?;
    record(tx, by, "people.account.rename", id, detail)
}

/// Keeps everybody from signing in with an account; who is signed in is out at once.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Conflict` after another's change or when it is disabled already;
/// `Invalid` when no administrator would remain.
pub fn disable(tx: &mut Tx<'_>, by: &Caller, id: &AccountId, seen: i64) -> Result<(), Refusal> {
    let account = load(tx, by, id, seen)?;
    let state = account.state.disable(by.now()).map_err(Refusal::Conflict)?;
    save(tx, by, &Account { state, ..account })?;
    an_administrator_remains(tx, by)?;
    sessions::end_all(tx, by.district(), id)?;
    record(tx, by, "people.account.disable", id, json!({}))
}

/// Opens a disabled account again, with a temporary password.
///
/// # Errors
/// As for [`disable`].
pub fn enable(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &AccountId,
    seen: i64,
    temporary: &PasswordHash,
) -> Result<(), Refusal> {
    let account = load(tx, by, id, seen)?;
    let state = account.state.enable().map_err(Refusal::Conflict)?;
    save(tx, by, &Account { state, ..account })?;
    store::save_password(tx, by.district(), id, temporary)?;
    record(tx, by, "people.account.enable", id, json!({}))
}

/// Gives an account a temporary password; who is signed in is out at once.
///
/// # Errors
/// As for [`disable`].
pub fn reset_password(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &AccountId,
    seen: i64,
    temporary: &PasswordHash,
) -> Result<(), Refusal> {
    let account = load(tx, by, id, seen)?;
    let state = account.state.reset().map_err(Refusal::Conflict)?;
    save(tx, by, &Account { state, ..account })?;
    store::save_password(tx, by.district(), id, temporary)?;
    sessions::end_all(tx, by.district(), id)?;
    record(tx, by, "people.password.reset", id, json!({}))
}

/// The owner's own new password, after the old one, `checked`, was found right. Every session of the
/// account ends; the caller opens a new one.
///
/// # Errors
/// `NotFound` without an account; `Conflict` when the password was changed since it was checked, or
/// the account is disabled.
pub fn change_password(
    tx: &mut Tx<'_>,
    by: &Caller,
    checked: &PasswordHash,
    new: &PasswordHash,
) -> Result<(), Refusal> {
    let id = by.actor.account.clone().ok_or(Refusal::NotFound)?;
    let account = store::find(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
    if store::password_hash(tx, by.district(), &id)?.as_ref() != Some(checked) {
        return Err(Refusal::Conflict(Problem::new("people-password-changed-meanwhile")));
    }
    let state = account.state.choose().map_err(Refusal::Conflict)?;
    save(tx, by, &Account { state, ..account })?;
    store::save_password(tx, by.district(), &id, new)?;
    sessions::end_all(tx, by.district(), &id)?;
    record(tx, by, "people.password.change", &id, json!({}))
}

fn load(tx: &mut Tx<'_>, by: &Caller, id: &AccountId, seen: i64) -> Result<Account, Refusal> {
    administrator(&by.actor)?;
    let account = store::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    Ok(Account { version: seen, ..account })
}

fn save(tx: &mut Tx<'_>, by: &Caller, account: &Account) -> Result<(), Refusal> {
    if store::save(tx, by.district(), account)? {
        Ok(())
    } else {
        Err(Refusal::Conflict(Problem::new("people-account-changed-meanwhile")))
    }
}

fn record(
    tx: &mut Tx<'_>,
    by: &Caller,
    action: &'static str,
    id: &AccountId,
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    audit::record(tx, by, audit::Entry { action, subject: ("account", id.as_str()), detail })
}
