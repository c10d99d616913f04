//! The roles that accounts hold in units, from a day until another.

use std::collections::BTreeSet;

use db::{Row, Tx, params};
use kernel::{AccountId, Actor, Caller, Day, DistrictId, Grant, Problem, Refusal, Role, UnitId};
use serde_json::json;

use super::store;
use crate::district::administrator;
use crate::{audit, units};

/// A role held in a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// Its id.
    pub id: String,
    /// Who holds it.
    pub account: AccountId,
    /// What.
    pub role: Role,
    /// Where.
    pub unit: UnitId,
    /// The first day.
    pub since: Day,
    /// The first day on which it is held no longer.
    pub until: Option<Day>,
}

fn held_role(row: &Row) -> Result<HeldRole, db::Error> {
    Ok(HeldRole {
        id: row.get("id")?,
        account: row.get("account_id")?,
        role: row.parse("role_grant", "role", Role::parse)?,
        unit: row.get("unit_id")?,
        since: row.get("since")?,
        until: row.get("until")?,
    })
}

/// Every role that an account holds or held, the newest first.
///
/// # Errors
/// As the database refuses.
pub fn held(tx: &mut Tx<'_>, district: &DistrictId, account: &AccountId) -> Result<Vec<HeldRole>, db::Error> {
    let rows = tx.query(
        "select id, account_id, role, unit_id, since, until from role_grant
         where district_id = $1 and account_id = $2 order by since desc, id desc",
        params![district, account],
    )?;
    rows.iter().map(held_role).collect()
}

/// Who holds any role in a unit on a day and can sign in, each once.
///
/// # Errors
/// As the database refuses.
pub fn holders_in(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    on: Day,
) -> Result<BTreeSet<AccountId>, db::Error> {
    let rows = tx.query(
        "select g.account_id from role_grant g
         join account a on a.district_id = g.district_id and a.id = g.account_id
         where g.district_id = $1 and g.unit_id = $2 and g.since <= $3 and (g.until is null or g.until > $3)
           and a.disabled_at is null",
        params![district, unit, on],
    )?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// What an account holds on a day, each role with its reach. Administrators and coordinators reach
/// the whole district anyway ([`Actor::reach`]), so their units are not gathered one by one.
fn grants(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    on: Day,
) -> Result<Vec<Grant>, db::Error> {
    let rows = tx.query(
        "select id, account_id, role, unit_id, since, until from role_grant
         where district_id = $1 and account_id = $2 and since <= $3 and (until is null or until > $3)
         order by role, unit_id",
        params![district, account, on],
    )?;
    let mut grants = Vec::with_capacity(rows.len());
    for row in &rows {
        let HeldRole { role, unit, .. } = held_role(row)?;
        grants.push(grant(tx, district, role, unit, on)?);
    }
    Ok(grants)
}

/// A role in a unit with its reach on a day.
pub(crate) fn grant(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    role: Role,
    unit: UnitId,
    on: Day,
) -> Result<Grant, db::Error> {
    let reach = match role {
        Role::Administrator | Role::Coordinator => BTreeSet::from([unit.clone()]),
        Role::Editor | Role::Verifier | Role::CommunityWorker | Role::Viewer => {
            units::reach(tx, district, &unit, on)?
        }
    };
    Ok(Grant { role, unit, reach })
}

/// The account as it acts on a day; `None` when it is not there or disabled.
///
/// # Errors
/// As the database refuses.
pub fn actor(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    on: Day,
) -> Result<Option<Actor>, db::Error> {
    let Some(found) = store::find(tx, district, account)? else { return Ok(None) };
    if matches!(found.state, super::AccountState::Disabled { .. }) {
        return Ok(None);
    }
    let grants = grants(tx, district, account, on)?;
    Ok(Some(Actor {
        district: district.clone(),
        account: Some(found.id),
        name: found.name,
        grants,
        viewing_for: None,
    }))
}

/// Who holds one of these roles in the unit itself, or, where nobody does, in the nearest unit above it, and
/// can sign in: whom to tell of what the unit has to do. Empty when nobody up to the district does.
///
/// # Errors
/// As the database refuses.
pub fn nearest_holders(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    roles: &[Role],
    on: Day,
) -> Result<BTreeSet<AccountId>, db::Error> {
    let Some(living) = units::heir(tx, district, unit, on)? else { return Ok(BTreeSet::new()) };
    for unit in units::path(tx, district, &living.id, on)?.iter().rev() {
        let rows = tx.query(
            "select g.account_id, g.role from role_grant g
             join account a on a.district_id = g.district_id and a.id = g.account_id
             where g.district_id = $1 and g.unit_id = $2 and g.since <= $3 and (g.until is null or g.until > $3)
                and a.disabled_at is null",
            params![district, &unit.id, on],
        )?;
        let found = among(&rows, roles)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(BTreeSet::new())
}

/// Who holds one of these roles anywhere in the district, and can sign in.
///
/// # Errors
/// As the database refuses.
pub fn holders(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    roles: &[Role],
    on: Day,
) -> Result<BTreeSet<AccountId>, db::Error> {
    let mut all = BTreeSet::new();
    for role in roles {
        let rows = tx.query(
            "select g.account_id, g.role from role_grant g
             join account a on a.district_id = g.district_id and a.id = g.account_id
             where g.district_id = $1 and g.role = $2 and g.since <= $3 and (g.until is null or g.until > $3)
                and a.disabled_at is null",
            params![district, *role, on],
        )?;
        all.extend(among(&rows, &[*role])?);
    }
    Ok(all)
}

fn among(rows: &[Row], roles: &[Role]) -> Result<BTreeSet<AccountId>, db::Error> {
    let mut found = BTreeSet::new();
    for row in rows {
        if roles.contains(&row.parse("role_grant", "role", Role::parse)?) {
            found.insert(row.get("account_id")?);
        }
    }
    Ok(found)
}

/// Gives an account a role in a unit from today.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `NotFound` without such an account; `Invalid`
/// for a unit that does not live today and a role that is held there already.
pub fn give_role(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    role: Role,
    unit: &UnitId,
) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    store::find(tx, by.district(), account)?.ok_or(Refusal::NotFound)?;
    let unit = give(tx, by, account, role, unit)?;
    let detail = json!({ "role": role.code(), "unit": unit });
    let entry = audit::Entry { action: "people.role.give", subject: ("account", account.as_str()), detail };
    audit::record(tx, by, entry)
}

/// Gives the role without asking who gives it; answers with the unit's name.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    role: Role,
    unit: &UnitId,
) -> Result<String, Refusal> {
    let today = by.today();
    let found = units::find(tx, by.district(), unit, today)?
        .ok_or(Problem::new("people-role-unit-missing").at("role_unit"))?;
    let held = held(tx, by.district(), account)?;
    if held
        .iter()
        .any(|held| held.role == role && held.unit == *unit && held.until.is_none_or(|to| to > today))
    {
        return Err(Problem::new("people-role-held").at("role").into());
    }
    insert(tx, by, account, role, unit, today)?;
    Ok(found.name)
}

