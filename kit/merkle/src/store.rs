//! The tables of the logs.

use db::{Row, Tx, params};
use kernel::{Instant, Refusal};

use crate::proof::Hash;
use crate::{Log, SignedHead};

pub fn corrupt(table: &str, row: impl std::fmt::Display, column: &str) -> Refusal {
    db::Error::Corrupt { table: table.to_owned(), row: row.to_string(), column: column.to_owned() }.into()
}

pub fn insert_leaf(tx: &mut Tx, log: &Log, place: i64, hash: Hash) -> Result<(), Refusal> {
    tx.execute(
        "insert into merkle_leaf (district_id, log, place, hash, leaf_index) values ($1, $2, $3, $4, null)",
        params![&log.district, log.name, place, &hash.0[..]],
    )?;
    Ok(())
}

fn hash(row: &Row) -> Result<Hash, Refusal> {
    let place: i64 = row.get("place")?;
    let bytes: Vec<u8> = row.get("hash")?;
    bytes.try_into().map(Hash).map_err(|_| corrupt("merkle_leaf", place, "hash"))
}

pub fn list_waiting(tx: &mut Tx, log: &Log, limit: i64) -> Result<Vec<(i64, Hash)>, Refusal> {
    let rows = tx.query(
        "select place, hash from merkle_leaf
         where district_id = $1 and log = $2 and leaf_index is null order by place limit $3",
        params![&log.district, log.name, limit],
    )?;
    rows.iter().map(|row| Ok((row.get("place")?, hash(row)?))).collect()
}

/// Numbers the leaves that wait up to the place `last`, from `first` on.
pub fn give_indexes(tx: &mut Tx, log: &Log, first: u64, last: i64) -> Result<(), Refusal> {
    tx.execute(
        "update merkle_leaf set leaf_index = numbered.n
         from (select place as at, $3 + row_number() over (order by place) - 1 as n from merkle_leaf
               where district_id = $1 and log = $2 and leaf_index is null and place <= $4) as numbered
         where district_id = $1 and log = $2 and place = numbered.at",
        params![&log.district, log.name, first, last],
    )?;
    Ok(())
}

/// Those of `places`, in rising order, that have a leaf.
pub fn known_places(tx: &mut Tx, log: &Log, places: &[i64]) -> Result<Vec<i64>, Refusal> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(Vec::new()) };
    let rows = tx.query(
        "select place from merkle_leaf
         where district_id = $1 and log = $2 and place >= $3 and place <= $4 order by place",
        params![&log.district, log.name, *first, *last],
    )?;
    rows.iter().map(|row| Ok(row.get("place")?)).collect()
}

/// A leaf in the tree.
pub struct Leaf {
    pub index: u64,
    pub place: i64,
    pub hash: Hash,
}

/// Leaves of the tree from the index `from` on.
pub fn list_leaves(tx: &mut Tx, log: &Log, from: u64, limit: i64) -> Result<Vec<Leaf>, Refusal> {
    let rows = tx.query(
        "select leaf_index, place, hash from merkle_leaf
         where district_id = $1 and log = $2 and leaf_index >= $3 order by leaf_index limit $4",
        params![&log.district, log.name, from, limit],
    )?;
    let leaf =
        |row: &Row| Ok(Leaf { index: row.get("leaf_index")?, place: row.get("place")?, hash: hash(row)? });
    rows.iter().map(leaf).collect()
}

pub fn index_of(tx: &mut Tx, log: &Log, place: i64) -> Result<Option<u64>, Refusal> {
    let row = tx.find(
        "select leaf_index from merkle_leaf where district_id = $1 and log = $2 and place = $3",
        params![&log.district, log.name, place],
    )?;
    Ok(row.map(|row| row.get::<Option<u64>>("leaf_index")).transpose()?.flatten())
}

pub fn size(tx: &mut Tx, log: &Log) -> Result<u64, Refusal> {
    let row = tx.find(
        "select size from merkle_tree where district_id = $1 and log = $2",
        params![&log.district, log.name],
    )?;
    Ok(row.map(|row| row.get("size")).transpose()?.unwrap_or(0))
}

