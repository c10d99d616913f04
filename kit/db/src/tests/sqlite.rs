//! Promises that hold on the embedded database.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{Refusal, Rng, SystemRng};

use crate::{Db, Error, Stream, Target, Tx, params};

pub(crate) const STREAMS: &[Stream] = &[Stream {
    context: "test",
    files: &[(
        "0001_note.sql",
        "create table note (
            district_id text not null, id text not null, n bigint not null check (n >= 0), flag boolean not null default false,
            primary key (district_id, id));
         create table tag (district_id text not null, note_id text not null, word text not null,
            primary key (district_id, note_id, word),
            foreign key (district_id, note_id) references note (district_id, id));",
    )],
}];

/// A folder of its own, gone when dropped.
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("qilin-db-{}", SystemRng.token()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn target(&self) -> Target {
        Target::Sqlite(self.0.join("data.sqlite"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn open() -> (Folder, Db) {
    let folder = Folder::new();
    let db = Db::open(&folder.target(), STREAMS).unwrap();
    (folder, db)
}

fn insert(tx: &mut Tx, id: &str, n: i64) -> Result<(), Error> {
    tx.execute("insert into note (district_id, id, n) values ($1, $2, $3)", params!["d", id, n]).map(|_| ())
}

fn count(db: &Db) -> i64 {
    db.read_now(|tx| Ok(tx.one("select count(*) as n from note", &[])?.get("n")?)).unwrap()
}

#[test]
fn what_was_acknowledged_is_there_after_opening_again() {
    let (folder, db) = open();
    db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
    drop(db);
    assert_eq!(count(&Db::open(&folder.target(), STREAMS).unwrap()), 1);
}

#[test]
fn parameters_are_bound_by_number_not_by_first_appearance() {
    let (_folder, db) = open();
    let row = db
        .read_now(|tx| {
            Ok(tx.one("select $2 as b, $1 as a, $2 as again, '$3' as text", params!["one", "two"])?)
        })
        .unwrap();
    let texts: Vec<String> =
        ["a", "b", "again", "text"].iter().map(|column| row.get(column).unwrap()).collect();
    assert_eq!(texts, ["one", "two", "two", "$3"]);
}

#[test]
fn a_wrong_number_of_parameters_is_refused() {
    let (_folder, db) = open();
    for given in [params!["one"], params!["one", "two", "three"]] {
        let given = given.to_vec();
        let refused = db.read_now(move |tx| Ok(tx.one("select $1 as a, $2 as b", &given)?));
        assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
    }
}

#[test]
fn a_refused_action_leaves_nothing() {
    let (_folder, db) = open();
    let refused = db.write_now(|tx| {
        insert(tx, "a", 1)?;
        Err::<(), _>(Refusal::Forbidden)
    });
    assert!(matches!(refused, Err(Refusal::Forbidden)));
    assert_eq!(count(&db), 0);
}

#[test]
fn an_action_that_swallows_a_statement_error_is_not_committed() {
    let (_folder, db) = open();
    let refused = db.write_now(|tx| {
        insert(tx, "a", 1)?;
        drop(insert(tx, "a", 1));
        Ok(())
    });
    assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
    assert_eq!(count(&db), 0);
}

#[test]
fn a_panic_ends_its_own_action_only() {
    let (_folder, db) = open();
    let broken: Result<(), _> = db.write_now(|tx| {
        insert(tx, "a", 1)?;
        panic!("on purpose")
    });
    assert!(matches!(broken, Err(Refusal::Broken(reason)) if reason.to_string().contains("on purpose")));
    db.write_now(|tx| Ok(insert(tx, "b", 1)?)).unwrap();
    assert_eq!(count(&db), 1);
}

#[test]
fn a_read_may_not_write() {
    let (_folder, db) = open();
    let refused = db.read_now(|tx| Ok(insert(tx, "a", 1)?));
    assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
}

#[test]
fn a_sequence_rises_and_a_broken_rule_names_itself() {
    let (_folder, db) = open();
    let numbers = db.write_now(|tx| Ok([tx.next("number")?, tx.next("number")?, tx.next("other")?])).unwrap();
    assert_eq!(numbers, [1, 2, 1]);
    let refused = db.write_now(|tx| Ok(insert(tx, "a", -1)?)).unwrap_err();
    let Refusal::Broken(error) = refused else { panic!("{refused:?}") };
    assert!(matches!(error.downcast_ref::<Error>(), Some(Error::Conflict(_))), "{error}");
}

#[test]
fn writes_of_32_threads_all_arrive() {
    let (_folder, db) = open();
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                for _ in 0..32 {
                    let id = next.fetch_add(1, Ordering::SeqCst).to_string();
                    db.write_now(move |tx| Ok(insert(tx, &id, 1)?)).unwrap();
                }
            });
        }
    });
    assert_eq!(count(&db), 1024);
}
