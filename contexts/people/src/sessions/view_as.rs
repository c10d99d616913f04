//! Viewing as: an administrator sees what a role in a unit sees, and changes nothing meanwhile.

use db::Tx;
use kernel::{AccountId, Actor, Caller, Day, Problem, Refusal, Role, UnitId};
use serde_json::json;

use super::store;
use crate::district::administrator;
use crate::{accounts, audit, units};

/// The account of nobody: a preview is of a role, so that what belongs to the administrator's own
/// account ("recorded by me") does not show in it.
const NOBODY: &str = "preview";

/// The actor of a preview.
pub(super) fn actor(
    tx: &mut Tx<'_>,
    own: Actor,
    role: Role,
    unit: UnitId,
    on: Day,
) -> Result<Actor, Refusal> {
    let grant = accounts::grant(tx, &own.district, role, unit, on)?;
    Ok(Actor {
        district: own.district,
        account: Some(AccountId::from(NOBODY)),
        name: own.name,
        grants: vec![grant],
        viewing_for: own.account,
    })
}

/// Previews a role in a unit, in the session whose forms carry `csrf`.
///
/// # Errors
/// `Forbidden` unless the actor is an administrator; `Invalid` for a unit that does not live today;
/// `NotFound` when the session is over.
pub fn view_as(tx: &mut Tx<'_>, by: &Caller, csrf: &str, role: Role, unit: &UnitId) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    let found = units::find(tx, by.district(), unit, by.today())?
        .ok_or(Problem::new("people-role-unit-missing").at("unit"))?;
    if !store::set_view_as(tx, by.district(), csrf, Some((role, unit)))? {
        return Err(Refusal::NotFound);
    }
    let detail = json!({ "role": role.code(), "unit": found.name });
    audit::record(
        tx,
        by,
        audit::Entry { action: "people.view-as.begin", subject: ("unit", unit.as_str()), detail },
    )
}

/// Ends the preview; without one, nothing happens.
///
/// # Errors
/// As the database refuses.
pub fn leave(tx: &mut Tx<'_>, by: &Caller, csrf: &str) -> Result<(), Refusal> {
    let Some(account) = by.actor.viewing_for.clone() else { return Ok(()) };
    store::set_view_as(tx, by.district(), csrf, None)?;
    let subject = ("account", account.as_str());
    audit::record(
        tx,
        &super::oneself(by),
        audit::Entry { action: "people.view-as.end", subject, detail: json!({}) },
    )
}
