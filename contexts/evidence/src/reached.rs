//! When a figure came to what was promised: in time, or on which later day.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Day, DistrictId, Refusal, UnitId};
use people::units::Unit;

use crate::fact::{Fact, same_act};
use crate::indicator::{Tally, covered};
use crate::store::entry::Stock;
use crate::{DeliveryId, IndicatorId, Rule, RuleState, Source, store};

/// Deliveries of a purpose read at once. Few in tests, so that they meet several pages.
const PAGE: i64 = if cfg!(test) { 2 } else { 500 };

/// When a figure that is there today first was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// On the due day or before.
    InTime,
    /// On this day after the due day.
    On(Day),
    /// What is stored does not say on which day.
    Unknown,
}

/// When the figure of an indicator first was `there`, up to `until`: by the days on which things
/// happened or stood, not by those on which they were recorded. Costs the deliveries of the
/// indicator's purpose, or its entries: for one promise at a time, never for a whole board.
///
/// # Errors
/// As the database refuses.
pub fn reached(
    tx: &mut Tx,
    by: &Caller,
    id: &IndicatorId,
    there: impl Fn(i64) -> bool,
    (due, until): (Day, Day),
) -> Result<Reached, Refusal> {
    let district = by.district();
    let Some(indicator) = store::indicator::list(tx, district)?.into_iter().find(|one| one.id == *id) else {
        return Ok(Reached::Unknown);
    };
    let day = match &indicator.source {
        Source::Counted { .. } => counted(tx, district, id, &there, until)?,
        Source::Registered | Source::Coverage { .. } => {
            let stocks = store::entry::stocks(tx, district)?.remove(id).unwrap_or_default();
            let towns = people::units::town_versions(tx, district)?;
            stood(&indicator.source, &stocks, &towns, &there, (due, until))
        }
        Source::Measured | Source::Financial | Source::Attested => None,
    };
    Ok(match day {
        None => Reached::Unknown,
        Some(day) if day <= due => Reached::InTime,
        Some(day) => Reached::On(day),
    })
}

/// What was added up so far, and who came.
#[derive(Default)]
struct Sum {
    n: i64,
    persons: BTreeSet<String>,
}

/// Adds up, rule by rule, the deliveries of a purpose in the order of their days until the figure is
/// there. Rules without a purpose would cost all facts: of these nothing is said.
fn counted(
    tx: &mut Tx,
    district: &DistrictId,
    id: &IndicatorId,
    there: &impl Fn(i64) -> bool,
    until: Day,
) -> Result<Option<Day>, Refusal> {
    let mut rules = store::rule::list_of(tx, district, id)?;
    rules.retain(|rule| !matches!(rule.state(), RuleState::Draft) && rule.from <= rule.to);
    rules.sort_by_key(|rule| rule.from);
    let mut sum = Sum::default();
    for rule in &rules {
        let Some(purpose) = &rule.conditions.purpose else { return Ok(None) };
        let (mut after, until) = ((rule.from, DeliveryId::from("")), rule.to.min(until));
        loop {
            let ids = store::delivery::ids_for(tx, district, purpose, (&after, until), PAGE)?;
            let Some(last) = ids.last() else { break };
            after = last.clone();
            if let Some(day) = add(tx, district, rule, &ids, (&mut sum, there))? {
                return Ok(Some(day));
            }
        }
    }
    Ok(None)
}

/// Adds a page of deliveries; the day of the one that filled it.
fn add(
    tx: &mut Tx,
    district: &DistrictId,
    rule: &Rule,
    ids: &[(Day, DeliveryId)],
    (sum, there): (&mut Sum, &impl Fn(i64) -> bool),
) -> Result<Option<Day>, Refusal> {
    let mut facts: BTreeMap<DeliveryId, Vec<Fact>> = BTreeMap::new();
    for fact in store::fact::of_deliveries(tx, district, ids.iter().map(|(_, id)| id))? {
        facts.entry(fact.source.clone()).or_default().push(fact);
    }
    let told = if rule.conditions.asks_told() {
        store::rule::told(tx, district, ids.iter().map(|(_, id)| id))?
    } else {
        BTreeMap::new()
    };
    for (day, id) in ids {
        let facts = facts.get(id).map(Vec::as_slice).unwrap_or_default();
        let acts = || facts.chunk_by(same_act);
        let moves = acts().filter_map(|act| rule.moved(act, told.get(id)));
        let (n, heads) = moves.fold((0, 0), |(n, heads), one| (n + one.sessions, heads + one.person_times));
        // what was taken back again leaves nothing
        if n <= 0 {
            continue;
        }
        match rule.tally {
            Tally::Sessions => sum.n += n,
            Tally::PersonTimes => sum.n += heads,
            Tally::Persons if acts().any(|act| rule.identifies(act)) => {
                sum.persons.extend(store::person::of_delivery(tx, district, id)?);
                sum.n = i64::try_from(sum.persons.len()).unwrap_or(i64::MAX);
            }
            Tally::Persons => {}
        }
        if there(sum.n) {
            return Ok(Some(*day));
        }
    }
    Ok(None)
}

/// The due day if the stock was there then, else the first day after it on which it was.
fn stood(
    source: &Source,
    stocks: &[Stock],
    towns: &[Unit],
    there: &impl Fn(i64) -> bool,
    (due, until): (Day, Day),
) -> Option<Day> {
    let ends = stocks.iter().filter_map(|one| Some(one.to?.plus_days(1)));
    let changes = stocks.iter().map(|one| one.from).chain(ends);
    let days: BTreeSet<Day> = changes.filter(|day| *day > due && *day <= until).chain([due]).collect();
    days.into_iter().find(|day| {
        let stands = |one: &&Stock| one.from <= *day && one.to.is_none_or(|to| to >= *day);
        let in_force = || stocks.iter().filter(stands);
        let value = if let Source::Coverage { per_town } = source {
            let living: BTreeSet<&UnitId> =
                towns.iter().filter(|town| town.holds(*day)).map(|town| &town.id).collect();
            let entries = in_force().filter_map(|one| Some((one.town.as_ref()?, one.n)));
            i64::try_from(covered(entries, &living, *per_town)).unwrap_or(i64::MAX)
        } else {
            in_force().map(|one| one.n).sum()
        };
        there(value)
    })
}
