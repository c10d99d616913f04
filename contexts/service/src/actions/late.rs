//! What happens when a day passes: upwards for the staff, an end for who was silent. And units that are
//! no more hand on what they had.

use db::Tx;
use kernel::{Caller, Refusal, UnitId};

use super::{Side, keep, put, still, tell, turn};
use crate::order::{Clock, Order, State, Who};
use crate::party::{Part, PartyState};
use crate::store;

/// Stars from which on nobody calls back: two of five or fewer are a complaint.
pub const LOW_STARS: i64 = 2;
/// Days after which a draft that nobody sent is forgotten.
const DRAFT_DAYS: i64 = 2;
/// Days after the end of an order for which it is known who ordered: a call-back and an appeal have
/// their time, and no list of residents grows.
const CONTACT_DAYS: i64 = 90;

/// What comes round: every hour, for all that is due.
///
/// # Errors
/// As the database refuses.
pub fn keep_up(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    hand_on(tx, by)?;
    escalate_late(tx, by)?;
    end_silent(tx, by)?;
    let before = |days: i64| by.now().plus_seconds(-days * 24 * 3600);
    store::order::forget_drafts(tx, by.district(), before(DRAFT_DAYS))?;
    for order in store::order::erase_contacts(tx, by.district(), before(CONTACT_DAYS))? {
        ::jobs::outbox::withdraw(tx, by, order.as_str())?;
    }
    Ok(store::guess::forget(tx, by.district(), before(1))?)
}

/// The unit whose turn it is.
pub fn holder(order: &Order) -> Option<UnitId> {
    let team = || order.state.team().cloned();
    let department = || order.state.department().cloned();
    match &order.state {
        State::Submitted | State::Returned { .. } | State::Dispatched => order.want.community.clone(),
        State::Claimed { .. } | State::Recruiting { .. } => department(),
        State::Accepted { .. } | State::Scheduled { .. } | State::InDelivery { .. } => team(),
        State::Joined { .. } => team().or_else(department).or_else(|| order.want.community.clone()),
        State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Draft
        | State::Refused { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => None,
    }
}

/// Takes what is late one level up; gives how many.
///
/// # Errors
/// As the database refuses.
pub fn escalate_late(tx: &mut Tx<'_>, by: &Caller) -> Result<i64, Refusal> {
    let mut n = 0;
    for order in store::list::late(tx, by.district(), by.today())? {
        let from = order.running.held.clone().or_else(|| holder(&order));
        let Some(from) = from else { continue };
        let path = people::units::path(tx, by.district(), &from, by.today())?;
        let above = path.iter().rev().nth(1).map(|unit| unit.id.clone());
        // Above the district is nobody.
        let Some(above) = above else { continue };
        let Some(clock) = Clock::of(&order.state) else { continue };
        let turn = turn(tx, by, clock)?;
        let order = order.escalate(above.clone(), &turn)?;
        put(tx, by, &order, (Part::Above, PartyState::Holds), &above, "")?;
        keep(tx, by, &order, Side::Program, ("escalate", ""))?;
        tell(tx, by, &order, Some(&above), "late")?;
        n += 1;
    }
    Ok(n)
}

/// Silence confirms what was reported, and ends the time for rating.
fn end_silent(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    for order in store::list::silent(tx, by.district(), by.today())? {
        if matches!(order.state, State::Awaiting { .. }) {
            let turn = turn(tx, by, Clock::Rate)?;
            let order = order.confirm(turn)?;
            keep(tx, by, &order, Side::Program, ("confirm_silent", ""))?;
            continue;
        }
        let at = (&order.id, order.n_reopened);
        let ratings = store::rating::list(tx, by.district(), at)?;
        if !ratings.iter().any(|rating| rating.side == "resident") {
            store::call::open(tx, by.district(), at, ("missing", by.now()))?;
            let community = order.want.community.clone();
            tell(tx, by, &order, community.as_ref(), "call")?;
        }
        close(tx, by, order)?;
    }
    Ok(())
}

/// Closes an order once both sides have rated and no call waits; with it those that the same visit served,
/// for which the team's one word holds as well.
pub(super) fn close_if_rated(tx: &mut Tx<'_>, by: &Caller, order: Order) -> Result<(), Refusal> {
    if !store::batch::is_rated_back(tx, by.district(), &order)? {
        return Ok(());
    }
    let mut all = store::batch::served(tx, by.district(), &order)?;
    all.push(order);
    for one in all {
        let at = (&one.id, one.n_reopened);
        let ratings = store::rating::list(tx, by.district(), at)?;
        let rated = ratings.iter().any(|rating| rating.side == "resident");
        let calls = store::call::list(tx, by.district(), &one.id)?;
        let waits = calls.iter().any(|call| call.round == one.n_reopened && call.answered.is_none());
        if rated && !waits && matches!(one.state, State::Feedback { .. }) {
            close(tx, by, one)?;
        }
    }
    Ok(())
}

fn close(tx: &mut Tx<'_>, by: &Caller, order: Order) -> Result<(), Refusal> {
    let who = Who { by: None, name: String::new(), at: by.now() };
    let order = order.close(still(by), who)?;
    keep(tx, by, &order, Side::Program, ("close", ""))
}

/// A unit that was merged or closed hands on the orders that it had, with a line in their timelines: to its
/// heir, and without one to the community again.
fn hand_on(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    for unit in store::board::units_with_orders(tx, by.district())? {
        if people::units::find(tx, by.district(), &unit, by.today())?.is_some() {
            continue;
        }
        let heir = people::units::heir(tx, by.district(), &unit, by.today())?;
        for order in store::board::open_of(tx, by.district(), &unit)? {
            hand_on_one(tx, by, order, (&unit, heir.as_ref().map(|heir| heir.id.clone())))?;
        }
    }
    Ok(())
}

fn hand_on_one(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: Order,
    (gone, heir): (&UnitId, Option<UnitId>),
) -> Result<(), Refusal> {
    let name = people::units::find_any(tx, by.district(), gone, by.today())?;
    let name = name.map(|unit| unit.label().to_owned()).unwrap_or_default();
    let parts = [Part::Community, Part::Department, Part::Team];
    let has = |part: &Part| match part {
        Part::Community => order.want.community.as_ref() == Some(gone),
        Part::Department => order.state.department() == Some(gone),
        Part::Team => order.state.team() == Some(gone),
        Part::Above => false,
    };
    let held: Vec<Part> = parts.into_iter().filter(has).collect();
    let order = match heir {
        Some(heir) => {
            for part in held {
                put(tx, by, &order, (part, PartyState::Lapsed), gone, "")?;
                put(tx, by, &order, (part, PartyState::Holds), &heir, "")?;
            }
            order.handed_on(gone, &heir)
        }
        None => {
            let turn = turn(tx, by, Clock::Claim)?;
            super::community::end_offers(tx, by, &order)?;
            match order.clone().reassign(turn) {
                Ok(order) => order,
                // What the team is at, or what was reported, goes on under the old name.
                Err(_) => return Ok(()),
            }
        }
    };
    keep(tx, by, &order, Side::Program, ("hand_on", &name))
}
