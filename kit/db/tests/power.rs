//! The power goes: what was not synced to the disk may be there, may be missing, may be there by half.
//! What was acknowledged is there all the same, and the file is sound.
//!
//! A child writes, closes and opens again under `strace`, which takes down every write, sync and
//! acknowledgement in their order. From that the files are made as the disk could have kept them when
//! the power went at any moment: what stood before the last sync of a file whole, of what came after it
//! nothing, all, a chance part, or all but the last write torn at a sector. Names of files are taken as
//! kept in the order in which they were made, as a journalling file system keeps them.
//! `cargo test -p db --test power -- 1000` looks at as many moments (40 when none are given).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use db::{Db, Stream, Target, params};
use kernel::{Rng, SeededRng, SystemRng};

const STREAMS: &[Stream] = &[Stream {
    context: "test",
    files: &[("0001_note.sql", "create table note (id text not null primary key, half text not null);")],
}];
/// The child writes, closes and opens again so often.
const VISITS: usize = 3;
const WRITERS: usize = 4;
const EACH: usize = 30;
const SECTOR: usize = 512;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["write", folder] => write(Path::new(folder)),
        // a runner asks twice, and takes what it is shown as ignored for a test not to run
        ["--list", rest @ ..] if rest.contains(&"--ignored") => {}
        ["--list", ..] => println!("power: test"),
        _ => survives(words.iter().find_map(|word| word.parse().ok()).unwrap_or(40)),
    }
    ExitCode::SUCCESS
}

fn open(folder: &Path) -> Db {
    Db::open(&Target::Sqlite(folder.join("data.sqlite")), STREAMS).unwrap()
}

/// The child: prints each id once it is acknowledged. Closing folds the log into the file.
fn write(folder: &Path) {
    for _ in 0..VISITS {
        let db = open(folder);
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        let id = SystemRng.token();
                        let new = id.clone();
                        let written = db.write_now(move |tx| {
                            let insert = "insert into note (id, half) values ($1, 'first')";
                            tx.execute(insert, params![&new])?;
                            Ok(tx.execute("update note set half = 'whole' where id = $1", params![&new])?)
                        });
                        written.unwrap();
                        writeln!(std::io::stdout().lock(), "{id}").unwrap();
                    }
                });
            }
        });
        db.close();
    }
}

/// What the child did to its files, and what it acknowledged.
enum Event {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: String,
        length: usize,
    },
    Remove {
        file: String,
    },
    /// A sync of a file ended that had begun at this place among the events.
    Synced {
        file: String,
        since: usize,
    },
    Acknowledged {
        id: String,
    },
}

fn record(folder: &Path) -> Vec<Event> {
    let trace = folder.join("trace");
    let data = folder.join("live");
    std::fs::create_dir_all(&data).unwrap();
    let status = Command::new("strace")
        .args(["-f", "-qq", "-y", "-xx", "-s", "100000", "-o"])
        .arg(&trace)
        .args(["-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename"])
        .arg(std::env::current_exe().unwrap())
        .arg("write")
        .arg(&data)
        .stdout(Stdio::piped())
        .output()
        .expect("strace, which `cargo xtask test` installs");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let text = std::fs::read_to_string(&trace).unwrap();
    read(&text)
}

/// The lines of the trace as events; only of the database's files, and of what was printed.
fn read(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut begun: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for line in text.lines() {
        let (pid, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        let ours = |path: &str| path.contains("/live/data.sqlite") && !path.ends_with("-shm");
        let path = call.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
        let path = path.map(|path| String::from_utf8_lossy(&decoded(path)).into_owned());
        let file = path.as_deref();
        if call.contains("sync resumed>") {
            if let Some((file, since)) = begun.remove(pid) {
                assert!(call.ends_with("= 0"), "{line}");
                events.push(Event::Synced { file, since });
            }
        } else if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            let Some(file) = file.filter(|file| ours(file)) else { continue };
            if call.contains("<unfinished") {
                begun.insert(pid.to_owned(), (file.to_owned(), events.len()));
            } else {
                events.push(Event::Synced { file: file.to_owned(), since: events.len() });
            }
        } else if call.starts_with("pwrite64(") {
            let Some(file) = file.filter(|file| ours(file)) else { continue };
            let rest = call.rsplit_once('"').unwrap().1;
            let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
            let (length, at): (usize, usize) =
                (numbers.next().unwrap().parse().unwrap(), numbers.next().unwrap().parse().unwrap());
            let bytes = bytes(call);
            assert_eq!(bytes.len(), length, "{line}");
            events.push(Event::Write { file: file.to_owned(), at, bytes });
        } else if call.starts_with("ftruncate(") {
            let Some(file) = file.filter(|file| ours(file)) else { continue };
            let length = call.split(", ").nth(1).unwrap().split([')', ' ']).next().unwrap().parse().unwrap();
            events.push(Event::Cut { file: file.to_owned(), length });
        } else if call.starts_with("unlink(") {
            let name = String::from_utf8(bytes(call)).unwrap();
            if ours(&name) {
                events.push(Event::Remove { file: name });
            }
        } else if call.starts_with("write(1<") {
            let said = String::from_utf8(bytes(call)).unwrap();
            events.extend(said.lines().map(|id| Event::Acknowledged { id: id.to_owned() }));
        } else {
            assert!(!file.is_some_and(ours), "a call that is not looked at: {line:.200}");
        }
    }
    events
}

