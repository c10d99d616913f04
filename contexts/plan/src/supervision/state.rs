//! The life of a supervision item. Pure: the tables of every state and step are generated from here.

use kernel::{AccountId, Day, Problem, Refusal, UnitId, Workdays, Year};

use super::{Cause, Reason, Subject, SupervisionId, Who};

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// Its id.
    pub id: SupervisionId,
    /// The year in which it was raised.
    pub year: Year,
    /// Its number in that year, from 1.
    pub n: i64,
    /// Who has to answer.
    pub unit: UnitId,
    /// Why.
    pub cause: Cause,
    /// About what.
    pub subject: Subject,
    /// What is asked for, in a person's words; empty for what the program raised.
    pub request: String,
    /// The figures at the moment at which it was raised.
    pub reason: Reason,
    /// Who raised it, and when.
    pub raised: Who,
    /// Until when the unit has to answer.
    pub due: Day,
    /// Where it stands.
    pub state: State,
    /// Who holds it now, when the unit let its date pass.
    pub held: Held,
    /// Rises with every change.
    pub version: i64,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// Who holds an item: the unit itself, or somebody above it after the date passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// 0 for the unit itself; one more for each level up.
    pub level: i64,
    /// Which unit.
    pub unit: UnitId,
    /// Since when.
    pub on: Day,
}

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The unit has not looked at it.
    Raised,
    /// The unit has taken note and works on it.
    Acknowledged,
    /// The unit asks for more time; the clock stands until that is decided.
    Extending {
        /// Until when it asks.
        until: Day,
        /// Why.
        why: String,
        /// Since when the clock stands.
        paused_on: Day,
    },
    /// The unit has answered; the clock stands until the other side decides.
    Replied {
        /// Who answered: never closes it.
        by: AccountId,
        /// Since when the clock stands.
        paused_on: Day,
    },
    /// The answer was not enough.
    Returned {
        /// Why.
        why: String,
    },
    /// Done.
    Closed {
        /// Who closed it.
        who: Who,
        /// With which words.
        words: String,
    },
    /// Raised in error.
    Withdrawn {
        /// Who took it back.
        who: Who,
        /// Why.
        why: String,
    },
}

impl State {
    /// All codes.
    pub const CODES: [&'static str; 7] =
        ["raised", "acknowledged", "extending", "replied", "returned", "closed", "withdrawn"];

    /// The word in the store and, after `supervision-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Acknowledged => "acknowledged",
            Self::Extending { .. } => "extending",
            Self::Replied { .. } => "replied",
            Self::Returned { .. } => "returned",
            Self::Closed { .. } => "closed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether somebody still has to do something.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Raised
            | Self::Acknowledged
            | Self::Extending { .. }
            | Self::Replied { .. }
            | Self::Returned { .. } => true,
            Self::Closed { .. } | Self::Withdrawn { .. } => false,
        }
    }

    /// Whether it is the unit's turn, and its clock runs.
    pub const fn is_units_turn(&self) -> bool {
        match self {
            Self::Raised | Self::Acknowledged | Self::Returned { .. } => true,
            Self::Extending { .. } | Self::Replied { .. } | Self::Closed { .. } | Self::Withdrawn { .. } => {
                false
            }
        }
    }

    /// Since when the clock stands; `None` while it runs, and after the end.
    pub const fn paused_on(&self) -> Option<Day> {
        match self {
            Self::Extending { paused_on, .. } | Self::Replied { paused_on, .. } => Some(*paused_on),
            Self::Raised
            | Self::Acknowledged
            | Self::Returned { .. }
            | Self::Closed { .. }
            | Self::Withdrawn { .. } => None,
        }
    }
}

/// A unit's clock, in working days left; negative when late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It runs.
    Runs(i64),
    /// It stands since a day: the other side's turn.
    Stands(i64, Day),
    /// The item is over.
    Over,
}

/// The day until which a unit has to answer after its clock stood: the working days that it had left,
/// at least one; who was late before stays late.
fn resumed(due: Day, paused_on: Day, today: Day, calendar: &Workdays) -> Day {
    match calendar.working_days_between(paused_on, due) {
        left if left < 0 => due,
        left => due.max(calendar.add_working_days(today, left.max(1))),
    }
}

/// Words that must not be empty.
fn said(words: &str) -> Result<String, Refusal> {
    let words = words.trim();
    match words.chars().count() {
        0 => Err(Problem::new("supervision-words-missing").at("words").into()),
        1..=1000 => Ok(words.to_owned()),
        n => Err(Problem::new("error-too-long").at("words").with("most", 1000).with("long", n).into()),
    }
}

impl Supervision {
    /// How the unit's clock stands on a day.
    pub fn clock(&self, today: Day, calendar: &Workdays) -> Clock {
        match self.state.paused_on() {
            Some(day) => Clock::Stands(calendar.working_days_between(day, self.due), day),
            None if self.state.is_open() => Clock::Runs(calendar.working_days_between(today, self.due)),
            None => Clock::Over,
        }
    }

    /// Whether the unit let its date pass.
    pub fn is_late(&self, today: Day) -> bool {
        self.state.is_units_turn() && self.due < today
    }

    fn to(mut self, state: State) -> Self {
        self.state = state;
        self.version = self.version.saturating_add(1);
        self
    }

