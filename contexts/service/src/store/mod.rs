//! All SQL of this context.

pub mod batch;
pub mod board;
pub mod calendar;
pub mod call;
pub mod door;
pub mod duty;
pub mod guess;
pub mod list;
pub mod order;
pub mod origin;
pub mod party;
pub mod rating;
pub mod request;
pub mod resource;
pub mod setting;
pub mod step;
pub mod team;

use db::Row;

/// The error for a column that holds what it never should.
pub(crate) fn corrupt(row: &Row, table: &str, column: &str) -> db::Error {
    let id = row.get::<String>("id").unwrap_or_else(|_| "?".to_owned());
    db::Error::Corrupt { table: table.to_owned(), row: id, column: column.to_owned() }
}

/// Codes between commas, so that one is found by itself.
pub(crate) fn joined<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    codes.into_iter().collect::<Vec<_>>().join(",")
}

/// The codes of a joined text.
pub(crate) fn parted(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|code| !code.is_empty())
}
