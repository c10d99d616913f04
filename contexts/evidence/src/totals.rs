//! Totals for pages of any context: each costs the cells that it shows, never the facts.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Day, DistrictId, Group, Reach, Refusal, UnitId, Year};

use crate::fact::{Grain, Sums};
use crate::filter::Filter;
use crate::{Part, PurposeId, store};

pub use crate::counting::{rebuild, rebuild_totals};

/// A filter over more years than this was typed by hand; its lines are counted.
const MOST_YEARS: Year = 100;

/// Whole years, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First year.
    pub from: Year,
    /// Last year.
    pub to: Year,
}

impl Period {
    /// One year.
    pub const fn year(year: Year) -> Self {
        Self { from: year, to: year }
    }

    /// The list of verified deliveries of the period; narrow it and take its address.
    pub fn filter(self) -> Filter {
        Filter {
            from: Day::new(self.from, 1, 1),
            to: Day::new(self.to, 12, 31),
            state: Some("verified"),
            ..Filter::default()
        }
    }
}

fn years(period: Period) -> Vec<String> {
    (period.from..=period.to).map(|year| format!("{year:04}")).collect()
}

fn purpose_key(purpose: Option<&PurposeId>) -> &str {
    purpose.map_or("", PurposeId::as_str)
}

/// The sums of a purpose, or of the whole district over distinct deliveries.
///
/// # Errors
/// As the database refuses.
pub fn of(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    period: Period,
) -> Result<Sums, Refusal> {
    let cells = store::total::of_purpose(tx, district, purpose_key(purpose), Grain::All, &years(period))?;
    let mut sums = Sums::default();
    cells.into_iter().for_each(|(_, one)| sums.add(one));
    Ok(sums)
}

/// The sums of every purpose. They do not add up to the district: a delivery may serve several.
///
/// # Errors
/// As the database refuses.
pub fn by_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    period: Period,
) -> Result<BTreeMap<PurposeId, Sums>, Refusal> {
    collect_purposes(tx, district, (Grain::All, ""), period)
}

/// The sums of every purpose as one unit's page shows them: organised (progress) or supported
/// (a contribution).
///
/// # Errors
/// As the database refuses.
pub fn by_purpose_of_unit(
    tx: &mut Tx,
    district: &DistrictId,
    (unit, part): (&UnitId, Part),
    period: Period,
) -> Result<BTreeMap<PurposeId, Sums>, Refusal> {
    collect_purposes(tx, district, (part.into(), unit.as_str()), period)
}

/// The sums of every purpose as every unit's page shows them; what a unit had no part in is absent.
///
/// # Errors
/// As the database refuses.
pub fn by_purpose_and_unit(
    tx: &mut Tx,
    district: &DistrictId,
    part: Part,
    period: Period,
) -> Result<BTreeMap<(UnitId, PurposeId), Sums>, Refusal> {
    let mut sums: BTreeMap<(UnitId, PurposeId), Sums> = BTreeMap::new();
    for (cell, one) in store::total::by_purpose_and_key(tx, district, part.into(), &years(period))? {
        sums.entry((cell.key.into(), cell.purpose.into())).or_default().add(one);
    }
    Ok(sums)
}

/// The sums of every purpose by year.
///
/// # Errors
/// As the database refuses.
pub fn by_purpose_and_year(
    tx: &mut Tx,
    district: &DistrictId,
    period: Period,
) -> Result<BTreeMap<(PurposeId, Year), Sums>, Refusal> {
    let cells = store::total::by_purpose(tx, district, (Grain::All, ""), &years(period))?;
    let year = |period: String| period.parse().unwrap_or_default();
    Ok(cells.into_iter().map(|(cell, sums)| ((cell.purpose.into(), year(cell.period)), sums)).collect())
}

/// What was submitted for every purpose by year and waits for a second person: never counted, but it
/// says that a number is about to move. Costs what is open.
///
/// # Errors
/// As the database refuses.
pub fn waiting_by_purpose(
    tx: &mut Tx,
    district: &DistrictId,
    period: Period,
) -> Result<BTreeMap<(PurposeId, Year), Sums>, Refusal> {
    let (first, last) = (format!("{:04}-01-01", period.from), format!("{:04}-12-31", period.to));
    let waiting = store::list::waiting_by_purpose(tx, district, (&first, &last))?;
    let cell = |(purpose, year, sums): (String, String, _)| {
        ((purpose.into(), year.parse().unwrap_or_default()), sums)
    };
    Ok(waiting.into_iter().map(cell).collect())
}

fn collect_purposes(
    tx: &mut Tx,
    district: &DistrictId,
    (grain, key): (Grain, &str),
    period: Period,
) -> Result<BTreeMap<PurposeId, Sums>, Refusal> {
    let mut sums: BTreeMap<PurposeId, Sums> = BTreeMap::new();
    for (cell, one) in store::total::by_purpose(tx, district, (grain, key), &years(period))? {
        sums.entry(cell.purpose.into()).or_default().add(one);
    }
    Ok(sums)
}

/// By town; towns without any delivery are absent.
///
/// # Errors
/// As the database refuses.
pub fn by_town(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    period: Period,
) -> Result<BTreeMap<UnitId, Sums>, Refusal> {
    by_key(tx, district, purpose, (Grain::Town, period))
}

