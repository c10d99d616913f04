//! The promises of the layer, each as a test.

mod both;
mod follow;
mod isolation;
mod migrations;
mod postgres;
mod sqlite;

use std::path::PathBuf;

use kernel::{Rng, SystemRng};

use crate::{Db, Error, Scratch, Stream, Target, Tx};

const STREAMS: &[Stream] = &[Stream {
    context: "test",
    files: &[(
        "0001_note.sql",
        "create table note (
            district_id text not null, id text not null, n bigint not null check (n >= 0), flag boolean not null default false,
            primary key (district_id, id));
         create table tag (district_id text not null, note_id text not null, word text not null,
            weight double precision, data bytea,
            primary key (district_id, note_id, word),
            foreign key (district_id, note_id) references note (district_id, id));
         insert into note (district_id, id, n) values ('other', 'a;b -- no comment', 0);",
    )],
}];

/// A folder of its own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("qilin-db-{}", SystemRng.token()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn target(&self) -> Target {
        Target::Sqlite(self.0.join("data.sqlite"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// An empty place on PostgreSQL; none where it was left out on purpose, as in `testkit`.
#[expect(clippy::disallowed_methods, reason = "the test run's own setting")]
fn scratch() -> Option<Scratch> {
    let server = std::env::var("QILIN_TEST_POSTGRES");
    let server =
        server.expect("QILIN_TEST_POSTGRES is an address or `none`; `cargo xtask test -p db` sets it");
    (server != "none").then(|| Scratch::create(&server).unwrap())
}

/// Runs a test on each database; `testkit::both` cannot be used by the crate that it stands on.
fn both(test: impl Fn(&Db)) {
    let folder = Folder::new();
    test(&Db::open(&folder.target(), STREAMS).unwrap());
    if let Some(scratch) = scratch() {
        eprintln!("on PostgreSQL:");
        test(&Db::open(scratch.target(), STREAMS).unwrap());
    }
}

fn insert(tx: &mut Tx, id: &str, n: i64) -> Result<(), Error> {
    tx.execute("insert into note (district_id, id, n) values ($1, $2, $3)", params!["d", id, n]).map(|_| ())
}

fn count(db: &Db) -> i64 {
    let count = "select count(*) as n from note where district_id = $1";
    db.read_now(|tx| Ok(tx.one(count, params!["d"])?.get("n")?)).unwrap()
}
