//! What can go wrong with a database, in words that both share.

use kernel::Refusal;

/// A failed statement, commit or start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A stored value that the program cannot read: never replaced by a default.
    Corrupt {
        /// The table, as far as the statement names it.
        table: String,
        /// The row's `id`, or its first column.
        row: String,
        /// The column.
        column: String,
    },
    /// No room left on the disk, or the database reached its limit.
    Full,
    /// Too much to do, or another process holds the database.
    Busy,
    /// Writing is stopped: an earlier write could not be made durable, or the file is read-only.
    ReadOnly,
    /// A rule of the schema was violated; carries the constraint as the database names it.
    Conflict(String),
    /// The database server does not answer, or the connection broke.
    Unreachable(String),
    /// The disk reported an error.
    Io(String),
    /// A migration cannot be applied; says which, why, and what to do.
    Migration(String),
    /// Anything else that the database said.
    Database(String),
    /// The database was closed.
    Closed,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Corrupt { table, row, column } => {
                write!(f, "the stored value of column {column} in table {table}, row {row}, cannot be read")
            }
            Self::Full => f.write_str("the database has no room left"),
            Self::Busy => f.write_str("the database is too busy"),
            Self::ReadOnly => f.write_str("the database takes no writes now"),
            Self::Conflict(constraint) => write!(f, "constraint {constraint} refuses the row"),
            Self::Unreachable(reason) => write!(f, "the database does not answer: {reason}"),
            Self::Io(reason) => write!(f, "the disk failed: {reason}"),
            Self::Migration(reason) => write!(f, "migration: {reason}"),
            Self::Database(reason) => write!(f, "database: {reason}"),
            Self::Closed => f.write_str("the database is closed"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Full
            | Error::Busy
            | Error::ReadOnly
            | Error::Unreachable(_)
            | Error::Io(_)
            | Error::Closed => Self::Unavailable(Box::new(error)),
            Error::Corrupt { .. } | Error::Conflict(_) | Error::Migration(_) | Error::Database(_) => {
                Self::Broken(Box::new(error))
            }
        }
    }
}