/// By unit that organised or supported. A co-hosted delivery stands in each organiser's row, so
/// the rows do not add up to the district.
///
/// # Errors
/// As the database refuses.
pub fn by_unit(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    part: Part,
    period: Period,
) -> Result<BTreeMap<UnitId, Sums>, Refusal> {
    by_key(tx, district, purpose, (part.into(), period))
}

/// By group: the deliveries that reached it, and its own heads.
///
/// # Errors
/// As the database refuses.
pub fn by_group(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    period: Period,
) -> Result<BTreeMap<Group, Sums>, Refusal> {
    let by_code: BTreeMap<String, Sums> = by_key(tx, district, purpose, (Grain::Group, period))?;
    Ok(by_code.into_iter().filter_map(|(code, sums)| Some((Group::parse(&code)?, sums))).collect())
}

/// By month of a year, `2025-01` to `2025-12`; months without any delivery are absent.
///
/// # Errors
/// As the database refuses.
pub fn by_month(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    year: Year,
) -> Result<BTreeMap<String, Sums>, Refusal> {
    let months: Vec<String> = (1..=12).map(|month| format!("{year:04}-{month:02}")).collect();
    let cells = store::total::of_purpose(tx, district, purpose_key(purpose), Grain::All, &months)?;
    Ok(cells.into_iter().map(|(cell, sums)| (cell.period, sums)).collect())
}

/// By year.
///
/// # Errors
/// As the database refuses.
pub fn by_year(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    period: Period,
) -> Result<BTreeMap<Year, Sums>, Refusal> {
    let cells = store::total::of_purpose(tx, district, purpose_key(purpose), Grain::All, &years(period))?;
    Ok(cells.into_iter().map(|(cell, sums)| (cell.period.parse().unwrap_or_default(), sums)).collect())
}

fn by_key<K: From<String> + Ord>(
    tx: &mut Tx,
    district: &DistrictId,
    purpose: Option<&PurposeId>,
    (grain, period): (Grain, Period),
) -> Result<BTreeMap<K, Sums>, Refusal> {
    let mut sums: BTreeMap<K, Sums> = BTreeMap::new();
    for (cell, one) in store::total::of_purpose(tx, district, purpose_key(purpose), grain, &years(period))? {
        sums.entry(cell.key.into()).or_default().add(one);
    }
    Ok(sums)
}

/// The sums of a filter that one row of cells says: verified, whole years or one month, and at most
/// one of town, unit with its part, and group. `None` for every other filter.
///
/// # Errors
/// As the database refuses.
pub fn of_filter(tx: &mut Tx, district: &DistrictId, filter: &Filter) -> Result<Option<Sums>, Refusal> {
    let (Some(from), Some(to), Some("verified")) = (filter.from, filter.to, filter.state) else {
        return Ok(None);
    };
    let unit = match (&filter.unit, filter.part) {
        (Some(unit), Some(part)) => Some((Grain::from(part), unit.as_str())),
        (None, _) => None,
        (Some(_), None) => return Ok(None),
    };
    let town = filter.town.as_ref().map(|town| (Grain::Town, town.as_str()));
    let group = filter.group.map(|group| (Grain::Group, group.code()));
    let mut cells = [unit, town, group].into_iter().flatten();
    let (cell, second) = (cells.next(), cells.next());
    let whole_years = (from.month(), from.day_of_month(), to.month(), to.day_of_month()) == (1, 1, 12, 31);
    let whole_month = from.day_of_month() == 1
        && to.month_text() == from.month_text()
        && to.plus_days(1).month() != to.month();
    let of = Period { from: from.year(), to: to.year() };
    let periods = if whole_years && of.to - of.from < MOST_YEARS {
        years(of)
    } else if whole_month && cell.is_none() {
        vec![from.month_text()]
    } else {
        return Ok(None);
    };
    let of_rules = !(filter.kinds.is_empty() && filter.groups.is_empty() && filter.topics.is_empty());
    if of_rules
        || filter.place.is_some()
        || second.is_some()
        || filter.kind.is_some()
        || !filter.text.is_empty()
        || from > to
    {
        return Ok(None);
    }
    let (grain, key) = cell.unwrap_or((Grain::All, ""));
    let purpose = purpose_key(filter.purpose.as_ref());
    let rows = store::total::of_purpose(tx, district, purpose, grain, &periods)?;
    let mut sums = Sums::default();
    rows.into_iter().filter(|(cell, _)| cell.key == key).for_each(|(_, one)| sums.add(one));
    Ok(Some(sums))
}

/// The sums of a filter over any days: from the cells where they say it, else by adding up its list.
/// `None` when that is too long to be added up on a page.
///
/// # Errors
/// As the database refuses.
pub fn of_list(tx: &mut Tx, district: &DistrictId, filter: &Filter) -> Result<Option<Sums>, Refusal> {
    if let Some(sums) = of_filter(tx, district, filter)? {
        return Ok(Some(sums));
    }
    let (sums, is_long) = store::list::sums(tx, district, &Reach::All, filter)?;
    Ok(Some(sums).filter(|_| !is_long))
}
