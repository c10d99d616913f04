//! What becomes of a unit from a day on: renamed, moved, merged, closed, split.

use db::Tx;
use kernel::{Caller, Day, Problem, Problems, Refusal, UnitId};
use serde_json::json;

use super::actions::{create, parent_on, taken};
use super::{
    Facts, History, NewUnit, SuccessionKind, Unit, UnitKind, checked_name, keeper, optional, store,
    succession, tree,
};
use crate::{accounts, audit};

/// Which unit is changed, from when, and why.
#[derive(Clone, Debug)]
pub struct Change {
    /// The unit.
    pub unit: UnitId,
    /// [`super::record_version`] as the person saw it; another change since then is a conflict.
    pub seen: i64,
    /// The first day on which the change holds.
    pub on: Day,
    /// Why, in a person's words, at most 200 characters; may be empty.
    pub reason: String,
}

/// The names that a unit has from a day on.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// The official name.
    pub name: String,
    /// How people call it; may be empty.
    pub short_name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// The official code.
    pub code: Option<String>,
}

impl Renamed {
    fn checked(self) -> Result<Self, Refusal> {
        let mut problems = Problems::new();
        let name = problems.take(checked_name("name", &self.name));
        let short_name = problems.take(optional("short_name", Some(&self.short_name)));
        let name_en = problems.take(optional("name_en", self.name_en.as_deref()));
        let code = problems.take(optional("code", self.code.as_deref()));
        problems.check()?;
        Ok(Self {
            name: name.unwrap_or_default(),
            short_name: short_name.flatten().unwrap_or_default(),
            name_en: name_en.flatten(),
            code: code.flatten(),
        })
    }

    fn put(self, facts: &mut Facts) {
        facts.name = self.name;
        facts.short_name = self.short_name;
        facts.name_en = self.name_en;
        facts.code = self.code;
    }
}

/// Gives a unit another name from a day on; before that day it keeps the old one.
///
/// # Errors
/// See the module: `Forbidden`, `NotFound`, `Conflict` after another's change, `Invalid` for a day
/// before an earlier change, a closed unit, a name or code that another has.
pub fn rename(tx: &mut Tx<'_>, by: &Caller, change: Change, names: Renamed) -> Result<(), Refusal> {
    let (_, history) = open(tx, by, &change)?;
    let names = names.checked()?;
    let before = history.last().facts.name.clone();
    let after = history.change(change.on, |facts| names.put(facts))?;
    named_apart(tx, by, &change.unit, &after)?;
    let detail =
        json!({ "from": before, "to": after.last().facts.name, "on": change.on, "reason": change.reason });
    store::save(tx, by.district(), &change.unit, &after)?;
    done(tx, by, &change, SuccessionKind::Rename, None, "people.unit.rename", detail)
}

/// Mends what was written wrongly in the newest version, for as long as that version holds.
///
/// # Errors
/// As for [`rename`], but no day is asked for.
pub fn correct(tx: &mut Tx<'_>, by: &Caller, change: Change, names: Renamed) -> Result<(), Refusal> {
    let (_, history) = open(tx, by, &change)?;
    let names = names.checked()?;
    let before = history.last().facts.name.clone();
    let after = history.correct(|facts| names.put(facts))?;
    named_apart(tx, by, &change.unit, &after)?;
    let detail = json!({ "from": before, "to": after.last().facts.name, "reason": change.reason });
    store::save(tx, by.district(), &change.unit, &after)?;
    let change = Change { on: after.last().from, ..change };
    done(tx, by, &change, SuccessionKind::Correct, None, "people.unit.correct", detail)
}

/// Gives the district's own unit the name and code that the settings say, for as long as its newest
/// version holds; the same ones change nothing.
pub(crate) fn correct_root(tx: &mut Tx<'_>, by: &Caller, name: &str, code: &str) -> Result<(), Refusal> {
    let root = tree::root(tx, by.district(), by.today())?.ok_or(Refusal::NotFound)?;
    let code = Some(code.trim().to_owned()).filter(|code| !code.is_empty());
    if root.name == name.trim() && root.code == code {
        return Ok(());
    }
    let seen = store::record_version(tx, by.district(), &root.id)?.ok_or(Refusal::NotFound)?;
    let change = Change { unit: root.id, seen, on: by.today(), reason: String::new() };
    let names = Renamed { name: name.to_owned(), short_name: root.short_name, name_en: root.name_en, code };
    correct(tx, by, change, names)
}

