//! The embedded database: one connection with its settings, statements and errors.

mod follow;
mod reader;
mod statement;
mod writer;

pub(crate) use follow::{Follower, Keeping, Pace, keep};
pub use follow::{Restored, restore};
pub(crate) use reader::read_from;
pub(crate) use writer::write_from;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kernel::stored::Val;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};

use crate::tx::Link;
use crate::{Error, Mark, Row, Tx};
use statement::{Known, Statements, bind, val};

/// Statements kept prepared by each connection.
const PREPARED: usize = 512;

/// Settings of every connection. FULL makes each commit wait for the disk; the sizes keep a
/// process with five connections well below 256 MB. Folding the log every 8,000 pages (32 MB) writes a
/// page that many commits changed once for all of them.
const SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma trusted_schema = off;
    pragma temp_store = memory;
    pragma cache_size = -8000;
    pragma mmap_size = 67108864;
    pragma journal_size_limit = 67108864;
    pragma wal_autocheckpoint = 8000;
";

/// The writer comes back to the same pages of many indexes for as long as it runs; a reader forgets its
/// pages with each commit.
const WRITERS_CACHE: &str = "pragma cache_size = -32000;";

/// A connection and what it may do.
pub(crate) struct Session {
    connection: Connection,
    statements: Statements,
    read_only: bool,
}

impl Session {
    fn new(connection: Connection, read_only: bool) -> Self {
        Self { connection, statements: Statements::default(), read_only }
    }

    /// Opens the file for writing, making it when it is not there.
    pub fn writing(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        make(path).map_err(|error| Error::Io(format!("{} cannot be opened: {error}", path.display())))?;
        let session = Self::new(open(path, flags)?, false);
        session.script("pragma busy_timeout = 5000; pragma journal_mode = wal;")?;
        session.script(SETTINGS)?;
        session.script(WRITERS_CACHE)?;
        Ok(session)
    }

    /// Opens the file, which must be there, for reading.
    pub fn reading(path: &Path) -> Result<Self, Error> {
        // Read and write, since a reader takes part in the shared memory of the log.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let session = Self::new(open(path, flags)?, true);
        session.script(SETTINGS)?;
        session.script("pragma query_only = on;")?;
        Ok(session)
    }

