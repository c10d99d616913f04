//! A copy that is kept: what is brought back from it is a moment of the database, and no byte of it may
//! change unnoticed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::{Rng, SeededRng};

use super::{Folder, STREAMS};
use crate::sqlite::Pace;
use crate::{Db, Error, Target, Tx, restore};

/// So fast that a test sees many rounds, with a log that is folded every few commits.
const PACE: Pace = Pace { each: Duration::from_millis(1), long: 40, line: u64::MAX };
/// Notes that are written again and again, so that pages change in many logs.
const NOTES: i64 = 60;

fn open(folder: &Folder) -> Db {
    Db::open(&folder.target(), STREAMS).unwrap()
}

/// The `n`th commit: one note in its turn, a long tag of another, and how many commits there were.
fn commit(tx: &mut Tx<'_>, n: i64) -> Result<(), Error> {
    let (turn, text) = (n % NOTES, "证".repeat(usize::try_from(n % 700).unwrap()));
    let write = "insert into note (district_id, id, n) values ('d', $1, $2)
        on conflict (district_id, id) do update set n = excluded.n";
    tx.execute(write, params![format!("note-{turn}"), n])?;
    tx.execute(write, params!["commits", n])?;
    tx.execute("delete from tag where district_id = 'd' and weight < $1", params![(n - 40) as f64])?;
    tx.execute(
        "insert into tag (district_id, note_id, word, weight) values ('d', 'commits', $1, $2)",
        params![format!("{n}-{text}"), n as f64],
    )?;
    Ok(())
}

fn commit_each(db: &Db, numbers: impl Iterator<Item = i64>) {
    for n in numbers {
        db.write_now(move |tx| Ok(commit(tx, n)?)).unwrap();
    }
}

/// How many commits a database holds, each of them whole.
fn commits(db: &Db) -> i64 {
    assert_eq!(db.check().unwrap(), Vec::<String>::new());
    let (notes, tags): (Vec<(String, i64)>, Vec<f64>) = db
        .read_now(|tx| {
            let notes = tx.query("select id, n from note where district_id = 'd' order by id", &[])?;
            let notes = notes.iter().map(|row| Ok((row.get("id")?, row.get("n")?)));
            let tags = tx.query("select weight from tag where district_id = 'd' order by weight", &[])?;
            let tags = tags.iter().map(|row| row.get("weight"));
            let notes = notes.collect::<Result<_, Error>>()?;
            Ok((notes, tags.collect::<Result<_, Error>>()?))
        })
        .unwrap();
    let last = notes.iter().find(|(id, _)| id == "commits").map_or(0, |(_, n)| *n);
    for (id, n) in notes.iter().filter(|(id, _)| id != "commits") {
        let turn: i64 = id.strip_prefix("note-").unwrap().parse().unwrap();
        let expected = (1..=last).rev().find(|n| n % NOTES == turn);
        assert_eq!(Some(*n), expected, "{id} after {last} commits");
    }
    let expected: Vec<f64> = ((last - 40).max(1)..=last).map(|n| n as f64).collect();
    assert_eq!(tags, expected, "after {last} commits");
    last
}

fn brought_back(copy: &Path) -> Result<i64, Error> {
    let folder = Folder::new();
    let to = folder.0.join("again.sqlite");
    restore(copy, &to)?;
    let db = Db::open(&Target::Sqlite(to), STREAMS)?;
    let n = commits(&db);
    db.close();
    Ok(n)
}

fn files(of: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

fn names(of: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(of).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// The copy as a machine would have it whose other end just died: files may be at any of their bytes, but what
/// was synced before is there. What is hashed was written before its hash, and a log that another one follows
/// ends after that one was made: so hashes first, and then the logs up to the one after the last of them.
fn snapshot(copy: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let list =
        || std::fs::read_dir(copy)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let number = |path: &Path| path.file_stem().and_then(|stem| stem.to_str()?.parse::<u32>().ok());
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|it| it == ending);
    let mut last = 0;
    for path in list()?.iter().filter(|path| is(path, "sha256")) {
        std::fs::copy(path, to.join(path.file_name().unwrap()))?;
        last = last.max(number(path).unwrap_or(0));
    }
    for path in list()?.iter().filter(|path| !is(path, "sha256")) {
        let name = path.file_name().unwrap();
        let is_known = match number(path) {
            Some(n) => n <= last + 1,
            None => to.join(format!("{}.sha256", name.to_string_lossy())).exists(),
        };
        if path.is_dir() {
            snapshot(path, &to.join(name))?;
        } else if is_known {
            std::fs::copy(path, to.join(name))?;
        }
    }
    Ok(())
}

#[test]
fn all_that_was_committed_is_in_the_copy_when_the_database_is_closed() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    commit_each(&db, 1..=50);
    db.follow_at(&copy.0, PACE).unwrap();
    commit_each(&db, 51..=400);
    db.close();
    assert_eq!(brought_back(&copy.0).unwrap(), 400);
    let logs =
        files(&copy.0).iter().filter(|path| path.extension().is_some_and(|ending| ending == "log")).count();
    assert!(logs > 5, "the log began anew {logs} times");
    // the next start begins a line of its own, and the one before goes
    let db = open(&folder);
    db.follow_at(&copy.0, PACE).unwrap();
    commit_each(&db, 401..=460);
    db.close();
    assert_eq!(brought_back(&copy.0).unwrap(), 460);
    assert_eq!(names(&copy.0), ["000000002"], "one line is kept");
}

