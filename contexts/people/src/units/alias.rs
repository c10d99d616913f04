//! All SQL of the other ways in which units are written.

use std::collections::BTreeMap;

use db::{Tx, params};
use kernel::{DistrictId, UnitId, search_key};

/// Every alias as a search key, with its unit.
pub(crate) fn alias_keys(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<(String, UnitId)>, db::Error> {
    let rows = tx.query(
        "select name_key, unit_id from unit_alias where district_id = $1 order by name_key",
        params![district],
    )?;
    rows.iter().map(|row| Ok((row.get("name_key")?, row.get("unit_id")?))).collect()
}

/// The other ways in which a unit is written.
///
/// # Errors
/// As the database refuses.
pub fn aliases(tx: &mut Tx<'_>, district: &DistrictId, id: &UnitId) -> Result<Vec<String>, db::Error> {
    let rows = tx.query(
        "select written from unit_alias where district_id = $1 and unit_id = $2 order by name_key",
        params![district, id],
    )?;
    rows.iter().map(|row| row.get("written")).collect()
}

/// Every unit's other names, for lists.
///
/// # Errors
/// As the database refuses.
pub fn all_aliases(
    tx: &mut Tx<'_>,
    district: &DistrictId,
) -> Result<BTreeMap<UnitId, Vec<String>>, db::Error> {
    let rows = tx.query(
        "select unit_id, written from unit_alias where district_id = $1 order by unit_id, name_key",
        params![district],
    )?;
    let mut all: BTreeMap<UnitId, Vec<String>> = BTreeMap::new();
    for row in &rows {
        all.entry(row.get("unit_id")?).or_default().push(row.get("written")?);
    }
    Ok(all)
}

/// The unit that an alias belongs to.
pub(crate) fn alias_owner(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    key: &str,
) -> Result<Option<UnitId>, db::Error> {
    let sql = "select unit_id from unit_alias where district_id = $1 and name_key = $2";
    tx.find(sql, params![district, key])?.map(|row| row.get("unit_id")).transpose()
}

pub(crate) fn insert_alias(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    written: &str,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into unit_alias (district_id, name_key, unit_id, written) values ($1, $2, $3, $4)",
        params![district, search_key(written), id, written],
    )?;
    Ok(())
}

pub(crate) fn delete_alias(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &UnitId,
    written: &str,
) -> Result<bool, db::Error> {
    let sql = "delete from unit_alias where district_id = $1 and unit_id = $2 and name_key = $3";
    Ok(tx.execute(sql, params![district, id, search_key(written)])? == 1)
}
