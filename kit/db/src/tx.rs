//! The transaction that an action is handed.

use kernel::stored::Val;

use crate::{Error, Row, dialect, postgres, sqlite};

/// An open transaction on one of the two databases. After a failed statement it refuses every
/// further one and is rolled back: the action should hand the error on.
pub struct Tx<'a> {
    link: Link<'a>,
    failure: Option<Error>,
    heard: Option<Asked>,
}

/// Statements with their parameters, in the order in which they were asked.
pub type Asked = Vec<(String, Vec<Val>)>;

/// The connection beneath.
pub(crate) enum Link<'a> {
    Sqlite(&'a sqlite::Session),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Tx<'a> {
    pub(crate) const fn new(link: Link<'a>) -> Self {
        Self { link, failure: None, heard: None }
    }

    /// All rows of an answer.
    ///
    /// # Errors
    /// What the database says; the transaction is lost then.
    pub fn query(&mut self, sql: &str, params: &[Val]) -> Result<Vec<Row>, Error> {
        self.hear(sql, params);
        self.run(params, |link| match link {
            Link::Sqlite(session) => session.query(sql, params),
            Link::Postgres(session) => session.query(sql, params),
        })
    }

    /// The one row of an answer, if there is any.
    ///
    /// # Errors
    /// As [`Tx::query`]; also when there are several rows.
    pub fn find(&mut self, sql: &str, params: &[Val]) -> Result<Option<Row>, Error> {
        let mut rows = self.query(sql, params)?;
        let row = rows.pop();
        if rows.is_empty() {
            return Ok(row);
        }
        self.fail(Error::Database(format!("{} rows where one was expected: {sql}", rows.len() + 1)))
    }

    /// The one row of an answer that always has one, such as an aggregate.
    ///
    /// # Errors
    /// As [`Tx::query`]; also when there is not exactly one row.
    pub fn one(&mut self, sql: &str, params: &[Val]) -> Result<Row, Error> {
        match self.find(sql, params)? {
            Some(row) => Ok(row),
            None => self.fail(Error::Database(format!("no row where one was expected: {sql}"))),
        }
    }

    /// Runs a statement without an answer; gives the number of rows that it touched.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn execute(&mut self, sql: &str, params: &[Val]) -> Result<u64, Error> {
        self.hear(sql, params);
        self.run(params, |link| match link {
            Link::Sqlite(session) => session.execute(sql, params),
            Link::Postgres(session) => session.execute(sql, params),
        })
    }

    /// Runs a statement once for each row of parameters, in one trip to the server; gives the number
    /// of rows that all of them touched. One text for any number of rows stays prepared.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn execute_each<R: AsRef<[Val]>>(&mut self, sql: &str, rows: &[R]) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        rows.iter().for_each(|row| self.hear(sql, row.as_ref()));
        self.run(rows.iter().flat_map(AsRef::as_ref), |link| match link {
            Link::Sqlite(session) => session.execute_each(sql, rows),
            Link::Postgres(session) => session.execute_each(sql, rows),
        })
    }

    /// Notes from here on what is asked, for measuring the same statements elsewhere.
    pub fn listen(&mut self) {
        self.heard = Some(Asked::new());
    }

    /// What was asked since this or [`Tx::listen`] was called last.
    pub fn heard(&mut self) -> Asked {
        self.heard.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn hear(&mut self, sql: &str, params: &[Val]) {
        if let Some(heard) = &mut self.heard {
            heard.push((sql.to_owned(), params.to_vec()));
        }
    }

    /// Has the database read a statement without running it, for the check of every statement.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn prepare(&mut self, sql: &str) -> Result<(), Error> {
        self.run(&[], |link| match link {
            Link::Sqlite(session) => session.prepare(sql),
            Link::Postgres(session) => session.prepare(sql).map(|_| ()),
        })
    }

    /// The next number of a sequence: rising, gaps allowed, the first is 1.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn next(&mut self, sequence: &'static str) -> Result<i64, Error> {
        dialect::next(self, sequence)
    }

    /// Ends a `select` of rows to be claimed, so that claimers on PostgreSQL pass by each other's
    /// rows. On SQLite one writer claims, and it is empty.
    pub const fn skip_locked(&self) -> &'static str {
        dialect::skip_locked(self)
    }

    /// Runs several statements separated by semicolons, without parameters: migrations.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.run(&[], |link| match link {
            Link::Sqlite(session) => session.script(sql),
            Link::Postgres(session) => session.script(sql),
        })
    }

    pub(crate) const fn link(&self) -> &Link<'a> {
        &self.link
    }

    /// The first statement error, if any.
    pub(crate) const fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    fn run<'p, T>(
        &mut self,
        params: impl IntoIterator<Item = &'p Val>,
        statement: impl FnOnce(&mut Link<'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        let reason = |val: &Val| if let Val::Unfit(reason) = val { Some(*reason) } else { None };
        let unfit = params.into_iter().find_map(reason);
        let result = match unfit {
            Some(reason) => Err(Error::Database(format!("a parameter that no column can hold: {reason}"))),
            None => statement(&mut self.link),
        };
        result.or_else(|error| self.fail(error))
    }

    fn fail<T>(&mut self, error: Error) -> Result<T, Error> {
        self.failure = Some(error.clone());
        Err(error)
    }
}
