//! One function a verb: load what the actor may see, decide, save, record.

pub mod annual;
pub mod documents;
pub mod items;
pub mod names;
pub mod plans;
pub mod targets;
pub mod wordings;

use db::Tx;
use kernel::{AccountId, Actor, Caller, Refusal, Role};
use people::audit;

use crate::{Plan, PlanId, store};

/// The roles that keep the plan: they upload, correct and publish.
pub const KEEPERS: &[Role] = &[Role::Administrator, Role::Coordinator];

/// Lets those through who keep the plan, and says under which account.
///
/// # Errors
/// `Forbidden` for everybody else.
pub(crate) fn keeper(actor: &Actor) -> Result<AccountId, Refusal> {
    let keeps = KEEPERS.iter().any(|role| actor.has(*role));
    actor.account.clone().filter(|_| keeps).ok_or(Refusal::Forbidden)
}

/// Loads a version.
pub(crate) fn load(tx: &mut Tx<'_>, by: &Caller, id: &PlanId) -> Result<Plan, Refusal> {
    store::find_plan(tx, by.district(), id)?.ok_or(Refusal::NotFound)
}

/// Loads a draft for a correction and counts the correction.
pub(crate) fn correct(tx: &mut Tx<'_>, by: &Caller, id: &PlanId) -> Result<Plan, Refusal> {
    keeper(&by.actor)?;
    let plan = load(tx, by, id)?.corrected()?;
    store::save_plan(tx, by.district(), &plan)?;
    Ok(plan)
}

/// Records what was done to a plan or a part of it.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    by: &Caller,
    action: &'static str,
    subject: (&'static str, &str),
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    audit::record(tx, by, audit::Entry { action, subject, detail })
}
