//! From templates and a seed to planned deliveries: pure, and the same every time.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Kind, Method};
use kernel::{Day, Group, Rng, SeededRng, Year};
use people::units::UnitKind;

use super::calendar;
use super::data::{At, Level, Tables, Template, UnitRow, Volume};
use super::{fates, rosters};

/// The seed of the demonstration.
pub const SEED: u64 = 530_302;

/// A delivery that is going to be recorded. Units are named by their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The kind.
    pub kind: Kind,
    /// The topic's title.
    pub topic: String,
    /// The title.
    pub title: String,
    /// Titles of the measures it counts for.
    pub measures: BTreeSet<String>,
    /// The code of the target whose people it trains; empty for none.
    pub target: String,
    /// The day.
    pub on: Day,
    /// Minute of the day at which it begins.
    pub start: i64,
    /// Length in minutes.
    pub minutes: i64,
    /// Where, in words.
    pub venue: String,
    /// The town.
    pub town: String,
    /// The registered place, when it has one.
    pub place: Option<String>,
    /// Who holds it.
    pub host: String,
    /// Who holds it too.
    pub co_hosts: BTreeSet<String>,
    /// Who helps.
    pub supporters: BTreeSet<String>,
    /// Heads by group.
    pub heads: BTreeMap<Group, i64>,
    /// How they were counted.
    pub method: Method,
    /// The sign-in list, one person a line; empty when there is none.
    pub persons: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is still being written.
    Draft,
    /// It waits for a second person.
    Submitted,
    /// It was sent back, with this reason.
    Returned(String),
    /// It counts.
    Verified,
    /// It counted, and was withdrawn with this reason.
    Withdrawn(String),
}

/// All deliveries of all years, in order of their days. `percent` of 100 is the whole district;
/// templates with a target always run in full, so that the board shows the same.
///
/// # Errors
/// What in the tables does not fit together.
pub fn deliveries(tables: &Tables, seed: u64, percent: u64) -> Result<Vec<Planned>, String> {
    let rng = SeededRng::new(seed);
    let mut all = Vec::new();
    let mut known = rosters::Known::new();
    for volume in &tables.volumes {
        let mut year = Vec::new();
        for template in &tables.templates {
            let n = count(template, volume, percent, &rng);
            for on in calendar::days(volume.year, &template.months, &template.venue, n, &rng) {
                year.push(draw(tables, template, on, &rng)?);
            }
        }
        year.sort_by_key(|planned| (planned.on, planned.start));
        fates::assign_methods(&mut year, volume, &rng);
        fates::assign_fates(&mut year, volume, &tables.reasons, &rng);
        rosters::assign(&mut year, volume, &mut known, &rng)?;
        all.append(&mut year);
    }
    Ok(all)
}

/// How many of a template happen in a year; a fraction is decided by chance.
fn count(template: &Template, volume: &Volume, percent: u64, rng: &SeededRng) -> u64 {
    if !template.target.is_empty() {
        return template.n_2025;
    }
    let hundredths = template.n_2025.saturating_mul(volume.scale_percent).saturating_mul(percent) / 100;
    hundredths / 100 + u64::from(rng.below(100) < hundredths % 100)
}

fn draw(tables: &Tables, template: &Template, on: Day, rng: &SeededRng) -> Result<Planned, String> {
    let town = town(tables, template, on, rng)?;
    let community = match template.place {
        Level::District => None,
        Level::Town | Level::Community => any(tables, UnitKind::Community, &town, on, rng),
    };
    let resolve = |written: &String| resolve(tables, template, written, &town, community, on, rng);
    let host = resolve(&template.host)?;
    let co_hosts = template.cohosts.iter().map(resolve).collect::<Result<BTreeSet<_>, _>>()?;
    let supporters = template.supporters.iter().map(resolve).collect::<Result<BTreeSet<_>, _>>()?;
    let held_in = community.filter(|_| template.place == Level::Community);
    let seat = seat(tables, [&host].into_iter().chain(&co_hosts), on);
    let minutes = between(template.minutes_min / 5, template.minutes_max / 5, rng) * 5;
    let topic = tables.topics.get(&template.topic).ok_or_else(|| format!("{}: no topic", template.key))?;
    Ok(Planned {
        kind: template.kind,
        topic: topic.clone(),
        title: template.title_zh.clone(),
        measures: template.measures.iter().cloned().collect(),
        target: template.target.clone(),
        on,
        start: calendar::start(minutes, rng),
        minutes,
        venue: venue(tables, template, seat, held_in, &town, on)?,
        place: held_in.or(seat).map(|unit| unit.key.clone()),
        town,
        host,
        co_hosts,
        supporters,
        heads: template.groups.iter().map(|(group, low, high)| (*group, between(*low, *high, rng))).collect(),
        method: Method::SignInSheet,
        persons: String::new(),
        fate: Fate::Verified,
    })
}

