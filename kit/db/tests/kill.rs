//! kill -9 at random points: what was acknowledged is there, the file is sound, migrations start again.
//! And a disk that fails: what it did not take is never acknowledged.
//!
//! The parent starts this same program as a child that writes and prints each acknowledged id.
//! `cargo test -p db --test kill -- 1000` runs as many rounds (50 when none are given). The child
//! alone, `kill write postgres://...`, serves to restart a PostgreSQL server under load by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use db::{Db, Stream, Target, params};
use kernel::{Clock, Rng, SeededRng, SystemClock, SystemRng};

const STREAMS: &[Stream] = &[Stream {
    context: "test",
    files: &[("0001_note.sql", "create table note (id text not null primary key, half text not null);")],
}];
const WRITERS: usize = 32;
/// How the child's line begins when a write was refused, followed, as in an id, by the writer's number.
const REFUSED: &str = "refused ";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["write", folder] => write(Path::new(folder)),
        ["migrate", folder] => drop(open(Path::new(folder), &many())),
        // a runner asks twice, and takes what it is shown as ignored for a test not to run
        ["--list", rest @ ..] if rest.contains(&"--ignored") => {}
        ["--list", ..] => println!("kill: test"),
        _ => {
            let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(50_u64);
            // Fifty rounds in one file, then a fresh one: looking through it all takes ever longer.
            (0..rounds.div_ceil(50)).for_each(|seed| acknowledged_writes_survive(seed, rounds.min(50)));
            let midway = migrations_start_again(rounds.min(25));
            let failed = what_the_disk_did_not_take_is_not_acknowledged(rounds.div_ceil(5));
            println!(
                "kill: {rounds} rounds, nothing lost; {midway} kills met a migration half done; \
                 {failed} times the disk failed under acknowledged writes"
            );
        }
    }
    ExitCode::SUCCESS
}

/// The database in a folder, or at a PostgreSQL address.
fn open(place: &Path, streams: &[Stream]) -> Db {
    let address = place.to_str().filter(|place| place.contains("://"));
    let file = || Target::Sqlite(place.join("data.sqlite"));
    Db::open(&address.map_or_else(file, |address| Target::Postgres(address.to_owned())), streams).unwrap()
}

/// The child: writes for ever, and prints each id once it is acknowledged.
fn write(folder: &Path) {
    let db = open(folder, STREAMS);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let db = &db;
            scope.spawn(move || {
                loop {
                    let id = format!("{writer}-{}", SystemRng.token());
                    let new = id.clone();
                    // Two statements, so that half an action would show.
                    let insert = "insert into note (id, half) values ($1, 'first')";
                    let update = "update note set half = 'whole' where id = $1";
                    let written = db.write_now(move |tx| {
                        Ok([tx.execute(insert, params![&new])?, tx.execute(update, params![&new])?])
                    });
                    match written {
                        Ok(_) => writeln!(std::io::stdout().lock(), "{id}").unwrap(),
                        Err(refusal) => {
                            writeln!(std::io::stdout().lock(), "{REFUSED}{writer}-{refusal}").unwrap()
                        }
                    }
                }
            });
        }
    });
}

fn acknowledged_writes_survive(seed: u64, rounds: u64) {
    let (folder, chance) = (Folder::new(), SeededRng::new(seed));
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let mut child = start("write", &folder.0);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..chance.below(400) {
            acknowledged.extend(line(&mut lines));
        }
        kill(child);
        // What had reached the pipe before the end was acknowledged too.
        while let Some(id) = line(&mut lines) {
            acknowledged.insert(id);
        }
        let db = open(&folder.0, STREAMS);
        let found = stored(&db);
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?} of {}", acknowledged.len());
        assert_eq!(db.check().unwrap(), Vec::<String>::new(), "round {round}");
    }
    assert!(acknowledged.len() as u64 > rounds, "the children wrote next to nothing");
}

