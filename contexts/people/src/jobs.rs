//! What comes round by the clock: old audit entries leave, dead sessions and counts are forgotten.

use db::Tx;
use jobs::{Module, Schedule};
use kernel::{Actor, Caller, Refusal};

use crate::sessions::tries;
use crate::{audit, district, sessions};

/// The context's schedule.
pub fn jobs() -> Module {
    Module {
        jobs: Vec::new(),
        schedule: vec![
            Schedule { name: "people.audit", every_minutes: 24 * 60, action: prune },
            Schedule { name: "people.sessions", every_minutes: 60, action: sweep },
        ],
    }
}

/// The caller in the served district; `None` before setup.
fn served(tx: &mut Tx<'_>, by: &Caller) -> Result<Option<Caller>, Refusal> {
    let served = district::served(tx)?;
    Ok(served.map(|settings| Caller { actor: Actor::public(settings.id), ..by.clone() }))
}

fn prune(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    if let Some(by) = served(tx, by)? {
        audit::prune(tx, &by)?;
    }
    Ok(())
}

fn sweep(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    if let Some(by) = served(tx, by)? {
        sessions::sweep(tx, &by)?;
        tries::forget(tx, &by)?;
    }
    Ok(())
}
