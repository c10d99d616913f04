//! All SQL of the keys.

use db::{Row, Tx, params};
use kernel::{DistrictId, Instant};

use super::Key;

fn key(row: &Row) -> Result<Key, db::Error> {
    Ok(Key {
        id: row.get("id")?,
        account: row.get("account_id")?,
        name: row.get("name")?,
        made_by: row.get("made_by")?,
        made_at: row.get("made_at")?,
        expires_on: row.get("expires_on")?,
        ended_at: row.get("ended_at")?,
        seen_at: row.get("seen_at")?,
    })
}

/// All keys of a district, those that open something first, then the newest.
///
/// # Errors
/// As the database refuses.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Key>, db::Error> {
    let rows = tx.query(
        "select id, account_id, name, made_by, made_at, expires_on, ended_at, seen_at from api_key
         where district_id = $1 order by case when ended_at is null then 0 else 1 end, made_at desc, id
         limit 500",
        params![district],
    )?;
    rows.iter().map(key).collect()
}

pub(super) fn find(tx: &mut Tx<'_>, hash: &str) -> Result<Option<(DistrictId, Key)>, db::Error> {
    tx.find(
        "select district_id, id, account_id, name, made_by, made_at, expires_on, ended_at, seen_at from api_key
         where token_hash = $1",
        params![hash],
    )?
    .map(|row| Ok((row.get("district_id")?, key(&row)?)))
    .transpose()
}

pub(super) fn find_by_id(tx: &mut Tx<'_>, district: &DistrictId, id: &str) -> Result<Option<Key>, db::Error> {
    tx.find(
        "select id, account_id, name, made_by, made_at, expires_on, ended_at, seen_at from api_key
         where district_id = $1 and id = $2",
        params![district, id],
    )?
    .as_ref()
    .map(key)
    .transpose()
}

pub(super) fn insert(tx: &mut Tx<'_>, district: &DistrictId, hash: &str, one: &Key) -> Result<(), db::Error> {
    tx.execute(
        "insert into api_key (district_id, id, account_id, name, token_hash, made_by, made_at, expires_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![district, &one.id, &one.account, &one.name, hash, &one.made_by, one.made_at, one.expires_on],
    )?;
    Ok(())
}

pub(super) fn end(tx: &mut Tx<'_>, district: &DistrictId, id: &str, at: Instant) -> Result<bool, db::Error> {
    let n = tx.execute(
        "update api_key set ended_at = $3 where district_id = $1 and id = $2 and ended_at is null",
        params![district, id, at],
    )?;
    Ok(n == 1)
}

pub(super) fn saw(tx: &mut Tx<'_>, hash: &str, at: Instant) -> Result<(), db::Error> {
    tx.execute("update api_key set seen_at = $2 where token_hash = $1", params![hash, at])?;
    Ok(())
}
