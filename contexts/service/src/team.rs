//! Teams, their people, and the hours of these. Pure.

use std::collections::BTreeSet;

use kernel::{Day, Instant, UnitId};

use crate::order::{Order, OrderId};

kernel::id!(
    /// An expert or a volunteer.
    PersonId
);

/// What a person is in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    /// 专家
    Expert,
    /// 志愿者
    Volunteer,
}

impl PersonKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Expert, Self::Volunteer];

    /// The word in the store and, after `service-person-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expert => "expert",
            Self::Volunteer => "volunteer",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// An expert or a volunteer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The team.
    pub unit: UnitId,
    /// The name.
    pub name: String,
    /// Which.
    pub kind: PersonKind,
    /// Topics in words.
    pub topics: String,
    /// Languages beside Chinese, in words.
    pub languages: String,
    /// What a stranger types to check the hours.
    pub proof_code: String,
    /// Whether they are still there.
    pub is_active: bool,
    /// Rises with every change.
    pub version: i64,
    /// Since when.
    pub added_at: Instant,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// A person's part in a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Of which order.
    pub order: OrderId,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The day.
    pub on: Day,
    /// From which minute of the day.
    pub from: i64,
    /// To which.
    pub to: i64,
    /// At which minute they came.
    pub came: Option<i64>,
    /// At which they left.
    pub left: Option<i64>,
}

impl Duty {
    /// Minutes that they were there; none until both times are known.
    pub fn minutes(&self) -> Option<i64> {
        Some(self.left?.saturating_sub(self.came?))
    }
}

/// Minutes as hours, to half an hour, rounded down: in half hours.
pub const fn half_hours(minutes: i64) -> i64 {
    if minutes < 0 { 0 } else { minutes / 30 }
}

/// What a team can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Which team.
    pub unit: UnitId,
    /// Topics in words, between commas or spaces.
    pub topics: String,
    /// Languages beside Chinese, in words.
    pub languages: String,
    /// Where it goes; empty for the whole district.
    pub towns: BTreeSet<UnitId>,
    /// How many orders it has at a time.
    pub n_load: i64,
    /// Rises with every change; 0 when nobody told anything yet.
    pub version: i64,
}

impl Profile {
    /// What holds for a team that told nothing: three orders at a time are one every other week with
    /// two weeks from accepting to reporting.
    pub const fn untold(unit: UnitId) -> Self {
        Self {
            unit,
            topics: String::new(),
            languages: String::new(),
            towns: BTreeSet::new(),
            n_load: 3,
            version: 0,
        }
    }
}

/// Why a team is suggested, or what speaks against it; each is a sentence of the catalogue after
/// `service-because-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// It has this topic.
    Topic,
    /// It speaks the language.
    Language,
    /// It goes to this town.
    Town,
    /// It belongs to the department.
    Own,
    /// It offered what was ordered.
    Offers,
    /// It has room for so many more.
    Room,
    /// It has no room.
    Full,
    /// It does not go there.
    Elsewhere,
}

impl Because {
    /// The word in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Language => "language",
            Self::Town => "town",
            Self::Own => "own",
            Self::Offers => "offers",
            Self::Room => "room",
            Self::Full => "full",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// How much it weighs.
    const fn weight(self) -> i64 {
        match self {
            Self::Offers => 8,
            Self::Topic => 4,
            Self::Language | Self::Own => 3,
            Self::Town => 2,
            Self::Room => 1,
            Self::Full => -20,
            Self::Elsewhere => -10,
        }
    }
}

/// A team with what speaks for it and against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Which.
    pub unit: UnitId,
    /// Why.
    pub reasons: Vec<Because>,
    /// How many orders it has.
    pub n_has: i64,
    /// How many it can have.
    pub n_load: i64,
}

impl Suggestion {
    /// What the reasons weigh together.
    pub fn weight(&self) -> i64 {
        self.reasons.iter().map(|one| one.weight()).sum()
    }
}

/// Looks at a team for an order. `own`: it lies below the department; `offers`: it offered the resource.
pub fn look(order: &Order, profile: &Profile, n_has: i64, (own, offers): (bool, bool)) -> Suggestion {
    let mut reasons = Vec::new();
    let mut when = |holds: bool, because: Because| {
        if holds {
            reasons.push(because);
        }
    };
    when(offers, Because::Offers);
    when(is_told(&profile.topics, &order.want.topic), Because::Topic);
    when(is_told(&profile.languages, &order.want.language), Because::Language);
    when(own, Because::Own);
    let goes = order.want.town.as_ref().map(|town| profile.towns.contains(town));
    when(goes == Some(true), Because::Town);
    when(goes == Some(false) && !profile.towns.is_empty(), Because::Elsewhere);
    when(n_has < profile.n_load, Because::Room);
    when(n_has >= profile.n_load, Because::Full);
    Suggestion { unit: profile.unit.clone(), reasons, n_has, n_load: profile.n_load }
}

/// Whether a list of words names what is asked for, or is named by it; nothing asked for is never named.
fn is_told(told: &str, asked: &str) -> bool {
    let asked = kernel::search_key(asked);
    let words = told.split([',', '，', '、', ' ', ';', '；', '\n']).map(kernel::search_key);
    !asked.is_empty()
        && words.filter(|word| !word.is_empty()).any(|word| asked.contains(&word) || word.contains(&asked))
}

/// Best first: what weighs more, then who has fewer orders, then by id.
pub fn ranked(mut all: Vec<Suggestion>) -> Vec<Suggestion> {
    all.sort_by(|a, b| {
        b.weight().cmp(&a.weight()).then(a.n_has.cmp(&b.n_has)).then_with(|| a.unit.cmp(&b.unit))
    });
    all
}
