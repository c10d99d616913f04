//! What waits for a person, for Today: deliveries and entries to verify, returned ones, drafts.

use db::Tx;
use kernel::{Caller, Refusal};
use web::ToDo;

use crate::figure::Contradiction;
use crate::store::list::Line;
use crate::{actions, rules, store};

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
    let (waiting, n_waiting) = store::list::waiting(tx, by.district(), &reach, &account, MOST)?;
    let mut todos: Vec<ToDo> = waiting.iter().map(verify).collect();
    todos.extend(rest(by, "todo-verify-rest", n_waiting, "/desk/deliveries?state=submitted"));
    let (unfinished, n_unfinished) = store::list::unfinished(tx, by.district(), &account, MOST)?;
    todos.extend(unfinished.iter().map(finish));
    todos.extend(rest(by, "todo-finish-rest", n_unfinished, "/desk/deliveries?state=draft"));
    let (entries, n_entries) = store::entry::waiting(tx, by.district(), &reach, &account, MOST)?;
    todos.extend(rest(by, "todo-verify-entry-rest", n_entries, "/desk/entries"));
    for (id, title, since) in entries {
        todos.push(ToDo {
            key: "todo-verify-entry",
            args: vec![("title", title)],
            note_key: "todo-verify-entry-note",
            note_args: Vec::new(),
            due: None,
            since,
            href: format!("/desk/entries/{id}"),
            action_key: "todo-verify-action",
            n: 1,
        });
    }
    let (signed, n_signed) = store::attestation::waiting(tx, by.district(), &reach, &account, MOST)?;
    todos.extend(rest(by, "todo-confirm-rest", n_signed, "/desk/attestations"));
    for (id, name, since) in signed {
        todos.push(ToDo {
            key: "todo-confirm-attestation",
            args: vec![("name", name)],
            note_key: "todo-confirm-attestation-note",
            note_args: Vec::new(),
            due: None,
            since,
            href: format!("/desk/attestations/{id}"),
            action_key: "todo-confirm-action",
            n: 1,
        });
    }
    todos.extend(flags(tx, by)?);
    todos.extend(callbacks(tx, by)?);
    todos.extend(figures(tx, by, &reach, &account)?);
    Ok(todos)
}

/// Figures to confirm, and those that cannot both be right, for those who keep the rules.
fn figures(
    tx: &mut Tx<'_>,
    by: &Caller,
    reach: &kernel::Reach,
    account: &kernel::AccountId,
) -> Result<Vec<ToDo>, Refusal> {
    let (waiting, n_waiting) = store::figure::waiting(tx, by.district(), reach, account, MOST)?;
    let mut todos: Vec<ToDo> = waiting
        .into_iter()
        .map(|(id, source, since)| ToDo {
            key: "todo-confirm-figure",
            args: vec![("source", source)],
            note_key: "todo-confirm-figure-note",
            note_args: Vec::new(),
            due: None,
            since,
            href: format!("/desk/figures/{id}"),
            action_key: "todo-confirm-action",
            n: 1,
        })
        .collect();
    todos.extend(rest(by, "todo-confirm-figure-rest", n_waiting, "/desk/figures"));
    if by.actor.may(crate::pages::KEEP_RULES) {
        let all = store::figure::list(tx, by.district())?;
        for found in actions::figure::list_contradictions(tx, by, &all)? {
            let (Contradiction::Figures(id, _) | Contradiction::Implied(id, _)) = found;
            let Some(one) = all.iter().find(|one| one.id == id) else { continue };
            todos.push(ToDo {
                key: "todo-figures-contradict",
                args: vec![("source", one.details.source.clone())],
                note_key: "todo-figures-contradict-note",
                note_args: vec![("on", one.details.as_of.to_string())],
                due: None,
                since: one.recorded.at,
                href: format!("/desk/figures/{id}"),
                action_key: "todo-figures-contradict-action",
                n: 1,
            });
        }
    }
    Ok(todos)
}

/// Calls to give to units, for those who run the district; calls to make, for the units that have them.
fn callbacks(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let mut todos = Vec::new();
    let callers = crate::callbacks::actions::callers(by);
    let line = |key, note_key, action_key, href: &str, (n, since): (i64, kernel::Instant)| ToDo {
        key,
        args: vec![("n", n.to_string())],
        note_key,
        note_args: Vec::new(),
        due: None,
        since,
        href: href.to_owned(),
        action_key,
        n,
    };
    if callers == kernel::Reach::All
        && let Some(drawn) = crate::callbacks::store::waiting(tx, by.district(), "drawn", &callers)?
    {
        let (note, action) = ("todo-callbacks-assign-note", "todo-callbacks-assign-action");
        todos.push(line("todo-callbacks-assign", note, action, "/desk/callbacks?state=drawn", drawn));
    }
    // those who run the district call for the units in which they work
    let mine = match callers {
        kernel::Reach::All => kernel::Reach::Units(by.actor.units().into_iter().collect()),
        units @ kernel::Reach::Units(_) => units,
    };
    if let Some(calls) = crate::callbacks::store::waiting(tx, by.district(), "assigned", &mine)? {
        let (note, action) = ("todo-callbacks-call-note", "todo-callbacks-call-action");
        todos.push(line("todo-callbacks-call", note, action, "/desk/callbacks?state=assigned", calls));
    }
    Ok(todos)
}

/// Flags of what counts already: for those who run the district.
fn flags(tx: &mut Tx<'_>, by: &Caller) -> Result<Option<ToDo>, Refusal> {
    if by.actor.reach(rules::VERIFIERS) != kernel::Reach::All {
        return Ok(None);
    }
    let open = crate::flags::store::unanswered(tx, by.district())?;
    Ok(open.map(|(n, since)| ToDo {
        key: "todo-flags",
        args: vec![("n", n.to_string())],
        note_key: "todo-flags-note",
        note_args: Vec::new(),
        due: None,
        since,
        href: "/desk/flags".to_owned(),
        action_key: "todo-flags-action",
        n,
    }))
}

/// One line for all that are not listed singly, at the end.
fn rest(by: &Caller, key: &'static str, all: i64, href: &str) -> Option<ToDo> {
    let n = all - MOST;
    (n > 0).then(|| ToDo {
        key,
        args: vec![("n", n.to_string())],
        note_key: "todo-rest-note",
        note_args: Vec::new(),
        due: None,
        since: by.now(),
        href: href.to_owned(),
        action_key: "todo-rest-action",
        n,
    })
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
        n: 1,
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
        n: 1,
    }
}
