//! The tree of a day: above a unit, below it, and after it.

use std::collections::BTreeSet;

use db::{Tx, params};
use kernel::{Day, DistrictId, UnitId};

use super::Unit;
use super::store::{COLUMNS, find, list, unit};

/// The district's own unit; `None` before setup.
///
/// # Errors
/// As the database refuses.
pub fn root(tx: &mut Tx<'_>, district: &DistrictId, on: Day) -> Result<Option<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and u.kind = 'district'
           and v.valid_from <= $2 and (v.valid_to is null or v.valid_to > $2)"
    );
    tx.find(&sql, params![district, on])?.as_ref().map(unit).transpose()
}

/// The unit and all above it on a day: the district first, the unit last. Empty when it did not
/// live then.
///
/// # Errors
/// As the database refuses.
pub fn path(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId, on: Day) -> Result<Vec<Unit>, db::Error> {
    let mut path: Vec<Unit> = Vec::new();
    let mut next = Some(id.clone());
    while let Some(id) = next.take() {
        // A circle cannot be made by an action; a damaged store must still not hang.
        if path.iter().any(|unit| unit.id == id) {
            break;
        }
        if let Some(unit) = find(tx, district, &id, on)? {
            next.clone_from(&unit.parent);
            path.push(unit);
        }
    }
    path.reverse();
    Ok(path)
}

/// The unit and all below it on a day.
///
/// # Errors
/// As the database refuses.
pub fn subtree(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    on: Day,
) -> Result<BTreeSet<UnitId>, db::Error> {
    let rows = tx.query(
        "with recursive below (id) as (
             select cast($2 as text)
             union
             select v.unit_id from unit_version v join below on v.parent_id = below.id
             where v.district_id = $1 and v.valid_from <= $3 and (v.valid_to is null or v.valid_to > $3)
         ) select id from below",
        params![district, id, on],
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// What a role in a unit reaches on a day: the unit, all below it, and the units that were merged
/// into any of these, whose records it now answers for. Nothing lives below a merged unit.
///
/// # Errors
/// As the database refuses.
pub fn reach(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    on: Day,
) -> Result<BTreeSet<UnitId>, db::Error> {
    let mut reach = subtree(tx, district, id, on)?;
    let rows = tx.query(
        "select successor_id, unit_id from unit_succession
         where district_id = $1 and kind = 'merge' and on_day <= $2 order by on_day desc, id desc",
        params![district, on],
    )?;
    let mut mergers: Vec<(UnitId, UnitId)> = Vec::with_capacity(rows.len());
    for row in &rows {
        mergers.push((row.get("successor_id")?, row.get("unit_id")?));
    }
    // The latest first, so that one round finds most of a chain; more rounds until nothing is added.
    loop {
        let before = reach.len();
        for (heir, merged) in &mergers {
            if reach.contains(heir) {
                reach.insert(merged.clone());
            }
        }
        if reach.len() == before {
            return Ok(reach);
        }
    }
}

/// The unit that answers for `id` on a day: itself while it lives, else the one it was merged into.
///
/// # Errors
/// As the database refuses.
pub fn heir(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId, on: Day) -> Result<Option<Unit>, db::Error> {
    let mut id = id.clone();
    let mut seen = BTreeSet::new();
    while seen.insert(id.clone()) {
        if let Some(unit) = find(tx, district, &id, on)? {
            return Ok(Some(unit));
        }
        let next = tx.find(
            "select successor_id from unit_succession
             where district_id = $1 and unit_id = $2 and kind = 'merge' and on_day <= $3
             order by on_day desc, id desc limit 1",
            params![district, &id, on],
        )?;
        match next {
            Some(row) => id = row.get("successor_id")?,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The units directly below one on a day, in the order of [`list`].
///
/// # Errors
/// As the database refuses.
pub fn children(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    on: Day,
) -> Result<Vec<Unit>, db::Error> {
    let units = list(tx, district, on)?;
    Ok(units.into_iter().filter(|unit| unit.parent.as_ref() == Some(id)).collect())
}
