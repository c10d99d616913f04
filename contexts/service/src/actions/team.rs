//! What a team does: accept, give back, agree a day and name its people, begin, rate.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};

use super::{At, Side, find, keep, load, only, put, said, tell, turn, turn_from};
use crate::order::{Clock, Order, OrderId, State, Visit, rules};
use crate::party::{Part, PartyState};
use crate::store;
use crate::team::{PersonId, Profile};

/// Accepts an order that was offered: the first team has it.
///
/// # Errors
/// Not found; forbidden unless it was offered to a team of the actor's; conflict with the name of the team
/// that has it; invalid beyond the team's load.
pub fn accept(tx: &mut Tx<'_>, by: &Caller, id: &OrderId, unit: Option<&UnitId>) -> Result<(), Refusal> {
    let (order, parties) = find(tx, by, id)?;
    if let Some(first) = order.state.team() {
        let name = people::units::find_any(tx, by.district(), first, by.today())?;
        let name = name.map(|unit| unit.label().to_owned()).unwrap_or_default();
        let problem = Problem::new("service-accepted-by").with("name", name);
        return Err(Refusal::Conflict(problem.with("at", order.state_at.minute_text())));
    }
    let mine = rules::offered(&by.actor, &parties, Part::Team);
    let chosen = mine.into_iter().find(|one| unit.is_none_or(|unit| unit == *one)).cloned();
    let team = chosen.ok_or(Refusal::Forbidden)?;
    let n_load = profile(tx, by, &team)?.n_load;
    let n_has = store::party::load_of(tx, by.district(), (&team, &order.id))?;
    if n_has >= n_load {
        let problem = Problem::new("service-team-full").with("n", n_has).with("most", n_load);
        return Err(problem.into());
    }
    let turn = turn(tx, by, Clock::Arrange)?;
    let order = order.accept(turn, team.clone())?;
    store::party::lapse(tx, by.district(), &order.id, (Part::Team, by.now()))?;
    put(tx, by, &order, (Part::Team, PartyState::Holds), &team, "")?;
    keep(tx, by, &order, Side::Staff(Some(team)), ("accept", ""))?;
    tell(tx, by, &order, None, "accepted")
}

/// What a team told of itself, or what holds until it does.
///
/// # Errors
/// As the database refuses.
pub fn profile(tx: &mut Tx<'_>, by: &Caller, team: &UnitId) -> Result<Profile, Refusal> {
    let mut all = store::team::profiles(tx, by.district())?;
    Ok(all.remove(team).unwrap_or_else(|| Profile::untold(team.clone())))
}

