//! A fresh database of each kind for one test.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use db::{Db, Scratch, Stream, Target};
use kernel::{Rng, SystemRng};

/// Runs `test` on a fresh SQLite file, then on a fresh PostgreSQL database when
/// `QILIN_TEST_POSTGRES` names a server (`host=... user=...`). Both are removed afterwards; a
/// failure says on which it happened.
pub fn both(streams: &[Stream], test: impl Fn(&Db)) {
    let folder = std::env::temp_dir().join(format!("qilin-test-{}", SystemRng.token()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("no folder for the test: {error}"));
    let removed = Removed(folder.clone());
    on("SQLite", &Target::Sqlite(folder.join("test.sqlite")), streams, &test);
    drop(removed);
    if let Some(server) = postgres() {
        let scratch =
            Scratch::create(&server).unwrap_or_else(|error| panic!("no fresh PostgreSQL database: {error}"));
        on("PostgreSQL", scratch.target(), streams, &test);
    }
}

#[expect(clippy::disallowed_methods, reason = "the test run's own setting, read in this one place")]
fn postgres() -> Option<String> {
    std::env::var("QILIN_TEST_POSTGRES").ok().filter(|server| !server.is_empty())
}

fn on(name: &str, target: &Target, streams: &[Stream], test: &impl Fn(&Db)) {
    let db = Db::open(target, streams).unwrap_or_else(|error| panic!("{name} did not open: {error}"));
    let outcome = catch_unwind(AssertUnwindSafe(|| test(&db)));
    db.close();
    if let Err(panic) = outcome {
        eprintln!("the test failed on {name}");
        resume_unwind(panic);
    }
}

/// Removes the folder when the test is over, however it ends.
struct Removed(std::path::PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