pub fn save_size(tx: &mut Tx, log: &Log, (before, size): (u64, u64)) -> Result<(), Refusal> {
    let moved = tx.execute(
        "insert into merkle_tree (district_id, log, size) values ($1, $2, $3)
         on conflict (district_id, log) do update set size = excluded.size where merkle_tree.size = $4",
        params![&log.district, log.name, size, before],
    )?;
    // another process took the same leaves: this action runs again or fails, but never both
    if moved == 1 { Ok(()) } else { Err(db::Error::Busy.into()) }
}

pub fn tile(tx: &mut Tx, log: &Log, (level, n): (u8, u64)) -> Result<Option<Vec<u8>>, Refusal> {
    let row = tx.find(
        "select hashes from merkle_tile where district_id = $1 and log = $2 and level = $3 and n = $4",
        params![&log.district, log.name, level, n],
    )?;
    Ok(row.map(|row| row.get("hashes")).transpose()?)
}

pub fn save_tile(tx: &mut Tx, log: &Log, (level, n): (u8, u64), hashes: &[u8]) -> Result<(), Refusal> {
    tx.execute(
        "insert into merkle_tile (district_id, log, level, n, hashes) values ($1, $2, $3, $4, $5)
         on conflict (district_id, log, level, n) do update set hashes = excluded.hashes",
        params![&log.district, log.name, level, n, hashes],
    )?;
    Ok(())
}

pub fn insert_head(tx: &mut Tx, log: &Log, head: &SignedHead) -> Result<(), Refusal> {
    tx.execute(
        "insert into merkle_head (district_id, log, size, signed_at, note) values ($1, $2, $3, $4, $5)
         on conflict (district_id, log, size, signed_at) do nothing",
        params![&log.district, log.name, head.head.size, head.signed_at, &head.note],
    )?;
    Ok(())
}

fn head(row: &Row) -> Result<SignedHead, Refusal> {
    let (size, signed_at): (u64, Instant) = (row.get("size")?, row.get("signed_at")?);
    let note: String = row.get("note")?;
    let head = crate::note::head_of(&note).filter(|head| head.size == size);
    let head = head.ok_or_else(|| corrupt("merkle_head", size, "note"))?;
    Ok(SignedHead { head, signed_at, note })
}

/// The newest heads first.
pub fn list_heads(tx: &mut Tx, log: &Log, limit: i64) -> Result<Vec<SignedHead>, Refusal> {
    let rows = tx.query(
        "select size, signed_at, note from merkle_head where district_id = $1 and log = $2
         order by size desc, signed_at desc limit $3",
        params![&log.district, log.name, limit],
    )?;
    rows.iter().map(head).collect()
}

pub fn find_head(tx: &mut Tx, log: &Log, size: u64) -> Result<Option<SignedHead>, Refusal> {
    // anybody may ask for any size
    let Ok(size) = i64::try_from(size) else { return Ok(None) };
    let row = tx.find(
        "select size, signed_at, note from merkle_head where district_id = $1 and log = $2 and size = $3
         order by signed_at limit 1",
        params![&log.district, log.name, size],
    )?;
    row.as_ref().map(head).transpose()
}

/// The newest head of every log of every district: origin and note.
pub fn list_newest_notes(tx: &mut Tx) -> Result<Vec<(String, String)>, Refusal> {
    let rows = tx.query(
        "select head.district_id, head.log, head.note from merkle_head head
         where not exists (select 1 from merkle_head later
             where later.district_id = head.district_id and later.log = head.log
               and (later.size > head.size or (later.size = head.size and later.signed_at > head.signed_at)))",
        params![],
    )?;
    let read = |row: &Row| {
        let (district, log): (String, String) = (row.get("district_id")?, row.get("log")?);
        Ok((crate::log::origin(&district, &log), row.get("note")?))
    };
    rows.iter().map(read).collect()
}
