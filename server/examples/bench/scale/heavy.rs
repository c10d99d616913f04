//! What walks over all facts: totals anew, proofs, verification, a copy and the way back from it.

use std::path::Path;
use std::time::Instant;

use db::{Db, Target};
use evidence::fact::{Cell, Sums};
use evidence::{store, totals};
use kernel::Refusal;
use merkle::{Key, Log};
use server::commands::{Command, run};
use server::compose;
use server::config::Store;

use super::duckdb;
use crate::load::cpu_seconds;
use crate::table::{Against, Table};

fn said(refusal: Refusal) -> String {
    refusal.to_string()
}

fn spent_here() -> f64 {
    cpu_seconds(std::process::id())
}

type Cells = Vec<(Cell, Sums)>;

/// All totals from the facts: the same rows as counting left, and how fast. Nothing of it is kept.
pub fn rebuild(on: &str, db: &Db, folder: &Path) -> Result<Table, String> {
    let (tell, told) = std::sync::mpsc::channel();
    let undone = db.write_now(move |tx| -> Result<(), Refusal> {
        let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
        let counted = store::total::all(tx, &district)?;
        let n = store::fact::count(tx, &district)?;
        let (before, begin) = (spent_here(), Instant::now());
        totals::rebuild_totals(tx, &district)?;
        let spent = spent_here() - before;
        let rebuilt = store::total::all(tx, &district)?;
        // a caller that is gone has no use for it
        let _ = tell.send((n, spent, begin.elapsed().as_secs_f64(), counted == rebuilt, rebuilt));
        Err(Refusal::Forbidden)
    });
    let Ok((n, spent, took, same, cells)): Result<(usize, f64, f64, bool, Cells), _> = told.try_recv() else {
        return Err(format!("{undone:?}"));
    };
    if !same {
        return Err("the rebuild gave other totals than counting".to_owned());
    }
    let mut table = Table::default();
    table.figure(format!("{n} facts, {on}: all totals anew, byte-identical"), took, "s");
    let rate = n as f64 / spent;
    let what = format!("{n} facts, {on}: totals anew, facts a second of processor time");
    match duckdb::grouping(db, folder, &cells) {
        Ok(peer) => {
            table.at_least(what, rate, "/s", Against { name: "DuckDB", value: n as f64 / peer, limit: 0.5 });
        }
        Err(why) => {
            table.figure(what, rate, "/s");
            table.note(&format!("DuckDB: {why}"));
        }
    }
    Ok(table)
}

/// Proofs in a tree of many leaves.
pub fn proof(folder: &Path, leaves: u64) -> Result<Table, String> {
    let target = Target::Sqlite(folder.join("leaves.db"));
    let db = Db::open(&target, &[merkle::STREAM]).map_err(|error| error.to_string())?;
    let log = Log::of(&"bench".into(), "bench");
    let n = i64::try_from(leaves).unwrap_or(i64::MAX);
    for first in (0..n).step_by(20_000) {
        let log = log.clone();
        let written = db.write_now(move |tx| {
            for place in first..(first + 20_000).min(n) {
                merkle::append(tx, &log, place, &place.to_be_bytes())?;
            }
            merkle::integrate(tx, &log)
        });
        written.map_err(said)?;
        eprint!("\rmaking leaves: {first} of {n}       ");
    }
    const PROOFS: u64 = 2_000;
    let (before, mut longest) = (spent_here(), 0.0_f64);
    for nth in 0..PROOFS {
        let of = log.clone();
        let index = nth * (leaves / PROOFS).max(1) % leaves;
        let begin = Instant::now();
        let proof = db.read_now(move |tx| merkle::prove_leaf(tx, &of, index, leaves)).map_err(said)?;
        longest = longest.max(begin.elapsed().as_secs_f64() * 1e3);
        if nth % 500 == 0 {
            let of = log.clone();
            let root = db.read_now(move |tx| merkle::root(tx, &of, leaves)).map_err(said)?;
            let leaf = merkle::Hash::of_leaf(&i64::try_from(index).unwrap_or_default().to_be_bytes());
            if !merkle::proof::leaf_is_in(&proof, (leaves, root), index, leaf) {
                return Err(format!("the proof of leaf {index} does not hold"));
            }
        }
    }
    let ms = (spent_here() - before) * 1e3 / PROOFS as f64;
    db.close();
    let mut table = Table::default();
    let agreed = || Against { name: "agreed", value: 5.0, limit: 1.0 };
    table.ratio(format!("proof that a leaf is among {leaves}"), ms, "ms", agreed());
    table.figure(format!("the longest of {PROOFS} such proofs"), longest, "ms");
    Ok(table)
}

/// Everything compared with everything: facts, leaves, tree, heads, totals, as `qilin verify` does.
pub fn verification(data: &Path) -> Result<Table, String> {
    let db = compose::open(&Target::Sqlite(data.join("qilin.db")))?;
    let seal = server::signing::key(&db, data)?;
    let key = Key::from_bytes(&kernel::Seal::key(&seal)).ok_or("no key")?;
    let (before, begin) = (spent_here(), Instant::now());
    let examined = db.read_now(move |tx| {
        let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
        let n = store::fact::count(tx, &district)?;
        Ok((n, evidence::log::examine(tx, &district, &key, None)?))
    });
    let (took, spent) = (begin.elapsed().as_secs_f64(), spent_here() - before);
    db.close();
    let (n, misfit) = examined.map_err(said)?;
    if let Err(misfit) = misfit {
        return Err(format!("the verification found: {misfit}"));
    }
    let mut table = Table::default();
    table.figure(format!("full verification of {n} facts, SQLite"), took, "s");
    table.figure(format!("full verification of {n} facts, SQLite, processor time"), spent, "s");
    Ok(table)
}

/// A copy with its hash, and the way back from it, into a folder that is empty.
pub fn copy_and_back(data: &Path, folder: &Path) -> Result<Table, String> {
    let store = |of: &Path| Store { data: Some(of.to_owned()), database: None };
    let (copy, back) = (folder.join("copy.db"), folder.join("back"));
    let begin = Instant::now();
    run(Command::Backup { store: store(data), to: copy.clone() })?;
    let copied = begin.elapsed().as_secs_f64();
    let gb = std::fs::metadata(&copy).map_err(|error| error.to_string())?.len() as f64 / 1e9;
    let begin = Instant::now();
    run(Command::Restore { store: store(&back), from: copy.clone() })?;
    let restored = begin.elapsed().as_secs_f64();
    for gone in [&copy, &back.join("qilin.db")] {
        std::fs::remove_file(gone).map_err(|error| error.to_string())?;
    }
    let mut table = Table::default();
    table.figure("a copy, its size", gb, "GB");
    table.figure("a copy, making it", copied, "s");
    let agreed = Against { name: "agreed for 10 GB, by size", value: 30.0 * gb, limit: 1.0 };
    table.ratio("a copy, the way back from it", restored, "s", agreed);
    Ok(table)
}
