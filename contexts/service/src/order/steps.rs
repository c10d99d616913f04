//! The steps of an order: each consumes it and gives it in its next state, or says why not. Pure.
//! The loop from the draft to the closed order; `exits.rs` has the ways out and back.

use evidence::DeliveryId;
use kernel::{Instant, Problem, Refusal, UnitId};

use super::{Order, Running, State, Visit, Who, Work};

/// When a step is taken, and until when the next one has to be.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Now.
    pub at: Instant,
    /// The clock of the next state.
    pub running: Running,
}

impl Order {
    pub(super) fn to(mut self, state: State, turn: Turn) -> Self {
        self.state = state;
        self.running = turn.running;
        self.state_at = turn.at;
        self.version = self.version.saturating_add(1);
        self
    }

    /// Why a step does not fit: names the state in which the order is.
    pub(crate) fn unfit<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::Conflict(Problem::new("service-unfit").with("state", self.state.code())))
    }

    /// The resident sends it.
    ///
    /// # Errors
    /// Conflict unless it is a draft.
    pub fn submit(mut self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Draft => {
                self.submitted_at = Some(turn.at);
                Ok(self.to(State::Submitted, turn))
            }
            State::Submitted
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

    /// The community asks the resident; its clock stands with so many working days left.
    ///
    /// # Errors
    /// Conflict unless the community has it.
    pub fn ask_back(self, turn: Turn, question: String, n_left: i64) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted => Ok(self.to(State::Returned { question, n_left }, turn)),
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

    /// The resident answers.
    ///
    /// # Errors
    /// Conflict unless something was asked.
    pub fn answer(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Returned { .. } => Ok(self.to(State::Submitted, turn)),
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
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The community offers it to departments; also again, to others.
    ///
    /// # Errors
    /// Conflict unless the community has it, or no department yet.
    pub fn dispatch(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Submitted | State::Dispatched => Ok(self.to(State::Dispatched, turn)),
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

    /// A department takes it: the first that does has it.
    ///
    /// # Errors
    /// Conflict unless it is offered.
    pub fn claim(self, turn: Turn, department: UnitId) -> Result<Self, Refusal> {
        match &self.state {
            State::Dispatched => Ok(self.to(State::Claimed { department }, turn)),
            State::Draft
            | State::Submitted
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

    /// The department gives it back; it is offered again.
    ///
    /// # Errors
    /// Conflict unless a department has it without a team.
    pub fn hand_back(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Claimed { .. } | State::Recruiting { .. } => Ok(self.to(State::Dispatched, turn)),
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Dispatched
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

    /// The department offers it to teams; also again, to others.
    ///
    /// # Errors
    /// Conflict unless the department has it without a team.
    pub fn recruit(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Claimed { department } | State::Recruiting { department } => {
                let department = department.clone();
                Ok(self.to(State::Recruiting { department }, turn))
            }
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Dispatched
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

    /// A team takes it: the first that does has it.
    ///
    /// # Errors
    /// Conflict unless it is offered to teams.
    pub fn accept(self, turn: Turn, team: UnitId) -> Result<Self, Refusal> {
        match &self.state {
            State::Recruiting { department } => {
                let department = department.clone();
                Ok(self.to(State::Accepted { work: Work { department, team } }, turn))
            }
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Dispatched
            | State::Claimed { .. }
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

    /// The team gives it back to the department.
    ///
    /// # Errors
    /// Conflict unless the team has it and has not begun.
    pub fn decline(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Accepted { work } | State::Scheduled { work, .. } => {
                let department = work.department.clone();
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
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The team agrees when they come; also anew.
    ///
    /// # Errors
    /// Conflict unless the team has it and has not begun.
    pub fn schedule(self, turn: Turn, visit: Visit) -> Result<Self, Refusal> {
        match &self.state {
            State::Accepted { work } | State::Scheduled { work, .. } => {
                let work = work.clone();
                Ok(self.to(State::Scheduled { work, visit }, turn))
            }
            State::Draft
            | State::Submitted
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Dispatched
            | State::Claimed { .. }
            | State::Recruiting { .. }
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The team is there.
    ///
    /// # Errors
    /// Conflict unless a day is agreed.
    pub fn begin(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Scheduled { work, visit } => {
                let (work, visit, began) = (work.clone(), *visit, turn.at);
                Ok(self.to(State::InDelivery { work, visit, began }, turn))
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
            | State::InDelivery { .. }
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The team reports what happened.
    ///
    /// # Errors
    /// Conflict unless a day is agreed.
    pub fn report(self, turn: Turn, delivery: DeliveryId) -> Result<Self, Refusal> {
        match &self.state {
            State::Scheduled { work, visit } | State::InDelivery { work, visit, .. } => {
                let (work, visit) = (work.clone(), *visit);
                Ok(self.to(State::Awaiting { work, visit, delivery }, turn))
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
            | State::Awaiting { .. }
            | State::Feedback { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// The resident says that it was so, or was silent for long enough.
    ///
    /// # Errors
    /// Conflict unless it was reported.
    pub fn confirm(self, turn: Turn) -> Result<Self, Refusal> {
        match &self.state {
            State::Awaiting { work, visit, delivery } => {
                let (work, visit, delivery) = (work.clone(), *visit, delivery.clone());
                Ok(self.to(State::Feedback { work, visit, delivery }, turn))
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
            | State::PassedOn { .. } => self.unfit(),
        }
    }

    /// Both sides have rated, or had their time.
    ///
    /// # Errors
    /// Conflict unless it was confirmed.
    pub fn close(self, turn: Turn, who: Who) -> Result<Self, Refusal> {
        match &self.state {
            State::Feedback { work, visit, delivery } => {
                let (work, visit, delivery) = (work.clone(), *visit, delivery.clone());
                Ok(self.to(State::Closed { work, visit, delivery, who }, turn))
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
            | State::Awaiting { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => self.unfit(),
        }
    }
}
