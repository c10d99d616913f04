//! An entry of a registered stock and its life: recorded, verified, ended.

use kernel::{Day, Problem, Problems, Refusal, UnitId};

use crate::{EntryId, IndicatorId, Stamp};

/// What is told of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDetails {
    /// The stock.
    pub indicator: IndicatorId,
    /// What it is: the venue's name, the appointment's number.
    pub title: String,
    /// The unit that answers for it.
    pub unit: UnitId,
    /// The town it counts for.
    pub town: Option<UnitId>,
    /// First day.
    pub from: Day,
    /// Last day, when it is already known.
    pub to: Option<Day>,
    /// The paper behind it: number and date of the decision, in words.
    pub proof: String,
}

impl EntryDetails {
    /// What must hold before it is saved.
    ///
    /// # Errors
    /// Days the wrong way round, or a first day ahead.
    pub fn check(&self, today: Day) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        if self.from > today {
            let problem = Problem::new("evidence-day-ahead").at("from").with("typed", self.from);
            problems.add(problem.with("today", today));
        }
        if self.to.is_some_and(|to| to < self.from) {
            problems.add(Problem::new("evidence-days-reversed").at("to").with("from", self.from));
        }
        problems.check()
    }

    /// Whether it is in force on a day.
    pub fn in_force(&self, on: Day) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

/// Where an entry is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// Waits for a second person.
    Recorded,
    /// Counted while in force.
    Verified {
        /// The second person.
        verified: Stamp,
    },
    /// Counted until its last day.
    Ended {
        /// The second person.
        verified: Stamp,
        /// Who ended it.
        ended: Stamp,
        /// Why.
        reason: String,
    },
    /// Recorded in error: never counted.
    Withdrawn {
        /// Who had verified it, if anybody had.
        verified: Option<Stamp>,
        /// Who withdrew it.
        withdrawn: Stamp,
        /// Why.
        reason: String,
    },
}

impl EntryState {
    /// The word in the store and, after `evidence-entry-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Verified { .. } => "verified",
            Self::Ended { .. } => "ended",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A dated entry of a registered stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id.
    pub id: EntryId,
    /// What is told.
    pub details: EntryDetails,
    /// Where it is in its life. Only the transitions below write it.
    pub(crate) state: EntryState,
    /// Rises with every change.
    pub version: i64,
    /// Who recorded it.
    pub recorded: Stamp,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

impl Entry {
    /// Where it is in its life.
    pub const fn state(&self) -> &EntryState {
        &self.state
    }

    /// Counts it from its first day.
    ///
    /// # Errors
    /// Invalid for the one who recorded it; conflict unless it waits.
    pub fn verify(self, verified: Stamp) -> Result<Self, Refusal> {
        match self.state {
            EntryState::Recorded if verified.by == self.recorded.by => {
                Err(Problem::new("evidence-verify-own").into())
            }
            EntryState::Recorded => Ok(Self { state: EntryState::Verified { verified }, ..self }),
            EntryState::Verified { .. } | EntryState::Ended { .. } | EntryState::Withdrawn { .. } => {
                Err(self.refuse())
            }
        }
    }

    /// Ends it on a day; the days before stay counted.
    ///
    /// # Errors
    /// Invalid when the day lies before its first, after the last one that was verified, or ahead;
    /// conflict unless it is verified.
    pub fn end(self, on: Day, ended: Stamp, reason: String) -> Result<Self, Refusal> {
        match self.state {
            EntryState::Verified { verified } => {
                if let Some(to) = self.details.to.filter(|to| on > *to) {
                    // more days would count than a second person verified
                    return Err(Problem::new("evidence-end-lengthens").at("to").with("to", to).into());
                }
                let details = EntryDetails { to: Some(on), ..self.details };
                details.check(ended.at.day())?;
                if on > ended.at.day() {
                    let problem = Problem::new("evidence-day-ahead").at("to").with("typed", on);
                    return Err(problem.with("today", ended.at.day()).into());
                }
                Ok(Self { details, state: EntryState::Ended { verified, ended, reason }, ..self })
            }
            EntryState::Recorded | EntryState::Ended { .. } | EntryState::Withdrawn { .. } => {
                Err(self.refuse())
            }
        }
    }

    /// Takes it out as recorded in error: no day counts it any more.
    ///
    /// # Errors
    /// Conflict once withdrawn.
    pub fn withdraw(self, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        let verified = match self.state {
            EntryState::Recorded => None,
            EntryState::Verified { verified } | EntryState::Ended { verified, .. } => Some(verified),
            EntryState::Withdrawn { .. } => return Err(self.refuse()),
        };
        Ok(Self { state: EntryState::Withdrawn { verified, withdrawn, reason }, ..self })
    }

    fn refuse(&self) -> Refusal {
        let (key, stamp) = match &self.state {
            EntryState::Recorded => ("evidence-entry-conflict-recorded", &self.recorded),
            EntryState::Verified { verified } => ("evidence-entry-conflict-verified", verified),
            EntryState::Ended { ended, .. } => ("evidence-entry-conflict-ended", ended),
            EntryState::Withdrawn { withdrawn, .. } => ("evidence-entry-conflict-withdrawn", withdrawn),
        };
        let problem = Problem::new(key).with("name", &stamp.name);
        Refusal::Conflict(problem.with("at", stamp.at.minute_text()))
    }
}