/// A number of `low..=high`.
pub(super) fn between(low: i64, high: i64, rng: &SeededRng) -> i64 {
    let span = u64::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
    low.saturating_add(i64::try_from(rng.below(span)).unwrap_or(0))
}

/// A school or firm that is named in the template is where it happens; else the town is drawn.
fn town(tables: &Tables, template: &Template, on: Day, rng: &SeededRng) -> Result<String, String> {
    let named = [&template.host].into_iter().chain(&template.cohosts);
    if let Some(seat) = seat(tables, named, on) {
        return Ok(seat.place_key.clone());
    }
    let all: u64 = tables.places.iter().map(|place| place.weight).sum();
    let mut left = rng.below(all);
    for place in &tables.places {
        if left < place.weight {
            return Ok(place.place_key.clone());
        }
        left -= place.weight;
    }
    Err("places.csv: no town".to_owned())
}

/// The first school or firm among the organisers that stands in a town.
fn seat<'a, 'k>(tables: &'a Tables, keys: impl Iterator<Item = &'k String>, on: Day) -> Option<&'a UnitRow> {
    let mut units = keys.filter_map(|key| tables.unit(key, on));
    units.find(|unit| {
        matches!(unit.kind, UnitKind::School | UnitKind::Enterprise) && !unit.place_key.is_empty()
    })
}

/// A unit of a kind on a day: one that stands in the town where there is one, else any.
fn any<'a>(tables: &'a Tables, kind: UnitKind, town: &str, on: Day, rng: &SeededRng) -> Option<&'a UnitRow> {
    // A school is one of the education bureau's; the school for older people is not.
    let fits = |unit: &&UnitRow| {
        unit.kind == kind && unit.holds(on) && (kind != UnitKind::School || unit.parent_key == "education")
    };
    let all: Vec<&UnitRow> = tables.units.iter().filter(fits).collect();
    let near: Vec<&UnitRow> = all.iter().copied().filter(|unit| unit.place_key == town).collect();
    let choice = if near.is_empty() { all } else { near };
    let at = rng.below(choice.len().try_into().unwrap_or(0));
    choice.get(usize::try_from(at).unwrap_or(0)).copied()
}

fn resolve(
    tables: &Tables,
    template: &Template,
    written: &str,
    town: &str,
    community: Option<&UnitRow>,
    on: Day,
    rng: &SeededRng,
) -> Result<String, String> {
    let found = match written.strip_prefix("any:") {
        None => tables.unit(written, on),
        Some("town") => tables.unit(town, on),
        Some("community") => community,
        Some(kind) => UnitKind::parse(kind).and_then(|kind| any(tables, kind, town, on, rng)),
    };
    found.map(|unit| unit.key.clone()).ok_or_else(|| format!("{}: no {written} on {on}", template.key))
}

fn venue(
    tables: &Tables,
    template: &Template,
    seat: Option<&UnitRow>,
    community: Option<&UnitRow>,
    town: &str,
    on: Day,
) -> Result<String, String> {
    let venue = tables.venues.get(&template.venue).ok_or_else(|| format!("{}: no venue", template.key))?;
    let around = match template.place {
        Level::District => None,
        Level::Town | Level::Community => community.or_else(|| tables.unit(town, on)),
    };
    let whose = match venue.at {
        At::Seat => seat.or(around),
        At::Place => around,
        At::Nowhere => None,
    };
    Ok(format!("{}{}", whose.map_or("", |unit| unit.name.as_str()), venue.name_zh))
}

/// The years of the tables.
pub fn years(tables: &Tables) -> Option<(Year, Year)> {
    Some((tables.volumes.first()?.year, tables.volumes.last()?.year))
}

#[cfg(test)]
mod tests;
