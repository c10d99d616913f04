//! What the community does: look, ask back, refuse, merge, pass on, dispatch, enter for somebody, call.

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};
use people::units::UnitKind;

use super::{At, Side, keep, load, only, put, said, still, tell, turn, who};
use crate::order::rules::{self, may};
use crate::order::{Channel, Clock, Order, OrderId, State, Want};
use crate::party::{Part, PartyState};
use crate::store;

fn checked(tx: &mut Tx<'_>, by: &Caller, at: At<'_>) -> Result<Order, Refusal> {
    let (order, parties) = load(tx, by, at)?;
    // Who only looks never acts; a state in which nothing is to be checked is the step's own conflict.
    only(rules::checks(&by.actor, &order))?;
    drop(parties);
    Ok(order)
}

fn side(order: &Order) -> Side {
    Side::Staff(order.want.community.clone())
}

/// Asks the resident; the clock stands.
///
/// # Errors
/// Not found; forbidden; conflict; invalid without words.
pub fn ask_back(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let order = checked(tx, by, at)?;
    let words = said(words, "question")?;
    let left = order.days_left(by.today(), &super::calendar(tx, by)?).unwrap_or(1);
    let order = order.ask_back(still(by), words.clone(), left.max(1))?;
    keep(tx, by, &order, side(&order), ("ask", &words))?;
    tell(tx, by, &order, None, "asked")
}

/// Refuses with a reason, which the resident reads with the name of who said so.
///
/// # Errors
/// As [`ask_back`].
pub fn refuse(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let order = checked(tx, by, at)?;
    let words = said(words, "reason")?;
    super::batch::hand_over(tx, by, &order)?;
    let order = order.refuse(still(by), who(by), words.clone())?;
    keep(tx, by, &order, side(&order), ("refuse", &words))?;
    end_offers(tx, by, &order)?;
    tell(tx, by, &order, None, "refused")
}

/// Hands it to another channel, such as the district's hotline.
///
/// # Errors
/// As [`ask_back`].
pub fn pass_on(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, words: &str) -> Result<(), Refusal> {
    let order = checked(tx, by, at)?;
    let words = said(words, "channel")?;
    super::batch::hand_over(tx, by, &order)?;
    let order = order.pass_on(still(by), who(by), words.clone())?;
    keep(tx, by, &order, side(&order), ("pass_on", &words))?;
    end_offers(tx, by, &order)?;
    tell(tx, by, &order, None, "passed_on")
}

/// Merges it into another of the same community: one visit serves both.
///
/// # Errors
/// As [`ask_back`]; invalid when the other is not open, or another community's.
pub fn merge(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, into: &OrderId) -> Result<(), Refusal> {
    let order = checked(tx, by, at)?;
    let other = super::find(tx, by, into).map(|(other, _)| other);
    let fits = |other: &Order| {
        other.id != order.id && !other.state.is_over() && other.want.community == order.want.community
    };
    let other = other.ok().filter(fits).ok_or_else(|| Problem::new("service-merge-unfit").at("into"))?;
    let words = other.number();
    let mut other = other;
    let heads = order.want.n_heads.unwrap_or(0).saturating_add(other.want.n_heads.unwrap_or(0));
    super::batch::hand_over(tx, by, &order)?;
    let order = order.merge(still(by), who(by), other.id.clone())?;
    keep(tx, by, &order, side(&order), ("merge", &words))?;
    if heads > 0 {
        other.want.n_heads = Some(heads);
        store::order::save_want(tx, by.district(), &other)?;
    }
    super::note(tx, by, &other, side(&order), ("merged_in", &order.number()))?;
    tell(tx, by, &order, None, "merged")
}

/// Offers it to departments: several may be asked, one will have it.
///
/// # Errors
/// As [`ask_back`]; invalid without a department, or for a unit that is none.
pub fn dispatch(tx: &mut Tx<'_>, by: &Caller, at: At<'_>, to: &BTreeSet<UnitId>) -> Result<(), Refusal> {
    let order = checked(tx, by, at)?;
    if to.is_empty() {
        return Err(Problem::new("service-department-missing").at("department").into());
    }
    let kinds = people::units::kinds(tx, by.district(), to, by.today())?;
    let can = |unit: &UnitId| kinds.get(unit).is_some_and(|kind| answers(*kind));
    if !to.iter().all(can) {
        return Err(Problem::new("service-department-unknown").at("department").into());
    }
    let turn = turn(tx, by, Clock::Claim)?;
    let order = order.dispatch(turn)?;
    let mut names = Vec::new();
    for unit in to {
        put(tx, by, &order, (Part::Department, PartyState::Offered), unit, "")?;
        tell(tx, by, &order, Some(unit), "claim")?;
        let unit = people::units::find(tx, by.district(), unit, by.today())?;
        names.extend(unit.map(|unit| unit.label().to_owned()));
    }
    keep(tx, by, &order, side(&order), ("dispatch", &names.join("、")))
}

