//! Indicators: registered by their owner, read as series by year.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Day, DistrictId, Problem, Refusal, UnitId, Value, Year};
use people::units::Unit;

use crate::counting::Years;
use crate::figure::{Figure, Subject};
use crate::indicator::{Counted, Indicator, Point, Series, Source, Tally, covered};
use crate::rule::{Conditions, Rule, RuleState};
use crate::store::entry::Stock;
use crate::{Filter, IndicatorId, Stamp, recount, store};

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
    let before = store::indicator::list_registered(tx, by.district())?;
    store::indicator::retire_all(tx, by.district())?;
    let mut moved = BTreeSet::new();
    for (position, indicator) in (0..).zip(indicators) {
        store::indicator::save(tx, by.district(), indicator, position)?;
        if ready_rule(tx, by, indicator)? || !before.iter().any(|old| old.id == indicator.id) {
            moved.insert(&indicator.id);
        }
    }
    // one that left is no longer kept up, so what it came to is not true for long
    let gone = before.iter().map(|old| &old.id).filter(|id| !ids.contains(id));
    let stale: BTreeSet<&IndicatorId> = gone.chain(moved.iter().copied()).collect();
    store::indicator::forget(tx, by.district(), stale)?;
    let anew = indicators.iter().filter(|one| moved.contains(&one.id));
    anew.into_iter().try_for_each(|one| recount::begin(tx, by, &one.id))
}

/// Makes what the owner says that a counted indicator counts its rule, unless its newest ready version
/// says so already; answers whether anything changed. A version that people wrote since stays while the
/// owner does not change its mind.
fn ready_rule(tx: &mut Tx, by: &Caller, indicator: &Indicator) -> Result<bool, Refusal> {
    let Source::Counted { purpose, kind, group, tally } = &indicator.source else { return Ok(false) };
    let conditions = Conditions {
        purpose: purpose.clone(),
        kinds: kind.iter().copied().collect(),
        groups: group.iter().copied().collect(),
        ..Conditions::default()
    };
    let versions = store::rule::list_of(tx, by.district(), &indicator.id)?;
    let last_day = versions.iter().map(|one| one.to).max();
    let same = |one: &&Rule| {
        (&one.conditions, one.tally, one.from) == (&conditions, *tally, indicator.from)
            && last_day == Some(indicator.to)
    };
    if versions.iter().rfind(|one| one.is_ready).as_ref().is_some_and(same) {
        return Ok(false);
    }
    let actor = &by.actor;
    let account = actor.account.clone().unwrap_or_else(|| kernel::AccountId::from(String::new()));
    let stamp = Stamp { by: account, name: actor.name.clone(), at: by.now() };
    let rule = Rule {
        id: by.id(),
        indicator: indicator.id.clone(),
        n: versions.last().map_or(1, |last| last.n + 1),
        conditions,
        tally: *tally,
        from: indicator.from,
        to: indicator.to,
        why: String::new(),
        is_ready: true,
        made: stamp.clone(),
        state: RuleState::InForce { put: stamp },
        version: 1,
    };
    crate::actions::rule::follow(tx, by, &rule)?;
    store::rule::insert(tx, by.district(), &rule)?;
    Ok(true)
}

/// The indicators in force.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Indicator>, Refusal> {
    store::indicator::list(tx, district)
}

/// Refuses what would write down half of a number: closing, scoring, printing.
///
/// # Errors
/// Conflict while an indicator is being counted anew.
pub fn check_counted(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    match store::recount::list(tx, district)?.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Conflict(Problem::new("evidence-counting-now"))),
    }
}

/// Every indicator as a series by year, from its first year to `year`. The stock of a year is
/// taken at its end, and today in the year that runs. What nobody has filled is `NotCollected`, what is
/// being counted anew `Counting`.
///
/// # Errors
/// As the database refuses.
pub fn values(tx: &mut Tx, by: &Caller, year: Year) -> Result<Vec<Series>, Refusal> {
    let district = by.district();
    let counted = store::indicator::totals(tx, district, year)?;
    let attested = store::attestation::standing(tx, district)?;
    let stocks = store::entry::stocks(tx, district)?;
    let towns = people::units::town_versions(tx, district)?;
    let rules = store::rule::list(tx, district)?;
    let recounts = store::recount::list(tx, district)?;
    let mut figures = store::figure::list(tx, district)?;
    figures.retain(|one| one.life().stands() && one.details.subject == Subject::Value);
    let mut series = Vec::new();
    for indicator in store::indicator::list(tx, district)? {
        let mut points = Vec::new();
        let mut to_date = Counted::default();
        for year in indicator.from.year()..=year.min(indicator.to.year()) {
            points.push(match &indicator.source {
                Source::Counted { .. } => {
                    let versions = rules.get(&indicator.id).map(Vec::as_slice).unwrap_or_default();
                    let point = counted_point((&indicator, versions), year, &counted, &mut to_date);
                    if recounts.contains_key(&indicator.id) { unfinished(point) } else { point }
                }
                Source::Registered | Source::Coverage { .. } => match stocks.get(&indicator.id) {
                    Some(stocks) => {
                        let on = Day::new(year, 12, 31).unwrap_or(indicator.to).min(by.today());
                        stock_point(&indicator, stocks, &towns, (year, on))
                    }
                    None => missing(year),
                },
                Source::Measured | Source::Financial => {
                    let on = Day::new(year, 12, 31).unwrap_or(indicator.to).min(by.today());
                    figure_point(&figures, &indicator.id, (year, on))
                }
                Source::Attested => attested_point(&indicator, year, &attested),
            });
        }
        series.push(Series { indicator, points });
    }
    Ok(series)
}

