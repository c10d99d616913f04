//! The embedded database: one connection with its settings, statements and errors.

mod reader;
mod writer;

pub(crate) use reader::read_from;
pub(crate) use writer::write_from;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::stored::Val;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::row::Head;
use crate::tx::Link;
use crate::{Error, Row, Tx};

/// Statements kept prepared by each connection.
const PREPARED: usize = 512;

/// Settings of every connection. FULL makes each commit wait for the disk; the sizes keep a
/// process with five connections well below 256 MB.
const SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma trusted_schema = off;
    pragma temp_store = memory;
    pragma cache_size = -8000;
    pragma mmap_size = 67108864;
    pragma journal_size_limit = 67108864;
";

/// A connection and what it may do.
pub(crate) struct Session {
    connection: Connection,
    read_only: bool,
}

impl Session {
    /// Opens the file for writing, making it when it is not there.
    pub fn writing(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let session = Self { connection: open(path, flags)?, read_only: false };
        session.script("pragma busy_timeout = 5000; pragma journal_mode = wal;")?;
        session.script(SETTINGS)?;
        Ok(session)
    }

    /// Opens the file, which must be there, for reading.
    pub fn reading(path: &Path) -> Result<Self, Error> {
        // Read and write, since a reader takes part in the shared memory of the log.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let session = Self { connection: open(path, flags)?, read_only: true };
        session.script(SETTINGS)?;
        session.script("pragma query_only = on;")?;
        Ok(session)
    }

    pub fn query(&self, sql: &str, params: &[Val]) -> Result<Vec<Row>, Error> {
        let fault = |error| self.fault(error, sql);
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, sql, params)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let width = columns.len();
        let head = Arc::new(Head { sql: sql.to_owned(), columns });
        let mut answer = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fault)? {
            let vals = (0..width).map(|place| row.get_ref(place).map_err(fault).and_then(val));
            answer.push(Row::new(Arc::clone(&head), vals.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    pub fn execute(&self, sql: &str, params: &[Val]) -> Result<u64, Error> {
        let fault = |error| self.fault(error, sql);
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, sql, params)?;
        let touched = statement.raw_execute().map_err(fault)?;
        Ok(touched.try_into().unwrap_or(u64::MAX))
    }

    pub fn prepare(&self, sql: &str) -> Result<(), Error> {
        self.connection.prepare(sql).map(|_| ()).map_err(|error| self.fault(error, sql))
    }

    pub fn script(&self, sql: &str) -> Result<(), Error> {
        self.connection.execute_batch(sql).map_err(|error| self.fault(error, sql))
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
        let log = self.connection.path().map(|path| format!("{path}-wal"));
        let length = log.and_then(|log| std::fs::metadata(log).ok()).map_or(0, |log| log.len());
        if length <= limit {
            return Ok(());
        }
        self.script("pragma busy_timeout = 50")?;
        let folded = self.query("pragma wal_checkpoint(truncate)", &[]);
        self.script("pragma busy_timeout = 5000")?;
        folded.map(|_| ())
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

/// Binds `$n` to the n-th parameter. SQLite numbers such names by first appearance, so each place
/// is asked for its name.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, sql: &str, params: &[Val]) -> Result<(), Error> {
    let misfit = |reason: String| Error::Database(format!("{reason}, in: {sql}"));
    let mut highest = 0;
    for place in 1..=statement.parameter_count() {
        let number: usize = statement
            .parameter_name(place)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| misfit("parameters are written $1, $2 ...".to_owned()))?;
        highest = highest.max(number);
        let param = number.checked_sub(1).and_then(|index| params.get(index));
        let param = param.ok_or_else(|| misfit(format!("no parameter is given for ${number}")))?;
        statement.raw_bind_parameter(place, Bound(param)).map_err(|error| misfit(error.to_string()))?;
    }
    if highest == params.len() {
        return Ok(());
    }
    Err(misfit(format!("{} parameters are given, {highest} used", params.len())))
}

/// A value as SQLite binds it, without a copy.
struct Bound<'a>(&'a Val);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Val::Null | Val::Unfit(_) => ValueRef::Null,
            Val::Int(n) => ValueRef::Integer(*n),
            Val::Bool(yes) => ValueRef::Integer(i64::from(*yes)),
            Val::Real(x) => ValueRef::Real(*x),
            Val::Text(text) => ValueRef::Text(text.as_bytes()),
            Val::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn val(stored: ValueRef<'_>) -> Result<Val, Error> {
    Ok(match stored {
        ValueRef::Null => Val::Null,
        ValueRef::Integer(n) => Val::Int(n),
        ValueRef::Real(x) => Val::Real(x),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Val::Text(text.to_owned()),
            Err(_) => return Err(Error::Database("a stored text is not UTF-8".to_owned())),
        },
        ValueRef::Blob(bytes) => Val::Bytes(bytes.to_vec()),
    })
}

/// Copies the database, as it stands at one moment, into a new file, and waits for the disk.
pub(crate) fn back_up(path: &Path, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::Database(format!(
            "{} is there already; a backup overwrites nothing",
            to.display()
        )));
    }
    let target = to.to_str().ok_or_else(|| Error::Database("the backup's path is not UTF-8".to_owned()))?;
    let session = Session { connection: open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?, read_only: true };
    session.script("pragma busy_timeout = 5000;")?;
    session.execute("vacuum into $1", &[Val::from(target)])?;
    let sync = |path: &PathBuf| std::fs::File::open(path).and_then(|file| file.sync_all());
    let folder =
        to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    [to.to_owned(), folder].iter().try_for_each(sync).map_err(|error| Error::Io(error.to_string()))
}