/// Puts a unit under another from a day on.
///
/// # Errors
/// As for [`rename`]; `Invalid` for the district, and for a parent that lies below the unit on that day
/// or a later one, or ends later.
pub fn move_under(tx: &mut Tx<'_>, by: &Caller, change: Change, parent: &UnitId) -> Result<(), Refusal> {
    let (kind, history) = open(tx, by, &change)?;
    not_the_district(kind)?;
    let parent = parent_on(tx, by, Some(parent), change.on)??;
    let above = store::find(tx, by.district(), &parent, change.on)?.map(|unit| unit.name);
    if tree::subtree(tx, by.district(), &change.unit, change.on)?.contains(&parent) {
        return Err(Problem::new("people-unit-parent-below").at("parent").into());
    }
    never_above(tx, by, std::slice::from_ref(&change.unit), &parent, change.on, "parent")?;
    let after = history.change(change.on, |facts| facts.parent = Some(parent.clone()))?;
    named_apart(tx, by, &change.unit, &after)?;
    store::save(tx, by.district(), &change.unit, &after)?;
    let detail = json!({ "to": above, "on": change.on, "reason": change.reason });
    done(tx, by, &change, SuccessionKind::Move, None, "people.unit.move", detail)
}

/// Makes a unit part of another on a day. What lies below it goes along, and whoever held a role in
/// it holds it in the successor from that day; the successor reaches its records.
///
/// # Errors
/// As for [`rename`]; `Invalid` for a successor that does not live then, ends later or lies below the
/// unit, and for a child whose name the successor's units have already: rename it first.
pub fn merge(tx: &mut Tx<'_>, by: &Caller, change: Change, into: &UnitId) -> Result<(), Refusal> {
    let (kind, history) = open(tx, by, &change)?;
    not_the_district(kind)?;
    let missing = Problem::new("people-unit-successor-missing").at("into").with("day", change.on);
    let into = store::find(tx, by.district(), into, change.on)?.ok_or(missing)?;
    if tree::subtree(tx, by.district(), &change.unit, change.on)?.contains(&into.id) {
        return Err(Problem::new("people-unit-successor-below").at("into").into());
    }
    if let Some(end) = store::ends(tx, by.district(), &into.id)? {
        let problem = Problem::new("people-unit-successor-ends").at("into");
        return Err(problem.with("name", &into.name).with("day", end).into());
    }
    nothing_later_below(tx, by, &change)?;
    let children = tree::children(tx, by.district(), &change.unit, change.on)?;
    let ids: Vec<UnitId> = children.iter().map(|child| child.id.clone()).collect();
    never_above(tx, by, &ids, &into.id, change.on, "into")?;
    let after = history.close(change.on)?;
    store::save(tx, by.district(), &change.unit, &after)?;
    for child in &children {
        hand_over(tx, by, child, &into.id, &change)?;
    }
    accounts::hand_over(tx, by, &change.unit, &into.id, change.on)?;
    let detail = json!({ "into": into.name, "on": change.on, "reason": change.reason });
    done(tx, by, &change, SuccessionKind::Merge, Some(&into.id), "people.unit.merge", detail)
}

/// Refuses when one of `above` lies above `unit` on a later day, by a change that was entered ahead:
/// put below it, it would lie below itself then.
fn never_above(
    tx: &mut Tx<'_>,
    by: &Caller,
    above: &[UnitId],
    unit: &UnitId,
    on: Day,
    field: &'static str,
) -> Result<(), Refusal> {
    for day in store::later_days(tx, by.district(), on)? {
        let path = tree::path(tx, by.district(), unit, day)?;
        if path.iter().any(|of| above.contains(&of.id)) {
            return Err(Problem::new("people-unit-parent-below-later").at(field).with("day", day).into());
        }
    }
    Ok(())
}

