//! Promises that only the embedded database makes.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::Poll;

use kernel::Refusal;

use super::{Folder, STREAMS, count, insert};
use crate::sqlite::Session;
use crate::{Db, Error, Tx};

type Outcome = Result<(), Refusal>;
type Write = Box<dyn Fn(&mut Tx<'_>) -> Outcome + Send>;

fn open() -> (Folder, Db) {
    let folder = Folder::new();
    let db = Db::open(&folder.target(), STREAMS).unwrap();
    (folder, db)
}

/// Commits in the write-ahead log: frames that carry the database's size.
fn commits(folder: &Folder) -> usize {
    let log = std::fs::read(folder.0.join("data.sqlite-wal")).unwrap();
    log[32..].chunks_exact(24 + 4096).filter(|frame| frame[4..8] != [0; 4]).count()
}

/// Lets all actions wait while the writer is held, then lets it go; gives their outcomes.
fn together(db: &Db, actions: Vec<Write>) -> Vec<Outcome> {
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let db = db.clone();
    let hold = move |_: &mut Tx<'_>| {
        let _ = started.send(());
        let _ = released.recv();
        Ok(())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut held = Box::pin(db.write(hold));
        let mut waiting: Vec<Pin<Box<dyn Future<Output = Outcome>>>> =
            actions.into_iter().map(|action| Box::pin(db.write(action)) as _).collect();
        poll_fn(|cx| {
            assert!(held.as_mut().poll(cx).is_pending());
            has_started.recv().unwrap();
            assert!(waiting.iter_mut().all(|action| action.as_mut().poll(cx).is_pending()));
            Poll::Ready(())
        })
        .await;
        release.send(()).unwrap();
        held.await.unwrap();
        let mut outcomes = Vec::new();
        for action in waiting {
            outcomes.push(action.await);
        }
        outcomes
    })
}

fn numbered(n: usize, refuse: fn(usize) -> bool) -> Write {
    Box::new(move |tx| {
        insert(tx, &n.to_string(), 1)?;
        if refuse(n) { Err(Refusal::Forbidden) } else { Ok(()) }
    })
}

#[test]
fn what_was_acknowledged_is_there_after_opening_again() {
    let (folder, db) = open();
    db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
    drop(db);
    assert_eq!(count(&Db::open(&folder.target(), STREAMS).unwrap()), 1);
}

#[test]
fn sixty_four_waiting_actions_share_one_commit() {
    let (folder, db) = open();
    let before = commits(&folder);
    let outcomes = together(&db, (0..64).map(|n| numbered(n, |_| false)).collect());
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(commits(&folder) - before, 1);
    let outcomes = together(&db, (64..129).map(|n| numbered(n, |_| false)).collect());
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(commits(&folder) - before, 3, "the sixty-fifth waits for the next commit");
    assert_eq!(count(&db), 129);
}

#[test]
fn a_refused_action_leaves_nothing_while_its_neighbours_are_kept() {
    let (_folder, db) = open();
    let outcomes = together(&db, (0..30).map(|n| numbered(n, |n| n % 3 == 0)).collect());
    assert!(outcomes.iter().enumerate().all(|(n, outcome)| outcome.is_ok() == (n % 3 != 0)));
    assert_eq!(count(&db), 20);
}

#[test]
fn a_panic_leaves_its_neighbours_alone() {
    let (_folder, db) = open();
    let mut actions: Vec<_> = (0..4).map(|n| numbered(n, |_| false)).collect();
    actions
        .insert(2, Box::new(|tx| insert(tx, "x", 1).map(|()| panic!("on purpose")).map_err(Refusal::from)));
    let outcomes = together(&db, actions);
    assert!(matches!(outcomes[2], Err(Refusal::Broken(_))));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4);
    assert_eq!(count(&db), 4);
}

