//! What waits for a person, for Today: deliveries and entries to verify, returned ones, drafts.

use db::Tx;
use kernel::{Caller, Refusal};
use web::ToDo;

use crate::store::list::Line;
use crate::{rules, store};

/// More than these are not listed; the list of deliveries has them all.
const MOST: i64 = 20;

/// The to-dos of an actor.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let Some(account) = by.actor.account.clone() else {
        return Ok(Vec::new());
    };
    let reach = by.actor.reach(rules::VERIFIERS);
    let waiting = store::list::waiting(tx, by.district(), &reach, &account, MOST)?;
    let mut todos: Vec<ToDo> = waiting.iter().map(verify).collect();
    for line in store::list::unfinished(tx, by.district(), &account, MOST)? {
        todos.push(finish(&line));
    }
    for (id, title, since) in store::entry::waiting(tx, by.district(), &reach, &account, MOST)? {
        todos.push(ToDo {
            key: "todo-verify-entry",
            args: vec![("title", title)],
            note_key: "todo-verify-entry-note",
            note_args: Vec::new(),
            due: None,
            since,
            href: format!("/desk/entries/{id}"),
            action_key: "todo-verify-action",
        });
    }
    for (id, name, since) in store::attestation::waiting(tx, by.district(), &reach, &account, MOST)? {
        todos.push(ToDo {
            key: "todo-confirm-attestation",
            args: vec![("name", name)],
            note_key: "todo-confirm-attestation-note",
            note_args: Vec::new(),
            due: None,
            since,
            href: format!("/desk/attestations/{id}"),
            action_key: "todo-confirm-action",
        });
    }
    Ok(todos)
}

fn verify(line: &Line) -> ToDo {
    ToDo {
        key: "todo-verify-delivery",
        args: vec![("title", line.title.clone()), ("heads", line.heads.to_string())],
        note_key: "todo-verify-delivery-note",
        note_args: vec![("name", line.recorded_name.clone()), ("on", line.on.to_string())],
        due: None,
        since: line.submitted_at.unwrap_or(line.recorded_at),
        href: format!("/desk/deliveries/{}", line.id),
        action_key: "todo-verify-action",
    }
}

fn finish(line: &Line) -> ToDo {
    let returned = line.state == "returned";
    ToDo {
        key: if returned { "todo-mend-delivery" } else { "todo-finish-delivery" },
        args: vec![("title", line.title.clone())],
        note_key: if returned { "todo-mend-delivery-note" } else { "todo-finish-delivery-note" },
        note_args: vec![("reason", line.reason.clone().unwrap_or_default()), ("on", line.on.to_string())],
        due: None,
        since: line.recorded_at,
        href: format!("/desk/deliveries/{}/edit", line.id),
        action_key: if returned { "todo-mend-action" } else { "todo-finish-action" },
    }
}
