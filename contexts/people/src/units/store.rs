//! All SQL of the units.

use std::collections::{BTreeMap, BTreeSet};

use db::{Row, Tx, params};
use kernel::{Day, DistrictId, Instant, UnitId, search_key};

use super::{Facts, History, Unit, UnitKind, Version};

pub(super) const COLUMNS: &str =
    "u.id, u.kind, v.valid_from, v.valid_to, v.name, v.short_name, v.name_en, v.parent_id, v.code";

pub(super) fn unit(row: &Row) -> Result<Unit, db::Error> {
    Ok(Unit {
        id: row.get("id")?,
        kind: row.parse("unit", "kind", UnitKind::parse)?,
        name: row.get("name")?,
        short_name: row.get("short_name")?,
        name_en: row.get("name_en")?,
        parent: row.get("parent_id")?,
        code: row.get("code")?,
        valid_from: row.get("valid_from")?,
        valid_to: row.get("valid_to")?,
    })
}

/// The rank of a kind in lists, as SQL.
fn rank() -> String {
    let arms: Vec<String> = UnitKind::ALL
        .iter()
        .enumerate()
        .map(|(n, kind)| format!("when '{}' then {n}", kind.code()))
        .collect();
    format!("case u.kind {} else 99 end", arms.join(" "))
}

/// All units of a day: by kind, then code, then name.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, on: Day) -> Result<Vec<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.valid_from <= $2 and (v.valid_to is null or v.valid_to > $2)
         order by {}, v.code nulls last, v.name_key, u.id",
        rank()
    );
    tx.query(&sql, params![district, on])?.iter().map(unit).collect()
}

/// What a list of units is asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The day.
    pub on: Day,
    /// Only this kind.
    pub kind: Option<UnitKind>,
    /// Part of the name, the short name, the code or an alias; empty for all.
    pub text: String,
    /// Only these; `None` for all.
    pub within: Option<BTreeSet<UnitId>>,
}

/// The units that a filter lets through, in the order of [`list`].
///
/// # Errors
/// As the database refuses.
pub fn search(tx: &mut Tx<'_>, district: &DistrictId, filter: &Filter) -> Result<Vec<Unit>, db::Error> {
    let key = search_key(&filter.text);
    let aliased: BTreeSet<UnitId> = if key.is_empty() {
        BTreeSet::new()
    } else {
        let keys = super::alias::alias_keys(tx, district)?;
        keys.into_iter().filter(|(alias, _)| alias.contains(&key)).map(|(_, unit)| unit).collect()
    };
    let fits = |unit: &Unit| {
        filter.kind.is_none_or(|kind| kind == unit.kind)
            && filter.within.as_ref().is_none_or(|within| within.contains(&unit.id))
            && (key.is_empty()
                || search_key(&unit.name).contains(&key)
                || search_key(&unit.short_name).contains(&key)
                || unit.code.as_ref().is_some_and(|code| search_key(code).contains(&key))
                || aliased.contains(&unit.id))
    };
    Ok(list(tx, district, filter.on)?.into_iter().filter(fits).collect())
}

/// The towns (镇、街道) of a day, by code.
///
/// # Errors
/// As the database refuses.
pub fn towns(tx: &mut Tx<'_>, district: &DistrictId, on: Day) -> Result<Vec<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and u.kind = 'town'
           and v.valid_from <= $2 and (v.valid_to is null or v.valid_to > $2)
         order by v.code nulls last, v.name_key, u.id"
    );
    tx.query(&sql, params![district, on])?.iter().map(unit).collect()
}

/// Every version of every town, for what asks about several days: see [`Unit::holds`].
///
/// # Errors
/// As the database refuses.
pub fn town_versions(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit u
         join unit_version v on v.district_id = u.district_id and v.unit_id = u.id
         where u.district_id = $1 and u.kind = 'town'"
    );
    tx.query(&sql, params![district])?.iter().map(unit).collect()
}

/// A unit as of a day.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId, on: Day) -> Result<Option<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.unit_id = $2
           and v.valid_from <= $3 and (v.valid_to is null or v.valid_to > $3)"
    );
    tx.find(&sql, params![district, id, on])?.as_ref().map(unit).transpose()
}

/// What those of some units are that live on a day; the others are absent.
///
/// # Errors
/// As the database refuses.
pub fn kinds<'a>(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    ids: impl IntoIterator<Item = &'a UnitId>,
    on: Day,
) -> Result<BTreeMap<UnitId, UnitKind>, db::Error> {
    let mut params = vec![district.into(), on.into()];
    params.extend(ids.into_iter().map(db::Val::from));
    let named: Vec<String> = (3..=params.len()).map(|place| format!("${place}")).collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    // a list after `in` would make SQLite build a table of it at each call; rows of values are walked
    let sql = format!(
        "with named (id) as (values (cast({} as text)))
         select u.id, u.kind from named
            cross join unit_version v
            join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.unit_id = named.id
           and v.valid_from <= $2 and (v.valid_to is null or v.valid_to > $2)",
        named.join(" as text)), (cast(")
    );
    let kind = |row: &Row| Ok((row.get("id")?, row.parse("unit", "kind", UnitKind::parse)?));
    tx.query(&sql, &params)?.iter().map(kind).collect()
}

