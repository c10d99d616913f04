//! Neighbours in one visit: one order leads, the others go with it, and each stays its resident's own.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal};

use super::{At, Side, keep, load, note, only, put, still, tell, turn};
use crate::order::{Along, Clock, Order, OrderId, State, Turn, batch, rules};
use crate::party::{Part, PartyState};
use crate::store;

/// Puts orders into one visit with the one that leads.
///
/// # Errors
/// Not found; forbidden unless the actor checks for the community; conflict unless the order waits for it;
/// invalid without others, for one that is not there or not the actor's (the two are not told apart), and
/// for one that does not fit or leads others itself.
pub fn join(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, with: &BTreeSet<OrderId>) -> Result<(), Refusal> {
    let (lead, _) = load(tx, by, at)?;
    only(rules::checks(&by.actor, &lead))?;
    if !matches!(lead.state, State::Submitted) {
        return lead.unfit();
    }
    if with.is_empty() {
        return Err(Problem::new("service-batch-missing").at("with").into());
    }
    for id in with {
        let other = super::find(tx, by, id).map(|(other, _)| other).ok();
        let other = other.filter(|other| rules::checks(&by.actor, other));
        let other = other.ok_or_else(|| Problem::new("service-batch-unknown").at("with"))?;
        let leads = store::batch::count(tx, by.district(), &other.id)? > 0;
        if leads || !batch::fits(&lead, &other) {
            let problem = Problem::new("service-batch-unfit").at("with");
            return Err(problem.with("number", other.number()).into());
        }
        let other = other.join(still(by), lead.id.clone(), Along::of(&lead.state))?;
        keep(tx, by, &other, Side::Staff(other.want.community.clone()), ("join", ""))?;
        tell(tx, by, &other, None, "joined")?;
    }
    // The resident of the order that leads reads that others go with it, and of nobody which.
    tell(tx, by, &lead, None, "joined")?;
    note(tx, by, &lead, Side::Staff(lead.want.community.clone()), ("joined_by", ""))
}

/// Takes one out of its visit: the community has it again by itself.
///
/// # Errors
/// Not found; forbidden; conflict unless it goes with another, and once the visit is agreed.
pub fn part(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<(), Refusal> {
    let (order, _) = load(tx, by, at)?;
    only(rules::checks(&by.actor, &order))?;
    let turn = turn(tx, by, Clock::Check)?;
    let order = order.part(turn)?;
    for party in store::party::list(tx, by.district(), &order.id)? {
        let theirs = matches!(party.part, Part::Department | Part::Team);
        if theirs && matches!(party.state, PartyState::Offered | PartyState::Holds) {
            put(tx, by, &order, (party.part, PartyState::Lapsed), &party.unit, "")?;
        }
    }
    keep(tx, by, &order, Side::Staff(order.want.community.clone()), ("part", ""))?;
    tell(tx, by, &order, None, "parted")
}

/// What the timeline of those that go with an order calls its steps; none for what is the one resident's
/// own affair, such as a question.
fn along_step(step: &str) -> Option<&'static str> {
    match step {
        "dispatch" => Some("along_dispatch"),
        "claim" => Some("along_claim"),
        "hand_back" => Some("along_hand_back"),
        "recruit" => Some("along_recruit"),
        "accept" => Some("along_accept"),
        "decline" => Some("along_decline"),
        "reassign" => Some("along_reassign"),
        "schedule" => Some("along_schedule"),
        "begin" => Some("along_begin"),
        "report" => Some("along_report"),
        "escalate" => Some("along_escalate"),
        "hand_on" => Some("along_hand_on"),
        _ => None,
    }
}

/// What somebody wrote about one resident is not for the others to read; what the program writes is.
fn words_for_all<'a>(step: &str, words: &'a str) -> &'a str {
    match step {
        "dispatch" | "recruit" | "schedule" | "report" | "hand_on" => words,
        _ => "",
    }
}

/// Follows a step of the order that leads into those that go with it: who has it, the agreed day, and with
/// the report their own turn to confirm.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    by: &Caller,
    lead: &Order,
    side: &Side,
    (step, words): (&str, &str),
) -> Result<(), Refusal> {
    let Some(own) = along_step(step) else { return Ok(()) };
    let with = store::batch::with(tx, by.district(), &lead.id)?;
    if with.is_empty() {
        return Ok(());
    }
    let parties = store::party::list(tx, by.district(), &lead.id)?;
    for one in with {
        for party in parties.iter().filter(|party| party.part != Part::Community) {
            store::party::put(tx, by.district(), &one.id, party)?;
        }
        let (one, key) = match &lead.state {
            State::Awaiting { work, visit, delivery } => {
                (one.arrive(turn(tx, by, Clock::Confirm)?, (work, *visit, delivery))?, Some("confirm"))
            }
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
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => {
                let key = match step {
                    "schedule" => Some("scheduled"),
                    "accept" => Some("accepted"),
                    _ => None,
                };
                (one.go_along(&lead.id, Along::of(&lead.state))?, key)
            }
        };
        keep(tx, by, &one, side.clone(), (own, words_for_all(step, words)))?;
        if let Some(key) = key {
            tell(tx, by, &one, None, key)?;
        }
    }
    Ok(())
}

/// Before an order leaves the loop, the oldest of those that go with it takes its place, with all who have
/// a part in it, the clock and the people who are named; gives whether there was one.
///
/// # Errors
/// As the database refuses; conflict once they are there.
pub(super) fn hand_over(tx: &mut Tx<'_>, by: &Caller, before: &Order) -> Result<bool, Refusal> {
    let mut with = store::batch::with(tx, by.district(), &before.id)?.into_iter();
    let Some(next) = with.next() else { return Ok(false) };
    let turn = match &before.state {
        State::Returned { .. } => turn(tx, by, Clock::Check)?,
        State::Draft
        | State::Submitted
        | State::Joined { .. }
        | State::Refused { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => Turn { at: by.now(), running: before.running.clone() },
    };
    let next = next.lead(&before.state, turn)?;
    for party in store::party::list(tx, by.district(), &before.id)? {
        if party.part != Part::Community {
            store::party::put(tx, by.district(), &next.id, &party)?;
        }
    }
    if let Some(visit) = before.state.visit() {
        let at = (&before.id, before.n_reopened);
        let duties = store::duty::of_order(tx, by.district(), at)?;
        store::duty::clear(tx, by.district(), at)?;
        for duty in duties {
            store::duty::name(tx, by.district(), (&next.id, next.n_reopened), &duty.person, visit)?;
        }
    }
    keep(tx, by, &next, Side::Program, ("lead", ""))?;
    for one in with {
        let one = one.go_along(&next.id, Along::of(&next.state))?;
        store::order::save(tx, by.district(), &one)?;
    }
    // Who has it is told under which number it goes on.
    let holder = super::late::holder(&next);
    tell(tx, by, &next, holder.as_ref(), "leads")?;
    Ok(true)
}

/// What fits with an order into one visit, for whoever checks it; the oldest first.
///
/// # Errors
/// As the database refuses.
pub fn fitting(tx: &mut Tx<'_>, by: &Caller, order: &Order) -> Result<Vec<Order>, Refusal> {
    let mut all = store::batch::waiting(tx, by.district(), &by.actor.reach(rules::CHECKERS))?;
    all.retain(|other| batch::fits(order, other));
    Ok(all)
}
