//! Statements that a connection has met: how their parameters stand, and what their answers look like.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use kernel::stored::Val;
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::Error;
use crate::row::Head;

/// What is worth keeping of a statement besides its plan, which SQLite keeps.
pub(crate) struct Known {
    /// The text as SQLite is given it.
    pub text: String,
    /// The statement as it was written, and its columns.
    pub head: Arc<Head>,
    params: usize,
}

impl Known {
    /// Looks a prepared statement over.
    pub fn new(sql: &str, text: String, statement: &Statement<'_>) -> Result<Self, Error> {
        let params = statement.parameter_count();
        if (1..=params).any(|place| statement.parameter_name(place) != Some(&format!("?{place}"))) {
            return Err(misfit("parameters are written $1, $2 ..., without a gap", sql));
        }
        let columns = statement.column_names().map(str::to_owned).collect();
        Ok(Self { text, head: Arc::new(Head { sql: sql.to_owned(), columns }), params })
    }
}

/// The statements of one connection.
#[derive(Default)]
pub(crate) struct Statements(RefCell<HashMap<String, Arc<Known>>>);

impl Statements {
    pub fn find(&self, sql: &str) -> Option<Arc<Known>> {
        self.0.borrow().get(sql).cloned()
    }

    pub fn learn(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        let mut all = self.0.borrow_mut();
        if all.len() >= super::PREPARED {
            all.clear();
        }
        all.insert(known.head.sql.clone(), Arc::clone(&known));
        known
    }

    pub fn forget(&self) {
        self.0.borrow_mut().clear();
    }
}

/// The text with `?n` for `$n`: SQLite keeps the number of the one as its place, and numbers the
/// other by first appearance, so that each place would have to be asked for its name at each call.
pub(crate) fn numbered(sql: &str) -> String {
    let mut quoted = false;
    let place = |c| match c {
        '\'' => {
            quoted = !quoted;
            c
        }
        '$' if !quoted => '?',
        _ => c,
    };
    sql.chars().map(place).collect()
}

/// Binds `$n` to the n-th parameter.
pub(crate) fn bind(statement: &mut Statement<'_>, known: &Known, params: &[Val]) -> Result<(), Error> {
    let sql = &known.head.sql;
    if params.len() != known.params {
        let reason = format!("{} parameters are given, {} used", params.len(), known.params);
        return Err(misfit(&reason, sql));
    }
    for (place, param) in (1..).zip(params) {
        statement.raw_bind_parameter(place, Bound(param)).map_err(|error| misfit(&error.to_string(), sql))?;
    }
    Ok(())
}

fn misfit(reason: &str, sql: &str) -> Error {
    Error::Database(format!("{reason}, in: {sql}"))
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

/// A value as SQLite gives it.
pub(crate) fn val(stored: ValueRef<'_>) -> Result<Val, Error> {
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