/// Whether a unit can answer for an order: departments, and bodies that have people of their own.
pub const fn answers(kind: UnitKind) -> bool {
    match kind {
        UnitKind::Department
        | UnitKind::Town
        | UnitKind::School
        | UnitKind::Hospital
        | UnitKind::Enterprise
        | UnitKind::Society
        | UnitKind::Venue => true,
        UnitKind::District | UnitKind::Community | UnitKind::Team => false,
    }
}

pub(super) fn end_offers(tx: &mut Tx<'_>, by: &Caller, order: &Order) -> Result<(), Refusal> {
    for part in [Part::Department, Part::Team] {
        store::party::lapse(tx, by.district(), &order.id, (part, by.now()))?;
    }
    Ok(())
}

/// What a person of the community enters for somebody who called or came.
#[derive(Clone, Debug)]
pub struct Entered {
    /// How they came.
    pub channel: Channel,
    /// What they want.
    pub want: Want,
    /// The name.
    pub name: String,
    /// The number.
    pub phone: String,
    /// The house.
    pub place: String,
}

/// Enters an order for somebody else; they get number and code like anybody.
///
/// # Errors
/// Forbidden unless the actor checks for the town; invalid with all that has to be mended.
pub fn enter(tx: &mut Tx<'_>, by: &Caller, new: &Entered) -> Result<Order, Refusal> {
    only(rules::CHECKERS.iter().any(|role| by.actor.has(*role)))?;
    let mut order = super::resident::begin(tx, by)?;
    order.channel = new.channel;
    order.entered_by.clone_from(&by.actor.account);
    order.want = new.want.clone();
    store::order::mark_entered(tx, by.district(), &order)?;
    let unit = order.want.community.clone();
    let contact = (new.name.as_str(), new.phone.as_str(), new.place.as_str());
    let order = super::resident::enter(tx, by, order, contact, Side::Staff(unit))?;
    // Whoever enters for a community beyond their own would lose sight of it at once.
    if rules::checks(&by.actor, &order) {
        return Ok(order);
    }
    Err(Problem::new("service-town-not-yours").at("town").into())
}

/// How a call went.
pub const OUTCOMES: [&str; 3] = ["content", "again", "unreached"];

/// Notes how a call after a low rating, or none, went. `again` opens the order once more.
///
/// # Errors
/// Not found; forbidden unless the actor checks for the community; invalid by the deliverer's side,
/// without words or outcome; conflict when somebody called before.
pub fn answer_call(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &OrderId,
    (outcome, words): (&str, &str),
) -> Result<(), Refusal> {
    let (order, _) = super::find(tx, by, id)?;
    only(rules::checks(&by.actor, &order))?;
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    if delivered(tx, by, &order)? {
        return Err(Problem::new("service-call-own").into());
    }
    let known = OUTCOMES.into_iter().find(|one| *one == outcome);
    let outcome = known.ok_or_else(|| Problem::new("service-outcome-missing").at("outcome"))?;
    let words = said(words, "call")?;
    let at = (&order.id, order.n_reopened);
    let me = (&account, by.actor.name.as_str(), by.now());
    if !store::call::answer(tx, by.district(), at, me, (outcome, &words))? {
        return Err(Refusal::Conflict(Problem::new("service-called-already")));
    }
    super::note(tx, by, &order, side(&order), ("call", &words))?;
    let again = outcome == "again" && matches!(order.state, State::Feedback { .. } | State::Closed { .. });
    if again {
        let side = side(&order);
        return super::resident::reopen(tx, by, order, side, &words);
    }
    super::late::close_if_rated(tx, by, order)
}

/// Whether the actor is of the side that delivered: acts for the team, or took one of its steps.
fn delivered(tx: &mut Tx<'_>, by: &Caller, order: &Order) -> Result<bool, Refusal> {
    let of_team = order.state.team().is_some_and(|team| {
        by.actor.grants.iter().any(|grant| rules::DOERS.contains(&grant.role) && grant.reach.contains(team))
    });
    if of_team {
        return Ok(true);
    }
    let account = by.actor.account.clone();
    Ok(store::step::has_taken(tx, by.district(), &order.id, account.as_ref())?)
}

/// What the actor may do with an order now.
///
/// # Errors
/// Not found.
pub fn rights(tx: &mut Tx<'_>, by: &Caller, id: &OrderId) -> Result<rules::May, Refusal> {
    let (order, parties) = super::find(tx, by, id)?;
    Ok(may(&by.actor, &order, &parties))
}
