//! All SQL that asks which unit has a name or a code.

use db::{Tx, params};
use kernel::{Day, DistrictId, UnitId, search_key};

use super::store::{COLUMNS, unit};
use super::{Facts, Unit};

/// Whether another unit under the same parent has this name on a day or later.
pub(crate) fn name_is_taken(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    facts: &Facts,
    from: Day,
) -> Result<bool, db::Error> {
    let row = tx.find(
        "select unit_id from unit_version
         where district_id = $1 and name_key = $2 and unit_id <> $3 and parent_id is not distinct from $4
           and (valid_to is null or valid_to > $5)
         limit 1",
        params![district, search_key(&facts.name), id, facts.parent.as_ref(), from],
    )?;
    Ok(row.is_some())
}

/// The name of another unit that has this code on a day or later.
pub(crate) fn code_holder(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    code: &str,
    from: Day,
) -> Result<Option<String>, db::Error> {
    let row = tx.find(
        "select name from unit_version
         where district_id = $1 and code = $2 and unit_id <> $3 and (valid_to is null or valid_to > $4)
         order by valid_from limit 1",
        params![district, code, id, from],
    )?;
    row.map(|row| row.get("name")).transpose()
}

/// The units directly under another that have this name on a day: one at most, unless they came
/// together before that was refused.
pub(crate) fn find_below(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    parent: &UnitId,
    key: &str,
    on: Day,
) -> Result<Vec<Unit>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from unit_version v
         join unit u on u.district_id = v.district_id and u.id = v.unit_id
         where v.district_id = $1 and v.parent_id = $2 and v.name_key = $3
           and v.valid_from <= $4 and (v.valid_to is null or v.valid_to > $4)"
    );
    tx.query(&sql, params![district, parent, key, on])?.iter().map(unit).collect()
}

/// The units that have this name on a day.
pub(crate) fn named(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    key: &str,
    on: Day,
) -> Result<Vec<UnitId>, db::Error> {
    let rows = tx.query(
        "select unit_id from unit_version
         where district_id = $1 and name_key = $2 and valid_from <= $3 and (valid_to is null or valid_to > $3)
         order by unit_id",
        params![district, key, on],
    )?;
    rows.iter().map(|row| row.get("unit_id")).collect()
}

/// The names of other days than `on`, each with the unit that answers for it on `on`.
pub(crate) fn former_keys(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    on: Day,
) -> Result<Vec<(String, UnitId)>, db::Error> {
    let rows = tx.query(
        "select unit_id, name_key, short_name from unit_version
         where district_id = $1 and (valid_from > $2 or valid_to <= $2)
         order by name_key, unit_id",
        params![district, on],
    )?;
    let mut keys = Vec::new();
    for row in &rows {
        let id: UnitId = row.get("unit_id")?;
        if let Some(unit) = super::heir(tx, district, &id, on)? {
            keys.push((row.get("name_key")?, unit.id.clone()));
            let short: String = row.get("short_name")?;
            if !short.is_empty() {
                keys.push((search_key(&short), unit.id));
            }
        }
    }
    Ok(keys)
}
