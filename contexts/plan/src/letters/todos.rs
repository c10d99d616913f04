//! For whom a letter waits, for the Today page.

use db::Tx;
use kernel::{Caller, Instant, Refusal, Role};
use people::units;
use web::ToDo;

use super::actions::{keeps, signs_for};
use super::store::{self, Listed};

/// The keys of a line by what is to be done: line and button.
type Keys = (&'static str, &'static str);

/// Letters that wait for the actor.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller, todos: &mut Vec<ToDo>) -> Result<(), Refusal> {
    if !keeps(by) && !by.actor.has(Role::Editor) {
        return Ok(());
    }
    let account = by.actor.account.as_ref().map(ToString::to_string).unwrap_or_default();
    for letter in store::list(tx, by.district(), None)? {
        let own = signs_for(by, &letter.unit);
        let Some((key, action_key)) = keys(&letter, keeps(by), own, &account, by) else { continue };
        let name = units::find_any(tx, by.district(), &letter.unit, by.today())?;
        let name = name.map(|unit| unit.label().to_owned()).unwrap_or_default();
        todos.push(ToDo {
            key,
            args: vec![("unit", name), ("year", letter.year.to_string())],
            note_key: "todo-plan-letter-note",
            note_args: vec![("n", letter.number.to_string()), ("year", letter.year.to_string())],
            due: None,
            since: letter.since.unwrap_or(Instant::from_micros(0)),
            href: format!("/desk/plan/letters/{}", letter.id),
            action_key,
            n: 1,
        });
    }
    Ok(())
}

/// What is to be done with a letter by somebody who keeps the plan, or signs for its unit.
fn keys(letter: &Listed, keeps: bool, own: bool, account: &str, by: &Caller) -> Option<Keys> {
    let sign = "todo-plan-letter-sign-action";
    match (letter.state.as_str(), letter.pending.as_deref()) {
        ("issued", _) if own => Some(("todo-plan-letter-sign", sign)),
        ("unit_signed", _) if keeps => Some(("todo-plan-letter-countersign", sign)),
        ("in_force", Some("issued")) if own => Some(("todo-plan-letter-supplement", sign)),
        ("in_force", Some("unit_signed")) if keeps => Some(("todo-plan-letter-supplement", sign)),
        ("in_force", None) if keeps && by.today().year() > letter.year => {
            Some(("todo-plan-letter-open", "todo-plan-letter-open-action"))
        }
        ("scoring", _) if own => Some(("todo-plan-letter-self", "todo-plan-letter-score-action")),
        ("self_scored", _) if keeps => Some(("todo-plan-letter-review", "todo-plan-letter-score-action")),
        ("reviewed", _) if own => Some(("todo-plan-letter-accept", "todo-plan-letter-look-action")),
        ("appealed", _)
            if keeps
                && ![&letter.reviewer, &letter.appellant]
                    .map(|by| by.as_deref())
                    .contains(&Some(account)) =>
        {
            Some(("todo-plan-letter-answer", "todo-plan-letter-score-action"))
        }
        _ => None,
    }
}