fn insert(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    role: Role,
    unit: &UnitId,
    since: Day,
) -> Result<(), db::Error> {
    let id: String = by.id();
    tx.execute(
        "insert into role_grant (district_id, id, account_id, role, unit_id, since)
         values ($1, $2, $3, $4, $5, $6)",
        params![by.district(), id, account, role, unit, since],
    )?;
    Ok(())
}

/// Takes a role away from today on.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `NotFound` without such a role of the account;
/// `Invalid` when no administrator would remain; `Conflict` when it has ended already.
pub fn end_role(tx: &mut Tx<'_>, by: &Caller, account: &AccountId, id: &str) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    let held = held(tx, by.district(), account)?;
    let role = held.into_iter().find(|held| held.id == id).ok_or(Refusal::NotFound)?;
    if role.until.is_some_and(|to| to <= by.today()) {
        return Err(Refusal::Conflict(Problem::new("people-role-ended")));
    }
    let until = std::cmp::max(by.today(), role.since);
    tx.execute(
        "update role_grant set until = $3 where district_id = $1 and id = $2",
        params![by.district(), id, until],
    )?;
    an_administrator_remains(tx, by)?;
    let unit = units::find_any(tx, by.district(), &role.unit, by.today())?.map(|unit| unit.name);
    let detail = json!({ "role": role.role.code(), "unit": unit });
    let entry = audit::Entry { action: "people.role.end", subject: ("account", account.as_str()), detail };
    audit::record(tx, by, entry)
}

/// Ends all roles in a unit that closes on a day.
pub(crate) fn end_in_unit(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, on: Day) -> Result<(), Refusal> {
    tx.execute(
        "update role_grant set until = case when since > $3 then since else $3 end
         where district_id = $1 and unit_id = $2 and (until is null or until > $3)",
        params![by.district(), unit, on],
    )?;
    an_administrator_remains(tx, by)
}

/// Hands all roles in a unit, and those who work in it, over to the unit it is merged into.
pub(crate) fn hand_over(
    tx: &mut Tx<'_>,
    by: &Caller,
    from: &UnitId,
    into: &UnitId,
    on: Day,
) -> Result<(), Refusal> {
    let rows = tx.query(
        "select id, account_id, role, unit_id, since, until from role_grant
         where district_id = $1 and unit_id in ($2, $3) and until is null order by id",
        params![by.district(), from, into],
    )?;
    let held: Vec<HeldRole> = rows.iter().map(held_role).collect::<Result<_, _>>()?;
    for role in held.iter().filter(|held| held.unit == *from) {
        let there = |other: &HeldRole| {
            other.unit == *into && other.account == role.account && other.role == role.role
        };
        if !held.iter().any(there) {
            insert(tx, by, &role.account, role.role, into, on)?;
        }
    }
    tx.execute(
        "update account set unit_id = $3, version = version + 1 where district_id = $1 and unit_id = $2",
        params![by.district(), from, into],
    )?;
    end_in_unit(tx, by, from, on)
}

/// Refuses what would leave the district without an administrator who can sign in.
pub(super) fn an_administrator_remains(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let row = tx.one(
        "select count(*) as n from role_grant g
         join account a on a.district_id = g.district_id and a.id = g.account_id
         where g.district_id = $1 and g.role = 'administrator' and g.until is null and a.disabled_at is null",
        params![by.district()],
    )?;
    let n: i64 = row.get("n")?;
    if n == 0 { Err(Problem::new("people-last-administrator").into()) } else { Ok(()) }
}
