//! Units: the dated tree of the district's departments, towns, schools, teams and venues.
//!
//! A unit keeps its id for ever; its name, its place in the tree and its code hold from one day
//! until another. A change appends a version and never touches an earlier one, so that a question
//! about last year is answered as it was answered last year.

mod actions;
mod alias;
mod changes;
mod history;
mod holders;
pub mod import;
mod names;
mod store;
mod succession;
mod tree;

pub use actions::{create, drop_alias, name_alias};
pub use alias::{aliases, all_aliases};
pub(crate) use changes::correct_root;
pub use changes::{Change, Renamed, close, correct, merge, move_under, rename, split};
pub use history::{Facts, History, Version};
pub use names::{NameMatch, Names, Via, match_name};
pub(crate) use store::insert_root;
pub use store::{Filter, find, find_any, history, kinds, list, record_version, search, town_versions, towns};
pub use succession::{Succession, SuccessionKind, successions};
pub use tree::{children, heir, path, reach, root, subtree};

use kernel::{Actor, Day, Problem, Refusal, Role, UnitId};

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// 区: the root of the tree, one a district.
    District,
    /// 部门
    Department,
    /// 镇（街道）
    Town,
    /// 社区（村）
    Community,
    /// 学校
    School,
    /// 医院
    Hospital,
    /// 企业
    Enterprise,
    /// 社团（学会、协会）
    Society,
    /// 队伍
    Team,
    /// 场馆
    Venue,
}

impl UnitKind {
    /// All, in the order of lists.
    pub const ALL: [Self; 10] = [
        Self::District,
        Self::Department,
        Self::Town,
        Self::Community,
        Self::School,
        Self::Hospital,
        Self::Enterprise,
        Self::Society,
        Self::Team,
        Self::Venue,
    ];

    /// The word in the store, in addresses and, after `unit-kind-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Department => "department",
            Self::Town => "town",
            Self::Community => "community",
            Self::School => "school",
            Self::Hospital => "hospital",
            Self::Enterprise => "enterprise",
            Self::Society => "society",
            Self::Team => "team",
            Self::Venue => "venue",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A unit as it was, is or will be on some day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The same through all its versions.
    pub id: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// The official name.
    pub name: String,
    /// How people call it; empty when that is the name.
    pub short_name: String,
    /// The English name, if it has one.
    pub name_en: Option<String>,
    /// What it lies under; `None` for the district alone.
    pub parent: Option<UnitId>,
    /// The official code: the division code of a town, the credit code of a body.
    pub code: Option<String>,
    /// The first day of this version.
    pub valid_from: Day,
    /// The first day on which this version holds no longer; `None` while nobody knows an end.
    pub valid_to: Option<Day>,
}

impl Unit {
    /// The short name where there is one, else the name.
    pub fn label(&self) -> &str {
        if self.short_name.is_empty() { &self.name } else { &self.short_name }
    }

    /// Whether this version holds on the day.
    pub fn holds(&self, on: Day) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|to| on < to)
    }
}

/// A unit to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnit {
    /// What it is; not [`UnitKind::District`], which setup makes.
    pub kind: UnitKind,
    /// The official name, 1 to 100 characters.
    pub name: String,
    /// How people call it; may be empty.
    pub short_name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// What it lies under; `None` puts it directly under the district.
    pub parent: Option<UnitId>,
    /// The official code.
    pub code: Option<String>,
    /// Its first day.
    pub from: Day,
    /// Other ways in which it is written.
    pub aliases: Vec<String>,
}

/// The first day of a district's root, before every record.
pub(crate) fn beginning() -> Day {
    Day::new(1900, 1, 1)
        .unwrap_or_else(|| Day::new(2000, 1, 1).unwrap_or_else(|| kernel::Instant::from_micros(0).day()))
}

/// The roles that keep the registry of units.
pub const KEEPERS: &[Role] = &[Role::Administrator, Role::Coordinator];

/// Lets those through who keep the registry.
///
/// # Errors
/// [`Refusal::Forbidden`] for everybody else.
pub(crate) fn keeper(actor: &Actor) -> Result<(), Refusal> {
    let keeps = KEEPERS.iter().any(|role| actor.has(*role));
    if keeps { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// The name of a unit, trimmed: 1 to 100 characters, no line breaks.
pub(crate) fn checked_name(field: &'static str, written: &str) -> Result<String, Problem> {
    let name = written.trim();
    if name.is_empty() {
        return Err(Problem::new("people-unit-name-missing").at(field));
    }
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Problem::new("people-unit-name-too-long").at(field));
    }
    Ok(name.to_owned())
}

/// An optional text, trimmed; empty is none.
pub(crate) fn optional(field: &'static str, written: Option<&str>) -> Result<Option<String>, Problem> {
    match written.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => checked_name(field, text).map(Some),
    }
}
