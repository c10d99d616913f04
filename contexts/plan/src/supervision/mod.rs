//! Supervision (督办): a unit is asked to set something right, answers, and the other side closes it.

pub mod actions;
mod pages;
pub mod proofs;
pub mod raising;
mod rules;
mod state;
pub(crate) mod store;
mod telling;
mod todos;

pub(crate) use pages::routes;
pub use pages::{Line, unit_line};
pub use rules::{Candidate, Past, Setting, candidates};
pub use state::{Clock, Held, State, Supervision};
pub(crate) use todos::waiting;

use std::collections::BTreeMap;

use db::Tx;
use kernel::{AccountId, Caller, Instant, Reach, Refusal, UnitId};

/// What a unit has open, the oldest date first. The caller looks whether the actor reads it.
///
/// # Errors
/// As the database refuses.
pub fn open_of(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId) -> Result<Vec<Supervision>, Refusal> {
    let filter = store::list::Filter { unit: Some(unit.clone()), state: Some("open"), ..Default::default() };
    Ok(store::list::page(tx, by.district(), (&Reach::All, &filter), by.today(), (200, 0))?)
}

/// How many items each unit has open, and how many of them are late; units without any are absent.
///
/// # Errors
/// As the database refuses.
pub fn open_by_unit(tx: &mut Tx<'_>, by: &Caller) -> Result<BTreeMap<UnitId, (i64, i64)>, Refusal> {
    Ok(store::list::open_by_unit(tx, by.district(), by.today())?)
}

kernel::id!(
    /// A supervision item.
    SupervisionId
);

/// Why an item was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A target or a measure is behind, as the board judges it.
    Behind,
    /// A unit's annual plan asked for sessions of months that are over, and they are not verified.
    Missed,
    /// A coordinator, by hand.
    Manual,
    /// An inspection found it.
    Finding,
}

impl Cause {
    /// All.
    pub const ALL: [Self; 4] = [Self::Behind, Self::Missed, Self::Manual, Self::Finding];

    /// The word in the store and, after `supervision-cause-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Behind => "behind",
            Self::Missed => "missed",
            Self::Manual => "manual",
            Self::Finding => "finding",
        }
    }

    /// The cause of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

/// What an item is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Which kind of thing.
    pub kind: SubjectKind,
    /// Its id; empty for something that has none.
    pub id: String,
    /// Its name at that moment.
    pub title: String,
}

/// Kinds of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A target of the plan.
    Target,
    /// A measure of the plan.
    Measure,
    /// What a unit's annual plan says of a measure; the id is `year/measure`.
    Line,
    /// An inspection.
    Inspection,
    /// Anything else.
    Other,
}

impl SubjectKind {
    /// All.
    pub const ALL: [Self; 5] = [Self::Target, Self::Measure, Self::Line, Self::Inspection, Self::Other];

    /// The word in the store and, after `supervision-subject-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Measure => "measure",
            Self::Line => "line",
            Self::Inspection => "inspection",
            Self::Other => "other",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The sentence that says why, with the figures at that moment, and where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// After `supervision-because-` the key of the sentence.
    pub code: String,
    /// Its arguments.
    pub args: Vec<(String, String)>,
    /// The evidence behind the figure; empty without any.
    pub href: String,
}

/// Who did something, and when. No account for what the program did itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub by: Option<AccountId>,
    /// The name at that moment; empty for the program.
    pub name: String,
    /// When.
    pub at: Instant,
}