fn missing(year: Year) -> Point {
    let value = Value::NotCollected;
    Point {
        year,
        value,
        to_date: value,
        n: 0,
        unidentified: None,
        href: None,
        href_to_date: None,
        rule: None,
        interval: None,
        as_of: None,
    }
}

/// A year that is being counted anew: half of a number is none.
fn unfinished(point: Point) -> Point {
    let value = Value::Counting;
    Point { value, to_date: value, n: 0, unidentified: None, ..point }
}

/// A counted year; `to_date` holds the sums of the years before it and is brought up to date. Without
/// any delivery it is 0, and truly so: nothing was verified.
fn counted_point(
    (indicator, versions): (&Indicator, &[Rule]),
    year: Year,
    counted: &Years,
    to_date: &mut Counted,
) -> Point {
    let Some(rule) = rule_of(indicator, versions, year) else { return missing(year) };
    let sums = counted.get(&(indicator.id.clone(), year)).map(|(_, sums)| *sums).unwrap_or_default();
    to_date.add(sums);
    let (value, so_far) = match rule.tally {
        Tally::Sessions => (sums.sessions, to_date.sessions),
        Tally::PersonTimes => (sums.person_times, to_date.person_times),
        Tally::Persons => (sums.persons, to_date.persons_new),
    };
    let persons = rule.tally == Tally::Persons;
    // people came, and of none of them is known who: that is no answer, not zero
    let unknown = |sums: &Counted| persons && sums.identified == 0 && sums.person_times > 0;
    let filter = rule.filter(year);
    // one list has what several versions counted only when one of them counted all of it
    let href_to_date = if rule.from <= indicator.from {
        Filter { from: Some(indicator.from), ..filter.clone() }.href()
    } else {
        format!("/desk/indicators/{}", indicator.id)
    };
    Point {
        year,
        value: if unknown(&sums) { Value::NotCollected } else { value.into() },
        to_date: if unknown(to_date) { Value::NotCollected } else { so_far.into() },
        n: sums.sessions,
        unidentified: persons.then_some(sums.person_times - sums.identified),
        href: Some(filter.href()),
        href_to_date: Some(href_to_date),
        rule: Some((rule.n, rule.from)),
        interval: None,
        as_of: None,
    }
}

/// The version that counts a year: all its days that the indicator has are counted by one.
fn rule_of<'a>(indicator: &Indicator, versions: &'a [Rule], year: Year) -> Option<&'a Rule> {
    let on = Day::new(year, 12, 31)?.min(indicator.to);
    versions.iter().find(|one| one.counts_on(on))
}

/// The newest confirmed figure of a year, and the newest of any time until its end.
fn figure_point(figures: &[Figure], id: &IndicatorId, (year, on): (Year, Day)) -> Point {
    let of = || figures.iter().map(|one| &one.details).filter(|one| one.indicator.as_ref() == Some(id));
    let newest =
        |from: Option<Day>| of().find(|one| one.as_of <= on && from.is_none_or(|from| one.as_of >= from));
    let Some(known) = newest(None) else { return missing(year) };
    let href = Some(format!("/desk/figures?subject={id}"));
    Point {
        value: newest(Day::new(year, 1, 1)).map_or(Value::NotCollected, |one| Value::Number(one.value)),
        to_date: Value::Number(known.value),
        n: i64::try_from(of().filter(|one| one.as_of <= on).count()).unwrap_or(i64::MAX),
        href_to_date: href.clone(),
        href,
        interval: known.interval,
        as_of: Some(known.as_of),
        ..missing(year)
    }
}

/// What a stock was on a day.
pub(crate) fn stock_point(
    indicator: &Indicator,
    stocks: &[Stock],
    towns: &[Unit],
    (year, on): (Year, Day),
) -> Point {
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
    Point { value, to_date: value, n, href_to_date: href.clone(), href, ..missing(year) }
}

fn attested_point(indicator: &Indicator, year: Year, standing: &BTreeMap<(IndicatorId, Year), i64>) -> Point {
    match standing.get(&(indicator.id.clone(), year)) {
        None => missing(year),
        Some(n) => {
            let href =
                Some(format!("/desk/attestations?indicator={}&year={year}&state=confirmed", indicator.id));
            let value = (*n).into();
            Point { value, to_date: value, n: *n, href_to_date: href.clone(), href, ..missing(year) }
        }
    }
}
