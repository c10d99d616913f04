//! What a report consists of: lines of cells.

use kernel::{AccountId, Day, Instant, UnitId, Year};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rules::Status;

/// Of what a report tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole district.
    District,
    /// A unit and its duties.
    Unit(UnitId),
    /// A town: what was done there.
    Town(UnitId),
}

impl Scope {
    /// The word in the store and, after `plan-report-scope-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Unit(_) => "unit",
            Self::Town(_) => "town",
        }
    }

    /// The unit or town.
    pub const fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::District => None,
            Self::Unit(unit) | Self::Town(unit) => Some(unit),
        }
    }

    /// The scope of a word and a unit.
    pub fn parse(code: &str, unit: Option<UnitId>) -> Option<Self> {
        match (code, unit) {
            ("district", None) => Some(Self::District),
            ("unit", Some(unit)) => Some(Self::Unit(unit)),
            ("town", Some(unit)) => Some(Self::Town(unit)),
            _ => None,
        }
    }
}

/// A year, or one of its quarters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The year.
    pub year: Year,
    /// 1 to 4; `None` for the whole year.
    pub quarter: Option<i8>,
}

impl Span {
    /// Its first and last day; `None` for a quarter that is none.
    pub fn days(self) -> Option<(Day, Day)> {
        let (from, to) = match self.quarter {
            None => (1, 12),
            Some(quarter @ 1..=4) => (quarter * 3 - 2, quarter * 3),
            Some(_) => return None,
        };
        let first = Day::new(self.year, from, 1)?;
        let after = if to == 12 { Day::new(self.year + 1, 1, 1) } else { Day::new(self.year, to + 1, 1) };
        Some((first, after?.plus_days(-1)))
    }
}

/// What a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A promise with a number.
    Target,
    /// A measure of the plan.
    Measure,
    /// All distinct deliveries.
    Sum,
}

/// A line of cells, as it is printed and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it tells of.
    pub kind: LineKind,
    /// The item's or the target's id; empty for the sum.
    pub key: String,
    /// Its title in the document's words.
    pub title: String,
    /// A target's figure, or sessions; `None` is 未填, or too long to be added up.
    pub value: Option<Decimal>,
    /// Person-times; `None` for a target, whose figure says it.
    pub heads: Option<i64>,
    /// By how much sessions and person-times moved since the span was closed; `None` when they did not, or
    /// the span is open. The figures themselves are those that were signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<(i64, i64)>,
    /// What is asked for by the report's day: a target's path, or a year's planned sessions.
    pub asked: Option<Decimal>,
    /// What it is measured in; empty for sessions.
    pub unit: String,
    /// Whether the figure counts persons, so that a small one is not public.
    pub persons: bool,
    /// How it stands, by the word of [`Status::code`]; empty where that is no question.
    pub status: String,
    /// The list behind the figure.
    pub href: Option<String>,
}

impl Line {
    /// Figure and person-times as they are counted now: what was signed, with what came since.
    pub fn now(&self) -> (Option<Decimal>, Option<i64>) {
        let (sessions, heads) = self.since.unwrap_or_default();
        (self.value.map(|value| value + Decimal::from(sessions)), self.heads.map(|n| n + heads))
    }

    /// How it stands.
    pub fn standing(&self) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == self.status)
    }
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Of what.
    pub scope: Scope,
    /// Of when.
    pub span: Span,
    /// The day as of which it stands.
    pub on: Day,
    /// The day as of which its targets stand: theirs run on through the year, whatever the quarter.
    pub targets_on: Day,
    /// Whether its figures are those that were signed when the span was closed.
    pub closed: bool,
    /// The plan's title.
    pub plan: String,
    /// The unit's or town's name; empty for the district.
    pub name: String,
    /// Its cells: targets, measures, the sum.
    pub lines: Vec<Line>,
}

impl Report {
    /// The lines of a kind.
    pub fn of(&self, kind: LineKind) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.kind == kind)
    }

    /// The lines that stand so.
    pub fn standing(&self, any: &[Status]) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.standing().is_some_and(|status| any.contains(&status))).collect()
    }
}

/// A report as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The code on the paper.
    pub code: String,
    /// Of what.
    pub scope: Scope,
    /// Of when.
    pub span: Span,
    /// The cells.
    pub lines: Vec<Line>,
    /// SHA-256 of the kept cells, in hex.
    pub sha256: String,
    /// Who printed it.
    pub by: AccountId,
    /// When.
    pub at: Instant,
}