fn stored(db: &Db) -> BTreeSet<String> {
    let rows = db.read_now(|tx| Ok(tx.query("select id, half from note", &[])?)).unwrap();
    assert!(rows.iter().all(|row| row.get::<String>("half").unwrap() == "whole"), "half an action is stored");
    rows.iter().map(|row| row.get("id").unwrap()).collect()
}

/// A context whose files each make a table with one row.
fn many() -> Vec<Stream> {
    let file = |n: usize| -> (&'static str, &'static str) {
        let sql = format!("create table t{n} (id text not null); insert into t{n} (id) values ('once');");
        (format!("{n:04}.sql").leak(), sql.leak())
    };
    vec![Stream { context: "many", files: (0..40).map(file).collect::<Vec<_>>().leak() }]
}

/// Gives the number of kills that met a database with some files applied and some not.
fn migrations_start_again(rounds: u64) -> usize {
    let chance = SeededRng::new(42);
    let mut midway = 0;
    for _ in 0..rounds {
        let folder = Folder::new();
        let child = start("migrate", &folder.0);
        for _ in 0..chance.below(2_000_000) {
            std::hint::spin_loop();
        }
        kill(child);
        let killed_at = SystemClock.now();
        let db = open(&folder.0, &many());
        let by_child = "select count(*) as n from schema_migration where applied_at < $1";
        let by_child =
            db.read_now(move |tx| Ok(tx.one(by_child, params![killed_at])?.get::<i64>("n")?)).unwrap();
        midway += usize::from((1..40).contains(&by_child));
        for n in 0..40 {
            let count = format!("select count(*) as n from t{n}");
            assert_eq!(db.read_now(move |tx| Ok(tx.one(&count, &[])?.get::<i64>("n")?)).unwrap(), 1, "t{n}");
        }
    }
    midway
}

/// From some moment on the disk fails for good. Each writer waits for its answer before it goes on,
/// so once one was refused none of its later writes may be acknowledged. Gives the number of rounds
/// in which something had been acknowledged before.
fn what_the_disk_did_not_take_is_not_acknowledged(rounds: u64) -> usize {
    let mut under_way = 0;
    for round in 1..=rounds {
        let folder = Folder::new();
        let mut child = start_with_a_disk_that_fails(round * 5, &folder.0);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (mut acknowledged, mut refused) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
        while refused.len() < WRITERS || refused.values().any(|times| *times < 5) {
            let Some(line) = line(&mut lines) else { break };
            let writer = |id: &str| id.split('-').next().unwrap().to_owned();
            if let Some(rest) = line.strip_prefix(REFUSED) {
                *refused.entry(writer(rest)).or_default() += 1;
            } else {
                assert!(!refused.contains_key(&writer(&line)), "round {round}: {line} came after a refusal");
                acknowledged.insert(line);
            }
        }
        kill(child);
        under_way += usize::from(!acknowledged.is_empty() && !refused.is_empty());
        let db = open(&folder.0, STREAMS);
        let lost: Vec<_> = acknowledged.difference(&stored(&db)).cloned().collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?} of {}", acknowledged.len());
        assert_eq!(db.check().unwrap(), Vec::<String>::new(), "round {round}");
    }
    assert!(under_way > 0, "the disk never failed while writes were acknowledged");
    under_way
}

fn start(what: &str, folder: &Path) -> Child {
    let me = std::env::current_exe().unwrap();
    Command::new(me).arg(what).arg(folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The child that writes, whose threads each meet a failing disk from their `nth` wait for it on. With
/// `-D` the child is ours to kill, and strace goes with it.
fn start_with_a_disk_that_fails(nth: u64, folder: &Path) -> Child {
    let me = std::env::current_exe().unwrap();
    let fault = format!("inject=fsync,fdatasync:error=EIO:when={nth}+");
    Command::new("strace")
        .args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &fault])
        .arg(me)
        .args([Path::new("write"), folder])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace, which `cargo xtask test` installs")
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The next whole line; a line cut off by the kill is none.
fn line(lines: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    lines.read_line(&mut text).unwrap();
    text.strip_suffix('\n').map(str::to_owned)
}

/// A folder of its own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("qilin-kill-{}", SystemRng.token()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