#[test]
fn a_commit_that_fails_acknowledges_nobody_who_is_not_kept() {
    let (_folder, db) = open();
    let mut actions: Vec<_> = (0..4).map(|n| numbered(n, |_| false)).collect();
    // Its broken rule shows only at the commit, which it takes down for all.
    actions.push(Box::new(|tx| {
        tx.execute("pragma defer_foreign_keys = on", &[])?;
        tx.execute("insert into tag (district_id, note_id, word) values ('d', 'nobody', 'w')", &[])?;
        Ok(())
    }));
    let outcomes = together(&db, actions);
    assert!(matches!(outcomes[4], Err(Refusal::Broken(_))), "{outcomes:?}");
    assert!(outcomes[..4].iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(count(&db), 4);
    assert_eq!(db.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_full_database_refuses_writes_answers_reads_and_recovers() {
    let (_folder, db) = open();
    let fill = |n: usize| {
        move |tx: &mut Tx<'_>| {
            (0..200).try_for_each(|place| insert(tx, &format!("{n}-{place}-{}", "x".repeat(500)), 1))?;
            Ok(())
        }
    };
    let limit = |pages: u32| {
        move |tx: &mut Tx<'_>| Ok(tx.query(&format!("pragma max_page_count = {pages}"), &[]).map(|_| ())?)
    };
    db.write_now(fill(0)).unwrap();
    db.write_now(limit(1)).unwrap(); // SQLite takes it as "no more than now"
    let refused = (1..9).find_map(|n| db.write_now(fill(n)).err()).unwrap();
    let Refusal::Unavailable(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.downcast_ref(), Some(&Error::Full));
    assert_eq!(count(&db) % 200, 0, "nothing of the refused action is kept");
    db.write_now(limit(1_000_000)).unwrap();
    db.write_now(fill(10)).unwrap();
    assert_eq!(db.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_reader_sees_one_moment_while_others_write() {
    let (_folder, db) = open();
    let (again, writer) = (db.clone(), db.clone());
    let (before, after): (i64, i64) = db
        .read_now(move |tx| {
            let count = "select count(*) as n from note where district_id = 'd'";
            let before = tx.one(count, &[])?.get("n")?;
            let id = writer.read_now(|tx| Ok(tx.one(count, &[])?.get::<i64>("n")?))?.to_string();
            writer.write_now(move |tx| Ok(insert(tx, &id, 1)?))?;
            Ok((before, tx.one(count, &[])?.get("n")?))
        })
        .unwrap();
    assert_eq!((before, after), (0, 0));
    assert_eq!(count(&again), 1);
}

#[test]
fn a_backup_holds_what_was_there_and_overwrites_nothing() {
    let (folder, db) = open();
    db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
    let copy = folder.0.join("copy.sqlite");
    db.backup(&copy).unwrap();
    db.write_now(|tx| Ok(insert(tx, "b", 1)?)).unwrap();
    let restored = Db::open(&crate::Target::Sqlite(copy.clone()), STREAMS).unwrap();
    assert_eq!(count(&restored), 1);
    assert_eq!(restored.check().unwrap(), Vec::<String>::new());
    assert!(db.backup(&copy).is_err());
}

#[cfg(unix)]
#[test]
fn the_database_and_its_copy_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, db) = open();
    let copy = folder.0.join("copy.sqlite");
    db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
    db.backup(&copy).unwrap();
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
}

#[test]
fn a_copy_that_fails_leaves_nothing_under_its_name() {
    let folder = Folder::new();
    let (broken, copy) = (folder.0.join("broken.sqlite"), folder.0.join("copy.sqlite"));
    std::fs::write(&broken, "no database at all").unwrap();
    assert!(crate::sqlite::back_up(&broken, &copy).is_err());
    // Left by a copy that was killed on its way.
    std::fs::write(folder.0.join("copy.sqlite.part"), "half").unwrap();
    assert!(crate::sqlite::back_up(&broken, &copy).is_err());
    let names: Vec<_> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["broken.sqlite"]);
}

#[test]
fn a_look_makes_and_changes_nothing() {
    let folder = Folder::new();
    let target = folder.target();
    assert!(Db::look(&target).is_err());
    drop(Db::open(&target, &STREAMS[..0]).unwrap());
    let db = Db::look(&target).unwrap();
    let to_come = db.steps_to_come(STREAMS).unwrap();
    assert!(!to_come.is_empty());
    assert_eq!(db.schema().unwrap(), []);
    assert!(db.write_now(|tx| Ok(insert(tx, "a", 1)?)).is_err());
    drop(Db::open(&target, STREAMS).unwrap());
    assert_eq!(db.steps_to_come(STREAMS).unwrap(), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let path = Path::new("/nowhere/at/all.sqlite");
    let error = Db::open(&crate::Target::Sqlite(path.to_owned()), STREAMS).err().unwrap();
    assert!(error.to_string().contains("/nowhere/at/all.sqlite"), "{error}");
}

#[test]
fn a_long_log_is_folded_into_the_file_unless_a_reader_needs_it() {
    let folder = Folder::new();
    let crate::Target::Sqlite(path) = folder.target() else { unreachable!("a file") };
    let length = || std::fs::metadata(folder.0.join("data.sqlite-wal")).unwrap().len();
    let writer = Session::writing(&path).unwrap();
    writer.script("create table t (x text not null)").unwrap();
    let reader = Session::reading(&path).unwrap();
    reader.execute("begin", &[]).unwrap();
    reader.query("select x from t", &[]).unwrap();
    writer.script("insert into t (x) values ('later')").unwrap();
    let before = length();
    writer.fold_log(before).unwrap();
    assert_eq!(length(), before, "it is not too long");
    writer.fold_log(0).unwrap();
    assert_eq!(length(), before, "the reader is at an earlier moment");
    reader.execute("rollback", &[]).unwrap();
    writer.fold_log(0).unwrap();
    assert_eq!(length(), 0);
    assert_eq!(reader.query("select x from t", &[]).unwrap().len(), 1);
}
