//! Counting: facts are appended and the totals move with them in the same transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use db::Tx;
use kernel::{Caller, DistrictId, Refusal, Year};

use crate::fact::{Cell, Fact, Moved, Sums, add_to_totals, facts_of, reversals_of, same_act};
use crate::indicator::{Counted, appear};
use crate::rule::{Rule, RuleState, Told};
use crate::store::fact::Brief;
use crate::{Delivery, DeliveryId, IndicatorId, log, recount, store};

/// Facts read at once by a rebuild.
const PAGE: i64 = 20_000;

/// Counts a delivery that was just verified.
///
/// # Errors
/// As the database refuses.
pub fn count(
    tx: &mut Tx,
    by: &Caller,
    delivery: &Delivery,
    account: &kernel::AccountId,
) -> Result<(), Refusal> {
    let mut place = store::fact::next_place(tx)?;
    let facts = facts_of(delivery, account, by.now(), || {
        place += 1;
        place
    });
    post(tx, by.district(), &facts)
}

/// Takes back what a delivery left.
///
/// # Errors
/// As the database refuses.
pub fn take_back(
    tx: &mut Tx,
    by: &Caller,
    id: &DeliveryId,
    reason: &str,
    account: &kernel::AccountId,
) -> Result<(), Refusal> {
    let left = store::fact::list(tx, by.district(), id)?;
    let mut place = store::fact::next_place(tx)?;
    let facts = reversals_of(&left, reason, account, by.now(), || {
        place += 1;
        place
    });
    post(tx, by.district(), &facts)
}

/// Appends the facts of one act and moves everything that counts them.
fn post(tx: &mut Tx, district: &DistrictId, act: &[Fact]) -> Result<(), Refusal> {
    store::fact::append(tx, district, act)?;
    log::append(tx, district, act)?;
    let mut cells = BTreeMap::new();
    add_to_totals(act, &mut cells);
    store::total::move_by(tx, district, &cells)?;
    let purposes: BTreeSet<&str> =
        act.iter().flat_map(|fact| &fact.purposes).map(crate::PurposeId::as_str).collect();
    let Some(first) = act.first() else { return Ok(()) };
    let rules = store::rule::list_counting(tx, district, purposes.into_iter(), (first.on, &first.source))?;
    let rules: Vec<&Rule> = rules.iter().collect();
    let mut sums = BTreeMap::new();
    add_to_indicators(tx, district, &rules, act, &mut sums)?;
    store::indicator::move_by(tx, district, &sums)
}

/// What moved in the years of indicators, with the version of the rule that counted each year.
pub(crate) type Years = BTreeMap<(IndicatorId, Year), (i64, Counted)>;

pub(crate) fn add_to_indicators(
    tx: &mut Tx,
    district: &DistrictId,
    rules: &[&Rule],
    act: &[Fact],
    sums: &mut Years,
) -> Result<(), Refusal> {
    let told = told(tx, district, rules, act)?;
    rules.iter().try_for_each(|rule| add_to_indicator(tx, district, rule, (act, told.as_ref()), sums))
}

/// What a delivery's page tells beside its facts, when a rule asks for it.
fn told(tx: &mut Tx, district: &DistrictId, rules: &[&Rule], act: &[Fact]) -> Result<Option<Told>, Refusal> {
    match act.first() {
        Some(fact) if rules.iter().any(|rule| rule.conditions.asks_told()) => {
            Ok(store::rule::told(tx, district, [&fact.source])?.remove(&fact.source))
        }
        Some(_) | None => Ok(None),
    }
}

fn add_to_indicator(
    tx: &mut Tx,
    district: &DistrictId,
    rule: &Rule,
    (act, told): (&[Fact], Option<&Told>),
    sums: &mut Years,
) -> Result<(), Refusal> {
    let (Some(moved), Some(fact)) = (rule.moved(act, told), act.first()) else {
        return Ok(());
    };
    let year = fact.on.year();
    let mut counts = BTreeMap::from([(year, moved)]);
    if rule.identifies(act) {
        let persons = store::person::of_delivery(tx, district, &fact.source)?;
        let mut known = store::person::appearances(tx, district, &rule.indicator, &persons)?;
        let mut rows = Vec::new();
        for person in persons {
            let refs = known.entry(person.clone()).or_default();
            appear(refs, year, moved.sessions, &mut counts);
            rows.push((person, year, refs.get(&year).copied().unwrap_or_default()));
        }
        store::person::save_appearances(tx, district, &rule.indicator, &rows)?;
    }
    for (year, counted) in counts {
        // another year that a person moves was counted before, by its own version: that one stands
        let (_, sum) = sums.entry((rule.indicator.clone(), year)).or_insert((rule.n, Counted::default()));
        sum.add(counted);
    }
    Ok(())
}

/// Computes all totals anew from the facts. Leaves the same rows as counting one by one did.
///
/// # Errors
/// As the database refuses.
pub fn rebuild(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    rebuild_totals(tx, district)?;
    store::indicator::clear(tx, district)?;
    let indicators = store::indicator::list(tx, district)?;
    indicators.iter().try_for_each(|indicator| recount::whole(tx, district, &indicator.id))
}

