//! The rows that deliveries are drawn from: kinds of event, years, places, venues, reasons.

use evidence::Kind;
use kernel::{Group, Year};
use serde::{Deserialize, Deserializer, de::Error};

use super::list;

/// A kind of venue.
#[derive(Clone, Debug, Deserialize)]
pub struct VenueRow {
    /// Its key.
    pub key: String,
    /// The word for it.
    pub name_zh: String,
    /// Whose name stands before the word.
    pub at: At,
}

/// Whose venue it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// That of a school or firm among the organisers; else of the place.
    Seat,
    /// That of the community or town.
    Place,
    /// The district's only one, or none at all.
    #[serde(rename = "")]
    Nowhere,
}

/// A kind of event to draw deliveries from.
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    /// Its key.
    pub key: String,
    /// The kind of delivery.
    pub kind: Kind,
    /// Its topic's key.
    pub topic: String,
    /// Its title.
    pub title_zh: String,
    /// Titles of the measures it counts for.
    #[serde(deserialize_with = "list")]
    pub measures: Vec<String>,
    /// The code of the target whose people it trains.
    pub target: String,
    /// Who holds it: a key, or `any:` and a kind.
    pub host: String,
    /// Who holds it too.
    #[serde(deserialize_with = "list")]
    pub cohosts: Vec<String>,
    /// Who helps.
    #[serde(deserialize_with = "list")]
    pub supporters: Vec<String>,
    /// Fewest and most heads by group.
    #[serde(deserialize_with = "ranges")]
    pub groups: Vec<(Group, i64, i64)>,
    /// Fewest minutes.
    pub minutes_min: i64,
    /// Most minutes.
    pub minutes_max: i64,
    /// The months in which it happens.
    #[serde(deserialize_with = "numbers")]
    pub months: Vec<i8>,
    /// The kind of venue.
    pub venue: String,
    /// At which level it happens.
    pub place: Level,
    /// How many in the fullest year.
    pub n_2025: u64,
}

/// The level at which something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Once for the district.
    District,
    /// In a town.
    Town,
    /// In a community.
    Community,
}

/// A year: how much happened, in which states, and how heads were counted.
#[derive(Clone, Debug, Deserialize)]
pub struct Volume {
    /// The year.
    pub year: Year,
    /// Share of `n_2025`.
    pub scale_percent: u64,
    /// Share that is verified.
    pub verified_percent: usize,
    /// Share that waits.
    pub submitted_percent: usize,
    /// Share that was sent back.
    pub returned_percent: usize,
    /// Share that is being written.
    pub draft_percent: usize,
    /// Share that was withdrawn.
    pub withdrawn_percent: usize,
    /// Share counted by check-in.
    pub check_in_percent: usize,
    /// Share counted by a sign-in sheet.
    pub sign_in_sheet_percent: usize,
    /// Share that is estimated.
    pub estimate_percent: usize,
    /// Teachers and coaches trained for the first time.
    #[serde(rename = "science-teachers-trained")]
    pub teachers: u32,
    /// Farmers trained for the first time.
    #[serde(rename = "farmers-trained")]
    pub farmers: u32,
}

/// A town's share.
#[derive(Clone, Debug, Deserialize)]
pub struct PlaceRow {
    /// The town.
    pub place_key: String,
    /// Its share.
    pub weight: u64,
}

/// Why a step was taken.
#[derive(Clone, Debug, Deserialize)]
pub struct ReasonRow {
    /// Which.
    pub step: ReasonStep,
    /// Why.
    pub reason: String,
}

/// A step that asks for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonStep {
    /// Sent back to the recorder.
    Return,
    /// Withdrawn.
    Withdraw,
}

fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i8>, D::Error> {
    list(deserializer)?.iter().map(|part| part.parse().map_err(D::Error::custom)).collect()
}

fn ranges<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(Group, i64, i64)>, D::Error> {
    let range = |part: &String| {
        let (group, heads) = part.split_once(':')?;
        let (low, high) = heads.split_once('-')?;
        Some((Group::parse(group)?, low.parse().ok()?, high.parse().ok()?))
    };
    let parts = list(deserializer)?;
    parts
        .iter()
        .map(|part| range(part).ok_or_else(|| D::Error::custom(format!("no range: {part}"))))
        .collect()
}
