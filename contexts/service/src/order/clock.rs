//! How long each step may take, in working days. Pure.

use kernel::{Day, UnitId, Workdays};

use super::{Order, State};

/// A step that somebody has to take by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// The community looks at it.
    Check,
    /// A department claims it.
    Claim,
    /// The department finds a team.
    Find,
    /// The team agrees a day.
    Arrange,
    /// The team reports, after the agreed day.
    Report,
    /// The resident confirms; silence is agreement.
    Confirm,
    /// Both sides rate.
    Rate,
}

impl Clock {
    /// All, in the order of a life.
    pub const ALL: [Self; 7] =
        [Self::Check, Self::Claim, Self::Find, Self::Arrange, Self::Report, Self::Confirm, Self::Rate];

    /// The word in the store and, after `service-clock-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Claim => "claim",
            Self::Find => "find",
            Self::Arrange => "arrange",
            Self::Report => "report",
            Self::Confirm => "confirm",
            Self::Rate => "rate",
        }
    }

    /// The clock of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Working days until a district sets its own. No law names a figure; the regulation on voluntary
    /// service asks for an answer "in time". A day is for what needs a look, three for what needs calls,
    /// a week for what waits for a resident.
    pub const fn usual_days(self) -> i64 {
        match self {
            Self::Check | Self::Claim => 1,
            Self::Find | Self::Arrange => 3,
            Self::Report => 2,
            Self::Confirm | Self::Rate => 5,
        }
    }

    /// Which clock runs in a state; none for a draft, while the resident is asked, and after the end.
    pub const fn of(state: &State) -> Option<Self> {
        match state {
            State::Submitted => Some(Self::Check),
            State::Dispatched => Some(Self::Claim),
            State::Claimed { .. } | State::Recruiting { .. } => Some(Self::Find),
            State::Accepted { .. } => Some(Self::Arrange),
            State::Scheduled { .. } | State::InDelivery { .. } => Some(Self::Report),
            State::Awaiting { .. } => Some(Self::Confirm),
            State::Feedback { .. } => Some(Self::Rate),
            State::Draft
            | State::Returned { .. }
            | State::Joined { .. }
            | State::Refused { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. }
            | State::Merged { .. }
            | State::PassedOn { .. } => None,
        }
    }

    /// Whether somebody of the staff has to act; the others run for the resident and end by themselves.
    pub const fn is_staffs(self) -> bool {
        match self {
            Self::Check | Self::Claim | Self::Find | Self::Arrange | Self::Report => true,
            Self::Confirm | Self::Rate => false,
        }
    }
}

/// Until when whoever has an order has to act, and who took it up when they did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// The last day; `None` while no clock runs.
    pub due: Option<Day>,
    /// 0 for the unit itself; one more for each level up.
    pub level: i64,
    /// Which unit above holds it.
    pub held: Option<UnitId>,
}

impl Running {
    /// A new clock that nobody let pass.
    pub const fn until(due: Day) -> Self {
        Self { due: Some(due), level: 0, held: None }
    }
}

/// The last day of a step that begins on a day; a report's clock begins on the day of the visit.
pub fn due(state: &State, n_days: i64, today: Day, calendar: &Workdays) -> Option<Day> {
    let clock = Clock::of(state)?;
    let from = match (clock, state.visit()) {
        (Clock::Report, Some(visit)) => visit.on.max(today),
        (
            Clock::Check
            | Clock::Claim
            | Clock::Find
            | Clock::Arrange
            | Clock::Report
            | Clock::Confirm
            | Clock::Rate,
            _,
        ) => today,
    };
    Some(calendar.add_working_days(from, n_days))
}

impl Order {
    /// Whether the staff let the day pass.
    pub fn is_late(&self, today: Day) -> bool {
        let staffs = Clock::of(&self.state).is_some_and(Clock::is_staffs);
        staffs && self.running.due.is_some_and(|due| due < today)
    }

    /// Working days that are left; negative when late; none while no clock runs.
    pub fn days_left(&self, today: Day, calendar: &Workdays) -> Option<i64> {
        self.running.due.map(|due| calendar.working_days_between(today, due))
    }
}
