//! One row of an answer, read by column name.

use std::sync::Arc;

use kernel::stored::{FromVal, Val};

use crate::Error;

/// What the rows of one answer share.
#[derive(Debug)]
pub(crate) struct Head {
    /// The statement, to name the table when a value cannot be read.
    pub sql: String,
    /// The column names in order.
    pub columns: Vec<String>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    head: Arc<Head>,
    vals: Vec<Val>,
}

impl Row {
    pub(crate) const fn new(head: Arc<Head>, vals: Vec<Val>) -> Self {
        Self { head, vals }
    }

    /// The value of a column.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it is NULL or of another type, [`Error::Database`] when the
    /// statement has no such column.
    pub fn get<T: FromVal>(&self, column: &str) -> Result<T, Error> {
        let val = self.val(column)?;
        T::from_val(val).ok_or_else(|| self.corrupt(&table_of(&self.head.sql), column))
    }

    /// A text column read by the type's own reader.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the table and the column named when the text is none of the type's.
    pub fn parse<T>(
        &self,
        table: &str,
        column: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        match self.val(column)? {
            Val::Text(text) => read(text).ok_or_else(|| self.corrupt(table, column)),
            Val::Null | Val::Int(_) | Val::Bool(_) | Val::Real(_) | Val::Bytes(_) | Val::Unfit(_) => {
                Err(self.corrupt(table, column))
            }
        }
    }

    /// The column names in order.
    pub fn columns(&self) -> &[String] {
        &self.head.columns
    }

    /// The values in the order of the columns.
    pub fn vals(&self) -> &[Val] {
        &self.vals
    }

    /// The values, for whoever reads rows by the million and knows the order.
    pub fn into_vals(self) -> Vec<Val> {
        self.vals
    }

    fn val(&self, column: &str) -> Result<&Val, Error> {
        let place = self.head.columns.iter().position(|name| name == column);
        place
            .and_then(|place| self.vals.get(place))
            .ok_or_else(|| Error::Database(format!("no column {column} in the answer of: {}", self.head.sql)))
    }

    fn corrupt(&self, table: &str, column: &str) -> Error {
        let row = self.val("id").ok().or_else(|| self.vals.first()).map_or_else(String::new, show);
        Error::Corrupt { table: table.to_owned(), row, column: column.to_owned() }
    }
}

fn show(val: &Val) -> String {
    match val {
        Val::Null => "NULL".to_owned(),
        Val::Int(n) => n.to_string(),
        Val::Bool(yes) => yes.to_string(),
        Val::Real(x) => x.to_string(),
        Val::Text(text) => text.clone(),
        Val::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Val::Unfit(reason) => (*reason).to_owned(),
    }
}

/// The first table that a statement names: enough to find the row that a message is about.
fn table_of(sql: &str) -> String {
    let mut words =
        sql.split(|c: char| c.is_whitespace() || "(),;".contains(c)).filter(|word| !word.is_empty());
    let named = |word: &&str| ["from", "into", "update"].iter().any(|key| word.eq_ignore_ascii_case(key));
    words.find(named).and_then(|_| words.next()).unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(vals: Vec<Val>) -> Row {
        let head = Head {
            sql: "select id, n from unit where id = $1".into(),
            columns: vec!["id".into(), "n".into()],
        };
        Row::new(Arc::new(head), vals)
    }

    #[test]
    fn an_unreadable_value_names_table_row_and_column() {
        let error = row(vec![Val::Text("u1".into()), Val::Text("x".into())]).get::<i64>("n").unwrap_err();
        assert_eq!(error, Error::Corrupt { table: "unit".into(), row: "u1".into(), column: "n".into() });
    }

    #[test]
    fn a_missing_column_is_a_fault_of_the_statement() {
        assert!(matches!(row(vec![]).get::<i64>("m"), Err(Error::Database(_))));
    }

    #[test]
    fn a_null_is_no_number_but_an_absent_number() {
        let row = row(vec![Val::Text("u1".into()), Val::Null]);
        assert!(row.get::<i64>("n").is_err());
        assert_eq!(row.get::<Option<i64>>("n"), Ok(None));
    }
}