#[test]
fn what_is_copied_while_people_write_is_one_moment_of_the_database_and_never_an_older_one() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    commit_each(&db, 1..=20);
    db.follow_at(&copy.0, PACE).unwrap();
    let writing = {
        let db = db.clone();
        std::thread::spawn(move || commit_each(&db, 21..=500))
    };
    let (mut seen, mut last) = (0, 0);
    while !writing.is_finished() {
        let taken = Folder::new();
        // a line that is removed while it is copied is the one before
        if snapshot(&copy.0, &taken.0).is_err() {
            continue;
        }
        match brought_back(&taken.0) {
            Ok(n) => {
                assert!(n >= last, "{n} after {last}");
                (seen, last) = (seen + 1, n);
            }
            Err(error) => assert!(seen == 0 && error.to_string().contains("ever whole"), "{error}"),
        }
    }
    writing.join().unwrap();
    db.close();
    assert!(seen > 2 && last >= 20, "{seen} moments were looked at, the last of {last} commits");
    assert_eq!(brought_back(&copy.0).unwrap(), 500);
}

#[test]
fn a_line_that_grew_long_is_followed_by_a_new_one_and_can_be_restored_until_that_is_whole() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    db.follow_at(&copy.0, Pace { line: 1, ..PACE }).unwrap();
    let (mut last, mut lines, mut n) = (0, 0, 0);
    while lines < 3 || last < 100 {
        assert!(n < 10_000, "{lines} lines, {last} commits seen meanwhile");
        commit_each(&db, n + 1..=n + 25);
        n += 25;
        let taken = Folder::new();
        // a line that is removed while it is copied is the one before
        if snapshot(&copy.0, &taken.0).is_ok() {
            match brought_back(&taken.0) {
                Ok(found) => {
                    assert!(found >= last, "{found} after {last}");
                    last = found;
                }
                Err(error) => assert!(last == 0 && error.to_string().contains("ever whole"), "{error}"),
            }
        }
        lines = names(&copy.0).last().unwrap().parse().unwrap();
    }
    db.close();
    assert_eq!(brought_back(&copy.0).unwrap(), n);
    assert!(names(&copy.0).len() <= 2, "the last and one that was just begun");
}

#[test]
fn a_log_that_another_program_folded_begins_a_new_line_and_nothing_is_lost() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    db.follow_at(&copy.0, Pace { each: Duration::from_secs(3_600), ..PACE }).unwrap();
    commit_each(&db, 1..=5);
    let other = open(&folder);
    commit_each(&other, 6..=30);
    // folds it, and lets it begin anew
    crate::sqlite::Session::writing(&folder.0.join("data.sqlite")).unwrap().fold_log(0).unwrap();
    commit_each(&db, 31..=90);
    other.close();
    db.close();
    assert_eq!(brought_back(&copy.0).unwrap(), 90);
    assert_eq!(names(&copy.0), ["000000002"], "the line that may lack something is gone");
}

#[test]
fn a_byte_that_changed_and_a_log_that_was_cut_are_found_wherever_they_are() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    db.follow_at(&copy.0, PACE).unwrap();
    commit_each(&db, 1..=70);
    db.close();
    assert_eq!(brought_back(&copy.0).unwrap(), 70);
    let (rng, mut tried) = (SeededRng::new(13), 0);
    for file in files(&copy.0) {
        let sound = std::fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let is_log = name.ends_with(".log");
        // of a list of hashes only the last line is asked
        let from = if is_log || name.starts_with("base.db") { 0 } else { sound.len() - 30 };
        for _ in 0..4 {
            let at = from + usize::try_from(rng.below((sound.len() - from) as u64)).unwrap();
            let mut changed = sound.clone();
            changed[at] ^= 1 << rng.below(7);
            std::fs::write(&file, changed).unwrap();
            let found = brought_back(&copy.0);
            // a line without its end was never finished: then the log is known to be shorter
            let unfinished = name.ends_with(".sha256") && at + 1 == sound.len();
            assert!(found.is_err() || (unfinished && found.is_ok_and(|n| n <= 70)), "byte {at} of {name}");
            tried += 1;
        }
        if is_log {
            std::fs::write(&file, &sound[..sound.len() - 1]).unwrap();
            assert!(brought_back(&copy.0).is_err(), "{name} was cut");
        }
        std::fs::write(&file, sound).unwrap();
    }
    assert!(tried >= 24, "{tried}");
    assert_eq!(brought_back(&copy.0).unwrap(), 70, "all was put back");
}

#[test]
fn a_base_without_the_logs_of_the_time_of_its_copying_is_refused() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    commit_each(&db, 1..=20);
    db.follow_at(&copy.0, PACE).unwrap();
    commit_each(&db, 21..=70);
    db.close();
    let line = copy.0.join("000000001");
    for file in files(&line) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("base.db") && !name.starts_with("000001.") {
            std::fs::remove_file(file).unwrap();
        }
    }
    // of the first its beginning alone
    let hashes = line.join("000001.sha256");
    let known = std::fs::read_to_string(&hashes).unwrap();
    std::fs::write(&hashes, known.split_inclusive('\n').next().unwrap()).unwrap();
    assert!(brought_back(&copy.0).is_err());
    std::fs::remove_file(hashes).unwrap();
    std::fs::remove_file(line.join("000001.log")).unwrap();
    assert!(brought_back(&copy.0).is_err());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_once_and_one_copy_is_kept() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let db = open(&folder);
    let file = copy.0.join("a file");
    std::fs::write(&file, "no folder").unwrap();
    assert!(matches!(db.follow(&file), Err(Error::Io(_))));
    db.follow(&copy.0.join("a folder")).unwrap();
    assert!(db.follow(&copy.0).is_err());
    assert!(restore(&folder.0, &copy.0.join("x")).is_err(), "no copy is there");
    db.close();
}
