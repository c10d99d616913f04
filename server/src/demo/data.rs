//! The tables of `server/demo`, as its README describes them, read into types.

mod events;
pub mod orders;

use std::collections::BTreeMap;

use evidence::DutyRole;
use kernel::{Day, Role, Year};
use people::units::UnitKind;
use plan::WordingKind;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};

pub use events::{At, Level, PlaceRow, ReasonRow, ReasonStep, Template, VenueRow, Volume};

/// The plan, retold.
pub const PLAN: &str = include_str!("../../demo/plan.txt");

/// The name of its file.
pub const PLAN_NAME: &str = "麒麟区全民科学素质行动实施方案（演示复述）.txt";

/// Everything that the demonstration is made of.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Units by spans of time, parents before children.
    pub units: Vec<UnitRow>,
    /// Role accounts.
    pub accounts: Vec<AccountRow>,
    /// Titles in plain words.
    pub plain: Vec<PlainRow>,
    /// Topics by key.
    pub topics: BTreeMap<String, String>,
    /// Kinds of venue by key.
    pub venues: BTreeMap<String, VenueRow>,
    /// The kinds of event.
    pub templates: Vec<Template>,
    /// The years.
    pub volumes: Vec<Volume>,
    /// The towns' shares of the events.
    pub places: Vec<PlaceRow>,
    /// Entries of registered stocks.
    pub register: Vec<EntryRow>,
    /// Signed accounts of goals.
    pub narratives: Vec<NarrativeRow>,
    /// Duties in the plans of units for a year.
    pub annual: Vec<AnnualRow>,
    /// Why deliveries are sent back or withdrawn.
    pub reasons: Vec<ReasonRow>,
    /// Steps of supervision items.
    pub supervision: Vec<SupervisionRow>,
    /// What inspectors look at.
    pub checklist: Vec<ChecklistRow>,
    /// Inspections.
    pub inspections: Vec<InspectionRow>,
    /// Figures from outside.
    pub figures: Vec<FigureRow>,
}

impl Tables {
    /// Reads all tables.
    ///
    /// # Errors
    /// The table, the line and what is wrong there.
    pub fn read() -> Result<Self, String> {
        let topics: Vec<TopicRow> = rows("topics.csv", include_str!("../../demo/topics.csv"))?;
        let venues: Vec<VenueRow> = rows("venues.csv", include_str!("../../demo/venues.csv"))?;
        Ok(Self {
            units: rows("units.csv", include_str!("../../demo/units.csv"))?,
            accounts: rows("accounts.csv", include_str!("../../demo/accounts.csv"))?,
            plain: rows("plain.csv", include_str!("../../demo/plain.csv"))?,
            topics: topics.into_iter().map(|topic| (topic.key, topic.title_zh)).collect(),
            venues: venues.into_iter().map(|venue| (venue.key.clone(), venue)).collect(),
            templates: rows("activities.csv", include_str!("../../demo/activities.csv"))?,
            volumes: rows("volumes.csv", include_str!("../../demo/volumes.csv"))?,
            places: rows("places.csv", include_str!("../../demo/places.csv"))?,
            register: rows("register.csv", include_str!("../../demo/register.csv"))?,
            narratives: rows("narratives.csv", include_str!("../../demo/narratives.csv"))?,
            annual: rows("annual_plans.csv", include_str!("../../demo/annual_plans.csv"))?,
            reasons: rows("reasons.csv", include_str!("../../demo/reasons.csv"))?,
            supervision: rows("supervision.csv", include_str!("../../demo/supervision.csv"))?,
            checklist: rows("checklist.csv", include_str!("../../demo/checklist.csv"))?,
            inspections: rows("inspections.csv", include_str!("../../demo/inspections.csv"))?,
            figures: rows("figures.csv", include_str!("../../demo/figures.csv"))?,
        })
    }

    /// The unit of a key as it is on a day.
    pub fn unit(&self, key: &str, on: Day) -> Option<&UnitRow> {
        self.units.iter().find(|unit| unit.key == key && unit.holds(on))
    }
}

fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.map_err(|error| format!("{name}: {error}"))).collect()
}

/// A unit for one span of time.
#[derive(Clone, Debug, Deserialize)]
pub struct UnitRow {
    /// The same for all spans of a unit.
    pub key: String,
    /// What it is.
    #[serde(deserialize_with = "unit_kind")]
    pub kind: UnitKind,
    /// Its official name.
    pub name: String,
    /// How people call it.
    pub short_name: String,
    /// Its English name.
    pub name_en: String,
    /// What it lies under.
    pub parent_key: String,
    /// The town it stands in, if it stands in one.
    pub place_key: String,
    /// The official code.
    pub code: String,
    /// First day.
    pub valid_from: Day,
    /// First day on which it no longer holds.
    pub valid_to: Option<Day>,
    /// What it was merged into.
    pub successor_key: String,
    /// Other ways in which it is written.
    #[serde(deserialize_with = "list")]
    pub aliases: Vec<String>,
}

