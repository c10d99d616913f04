//! Flags: what a verifier should look at before deciding. Never a refusal and never an accusation:
//! each says what was found, beside which other record, and what to check; the verifier answers or
//! sends the delivery back, and both stay in the audit trail.

pub mod actions;
mod index;
mod limits;
pub mod look;
pub mod pages;
mod part;
pub mod rules;
pub mod store;

use kernel::{Day, Instant, UnitId};

use crate::words::codes;
use crate::{DeliveryId, Stamp};

pub use limits::Limits;
pub(crate) use part::{Flagged, draw, load};

codes!(
    /// What was found.
    Rule {
        /// A photo that looks like one of another record.
        SamePhoto = "same_photo",
        /// A person who gave it gave another in another town at that time.
        TwoTowns = "two_towns",
        /// One account recorded another of the same host in another town at that time; asked where
        /// nobody is named.
        HostTwoTowns = "host_two_towns",
        /// One account recorded many within minutes.
        Burst = "burst",
        /// The same number of heads was counted again and again.
        SameHeads = "same_heads",
        /// Nearly the same persons signed in at another place that day.
        SameList = "same_list",
    }
);

/// Another record, by its kind (`delivery`, `entry`, `attestation`) and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    /// Its kind.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

impl Other {
    /// The kinds of records.
    pub const KINDS: [&'static str; 3] = ["delivery", "entry", "attestation"];

    /// A delivery.
    pub fn delivery(id: impl Into<String>) -> Self {
        Self { kind: "delivery", id: id.into() }
    }

    /// Where it is looked at.
    pub fn href(&self) -> String {
        let list = match self.kind {
            "entry" => "entries",
            "attestation" => "attestations",
            _ => "deliveries",
        };
        format!("/desk/{list}/{}", self.id)
    }
}

/// What was found of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// By which rule.
    pub rule: Rule,
    /// Beside which other record.
    pub other: Other,
    /// The number of the sentence: bits that differ, deliveries, percent; 0 when it has none.
    pub n: i64,
    /// The person of the sentence; empty when it names none.
    pub called: String,
}

/// What became of a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered it.
    Open,
    /// Looked at, and fine.
    Answered {
        /// Who looked.
        answered: Stamp,
        /// Why it is fine.
        answer: String,
    },
    /// What was found is no longer so: one of the two was changed or withdrawn.
    Gone,
}

impl State {
    /// The codes.
    pub const CODES: [&'static str; 3] = ["open", "answered", "gone"];

    /// The word in the store, in addresses and, after `evidence-flag-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered { .. } => "answered",
            Self::Gone => "gone",
        }
    }
}

/// A flag as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The delivery.
    pub delivery: DeliveryId,
    /// What was found.
    pub found: Found,
    /// Where it stands.
    pub state: State,
    /// When it was found.
    pub raised_at: Instant,
    /// Host of the delivery.
    pub host: UnitId,
    /// Its day.
    pub on: Day,
}
