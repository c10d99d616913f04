//! Databases of earlier days brought up to date: every row is as it was, the log of facts fits, and a
//! migration that is killed goes on at the next start.
//!
//! A fixture is a small demonstration as the program of that day wrote it, with its signing key, in a zip.
//! `cargo run --package server --example bench -- fixture DIR` writes the files of today's; one is added
//! with each release, and whenever a migration does more than add.
//!
//! Ten kills on SQLite and four on PostgreSQL; `QILIN_TEST_TIMES=5` makes it fifty and twenty.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use db::{Db, Stream, Target, Val};
use kernel::{Rng, SeededRng};
use server::compose;
use testkit::{fresh_postgres, times};

/// Columns, and the rows with their values in the order of those columns.
type Table = (Vec<String>, Vec<Vec<Val>>);
type Tables = BTreeMap<String, Table>;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut zips: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "zip")).collect();
    zips.sort();
    assert!(!zips.is_empty(), "no earlier database is there");
    zips
}

/// Puts the database and the key into a folder.
fn unpack(fixture: &Path, folder: &Path) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(fixture).unwrap()).unwrap();
    for name in ["qilin.db", "signing-key"] {
        let mut file = archive.by_name(name).unwrap();
        std::io::copy(&mut file, &mut std::fs::File::create(folder.join(name)).unwrap()).unwrap();
    }
}

/// Every row of these columns, sorted; without columns, of all that there are.
fn rows(db: &Db, columns: Option<&Tables>) -> Tables {
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    match columns {
        Some(known) => wanted.extend(known.iter().map(|(table, (names, _))| (table.clone(), names.clone()))),
        None => {
            for column in db.schema().unwrap() {
                wanted.entry(column.table).or_default().push(column.column);
            }
        }
    }
    let read = db.read_now(move |tx| {
        let mut all = Tables::new();
        for (table, names) in &wanted {
            let found = tx.query(&format!("select {} from {table}", names.join(", ")), &[])?;
            let mut lines: Vec<Vec<Val>> = found.iter().map(|row| row.vals().to_vec()).collect();
            lines.sort_by_cached_key(|line| format!("{line:?}"));
            all.insert(table.clone(), (names.clone(), lines));
        }
        Ok(all)
    });
    read.unwrap()
}

/// Tables that the program itself goes on writing to: what a start does is no loss.
fn settled(mut tables: Tables) -> Tables {
    tables.retain(|table, _| table != "schema_migration");
    tables
}

/// The rows of before are all there, and facts, log and totals fit each other.
fn check(db: &Db, before: &Tables, folder: &Path) {
    let after = settled(rows(db, Some(before)));
    for (table, (_, lines)) in before {
        assert_eq!(after[table].1.len(), lines.len(), "{table} has other rows than before");
        assert!(after[table].1 == *lines, "{table} has other values than before");
    }
    let key = server::signing::key(db, folder).unwrap();
    let key = merkle::Key::from_bytes(&kernel::Seal::key(&key)).unwrap();
    let examined = db.read_now(move |tx| {
        let district = people::district(tx)?.unwrap().id;
        evidence::log::examine(tx, &district, &key, None)
    });
    let examined = examined.unwrap().unwrap_or_else(|misfit| panic!("{misfit}"));
    assert!(examined.leaves > 0 && examined.heads > 0, "{examined:?}");
}

fn migrating(folder: &Path, target: &Target) -> std::process::Child {
    let mut command = Process::new(env!("CARGO_BIN_EXE_qilin"));
    command.args(["migrate", "--data"]).arg(folder).stdout(Stdio::null());
    if let Target::Postgres(address) = target {
        command.args(["--database", address]);
    }
    command.spawn().unwrap()
}

/// Kills the migration after a part of the time that a whole one takes; says whether it still ran.
fn killed(folder: &Path, target: &Target, chance: &SeededRng, whole: Duration) -> bool {
    let mut child = migrating(folder, target);
    let span = u64::try_from(whole.as_micros()).unwrap();
    let (begun, until) = (Instant::now(), Duration::from_micros(chance.below(span)));
    while begun.elapsed() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let ran = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    ran
}

