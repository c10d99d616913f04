//! Entering a unit, and the other ways in which it is written.

use db::Tx;
use kernel::{Caller, Day, Problem, Problems, Refusal, UnitId, search_key};
use serde_json::json;

use super::{
    Facts, History, NewUnit, SuccessionKind, UnitKind, alias, checked_name, holders, keeper, optional, store,
    succession, tree,
};
use crate::audit;

/// Enters a unit from its first day on.
///
/// # Errors
/// `Forbidden` unless the actor keeps the registry; `Invalid` for a name or code that another unit
/// has on that day, a parent that does not live then, an alias that belongs to another.
pub fn create(tx: &mut Tx<'_>, by: &Caller, new: NewUnit) -> Result<UnitId, Refusal> {
    keeper(&by.actor)?;
    let id: UnitId = by.id();
    let mut problems = Problems::new();
    if new.kind == UnitKind::District {
        problems.add(Problem::new("people-unit-second-district").at("kind"));
    }
    let name = problems.take(checked_name("name", &new.name));
    let short_name = problems.take(optional("short_name", Some(&new.short_name)));
    let name_en = problems.take(optional("name_en", new.name_en.as_deref()));
    let code = problems.take(optional("code", new.code.as_deref()));
    let parent = problems.take(parent_on(tx, by, new.parent.as_ref(), new.from)?);
    let (Some(name), Some(short_name), Some(name_en), Some(code), Some(parent)) =
        (name, short_name, name_en, code, parent)
    else {
        problems.check()?;
        return Err(Refusal::NotFound);
    };
    let facts =
        Facts { name, short_name: short_name.unwrap_or_default(), name_en, parent: Some(parent), code };
    for problem in taken(tx, by, &id, &facts, new.from)? {
        problems.add(problem);
    }
    problems.check()?;
    let detail = json!({ "name": facts.name, "kind": new.kind.code(), "on": new.from });
    store::insert(tx, by.district(), &id, new.kind, by.now(), &History::begin(new.from, facts))?;
    succession::note(tx, by, &id, SuccessionKind::Create, new.from, None, "")?;
    for alias in &new.aliases {
        add_alias(tx, by, &id, alias)?;
    }
    audit::record(
        tx,
        by,
        audit::Entry { action: "people.unit.create", subject: ("unit", id.as_str()), detail },
    )?;
    Ok(id)
}

/// The parent: the one named, if it lives on the day and no end of it is known, else the district.
/// What lies below a unit that ends later would hang in the air from then on.
pub(super) fn parent_on(
    tx: &mut Tx<'_>,
    by: &Caller,
    parent: Option<&UnitId>,
    on: Day,
) -> Result<Result<UnitId, Problem>, Refusal> {
    let found = match parent {
        Some(id) => store::find(tx, by.district(), id, on)?,
        None => tree::root(tx, by.district(), on)?,
    };
    let missing = Problem::new("people-unit-parent-missing").at("parent").with("day", on);
    let Some(unit) = found else { return Ok(Err(missing)) };
    if let Some(end) = store::ends(tx, by.district(), &unit.id)? {
        let problem = Problem::new("people-unit-parent-ends").at("parent");
        return Ok(Err(problem.with("name", &unit.name).with("day", end)));
    }
    Ok(Ok(unit.id))
}

/// What of `facts` another unit has on a day or later.
pub(super) fn taken(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &UnitId,
    facts: &Facts,
    from: Day,
) -> Result<Vec<Problem>, Refusal> {
    let mut problems = Vec::new();
    if holders::name_is_taken(tx, by.district(), id, facts, from)? {
        problems.push(Problem::new("people-unit-name-taken").at("name").with("name", &facts.name));
    }
    if let Some(code) = &facts.code
        && let Some(name) = holders::code_holder(tx, by.district(), id, code, from)?
    {
        problems
            .push(Problem::new("people-unit-code-taken").at("code").with("code", code).with("name", name));
    }
    Ok(problems)
}

/// Enters another way in which a unit is written. One that is already there changes nothing.
///
/// # Errors
/// `Forbidden` unless the actor keeps the registry; `NotFound` without such a unit; `Invalid` for an
/// alias that belongs to another unit.
pub fn name_alias(tx: &mut Tx<'_>, by: &Caller, id: &UnitId, written: &str) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    store::record_version(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    if add_alias(tx, by, id, written)? {
        let detail = json!({ "alias": written.trim() });
        let entry = audit::Entry { action: "people.unit.alias", subject: ("unit", id.as_str()), detail };
        audit::record(tx, by, entry)?;
    }
    Ok(())
}

/// Whether the alias was new.
pub(super) fn add_alias(tx: &mut Tx<'_>, by: &Caller, id: &UnitId, written: &str) -> Result<bool, Refusal> {
    let written = checked_name("alias", written)?;
    match alias::alias_owner(tx, by.district(), &search_key(&written))? {
        Some(owner) if owner == *id => Ok(false),
        Some(owner) => {
            let name = store::find_any(tx, by.district(), &owner, by.today())?.map(|unit| unit.name);
            let problem = Problem::new("people-unit-alias-taken").at("alias").with("alias", written);
            Err(problem.with("name", name.unwrap_or_default()).into())
        }
        None => {
            alias::insert_alias(tx, by.district(), id, &written)?;
            Ok(true)
        }
    }
}

/// Takes away another way in which a unit is written.
///
/// # Errors
/// `Forbidden` unless the actor keeps the registry; `NotFound` without such an alias.
pub fn drop_alias(tx: &mut Tx<'_>, by: &Caller, id: &UnitId, written: &str) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    if !alias::delete_alias(tx, by.district(), id, written)? {
        return Err(Refusal::NotFound);
    }
    let detail = json!({ "alias": written });
    let entry = audit::Entry { action: "people.unit.alias-dropped", subject: ("unit", id.as_str()), detail };
    audit::record(tx, by, entry)?;
    Ok(())
}
