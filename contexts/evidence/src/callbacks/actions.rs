//! Drawing a month's sample, giving calls to units, keeping what was heard, and the rates of units.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, DistrictId, Problem, Reach, Refusal, Role, UnitId, Year};
use serde_json::json;

use super::estimate::{OverReporting, over_reporting};
use super::rules::{self, Heard, Size};
use super::{Assigned, Callback, CallbackId, Contact, State, store};
use crate::actions::{audit, known_unit, stamp, unchanged};
use crate::{Delivery, rules as all_rules};

/// The day of the month from which the month before is drawn: late enough that most of it was verified.
const DRAWN_FROM_DAY: i8 = 5;

/// Draws a month's sample; says how many.
///
/// # Errors
/// Forbidden but for those who run the district; invalid for a month that is not over or that was
/// drawn before, or that has nothing to draw from.
pub fn draw(tx: &mut Tx, by: &Caller, month: &str, size: Size) -> Result<i64, Refusal> {
    stamp(by)?;
    runs(by)?;
    let refuse = |key| Err(Problem::new(key).at("month").with("month", month).into());
    if kernel::Day::parse(&format!("{month}-01")).is_none_or(|day| day.month_text() != month) {
        return refuse("evidence-callback-month-unreadable");
    }
    if month >= by.today().month_text().as_str() {
        return refuse("evidence-callback-month-open");
    }
    match draw_month(tx, by, month, size)? {
        Some(0) => refuse("evidence-callback-month-empty"),
        Some(n) => {
            let detail = json!({ "month": month, "drawn": n });
            audit(tx, by, "evidence.callback.draw", ("district", by.district().as_str()), detail)?;
            Ok(n)
        }
        None => refuse("evidence-callback-month-drawn"),
    }
}

fn draw_month(tx: &mut Tx, by: &Caller, month: &str, size: Size) -> Result<Option<i64>, Refusal> {
    let candidates = store::candidates(tx, by.district(), month)?;
    if candidates.is_empty() {
        return Ok(Some(0));
    }
    let seed = i64::try_from(by.rng.below(i64::MAX.unsigned_abs())).unwrap_or(0);
    let drawn = rules::draw(&candidates, size, seed);
    let frame: Vec<&str> = candidates.iter().map(|one| one.delivery.as_str()).collect();
    let kept = store::Draw {
        month: month.to_owned(),
        seed,
        size,
        n: i64::try_from(drawn.len()).unwrap_or(i64::MAX),
        frame: frame.join(" "),
        name: by.actor.name.clone(),
        at: by.now(),
    };
    if !store::insert_draw(tx, by.district(), &kept)? {
        return Ok(None);
    }
    let all: Vec<Callback> = drawn
        .into_iter()
        .map(|one| Callback {
            id: by.id(),
            month: month.to_owned(),
            delivery: one.candidate.delivery,
            unit: one.candidate.unit,
            stratum: one.stratum,
            reported: one.candidate.heads,
            state: State::Drawn,
            contact: Contact::None,
            version: 1,
            drawn_at: by.now(),
        })
        .collect();
    store::insert(tx, by.district(), &all)?;
    Ok(Some(kept.n))
}

/// What comes round: the month that is over is drawn with the last size, and numbers to call whose
/// time is over are erased.
pub(crate) fn keep_up(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let Some(served) = people::district::served(tx)? else { return Ok(()) };
    let mut by = by.clone();
    by.actor = kernel::Actor::public(served.id);
    let days = |days: i64| by.now().plus_seconds(-days * 24 * 3600);
    store::erase_contacts(tx, by.district(), (days(rules::CONTACT_DAYS), days(rules::UNCALLED_DAYS)))?;
    let today = by.today();
    let before = today.plus_days(-i64::from(today.day_of_month())).month_text();
    let last = store::draws(tx, by.district(), 1)?.into_iter().next();
    // the first sample is drawn by a person, who thereby says that calls are made here
    let Some(last) = last.filter(|last| last.month < before) else { return Ok(()) };
    if today.day_of_month() >= DRAWN_FROM_DAY {
        draw_month(tx, &by, &before, last.size)?;
    }
    Ok(())
}

/// Gives a call to a unit that had no part, with whom to call if that is known.
///
/// # Errors
/// Not found, forbidden, conflict once it was answered; invalid for a unit that had a part.
pub fn assign(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&CallbackId, i64),
    (unit, contact): (&UnitId, &str),
) -> Result<(), Refusal> {
    let assigned = stamp(by)?;
    runs(by)?;
    let (one, delivery) = load(tx, by, id)?;
    unchanged(seen, one.version)?;
    known_unit(tx, by, ("unit", unit), by.today())?;
    if !rules::is_outside(unit, &delivery) {
        return Err(Problem::new("evidence-callback-unit-had-part").at("unit").into());
    }
    let long = contact.chars().count();
    if long > 100 {
        return Err(Problem::new("error-too-long").at("contact").with("most", 100).with("long", long).into());
    }
    let state = one.state.assign(Assigned { unit: unit.clone(), assigned })?;
    let one = Callback { state, contact: Contact::of(by, id, contact)?, ..one };
    store::save(tx, by.district(), &one, seen)?;
    audit(tx, by, "evidence.callback.assign", ("callback", id.as_str()), json!({ "unit": unit }))
}

