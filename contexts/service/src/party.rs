//! A unit's part in an order.

use kernel::{Instant, UnitId};

/// Which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It looks at what comes in.
    Community,
    /// It answers for what is done.
    Department,
    /// It does it.
    Team,
    /// It has it since somebody below let a day pass.
    Above,
}

impl Part {
    /// All.
    pub const ALL: [Self; 4] = [Self::Community, Self::Department, Self::Team, Self::Above];

    /// The word in the store and, after `service-party-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Department => "department",
            Self::Team => "team",
            Self::Above => "above",
        }
    }

    /// The part of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What a unit holds in its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyState {
    /// It was asked.
    Offered,
    /// It has it.
    Holds,
    /// It said no, or gave it back.
    Declined,
    /// Another was first, or it ended.
    Lapsed,
}

impl PartyState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Offered, Self::Holds, Self::Declined, Self::Lapsed];

    /// The word in the store and, after `service-party-state-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Holds => "holds",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A unit with its part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Which part.
    pub part: Part,
    /// Which unit.
    pub unit: UnitId,
    /// What it holds.
    pub state: PartyState,
    /// Why it said no; empty otherwise.
    pub reason: String,
    /// Since when.
    pub at: Instant,
}
