//! Something the reading is not sure of, until a person settles it.

use kernel::{AccountId, Instant};
use plan_doc::{DoubtCode, Span};

use crate::{ItemId, TargetId};

kernel::id!(
    /// A doubt.
    DoubtId
);

/// One thing that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its id.
    pub id: DoubtId,
    /// Its place in the list, from 1.
    pub n: i64,
    /// After `plan-doubt-` the catalogue's key.
    pub key: String,
    /// What the sentence names.
    pub args: Vec<(String, String)>,
    /// The item it concerns.
    pub item: Option<ItemId>,
    /// The target it concerns.
    pub target: Option<TargetId>,
    /// Where in the text.
    pub span: Option<Span>,
    /// Whether the plan may not be published before it is settled.
    pub blocking: bool,
    /// Whether a person has settled it.
    pub settled: Option<(AccountId, Instant)>,
}

/// Whether a plan with this doubt could hand the wrong thing to somebody.
pub const fn blocks(code: DoubtCode) -> bool {
    match code {
        DoubtCode::DigitsLost
        | DoubtCode::NoOwner
        | DoubtCode::ClauseUnreadable
        | DoubtCode::UnitCut
        | DoubtCode::SubjectUnclear
        | DoubtCode::TitleMissing
        | DoubtCode::PeriodMissing
        | DoubtCode::NumberedTwice
        | DoubtCode::TitleTwice
        | DoubtCode::Undecodable => true,
        DoubtCode::BracketUnbalanced
        | DoubtCode::NumberSkipped
        | DoubtCode::NoLeadNamed
        | DoubtCode::ClauseShared
        | DoubtCode::DutyElsewhere
        | DoubtCode::PrefixInferred
        | DoubtCode::UnitHoldsSeparator
        | DoubtCode::CollectiveUnit
        | DoubtCode::ListOpen
        | DoubtCode::UnitTwice
        | DoubtCode::MaybeTarget
        | DoubtCode::PeriodInferred
        | DoubtCode::TitleLong
        | DoubtCode::HeadingEmpty
        | DoubtCode::ColumnsParted => false,
    }
}
