//! What a team notes at the door: who came and left, and that the resident told their code.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};

use super::{Side, find, keep, note, only, turn};
use crate::door::{self, MOST_WRONG, Moment, What};
use crate::order::{Clock, Order, OrderId, State, Visit, rules};
use crate::store;
use crate::team::PersonId;

/// The order, its team and what was agreed, for somebody of the team. Not by its version: what a phone kept
/// while it had no line is of an older one.
fn at_the_door(tx: &mut Tx<'_>, by: &Caller, id: &OrderId) -> Result<(Order, UnitId, Visit), Refusal> {
    let (order, _) = find(tx, by, id)?;
    if !matches!(order.state, State::Scheduled { .. } | State::InDelivery { .. }) {
        return order.unfit();
    }
    let (Some(team), Some(visit)) = (order.state.team().cloned(), order.state.visit()) else {
        return order.unfit();
    };
    only(rules::acts_for(&by.actor, &team))?;
    Ok((order, team, visit))
}

/// The program's own moment.
pub fn now(by: &Caller) -> Moment {
    Moment { on: by.today(), minute: by.now().minute_of_day() }
}

/// Notes that people came or left. The first that comes begins the visit.
///
/// # Errors
/// Not found; forbidden; conflict before a day is agreed and once it was reported; invalid for nobody, for
/// somebody who was not named, on another day, for a time to come, and for a leaving before the coming.
pub fn check(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &OrderId,
    persons: &BTreeSet<PersonId>,
    (what, moment): (What, Moment),
) -> Result<(), Refusal> {
    let (mut order, team, visit) = at_the_door(tx, by, id)?;
    door::check_moment(visit, moment, now(by))?;
    if persons.is_empty() {
        return Err(Problem::new("service-door-nobody").at("person").into());
    }
    let at = (id, order.n_reopened);
    let named = store::duty::of_order(tx, by.district(), at)?;
    let known = store::door::list(tx, by.district(), at)?;
    let mut names = Vec::new();
    for person in persons {
        let duty = named.iter().find(|duty| duty.person == *person);
        let duty = duty.ok_or_else(|| Problem::new("service-person-unknown").at("person"))?;
        let before = known.iter().find(|one| one.person == *person);
        let after = door::noted((person, &duty.name), before, (what, moment.minute))?;
        if before != Some(&after) {
            store::door::save(tx, by.district(), at, &after, (by.actor.account.as_ref(), by.now()))?;
            names.push(duty.name.as_str());
        }
    }
    if matches!(order.state, State::Scheduled { .. }) {
        let turn = turn(tx, by, Clock::Report)?;
        order = order.begin(turn)?;
        keep(tx, by, &order, Side::Staff(Some(team.clone())), ("begin", ""))?;
    }
    if names.is_empty() {
        return Ok(());
    }
    let words = format!("{} {}", crate::clock_text(moment.minute), names.join("、"));
    note(tx, by, &order, Side::Staff(Some(team)), (what.code(), &words))
}

/// What became of a code that was told at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is the resident's.
    Right,
    /// It is not; so many tries are left.
    Wrong(i64),
    /// Too many were wrong: the list is left.
    Over,
}

/// Tries the code that the resident told; a wrong one is counted.
///
/// # Errors
/// Not found; forbidden; conflict before a day is agreed and once it was reported.
pub fn tell_code(tx: &mut Tx<'_>, by: &Caller, id: &OrderId, typed: &str) -> Result<Answer, Refusal> {
    let (order, team, _) = at_the_door(tx, by, id)?;
    let at = (id, order.n_reopened);
    let mut told = store::door::told(tx, by.district(), at)?;
    if told.at.is_some() {
        return Ok(Answer::Right);
    }
    if told.n_wrong >= MOST_WRONG {
        return Ok(Answer::Over);
    }
    let right = crate::contact::is_door_code(by, &order, typed);
    if right {
        told.at = Some(by.now());
    } else {
        told.n_wrong += 1;
    }
    store::door::save_told(tx, by.district(), at, told, by.actor.account.as_ref())?;
    if right {
        note(tx, by, &order, Side::Staff(Some(team)), ("door_code", ""))?;
        return Ok(Answer::Right);
    }
    Ok(Answer::Wrong(MOST_WRONG - told.n_wrong))
}
