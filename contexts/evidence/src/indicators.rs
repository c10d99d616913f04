//! Indicators: registered by their owner, read as series by year.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Day, DistrictId, Problem, Refusal, UnitId, Value, Year};
use people::units::Unit;

use crate::indicator::{Counted, Indicator, Point, Series, Source, Tally, covered};
use crate::store::entry::Stock;
use crate::totals::Period;
use crate::{Filter, IndicatorId, counting, store};

/// Puts these indicators in place of those registered before. A counted one whose rule is new or
/// differs is counted anew from the facts; the others keep what they have. Doing it twice changes
/// nothing.
///
/// # Errors
/// Invalid when an id is named twice, a span ends before it begins, or a town needs no entry.
pub fn register(tx: &mut Tx, by: &Caller, indicators: &[Indicator]) -> Result<(), Refusal> {
    let ids: BTreeSet<_> = indicators.iter().map(|one| &one.id).collect();
    let bad = |one: &Indicator| {
        one.to < one.from || matches!(one.source, Source::Coverage { per_town } if per_town < 1)
    };
    if ids.len() != indicators.len() || indicators.iter().any(bad) {
        return Err(Problem::new("evidence-indicators-inconsistent").into());
    }
    let before = store::indicator::list(tx, by.district())?;
    store::indicator::retire_all(tx, by.district())?;
    for (position, indicator) in (0..).zip(indicators) {
        store::indicator::save(tx, by.district(), indicator, position)?;
    }
    let same_rule =
        |one: &Indicator, two: &Indicator| (&one.source, one.from, one.to) == (&two.source, two.from, two.to);
    let stays = |old: &&Indicator| indicators.iter().any(|one| one.id == old.id && same_rule(one, old));
    let moved = |one: &&Indicator| !before.iter().any(|old| old.id == one.id && same_rule(one, old));
    // one that left is no longer kept up, so what it came to is not true for long
    let gone = before.iter().filter(|old| !stays(old)).map(|old| &old.id);
    let anew: Vec<&Indicator> = indicators.iter().filter(moved).collect();
    let stale: BTreeSet<&IndicatorId> = gone.chain(anew.iter().map(|one| &one.id)).collect();
    store::indicator::forget(tx, by.district(), stale)?;
    anew.into_iter().try_for_each(|one| counting::count_anew(tx, by.district(), one))
}

/// The indicators in force.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Indicator>, Refusal> {
    store::indicator::list(tx, district)
}

/// Every indicator as a series by year, from its first year to `year`. The stock of a year is
/// taken at its end, and today in the year that runs. What nobody has filled is `NotCollected`.
///
/// # Errors
/// As the database refuses.
pub fn values(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Series>, Refusal> {
    let district = by.district();
    let counted = store::indicator::totals(tx, district, year)?;
    let attested = store::attestation::standing(tx, district)?;
    let stocks = store::entry::stocks(tx, district)?;
    let towns = people::units::town_versions(tx, district)?;
    let mut series = Vec::new();
    for indicator in store::indicator::list(tx, district)? {
        let mut points = Vec::new();
        let mut to_date = Counted::default();
        for year in indicator.from.year()..=year.min(indicator.to.year()) {
            points.push(match &indicator.source {
                Source::Counted { .. } => counted_point(&indicator, year, &counted, &mut to_date),
                Source::Registered | Source::Coverage { .. } => match stocks.get(&indicator.id) {
                    Some(stocks) => {
                        let on = Day::new(year, 12, 31).unwrap_or(indicator.to).min(by.today());
                        stock_point(&indicator, stocks, &towns, (year, on))
                    }
                    None => missing(year),
                },
                Source::Measured | Source::Financial => missing(year),
                Source::Attested => attested_point(&indicator, year, &attested),
            });
        }
        series.push(Series { indicator, points });
    }
    Ok(series)
}

fn missing(year: Year) -> Point {
    let value = Value::NotCollected;
    Point { year, value, to_date: value, n: 0, unidentified: None, href: None, href_to_date: None }
}

/// A counted year; `to_date` holds the sums of the years before it and is brought up to date. Without
/// any delivery it is 0, and truly so: nothing was verified.
fn counted_point(
    indicator: &Indicator,
    year: Year,
    counted: &BTreeMap<(IndicatorId, Year), Counted>,
    to_date: &mut Counted,
) -> Point {
    let Source::Counted { tally, .. } = &indicator.source else {
        return missing(year);
    };
    let sums = counted.get(&(indicator.id.clone(), year)).copied().unwrap_or_default();
    to_date.add(sums);
    let (value, so_far) = match tally {
        Tally::Sessions => (sums.sessions, to_date.sessions),
        Tally::PersonTimes => (sums.person_times, to_date.person_times),
        Tally::Persons => (sums.persons, to_date.persons_new),
    };
    // people came, and of none of them is known who: that is no answer, not zero
    let unknown = |sums: &Counted| *tally == Tally::Persons && sums.identified == 0 && sums.person_times > 0;
    let filter = filter(indicator, year).unwrap_or_default();
    let so_far_filter = Filter { from: Some(indicator.from), ..filter.clone() };
    Point {
        year,
        value: if unknown(&sums) { Value::NotCollected } else { value.into() },
        to_date: if unknown(to_date) { Value::NotCollected } else { so_far.into() },
        n: sums.sessions,
        unidentified: (*tally == Tally::Persons).then_some(sums.person_times - sums.identified),
        href: Some(filter.href()),
        href_to_date: Some(so_far_filter.href()),
    }
}

/// The list of the deliveries that a counted indicator counts in a year; none for the other kinds.
pub(crate) fn filter(indicator: &Indicator, year: Year) -> Option<Filter> {
    let Source::Counted { purpose, kind, group, tally: _ } = &indicator.source else { return None };
    let mut filter = Period::year(year).filter();
    filter.purpose.clone_from(purpose);
    filter.kind = *kind;
    filter.group = *group;
    filter.from = filter.from.max(Some(indicator.from));
    filter.to = filter.to.min(Some(indicator.to));
    Some(filter)
}

fn stock_point(indicator: &Indicator, stocks: &[Stock], towns: &[Unit], (year, on): (Year, Day)) -> Point {
    let in_force = || stocks.iter().filter(|one| one.from <= on && one.to.is_none_or(|to| to >= on));
    let n = in_force().map(|one| one.n).sum();
    let value = match indicator.source {
        Source::Coverage { per_town } => {
            let towns: BTreeSet<&UnitId> =
                towns.iter().filter(|town| town.holds(on)).map(|town| &town.id).collect();
            let entries = in_force().filter_map(|one| Some((one.town.as_ref()?, one.n)));
            i64::try_from(covered(entries, &towns, per_town)).unwrap_or(i64::MAX)
        }
        Source::Registered
        | Source::Counted { .. }
        | Source::Measured
        | Source::Financial
        | Source::Attested => n,
    };
    let href = Some(format!("/desk/entries?indicator={}&on={on}", indicator.id));
    let value = value.into();
    Point { year, value, to_date: value, n, unidentified: None, href_to_date: href.clone(), href }
}

fn attested_point(indicator: &Indicator, year: Year, standing: &BTreeMap<(IndicatorId, Year), i64>) -> Point {
    match standing.get(&(indicator.id.clone(), year)) {
        None => missing(year),
        Some(n) => {
            let href =
                Some(format!("/desk/attestations?indicator={}&year={year}&state=confirmed", indicator.id));
            let value = (*n).into();
            Point { year, value, to_date: value, n: *n, unidentified: None, href_to_date: href.clone(), href }
        }
    }
}
