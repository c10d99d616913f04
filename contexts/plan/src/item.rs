//! A point of the plan: a goal, a measure, a safeguard; and who has which part in it.

use crate::lexicon;
use evidence::DutyRole;
use kernel::UnitId;
use plan_doc::{ItemKind, Span};

kernel::id!(
    /// A point of the plan. The same through its versions, so that what was done for it stays with it.
    ItemId
);

/// A heading between chapter and item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its place in the document, from 1.
    pub n: i64,
    /// The chapter it stands in; empty without one.
    pub chapter: String,
    /// Its words.
    pub title: String,
    /// What it is.
    pub kind: SectionKind,
    /// Where it stands in the text.
    pub span: Option<Span>,
}

/// What a section is, for grouping on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// 行动
    Action,
    /// 工程
    Project,
    /// Anything else: aims, principles, safeguards.
    Other,
}

impl SectionKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Action, Self::Project, Self::Other];

    /// The word in the store and, after `plan-section-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Project => "project",
            Self::Other => "other",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// By the last word of the title, as such plans name them.
    pub fn of_title(title: &str) -> Self {
        let title = title.trim();
        if lexicon::ACTIONS.iter().any(|word| title.ends_with(word)) {
            Self::Action
        } else if lexicon::PROJECTS.iter().any(|word| title.ends_with(word)) {
            Self::Project
        } else {
            Self::Other
        }
    }
}

/// A point of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id, kept through versions.
    pub id: ItemId,
    /// Its number in this version, from 1 in the order of the document.
    pub n: i64,
    /// The chapter; empty without one.
    pub chapter: String,
    /// The section; empty without one.
    pub section: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// Its words in the document, without title and duty clause.
    pub body: String,
    /// Where it stands in the text; `None` when a person added it.
    pub span: Option<Span>,
    /// Who has a part in it, in the order of the document.
    pub duties: Vec<Duty>,
}

impl Item {
    /// Whether units owe something for it.
    pub const fn is_measure(&self) -> bool {
        matches!(self.kind, ItemKind::Measure)
    }

    /// The duties of a role.
    pub fn with_role(&self, role: DutyRole) -> impl Iterator<Item = &Duty> {
        self.duties.iter().filter(move |duty| duty.role == role)
    }

    /// Those who lead, alone or together.
    pub fn leads(&self) -> impl Iterator<Item = &Duty> {
        self.duties.iter().filter(|duty| leads(duty.role))
    }

    /// The part of a unit; the leading one when it is named twice.
    pub fn role_of(&self, unit: &UnitId) -> Option<DutyRole> {
        self.duties.iter().filter(|duty| duty.holder.unit() == Some(unit)).map(|duty| duty.role).min()
    }
}

/// All kinds of item with their codes, in the order of forms.
pub const ITEM_KINDS: [(ItemKind, &str); 4] = [
    (ItemKind::Goal, "goal"),
    (ItemKind::Measure, "measure"),
    (ItemKind::Safeguard, "safeguard"),
    (ItemKind::Principle, "principle"),
];

/// The word in the store and, after `plan-kind-`, in the catalogue.
pub const fn item_kind_code(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Goal => "goal",
        ItemKind::Measure => "measure",
        ItemKind::Safeguard => "safeguard",
        ItemKind::Principle => "principle",
    }
}

/// The kind of a code.
pub fn item_kind(code: &str) -> Option<ItemKind> {
    ITEM_KINDS.iter().find(|(_, word)| *word == code).map(|(kind, _)| *kind)
}

/// Whether what a unit with this part does is progress, not only a contribution.
pub const fn leads(role: DutyRole) -> bool {
    match role {
        DutyRole::Lead | DutyRole::JointLead => true,
        DutyRole::Support => false,
    }
}

/// One name in a duty clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Its part.
    pub role: DutyRole,
    /// The name as the document has it.
    pub name: String,
    /// Whom it means.
    pub holder: Holder,
}

/// Whom a written name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This unit.
    Unit(UnitId),
    /// Not known yet.
    Unmatched,
    /// No unit in particular: a collective name that a person left as text.
    Text,
}

impl Holder {
    /// The word in the store.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unit(_) => "matched",
            Self::Unmatched => "unmatched",
            Self::Text => "text",
        }
    }

    /// The unit, when there is one.
    pub const fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::Unit(unit) => Some(unit),
            Self::Unmatched | Self::Text => None,
        }
    }
}

/// Gives written names their roles: one lead leads alone, several lead together.
pub fn duties(leads: Vec<(String, Holder)>, supports: Vec<(String, Holder)>) -> Vec<Duty> {
    let role = if leads.len() > 1 { DutyRole::JointLead } else { DutyRole::Lead };
    let lead = leads.into_iter().map(|(name, holder)| Duty { role, name, holder });
    let support = supports.into_iter().map(|(name, holder)| Duty { role: DutyRole::Support, name, holder });
    lead.chain(support).collect()
}
