//! One SQL text on SQLite and PostgreSQL: a writer that groups commits, readers, migrations.
//!
//! Actions and stores are plain functions on `&mut Tx`. [`Db::write`] answers `Ok` only after the
//! commit reached the disk. No other crate names a database.

mod action;
mod database;
mod dialect;
mod error;
mod migrate;
mod postgres;
mod queue;
mod row;
mod schema;
mod sqlite;
mod tx;

pub use database::{Db, Kind, Mark, Target};
pub use error::Error;
pub use kernel::stored::{FromVal, Val};
pub use migrate::Stream;
pub use postgres::Scratch;
pub use row::Row;
pub use schema::Column;
pub use sqlite::{Restored, restore};
pub use tx::{Asked, Tx};

/// The parameters of a statement: `params![&id, count, Some(day)]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Val::from($value)),*][..]
    };
}

#[cfg(test)]
mod tests;
