//! What a document was understood to say: plain data, every part with its place.

use crate::doubt::Doubt;
use crate::span::Span;
use serde::Serialize;

/// Everything read from one document. Lists refer to each other by index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The normalised text that every [`Span`] points into, one paragraph a line.
    pub text: String,
    /// Whether this is a plan at all.
    pub verdict: Verdict,
    /// The plan's own title, without its period.
    pub title: Option<Title>,
    /// The years it is for.
    pub period: Option<Period>,
    /// Lines of the block before the title, such as the number of the file.
    pub metadata: Vec<Metadata>,
    /// Headings of the first level, in order.
    pub chapters: Vec<Heading>,
    /// Headings between chapter and item, in order.
    pub sections: Vec<Section>,
    /// Goals, measures, safeguards and principles, in order.
    pub items: Vec<Item>,
    /// Numbers to be reached, in the order of [`json`](crate::to_json): valued ones first.
    pub targets: Vec<Target>,
    /// What a person should look at, in the order of the text.
    pub doubts: Vec<Doubt>,
}

/// A plan, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// There is something to hand out.
    Plan,
    /// There is not.
    NotAPlan {
        /// Why.
        reason: NotAPlan,
    },
}

/// Why a document is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotAPlan {
    /// No Chinese characters at all.
    Empty,
    /// A law, regulation or set of rules: articles, but nobody is given a task.
    Law,
    /// A news report.
    News,
    /// A report on what was done, a speech, a public notice.
    Report,
    /// A table's cells.
    Table,
    /// Headings, if any, hold nothing that could be a measure.
    NoMeasures,
    /// Running text without a heading.
    Prose,
}

impl NotAPlan {
    /// A stable name for catalogues.
    pub fn code(&self) -> &'static str {
        match self {
            NotAPlan::Empty => "empty",
            NotAPlan::Law => "law",
            NotAPlan::News => "news",
            NotAPlan::Report => "report",
            NotAPlan::Table => "table",
            NotAPlan::NoMeasures => "no-measures",
            NotAPlan::Prose => "prose",
        }
    }
}

/// The title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title {
    /// Its words on one line.
    pub text: String,
    /// Where; may run over several lines.
    pub span: Span,
}

/// First and last year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// First year.
    pub from: u16,
    /// Last year.
    pub to: u16,
    /// Where it is written; empty when it was worked out from a five-year plan's number.
    pub span: Span,
}

impl Period {
    /// The usual writing, `2021—2025年`.
    pub fn written(&self) -> String {
        if self.from == self.to {
            format!("{}年", self.to)
        } else {
            format!("{}—{}年", self.from, self.to)
        }
    }
}

/// One line of the block before the title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// The words before the colon; empty for a bare line such as a file number.
    pub key: String,
    /// The words after it.
    pub value: String,
    /// The whole line.
    pub span: Span,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// Its number as counted by the document, where it has one.
    pub number: Option<u32>,
    /// Its words.
    pub title: String,
    /// Where the words stand.
    pub span: Span,
}

/// A heading between chapter and item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Index into [`Reading::chapters`].
    pub chapter: Option<usize>,
    /// The heading itself.
    #[serde(flatten)]
    pub heading: Heading,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// A state to be reached; nobody in particular is named.
    Goal,
    /// Work to be done.
    Measure,
    /// How the plan is kept going: organisation, money, checking.
    Safeguard,
    /// A principle or a description of the present: nothing to hand out.
    Principle,
}

/// One numbered or dashed point of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Index into [`Reading::chapters`].
    pub chapter: Option<usize>,
    /// Index into [`Reading::sections`].
    pub section: Option<usize>,
    /// What it is.
    pub kind: ItemKind,
    /// Its own number, where it has one.
    pub number: Option<u32>,
    /// Its words up to the first full stop.
    pub title: String,
    /// Where the title stands.
    pub title_span: Span,
    /// The rest without title and duty clause, paragraphs parted by `\n`.
    pub body: String,
    /// The whole item, mark and clause included.
    pub span: Span,
    /// Who does it, in the order of the text.
    pub duties: Vec<Duty>,
    /// Where the duty clauses stand.
    pub clauses: Vec<Span>,
}

