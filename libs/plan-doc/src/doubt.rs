//! What the reader is not sure of: a code, a place, arguments; the words are the program's.

use crate::span::Span;
use serde::Serialize;

/// One thing that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// What.
    pub code: DoubtCode,
    /// Where.
    pub span: Span,
    /// Names and values to put into the message.
    pub args: Vec<(&'static str, String)>,
}

impl Doubt {
    /// A doubt without arguments.
    pub fn new(code: DoubtCode, span: Span) -> Self {
        Doubt { code, span, args: Vec::new() }
    }

    /// Adds an argument.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// The kinds of doubt. Arguments are named in each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtCode {
    /// A bracket has no partner (`bracket`).
    BracketUnbalanced,
    /// The same number twice under one heading (`number`).
    NumberedTwice,
    /// A number is missing in the sequence (`expected`, `found`).
    NumberSkipped,
    /// The digits of a mark or a figure were lost in copying (`before`, `after`).
    DigitsLost,
    /// A measure that nobody is named for (`title`).
    NoOwner,
    /// Units are named, but none as the lead (`title`).
    NoLeadNamed,
    /// The clause stood at the end of its section and was given to every item (`title`).
    ClauseShared,
    /// The units of an item stood in a table or an appendix (`title`).
    DutyElsewhere,
    /// Something looks like a duty clause and could not be read (`text`).
    ClauseUnreadable,
    /// The name of a unit looks cut off (`unit`).
    UnitCut,
    /// A part of the name was taken from a unit beside it (`written`, `unit`).
    PrefixInferred,
    /// 、 or 和 was kept inside a name (`unit`).
    UnitHoldsSeparator,
    /// One name for many units (`unit`).
    CollectiveUnit,
    /// The list ends with 等: there are more than are named (`unit`).
    ListOpen,
    /// One unit is named twice in one item (`unit`).
    UnitTwice,
    /// A number that may be a target (`number`).
    MaybeTarget,
    /// A target's subject could not be found (`number`).
    SubjectUnclear,
    /// The title stands there more than once (`title`).
    TitleTwice,
    /// No title was found.
    TitleMissing,
    /// No period was found.
    PeriodMissing,
    /// The period was worked out from the number of a five-year plan (`period`).
    PeriodInferred,
    /// An item's title is a whole long sentence (`title`).
    TitleLong,
    /// A heading with nothing under it (`title`).
    HeadingEmpty,
    /// Text in two columns was put in order.
    ColumnsParted,
    /// Characters could not be decoded.
    Undecodable,
}

impl DoubtCode {
    /// A stable name for catalogues.
    pub fn code(&self) -> &'static str {
        match self {
            DoubtCode::BracketUnbalanced => "bracket-unbalanced",
            DoubtCode::NumberedTwice => "numbered-twice",
            DoubtCode::NumberSkipped => "number-skipped",
            DoubtCode::DigitsLost => "digits-lost",
            DoubtCode::NoOwner => "no-owner",
            DoubtCode::NoLeadNamed => "no-lead-named",
            DoubtCode::ClauseShared => "clause-shared",
            DoubtCode::DutyElsewhere => "duty-elsewhere",
            DoubtCode::ClauseUnreadable => "clause-unreadable",
            DoubtCode::UnitCut => "unit-cut",
            DoubtCode::PrefixInferred => "prefix-inferred",
            DoubtCode::UnitHoldsSeparator => "unit-holds-separator",
            DoubtCode::CollectiveUnit => "collective-unit",
            DoubtCode::ListOpen => "list-open",
            DoubtCode::UnitTwice => "unit-twice",
            DoubtCode::MaybeTarget => "maybe-target",
            DoubtCode::SubjectUnclear => "subject-unclear",
            DoubtCode::TitleTwice => "title-twice",
            DoubtCode::TitleMissing => "title-missing",
            DoubtCode::PeriodMissing => "period-missing",
            DoubtCode::PeriodInferred => "period-inferred",
            DoubtCode::TitleLong => "title-long",
            DoubtCode::HeadingEmpty => "heading-empty",
            DoubtCode::ColumnsParted => "columns-parted",
            DoubtCode::Undecodable => "undecodable",
        }
    }
}
