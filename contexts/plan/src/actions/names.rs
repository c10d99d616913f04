//! Whom the names in duty clauses mean.

use std::collections::HashMap;

use db::Tx;
use kernel::{Caller, Problem, Refusal, UnitId};
use people::units::{self, NameMatch, Names, NewUnit, UnitKind};
use serde_json::json;

use super::{correct, record};
use crate::{Duty, Holder, Item, PlanId, store};

/// Looks up all names of `items`: as they were resolved in `before`, else in the registry of units
/// with its aliases. What stays unknown stays unmatched.
pub(crate) fn look_up(
    tx: &mut Tx<'_>,
    by: &Caller,
    items: &mut [Item],
    before: &[Item],
) -> Result<(), Refusal> {
    let known = Names::load(tx, by.district(), by.today())?;
    let settled: HashMap<&str, &Holder> = before
        .iter()
        .flat_map(|item| &item.duties)
        .filter(|duty| duty.holder != Holder::Unmatched)
        .map(|duty| (duty.name.as_str(), &duty.holder))
        .collect();
    for duty in items.iter_mut().flat_map(|item| &mut item.duties) {
        if duty.holder == Holder::Unmatched {
            duty.holder = match (known.find(&duty.name), settled.get(duty.name.as_str())) {
                (NameMatch::Known(unit, _), _) => Holder::Unit(unit.id),
                (NameMatch::Unknown { .. }, Some(holder)) => (*holder).clone(),
                (NameMatch::Unknown { .. }, None) => Holder::Unmatched,
            };
        }
    }
    Ok(())
}

/// A name is a unit's: in all items of the draft, and from now on everywhere if `remember`.
///
/// # Errors
/// As [`correct`]; `NotFound` for a unit that is not there or a name that is not open.
pub fn match_to(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    name: &str,
    unit: &UnitId,
    remember: bool,
) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    units::find(tx, by.district(), unit, by.today())?
        .ok_or_else(|| Refusal::from(Problem::new("plan-unit-unknown").at("unit")))?;
    assign(tx, by, plan, name, &Holder::Unit(unit.clone()))?;
    if remember {
        units::name_alias(tx, by, unit, name)?;
    }
    let detail = json!({ "name": name, "unit": unit, "remembered": remember });
    record(tx, by, "plan.name.match", ("plan", plan.as_str()), detail)
}

/// A name is that of a unit nobody had entered yet.
///
/// # Errors
/// As [`correct`] and as the registry refuses.
pub fn enter_unit(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    name: &str,
    kind: UnitKind,
) -> Result<UnitId, Refusal> {
    let draft = correct(tx, by, plan)?;
    // A unit that a plan names was there when the plan began.
    let from = draft.period.map_or_else(|| by.today(), |period| period.first_day().min(by.today()));
    let new = NewUnit {
        kind,
        name: name.to_owned(),
        short_name: String::new(),
        name_en: None,
        parent: None,
        code: None,
        from,
        aliases: Vec::new(),
    };
    let unit = units::create(tx, by, new)?;
    assign(tx, by, plan, name, &Holder::Unit(unit.clone()))?;
    Ok(unit)
}

/// A name means no unit in particular.
///
/// # Errors
/// As [`correct`]; `NotFound` for a name that is not open.
pub fn keep_as_text(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, name: &str) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    assign(tx, by, plan, name, &Holder::Text)?;
    record(tx, by, "plan.name.text", ("plan", plan.as_str()), json!({ "name": name }))
}

/// A collective name means these units: each gets the duty, once.
///
/// # Errors
/// As [`correct`]; invalid without a unit; `NotFound` for a unit or a name that is not there.
pub fn spread(
    tx: &mut Tx<'_>,
    by: &Caller,
    plan: &PlanId,
    name: &str,
    chosen: &[UnitId],
) -> Result<(), Refusal> {
    correct(tx, by, plan)?;
    if chosen.is_empty() {
        return Err(Problem::new("plan-spread-empty").at("units").into());
    }
    for unit in chosen {
        units::find(tx, by.district(), unit, by.today())?.ok_or(Refusal::NotFound)?;
    }
    let items = store::list_items(tx, by.district(), plan)?;
    let open = |duty: &Duty| duty.name == name && duty.holder == Holder::Unmatched;
    let mut touched = false;
    for mut item in items.into_iter().filter(|item| item.duties.iter().any(open)) {
        item.duties = spread_over(&item.duties, name, chosen);
        store::save_item(tx, by.district(), plan, &item)?;
        touched = true;
    }
    if !touched {
        return Err(Refusal::NotFound);
    }
    let detail = json!({ "name": name, "units": chosen });
    record(tx, by, "plan.name.spread", ("plan", plan.as_str()), detail)
}

/// The duties with the open name replaced by each chosen unit that has no part yet.
pub(crate) fn spread_over(duties: &[Duty], name: &str, chosen: &[UnitId]) -> Vec<Duty> {
    let mut spread: Vec<Duty> = Vec::new();
    for duty in duties {
        if duty.name != name || duty.holder != Holder::Unmatched {
            spread.push(duty.clone());
            continue;
        }
        for unit in chosen {
            let named = |other: &Duty| other.holder.unit() == Some(unit);
            if !duties.iter().any(named) && !spread.iter().any(named) {
                let holder = Holder::Unit(unit.clone());
                spread.push(Duty { role: duty.role, name: name.to_owned(), holder });
            }
        }
    }
    spread
}

fn assign(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, name: &str, holder: &Holder) -> Result<(), Refusal> {
    match store::assign_name(tx, by.district(), plan, name, holder)? {
        0 => Err(Refusal::NotFound),
        _ => Ok(()),
    }
}