/// A unit as of a day, or, when it did not live then, in its last version that began by that day,
/// else in its first.
///
/// # Errors
/// As the database refuses.
pub fn find_any(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    on: Day,
) -> Result<Option<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.unit_id = $2
         order by v.valid_from"
    );
    let versions: Vec<Unit> =
        tx.query(&sql, params![district, id])?.iter().map(unit).collect::<Result<_, _>>()?;
    let begun = versions.iter().rev().find(|unit| unit.valid_from <= on);
    Ok(begun.or_else(|| versions.first()).cloned())
}

/// All versions of a unit, with its kind; `None` when there is no such unit.
///
/// # Errors
/// As the database refuses; `Corrupt` when versions overlap.
pub fn history(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
) -> Result<Option<(UnitKind, History)>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.unit_id = $2
         order by v.valid_from"
    );
    let rows = tx.query(&sql, params![district, id])?;
    let Some(first) = rows.first() else { return Ok(None) };
    let units: Vec<Unit> = rows.iter().map(unit).collect::<Result<_, _>>()?;
    let kind = unit(first)?.kind;
    let versions = units.into_iter().map(|unit| Version {
        from: unit.valid_from,
        to: unit.valid_to,
        facts: Facts {
            name: unit.name,
            short_name: unit.short_name,
            name_en: unit.name_en,
            parent: unit.parent,
            code: unit.code,
        },
    });
    let mut versions = Some(versions.collect());
    first
        .parse("unit_version", "valid_from", |_| versions.take().and_then(History::read))
        .map(|history| Some((kind, history)))
}

/// The day on which a unit ends, if that is known.
pub(crate) fn ends(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId) -> Result<Option<Day>, db::Error> {
    let row = tx.find(
        "select valid_to from unit_version where district_id = $1 and unit_id = $2
         order by valid_from desc limit 1",
        params![district, id],
    )?;
    row.map_or(Ok(None), |row| row.get("valid_to"))
}

/// The days after `after` on which a version of any unit begins.
pub(crate) fn later_days(tx: &mut Tx<'_>, district: &DistrictId, after: Day) -> Result<Vec<Day>, db::Error> {
    let rows = tx.query(
        "select distinct valid_from from unit_version where district_id = $1 and valid_from > $2
         order by valid_from",
        params![district, after],
    )?;
    rows.iter().map(|row| row.get("valid_from")).collect()
}

/// Enters a unit with its first version.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    kind: UnitKind,
    now: Instant,
    history: &History,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into unit (district_id, id, kind, created_at, version) values ($1, $2, $3, $4, 1)",
        params![district, id, kind.code(), now],
    )?;
    save(tx, district, id, history)
}

/// Enters the district's own unit.
pub(crate) fn insert_root(
    tx: &mut Tx<'_>,
    by: &kernel::Caller,
    id: &UnitId,
    history: History,
) -> Result<(), db::Error> {
    insert(tx, by.district(), id, UnitKind::District, by.now(), &history)
}

/// Writes the versions of a unit.
pub(crate) fn save(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    history: &History,
) -> Result<(), db::Error> {
    for version in history.versions() {
        let facts = &version.facts;
        tx.execute(
            "insert into unit_version (district_id, unit_id, valid_from, valid_to, name, name_key, short_name,
                 name_en, parent_id, code)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (district_id, unit_id, valid_from) do update set
                 valid_to = excluded.valid_to, name = excluded.name, name_key = excluded.name_key,
                 short_name = excluded.short_name, name_en = excluded.name_en,
                 parent_id = excluded.parent_id, code = excluded.code",
            params![
                district,
                id,
                version.from,
                version.to,
                &facts.name,
                search_key(&facts.name),
                &facts.short_name,
                facts.name_en.as_ref(),
                facts.parent.as_ref(),
                facts.code.as_ref()
            ],
        )?;
    }
    Ok(())
}

/// How often the unit was changed, to tell two writers apart.
///
/// # Errors
/// As the database refuses.
pub fn record_version(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId) -> Result<Option<i64>, db::Error> {
    tx.find("select version from unit where district_id = $1 and id = $2", params![district, id])?
        .map(|row| row.get("version"))
        .transpose()
}

/// Counts a change, if nobody else made one since `seen`.
pub(crate) fn bump(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    seen: i64,
) -> Result<bool, db::Error> {
    let sql = "update unit set version = version + 1 where district_id = $1 and id = $2 and version = $3";
    Ok(tx.execute(sql, params![district, id, seen])? == 1)
}

/// Units below one in a version that begins after a day.
pub(crate) fn later_children(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    after: Day,
) -> Result<Vec<String>, db::Error> {
    let rows = tx.query(
        "select name from unit_version where district_id = $1 and parent_id = $2 and valid_from > $3",
        params![district, id, after],
    )?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// The district's name; empty before setup.
pub(crate) fn district_name(tx: &mut Tx<'_>, district: &DistrictId) -> Result<String, db::Error> {
    let row = tx.find("select name from district where district_id = $1", params![district])?;
    row.map_or_else(|| Ok(String::new()), |row| row.get("name"))
}
