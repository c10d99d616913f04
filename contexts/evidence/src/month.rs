//! What a month came to: every indicator, and every town. The totals keep towns and indicators by year
//! only, so a month is counted from its deliveries: once when it is closed, and once for whoever asks what
//! moved it since.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Day, Refusal, Value};

use crate::close::ClosedIndicator;
use crate::fact::{Cell, Fact, Grain, Sums, add_to_totals, same_act};
use crate::figure::{Figure, Subject};
use crate::indicator::{Counted, Indicator, Source, Tally};
use crate::rule::{Rule, Told};
use crate::{DeliveryId, IndicatorId, indicators, store};

/// Deliveries read at once. Few in tests, so that they meet several pages.
const PAGE: i64 = if cfg!(test) { 2 } else { 500 };

/// What a month came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Month {
    /// The district and each purpose by town.
    pub towns: BTreeMap<Cell, Sums>,
    /// Every indicator. A statement speaks of a year: an attested one has no value in a month.
    pub indicators: Vec<ClosedIndicator>,
}

/// What one rule counted.
#[derive(Default)]
struct Tallied {
    counted: Counted,
    persons: BTreeSet<String>,
}

impl Tallied {
    fn value(&self, tally: Tally) -> Value {
        let persons = i64::try_from(self.persons.len()).unwrap_or(i64::MAX);
        match tally {
            Tally::Sessions => self.counted.sessions.into(),
            Tally::PersonTimes => self.counted.person_times.into(),
            // people came, and of none of them is known who: that is no answer, not zero
            Tally::Persons if self.persons.is_empty() && self.counted.person_times > 0 => Value::NotCollected,
            Tally::Persons => persons.into(),
        }
    }
}

/// Counts a month, named as in the totals, with its first and last day.
pub(crate) fn count(tx: &mut Tx, by: &Caller, (month, from, to): (&str, Day, Day)) -> Result<Month, Refusal> {
    let district = by.district();
    let mut rules = store::rule::list(tx, district)?;
    let all = store::indicator::list(tx, district)?;
    let mut rule_of: BTreeMap<IndicatorId, Rule> = BTreeMap::new();
    for one in &all {
        let versions = rules.remove(&one.id).unwrap_or_default();
        let counts = versions.into_iter().find(|rule| rule.counts_on(to.min(one.to)));
        rule_of.extend(counts.map(|rule| (one.id.clone(), rule)));
    }
    let (towns, tallied) = walk(tx, by, (month, from, to), &rule_of)?;
    let stocks = store::entry::stocks(tx, district)?;
    let versions = people::units::town_versions(tx, district)?;
    let mut figures = store::figure::list(tx, district)?;
    figures.retain(|one| one.life().stands() && one.details.subject == Subject::Value);
    let mut indicators = Vec::new();
    for one in all.iter().filter(|one| one.from <= to && one.to >= from) {
        let (value, n, rule) = match &one.source {
            Source::Counted { .. } => match rule_of.get(&one.id) {
                Some(rule) => {
                    let none = Tallied::default();
                    let of = tallied.get(&one.id).unwrap_or(&none);
                    (of.value(rule.tally), of.counted.sessions, Some(rule.n))
                }
                None => (Value::NotCollected, 0, None),
            },
            Source::Registered | Source::Coverage { .. } => match stocks.get(&one.id) {
                Some(stocks) => {
                    let point = indicators::stock_point(one, stocks, &versions, (to.year(), to));
                    (point.value, point.n, None)
                }
                None => (Value::NotCollected, 0, None),
            },
            Source::Measured | Source::Financial => figure_of(&figures, one, (from, to)),
            Source::Attested => (Value::NotCollected, 0, None),
        };
        indicators.push(ClosedIndicator::of(one, value, Value::NotCollected, n, rule));
    }
    Ok(Month { towns, indicators })
}

fn figure_of(figures: &[Figure], one: &Indicator, (from, to): (Day, Day)) -> (Value, i64, Option<i64>) {
    let of = || {
        let within = |figure: &&Figure| from <= figure.details.as_of && figure.details.as_of <= to;
        figures.iter().filter(|figure| figure.details.indicator.as_ref() == Some(&one.id)).filter(within)
    };
    let value = of().next().map_or(Value::NotCollected, |figure| Value::Number(figure.details.value));
    (value, i64::try_from(of().count()).unwrap_or(i64::MAX), None)
}

type Walked = (BTreeMap<Cell, Sums>, BTreeMap<IndicatorId, Tallied>);

/// Counts the verified deliveries of the month, page by page.
fn walk(
    tx: &mut Tx,
    by: &Caller,
    (month, from, to): (&str, Day, Day),
    rules: &BTreeMap<IndicatorId, Rule>,
) -> Result<Walked, Refusal> {
    let district = by.district();
    let (mut towns, mut tallied): Walked = Default::default();
    let asks_told = rules.values().any(|rule| rule.conditions.asks_told());
    let mut after = (from, DeliveryId::from(""));
    loop {
        let ids = store::delivery::verified_between(tx, district, (&after, to), PAGE)?;
        let Some(last) = ids.last() else { break };
        after = last.clone();
        let facts = store::fact::of_deliveries(tx, district, ids.iter().map(|(_, id)| id))?;
        let mut cells = BTreeMap::new();
        add_to_totals(&facts, &mut cells);
        for (cell, sums) in cells.into_iter().filter(|(cell, _)| cell.grain == Grain::Town) {
            towns.entry(Cell { period: month.to_owned(), ..cell }).or_default().add(sums);
        }
        let told = if asks_told {
            store::rule::told(tx, district, ids.iter().map(|(_, id)| id))?
        } else {
            BTreeMap::new()
        };
        for act in facts.chunk_by(same_act) {
            add(tx, by, (act, &told), rules, &mut tallied)?;
        }
    }
    Ok((towns, tallied))
}

/// Adds an act to what each rule counts.
fn add(
    tx: &mut Tx,
    by: &Caller,
    (act, told): (&[Fact], &BTreeMap<DeliveryId, Told>),
    rules: &BTreeMap<IndicatorId, Rule>,
    tallied: &mut BTreeMap<IndicatorId, Tallied>,
) -> Result<(), Refusal> {
    let Some(id) = act.first().map(|fact| &fact.source) else { return Ok(()) };
    let mut persons = None;
    for (indicator, rule) in rules {
        let Some(moved) = rule.moved(act, told.get(id)) else { continue };
        let of = tallied.entry(indicator.clone()).or_default();
        of.counted.add(moved);
        if rule.identifies(act) {
            let known = match persons.take() {
                Some(known) => known,
                None => store::person::of_delivery(tx, by.district(), id)?,
            };
            of.persons.extend(known.iter().cloned());
            persons = Some(known);
        }
    }
    Ok(())
}