impl UnitRow {
    /// Whether the row speaks of the day.
    pub fn holds(&self, on: Day) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|to| on < to)
    }
}

/// A role account.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountRow {
    /// What is typed at sign-in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What they hold.
    pub role: Role,
    /// In which unit.
    pub unit_key: String,
}

/// A title in plain words.
#[derive(Clone, Debug, Deserialize)]
pub struct PlainRow {
    /// What it is a title of.
    #[serde(deserialize_with = "wording_kind")]
    pub kind: WordingKind,
    /// The title in the plan, or a target's code.
    pub key: String,
    /// The title.
    pub title_zh: String,
    /// The title in English.
    pub title_en: String,
    /// Plain words.
    pub plain_zh: String,
    /// Plain words in English.
    pub plain_en: String,
}

#[derive(Deserialize)]
struct TopicRow {
    key: String,
    title_zh: String,
}

/// An entry of a registered stock, for one term.
#[derive(Clone, Debug, Deserialize)]
pub struct EntryRow {
    /// The target's code.
    pub target: String,
    /// What it is called.
    pub name: String,
    /// Who sends or runs it.
    pub unit_key: String,
    /// The town it counts for.
    pub place_key: String,
    /// First day.
    pub valid_from: Day,
    /// First day on which it no longer holds.
    pub valid_to: Option<Day>,
    /// Why it ended before its time; empty when it did not.
    pub end_reason_zh: String,
}

/// A signed account.
#[derive(Clone, Debug, Deserialize)]
pub struct NarrativeRow {
    /// The goal's title.
    pub item: String,
    /// Who signs.
    pub unit_key: String,
    /// The day it speaks of.
    pub as_of: Day,
    /// The account.
    pub text_zh: String,
    /// What proves it.
    pub evidence_zh: String,
}

/// A duty in a unit's plan for a year.
#[derive(Clone, Debug, Deserialize)]
pub struct AnnualRow {
    /// The year.
    pub year: Year,
    /// Whose plan.
    pub unit_key: String,
    /// The measure's title.
    pub measure: String,
    /// The unit's part.
    pub role: DutyRole,
    /// What is to be done.
    pub work: String,
    /// By which month.
    pub due_month: usize,
    /// How many events.
    pub n_deliveries: i64,
    /// How many heads.
    pub n_heads: i64,
}

/// A step of a supervision item.
#[derive(Clone, Debug, Deserialize)]
pub struct SupervisionRow {
    /// The same for all steps of an item.
    pub key: String,
    /// When.
    pub on: Day,
    /// What is done.
    pub step: String,
    /// To whom it is raised.
    pub unit_key: String,
    /// The measure's title; empty when it is about none.
    pub measure: String,
    /// What it is about, when it is about no measure.
    pub title: String,
    /// What is said.
    pub words: String,
    /// Working days to answer.
    pub days: Option<i64>,
    /// Until when more time is asked for.
    pub until: Option<Day>,
}

/// One thing that inspectors look at.
#[derive(Clone, Debug, Deserialize)]
pub struct ChecklistRow {
    /// The checklist's title.
    pub title: String,
    /// What is looked at.
    pub words: String,
    /// How it is judged.
    pub kind: String,
    /// Its points.
    pub points: i64,
}

/// An inspection of a unit.
#[derive(Clone, Debug, Deserialize)]
pub struct InspectionRow {
    /// Whom.
    pub unit_key: String,
    /// When it was planned.
    pub planned_on: Day,
    /// On which day it is.
    pub on: Day,
    /// Points by line; empty while it is still to be done.
    pub given: String,
    /// What was found, by line.
    pub findings: String,
    /// What the unit says.
    pub comment: String,
}

/// A figure from outside.
#[derive(Clone, Debug, Deserialize)]
pub struct FigureRow {
    /// Of what.
    pub subject: String,
    /// The target's id; empty for a population.
    pub target: String,
    /// The day for which it holds.
    pub as_of: Day,
    /// The number, as a decimal.
    pub value: String,
    /// How it was come by.
    pub means: String,
    /// The document.
    pub source: String,
    /// Who published it.
    pub publisher: String,
    /// When it was recorded.
    pub recorded_on: Day,
    /// Whether a second person confirmed it, `yes` or `no`.
    pub confirmed: String,
}

fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn unit_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnitKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    UnitKind::parse(&text).ok_or_else(|| D::Error::custom(format!("no kind of unit: {text}")))
}

/// Goals, measures and safeguards are all items of the plan.
fn wording_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WordingKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "goal" | "measure" | "safeguard" => Ok(WordingKind::Item),
        other => {
            WordingKind::parse(other).ok_or_else(|| D::Error::custom(format!("no kind of title: {other}")))
        }
    }
}
