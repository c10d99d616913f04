//! What a team's calendar holds: visits as they are agreed, moved and called off; and its secret address.

use db::Tx;
use kernel::{Caller, Refusal, UnitId};
use people::audit;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::resources::{offers_for, team};
use crate::order::{Order, State};
use crate::store;

/// Follows a step into the calendars: a visit that is agreed stands in that of its team; one that is no more
/// stays there as called off, so that whoever took it over takes it out.
pub(crate) fn follow(tx: &mut Tx<'_>, by: &Caller, order: &Order, step: &str) -> Result<(), Refusal> {
    match &order.state {
        State::Scheduled { work, visit } => {
            store::calendar::put(
                tx,
                by.district(),
                (&order.id, order.n_reopened, &work.team),
                *visit,
                by.now(),
            )?;
        }
        // A visit that was held is not called off by what comes after it.
        State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Dispatched
        | State::Withdrawn { .. }
            if !matches!(step, "submit" | "dispatch" | "claim" | "recruit" | "accept" | "reopen") =>
        {
            store::calendar::call_off(tx, by.district(), (&order.id, order.n_reopened), by.now())?;
        }
        State::Draft
        | State::Submitted
        | State::Returned { .. }
        | State::Joined { .. }
        | State::Refused { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => {}
    }
    Ok(())
}

/// The hash under which an address is stored.
pub(crate) fn hash(token: &str) -> String {
    kernel::hex(Sha256::digest(token.as_bytes()))
}

/// The address that a form makes: a form sent twice makes the same.
pub fn token_of(once: &str, by: &Caller) -> String {
    if once.is_empty() { by.rng.token() } else { hash(&format!("calendar\n{once}")) }
}

/// Gives a team's calendar a new address; the old one leads nowhere from now on.
///
/// # Errors
/// Not found; forbidden unless the actor offers for the team.
pub fn renew(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, token: &str) -> Result<(), Refusal> {
    team(tx, by, unit)?;
    let account = by.actor.account.clone().filter(|_| offers_for(by, unit)).ok_or(Refusal::Forbidden)?;
    store::calendar::renew(tx, by.district(), unit, &hash(token), (&account, by.now()))?;
    record(tx, by, "service.calendar.renew", unit)
}

/// Takes the address of a team's calendar away.
///
/// # Errors
/// As [`renew`].
pub fn revoke(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId) -> Result<(), Refusal> {
    team(tx, by, unit)?;
    super::only(offers_for(by, unit))?;
    store::calendar::revoke(tx, by.district(), unit)?;
    record(tx, by, "service.calendar.revoke", unit)
}

fn record(tx: &mut Tx<'_>, by: &Caller, action: &'static str, unit: &UnitId) -> Result<(), Refusal> {
    audit::record(tx, by, audit::Entry { action, subject: ("unit", unit.as_str()), detail: json!({}) })
}
