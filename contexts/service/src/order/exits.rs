//! The ways out of the loop and back into it. Pure.

use kernel::{Refusal, UnitId};

use super::{Order, OrderId, Running, State, Turn, Who};

impl Order {
    /// The community will not have it done; says why.
    ///
    /// # Errors
    /// Conflict unless the community or the departments have it.
    pub fn refuse(self, turn: Turn, who: Who, reason: String) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted | State::Dispatched => Ok(self.to(State::Refused { who, reason }, turn)),
            State::Draft
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
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

    /// It is the same as another, which goes on.
    ///
    /// # Errors
    /// Conflict unless the community has it.
    pub fn merge(self, turn: Turn, who: Who, into: OrderId) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted => Ok(self.to(State::Merged { into, who }, turn)),
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

    /// It is not for this loop: another channel has it now.
    ///
    /// # Errors
    /// Conflict unless the community or the departments have it.
    pub fn pass_on(self, turn: Turn, who: Who, reason: String) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted | State::Dispatched => Ok(self.to(State::PassedOn { who, reason }, turn)),
            State::Draft
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
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

    /// The resident no longer wants it.
    ///
    /// # Errors
    /// Conflict once they have come, and after the end.
    pub fn withdraw(self, turn: Turn, who: Who, reason: String) -> Result<Self, Refusal> {
        match &self.state {
            // With others it is as with one: who is there already is not sent away.
            State::Joined { along, .. } if along.began.is_some() => self.unfit(),
            State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Dispatched
            | State::Claimed { .. }
            | State::Recruiting { .. }
            | State::Accepted { .. }
            | State::Scheduled { .. } => Ok(self.to(State::Withdrawn { who, reason }, turn)),
            State::Draft
            | State::Refused { .. }
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// A coordinator takes it from whoever has it and offers it anew.
    ///
    /// # Errors
    /// Conflict unless a department has it and the team has not begun.
    pub fn reassign(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Claimed { .. }
            | State::Recruiting { .. }
            | State::Accepted { .. }
            | State::Scheduled { .. } => Ok(self.to(State::Dispatched, turn)),
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Dispatched
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// A refused order is looked at again.
    ///
    /// # Errors
    /// Conflict unless it was refused.
    pub fn look_again(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Refused { .. } => Ok(self.to(State::Submitted, turn)),
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
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

    /// It was not as it should be: the department has it again, with all its history.
    ///
    /// # Errors
    /// Conflict unless it was reported.
    pub fn reopen(mut self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Awaiting { work, .. } | State::Feedback { work, .. } | State::Closed { work, .. } => {
                let department = work.department.clone();
                self.n_reopened = self.n_reopened.saturating_add(1);
                Ok(self.to(State::Claimed { department }, turn))
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
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The day passed: somebody above has it as well. The state stays.
    ///
    /// # Errors
    /// Conflict unless the staff are late.
    pub fn escalate(mut self, to: UnitId, turn: &Turn) -> Result<Self, Refusal> {
        if !self.is_late(turn.at.day()) {
            return self.unfit();
        }
        let level = self.running.level.saturating_add(1);
        self.running = Running { due: turn.running.due, level, held: Some(to) };
        self.version = self.version.saturating_add(1);
        Ok(self)
    }
}

impl Order {
    /// The same with an heir in place of a unit that is no more. The state stays.
    #[must_use]
    pub fn handed_on(mut self, gone: &UnitId, heir: &UnitId) -> Self {
        let swap = |unit: &mut UnitId| {
            if *unit == *gone {
                unit.clone_from(heir);
            }
        };
        if let Some(community) = &mut self.want.community {
            swap(community);
        }
        match &mut self.state {
            State::Claimed { department } | State::Recruiting { department } => swap(department),
            State::Accepted { work }
            | State::Scheduled { work, .. }
            | State::InDelivery { work, .. }
            | State::Awaiting { work, .. }
            | State::Feedback { work, .. }
            | State::Closed { work, .. } => {
                swap(&mut work.department);
                swap(&mut work.team);
            }
            State::Joined { along, .. } => {
                along.department.iter_mut().for_each(swap);
                along.team.iter_mut().for_each(swap);
            }
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Refused { .. }
            | State::Dispatched
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => {}
        }
        self.version = self.version.saturating_add(1);
        self
    }
}