    pub fn query(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>, Error> {
        let fault = |error| self.fault(error, sql);
        let (known, mut statement) = self.statement(sql)?;
        bind(&mut statement, &known, params)?;
        let width = known.head.columns.len();
        let mut answer = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fault)? {
            let vals = (0..width).map(|place| row.get_ref(place).map_err(fault).and_then(val));
            answer.push(Row::new(Arc::clone(&known.head), vals.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    pub fn execute(&self, sql: &str, params: &[Val]) -> Result<u64, Error> {
        self.execute_each(sql, &[params])
    }

    pub fn execute_each(&self, sql: &str, rows: &[impl AsRef<[Val]>]) -> Result<u64, Error> {
        let (known, mut statement) = self.statement(sql)?;
        let mut touched = 0;
        for row in rows {
            bind(&mut statement, &known, row.as_ref())?;
            touched += statement.raw_execute().map_err(|error| self.fault(error, sql))?;
        }
        Ok(touched.try_into().unwrap_or(u64::MAX))
    }

    /// A statement, prepared at its first use.
    fn statement(&self, sql: &str) -> Result<(Arc<Known>, CachedStatement<'_>), Error> {
        let fault = |error| self.fault(error, sql);
        if let Some(known) = self.statements.find(sql) {
            let statement = self.connection.prepare_cached(&known.text).map_err(fault)?;
            return Ok((known, statement));
        }
        let text = statement::numbered(sql);
        let statement = self.connection.prepare_cached(&text).map_err(fault)?;
        let known = self.statements.learn(Known::new(sql, text, &statement)?);
        Ok((known, statement))
    }

    pub fn prepare(&self, sql: &str) -> Result<(), Error> {
        self.connection.prepare(sql).map(|_| ()).map_err(|error| self.fault(error, sql))
    }

    pub fn script(&self, sql: &str) -> Result<(), Error> {
        self.statements.forget(); // it may give a table other columns
        self.connection.execute_batch(sql).map_err(|error| self.fault(error, sql))
    }

    /// See [`crate::Db::mark`]. SQLite counts for each connection what the others committed, so only
    /// marks of one connection that never writes can be compared.
    pub fn mark(&self) -> Result<Mark, Error> {
        let sql = "pragma data_version";
        let row = self.query(sql, &[])?.into_iter().next();
        let row = row.ok_or_else(|| Error::Database(format!("no row where one was expected: {sql}")))?;
        Ok(Mark(row.get::<i64>("data_version")?.to_string()))
    }

    /// Runs `work` in a transaction of its own and keeps it only when it succeeds.
    pub fn transact<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.execute("begin immediate", &[])?;
        let done = work(&mut self.tx()).and_then(|value| self.execute("commit", &[]).map(|_| value));
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    /// Folds the write-ahead log into the file once it is longer than `limit` bytes. SQLite does so
    /// by itself, but only in a moment without readers, which a busy day may not have; here it
    /// waits a twentieth of a second for them.
    pub fn fold_log(&self, limit: u64) -> Result<(), Error> {
        let log = self.connection.path().map(|path| beside(Path::new(path), "-wal"));
        let length = log.and_then(|log| std::fs::metadata(log).ok()).map_or(0, |log| log.len());
        if length <= limit {
            return Ok(());
        }
        self.checkpoint("truncate").map(|_| ())
    }

    /// Folds the log in one of SQLite's ways (`passive`, `restart`, `truncate`): whether it was `busy`, the
    /// frames of the `log`, and how many of them are `checkpointed`. Waits a twentieth of a second for readers.
    pub fn checkpoint(&self, way: &str) -> Result<Row, Error> {
        let sql = format!("pragma wal_checkpoint({way})");
        let wait = |time| self.connection.busy_timeout(time).map_err(|error| self.fault(error, &sql));
        wait(Duration::from_millis(50))?;
        let folded = self.query(&sql, &[]);
        wait(Duration::from_secs(5))?;
        let row = folded?.into_iter().next();
        row.ok_or_else(|| Error::Database(format!("no row where one was expected: {sql}")))
    }

    pub const fn tx(&self) -> Tx<'_> {
        Tx::new(Link::Sqlite(self))
    }

    /// Ends a transaction, if SQLite has not ended it by itself already.
    fn roll_back(&self) {
        if self.in_transaction()
            && let Err(error) = self.execute("rollback", &[])
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    /// Rows written since the connection was opened.
    fn written(&self) -> u64 {
        self.connection.total_changes()
    }

    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn fault(&self, error: rusqlite::Error, sql: &str) -> Error {
        let Some(code) = error.sqlite_error_code() else {
            return Error::Database(format!("{error}, in: {sql}"));
        };
        let text = error.to_string();
        if code == ErrorCode::DiskFull {
            Error::Full
        } else if [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked].contains(&code) {
            Error::Busy
        } else if code == ErrorCode::ReadOnly && self.read_only {
            Error::Database(format!("a read may not write: {sql}"))
        } else if code == ErrorCode::ReadOnly {
            Error::ReadOnly
        } else if [ErrorCode::SystemIoFailure, ErrorCode::CannotOpen].contains(&code) {
            Error::Io(text)
        } else if code == ErrorCode::ConstraintViolation {
            let name = text.rsplit_once("failed: ").map_or(text.as_str(), |(_, name)| name);
            Error::Conflict(name.to_owned())
        } else {
            Error::Database(format!("{text}, in: {sql}"))
        }
    }
}

/// Makes the file, unless it is there, for its owner's eyes only: it holds hashes of passwords and
/// secrets of sessions. SQLite gives its log the same mode.
fn make(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| Error::Io(format!("{} cannot be opened: {error}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    // A kept statement keeps its plan. Without this SQLite plans anew at every call what compares a
    // column with a parameter, which costs several times the call itself.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| Error::Io(format!("{} cannot be set up: {error}", path.display())))?;
    Ok(connection)
}

/// Copies the database, as it stands at one moment, into a new file, and waits for the disk. The copy
/// bears its name only once it is whole.
pub(crate) fn back_up(path: &Path, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::Database(format!(
            "{} is there already; a backup overwrites nothing",
            to.display()
        )));
    }
    let part = beside(to, ".part");
    let done = copy(path, &part).and_then(|()| {
        let folder = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let kept = sync(&part).and_then(|()| std::fs::rename(&part, to)).and_then(|()| sync(folder));
        kept.map_err(|error| Error::Io(error.to_string()))
    });
    if done.is_err() {
        // What is left of the try; the first error is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    done
}

fn copy(path: &Path, part: &Path) -> Result<(), Error> {
    let target = part.to_str().ok_or_else(|| Error::Database("the backup's path is not UTF-8".to_owned()))?;
    let session = Session::new(open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?, true);
    session.script("pragma busy_timeout = 5000;")?;
    // Left by a try that was killed.
    let _ = std::fs::remove_file(part);
    make(part).map_err(|error| Error::Io(format!("{target} cannot be written: {error}")))?;
    session.execute("vacuum into $1", &[Val::from(target)]).map(|_| ())
}

/// The path with something behind its name: where SQLite keeps the log of a file, and where a copy grows.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn sync(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path).and_then(|file| file.sync_all())
}
