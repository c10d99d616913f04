//! Checklists, inspections and their life. Pure.

use std::collections::BTreeMap;

use kernel::{AccountId, Day, Problem, Problems, Refusal, UnitId};

use super::{ChecklistId, InspectionId};
use crate::supervision::{SupervisionId, Who};

/// More points than this for one item are a slip of the finger.
const MOST_POINTS: i64 = 1_000;

/// How an item is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// From none to all of its points.
    Points,
    /// All of its points, or none.
    YesNo,
}

impl ItemKind {
    /// All.
    pub const ALL: [Self; 2] = [Self::Points, Self::YesNo];

    /// The word in the store and, after `inspection-kind-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::YesNo => "yes_no",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number, from 1.
    pub n: i64,
    /// What is looked at.
    pub words: String,
    /// How it is judged.
    pub kind: ItemKind,
    /// Its points.
    pub points: i64,
}

/// A version of a checklist. It never changes: a correction is the next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    /// Its id.
    pub id: ChecklistId,
    /// The same for all versions.
    pub family: String,
    /// The version, from 1.
    pub n: i64,
    /// Its title.
    pub title: String,
    /// The points in all, as its maker states them.
    pub total: i64,
    /// What is looked at.
    pub items: Vec<Item>,
    /// Who made it, and when.
    pub made: Who,
}

impl Checklist {
    /// Whether it can be used: a title, items with words and points, and points that add up to what is
    /// stated.
    ///
    /// # Errors
    /// What has to be mended; the difference by name when the points do not add up.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        if self.title.trim().is_empty() {
            problems.add(Problem::new("inspection-title-missing").at("title"));
        }
        if self.items.is_empty() {
            problems.add(Problem::new("inspection-items-missing").at("words-0"));
        }
        for (row, item) in self.items.iter().enumerate() {
            if item.words.trim().is_empty() {
                problems.add(Problem::new("inspection-item-words").at(format!("words-{row}")));
            }
            if !(1..=MOST_POINTS).contains(&item.points) {
                let problem = Problem::new("inspection-item-points").at(format!("points-{row}"));
                problems.add(problem.with("most", MOST_POINTS));
            }
        }
        let sum: i64 = self.items.iter().map(|item| item.points).sum();
        if sum != self.total && !self.items.is_empty() {
            let problem = Problem::new("inspection-total").at("total").with("sum", sum);
            problems.add(problem.with("total", self.total).with("difference", (sum - self.total).abs()));
        }
        problems.check()
    }
}

/// What was given for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Points.
    pub given: i64,
    /// What was found; empty when all is well.
    pub finding: String,
    /// The supervision item that came of it.
    pub supervision: Option<SupervisionId>,
}

/// What the unit says of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Who, and when.
    pub who: Who,
    /// What.
    pub words: String,
}

/// An inspection of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Its id.
    pub id: InspectionId,
    /// By which version of which checklist.
    pub checklist: ChecklistId,
    /// Whom.
    pub unit: UnitId,
    /// On which day.
    pub on: Day,
    /// Who looks.
    pub inspector: AccountId,
    /// Under which name.
    pub inspector_name: String,
    /// Who planned it, and when.
    pub planned: Who,
    /// Where it stands.
    pub state: State,
    /// What the unit says.
    pub comment: Option<Comment>,
    /// What was given, by the number of the item.
    pub answers: BTreeMap<i64, Answer>,
    /// Rises with every change.
    pub version: i64,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// The life of an inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// To be done; what was filled in so far stays with it.
    Planned,
    /// Done: the result stands.
    Done {
        /// By whom.
        who: Who,
    },
    /// It does not happen.
    Cancelled {
        /// By whom.
        who: Who,
        /// Why.
        why: String,
    },
}

impl State {
    /// All codes.
    pub const CODES: [&'static str; 3] = ["planned", "done", "cancelled"];

    /// The word in the store and, after `inspection-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done { .. } => "done",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Inspection {
    /// Points given in all.
    pub fn score(&self) -> i64 {
        self.answers.values().map(|answer| answer.given).sum()
    }

    /// Things found.
    pub fn n_findings(&self) -> usize {
        self.answers.values().filter(|answer| !answer.finding.is_empty()).count()
    }

    fn to(mut self, state: State) -> Self {
        self.state = state;
        self.version = self.version.saturating_add(1);
        self
    }

    fn planned(self) -> Result<Self, Refusal> {
        match self.state {
            State::Planned => Ok(self),
            State::Done { .. } | State::Cancelled { .. } => {
                Err(Refusal::Conflict(Problem::new("inspection-over")))
            }
        }
    }

    /// Keeps what was filled in so far.
    ///
    /// # Errors
    /// Conflict when it is over; invalid for points beyond those of an item, or between all and none of
    /// an item that knows only these.
    pub fn fill(self, checklist: &Checklist, answers: BTreeMap<i64, Answer>) -> Result<Self, Refusal> {
        let mut one = self.planned()?;
        let mut problems = Problems::new();
        for item in &checklist.items {
            let Some(answer) = answers.get(&item.n) else { continue };
            let fits = match item.kind {
                ItemKind::Points => (0..=item.points).contains(&answer.given),
                ItemKind::YesNo => answer.given == 0 || answer.given == item.points,
            };
            if !fits {
                let problem = Problem::new("inspection-given").at(format!("given-{}", item.n));
                problems.add(problem.with("most", item.points));
            }
        }
        problems.check()?;
        one.answers = answers;
        one.version = one.version.saturating_add(1);
        Ok(one)
    }

    /// The result stands.
    ///
    /// # Errors
    /// Conflict when it is over; invalid while an item is open, or points were taken without a word.
    pub fn finish(self, checklist: &Checklist, who: Who) -> Result<Self, Refusal> {
        let one = self.planned()?;
        let mut problems = Problems::new();
        for item in &checklist.items {
            match one.answers.get(&item.n) {
                None => {
                    problems.add(Problem::new("inspection-open").at(format!("given-{}", item.n)));
                }
                Some(answer) if answer.given < item.points && answer.finding.is_empty() => {
                    problems.add(Problem::new("inspection-finding").at(format!("finding-{}", item.n)));
                }
                Some(_) => {}
            }
        }
        problems.check()?;
        Ok(one.to(State::Done { who }))
    }

    /// It does not happen.
    ///
    /// # Errors
    /// Conflict when it is over; invalid without a reason.
    pub fn cancel(self, who: Who, why: &str) -> Result<Self, Refusal> {
        let one = self.planned()?;
        if why.trim().is_empty() {
            return Err(Problem::new("supervision-words-missing").at("words").into());
        }
        Ok(one.to(State::Cancelled { who, why: why.trim().to_owned() }))
    }

    /// The unit says something of the result; the last word stands.
    ///
    /// # Errors
    /// Conflict before there is a result; invalid without words.
    pub fn comment_on(mut self, who: Who, words: &str) -> Result<Self, Refusal> {
        match self.state {
            State::Done { .. } => {}
            State::Planned | State::Cancelled { .. } => {
                return Err(Refusal::Conflict(Problem::new("inspection-no-result")));
            }
        }
        if words.trim().is_empty() {
            return Err(Problem::new("supervision-words-missing").at("comment").into());
        }
        self.comment = Some(Comment { who, words: words.trim().to_owned() });
        self.version = self.version.saturating_add(1);
        Ok(self)
    }
}