    fn unfit<T>(&self) -> Result<T, Refusal> {
        let key = match self.state.is_open() {
            true => "supervision-unfit",
            false => "supervision-over",
        };
        Err(Refusal::Conflict(Problem::new(key)))
    }

    /// The unit has seen it.
    ///
    /// # Errors
    /// Conflict when it was seen before, or is over.
    pub fn acknowledge(self) -> Result<Self, Refusal> {
        match self.state {
            State::Raised => Ok(self.to(State::Acknowledged)),
            State::Acknowledged
            | State::Extending { .. }
            | State::Replied { .. }
            | State::Returned { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. } => self.unfit(),
        }
    }

    /// The unit answers. An open request for more time falls away with it.
    ///
    /// # Errors
    /// Conflict when it was answered already or is over; invalid without words.
    pub fn reply(self, by: AccountId, words: &str, today: Day) -> Result<Self, Refusal> {
        let paused_on = match &self.state {
            State::Raised | State::Acknowledged | State::Returned { .. } => today,
            State::Extending { paused_on, .. } => *paused_on,
            State::Replied { .. } | State::Closed { .. } | State::Withdrawn { .. } => return self.unfit(),
        };
        said(words)?;
        Ok(self.to(State::Replied { by, paused_on }))
    }

    /// The unit asks for more time.
    ///
    /// # Errors
    /// Conflict when it is not the unit's turn; invalid without a reason or for a day that is not later.
    pub fn ask_extension(self, until: Day, words: &str, today: Day) -> Result<Self, Refusal> {
        if !self.state.is_units_turn() {
            return self.unfit();
        }
        let why = said(words)?;
        if until <= self.due || until <= today {
            let due = self.due.max(today);
            return Err(Problem::new("supervision-until-early").at("until").with("due", due).into());
        }
        Ok(self.to(State::Extending { until, why, paused_on: today }))
    }

    /// The other side grants the time that was asked for. Who was slow to grant it takes nothing of it
    /// away: when the day has passed meanwhile, or is today, the unit has one working day.
    ///
    /// # Errors
    /// Conflict when none was asked for.
    pub fn grant(mut self, today: Day, calendar: &Workdays) -> Result<Self, Refusal> {
        match self.state {
            State::Extending { until, .. } => {
                self.due = if until > today { until } else { calendar.add_working_days(today, 1) };
                self.held = Held { level: 0, unit: self.unit.clone(), on: self.held.on };
                Ok(self.to(State::Acknowledged))
            }
            State::Raised
            | State::Acknowledged
            | State::Replied { .. }
            | State::Returned { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. } => self.unfit(),
        }
    }

    /// The other side refuses more time; the unit has the days left that it had when it asked.
    ///
    /// # Errors
    /// Conflict when none was asked for; invalid without a reason.
    pub fn refuse(mut self, words: &str, today: Day, calendar: &Workdays) -> Result<Self, Refusal> {
        match self.state {
            State::Extending { paused_on, .. } => {
                said(words)?;
                self.due = resumed(self.due, paused_on, today, calendar);
                Ok(self.to(State::Acknowledged))
            }
            State::Raised
            | State::Acknowledged
            | State::Replied { .. }
            | State::Returned { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. } => self.unfit(),
        }
    }

    /// The other side asks for a better answer.
    ///
    /// # Errors
    /// Conflict when nothing was answered; invalid without a reason.
    pub fn send_back(mut self, words: &str, today: Day, calendar: &Workdays) -> Result<Self, Refusal> {
        match self.state {
            State::Replied { paused_on, .. } => {
                let why = said(words)?;
                self.due = resumed(self.due, paused_on, today, calendar);
                Ok(self.to(State::Returned { why }))
            }
            State::Raised
            | State::Acknowledged
            | State::Extending { .. }
            | State::Returned { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. } => self.unfit(),
        }
    }

    /// The other side is content.
    ///
    /// # Errors
    /// Conflict when nothing was answered; invalid without words, or by whoever answered.
    pub fn close(self, who: Who, words: &str) -> Result<Self, Refusal> {
        match &self.state {
            State::Replied { by, .. } if who.by.as_ref() == Some(by) => {
                Err(Problem::new("supervision-own-reply").into())
            }
            State::Replied { .. } => {
                let words = said(words)?;
                Ok(self.to(State::Closed { who, words }))
            }
            State::Raised
            | State::Acknowledged
            | State::Extending { .. }
            | State::Returned { .. }
            | State::Closed { .. }
            | State::Withdrawn { .. } => self.unfit(),
        }
    }

    /// It was raised in error.
    ///
    /// # Errors
    /// Conflict when it is over; invalid without a reason.
    pub fn withdraw(self, who: Who, words: &str) -> Result<Self, Refusal> {
        if !self.state.is_open() {
            return self.unfit();
        }
        let why = said(words)?;
        Ok(self.to(State::Withdrawn { who, why }))
    }

    /// The date passed: it goes to somebody above the unit.
    ///
    /// # Errors
    /// Conflict when the unit is not late.
    pub fn escalate(mut self, to: UnitId, today: Day) -> Result<Self, Refusal> {
        if !self.is_late(today) {
            return self.unfit();
        }
        self.held = Held { level: self.held.level.saturating_add(1), unit: to, on: today };
        self.version = self.version.saturating_add(1);
        Ok(self)
    }
}
