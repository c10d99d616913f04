//! What waits for people, for the Today page.

use db::Tx;
use kernel::{Caller, Day, Reach, Refusal};
use web::ToDo;

use super::actions::{UNIT_SIDE, is_other_side, is_unit_side};
use super::store::list::{self, Filter};
use super::{State, Supervision};
use crate::actions::keeper;

/// More than these are not listed singly.
const MOST: i64 = 20;

/// Everything of supervision that waits for the actor.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let today = by.today();
    let mut todos = Vec::new();
    let reach = by.actor.reach(UNIT_SIDE);
    todos.extend(turn(tx, by, &reach, "unit", |_| true)?);
    if keeper(&by.actor).is_ok() {
        let other = |one: &Supervision| is_other_side(&by.actor, &one.unit);
        todos.extend(turn(tx, by, &Reach::All, "other", other)?);
    }
    for one in list::held_by(tx, by.district(), &by.actor.units(), today)? {
        let own = by.actor.grants.iter().any(|grant| grant.unit == one.unit);
        if !own && !is_unit_side(&by.actor, &one.unit) {
            todos.push(todo(&one, today, ("todo-supervision-held", "todo-supervision-look")));
        }
    }
    Ok(todos)
}

fn turn(
    tx: &mut Tx<'_>,
    by: &Caller,
    reach: &Reach,
    group: &'static str,
    mine: impl Fn(&Supervision) -> bool,
) -> Result<Vec<ToDo>, Refusal> {
    let filter = Filter { state: Some(group), ..Filter::default() };
    let found = list::page(tx, by.district(), (reach, &filter), by.today(), (MOST, 0))?;
    let all = list::count(tx, by.district(), (reach, &filter), by.today())?;
    let mut todos: Vec<ToDo> =
        found.iter().filter(|one| mine(one)).map(|one| todo(one, by.today(), words(&one.state))).collect();
    if all > MOST {
        todos.push(ToDo {
            key: "todo-supervision-rest",
            args: vec![("n", (all - MOST).to_string())],
            note_key: "todo-rest-note",
            note_args: Vec::new(),
            due: None,
            since: by.now(),
            href: format!("/desk/plan/supervision?state={group}"),
            action_key: "todo-rest-action",
            n: all - MOST,
        });
    }
    Ok(todos)
}

/// The line and the button of a state.
const fn words(state: &State) -> (&'static str, &'static str) {
    match state {
        State::Raised => ("todo-supervision-raised", "todo-supervision-acknowledge"),
        State::Acknowledged => ("todo-supervision-answer", "todo-supervision-reply"),
        State::Returned { .. } => ("todo-supervision-returned", "todo-supervision-reply"),
        State::Extending { .. } => ("todo-supervision-extending", "todo-supervision-decide"),
        State::Replied { .. } => ("todo-supervision-replied", "todo-supervision-check"),
        State::Closed { .. } | State::Withdrawn { .. } => ("todo-supervision-held", "todo-supervision-look"),
    }
}

fn todo(one: &Supervision, today: Day, (key, action_key): (&'static str, &'static str)) -> ToDo {
    let since = one.state.paused_on().map_or(one.raised.at, |day| day.at(0, 0));
    // The unit's date is nobody else's: while its clock stands, there is none.
    let due = (one.state.is_units_turn() || one.is_late(today)).then_some(one.due);
    ToDo {
        key,
        args: vec![("title", one.subject.title.clone())],
        note_key: "todo-supervision-note",
        note_args: vec![("year", one.year.to_string()), ("n", one.n.to_string())],
        due,
        since,
        href: format!("/desk/plan/supervision/{}", one.id),
        action_key,
        n: 1,
    }
}
