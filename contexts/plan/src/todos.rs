//! What waits for people, for the Today page.

use db::Tx;
use kernel::{Caller, Refusal, Role};
use people::units;
use web::ToDo;

use crate::actions::KEEPERS;
use crate::item::leads;
use crate::{AnnualPlan, Plan, PlanState, figures, store};

/// Everything that waits for the actor in this context.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let mut todos = Vec::new();
    if KEEPERS.iter().any(|role| by.actor.has(*role)) {
        for plan in store::list_plans(tx, by.district())? {
            keepers(tx, by, &plan, &mut todos)?;
        }
    }
    if by.actor.has(Role::Editor) {
        editors(tx, by, &mut todos)?;
    }
    todos.extend(crate::supervision::waiting(tx, by)?);
    todos.extend(crate::inspection::waiting(tx, by)?);
    crate::letters::todos::waiting(tx, by, &mut todos)?;
    Ok(todos)
}

/// A draft to be confirmed, and targets that nobody stands behind yet.
fn keepers(tx: &mut Tx<'_>, by: &Caller, plan: &Plan, todos: &mut Vec<ToDo>) -> Result<(), Refusal> {
    let title = plan.title.clone();
    match &plan.state {
        PlanState::Superseded { .. } => {}
        PlanState::Draft => {
            let left = store::obstacles(tx, by.district(), &plan.id)?;
            todos.push(ToDo {
                key: "todo-plan-draft",
                args: vec![("title", title)],
                note_key: "todo-plan-draft-note",
                note_args: vec![("doubts", left.n_doubts.to_string()), ("names", left.n_names.to_string())],
                due: None,
                since: plan.created_at,
                href: format!("/desk/plan/versions/{}", plan.id),
                action_key: "todo-plan-draft-action",
                n: 1,
            });
        }
        PlanState::Published { at, .. } => {
            let targets = store::list_targets(tx, by.district(), &plan.id)?;
            let n = targets.iter().filter(|target| target.state.code() == "proposed").count();
            if n > 0 {
                todos.push(ToDo {
                    key: "todo-plan-targets",
                    args: vec![("n", n.to_string())],
                    note_key: "todo-plan-targets-note",
                    note_args: vec![("title", title)],
                    due: None,
                    since: *at,
                    href: format!("/desk/plan/versions/{}", plan.id),
                    action_key: "todo-plan-targets-action",
                    n: 1,
                });
            }
        }
    }
    Ok(())
}

/// For each unit that the actor writes for: what it leads and has not arranged for this year.
fn editors(tx: &mut Tx<'_>, by: &Caller, todos: &mut Vec<ToDo>) -> Result<(), Refusal> {
    let Some(plan) = figures::shown(tx, by, None)? else { return Ok(()) };
    let (Some(period), PlanState::Published { at, .. }) = (plan.period, &plan.state) else { return Ok(()) };
    let year = by.today().year();
    if !period.includes(year) {
        return Ok(());
    }
    let mut items = store::list_items(tx, by.district(), &plan.id)?;
    let units = units::list(tx, by.district(), by.today())?;
    let living = units.into_iter().map(|unit| (unit.id.clone(), unit)).collect();
    figures::hand_on(tx, by, &mut items, (&living, by.today()))?;
    let grants = by.actor.grants.iter().filter(|grant| grant.role == Role::Editor);
    for unit in grants.map(|grant| &grant.unit) {
        let annual = store::find_annual(tx, by.district(), unit, year)?;
        if annual.as_ref().is_some_and(AnnualPlan::is_submitted) {
            continue;
        }
        let lines = annual.map(|plan| plan.lines).unwrap_or_default();
        let owed = items.iter().filter(|item| item.is_measure() && item.role_of(unit).is_some_and(leads));
        let n = owed.filter(|item| !lines.iter().any(|line| line.item == item.id)).count();
        let (key, note_key) = match (n, lines.is_empty()) {
            (0, true) => continue,
            (0, false) => ("todo-plan-submit", "todo-plan-submit-note"),
            (_, _) => ("todo-plan-annual", "todo-plan-annual-note"),
        };
        todos.push(ToDo {
            key,
            args: vec![("year", year.to_string()), ("n", n.to_string())],
            note_key,
            note_args: vec![("year", year.to_string())],
            due: None,
            since: *at,
            href: format!("/desk/plan/years/{year}/units/{unit}"),
            action_key: "todo-plan-annual-action",
            n: 1,
        });
    }
    Ok(())
}
