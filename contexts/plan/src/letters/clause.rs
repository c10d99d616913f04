//! A clause of a letter: one thing that the unit owes, its points and its scores.

use evidence::DutyRole;
use rust_decimal::Decimal;

use crate::{ItemId, TargetId};

/// A clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its number in the letter, from 1.
    pub n: i64,
    /// The measure that it comes from.
    pub item: ItemId,
    /// The target whose figure judges it; `None` when sessions do.
    pub target: Option<TargetId>,
    /// The unit's part.
    pub role: DutyRole,
    /// What is owed, in a sentence.
    pub body: String,
    /// What the year asks for; `None` when no figure was set.
    pub asked: Option<Decimal>,
    /// What one of it is called.
    pub unit: String,
    /// What it is worth, in hundredths of a point.
    pub points: i64,
    /// Its scores.
    pub scores: Scores,
}

/// The scores of a clause, in hundredths of a point, as they come one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// How the program judged it, once scoring is open.
    pub basis: Option<Basis>,
    /// The figure that was judged.
    pub now: Option<Decimal>,
    /// What the program proposes; `None` when nothing was collected.
    pub proposed: Option<i64>,
    /// What the unit gives itself.
    pub own: Option<i64>,
    /// Its words.
    pub own_words: String,
    /// What the reviewer gives.
    pub reviewed: Option<i64>,
    /// Why, where it is not what was proposed or asked for.
    pub review_words: String,
    /// What it is in the end.
    pub last: Option<i64>,
}

/// By which rule a score is proposed; after `plan-letter-basis-` the catalogue's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// What was asked for is reached: all points.
    Reached,
    /// A part of it: that share of the points.
    Share,
    /// A supporting unit's deliveries: all points for at least one, a contribution, not progress.
    Contributed,
    /// No figure was collected: no proposal, a person scores it.
    NotCollected,
    /// There is a figure, but it does not decide: a lower bound, or nothing was asked for.
    CannotSay,
}

impl Basis {
    /// All.
    pub const ALL: [Self; 5] =
        [Self::Reached, Self::Share, Self::Contributed, Self::NotCollected, Self::CannotSay];

    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Share => "share",
            Self::Contributed => "contributed",
            Self::NotCollected => "not_collected",
            Self::CannotSay => "cannot_say",
        }
    }

    /// The rule of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}
