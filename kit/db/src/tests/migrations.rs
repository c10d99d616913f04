//! Promises about the schema.

use super::{Folder, scratch};
use crate::{Db, Error, Stream, Target};

const ONE: (&str, &str) = ("0001_one.sql", "create table one (id text not null primary key);");
const TWO: (&str, &str) = (
    "0002_two.sql",
    "create table two (id text not null primary key);\n-- done; really\ninsert into one (id) values (';');",
);
const ONE_CHANGED: (&str, &str) = ("0001_one.sql", "create table one (id bigint not null primary key);");
const BROKEN: (&str, &str) =
    ("0002_two.sql", "create table two (id text not null primary key); insert into nowhere (id) values (1);");

fn stream(files: &'static [(&'static str, &'static str)]) -> [Stream; 1] {
    [Stream { context: "test", files }]
}

fn both(test: impl Fn(&Target)) {
    let folder = Folder::new();
    test(&folder.target());
    if let Some(scratch) = scratch() {
        eprintln!("on PostgreSQL:");
        test(scratch.target());
    }
}

fn tables(db: &Db) -> Vec<String> {
    db.schema().unwrap().into_iter().map(|column| column.table).collect()
}

fn refusal(target: &Target, streams: &[Stream]) -> String {
    match Db::open(target, streams) {
        Err(Error::Migration(reason)) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[test]
fn only_what_is_missing_is_applied() {
    both(|target| {
        assert_eq!(tables(&Db::open(target, &stream(&[ONE])).unwrap()), ["one"]);
        for _ in 0..2 {
            let db = Db::open(target, &stream(&[ONE, TWO])).unwrap();
            assert_eq!(tables(&db), ["one", "two"]);
            let rows = db.read_now(|tx| Ok(tx.query("select id from one", &[])?.len())).unwrap();
            assert_eq!(rows, 1);
        }
    });
}

#[test]
fn a_file_that_fails_leaves_nothing_and_is_named() {
    both(|target| {
        let reason = refusal(target, &stream(&[ONE, BROKEN]));
        assert!(reason.contains("test/0002_two.sql") && reason.contains("nowhere"), "{reason}");
        assert_eq!(tables(&Db::open(target, &stream(&[ONE, TWO])).unwrap()), ["one", "two"]);
    });
}

#[test]
fn a_file_changed_after_it_was_applied_is_refused() {
    both(|target| {
        drop(Db::open(target, &stream(&[ONE])).unwrap());
        let reason = refusal(target, &stream(&[ONE_CHANGED]));
        assert!(reason.contains("test/0001_one.sql was changed"), "{reason}");
    });
}

#[test]
fn a_database_newer_than_the_program_is_refused() {
    both(|target| {
        drop(Db::open(target, &stream(&[ONE, TWO])).unwrap());
        let reason = refusal(target, &stream(&[ONE]));
        assert!(reason.contains("0002_two.sql") && reason.contains("newer program"), "{reason}");
        let reason = refusal(target, &[]);
        assert!(reason.contains("\"test\"") && reason.contains("newer program"), "{reason}");
    });
}

#[test]
fn a_file_slipped_in_before_an_applied_one_is_refused() {
    both(|target| {
        drop(Db::open(target, &stream(&[ONE, TWO])).unwrap());
        let slipped = ("0001_more.sql", "create table more (id text);");
        let reason =
            refusal(target, &[Stream { context: "test", files: Box::leak(Box::new([ONE, slipped, TWO])) }]);
        assert!(reason.contains("0001_more.sql was not applied before 0002_two.sql"), "{reason}");
    });
}

#[test]
fn programs_that_start_together_migrate_once() {
    both(|target| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| Db::open(target, &stream(&[ONE, TWO])).unwrap());
            }
        });
        let db = Db::open(target, &stream(&[ONE, TWO])).unwrap();
        let applied = "select file from schema_migration";
        assert_eq!(db.read_now(move |tx| Ok(tx.query(applied, &[])?.len())).unwrap(), 2);
    });
}

/// SQLite would build a tree of the list at every insert.
#[test]
fn a_list_that_a_column_is_checked_against_refuses_as_written_and_costs_no_tree() {
    const LISTED: [(&str, &str); 1] = [(
        "0001_listed.sql",
        "create table listed (
            id text not null primary key,
            kind text not null check (kind in ('lecture', 'visit',
                'film')),
            state text check (state in ('open', 'done')) check (state not in ('done') or kind <> 'film'));",
    )];
    both(|target| {
        let db = Db::open(target, &stream(&LISTED)).unwrap();
        let insert = |id: &'static str, kind: &'static str, state: Option<&'static str>| {
            let sql = "insert into listed (id, kind, state) values ($1, $2, $3)";
            db.write_now(move |tx| Ok(tx.execute(sql, params![id, kind, state])?))
        };
        for (id, kind) in [("1", "lecture"), ("2", "visit"), ("3", "film")] {
            assert_eq!(insert(id, kind, Some("open")).unwrap(), 1);
        }
        assert_eq!(insert("4", "visit", None).unwrap(), 1, "a check lets null pass");
        for (kind, state) in [("song", "open"), ("lecture", "lost"), ("film", "done")] {
            assert!(insert("5", kind, Some(state)).is_err(), "{kind} {state}");
        }
        if db.kind() == crate::Kind::Sqlite {
            let explain = "explain insert into listed (id, kind, state) values ('9', 'film', 'open')";
            let steps = db.read_now(move |tx| Ok(tx.query(explain, &[])?)).unwrap();
            let opcode = |row: &crate::Row| row.get::<String>("opcode").unwrap();
            assert!(!steps.iter().map(opcode).any(|opcode| opcode == "OpenEphemeral"));
        }
    });
}

/// A row of a clustered table has no number of its own on SQLite; PostgreSQL reads a comment.
#[test]
fn a_table_can_be_kept_by_its_key() {
    const KEPT: (&str, &str) = (
        "0001_kept.sql",
        "create table kept (id text not null primary key, n bigint not null) /* clustered */;
         insert into kept (id, n) values ('b', 2), ('a', 1);",
    );
    both(|target| {
        let db = Db::open(target, &stream(&[KEPT])).unwrap();
        let ids = db.read_now(|tx| {
            let rows = tx.query("select id from kept order by id", &[])?;
            Ok(rows.iter().map(|row| row.get("id")).collect::<Result<Vec<String>, _>>()?)
        });
        assert_eq!(ids.unwrap(), ["a", "b"]);
        if db.kind() == crate::Kind::Sqlite {
            let number = db.read_now(|tx| Ok(tx.query("select rowid from kept", &[])?.len()));
            assert!(number.unwrap_err().to_string().contains("rowid"));
        }
    });
}
