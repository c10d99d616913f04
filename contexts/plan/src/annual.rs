//! What a unit arranges for one year against its duties.

use kernel::{AccountId, Instant, Problem, Refusal, UnitId, Year};

use crate::ItemId;

kernel::id!(
    /// A line of an annual plan.
    LineId
);

/// A unit's plan for one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnualPlan {
    /// Whose.
    pub unit: UnitId,
    /// For which year.
    pub year: Year,
    /// Where it stands.
    pub state: AnnualState,
    /// Rises with every change.
    pub version: i64,
    /// What is arranged.
    pub lines: Vec<Line>,
}

/// The life of an annual plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnualState {
    /// Being written.
    Draft {
        /// Why the coordinator handed it back; `None` when it was never submitted.
        handed_back: Option<String>,
    },
    /// The unit stands behind it.
    Submitted {
        /// Who submitted it.
        by: AccountId,
        /// When.
        at: Instant,
    },
}

impl AnnualState {
    /// The word in the store and, after `plan-annual-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Submitted { .. } => "submitted",
        }
    }
}

/// One thing that a unit means to do for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: LineId,
    /// For which item.
    pub item: ItemId,
    /// What, in a sentence.
    pub what: String,
    /// Sessions by month, January first.
    pub months: [i64; 12],
    /// Person-times in the year; `None` when nobody said.
    pub n_heads: Option<i64>,
}

impl Line {
    /// Sessions in the year.
    pub fn total(&self) -> i64 {
        self.months.iter().sum()
    }
}

impl AnnualPlan {
    /// An empty one.
    pub const fn open(unit: UnitId, year: Year) -> Self {
        Self { unit, year, state: AnnualState::Draft { handed_back: None }, version: 0, lines: Vec::new() }
    }

    /// Goes on when lines may be changed.
    ///
    /// # Errors
    /// Conflict when it is submitted: take it back first.
    pub fn written(mut self) -> Result<Self, Refusal> {
        match self.state {
            AnnualState::Draft { .. } => {
                self.version = self.version.saturating_add(1);
                Ok(self)
            }
            AnnualState::Submitted { .. } => Err(Refusal::Conflict(Problem::new("plan-annual-is-submitted"))),
        }
    }

    /// The unit stands behind it.
    ///
    /// # Errors
    /// Conflict when it was submitted already; invalid when nothing is arranged.
    pub fn submit(self, by: AccountId, at: Instant) -> Result<Self, Refusal> {
        let mut plan = self.written()?;
        if plan.lines.iter().all(|line| line.total() == 0) {
            return Err(Problem::new("plan-annual-empty").into());
        }
        plan.state = AnnualState::Submitted { by, at };
        Ok(plan)
    }

    /// The coordinator hands it back, or the unit takes it back, with a reason.
    ///
    /// # Errors
    /// Conflict when it is not submitted; invalid without a reason.
    pub fn hand_back(mut self, reason: &str) -> Result<Self, Refusal> {
        if reason.trim().is_empty() {
            return Err(Problem::new("plan-annual-reason-missing").at("reason").into());
        }
        match self.state {
            AnnualState::Submitted { .. } => {
                self.state = AnnualState::Draft { handed_back: Some(reason.trim().to_owned()) };
                self.version = self.version.saturating_add(1);
                Ok(self)
            }
            AnnualState::Draft { .. } => Err(Refusal::Conflict(Problem::new("plan-annual-is-draft"))),
        }
    }
}
