//! Counting: facts are appended and the totals move with them in the same transaction.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, DistrictId, Refusal, Year};

use crate::fact::{Cell, Fact, Sums, add_to_totals, facts_of, reversals_of, same_act};
use crate::indicator::{Counted, appear, identifies, moved};
use crate::{Delivery, DeliveryId, Indicator, IndicatorId, Source, log, store};

/// Facts read at once by a rebuild.
const PAGE: i64 = 20_000;
/// Deliveries of a purpose read at once. Few in tests, so that they meet several pages.
const PURPOSE_PAGE: i64 = if cfg!(test) { 2 } else { 500 };

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
    let indicators = store::indicator::list_counted(tx, district, purposes.into_iter())?;
    let mut sums = BTreeMap::new();
    for indicator in &indicators {
        add_to_indicator(tx, district, indicator, act, &mut sums)?;
    }
    store::indicator::move_by(tx, district, &sums)
}

fn add_to_indicator(
    tx: &mut Tx,
    district: &DistrictId,
    indicator: &Indicator,
    act: &[Fact],
    sums: &mut BTreeMap<(IndicatorId, Year), Counted>,
) -> Result<(), Refusal> {
    let (Some(moved), Some(fact)) = (moved(indicator, act), act.first()) else {
        return Ok(());
    };
    let year = fact.on.year();
    let mut counts = BTreeMap::from([(year, moved)]);
    if identifies(indicator, act) {
        let persons = store::person::of_delivery(tx, district, &fact.source)?;
        let mut known = store::person::appearances(tx, district, &indicator.id, &persons)?;
        let mut rows = Vec::new();
        for person in persons {
            let refs = known.entry(person.clone()).or_default();
            appear(refs, year, moved.sessions, &mut counts);
            rows.push((person, year, refs.get(&year).copied().unwrap_or_default()));
        }
        store::person::save_appearances(tx, district, &indicator.id, &rows)?;
    }
    for (year, counted) in counts {
        sums.entry((indicator.id.clone(), year)).or_default().add(counted);
    }
    Ok(())
}

/// Computes all totals anew from the facts. Leaves the same rows as counting one by one did.
///
/// # Errors
/// As the database refuses.
pub fn rebuild(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    let cells = totals_of_facts(tx, district)?;
    store::total::clear(tx, district)?;
    store::total::move_by(tx, district, &cells)?;
    rebuild_indicators(tx, district)
}

/// What the totals are by the facts alone.
///
/// # Errors
/// As the database refuses.
pub fn totals_of_facts(tx: &mut Tx, district: &DistrictId) -> Result<BTreeMap<Cell, Sums>, Refusal> {
    let mut cells: BTreeMap<Cell, Sums> = BTreeMap::new();
    each_act(tx, district, |_, act| {
        add_to_totals(act, &mut cells);
        Ok(())
    })?;
    Ok(cells)
}

/// Counts an indicator of which nothing is stored from the facts; nothing for one that is not counted.
/// One with a purpose costs the deliveries for that purpose, one without costs all facts.
///
/// # Errors
/// As the database refuses.
pub fn count_anew(tx: &mut Tx, district: &DistrictId, indicator: &Indicator) -> Result<(), Refusal> {
    let Source::Counted { purpose, .. } = &indicator.source else { return Ok(()) };
    let mut sums = BTreeMap::new();
    let mut see = |tx: &mut Tx, act: &[Fact]| add_to_indicator(tx, district, indicator, act, &mut sums);
    match purpose {
        Some(purpose) => {
            let mut after = (indicator.from, DeliveryId::from(""));
            loop {
                let until = indicator.to;
                let ids = store::delivery::ids_for(tx, district, purpose, (&after, until), PURPOSE_PAGE)?;
                let Some(last) = ids.last() else { break };
                after = last.clone();
                let facts = store::fact::of_deliveries(tx, district, ids.iter().map(|(_, id)| id))?;
                acts(&facts).try_for_each(|act| see(tx, act))?;
            }
        }
        None => each_act(tx, district, see)?,
    }
    store::indicator::move_by(tx, district, &sums)
}

/// Computes the counted indicators anew from the facts.
///
/// # Errors
/// As the database refuses.
fn rebuild_indicators(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    store::indicator::clear(tx, district)?;
    let mut indicators = store::indicator::list(tx, district)?;
    indicators.retain(|indicator| matches!(indicator.source, crate::Source::Counted { .. }));
    let mut sums = BTreeMap::new();
    each_act(tx, district, |tx, act| {
        indicators.iter().try_for_each(|indicator| add_to_indicator(tx, district, indicator, act, &mut sums))
    })?;
    store::indicator::move_by(tx, district, &sums)
}

/// The acts of facts that stand in the order of their deliveries.
fn acts(facts: &[Fact]) -> impl Iterator<Item = &[Fact]> {
    facts.chunk_by(same_act)
}

/// Walks all facts, delivery by delivery and act by act, a page at a time.
fn each_act(
    tx: &mut Tx,
    district: &DistrictId,
    mut see: impl FnMut(&mut Tx, &[Fact]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut after = String::new();
    loop {
        let facts = store::fact::page(tx, district, &after, PAGE)?;
        let full = facts.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = facts.last().map(|fact| fact.source.clone());
        // the last delivery of a full page may go on in the next one
        let cut = last.filter(|_| full);
        for act in acts(&facts).filter(|act| act.first().map(|fact| &fact.source) != cut.as_ref()) {
            see(tx, act)?;
            after = act.first().map_or(after, |fact| fact.source.to_string());
        }
        if !full {
            return Ok(());
        }
    }
}
