//! What a department does: claim, give back, offer to teams. And what a coordinator takes from it.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};
use people::units::UnitKind;

use super::{At, Side, find, keep, load, only, put, said, tell, turn};
use crate::order::{Clock, Order, OrderId, State, rules};
use crate::party::{Part, PartyState};
use crate::store;

/// Claims an order that was offered: the first has it, the others read who was first. The version that a
/// person saw does not matter here, only that nobody has it yet.
///
/// # Errors
/// Not found; forbidden unless it was offered to a unit of the actor's; conflict with the name of the
/// department that has it.
pub fn claim(tx: &mut Tx<'_>, by: &Caller, id: &OrderId, unit: Option<&UnitId>) -> Result<(), Refusal> {
    let (order, parties) = find(tx, by, id)?;
    if let Some(first) = order.state.department() {
        return Err(taken(tx, by, &order, first)?);
    }
    let mine = rules::offered(&by.actor, &parties, Part::Department);
    let chosen = mine.into_iter().find(|one| unit.is_none_or(|unit| unit == *one)).cloned();
    let unit = chosen.ok_or(Refusal::Forbidden)?;
    let turn = turn(tx, by, Clock::Find)?;
    let order = order.claim(turn, unit.clone())?;
    store::party::lapse(tx, by.district(), &order.id, (Part::Department, by.now()))?;
    put(tx, by, &order, (Part::Department, PartyState::Holds), &unit, "")?;
    keep(tx, by, &order, Side::Staff(Some(unit)), ("claim", ""))
}

/// Says who was first.
fn taken(tx: &mut Tx<'_>, by: &Caller, order: &Order, unit: &UnitId) -> Result<Refusal, Refusal> {
    let name = people::units::find_any(tx, by.district(), unit, by.today())?;
    let name = name.map(|unit| unit.label().to_owned()).unwrap_or_default();
    let problem = Problem::new("service-claimed-by").with("name", name);
    Ok(Refusal::Conflict(problem.with("at", order.state_at.minute_text())))
}

fn held(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<(Order, UnitId), Refusal> {
    let (order, _) = load(tx, by, at)?;
    let department = order.state.department().cloned();
    match department {
        Some(unit) => {
            only(rules::acts_for(&by.actor, &unit))?;
            Ok((order, unit))
        }
        None => order.unfit(),
    }
}

/// Gives it back with a reason: it is offered to the others again, and stands in the community's queue.
///
/// # Errors
/// Not found; forbidden; conflict; invalid without a reason.
pub fn hand_back(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let (order, unit) = held(tx, by, at)?;
    let words = said(words, "reason")?;
    let turn = turn(tx, by, Clock::Claim)?;
    let order = order.hand_back(turn)?;
    put(tx, by, &order, (Part::Department, PartyState::Declined), &unit, &words)?;
    store::party::lapse(tx, by.district(), &order.id, (Part::Team, by.now()))?;
    keep(tx, by, &order, Side::Staff(Some(unit)), ("hand_back", &words))?;
    let community = order.want.community.clone();
    tell(tx, by, &order, community.as_ref(), "dispatch")
}

/// Offers it to teams, or to its own people by naming itself.
///
/// # Errors
/// As [`hand_back`]; invalid without a team, or for a unit that is none.
pub fn recruit(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, to: &BTreeSet<UnitId>) -> Result<(), Refusal> {
    let (order, unit) = held(tx, by, at)?;
    if to.is_empty() {
        return Err(Problem::new("service-team-missing").at("team").into());
    }
    let kinds = people::units::kinds(tx, by.district(), to, by.today())?;
    let can = |one: &UnitId| *one == unit || kinds.get(one) == Some(&UnitKind::Team);
    if !to.iter().all(can) {
        return Err(Problem::new("service-team-unknown").at("team").into());
    }
    let turn = turn(tx, by, Clock::Find)?;
    let order = order.recruit(turn)?;
    let mut names = Vec::new();
    for team in to {
        put(tx, by, &order, (Part::Team, PartyState::Offered), team, "")?;
        tell(tx, by, &order, Some(team), "accept")?;
        let team = people::units::find(tx, by.district(), team, by.today())?;
        names.extend(team.map(|team| team.label().to_owned()));
    }
    keep(tx, by, &order, Side::Staff(Some(unit)), ("recruit", &names.join("、")))
}

/// A coordinator takes it from whoever has it and offers it to another.
///
/// # Errors
/// Not found; forbidden unless the actor keeps the loop; conflict once the team has begun; invalid without
/// a reason or a department.
pub fn reassign(
    tx: &mut Tx<'_>,
    by: &Caller,
    at: At<'_>,
    (to, words): (&UnitId, &str),
) -> Result<(), Refusal> {
    let (order, _) = load(tx, by, at)?;
    only(rules::keeps(&by.actor))?;
    let words = said(words, "reason")?;
    let kinds = people::units::kinds(tx, by.district(), [to], by.today())?;
    if !kinds.get(to).is_some_and(|kind| super::community::answers(*kind)) {
        return Err(Problem::new("service-department-unknown").at("department").into());
    }
    let turn = turn(tx, by, Clock::Claim)?;
    let before = order.clone();
    let order = order.reassign(turn)?;
    super::community::end_offers(tx, by, &order)?;
    if matches!(before.state, State::Scheduled { .. }) {
        store::duty::clear(tx, by.district(), (&order.id, order.n_reopened))?;
    }
    put(tx, by, &order, (Part::Department, PartyState::Offered), to, "")?;
    tell(tx, by, &order, Some(to), "claim")?;
    let unit = by.actor.units().into_iter().next();
    keep(tx, by, &order, Side::Staff(unit), ("reassign", &words))
}
