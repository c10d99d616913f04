//! What waits for people, for the Today page.

use db::Tx;
use kernel::{Caller, Reach, Refusal, Role};
use web::ToDo;

use crate::order::rules::{DOERS, keeps, may};
use crate::order::{Order, State};
use crate::store;

/// More than these are not listed singly.
const MOST: i64 = 20;

/// Everything of the loop that waits for the actor.
///
/// # Errors
/// As the database refuses.
pub fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let mut todos = Vec::new();
    let does = by.actor.reach(DOERS);
    let checks = by.actor.reach(&[Role::CommunityWorker]);
    let places = [
        ("community", "holds", &checks),
        ("department", "offered", &does),
        ("department", "holds", &does),
        ("team", "offered", &does),
        ("team", "holds", &does),
    ];
    let mut seen: Vec<Order> = Vec::new();
    for (part, state, reach) in places {
        for order in store::list::waiting(tx, by.district(), (part, state), reach, MOST)? {
            if !seen.iter().any(|one| one.id == order.id) {
                seen.push(order);
            }
        }
    }
    for order in &seen {
        let parties = store::party::list(tx, by.district(), &order.id)?;
        let mut may = may(&by.actor, order, &parties);
        may.rate = may.rate && !store::batch::is_rated_back(tx, by.district(), order)?;
        let mine = may.check || may.claim || may.find || may.accept || may.arrange || may.report || may.rate;
        if mine {
            todos.push(todo(order, words(&order.state)));
        }
    }
    for call in store::call::waiting(tx, by.district(), &checks)? {
        if let Some(order) = store::order::find(tx, by.district(), &call.order)? {
            todos.push(todo(&order, ("todo-order-call", "todo-order-call-action")));
        }
    }
    if keeps(&by.actor) {
        let filter = store::list::Filter { state: Some("late"), ..store::list::Filter::default() };
        for order in store::list::page(tx, by.district(), (&Reach::All, &filter), by.today(), (MOST, 0))? {
            if order.running.level > 0 && !seen.iter().any(|one| one.id == order.id) {
                todos.push(todo(&order, ("todo-order-late", "todo-order-look")));
            }
        }
    }
    Ok(todos)
}

/// The line and the button of a state.
const fn words(state: &State) -> (&'static str, &'static str) {
    match state {
        State::Submitted => ("todo-order-check", "todo-order-check-action"),
        State::Dispatched => ("todo-order-claim", "todo-order-claim-action"),
        State::Claimed { .. } => ("todo-order-find", "todo-order-find-action"),
        State::Recruiting { .. } => ("todo-order-accept", "todo-order-accept-action"),
        State::Accepted { .. } => ("todo-order-arrange", "todo-order-arrange-action"),
        State::Scheduled { .. } | State::InDelivery { .. } => {
            ("todo-order-report", "todo-order-report-action")
        }
        State::Feedback { .. } => ("todo-order-rate", "todo-order-rate-action"),
        State::Draft
        | State::Returned { .. }
        | State::Joined { .. }
        | State::Refused { .. }
        | State::Awaiting { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => ("todo-order-late", "todo-order-look"),
    }
}

fn todo(order: &Order, (key, action_key): (&'static str, &'static str)) -> ToDo {
    ToDo {
        key,
        args: vec![("title", order.want.title.clone())],
        note_key: "todo-order-note",
        note_args: vec![("number", order.number())],
        due: order.running.due,
        since: order.state_at,
        href: format!("/desk/orders/{}", order.id),
        action_key,
        n: 1,
    }
}
