//! The copy that is taken while people work, the way back from it, and a step of the schema that was cut
//! off: nothing is missing, and nothing damaged is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use db::{Db, Target};
use kernel::{Rng, SeededRng};
use server::commands::{Command, run};
use server::compose;
use server::config::Store;
use testkit::times;

use crate::crash::{Told, check, found, people_of, start, start_with, work};

fn store(folder: &Path) -> Store {
    Store { data: Some(folder.to_owned()), database: None }
}

fn back_up(folder: &Path, to: &Path) -> Result<(), String> {
    run(Command::Backup { store: store(folder), to: to.to_owned() })
}

fn restore(folder: &Path, from: &Path) -> Result<(), String> {
    run(Command::Restore { store: store(folder), from: from.to_owned() })
}

/// Every row of every table.
fn rows(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let db = Db::look(&Target::Sqlite(folder.join("qilin.db"))).unwrap();
    let tables: BTreeSet<String> = db.schema().unwrap().into_iter().map(|column| column.table).collect();
    let all = tables.into_iter().map(|table| {
        let sql = format!("select * from {table}");
        let rows = db.read_now(move |tx| {
            Ok(tx.query(&sql, &[])?.iter().map(|row| format!("{:?}", row.vals())).collect::<BTreeSet<_>>())
        });
        (table, rows.unwrap())
    });
    let all = all.collect();
    db.close();
    all
}

#[test]
fn a_copy_taken_under_load_is_whole_and_one_taken_at_rest_is_the_same_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("qilin.db"));
    let mut place = found(&target);
    place.folder = folder;
    let program = start(&place, &target);
    let (editor, verifier) = people_of(&program);
    let told = Mutex::new(Told::default());
    let stop = AtomicBool::new(false);
    let copies = tempfile::tempdir().unwrap();
    let [busy, calm] = ["busy.db", "calm.db"].map(|name| copies.path().join(name));
    let mut known = Told::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| work(&place, (&editor, &verifier), &told, &stop));
        }
        while told.lock().unwrap().verified.len() < 20 {
            std::thread::yield_now();
        }
        known.verified.clone_from(&told.lock().unwrap().verified);
        known.recorded.clone_from(&told.lock().unwrap().recorded);
        back_up(place.folder.path(), &busy).unwrap();
        stop.store(true, Ordering::Relaxed);
    });
    assert!(program.terminate().success());
    back_up(place.folder.path(), &calm).unwrap();
    for (copy, known) in [(&busy, &known), (&calm, &told.into_inner().unwrap())] {
        let new = found_place(&place);
        restore(new.folder.path(), copy).unwrap();
        std::fs::copy(place.folder.path().join("signing-key"), new.folder.path().join("signing-key"))
            .unwrap();
        if copy == &calm {
            assert_eq!(rows(place.folder.path()), rows(new.folder.path()));
        }
        // What was acknowledged before the copy began is in it, and the log of facts is whole.
        check(&new, &Target::Sqlite(new.folder.path().join("qilin.db")), known);
        assert!(restore(place.folder.path(), copy).unwrap_err().contains("there already"));
    }
}

#[test]
fn of_a_disk_that_is_lost_with_all_on_it_the_copy_lacks_no_more_than_the_last_moment() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("qilin.db"));
    let mut place = found(&target);
    place.folder = folder;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    let program = start_with(&place, &target, &["--copy-to", copy.to_str().unwrap()]);
    let (editor, verifier) = people_of(&program);
    let (told, stop) = (Mutex::new(Told::default()), AtomicBool::new(false));
    let mut known = Told::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| work(&place, (&editor, &verifier), &told, &stop));
        }
        let verified = |n: usize| {
            while told.lock().unwrap().verified.len() < n {
                std::thread::yield_now();
            }
        };
        verified(20);
        known.verified.clone_from(&told.lock().unwrap().verified);
        known.recorded.clone_from(&told.lock().unwrap().recorded);
        // two rounds of the copy later: one writes three times at most
        let before = writes(&copy);
        while writes(&copy) < before + 6 {
            std::thread::yield_now();
        }
        program.kill();
        stop.store(true, Ordering::Relaxed);
    });
    let new = found_place(&place);
    restore(new.folder.path(), &copy).unwrap();
    std::fs::copy(place.folder.path().join("signing-key"), new.folder.path().join("signing-key")).unwrap();
    check(&new, &Target::Sqlite(new.folder.path().join("qilin.db")), &known);
}

