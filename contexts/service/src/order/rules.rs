//! Who may take which step. Pure.

use kernel::{Actor, Reach, Role, UnitId};

use super::{Order, State};
use crate::party::{Part, Party, PartyState};

/// Who looks at what comes in, and dispatches it.
pub const CHECKERS: &[Role] = &[Role::Administrator, Role::Coordinator, Role::CommunityWorker];
/// Who acts for a department or a team.
pub const DOERS: &[Role] = &[Role::Editor, Role::CommunityWorker];
/// Who sees to the loop as a whole.
pub const KEEPERS: &[Role] = &[Role::Administrator, Role::Coordinator];
/// Who enters resources and teams.
pub const OFFERERS: &[Role] = &[Role::Administrator, Role::Coordinator, Role::Editor, Role::CommunityWorker];

/// Whether the actor keeps the loop.
pub fn keeps(actor: &Actor) -> bool {
    KEEPERS.iter().any(|role| actor.has(*role))
}

/// Whether the actor acts for a unit.
pub fn acts_for(actor: &Actor, unit: &UnitId) -> bool {
    actor.reach(DOERS).includes(unit)
}

/// Whether the actor looks at orders of this community.
pub fn checks(actor: &Actor, order: &Order) -> bool {
    let mine = |unit: &UnitId| actor.reach(CHECKERS).includes(unit);
    order.want.community.as_ref().is_some_and(mine)
}

/// Whether the actor sees the order: a unit of theirs, or one below it, has or had a part in it.
pub fn sees(actor: &Actor, order: &Order, parties: &[Party]) -> bool {
    match actor.reach(&Role::ALL) {
        Reach::All => order.state != State::Draft,
        Reach::Units(units) => parties.iter().any(|party| units.contains(&party.unit)),
    }
}

/// The units of a part that were asked and for which the actor may say yes.
pub fn offered<'a>(actor: &Actor, parties: &'a [Party], part: Part) -> Vec<&'a UnitId> {
    let asked = parties.iter().filter(|one| one.part == part && one.state == PartyState::Offered);
    asked.map(|one| &one.unit).filter(|unit| acts_for(actor, unit)).collect()
}

/// Whose step it is now: those may see who to call. A coordinator only once the order came up to them.
pub fn may_call(actor: &Actor, order: &Order) -> bool {
    // Once a day passed, or the resident appealed, it is also those above who call.
    let above = order.running.held.as_ref().is_some_and(|unit| actor.units().contains(unit));
    if order.running.level > 0 && (above || keeps(actor)) {
        return true;
    }
    let community = || {
        let reach = actor.reach(&[Role::CommunityWorker]);
        order.want.community.as_ref().is_some_and(|unit| reach.includes(unit))
    };
    match &order.state {
        State::Submitted | State::Returned { .. } => community(),
        // Whoever comes has to find each door; until then the community calls.
        State::Joined { along, .. } => match &along.team {
            Some(team) => acts_for(actor, team),
            None => along.department.as_ref().map_or_else(community, |unit| acts_for(actor, unit)),
        },
        State::Claimed { department } | State::Recruiting { department } => acts_for(actor, department),
        State::Accepted { work } | State::Scheduled { work, .. } | State::InDelivery { work, .. } => {
            acts_for(actor, &work.team)
        }
        // A call-back is made by the community.
        State::Awaiting { .. } | State::Feedback { .. } | State::Closed { .. } => community(),
        State::Draft
        | State::Refused { .. }
        | State::Dispatched
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => false,
    }
}

/// What the actor may do with an order now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Ask back, refuse, merge, pass on.
    pub check: bool,
    /// Take it out of the visit with which it goes.
    pub part: bool,
    /// Offer it to departments.
    pub dispatch: bool,
    /// Claim it for a department.
    pub claim: bool,
    /// Give it back for the department, or offer it to teams.
    pub find: bool,
    /// Accept it for a team.
    pub accept: bool,
    /// Agree a day, or give it back for the team.
    pub arrange: bool,
    /// Say that they are there.
    pub begin: bool,
    /// Report what happened.
    pub report: bool,
    /// Rate the other side.
    pub rate: bool,
    /// Take it from whoever has it.
    pub reassign: bool,
    /// See who to call.
    pub call: bool,
}

/// See [`May`].
pub fn may(actor: &Actor, order: &Order, parties: &[Party]) -> May {
    let checks = checks(actor, order);
    let none = May { call: may_call(actor, order) && order.contact.is_some(), ..May::default() };
    let takes = keeps(actor);
    match &order.state {
        State::Submitted => May { check: checks, dispatch: checks, ..none },
        State::Joined { along, .. } => May { part: checks && along.visit.is_none(), ..none },
        State::Dispatched => May {
            check: checks,
            dispatch: checks,
            claim: !offered(actor, parties, Part::Department).is_empty(),
            ..none
        },
        State::Claimed { department } => May { find: acts_for(actor, department), reassign: takes, ..none },
        State::Recruiting { department } => May {
            find: acts_for(actor, department),
            accept: !offered(actor, parties, Part::Team).is_empty(),
            reassign: takes,
            ..none
        },
        State::Accepted { work } => May { arrange: acts_for(actor, &work.team), reassign: takes, ..none },
        State::Scheduled { work, .. } => {
            let mine = acts_for(actor, &work.team);
            May { arrange: mine, begin: mine, report: mine, reassign: takes, ..none }
        }
        State::InDelivery { work, .. } => May { report: acts_for(actor, &work.team), ..none },
        State::Feedback { work, .. } => May { rate: acts_for(actor, &work.team), ..none },
        State::Draft
        | State::Returned { .. }
        | State::Refused { .. }
        | State::Awaiting { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => none,
    }
}
