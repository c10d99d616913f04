//! Finding flags, raising them when a delivery is submitted, answering them, setting the limits.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Problem, Refusal, Role};
use serde_json::json;

use super::{Found, Limits, Other, Rule, rules, store};
use crate::actions::{audit, delivery, stamp};
use crate::{Delivery, DeliveryId};

/// The most records that one rule names of one delivery.
const MOST: usize = 5;

/// What there is to look at now. Nothing of a draft or of what counts no longer.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx, by: &Caller, one: &Delivery) -> Result<Vec<Found>, Refusal> {
    if !rules::is_asked(one.state()) {
        return Ok(Vec::new());
    }
    let limits = store::limits(tx, by.district())?;
    let mut found = photos(tx, by, one, &limits)?;
    found.extend(two_towns(tx, by, one, &limits)?);
    found.extend(counts(tx, by, one, &limits)?);
    Ok(found)
}

fn photos(tx: &mut Tx, by: &Caller, one: &Delivery, limits: &Limits) -> Result<Vec<Found>, Refusal> {
    let mut nearest: BTreeMap<Other, i64> = BTreeMap::new();
    for look in store::looks(tx, by.district(), &one.id)?.into_iter().filter(|look| !look.is_plain()) {
        for (other, theirs) in store::near_looks(tx, by.district(), look, &one.id)? {
            if rules::looks_alike(look, theirs, limits) {
                let bits = i64::from(look.distance(theirs));
                let known = nearest.entry(other).or_insert(bits);
                *known = bits.min(*known);
            }
        }
    }
    let mut all: Vec<(i64, Other)> = nearest.into_iter().map(|(other, bits)| (bits, other)).collect();
    all.sort();
    let found = |(n, other)| Found { rule: Rule::SamePhoto, other, n, called: String::new() };
    Ok(all.into_iter().take(MOST).map(found).collect())
}

/// By the persons who gave it, where they are named; else by account and host.
fn two_towns(tx: &mut Tx, by: &Caller, one: &Delivery, limits: &Limits) -> Result<Vec<Found>, Refusal> {
    let Some(start) = one.details.start else { return Ok(Vec::new()) };
    let (rule, all) = if one.details.deliverers.is_empty() {
        (Rule::HostTwoTowns, store::same_recorder(tx, by.district(), one)?)
    } else {
        (Rule::TwoTowns, store::same_deliverers(tx, by.district(), one)?)
    };
    let own = (start, one.details.minutes);
    let at_once = all.into_iter().filter(|other| rules::at_once(own, other.time, limits));
    let found =
        |other: store::SameDay| Found { rule, other: Other::delivery(other.id), n: 0, called: other.called };
    Ok(at_once.take(MOST).map(found).collect())
}

fn counts(tx: &mut Tx, by: &Caller, one: &Delivery, limits: &Limits) -> Result<Vec<Found>, Refusal> {
    let mut all = Vec::new();
    let mut add = |rule, n, id: String| {
        all.push(Found { rule, other: Other::delivery(id), n, called: String::new() });
    };
    if !one.client_key.starts_with("import-")
        && let Some((n, id)) = store::burst(tx, by.district(), one, limits.burst_minutes, limits.burst_n - 1)?
        && n + 1 >= limits.burst_n
    {
        add(Rule::Burst, n + 1, id);
    }
    let details = &one.details;
    if rules::is_counted(details.method, details.all_heads())
        && let Some((n, id)) = store::same_heads(tx, by.district(), one, limits.same_heads_days)?
        && n >= limits.same_heads_n
    {
        add(Rule::SameHeads, n + 1, id);
    }
    let own = crate::store::person::count(tx, by.district(), &one.id)?;
    if own >= rules::FEWEST_PERSONS {
        let lists = store::shared_lists(tx, by.district(), one)?.into_iter();
        let same = lists.map(|(id, both, theirs)| (id, rules::overlap_percent(own, theirs, both)));
        same.filter(|(_, percent)| *percent >= limits.list_percent)
            .take(MOST)
            .for_each(|(id, percent)| add(Rule::SameList, percent, id));
    }
    Ok(all)
}

/// Raises what there is to look at of a delivery that was recorded just now and has no flags yet.
pub(crate) fn raise(tx: &mut Tx, by: &Caller, one: &Delivery) -> Result<Vec<Found>, Refusal> {
    let found = find(tx, by, one)?;
    for one_found in &found {
        store::raise(tx, by.district(), one, one_found, by.now())?;
    }
    Ok(found)
}

/// Raises what there is to look at and closes what is no longer so: when a delivery is submitted.
pub(crate) fn refresh(tx: &mut Tx, by: &Caller, one: &Delivery) -> Result<(), Refusal> {
    let found = raise(tx, by, one)?;
    let still: BTreeSet<_> = found.into_iter().map(|found| (found.rule, found.other.id)).collect();
    store::close_others(tx, by.district(), &one.id, &still)
}

/// Says that something was looked at and is fine.
///
/// # Errors
/// Not found when there is no such flag, forbidden for whoever recorded or submitted the delivery,
/// invalid without an answer.
pub fn answer(
    tx: &mut Tx,
    by: &Caller,
    (id, rule, other): (&DeliveryId, Rule, &str),
    text: &str,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let one = delivery::find(tx, by, id)?;
    if !rules::may_answer(&by.actor, &one) {
        return Err(Refusal::Forbidden);
    }
    let found = find(tx, by, &one)?.into_iter().find(|found| found.rule == rule && found.other.id == other);
    let text = rules::answer(text)?;
    match found {
        // found since it was submitted, by what another recorded
        Some(found) => store::raise(tx, by.district(), &one, &found, by.now())?,
        None => {
            let kept = store::of_delivery(tx, by.district(), id)?;
            let is_kept = kept.iter().any(|flag| flag.found.rule == rule && flag.found.other.id == other);
            if !is_kept {
                return Err(Refusal::NotFound);
            }
        }
    }
    store::answer(tx, by.district(), (id, rule, other), (&text, &stamp))?;
    let detail = json!({ "rule": rule.code(), "other": other, "answer": text });
    audit(tx, by, "evidence.flag.answer", ("delivery", id.as_str()), detail)
}

/// Sets from where on something is flagged.
///
/// # Errors
/// Forbidden but for administrators and coordinators; conflict when somebody set them meanwhile.
pub fn set_limits(tx: &mut Tx, by: &Caller, limits: &Limits) -> Result<(), Refusal> {
    stamp(by)?;
    if !by.actor.has(Role::Administrator) && !by.actor.has(Role::Coordinator) {
        return Err(Refusal::Forbidden);
    }
    let before = store::limits(tx, by.district())?;
    if before.version != limits.version || !store::save_limits(tx, by.district(), limits, limits.version)? {
        return Err(Refusal::Conflict(Problem::new("evidence-changed-meanwhile")));
    }
    let detail = json!({ "before": before.numbers(), "after": limits.numbers() });
    audit(tx, by, "evidence.limits.set", ("district", by.district().as_str()), detail)
}
