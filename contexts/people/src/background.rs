//! Work after the answer that was given up: shown to administrators, who let it run again.

use db::Tx;
use jobs::{Enqueued, JobId, Missed};
use kernel::{Caller, Refusal, Role};
use serde_json::json;
use web::ToDo;

use crate::audit;

/// What was given up in the district, and what comes round by the clock and failed last time.
///
/// # Errors
/// `Forbidden` but for administrators.
pub fn failed(tx: &mut Tx<'_>, by: &Caller) -> Result<(Vec<Enqueued>, Vec<Missed>), Refusal> {
    administrator(by)?;
    Ok((jobs::dead(tx, by.district())?, jobs::missed(tx)?))
}

/// Lets a job that was given up run once more.
///
/// # Errors
/// `Forbidden` but for administrators, and while a role is previewed; `NotFound` when no such job was
/// given up, or somebody let it run again meanwhile.
pub fn run_again(tx: &mut Tx<'_>, by: &Caller, id: &JobId) -> Result<(), Refusal> {
    administrator(by)?;
    let kind = jobs::run_again(tx, by, id)?;
    let detail = json!({ "kind": kind });
    audit::record(
        tx,
        by,
        audit::Entry { action: "people.job.run-again", subject: ("job", id.as_str()), detail },
    )
}

fn administrator(by: &Caller) -> Result<(), Refusal> {
    if by.actor.has(Role::Administrator) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// A line of Today for administrators: how much was given up, since when.
///
/// # Errors
/// As the database refuses.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    if !by.actor.has(Role::Administrator) {
        return Ok(Vec::new());
    }
    let dead = jobs::dead(tx, by.district())?;
    let Some(since) = dead.iter().filter_map(|job| job.finished_at).min() else { return Ok(Vec::new()) };
    Ok(vec![ToDo {
        key: "todo-people-jobs",
        args: vec![("n", dead.len().to_string())],
        note_key: "todo-people-jobs-note",
        note_args: Vec::new(),
        due: None,
        since,
        href: "/desk/settings#jobs".to_owned(),
        action_key: "todo-people-jobs-action",
        n: 1,
    }])
}
