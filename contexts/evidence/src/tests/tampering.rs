//! Whatever is changed, taken away, doubled or exchanged behind the program's back: verifying finds it.
//!
//! Each tampering is done and looked for in one transaction, which is then given up. Two hundred on
//! SQLite, and forty on PostgreSQL; `QILIN_TEST_TIMES=50` makes it ten thousand.

use std::sync::{Arc, Mutex};

use db::{Db, Kind, Tx, Val};
use kernel::{Refusal, Rng, SeededRng};
use merkle::Head;

use super::cast::{Cast, STREAMS, act, form, verified, withdrawn};
use super::log::{key, sealed};
use crate::NewDelivery;
use crate::log;

/// Tables with the columns by which a row is one of its kind, and columns that nothing stands on.
/// When a head was signed is not under its signature; a head that is gone, or stands with another log, is
/// missed by nobody who has no copy of it.
const TABLES: [(&str, &[&str], &[&str]); 6] = [
    ("evidence_fact", &["seq"], &[]),
    ("evidence_total", &["purpose_id", "period", "grain", "key"], &[]),
    ("evidence_indicator_total", &["indicator_id", "year"], &[]),
    ("merkle_leaf", &["place"], &[]),
    ("merkle_tile", &["level", "n"], &[]),
    ("merkle_head", &["size"], &["signed_at", "district_id", "log"]),
];

/// Twelve lectures, some withdrawn, some with a sign-in list, under two heads; two more wait.
fn filled(db: &Db, cast: &Cast) -> Head {
    super::indicators::register(db, cast);
    let by = sealed(&cast.coordinator());
    let sign = || act(db, &by, |tx, by| merkle::sign(tx, by, &log::of(by.district()))).unwrap().unwrap().head;
    let mut heads = Vec::new();
    for n in 0..14_u8 {
        let mut details = cast.lecture();
        details.town = cast.towns[usize::from(n % 3)].clone();
        if n % 4 == 0 {
            details.co_hosts.insert(cast.society.clone());
        }
        if n % 5 == 0 {
            details.heads = [(kernel::Group::Other, 3)].into();
        }
        let persons = if n % 5 == 0 { "甲\n乙" } else { "" };
        let id = verified(db, cast, &NewDelivery { persons: persons.into(), ..form(details) });
        if n % 3 == 0 {
            withdrawn(db, cast, &id);
        }
        if n == 6 || n == 11 {
            heads.push(sign());
        }
    }
    heads.pop().unwrap()
}

/// One row of a table: names and values.
type Line = Vec<(String, Val)>;

fn lines(tx: &mut Tx<'_>, table: &str) -> Result<Vec<Line>, Refusal> {
    let rows = tx.query(&format!("select * from {table}"), &[])?;
    let line = |row: &db::Row| row.columns().iter().cloned().zip(row.vals().iter().cloned()).collect();
    Ok(rows.iter().map(line).collect())
}

/// Another value of the same shape.
fn other(val: &Val, rng: &SeededRng) -> Val {
    let near = |len: usize| usize::try_from(rng.below(u64::try_from(len).unwrap())).unwrap();
    match val {
        Val::Null => Val::Int(i64::try_from(rng.below(9)).unwrap()),
        Val::Bool(yes) => Val::Bool(!yes),
        Val::Real(x) => Val::Real(x + 1.0),
        Val::Int(n) => {
            let by = [1, -1, 10, 1_000_000][near(4)];
            Val::Int(n.wrapping_add(by))
        }
        Val::Text(text) => {
            let mut chars: Vec<char> = text.chars().collect();
            match (rng.below(3), chars.len()) {
                (0, _) | (_, 0) => chars.insert(near(chars.len() + 1), 'x'),
                (1, len) => drop(chars.remove(near(len))),
                (_, len) => {
                    let at = near(len);
                    chars[at] = if chars[at] == '1' { '2' } else { '1' };
                }
            }
            Val::Text(chars.into_iter().collect())
        }
        Val::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            let at = near(bytes.len());
            bytes[at] ^= 1 << rng.below(8);
            Val::Bytes(bytes)
        }
        Val::Unfit(why) => panic!("{why}"),
    }
}

/// Where a row of the line's key stands, with parameters from `first` on.
fn place(line: &Line, keys: &[&str], first: usize) -> (String, Vec<Val>) {
    let of_key = |name: &&str| line.iter().find(|(of, _)| of == name).unwrap().clone();
    let all: Vec<(String, Val)> = keys.iter().map(of_key).collect();
    let words = all.iter().enumerate().map(|(n, (name, _))| format!("{name} = ${}", n + first));
    (words.collect::<Vec<_>>().join(" and "), all.into_iter().map(|(_, val)| val).collect())
}