/// The same for the cells of `evidence_total` alone, without the indicators.
///
/// # Errors
/// As the database refuses.
pub fn rebuild_totals(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    let cells = totals_of_facts(tx, district)?;
    store::total::clear(tx, district)?;
    store::total::move_by(tx, district, &cells)
}

/// What the totals are by the facts alone. Facts that move the same cells are summed up first, so that
/// a cell is looked for once for all of them.
///
/// # Errors
/// As the database refuses.
pub fn totals_of_facts(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<Cell, Sums>, Refusal> {
    let mut moved: HashMap<String, Moved> = HashMap::new();
    let mut from = i64::MIN;
    loop {
        let facts = store::fact::page_in_brief(tx, district, from, PAGE)?;
        let full = facts.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        // the last act of a full page may go on in the next one
        let last = facts.last().filter(|_| full).map(|fact| store::fact::place_of(fact.seq));
        let together =
            |one: &Brief, other: &Brief| store::fact::place_of(one.seq) == store::fact::place_of(other.seq);
        for act in facts.chunk_by(together) {
            let Some(first) = act.first() else { continue };
            if last.is_some_and(|last| last <= first.seq) {
                break;
            }
            // most acts move what another one moved
            if !moved.contains_key(&first.footprint) {
                moved.insert(first.footprint.clone(), Moved::default());
            }
            let Some(sums) = moved.get_mut(&first.footprint) else { continue };
            act.iter().for_each(|fact| sums.add_fact(fact.quantity, fact.group, fact.n));
            sums.end_act();
        }
        match last {
            Some(place) => from = place,
            None => break,
        }
    }
    let mut cells = BTreeMap::new();
    for (footprint, sums) in &moved {
        store::fact::footprint(footprint)?.add(sums, &mut cells);
    }
    Ok(cells)
}

/// What the sums of the counted indicators are by the facts, the rules and the sign-in lists alone; of one
/// that is being counted anew, by the deliveries that were walked.
///
/// # Errors
/// As the database refuses.
pub(crate) fn indicators_of_facts(tx: &mut Tx, district: &DistrictId) -> Result<Years, Refusal> {
    let versions = in_force(tx, district)?;
    let rules: Vec<&Rule> = versions.iter().collect();
    let recounts = store::recount::list(tx, district)?;
    let is_to_come = |rule: &Rule, fact: &Fact| {
        recounts.get(&rule.indicator).is_some_and(|(on, id)| (fact.on, &fact.source) > (*on, id))
    };
    let mut appearances: BTreeMap<(&IndicatorId, String), BTreeMap<Year, i64>> = BTreeMap::new();
    let mut sums = Years::new();
    each_act(tx, district, |tx, act| {
        let Some(fact) = act.first() else { return Ok(()) };
        let told = told(tx, district, &rules, act)?;
        let year = fact.on.year();
        for rule in rules.iter().filter(|rule| !is_to_come(rule, fact)) {
            let Some(moved) = rule.moved(act, told.as_ref()) else { continue };
            let mut counts = BTreeMap::from([(year, moved)]);
            if rule.identifies(act) {
                for person in store::person::of_delivery(tx, district, &fact.source)? {
                    let refs = appearances.entry((&rule.indicator, person)).or_default();
                    appear(refs, year, moved.sessions, &mut counts);
                }
            }
            for (of, counted) in counts {
                let (version, sum) = sums.entry((rule.indicator.clone(), of)).or_default();
                sum.add(counted);
                // the version is that of the year's own deliveries
                if of == year {
                    *version = rule.n;
                }
            }
        }
        Ok(())
    })?;
    Ok(sums)
}

/// Whether a version counts any day.
pub(crate) fn counts(rule: &Rule) -> bool {
    !matches!(rule.state(), RuleState::Draft) && rule.from <= rule.to
}

/// The versions that count any day, of all indicators in force.
fn in_force(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Rule>, Refusal> {
    let mut versions = store::rule::list(tx, district)?;
    let indicators = store::indicator::list(tx, district)?;
    let of = indicators.iter().filter_map(|indicator| versions.remove(&indicator.id));
    Ok(of.flatten().filter(counts).collect())
}

/// The acts of facts of which those of an act stand together.
pub(crate) fn acts(facts: &[Fact]) -> impl Iterator<Item = &[Fact]> {
    facts.chunk_by(same_act)
}

/// Walks all facts, act by act in the order in which they were counted, a page at a time.
fn each_act(
    tx: &mut Tx,
    district: &DistrictId,
    mut see: impl FnMut(&mut Tx, &[Fact]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut from = i64::MIN;
    loop {
        let facts = store::fact::page(tx, district, from, PAGE)?;
        let full = facts.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        // the last act of a full page may go on in the next one
        let last = acts(&facts).last().filter(|_| full).and_then(|act| act.first());
        let cut = last.map(|fact| fact.seq);
        for act in acts(&facts).filter(|act| act.first().map(|fact| fact.seq) != cut) {
            see(tx, act)?;
        }
        match cut {
            Some(seq) => from = seq,
            None => return Ok(()),
        }
    }
}
