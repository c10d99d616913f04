//! A district of many facts: what its pages cost beside those of a small one, how fast its totals are
//! computed anew, how fast facts are appended, proved and verified, how soon the program answers again.
//!
//! Each piece can be measured alone (`scale-pages`, `scale-rebuild` ...), on one database (`--on sqlite`).
//! What fails is said in the table, and the other pieces are measured all the same.

mod append;
mod duckdb;
mod heavy;
mod pages;
mod start;

use std::path::{Path, PathBuf};

use db::{Db, Scratch, Target};
use server::compose;

use crate::program::{Running, binary};
use crate::table::Table;
use crate::{data, postgres};

/// Facts of the small district.
pub const SMALL: u64 = 100_000;
/// Facts of the one that is verified whole, copied, and opened after a kill.
const MIDDLE: u64 = 1_000_000;

/// The pieces, after `scale-`.
pub const PIECES: [&str; 7] = ["pages", "rebuild", "append", "proof", "verify", "start", "copy"];

/// What to measure.
#[derive(Clone)]
pub struct Asked {
    /// Facts of the large district.
    pub facts: u64,
    /// `sqlite` or `postgres`; both when none is named.
    pub on: Option<String>,
    /// Pieces; all when none is named.
    pub pieces: Vec<String>,
}

impl Asked {
    fn has(&self, piece: &str) -> bool {
        self.pieces.is_empty() || self.pieces.iter().any(|one| one == piece)
    }

    fn is_on(&self, database: &str) -> bool {
        self.on.as_deref().is_none_or(|on| on == database)
    }
}

/// Measures the pieces, first on SQLite.
pub async fn rows(table: &mut Table, folder: &Path, asked: &Asked) {
    if asked.is_on("sqlite") {
        note(table, "scale on SQLite", on_sqlite(folder, asked).await);
    }
    if asked.is_on("postgres") && (asked.has("pages") || asked.has("rebuild")) {
        note(table, "scale on PostgreSQL", on_server(folder, asked).await);
    }
}

/// What was measured before something failed, and what failed.
#[derive(Default)]
struct Part {
    table: Table,
    missing: Vec<(String, String)>,
}

impl Part {
    /// Keeps what a piece measured, or why it could not.
    fn keep(&mut self, piece: &str, done: Result<Table, String>) {
        match done {
            Ok(table) => self.table.extend(table),
            Err(why) => self.missing.push((piece.to_owned(), why)),
        }
        eprintln!("{}", self.table);
    }
}

fn note(table: &mut Table, what: &str, part: Result<Part, String>) {
    match part {
        Ok(part) => {
            table.extend(part.table);
            for (piece, why) in part.missing {
                table.missing(&format!("{what}, {piece}"), &why);
            }
        }
        Err(why) => table.missing(what, &why),
    }
}

/// Work that blocks, on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}

async fn on_sqlite(folder: &Path, asked: &Asked) -> Result<Part, String> {
    let (facts, mut part) = (asked.facts, Part::default());
    let made = |n: u64| apart(move || data::folder(n));
    let path = || folder.to_path_buf();
    if asked.has("pages") {
        let (large, small) = (made(facts).await?, made(SMALL).await?);
        part.keep("pages", pages_of_files(&large, &small, facts).await);
    }
    if asked.has("rebuild") {
        let (large, to) = (made(facts).await?, path());
        let done = apart(move || {
            let db = compose::open(&Target::Sqlite(large.join("qilin.db")))?;
            let done = heavy::rebuild("SQLite", &db, &to);
            db.close();
            done
        });
        part.keep("rebuild", done.await);
    }
    if asked.has("append") {
        part.keep("append", append::rows(folder, &made(SMALL).await?).await);
    }
    if asked.has("proof") {
        let to = path();
        part.keep("proof", apart(move || heavy::proof(&to, facts)).await);
    }
    if asked.has("verify") {
        let middle = made(facts.min(MIDDLE)).await?;
        part.keep("verify", apart(move || heavy::verification(&middle)).await);
    }
    if asked.has("start") {
        part.keep("start", start::rows(folder, &made(facts.min(MIDDLE)).await?, facts.min(MIDDLE)).await);
    }
    if asked.has("copy") {
        let (of, to) = (made(facts).await?, path());
        part.keep("copy", apart(move || heavy::copy_and_back(&of, &to)).await);
    }
    Ok(part)
}

async fn pages_of_files(large: &Path, small: &Path, facts: u64) -> Result<Table, String> {
    let open = |data: &Path| -> Result<Running, String> {
        let mut command = std::process::Command::new(binary()?);
        Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data))
    };
    let file = large.join("qilin.db");
    let paths = apart(move || {
        let db = compose::open(&Target::Sqlite(file))?;
        let paths = pages::paths(&db);
        db.close();
        paths
    });
    let paths = paths.await?;
    pages::compare("SQLite", (&open(large)?, &open(small)?), (facts, &paths)).await
}

/// Pages and the rebuild on PostgreSQL, in schemas that are gone afterwards.
async fn on_server(folder: &Path, asked: &Asked) -> Result<Part, String> {
    let server = postgres::server().ok_or("QILIN_TEST_POSTGRES is not set")?;
    let (facts, mut part) = (asked.facts, Part::default());
    let filled = move |facts: u64| -> Result<(Scratch, Db), String> {
        let scratch = Scratch::create(&server).map_err(|error| error.to_string())?;
        let db = compose::open(scratch.target())?;
        data::fill(&db, facts)?;
        Ok((scratch, db))
    };
    let with_small = asked.has("pages");
    let both = apart(move || Ok((filled(facts)?, if with_small { Some(filled(SMALL)?) } else { None })));
    let ((large, db), small) = both.await?;
    if let Some((small, _)) = &small {
        let open = |scratch: &Scratch, data: &str| -> Result<Running, String> {
            let Target::Postgres(address) = scratch.target() else {
                return Err("a scratch elsewhere".to_owned());
            };
            let mut command = std::process::Command::new(binary()?);
            command.args(["demo", "--listen", "127.0.0.1:0", "--database", address, "--data"]);
            Running::start(command.arg(folder.join(data)))
        };
        let of = db.clone();
        let paths = apart(move || pages::paths(&of)).await?;
        let (of_large, of_small) = (open(&large, "large")?, open(small, "small")?);
        let done = pages::compare("PostgreSQL", (&of_large, &of_small), (facts, &paths));
        part.keep("pages", done.await);
    }
    let (rebuilds, to): (bool, PathBuf) = (asked.has("rebuild"), folder.to_path_buf());
    let done = apart(move || {
        let done = if rebuilds { heavy::rebuild("PostgreSQL", &db, &to) } else { Ok(Table::default()) };
        // both wait for the server, which no thread of the runtime may
        drop(db);
        drop((large, small));
        done
    });
    part.keep("rebuild", done.await);
    Ok(part)
}
