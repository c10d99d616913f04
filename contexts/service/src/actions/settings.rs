//! How long each step may take.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal};
use people::audit;
use serde_json::json;

use super::only;
use crate::order::{Clock, rules};
use crate::store;

/// Sets the working days of steps; those that run already keep their day.
///
/// # Errors
/// Forbidden unless the actor keeps the loop; invalid for days out of range.
pub fn set(tx: &mut Tx<'_>, by: &Caller, all: &[(Clock, i64)]) -> Result<(), Refusal> {
    only(rules::keeps(&by.actor))?;
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let mut problems = Problems::new();
    for (clock, n) in all {
        if !(1..=60).contains(n) {
            let problem = Problem::new("service-number-range").at(clock.code());
            problems.add(problem.with("least", 1).with("most", 60));
        }
    }
    problems.check()?;
    let before = super::days(tx, by)?;
    for (clock, n) in all {
        if before.get(clock) == Some(n) {
            continue;
        }
        store::setting::save(tx, by.district(), (clock.code(), *n), (&account, by.now()))?;
        let entry = audit::Entry {
            action: "service.clock.set",
            subject: ("service_setting", clock.code()),
            detail: json!({ "days": n, "before": before.get(clock) }),
        };
        audit::record(tx, by, entry)?;
    }
    Ok(())
}
