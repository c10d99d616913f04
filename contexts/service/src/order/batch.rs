//! Neighbours in one visit: one order leads, the others go with it to the end. Pure.
//!
//! Those that go with it are no duplicates: each keeps number, code and timeline, and from the report on
//! each goes its own way again.

use evidence::DeliveryId;
use kernel::{Day, Instant, Refusal, UnitId, search_key};

use super::{Order, OrderId, State, Turn, Visit, Work};

/// Days by which wishes may lie apart and still be one visit: within a week people move an appointment,
/// beyond it they ask for another one.
pub const REACH_DAYS: i64 = 7;

/// How far the order that leads is, as those who go with it know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Along {
    /// The department that answers for it.
    pub department: Option<UnitId>,
    /// The team that does it.
    pub team: Option<UnitId>,
    /// When they come.
    pub visit: Option<Visit>,
    /// Since when they are there.
    pub began: Option<Instant>,
}

impl Along {
    /// What those who go with an order know of it.
    pub fn of(lead: &State) -> Self {
        let began = if let State::InDelivery { began, .. } = lead { Some(*began) } else { None };
        Self {
            department: lead.department().cloned(),
            team: lead.team().cloned(),
            visit: lead.visit(),
            began,
        }
    }
}

/// Whether two wishes for a day can be met on one: either has none, or they lie within reach.
pub fn days_fit(one: Option<Day>, other: Option<Day>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.days_since(other).abs() <= REACH_DAYS,
        (_, None) | (None, _) => true,
    }
}

/// Whether two orders fit into one visit: both wait for the community, want the same from the menu (or,
/// with nothing from it, the same topic, and without one the same words), in one town and one language.
pub fn fits(one: &Order, other: &Order) -> bool {
    let (a, b) = (&one.want, &other.want);
    let wait = matches!(one.state, State::Submitted) && matches!(other.state, State::Submitted);
    let near = a.town.is_some() && a.town == b.town;
    if one.id == other.id || !wait || !near || a.language != b.language || !days_fit(a.on, b.on) {
        return false;
    }
    match (&a.resource, &b.resource) {
        (Some(one), Some(other)) => one == other,
        (Some(_), None) | (None, Some(_)) => false,
        (None, None) if a.topic.is_empty() && b.topic.is_empty() => {
            search_key(&a.title) == search_key(&b.title)
        }
        (None, None) => a.topic == b.topic,
    }
}

impl Order {
    /// It goes with another from now on; the clock is that of the other.
    ///
    /// # Errors
    /// Conflict unless the community has it.
    pub fn join(self, turn: Turn, into: OrderId, along: Along) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted => Ok(self.to(State::Joined { into, along }, turn)),
            State::Draft
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
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// It goes on with whoever leads, as far as they are. The state stays, and since when.
    ///
    /// # Errors
    /// Conflict unless it goes with another.
    pub fn go_along(mut self, lead: &OrderId, now: Along) -> Result<Self, Refusal> {
        let State::Joined { into, along } = &mut self.state else { return self.unfit() };
        into.clone_from(lead);
        *along = now;
        self.version = self.version.saturating_add(1);
        Ok(self)
    }

    /// It is taken out: the community has it again, by itself.
    ///
    /// # Errors
    /// Conflict unless it goes with another whose visit is not agreed yet.
    pub fn part(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Joined { along, .. } if along.visit.is_none() => Ok(self.to(State::Submitted, turn)),
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
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// It leads from now on, from where the one that led has come to. What that one's resident was asked
    /// is no question for this one: the community looks again.
    ///
    /// # Errors
    /// Conflict unless it goes with another, and once they are there.
    pub fn lead(self, before: &State, turn: Turn) -> Result<Self, Refusal> {
        if !matches!(self.state, State::Joined { .. }) {
            return self.unfit();
        }
        let state = match before {
            State::Submitted | State::Returned { .. } => State::Submitted,
            State::Dispatched
            | State::Claimed { .. }
            | State::Recruiting { .. }
            | State::Accepted { .. }
            | State::Scheduled { .. } => before.clone(),
            State::Draft
            | State::Joined { .. }
            | State::Refused { .. }
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => return self.unfit(),
        };
        Ok(self.to(state, turn))
    }

    /// The visit with which it went is reported; from here each goes its own way.
    ///
    /// # Errors
    /// Conflict unless it goes with another.
    pub fn arrive(
        self,
        turn: Turn,
        (work, visit, delivery): (&Work, Visit, &DeliveryId),
    ) -> Result<Self, Refusal> {
        if !matches!(self.state, State::Joined { .. }) {
            return self.unfit();
        }
        let state = State::Awaiting { work: work.clone(), visit, delivery: delivery.clone() };
        Ok(self.to(state, turn))
    }
}
