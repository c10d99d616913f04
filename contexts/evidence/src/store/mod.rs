//! All SQL of this context.

pub mod attestation;
pub mod close;
pub mod delivery;
pub mod entry;
pub mod fact;
pub mod figure;
pub mod indicator;
pub mod list;
pub mod person;
pub mod proof;
pub mod purpose;
pub mod recount;
pub mod rule;
mod stored;
pub mod total;
mod walk;

use std::fmt::Write;

use db::Val;

pub(crate) use stored::corrupt;

/// A statement put together from parts, with its parameters numbered as they come. A value that
/// was given before keeps its number: rows of one insert share most of theirs, and a statement
/// costs by its parameters.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pub text: String,
    pub params: Vec<Val>,
}

impl Sql {
    /// Adds text; each `?` takes the next of `values`.
    pub fn push(&mut self, text: &str, values: impl IntoIterator<Item = Val>) -> &mut Self {
        let mut values = values.into_iter();
        let mut parts = text.split('?');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            if let Some(value) = values.next() {
                self.param(value);
            }
            self.text.push_str(part);
        }
        self
    }

    /// Adds `($1, $2, ...), (...)`: rows of an insert, or with one row a list for `in`.
    pub fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Val>>) -> &mut Self {
        for (n, row) in rows.into_iter().enumerate() {
            self.text.push_str(if n == 0 { "(" } else { ", (" });
            for (place, value) in row.into_iter().enumerate() {
                if place > 0 {
                    self.text.push_str(", ");
                }
                self.param(value);
            }
            self.text.push(')');
        }
        self
    }

    fn param(&mut self, value: Val) {
        // a null has no type of its own, and a long search would cost more than it saves
        let recent = self.params.iter().take(SHARED);
        let known = (value != Val::Null).then(|| recent.zip(1..).find(|(old, _)| **old == value)).flatten();
        let number = known.map(|(_, number)| number).unwrap_or_else(|| {
            self.params.push(value);
            self.params.len()
        });
        // writing to a text cannot fail
        let _ = write!(self.text, "${number}");
    }
}

/// Parameters among which an equal one is looked for.
const SHARED: usize = 40;
