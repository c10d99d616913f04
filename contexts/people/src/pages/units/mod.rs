//! The pages of the units.

pub mod change;
pub mod import;
pub mod index;
pub mod new;
pub mod show;

use std::collections::BTreeSet;

use db::Tx;
use kernel::{Caller, Day, Reach, Refusal, Role, UnitId};

use crate::units::{self, Unit};

/// The units that the actor sees: all for those who keep the registry, else theirs and those below.
pub(super) fn within(by: &Caller) -> Option<BTreeSet<UnitId>> {
    match by.actor.reach(&Role::ALL) {
        Reach::All => None,
        Reach::Units(units) => Some(units),
    }
}

/// A unit that the actor sees, as of a day or as near to it as it lived.
pub(super) fn load(tx: &mut Tx<'_>, by: &Caller, id: &UnitId, on: Day) -> Result<Unit, Refusal> {
    if within(by).is_some_and(|units| !units.contains(id)) {
        return Err(Refusal::NotFound);
    }
    units::find_any(tx, by.district(), id, on)?.ok_or(Refusal::NotFound)
}