#[test]
fn an_earlier_database_is_brought_up_whole_however_often_that_is_killed() {
    let chance = SeededRng::new(14);
    for fixture in fixtures() {
        let target = |folder: &Path| Target::Sqlite(folder.join("qilin.db"));
        let folder = tempfile::tempdir().unwrap();
        unpack(&fixture, folder.path());
        let old = Db::look(&target(folder.path())).unwrap();
        let before = settled(rows(&old, None));
        let steps = old.steps_to_come(&compose::streams()).unwrap().len();
        old.close();
        let begun = Instant::now();
        assert!(migrating(folder.path(), &target(folder.path())).wait().unwrap().success());
        let whole = begun.elapsed();
        let (mut met, n) = (0, times(10));
        for _ in 0..n {
            let folder = tempfile::tempdir().unwrap();
            unpack(&fixture, folder.path());
            met += usize::from(killed(folder.path(), &target(folder.path()), &chance, whole));
            let db = compose::open(&target(folder.path())).unwrap();
            check(&db, &before, folder.path());
            assert!(db.steps_to_come(&compose::streams()).unwrap().is_empty());
            assert_eq!(db.check().unwrap(), Vec::<String>::new());
            db.close();
        }
        eprintln!("{}: {steps} steps, {met} of {n} kills met a migration", fixture.display());
        assert!(met > 0, "no kill met a migration");
    }
}

/// The files that the fixture's database has taken.
fn streams_of(old: &Db) -> Vec<Stream> {
    let taken = old
        .read_now(|tx| {
            let rows = tx.query("select context, file from schema_migration", &[])?;
            let read = |row: &db::Row| Ok((row.get("context")?, row.get("file")?));
            rows.iter().map(read).collect::<Result<Vec<(String, String)>, db::Error>>().map_err(Into::into)
        })
        .unwrap();
    let is_taken = |stream: &Stream, file: &str| {
        taken.iter().any(|(context, name)| context == stream.context && name == file)
    };
    let cut = |stream: Stream| {
        let n = stream.files.iter().take_while(|(file, _)| is_taken(&stream, file)).count();
        Stream { context: stream.context, files: &stream.files[..n] }
    };
    compose::streams().into_iter().map(cut).filter(|stream| !stream.files.is_empty()).collect()
}

/// The same rows on PostgreSQL, under the schema of that day, as it gives them.
fn moved(old: &Db, rows: &Tables, target: &Target) -> Tables {
    let db = Db::open(target, &streams_of(old)).unwrap();
    // SQLite keeps yes and no as numbers
    let columns = db.schema().unwrap().into_iter().filter(|one| one.data_type == "boolean");
    let yes_or_no: BTreeSet<(String, String)> = columns.map(|one| (one.table, one.column)).collect();
    let mut rows = rows.clone();
    for (table, (names, lines)) in &mut rows {
        for (n, name) in names.iter().enumerate() {
            if yes_or_no.contains(&(table.clone(), name.clone())) {
                for line in lines.iter_mut() {
                    if let Val::Int(value) = line[n] {
                        line[n] = Val::Bool(value != 0);
                    }
                }
            }
        }
        lines.sort_by_cached_key(|line| format!("{line:?}"));
    }
    let given = rows.clone();
    db.write_now(move |tx| {
        tx.execute("set local session_replication_role = replica", &[])?;
        for (table, (names, lines)) in &rows {
            let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
            let places = places.join(", ");
            tx.execute(&format!("delete from {table}"), &[])?;
            tx.execute_each(&format!("insert into {table} ({}) values ({places})", names.join(", ")), lines)?;
        }
        Ok(())
    })
    .unwrap();
    db.close();
    given
}

#[test]
fn an_earlier_database_is_brought_up_whole_on_postgresql() {
    let chance = SeededRng::new(15);
    for fixture in fixtures() {
        let folder = tempfile::tempdir().unwrap();
        unpack(&fixture, folder.path());
        let old = Db::look(&Target::Sqlite(folder.path().join("qilin.db"))).unwrap();
        let before = settled(rows(&old, None));
        for n in 0..times(4) {
            let Some(scratch) = fresh_postgres() else { return };
            let before = moved(&old, &before, scratch.target());
            let met = killed(folder.path(), scratch.target(), &chance, Duration::from_millis(500));
            eprintln!("kill {n} met a migration: {met}");
            let db = compose::open(scratch.target()).unwrap();
            check(&db, &before, folder.path());
            db.close();
        }
        old.close();
    }
}
