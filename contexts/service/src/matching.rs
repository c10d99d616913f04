//! Whom an order could be offered to, with reasons.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Refusal, UnitId};
use people::units::{Unit, UnitKind};

use crate::actions::community::answers;
use crate::order::Order;
use crate::party::{Part, Party, PartyState};
use crate::store;
use crate::team::{Because, Profile, Suggestion, look, ranked};

/// A department with what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Which.
    pub unit: UnitId,
    /// Why; empty when nothing speaks for it.
    pub reasons: Vec<Because>,
    /// It gave this order back before.
    pub declined: bool,
}

/// Units that can answer for an order, the likely ones first. One that gave it back comes last.
///
/// # Errors
/// As the database refuses.
pub fn departments(
    tx: &mut Tx<'_>,
    by: &Caller,
    (order, parties): (&Order, &[Party]),
) -> Result<Vec<Department>, Refusal> {
    let units = people::units::list(tx, by.district(), by.today())?;
    let parents: BTreeMap<&UnitId, &Unit> = units.iter().map(|unit| (&unit.id, unit)).collect();
    let mut owners: BTreeSet<UnitId> = BTreeSet::new();
    let mut topical: BTreeSet<UnitId> = BTreeSet::new();
    for resource in store::resource::list(tx, by.district(), true)? {
        let Some(owner) = department_of(&resource.unit, &parents) else { continue };
        if order.want.resource.as_ref() == Some(&resource.id) {
            owners.insert(owner.clone());
        }
        if !order.want.topic.is_empty() && resource.offer.topic == order.want.topic {
            topical.insert(owner);
        }
    }
    let declined = |unit: &UnitId| {
        parties
            .iter()
            .any(|one| one.part == Part::Department && one.state == PartyState::Declined && one.unit == *unit)
    };
    let mut all: Vec<Department> = units
        .iter()
        .filter(|unit| unit.kind == UnitKind::Department || owners.contains(&unit.id))
        .map(|unit| {
            let mut reasons = Vec::new();
            if owners.contains(&unit.id) {
                reasons.push(Because::Offers);
            }
            if topical.contains(&unit.id) {
                reasons.push(Because::Topic);
            }
            Department { unit: unit.id.clone(), reasons, declined: declined(&unit.id) }
        })
        .collect();
    // Stable: those alike stay in the order of lists.
    all.sort_by_key(|one| {
        let weight =
            i64::try_from(one.reasons.len()).unwrap_or(0) + i64::from(one.reasons.contains(&Because::Offers));
        (one.declined, -weight)
    });
    Ok(all)
}

/// The nearest unit above, or the unit itself, that can answer for an order.
fn department_of(unit: &UnitId, units: &BTreeMap<&UnitId, &Unit>) -> Option<UnitId> {
    let mut at = Some(unit);
    for _ in 0..20 {
        let here = units.get(at?)?;
        if answers(here.kind) {
            return Some(here.id.clone());
        }
        at = here.parent.as_ref();
    }
    None
}

/// Teams for an order of a department, the likeliest first, and the department itself at the end.
///
/// # Errors
/// As the database refuses.
pub fn teams(
    tx: &mut Tx<'_>,
    by: &Caller,
    (order, department): (&Order, &UnitId),
) -> Result<Vec<Suggestion>, Refusal> {
    let units = people::units::list(tx, by.district(), by.today())?;
    let below = people::units::subtree(tx, by.district(), department, by.today())?;
    let mut profiles = store::team::profiles(tx, by.district())?;
    let loads = store::party::loads(tx, by.district())?;
    let owner = match &order.want.resource {
        Some(id) => store::resource::find(tx, by.district(), id)?.map(|one| one.unit),
        None => None,
    };
    let mut all = Vec::new();
    for unit in units.iter().filter(|unit| unit.kind == UnitKind::Team || unit.id == *department) {
        let profile = profiles.remove(&unit.id).unwrap_or_else(|| Profile::untold(unit.id.clone()));
        let n_has = loads.get(&unit.id).copied().unwrap_or(0);
        let own = below.contains(&unit.id);
        all.push(look(order, &profile, n_has, (own, owner.as_ref() == Some(&unit.id))));
    }
    Ok(ranked(all))
}