/// The first string of a call, which stands in hexadecimal.
fn bytes(call: &str) -> Vec<u8> {
    decoded(call.split('"').nth(1).unwrap())
}

/// `\x61\x62` as what it stands for.
fn decoded(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect()
}

/// A file as the disk has it: what is kept for certain, and what came after.
#[derive(Clone, Default)]
struct Disk {
    kept: Vec<u8>,
    /// Changes that no sync has reached, with their places among the events.
    later: Vec<(usize, Change)>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

fn apply(file: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, bytes) => {
            if file.len() < at + bytes.len() {
                file.resize(at + bytes.len(), 0);
            }
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Change::Cut(length) => file.resize(*length, 0),
    }
}

/// What the disk may hold when the power goes before event `until`.
fn left(events: &[Event], until: usize, chance: &SeededRng) -> (BTreeMap<String, Vec<u8>>, BTreeSet<String>) {
    let mut disks: BTreeMap<String, Disk> = BTreeMap::new();
    let mut acknowledged = BTreeSet::new();
    for (place, event) in events[..until].iter().enumerate() {
        match event {
            Event::Write { file, at, bytes } => {
                let disk = disks.entry(file.clone()).or_default();
                disk.later.push((place, Change::Write(*at, bytes.clone())));
            }
            Event::Cut { file, length } => {
                disks.entry(file.clone()).or_default().later.push((place, Change::Cut(*length)));
            }
            Event::Remove { file } => drop(disks.remove(file)),
            Event::Synced { file, since } => {
                let disk = disks.entry(file.clone()).or_default();
                let (done, later) =
                    std::mem::take(&mut disk.later).into_iter().partition(|(at, _)| at < since);
                disk.later = later;
                let done: Vec<(usize, Change)> = done;
                done.iter().for_each(|(_, change)| apply(&mut disk.kept, change));
            }
            Event::Acknowledged { id } => drop(acknowledged.insert(id.clone())),
        }
    }
    let how = chance.below(4);
    let files = disks.into_iter().map(|(name, disk)| {
        let mut file = disk.kept;
        let last = disk.later.len().saturating_sub(1);
        for (n, (_, change)) in disk.later.iter().enumerate() {
            match (how, change) {
                (0, _) => {}
                (1, _) => apply(&mut file, change),
                (2, _) if chance.below(2) == 0 => {}
                (3, Change::Write(at, bytes)) if n == last => {
                    let sectors = u64::try_from(bytes.len() / SECTOR + 1).unwrap();
                    let torn = usize::try_from(chance.below(sectors)).unwrap() * SECTOR;
                    apply(&mut file, &Change::Write(*at, bytes[..torn.min(bytes.len())].to_vec()));
                }
                (_, _) => apply(&mut file, change),
            }
        }
        (name, file)
    });
    (files.collect(), acknowledged)
}

fn survives(moments: u64) {
    let folder = Folder::new();
    let events = record(&folder.0);
    let synced = events.iter().filter(|event| matches!(event, Event::Synced { .. })).count();
    let said = events.iter().filter(|event| matches!(event, Event::Acknowledged { .. })).count();
    assert_eq!(said, VISITS * WRITERS * EACH, "the trace lacks acknowledgements");
    let chance = SeededRng::new(9);
    let first = events.iter().position(|event| matches!(event, Event::Acknowledged { .. })).unwrap();
    let mut unsynced = 0;
    for moment in 0..moments {
        let span = u64::try_from(events.len() - first).unwrap();
        let until = first + 1 + usize::try_from(chance.below(span)).unwrap();
        let (files, acknowledged) = left(&events, until, &chance);
        let whole = left(&events, until, &SeededRng::new(1)).0;
        unsynced += usize::from(files != whole);
        let disk = folder.0.join(format!("cut-{moment}"));
        std::fs::create_dir_all(&disk).unwrap();
        for (name, bytes) in &files {
            std::fs::write(disk.join(Path::new(name).file_name().unwrap()), bytes).unwrap();
        }
        let db = open(&disk);
        assert_eq!(db.check().unwrap(), Vec::<String>::new(), "moment {moment}, before event {until}");
        let rows = db.read_now(|tx| Ok(tx.query("select id, half from note", &[])?)).unwrap();
        assert!(
            rows.iter().all(|row| row.get::<String>("half").unwrap() == "whole"),
            "half an action is kept"
        );
        let found: BTreeSet<String> = rows.iter().map(|row| row.get("id").unwrap()).collect();
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(
            lost.is_empty(),
            "moment {moment}, before event {until}: lost {lost:?} of {}",
            acknowledged.len()
        );
        db.close();
        std::fs::remove_dir_all(&disk).unwrap();
    }
    assert!(unsynced > 0, "the power never went between a write and its sync");
    println!(
        "power: {moments} moments of {} events, {synced} syncs for {said} acknowledgements; nothing lost",
        events.len()
    );
}

/// A folder of its own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("qilin-power-{}", SystemRng.token()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