/// Ends a unit on a day. Roles in it end with it.
///
/// # Errors
/// As for [`rename`]; `Invalid` while units lie below it, and when no administrator would remain.
pub fn close(tx: &mut Tx<'_>, by: &Caller, change: Change) -> Result<(), Refusal> {
    let (kind, history) = open(tx, by, &change)?;
    not_the_district(kind)?;
    if let Some(child) = tree::children(tx, by.district(), &change.unit, change.on)?.first() {
        return Err(Problem::new("people-unit-has-units").with("name", &child.name).into());
    }
    nothing_later_below(tx, by, &change)?;
    let after = history.close(change.on)?;
    store::save(tx, by.district(), &change.unit, &after)?;
    accounts::end_in_unit(tx, by, &change.unit, change.on)?;
    let detail = json!({ "on": change.on, "reason": change.reason });
    done(tx, by, &change, SuccessionKind::Close, None, "people.unit.close", detail)
}

/// Takes a new unit out of one that lives on. The new unit begins on the day of the change.
///
/// # Errors
/// As for [`create`] and [`rename`].
pub fn split(tx: &mut Tx<'_>, by: &Caller, change: Change, new: NewUnit) -> Result<UnitId, Refusal> {
    let (kind, history) = open(tx, by, &change)?;
    not_the_district(kind)?;
    if history.on(change.on).is_none() {
        return Err(Problem::new("people-unit-not-begun").at("on").with("day", history.begins()).into());
    }
    let name = new.name.clone();
    let id = create(tx, by, NewUnit { from: change.on, ..new })?;
    let detail = json!({ "new": name, "on": change.on, "reason": change.reason });
    done(tx, by, &change, SuccessionKind::Split, Some(&id), "people.unit.split", detail)?;
    Ok(id)
}

/// The unit to change, if the actor may and nobody changed it meanwhile.
fn open(tx: &mut Tx<'_>, by: &Caller, change: &Change) -> Result<(UnitKind, History), Refusal> {
    keeper(&by.actor)?;
    let found = store::history(tx, by.district(), &change.unit)?.ok_or(Refusal::NotFound)?;
    if change.reason.chars().count() > 200 {
        return Err(Problem::new("people-unit-reason-too-long").at("reason").into());
    }
    if !store::bump(tx, by.district(), &change.unit, change.seen)? {
        return Err(Refusal::Conflict(Problem::new("people-unit-changed-meanwhile")));
    }
    Ok(found)
}

fn done(
    tx: &mut Tx<'_>,
    by: &Caller,
    change: &Change,
    kind: SuccessionKind,
    successor: Option<&UnitId>,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    let reason = change.reason.trim();
    succession::note(tx, by, &change.unit, kind, change.on, successor, reason)?;
    audit::record(tx, by, audit::Entry { action, subject: ("unit", change.unit.as_str()), detail })?;
    Ok(())
}

fn not_the_district(kind: UnitKind) -> Result<(), Problem> {
    if kind == UnitKind::District { Err(Problem::new("people-unit-is-district")) } else { Ok(()) }
}

/// A child that comes below the unit only after the day would hang in the air.
fn nothing_later_below(tx: &mut Tx<'_>, by: &Caller, change: &Change) -> Result<(), Refusal> {
    match store::later_children(tx, by.district(), &change.unit, change.on)?.first() {
        Some(name) => Err(Problem::new("people-unit-has-units").with("name", name).into()),
        None => Ok(()),
    }
}

fn named_apart(tx: &mut Tx<'_>, by: &Caller, id: &UnitId, history: &History) -> Result<(), Refusal> {
    let problems = taken(tx, by, id, &history.last().facts, history.last().from)?;
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems)) }
}

/// Moves a child of a merged unit to the successor.
fn hand_over(
    tx: &mut Tx<'_>,
    by: &Caller,
    child: &Unit,
    into: &UnitId,
    change: &Change,
) -> Result<(), Refusal> {
    let (_, history) = store::history(tx, by.district(), &child.id)?.ok_or(Refusal::NotFound)?;
    let after = history
        .change(change.on, |facts| facts.parent = Some(into.clone()))
        .map_err(|problem| Problem { field: None, ..problem }.with("name", &child.name))?;
    named_apart(tx, by, &child.id, &after)?;
    store::save(tx, by.district(), &child.id, &after)?;
    succession::note(tx, by, &child.id, SuccessionKind::Move, change.on, None, change.reason.trim())?;
    Ok(())
}
