//! The server database: one connection with its settings, statements and errors.

mod bind;
mod scratch;
mod tls;
mod worker;

pub(crate) use worker::work_from;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use kernel::stored::Val;
use tokio::runtime::Runtime;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{Client, Config, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::row::Head;
use crate::tx::Link;
use crate::{Error, Mark, Row, Tx};
use bind::bound;
pub use scratch::Scratch;

/// Statements kept prepared by each connection.
const PREPARED: usize = 512;
/// Statements sent in one trip to the server.
const TRIP: usize = 500;

/// Settings of every connection: an acknowledged commit is on the disk, nothing waits for ever.
const SETTINGS: &str = "
    set client_min_messages = warning;
    set standard_conforming_strings = on;
    set timezone = 'UTC';
    set lock_timeout = '10s';
    set statement_timeout = '60s';
    set idle_in_transaction_session_timeout = '60s'";
/// One moment for all that an action reads.
const READING: &str =
    "; set default_transaction_isolation = 'repeatable read'; set default_transaction_read_only = on";
/// As if actions ran one after the other.
const WRITING: &str = "; set default_transaction_isolation = 'serializable'";

/// Why a transaction that failed may be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// It met another one.
    Conflict,
    /// A key was taken meanwhile; or for good, which a second run shows.
    Taken,
    /// The connection broke before the commit was asked for.
    Lost,
    /// The schema changed under a prepared statement.
    Stale,
}

/// A connection, made when it is first needed and again when it was lost.
pub(crate) struct Session {
    config: Config,
    tls: MakeRustlsConnect,
    runtime: Runtime,
    client: Option<Client>,
    statements: HashMap<String, Statement>,
    read_only: bool,
    /// Begin the transaction with the next statement, in one trip to the server.
    begins: bool,
    again: Option<Again>,
}

impl Session {
    /// A connection to come; `address` as `host=... dbname=...` or `postgresql://...`.
    pub fn new(address: &str, read_only: bool) -> Result<Self, Error> {
        let (mut config, tls) = tls::read(address)?;
        config.connect_timeout(Duration::from_secs(5)).keepalives_idle(Duration::from_secs(30));
        if config.get_application_name().is_none() {
            config.application_name("qilin");
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Database(format!("no runtime for PostgreSQL: {error}")))?;
        Ok(Self {
            config,
            tls,
            runtime,
            client: None,
            statements: HashMap::new(),
            read_only,
            begins: false,
            again: None,
        })
    }

