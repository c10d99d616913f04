//! Names of units and purposes for a page, and the choices that its forms offer.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Reach, Refusal, UnitId};
use people::units::{Unit, UnitKind};
use web::{Cx, Locale};

use crate::{Purpose, PurposeId, purposes, rules};

/// What a page needs to say who, where and what for.
#[derive(Clone, Debug)]
pub struct Names {
    /// Units of today in the order of lists.
    pub units: Vec<Unit>,
    /// Purposes, retired ones at the end.
    pub purposes: Vec<Purpose>,
    /// Those of them that left the plan: still named, no longer offered.
    pub retired: BTreeSet<PurposeId>,
    by_id: BTreeMap<UnitId, Unit>,
    /// Units that are no more, with who answers for them: an heir may bear the same name.
    gone: BTreeMap<UnitId, Option<Unit>>,
    /// For which the reader may record.
    pub records: Reach,
}

impl Names {
    /// Loads them; `more` are units that may have closed.
    ///
    /// # Errors
    /// As the database refuses.
    pub fn load<'a>(
        tx: &mut Tx,
        by: &Caller,
        more: impl IntoIterator<Item = &'a UnitId>,
    ) -> Result<Self, Refusal> {
        let units = people::units::list(tx, by.district(), by.today())?;
        let mut by_id: BTreeMap<_, _> = units.iter().map(|unit| (unit.id.clone(), unit.clone())).collect();
        let mut gone = BTreeMap::new();
        for id in more {
            if !by_id.contains_key(id)
                && let Some(unit) = people::units::find_any(tx, by.district(), id, by.today())?
            {
                by_id.insert(id.clone(), unit);
                gone.insert(id.clone(), people::units::heir(tx, by.district(), id, by.today())?);
            }
        }
        let purposes = purposes::list_with_retired(tx, by.district())?;
        let in_force: BTreeSet<_> =
            purposes::list(tx, by.district())?.into_iter().map(|purpose| purpose.id).collect();
        let all = purposes.iter().map(|purpose| purpose.id.clone());
        let retired = all.filter(|id| !in_force.contains(id)).collect();
        Ok(Self { units, purposes, retired, by_id, gone, records: by.actor.reach(rules::RECORDERS) })
    }

    /// The name of a unit as files carry it, to be read again by a program; its id when it is not known.
    pub fn bare(&self, cx: &Cx, id: &UnitId) -> String {
        self.by_id.get(id).map_or_else(|| id.to_string(), |unit| label(cx, unit))
    }

    /// The name of a unit for a reader, who is told when it is no more.
    pub fn unit(&self, cx: &Cx, id: &UnitId) -> String {
        let name = self.bare(cx, id);
        match self.gone.get(id) {
            None => name,
            Some(Some(heir)) => cx.with("evidence-unit-merged", &[("name", name), ("heir", label(cx, heir))]),
            Some(None) => cx.with("evidence-unit-closed", &[("name", name)]),
        }
    }

    /// Code and title of a purpose.
    pub fn purpose(&self, cx: &Cx, id: &PurposeId) -> String {
        let found = self.purposes.iter().find(|purpose| purpose.id == *id);
        found.map_or_else(|| id.to_string(), |purpose| titled(cx, purpose))
    }

    /// Units for which the reader may record.
    pub fn hosts(&self, cx: &Cx) -> Vec<(String, String)> {
        let mine = self.units.iter().filter(|unit| self.records.includes(&unit.id));
        mine.map(|unit| (unit.id.to_string(), label(cx, unit))).collect()
    }

    /// Towns and streets.
    pub fn towns(&self, cx: &Cx) -> Vec<(String, String)> {
        self.of_kinds(cx, &[UnitKind::Town])
    }

    /// Places in which something can happen.
    pub fn places(&self, cx: &Cx) -> Vec<(String, String)> {
        self.of_kinds(cx, &[UnitKind::Venue, UnitKind::School, UnitKind::Community, UnitKind::Hospital])
    }

    /// Units that may have a part in what another holds.
    pub fn partners(&self, cx: &Cx) -> Vec<(String, String)> {
        let kinds = [
            UnitKind::Department,
            UnitKind::Society,
            UnitKind::Town,
            UnitKind::School,
            UnitKind::Hospital,
            UnitKind::Enterprise,
            UnitKind::Team,
        ];
        self.of_kinds(cx, &kinds)
    }

    fn of_kinds(&self, cx: &Cx, kinds: &[UnitKind]) -> Vec<(String, String)> {
        let of = self.units.iter().filter(|unit| kinds.contains(&unit.kind));
        of.map(|unit| (unit.id.to_string(), label(cx, unit))).collect()
    }

    /// The town in which a unit lies, going up the tree; none for those of the whole district.
    pub fn town_of(&self, unit: &UnitId) -> Option<UnitId> {
        let mut at = self.by_id.get(unit);
        for _ in 0..16 {
            let unit = at?;
            if unit.kind == UnitKind::Town {
                return Some(unit.id.clone());
            }
            at = unit.parent.as_ref().and_then(|parent| self.by_id.get(parent));
        }
        None
    }
}

/// How a unit is called in the reader's language.
fn label(cx: &Cx, unit: &Unit) -> String {
    match (cx.locale, &unit.name_en) {
        (Locale::En, Some(name)) => name.clone(),
        (Locale::En | Locale::Zh, _) => unit.label().to_owned(),
    }
}

/// Code and title of a purpose in the reader's language.
pub fn titled(cx: &Cx, purpose: &Purpose) -> String {
    let title = match (cx.locale, &purpose.title_en) {
        (Locale::En, Some(title)) => title,
        (Locale::En | Locale::Zh, _) => &purpose.title,
    };
    if purpose.code.is_empty() { title.clone() } else { format!("{} {title}", purpose.code) }
}

/// Choices from codes, named by the catalogue under `prefix`.
pub fn coded(cx: &Cx, prefix: &str, codes: impl IntoIterator<Item = &'static str>) -> Vec<(String, String)> {
    codes.into_iter().map(|code| (code.to_owned(), cx.t(&format!("{prefix}{code}")))).collect()
}

/// The same with an empty choice first, named by `key`.
pub fn or_any(cx: &Cx, key: &str, choices: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), cx.t(key))];
    all.extend(choices);
    all
}
