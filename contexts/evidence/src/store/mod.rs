//! All SQL of this context.

pub mod attestation;
pub mod delivery;
pub mod entry;
pub mod fact;
pub mod indicator;
pub mod list;
pub mod person;
pub mod proof;
pub mod purpose;
pub mod total;
mod walk;

use db::{Row, Val};
use kernel::{AccountId, Instant};

use crate::Stamp;

/// An impossible row.
pub(crate) fn corrupt(table: &'static str, row: &str, column: &'static str) -> db::Error {
    db::Error::Corrupt { table: table.into(), row: row.into(), column: column.into() }
}

/// The stamp in the columns `{prefix}_by`, `_name` and `_at`; `None` when nobody did it.
pub(crate) fn stamp(row: &Row, [by, name, at]: [&str; 3]) -> Result<Option<Stamp>, db::Error> {
    let by: Option<AccountId> = row.get(by)?;
    let at: Option<Instant> = row.get(at)?;
    let name: Option<String> = row.get(name)?;
    Ok(by.zip(at).map(|(by, at)| Stamp { by, name: name.unwrap_or_default(), at }))
}

/// The three values of a stamp, or three nulls.
pub(crate) fn stamp_values(stamp: Option<&Stamp>) -> [Val; 3] {
    [
        stamp.map(|stamp| stamp.by.as_str()).into(),
        stamp.map(|stamp| stamp.name.as_str()).into(),
        stamp.map(|stamp| stamp.at).into(),
    ]
}

pub(crate) const SUBMITTED: [&str; 3] = ["submitted_by", "submitted_name", "submitted_at"];
pub(crate) const VERIFIED: [&str; 3] = ["verified_by", "verified_name", "verified_at"];
pub(crate) const CLOSED: [&str; 3] = ["closed_by", "closed_name", "closed_at"];
pub(crate) const RECORDED: [&str; 3] = ["recorded_by", "recorded_name", "recorded_at"];

/// A statement put together from parts, with its parameters numbered as they come.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pub text: String,
    pub params: Vec<Val>,
}

impl Sql {
    /// Adds text; each `?` takes the next of `values`.
    pub fn push(&mut self, text: &str, values: impl IntoIterator<Item = Val>) -> &mut Self {
        let mut values = values.into_iter();
        for c in text.chars() {
            match (c, if c == '?' { values.next() } else { None }) {
                ('?', Some(value)) => {
                    self.params.push(value);
                    self.text.push_str(&format!("${}", self.params.len()));
                }
                (other, _) => self.text.push(other),
            }
        }
        self
    }

    /// Adds `(?, ?, ...), (...)`: rows of an insert, or with one row a list for `in`.
    pub fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Val>>) -> &mut Self {
        for (n, row) in rows.into_iter().enumerate() {
            self.text.push_str(if n == 0 { "(" } else { ", (" });
            for (place, value) in row.into_iter().enumerate() {
                self.params.push(value);
                let comma = if place == 0 { "" } else { ", " };
                self.text.push_str(&format!("{comma}${}", self.params.len()));
            }
            self.text.push(')');
        }
        self
    }
}