pub(super) fn held(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<(Order, UnitId), Refusal> {
    let (order, _) = load(tx, by, at)?;
    match order.state.team().cloned() {
        Some(team) => {
            only(rules::acts_for(&by.actor, &team))?;
            Ok((order, team))
        }
        None => order.unfit(),
    }
}

/// Gives it back to the department with a reason.
///
/// # Errors
/// Not found; forbidden; conflict once it has begun; invalid without a reason.
pub fn decline(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let (order, team) = held(tx, by, at)?;
    let words = said(words, "reason")?;
    let turn = turn(tx, by, Clock::Find)?;
    store::duty::clear(tx, by.district(), (&order.id, order.n_reopened))?;
    let order = order.decline(turn)?;
    put(tx, by, &order, (Part::Team, PartyState::Declined), &team, &words)?;
    keep(tx, by, &order, Side::Staff(Some(team)), ("decline", &words))?;
    let department = order.state.department().cloned();
    tell(tx, by, &order, department.as_ref(), "find")
}

/// Agrees a day with the resident and names who goes; also anew.
///
/// # Errors
/// Not found; forbidden; conflict; invalid for a day that is over or taken, without anybody, for somebody
/// of another team, and for somebody who is elsewhere at that time.
pub fn schedule(
    tx: &mut Tx<'_>,
    by: &Caller,
    at: At<'_>,
    (visit, persons): (Visit, &BTreeSet<PersonId>),
) -> Result<(), Refusal> {
    let (order, team) = held(tx, by, at)?;
    check_visit(tx, by, &order, visit)?;
    if persons.is_empty() {
        return Err(Problem::new("service-person-missing").at("person").into());
    }
    store::duty::clear(tx, by.district(), (&order.id, order.n_reopened))?;
    let turn = turn_from(tx, by, Clock::Report, visit.on.max(by.today()))?;
    let order = order.schedule(turn, visit)?;
    for id in persons {
        let person = store::team::find_person(tx, by.district(), id)?;
        let person = person.filter(|one| one.unit == team && one.is_active);
        let person = person.ok_or_else(|| Problem::new("service-person-unknown").at("person"))?;
        if !store::duty::name(tx, by.district(), (&order.id, order.n_reopened), id, visit)? {
            let problem = Problem::new("service-person-elsewhere").at("person").with("name", person.name);
            return Err(problem.with("day", visit.on).into());
        }
    }
    let words = format!("{} {}", visit.on, crate::clock_text(visit.minute));
    keep(tx, by, &order, Side::Staff(Some(team)), ("schedule", &words))?;
    tell(tx, by, &order, None, "scheduled")
}

fn check_visit(tx: &mut Tx<'_>, by: &Caller, order: &Order, visit: Visit) -> Result<(), Refusal> {
    let today = by.today();
    if visit.on < today {
        return Err(Problem::new("service-day-early").at("on").with("today", today).into());
    }
    if !(10..=600).contains(&visit.minutes) {
        let problem = Problem::new("service-number-range").at("minutes");
        return Err(problem.with("least", 10).with("most", 600).into());
    }
    let Some(id) = &order.want.resource else { return Ok(()) };
    let Some(resource) = store::resource::find(tx, by.district(), id)? else { return Ok(()) };
    let held = store::resource::held_of(tx, by.district(), id, (today, order.id.as_str()))?;
    let taken = held.get(&visit.on).copied().unwrap_or(0) >= resource.offer.n_per_day;
    if taken && order.want.on != Some(visit.on) {
        return Err(Problem::new("service-day-taken").at("on").with("day", visit.on).into());
    }
    Ok(())
}

/// The team is there.
///
/// # Errors
/// Not found; forbidden; conflict; invalid before the agreed day.
pub fn begin(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<(), Refusal> {
    let (order, team) = held(tx, by, at)?;
    let ahead = order.state.visit().filter(|visit| visit.on > by.today());
    if let Some(visit) = ahead {
        return Err(Problem::new("service-visit-ahead").with("day", visit.on).into());
    }
    let turn = turn(tx, by, Clock::Report)?;
    let order = order.begin(turn)?;
    keep(tx, by, &order, Side::Staff(Some(team)), ("begin", ""))
}

/// The team rates how it was received.
///
/// # Errors
/// Not found; forbidden; conflict unless it was confirmed, and a second time; invalid without stars.
pub fn rate(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &OrderId,
    (stars, words): (Option<i64>, &str),
) -> Result<(), Refusal> {
    let (order, _) = find(tx, by, id)?;
    let team = match &order.state {
        State::Feedback { work, .. } => work.team.clone(),
        State::Draft
        | State::Submitted
        | State::Returned { .. }
        | State::Joined { .. }
        | State::Refused { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => return order.unfit(),
    };
    only(rules::acts_for(&by.actor, &team))?;
    let stars = stars.filter(|n| (1..=5).contains(n));
    let stars = stars.ok_or_else(|| Refusal::from(Problem::new("service-stars-missing").at("stars")))?;
    let words: String = words.trim().chars().take(300).collect();
    super::resident::rate_by(tx, by, &order, (Side::Staff(Some(team)), stars), &words)?;
    super::late::close_if_rated(tx, by, order)
}