/// How often something was added to the logs of a copy: each time a hash is noted.
fn writes(copy: &Path) -> usize {
    let mut n = 0;
    for entry in std::fs::read_dir(copy).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_hashes = path.extension().is_some_and(|ending| ending == "sha256");
        n += if path.is_dir() { writes(&path) } else { 0 };
        // what is not there any more was of a line that is replaced
        n +=
            if is_hashes { std::fs::read_to_string(&path).map_or(0, |text| text.lines().count()) } else { 0 };
    }
    n
}

/// The same district in a folder of its own, which is empty.
fn found_place(place: &crate::crash::Place) -> crate::crash::Place {
    crate::crash::Place {
        town: place.town.clone(),
        health: place.health.clone(),
        folder: tempfile::tempdir().unwrap(),
    }
}

#[test]
fn a_copy_with_a_flipped_byte_or_a_missing_end_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    drop(compose::open(&Target::Sqlite(folder.path().join("qilin.db"))).unwrap());
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.db");
    back_up(folder.path(), &copy).unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let chance = SeededRng::new(4);
    for n in 0..times(20) {
        let mut bytes = whole.clone();
        let at = usize::try_from(chance.below(u64::try_from(bytes.len()).unwrap())).unwrap();
        if n % 5 == 4 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << chance.below(8);
        }
        std::fs::write(&copy, bytes).unwrap();
        let empty = tempfile::tempdir().unwrap();
        let told = restore(empty.path(), &copy).unwrap_err();
        assert!(told.contains("changed or damaged"), "{told}");
        assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "something was left behind");
    }
    std::fs::write(&copy, &whole).unwrap();
    let empty = tempfile::tempdir().unwrap();
    restore(empty.path(), &copy).unwrap();
    std::fs::remove_file(copies.path().join("copy.db.sha256")).unwrap();
    assert!(restore(tempfile::tempdir().unwrap().path(), &copy).unwrap_err().contains("copy.db.sha256"));
}

#[test]
fn tables_whose_making_was_killed_are_made_whole_at_the_next_start() {
    let chance = SeededRng::new(14);
    let whole = tempfile::tempdir().unwrap();
    let schema = |folder: &Path| {
        let db = compose::open(&Target::Sqlite(folder.join("qilin.db"))).unwrap();
        let schema = db.schema().unwrap();
        let steps = db
            .read_now(|tx| Ok(tx.one("select count(*) as n from schema_migration", &[])?.get::<i64>("n")?));
        db.close();
        (format!("{schema:?}"), steps.unwrap())
    };
    let right = schema(whole.path());
    let mut midway = 0;
    for _ in 0..times(10) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Process::new(env!("CARGO_BIN_EXE_qilin"));
        command.args(["migrate", "--data"]).arg(folder.path()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Killed once so many bytes of the log are written: somewhere between the first table and the last.
        let wanted = 4_000 + chance.below(1_200_000);
        let wal = folder.path().join("qilin.db-wal");
        while child.try_wait().unwrap().is_none() {
            if std::fs::metadata(&wal).is_ok_and(|log| log.len() >= wanted) {
                child.kill().unwrap();
            }
        }
        let file = folder.path().join("qilin.db");
        if file.exists() {
            let db = Db::look(&Target::Sqlite(file)).unwrap();
            let steps = db.read_now(|tx| {
                Ok(tx.one("select count(*) as n from schema_migration", &[])?.get::<i64>("n")?)
            });
            midway += usize::from(steps.is_ok_and(|n| (1..right.1).contains(&n)));
            db.close();
        }
        assert_eq!(schema(folder.path()), right);
        run(Command::Doctor { store: store(folder.path()) }).unwrap();
    }
    eprintln!("{midway} of {} kills met tables half made", times(10));
    assert!(midway > 0, "no kill came between two steps");
}