/// Keeps what was heard.
///
/// # Errors
/// Not found, forbidden for whoever had a hand in the delivery, conflict once it was answered;
/// invalid with what is missing.
pub fn answer(
    tx: &mut Tx,
    by: &Caller,
    (id, seen): (&CallbackId, i64),
    heard: &Heard<'_>,
) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let (one, delivery) = load(tx, by, id)?;
    unchanged(seen, one.version)?;
    // Whose call it is not, is told nothing of how it went.
    let caller = match &one.state {
        State::Assigned(to) | State::Answered { by: to, .. } => Some(&to.unit),
        State::Drawn => None,
    };
    if caller.is_none_or(|unit| !rules::may_call(&by.actor, unit, &delivery)) {
        return Err(Refusal::Forbidden);
    }
    let answer = rules::answer(heard, one.reported)?;
    let detail = json!({ "outcome": answer.outcome.code(), "heard": answer.heard });
    let one = Callback { state: one.state.clone().answer(answer, stamp)?, ..one };
    store::save(tx, by.district(), &one, seen)?;
    audit(tx, by, "evidence.callback.answer", ("callback", id.as_str()), detail)
}

/// Whom the district's calls concern: those who run it.
///
/// # Errors
/// Forbidden for everybody else.
fn runs(by: &Caller) -> Result<(), Refusal> {
    let wide = [Role::Administrator, Role::Coordinator];
    if wide.iter().any(|role| by.actor.has(*role)) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// The units for which the actor calls; all for those who run the district.
pub fn callers(by: &Caller) -> Reach {
    match (by.actor.reach(all_rules::RECORDERS), by.actor.reach(all_rules::VERIFIERS)) {
        (Reach::All, _) | (_, Reach::All) => Reach::All,
        (Reach::Units(records), Reach::Units(verifies)) => {
            Reach::Units(records.union(&verifies).cloned().collect())
        }
    }
}

/// A call-back with its delivery, if the actor runs the district or their unit calls.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx, by: &Caller, id: &CallbackId) -> Result<(Callback, Delivery), Refusal> {
    let one = store::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    let calls = match &one.state {
        State::Drawn => None,
        State::Assigned(assigned) | State::Answered { by: assigned, .. } => Some(&assigned.unit),
    };
    let mine = match callers(by) {
        Reach::All => true,
        Reach::Units(units) => calls.is_some_and(|unit| units.contains(unit)),
    };
    let delivery = crate::store::delivery::find(tx, by.district(), &one.delivery)?;
    match delivery.filter(|_| mine) {
        Some(delivery) => Ok((one, delivery)),
        None => Err(Refusal::NotFound),
    }
}

/// What the call-backs of a year say of each unit that was called.
///
/// # Errors
/// As the database refuses.
pub fn rates(
    tx: &mut Tx,
    district: &DistrictId,
    year: Year,
) -> Result<BTreeMap<UnitId, OverReporting>, Refusal> {
    let mut units: BTreeMap<UnitId, Vec<_>> = BTreeMap::new();
    for (unit, call) in store::calls(tx, district, year, None)? {
        units.entry(unit).or_default().push(call);
    }
    Ok(units.into_iter().map(|(unit, calls)| (unit, over_reporting(&calls))).collect())
}

/// What they say of one unit.
///
/// # Errors
/// As the database refuses.
pub fn rate_of(
    tx: &mut Tx,
    district: &DistrictId,
    unit: &UnitId,
    year: Year,
) -> Result<OverReporting, Refusal> {
    let calls: Vec<_> =
        store::calls(tx, district, year, Some(unit))?.into_iter().map(|(_, call)| call).collect();
    Ok(over_reporting(&calls))
}

/// Whether a kept draw gives the same sample again.
///
/// # Errors
/// As the database refuses.
pub fn repeats(tx: &mut Tx, district: &DistrictId, kept: &store::Draw) -> Result<bool, Refusal> {
    let ids: Vec<&str> = kept.frame.split(' ').collect();
    let candidates = store::candidates_of(tx, district, &ids)?;
    let drawn = rules::draw(&candidates, kept.size, kept.seed);
    let mut again: Vec<_> = drawn.into_iter().map(|one| one.candidate.delivery).collect();
    let asked = store::Asked { month: kept.month.clone(), ..store::Asked::default() };
    let (lines, _) = store::list(tx, district, &Reach::All, &asked, (100_000, 0))?;
    let mut there: Vec<_> = lines.into_iter().map(|line| line.callback.delivery).collect();
    again.sort();
    there.sort();
    Ok(again == there)
}
