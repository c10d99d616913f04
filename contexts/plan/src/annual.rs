//! What a unit arranges for one year against its duties.

use kernel::{AccountId, Day, Instant, Problem, Refusal, UnitId, Year};

use crate::ItemId;

kernel::id!(
    /// A line of an annual plan.
    LineId
);

kernel::id!(
    /// A correction of an annual plan whose year is over.
    CorrectionId
);

/// Why an annual plan was changed after its year had ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Its id.
    pub id: CorrectionId,
    /// Why; everybody who sees the plan reads it.
    pub reason: String,
    /// Sessions of the year that counted as planned before it; none for a draft.
    pub n_before: i64,
    /// Sessions of the year after it.
    pub n_after: i64,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Instant,
}

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
    /// Whether its year has ended, so that it is a record and no longer a plan.
    pub fn is_over(&self, today: Day) -> bool {
        self.year < today.year()
    }

    /// Whether the unit stands behind it: only then do its lines count as planned.
    pub const fn is_submitted(&self) -> bool {
        matches!(self.state, AnnualState::Submitted { .. })
    }

    /// All sessions of the year.
    pub fn sessions(&self) -> i64 {
        self.lines.iter().map(Line::total).sum()
    }

    /// Whether a line arranges at least one session for an item.
    pub fn arranges(&self, item: &ItemId) -> bool {
        self.lines.iter().any(|line| line.item == *item && line.total() > 0)
    }

    /// An empty one.
    pub const fn open(unit: UnitId, year: Year) -> Self {
        Self { unit, year, state: AnnualState::Draft { handed_back: None }, version: 0, lines: Vec::new() }
    }

    /// Goes on when lines may be changed.
    ///
    /// # Errors
    /// Conflict when it is submitted: it has to be handed back first.
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
        if plan.sessions() == 0 {
            return Err(Problem::new("plan-annual-empty").into());
        }
        plan.state = AnnualState::Submitted { by, at };
        Ok(plan)
    }

    /// Takes other lines after the year ended. What was submitted stays so; what never was now counts,
    /// on the word of whoever corrects it.
    ///
    /// # Errors
    /// Invalid when nothing is left in it.
    pub fn correct(mut self, lines: Vec<Line>, by: AccountId, at: Instant) -> Result<Self, Refusal> {
        self.lines = lines;
        if self.sessions() == 0 {
            return Err(Problem::new("plan-annual-empty").into());
        }
        self.state = match self.state {
            submitted @ AnnualState::Submitted { .. } => submitted,
            AnnualState::Draft { .. } => AnnualState::Submitted { by, at },
        };
        self.version = self.version.saturating_add(1);
        Ok(self)
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
