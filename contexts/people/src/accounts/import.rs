//! Accounts from a table: all or nothing, each problem by its line and column, and no change when
//! the same table comes twice.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{AccountId, Caller, Problem, Refusal, Role, UnitId, search_key};

use super::{Account, AccountState, NewAccount, PasswordHash, create, find_by_login, give_role, held};
use crate::district::administrator;
use crate::units::{NameMatch, Names};

/// Columns by the catalogue's key of their header. A problem's field is `line:column`.
pub mod column {
    /// The login.
    pub const LOGIN: &str = "people-login";
    /// The person's name.
    pub const NAME: &str = "people-person";
    /// The unit in which the person works and holds the role.
    pub const UNIT: &str = "people-account-unit";
    /// The role, in words of either language or its code; may be empty.
    pub const ROLE: &str = "people-role";
}

/// A line of the table, as written. A login that stands in several lines holds several roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file.
    pub line: usize,
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The unit's name.
    pub unit: String,
    /// The role, as written.
    pub role_written: String,
    /// The role, when it was understood.
    pub role: Option<Role>,
}

/// An account that an import opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its id.
    pub id: AccountId,
    /// Its login.
    pub login: String,
    /// The person's name.
    pub name: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Accounts opened.
    pub opened: Vec<Opened>,
    /// Roles given to accounts that were there.
    pub given: usize,
    /// Lines that changed nothing.
    pub same: usize,
}

/// The logins of the table that nobody has, as written, each by its [`search_key`]: for these, passwords
/// are made before [`run`].
///
/// # Errors
/// `Forbidden` unless the actor is an administrator.
pub fn new_logins(tx: &mut Tx<'_>, by: &Caller, rows: &[Row]) -> Result<BTreeMap<String, String>, Refusal> {
    administrator(&by.actor)?;
    let mut logins: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        if find_by_login(tx, by.district(), &row.login)?.is_none() {
            logins.entry(search_key(&row.login)).or_insert_with(|| row.login.trim().to_owned());
        }
    }
    Ok(logins)
}

/// The accounts of the table whose temporary password nobody has changed yet, each once: a form that
/// comes again may have opened them.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator.
pub fn waiting(tx: &mut Tx<'_>, by: &Caller, rows: &[Row]) -> Result<Vec<Account>, Refusal> {
    administrator(&by.actor)?;
    let mut found: BTreeMap<String, Account> = BTreeMap::new();
    for row in rows {
        let account = find_by_login(tx, by.district(), &row.login)?;
        if let Some(account) = account.filter(|account| account.state == AccountState::Temporary) {
            found.insert(search_key(&account.login), account);
        }
    }
    Ok(found.into_values().collect())
}

/// Takes a table in. `passwords` has a temporary password's hash for each key of [`new_logins`].
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `Invalid` with every problem of every line, each
/// with the field `line:column`; `Conflict` when accounts were opened or gone since `new_logins`.
pub fn run(
    tx: &mut Tx<'_>,
    by: &Caller,
    rows: &[Row],
    passwords: &BTreeMap<String, PasswordHash>,
) -> Result<Imported, Refusal> {
    administrator(&by.actor)?;
    let names = Names::load(tx, by.district(), by.today())?;
    let mut done = Imported::default();
    let mut problems = Vec::new();
    for row in rows {
        match one(tx, by, row, &names, passwords, &mut done) {
            Ok(()) => {}
            Err(Refusal::Invalid(found)) => {
                problems.extend(found.into_iter().map(|problem| place(row, problem)));
            }
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() { Ok(done) } else { Err(Refusal::Invalid(problems)) }
}

fn place(row: &Row, problem: Problem) -> Problem {
    let field = problem.field.clone().unwrap_or_default();
    let column = match field.as_ref() {
        "name" => column::NAME,
        "unit" | "role_unit" => column::UNIT,
        "role" => column::ROLE,
        _ => column::LOGIN,
    };
    problem.at(format!("{}:{column}", row.line))
}

fn one(
    tx: &mut Tx<'_>,
    by: &Caller,
    row: &Row,
    names: &Names,
    passwords: &BTreeMap<String, PasswordHash>,
    done: &mut Imported,
) -> Result<(), Refusal> {
    if row.role.is_none() && !row.role_written.trim().is_empty() {
        return Err(Problem::new("people-role-unknown").at("role").with("role", &row.role_written).into());
    }
    let unit = unit(row, names)?;
    if row.role.is_some() && unit.is_none() {
        return Err(Problem::new("people-import-role-needs-unit").at("unit").into());
    }
    let role = row.role.zip(unit.clone());
    let Some(account) = find_by_login(tx, by.district(), &row.login)? else {
        let missing = || Refusal::Conflict(Problem::new("people-account-changed-meanwhile"));
        let new = NewAccount {
            login: row.login.clone(),
            name: row.name.clone(),
            unit,
            password: passwords.get(&search_key(&row.login)).cloned().ok_or_else(missing)?,
            must_change_password: true,
            roles: role.into_iter().collect(),
        };
        let id = create(tx, by, new)?;
        let (login, name) = (row.login.trim().to_owned(), row.name.trim().to_owned());
        done.opened.push(Opened { id, login, name });
        return Ok(());
    };
    if account.name != row.name.trim() {
        let problem = Problem::new("people-import-differs").at("name");
        return Err(problem.with("stored", &account.name).with("written", row.name.trim()).into());
    }
    let today = by.today();
    let holds = held(tx, by.district(), &account.id)?;
    let holds = |role: Role, unit: &UnitId| {
        holds.iter().any(|of| of.role == role && of.unit == *unit && of.until.is_none_or(|to| to > today))
    };
    match role {
        Some((role, unit)) if !holds(role, &unit) => {
            give_role(tx, by, &account.id, role, &unit)?;
            done.given += 1;
        }
        Some(_) | None => done.same += 1,
    }
    Ok(())
}

fn unit(row: &Row, names: &Names) -> Result<Option<UnitId>, Refusal> {
    if row.unit.trim().is_empty() {
        return Ok(None);
    }
    match names.find(&row.unit) {
        NameMatch::Known(unit, _) => Ok(Some(unit.id)),
        NameMatch::Unknown { suggestions } => {
            let near: Vec<String> = suggestions.into_iter().map(|unit| unit.name).collect();
            let key = if near.is_empty() { "people-import-no-unit" } else { "people-import-unit-unsure" };
            let problem = Problem::new(key).at("unit").with("name", &row.unit);
            Err(problem.with("near", near.join("、")).into())
        }
    }
}
