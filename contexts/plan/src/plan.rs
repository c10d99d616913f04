//! One version of an official plan: corrected as a draft, published, and superseded by its successor.

use kernel::{AccountId, Day, Instant, Problem, Refusal, Year};

use crate::DocumentId;

kernel::id!(
    /// One version of a plan.
    PlanId
);

/// A version of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The document that it was read from.
    pub document: DocumentId,
    /// The version that it takes the place of when it is published.
    pub replaces: Option<PlanId>,
    /// Its title.
    pub title: String,
    /// The years it is for; a draft may not know them yet.
    pub period: Option<Period>,
    /// Where it stands.
    pub state: PlanState,
    /// Rises with every change; two people who correct at once find out.
    pub version: i64,
    /// When the draft was made.
    pub created_at: Instant,
}

/// The years of a plan, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// First year.
    pub from: Year,
    /// Last year.
    pub to: Year,
}

impl Period {
    /// From January of the first to December of the last year.
    ///
    /// # Errors
    /// A problem of the field `to` when the end lies before the start, or the years are no years.
    pub fn new(from: Year, to: Year) -> Result<Self, Problem> {
        let sound = (1900..=2200).contains(&from) && from <= to && to <= from.saturating_add(30);
        if sound { Ok(Self { from, to }) } else { Err(Problem::new("plan-period-wrong").at("to")) }
    }

    /// Whether they share a year.
    pub const fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        Day::new(self.from, 1, 1).unwrap_or_else(epoch)
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        Day::new(self.to, 12, 31).unwrap_or_else(epoch)
    }

    /// Its years.
    pub fn years(self) -> std::ops::RangeInclusive<Year> {
        self.from..=self.to
    }

    /// Whether the year is one of its years.
    pub fn includes(self, year: Year) -> bool {
        self.years().contains(&year)
    }

    /// `2021—2025`.
    pub fn text(self) -> String {
        format!("{}—{}", self.from, self.to)
    }
}

/// Only for years that no calendar has, which [`Period::new`] refuses.
fn epoch() -> Day {
    Instant::from_micros(0).day()
}

/// The life of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanState {
    /// Being corrected; nobody is bound by it.
    Draft,
    /// In force.
    Published {
        /// Since.
        at: Instant,
        /// Who confirmed it.
        by: AccountId,
    },
    /// A newer version is in force.
    Superseded {
        /// It was in force since.
        published_at: Instant,
        /// Who had confirmed it.
        by: AccountId,
        /// Until.
        at: Instant,
    },
}

impl PlanState {
    /// The word in the store and, after `plan-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published { .. } => "published",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// What stands in the way of publishing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Doubts that must be settled first.
    pub n_doubts: i64,
    /// Written names of units that are matched to none.
    pub n_names: i64,
    /// Items in the draft.
    pub n_items: i64,
}

impl Obstacles {
    /// Nothing in the way.
    pub const fn none(&self) -> bool {
        self.n_doubts == 0 && self.n_names == 0 && self.n_items > 0
    }
}

impl Plan {
    /// Whether its items may be changed.
    pub const fn is_draft(&self) -> bool {
        matches!(self.state, PlanState::Draft)
    }

    /// Whether it is in force.
    pub const fn is_published(&self) -> bool {
        matches!(self.state, PlanState::Published { .. })
    }

    /// Goes on when the draft may be corrected.
    ///
    /// # Errors
    /// Conflict when it is published or superseded.
    pub fn corrected(mut self) -> Result<Self, Refusal> {
        match self.state {
            PlanState::Draft => {
                self.version = self.version.saturating_add(1);
                Ok(self)
            }
            PlanState::Published { .. } | PlanState::Superseded { .. } => {
                Err(Refusal::Conflict(Problem::new("plan-not-a-draft")))
            }
        }
    }

    /// Puts it in force.
    ///
    /// # Errors
    /// Conflict when it is no draft, or something is still open.
    pub fn publish(self, by: AccountId, at: Instant, left: Obstacles) -> Result<Self, Refusal> {
        let mut plan = self.corrected()?;
        if plan.period.is_none() {
            return Err(Refusal::Conflict(Problem::new("plan-period-missing")));
        }
        if !left.none() {
            return Err(Refusal::Conflict(
                Problem::new("plan-obstacles")
                    .with("doubts", left.n_doubts)
                    .with("names", left.n_names)
                    .with("items", left.n_items),
            ));
        }
        plan.state = PlanState::Published { at, by };
        Ok(plan)
    }

    /// A newer version takes its place; its duties stay readable.
    ///
    /// # Errors
    /// Conflict when it is not in force.
    pub fn supersede(mut self, at: Instant) -> Result<Self, Refusal> {
        match self.state {
            PlanState::Published { at: published_at, by } => {
                self.state = PlanState::Superseded { published_at, by, at };
                self.version = self.version.saturating_add(1);
                Ok(self)
            }
            PlanState::Draft | PlanState::Superseded { .. } => {
                Err(Refusal::Conflict(Problem::new("plan-not-in-force")))
            }
        }
    }

    /// Goes on when the draft may be thrown away.
    ///
    /// # Errors
    /// Conflict when it was ever in force: history stays.
    pub fn discard(self) -> Result<(), Refusal> {
        self.corrected().map(|_| ())
    }
}