fn set(
    tx: &mut Tx<'_>,
    table: &str,
    keys: &[&str],
    (line, column, val): (&Line, &str, Val),
) -> Result<(), Refusal> {
    let (place, vals) = place(line, keys, 2);
    let all: Vec<Val> = std::iter::once(val).chain(vals).collect();
    tx.execute(&format!("update {table} set {column} = $1 where {place}"), &all)?;
    Ok(())
}

/// Does something; says what. An error is one that the database itself refuses.
fn tamper(tx: &mut Tx<'_>, rng: &SeededRng) -> Result<String, Refusal> {
    let pick = |len: usize| usize::try_from(rng.below(u64::try_from(len).unwrap())).unwrap();
    let (table, keys, free) = TABLES[pick(TABLES.len())];
    let mut all = lines(tx, table)?;
    // A total of nothing may stand or not.
    all.retain(|line| !line.iter().any(|(name, val)| name == "sessions" && *val == Val::Int(0)));
    let line = &all[pick(all.len())];
    let columns: Vec<&(String, Val)> =
        line.iter().filter(|(name, _)| !free.contains(&name.as_str())).collect();
    let (column, val) = columns[pick(columns.len())];
    match rng.below(4) {
        0 if table != "merkle_head" => {
            let (place, vals) = place(line, keys, 1);
            tx.execute(&format!("delete from {table} where {place}"), &vals)?;
            Ok(format!("{table}: {line:?} is gone"))
        }
        1 => {
            let two = &all[pick(all.len())];
            let theirs = two.iter().find(|(of, _)| of == column).unwrap().1.clone();
            if theirs == *val || keys.contains(&column.as_str()) {
                return Ok(String::new());
            }
            set(tx, table, keys, (line, column, theirs))?;
            set(tx, table, keys, (two, column, val.clone()))?;
            Ok(format!("{table}: {column} of {line:?} and {two:?} exchanged"))
        }
        _ => {
            let new = other(val, rng);
            set(tx, table, keys, (line, column, new.clone()))?;
            Ok(format!("{table}: {column} of {line:?} set to {new:?}"))
        }
    }
}

/// Cuts the log and all that stands on it back to `size` leaves, as somebody would who wants it to look whole.
fn cut(tx: &mut Tx<'_>, district: &kernel::DistrictId, size: i64) -> Result<(), Refusal> {
    let place = tx.one("select place from merkle_leaf where leaf_index = $1", &[size.into()])?;
    let place: i64 = place.get("place")?;
    tx.execute("delete from evidence_fact where seq > $1", &[place.into()])?;
    tx.execute("delete from merkle_leaf where place >= $1", &[place.into()])?;
    tx.execute("update merkle_leaf set leaf_index = null", &[])?;
    for table in ["merkle_tile", "merkle_tree", "merkle_head"] {
        tx.execute(&format!("delete from {table}"), &[])?;
    }
    crate::counting::rebuild(tx, district)?;
    merkle::integrate(tx, &log::of(district))?;
    Ok(())
}

#[test]
fn two_hundred_random_tamperings_are_all_found() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let head = filled(db, &cast);
        let by = cast.coordinator();
        let whole = act(db, &by, move |tx, by| log::examine(tx, by.district(), &key(), Some(head))).unwrap();
        assert!(whole.is_ok(), "{whole:?}");
        let (mut found, mut seed) = (0, 0);
        // Over the wire each costs five times as much; what is looked for is the same.
        let wanted = testkit::times(if db.kind() == Kind::Sqlite { 200 } else { 40 });
        while found < wanted {
            seed += 1;
            let told = Arc::new(Mutex::new(None));
            let telling = told.clone();
            let given_up = act(db, &by, move |tx, by| {
                let rng = SeededRng::new(seed);
                let what = tamper(tx, &rng)?;
                // What cannot even be read has been found.
                let seen =
                    log::examine(tx, by.district(), &key(), Some(head)).map_or(true, |seen| seen.is_err());
                *telling.lock().unwrap() = Some((what, seen));
                Err::<(), _>(Refusal::NotFound)
            });
            assert!(given_up.is_err());
            let told = told.lock().unwrap().take();
            // The database itself refuses some: a key that is taken, a word that a check does not know.
            let Some((what, seen)) = told.filter(|(what, _)| !what.is_empty()) else { continue };
            assert!(seen, "tampering {seed} was not found: {what}");
            found += 1;
        }
        let cut_at = i64::try_from(head.size).unwrap() - 3;
        let cut_log = act(db, &by, move |tx, by| {
            cut(tx, by.district(), cut_at)?;
            let alone = log::examine(tx, by.district(), &key(), None)?;
            assert!(alone.is_ok(), "a log that was cut with care looks whole by itself: {alone:?}");
            Ok(log::examine(tx, by.district(), &key(), Some(head))?.is_err())
        });
        assert!(cut_log.unwrap(), "the head kept elsewhere did not show the cut");
    });
}