impl Item {
    /// Names of the leading units, in order.
    pub fn leads(&self) -> impl Iterator<Item = &str> {
        self.duties.iter().filter(|d| d.role == Role::Lead).map(|d| d.unit.as_str())
    }

    /// Names of the supporting units, in order.
    pub fn supports(&self) -> impl Iterator<Item = &str> {
        self.duties.iter().filter(|d| d.role == Role::Support).map(|d| d.unit.as_str())
    }

    /// Whether several units lead together.
    pub fn joint_lead(&self) -> bool {
        self.leads().count() > 1
    }
}

/// The part a unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It leads, alone or with others.
    Lead,
    /// It helps, or is responsible beside others where nobody is said to lead.
    Support,
}

/// One unit's part in an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// The unit's name, completed where the document left its prefix out.
    pub unit: String,
    /// The name as it stands in the document.
    pub written: String,
    /// Lead or support.
    pub role: Role,
    /// Where the name stands.
    pub span: Span,
    /// A name for many units, such as 各成员单位.
    pub collective: bool,
}

/// How a target would be known to be reached: a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// By adding up deliveries.
    Counted,
    /// By a register of things or people.
    Registered,
    /// By a survey or a statistic.
    Measured,
    /// By accounts.
    Financial,
    /// By somebody's word.
    Attested,
}

impl TargetKind {
    /// The word used in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            TargetKind::Counted => "counted",
            TargetKind::Registered => "registered",
            TargetKind::Measured => "measured",
            TargetKind::Financial => "financial",
            TargetKind::Attested => "attested",
        }
    }
}

/// How the number is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Added up over the period.
    Cumulative,
    /// In every year.
    Yearly,
    /// That much more every year.
    YearlyStep,
    /// That much more than before.
    Increase,
    /// That much less than before.
    Decrease,
    /// In every place named by `per`.
    Coverage,
    /// Only the direction is said.
    Monotone,
}

impl Form {
    /// The word used in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Form::Cumulative => "cumulative",
            Form::Yearly => "yearly",
            Form::YearlyStep => "yearly-step",
            Form::Increase => "increase",
            Form::Decrease => "decrease",
            Form::Coverage => "coverage",
            Form::Monotone => "monotone",
        }
    }
}

/// How the figure compares. 以上 and 不低于 include the number, 超过 does not (民法典 第1259条).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparator {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
    /// `=`
    Exactly,
    /// From year to year more.
    Rising,
    /// From year to year less.
    Falling,
}

impl Comparator {
    /// The sign used in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Comparator::AtLeast => ">=",
            Comparator::MoreThan => ">",
            Comparator::AtMost => "<=",
            Comparator::LessThan => "<",
            Comparator::Exactly => "=",
            Comparator::Rising => "rising",
            Comparator::Falling => "falling",
        }
    }
}

/// One number to be reached, or a direction to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// A proposal, unique in the document.
    pub id: String,
    /// Index into [`Reading::items`].
    pub item: Option<usize>,
    /// Index into [`Reading::sections`].
    pub section: Option<usize>,
    /// A proposal.
    pub kind: TargetKind,
    /// Left out for a plain amount at the end of the period.
    pub form: Option<Form>,
    /// What is counted, in the document's words.
    pub subject: String,
    /// Comparison.
    pub comparator: Comparator,
    /// The number as decimal text, 万 and 亿 worked in; none when only a direction is said.
    pub value: Option<String>,
    /// What one of it is called.
    pub unit: Option<String>,
    /// What it holds for each of: 年, or a kind of place.
    pub per: Option<String>,
    /// The end: a year, or a year and month (`2023-06`).
    pub by: Option<String>,
    /// `district`, `city`, `county`, `province` … when the sentence says 全区, 全市 ….
    pub scope: Option<String>,
    /// A softening word such as 力争.
    pub strength: Option<String>,
    /// Whether the sentence says 左右, 约.
    pub approximate: bool,
    /// The sentence.
    pub sentence: Span,
    /// The number itself.
    pub span: Span,
}
