//! A fresh database of each kind for one test.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use db::{Db, Stream, Target};
use kernel::{Rng, SystemRng};

use crate::fresh_postgres;

/// Runs `test` on a fresh SQLite file, then on a fresh PostgreSQL database (see
/// [`fresh_postgres`]). Both are removed afterwards; a failure says on which it happened.
pub fn both(streams: &[Stream], test: impl Fn(&Db)) {
    let folder = std::env::temp_dir().join(format!("qilin-test-{}", SystemRng.token()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("no folder for the test: {error}"));
    let removed = Removed(folder.clone());
    on("SQLite", &Target::Sqlite(folder.join("test.sqlite")), streams, &test);
    drop(removed);
    if let Some(scratch) = fresh_postgres() {
        on("PostgreSQL", scratch.target(), streams, &test);
    }
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