    /// Connects, unless a connection stands.
    pub fn connect(&mut self) -> Result<(), Error> {
        if self.client.as_ref().is_some_and(|client| !client.is_closed()) {
            return Ok(());
        }
        self.statements.clear();
        self.client = None;
        let client = self.runtime.block_on(async {
            let (client, connection) = self.config.connect(self.tls.clone()).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(error = reason(&error), "a PostgreSQL connection ended");
                }
            });
            let settings = format!("{SETTINGS}{}", if self.read_only { READING } else { WRITING });
            client.batch_execute(&settings).await.map(|()| client)
        });
        self.client = Some(client.map_err(|error| self.fault(&error, "connect"))?);
        Ok(())
    }

    /// Refuses a server that would acknowledge what it has not kept, and a database that sorts
    /// otherwise than SQLite does.
    pub fn require_settings(&mut self) -> Result<(), Error> {
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value = self.text(&format!("select current_setting('{setting}') as value"))?;
            if value == "off" {
                return Err(Error::Database(format!(
                    "PostgreSQL runs with {setting} = off: acknowledged work could be lost; set it to on"
                )));
            }
        }
        let order = self.text(
            "select case datlocprovider when 'c' then datcollate else 'icu' end as value
             from pg_database where datname = current_database()",
        )?;
        if ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&order.as_str()) {
            return self.note_encryption();
        }
        Err(Error::Database(format!(
            "the PostgreSQL database sorts by {order}; this program needs the order of the bytes: \
             create database ... template template0 encoding 'UTF8' locale 'C'"
        )))
    }

    /// Says once, at the start, when what is sent to another machine can be read on the way.
    fn note_encryption(&mut self) -> Result<(), Error> {
        let sql = "select cast(ssl as text) as value from pg_stat_ssl where pid = pg_backend_pid()";
        if tls::leaves_this_machine(&self.config) && self.text(sql)? != "true" {
            tracing::warn!(
                "the connection to PostgreSQL is not encrypted; add sslmode=verify-full to its address"
            );
        }
        Ok(())
    }

    fn text(&mut self, sql: &str) -> Result<String, Error> {
        self.query(sql, &[])?.first().map_or(Ok(String::new()), |row| row.get("value"))
    }

    pub fn query(&mut self, sql: &str, params: &[Val]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql)?;
        fits(&statement, params, sql)?;
        let rows = self.ask(sql, async |client| {
            client.query_raw(&statement, bound(params)).await?.try_collect::<Vec<_>>().await
        })?;
        let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let head = Arc::new(Head { sql: sql.to_owned(), columns });
        let row = |row: &tokio_postgres::Row| {
            let places = statement.columns().iter().enumerate();
            let vals = places.map(|(place, column)| bind::val(row, place, column.type_()));
            Ok(Row::new(Arc::clone(&head), vals.collect::<Result<_, Error>>()?))
        };
        rows.iter().map(row).collect()
    }

    pub fn execute(&mut self, sql: &str, params: &[Val]) -> Result<u64, Error> {
        self.execute_each(sql, &[params])
    }

    pub fn execute_each(&mut self, sql: &str, rows: &[impl AsRef<[Val]>]) -> Result<u64, Error> {
        let statement = self.prepare(sql)?;
        rows.iter().try_for_each(|row| fits(&statement, row.as_ref(), sql))?;
        let mut touched = 0;
        for rows in rows.chunks(TRIP) {
            touched += self.ask(sql, async |client| {
                let each = rows.iter().map(|row| client.execute_raw(&statement, bound(row.as_ref())));
                Ok(try_join_all(each).await?.iter().sum::<u64>())
            })?;
        }
        Ok(touched)
    }

    pub fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.ask(sql, async |client| client.batch_execute(sql).await)
    }

    /// Asks the server, and begins the transaction in the same trip when that is still to be done.
    fn ask<T>(
        &mut self,
        sql: &str,
        question: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let begins = std::mem::take(&mut self.begins);
        let client = self.client()?;
        let answer = self.runtime.block_on(async {
            if !begins {
                return question(client).await;
            }
            let (begun, answer) = tokio::join!(biased; client.batch_execute("begin"), question(client));
            begun.and(answer)
        });
        answer.map_err(|error| self.fault(&error, sql))
    }

    /// Runs `work` in a transaction of its own and keeps it only when it succeeds.
    pub fn transact<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        // Sees what others committed while it waited for a lock; takes the time that it needs.
        self.script(
            "begin isolation level read committed; set local lock_timeout = 0; set local statement_timeout = 0",
        )?;
        let done = work(&mut self.tx()).and_then(|value| self.script("commit").map(|()| value));
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    pub const fn tx(&mut self) -> Tx<'_> {
        Tx::new(Link::Postgres(self))
    }

    /// Ends the transaction; a connection that cannot even do that is given up, which ends it too.
    fn roll_back(&mut self) {
        let begun = !std::mem::take(&mut self.begins);
        if begun && self.client.is_some() && self.script("rollback").is_err() {
            self.client = None;
        }
    }

    fn client(&self) -> Result<&Client, Error> {
        self.client.as_ref().ok_or_else(|| Error::Unreachable("not connected".to_owned()))
    }

    pub fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let prepared = self.runtime.block_on(self.client()?.prepare(sql));
        let statement = prepared.map_err(|error| self.fault(&error, sql))?;
        if self.statements.len() >= PREPARED {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The error in shared words; notes whether running the transaction again may help.
    fn fault(&mut self, error: &tokio_postgres::Error, sql: &str) -> Error {
        let Some(said) = error.as_db_error() else {
            let broken = error.is_closed()
                || std::error::Error::source(error).is_some_and(|it| it.is::<std::io::Error>());
            if broken || self.client.as_ref().is_none_or(Client::is_closed) {
                self.client = None;
                self.again = Some(Again::Lost);
                return Error::Unreachable(reason(error));
            }
            return Error::Database(format!("{}, in: {sql}", reason(error)));
        };
        let code = said.code();
        let (again, fault) =
            if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
                (Some(Again::Conflict), Error::Busy)
            } else if *code == SqlState::UNIQUE_VIOLATION {
                (Some(Again::Taken), conflict(said))
            } else if code.code().starts_with("57P") || code.code().starts_with("08") {
                self.client = None;
                (Some(Again::Lost), Error::Unreachable(said.message().to_owned()))
            } else if *code == SqlState::FEATURE_NOT_SUPPORTED && said.message().contains("cached plan") {
                self.statements.clear();
                (Some(Again::Stale), Error::Busy)
            } else {
                (None, self.lasting(said, sql))
            };
        self.again = again;
        fault
    }

    /// An error that a second run would meet again.
    fn lasting(&self, said: &DbError, sql: &str) -> Error {
        let code = said.code();
        if code.code().starts_with("23") {
            conflict(said)
        } else if *code == SqlState::DISK_FULL {
            Error::Full
        } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION && self.read_only {
            Error::Database(format!("a read may not write: {sql}"))
        } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
            Error::ReadOnly
        } else if [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
            // a long transaction beside it makes the server keep what others read
            SqlState::OUT_OF_MEMORY,
        ]
        .contains(code)
        {
            Error::Busy
        } else if *code == SqlState::IO_ERROR {
            Error::Io(said.message().to_owned())
        } else {
            Error::Database(format!("{} ({}), in: {sql}", said.message(), code.code()))
        }
    }
}

fn conflict(said: &DbError) -> Error {
    Error::Conflict(said.constraint().or_else(|| said.column()).unwrap_or_else(|| said.message()).to_owned())
}

/// See [`crate::Db::mark`]: which transactions are seen. Equal snapshots see the same ones; what runs
/// meanwhile, here or in another database of the server, makes them differ for nothing.
pub(crate) fn mark(tx: &mut Tx<'_>) -> Result<Mark, Error> {
    let row = tx.one("select cast(pg_current_snapshot() as text) as mark", &[])?;
    Ok(Mark(row.get("mark")?))
}

/// As many parameters as the statement has places.
fn fits(statement: &Statement, params: &[Val], sql: &str) -> Result<(), Error> {
    let used = statement.params().len();
    if used == params.len() {
        return Ok(());
    }
    Err(Error::Database(format!("{} parameters are given, {used} used, in: {sql}", params.len())))
}

/// The error with its cause, since tokio-postgres shows only the kind.
fn reason(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
