//! Names of units in the reader's language.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, Refusal, UnitId};
use people::units::{self, Unit, UnitKind};
use web::{Cx, Locale};

/// The units of today, and those named beside them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Those of today, in the order of lists.
    pub units: Vec<Unit>,
    known: BTreeMap<UnitId, Unit>,
}

impl Names {
    /// Loads them; `more` are units that may be no more.
    ///
    /// # Errors
    /// As the database refuses.
    pub fn load<'a>(
        tx: &mut Tx<'_>,
        by: &Caller,
        more: impl IntoIterator<Item = &'a UnitId>,
    ) -> Result<Self, Refusal> {
        let units = units::list(tx, by.district(), by.today())?;
        let mut known: BTreeMap<_, _> = units.iter().map(|unit| (unit.id.clone(), unit.clone())).collect();
        for id in more {
            if !known.contains_key(id)
                && let Some(unit) = units::find_any(tx, by.district(), id, by.today())?
            {
                known.insert(id.clone(), unit);
            }
        }
        Ok(Self { units, known })
    }

    /// The short name of a unit; empty when it is not known.
    pub fn of(&self, cx: &Cx, id: &UnitId) -> String {
        self.known.get(id).map(|unit| label(cx, unit)).unwrap_or_default()
    }

    /// The same for one that may be missing.
    pub fn of_any(&self, cx: &Cx, id: Option<&UnitId>) -> String {
        id.map(|id| self.of(cx, id)).unwrap_or_default()
    }

    /// Units of some kinds, to choose from.
    pub fn choices(&self, cx: &Cx, fits: impl Fn(&Unit) -> bool) -> Vec<(String, String)> {
        let fitting = self.units.iter().filter(|unit| fits(unit));
        fitting.map(|unit| (unit.id.to_string(), label(cx, unit))).collect()
    }

    /// The towns, to choose from.
    pub fn towns(&self, cx: &Cx) -> Vec<(String, String)> {
        self.choices(cx, |unit| unit.kind == UnitKind::Town)
    }

    /// The communities of a town, to choose from.
    pub fn communities(&self, cx: &Cx, town: &UnitId) -> Vec<(String, String)> {
        self.choices(cx, |unit| unit.kind == UnitKind::Community && unit.parent.as_ref() == Some(town))
    }
}

/// A unit's short name in the reader's language.
pub fn label(cx: &Cx, unit: &Unit) -> String {
    match (cx.locale, &unit.name_en) {
        (Locale::En, Some(name)) => name.clone(),
        (Locale::En, None) | (Locale::Zh, _) => unit.label().to_owned(),
    }
}
