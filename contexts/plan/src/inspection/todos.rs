//! What waits for inspectors, for the Today page.

use db::Tx;
use kernel::{Caller, Refusal};
use web::ToDo;

use super::store;

/// Inspections that the actor has to do.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let Some(account) = &by.actor.account else { return Ok(Vec::new()) };
    let mut todos = Vec::new();
    for one in store::to_do(tx, by.district(), account)? {
        let unit = people::units::find_any(tx, by.district(), &one.unit, by.today())?;
        todos.push(ToDo {
            key: "todo-inspection",
            args: vec![("unit", unit.map(|unit| unit.label().to_owned()).unwrap_or_default())],
            note_key: "todo-inspection-note",
            note_args: vec![("name", one.planned.name.clone())],
            due: Some(one.on),
            since: one.planned.at,
            href: format!("/desk/plan/inspections/{}", one.id),
            action_key: "todo-inspection-do",
            n: 1,
        });
    }
    Ok(todos)
}
