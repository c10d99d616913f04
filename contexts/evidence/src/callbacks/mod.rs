//! Call-backs: each month a random sample of what was verified is called back by somebody of another
//! unit. Whoever calls is not told how many heads were reported. What they hear gives an estimate of
//! how often a unit reports too much, with its interval.

pub mod actions;
pub mod estimate;
mod index;
pub mod pages;
mod rates;
pub mod rules;
mod show;
pub mod store;

use kernel::veil::{Place, unveil, veil};
use kernel::{Caller, Instant, Problem, Refusal, UnitId};

pub use rates::words as rate_words;

use crate::words::codes;
use crate::{DeliveryId, Stamp};

kernel::id!(
    /// A call-back.
    CallbackId
);

/// Whom to call, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Contact {
    /// Nothing was told, or it was erased.
    #[default]
    None,
    /// Only this installation reads it.
    Veiled(Vec<u8>),
    /// Written before contacts were veiled.
    Clear(String),
}

impl Contact {
    fn place(id: &CallbackId) -> Place<'_> {
        Place { column: "evidence_callback.contact_veiled", row: id.as_str() }
    }

    /// Veils what was told for a call-back.
    ///
    /// # Errors
    /// As [`kernel::veil::veil`].
    pub fn of(by: &Caller, id: &CallbackId, told: &str) -> Result<Self, Refusal> {
        let told = told.trim();
        if told.is_empty() { Ok(Self::None) } else { veil(by, Self::place(id), told).map(Self::Veiled) }
    }

    /// What was told; empty when nothing was, and for another installation.
    pub fn told(&self, by: &Caller, id: &CallbackId) -> String {
        match self {
            Self::None => String::new(),
            Self::Veiled(veiled) => unveil(by, Self::place(id), veiled).unwrap_or_default(),
            Self::Clear(told) => told.clone(),
        }
    }
}

codes!(
    /// What a call-back found.
    Outcome {
        /// It was held, with about as many.
        Confirmed = "confirmed",
        /// It was held, with fewer.
        Fewer = "fewer",
        /// It was not held.
        DidNotHappen = "did_not_happen",
        /// Nobody could be reached.
        NotReached = "not_reached",
    }
);

codes!(
    /// Who was asked.
    Source {
        /// Somebody who signed in.
        Participant = "participant",
        /// The community or village committee.
        Community = "community",
        /// Whoever keeps the venue.
        Venue = "venue",
        /// The school, hospital or enterprise.
        Institution = "institution",
        /// Somebody else, told in the note.
        Somebody = "somebody",
    }
);

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub outcome: Outcome,
    /// How many came, as far as it was held.
    pub heard: Option<i64>,
    /// Who was asked; none when nobody was reached.
    pub source: Option<Source>,
    /// Anything else.
    pub note: String,
}

/// To whom it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The unit that calls.
    pub unit: UnitId,
    /// By whom and when.
    pub assigned: Stamp,
}

/// Where a call-back stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// In the sample; nobody calls yet.
    Drawn,
    /// Given to a unit.
    Assigned(Assigned),
    /// Called.
    Answered {
        /// Who was to call.
        by: Assigned,
        /// What was heard.
        answer: Answer,
        /// Who called, and when.
        answered: Stamp,
    },
}

impl State {
    /// The codes, in the order of a life.
    pub const CODES: [&'static str; 3] = ["drawn", "assigned", "answered"];

    /// The word in the store, in addresses and, after `evidence-callback-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Assigned(_) => "assigned",
            Self::Answered { .. } => "answered",
        }
    }

    /// Given to a unit; to another one as long as nobody called.
    ///
    /// # Errors
    /// Conflict once it was answered.
    pub fn assign(self, to: Assigned) -> Result<Self, Refusal> {
        match self {
            Self::Drawn | Self::Assigned(_) => Ok(Self::Assigned(to)),
            Self::Answered { .. } => Err(Refusal::Conflict(Problem::new("evidence-callback-answered"))),
        }
    }

    /// Called by whom it was given to.
    ///
    /// # Errors
    /// Conflict before it was given to anybody, and once it was answered.
    pub fn answer(self, answer: Answer, answered: Stamp) -> Result<Self, Refusal> {
        match self {
            Self::Assigned(by) => Ok(Self::Answered { by, answer, answered }),
            Self::Drawn => Err(Refusal::Conflict(Problem::new("evidence-callback-open"))),
            Self::Answered { .. } => Err(Refusal::Conflict(Problem::new("evidence-callback-answered"))),
        }
    }
}

/// A call-back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Id.
    pub id: CallbackId,
    /// `2025-09`.
    pub month: String,
    /// What was drawn.
    pub delivery: DeliveryId,
    /// Its host.
    pub unit: UnitId,
    /// Verified deliveries of the host in that month.
    pub stratum: i64,
    /// Heads as verified when it was drawn.
    pub reported: i64,
    /// Where it stands.
    pub state: State,
    /// Whom to call, until it is erased.
    pub contact: Contact,
    /// Rises with every change.
    pub version: i64,
    /// When it was drawn.
    pub drawn_at: Instant,
}
