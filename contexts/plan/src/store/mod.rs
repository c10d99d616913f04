//! All SQL of this context, one file a noun. Rows become types here or are corrupt.

mod annual;
mod content;
mod document;
mod doubt;
mod item;
mod plan;
pub mod proof;
mod target;
mod wording;

pub use annual::{
    Arranged, find_annual, insert_correction, list_annual, list_arranged, list_corrections, planned_heads,
    save_annual,
};
pub use content::{delete_content, insert_content, load_content, load_in_force};
pub use document::{
    document_bytes, document_text, find_document, forget_document, insert_document, list_documents,
    same_file, same_text, save_document,
};
pub use doubt::{list_doubts, save_doubt};
pub use item::{
    assign_name, delete_item, find_item, insert_item, item_by_number, list_items, next_number, renumber,
    save_item, unmatched_names,
};
pub use plan::{
    delete_plan, find_plan, insert_plan, list_plans, list_published, obstacles, plan_of_document, save_plan,
};
pub use target::{
    delete_target, find_target, insert_target, list_paths, list_targets, save_path, save_target,
};

pub use wording::{load_wordings, save_wording};

use db::Row;
use kernel::{AccountId, Instant};
use plan_doc::Span;

/// An impossible value: names table, row and column.
pub(crate) fn corrupt(row: &Row, table: &str, column: &str) -> db::Error {
    let row = row.get::<String>("id").unwrap_or_default();
    db::Error::Corrupt { table: table.to_owned(), row, column: column.to_owned() }
}

/// A span from its two columns; `None` when a person added the thing.
fn span(row: &Row) -> Result<Option<Span>, db::Error> {
    let from: Option<i64> = row.get("span_from")?;
    let to: Option<i64> = row.get("span_to")?;
    let place = |n: i64| usize::try_from(n).ok();
    Ok(from.zip(to).and_then(|(from, to)| Some(Span::new(place(from)?, place(to)?))))
}

/// The two columns of a span.
fn ends(span: Option<Span>) -> (Option<i64>, Option<i64>) {
    let place = |n: usize| i64::try_from(n).ok();
    (span.and_then(|span| place(span.start)), span.and_then(|span| place(span.end)))
}

/// Who and when, if both are there.
fn who(row: &Row, by: &str, at: &str) -> Result<Option<(AccountId, Instant)>, db::Error> {
    let by: Option<String> = row.get(by)?;
    let at: Option<Instant> = row.get(at)?;
    Ok(by.map(AccountId::from).zip(at))
}

/// Pairs of a sentence's arguments, kept as opaque text.
pub(crate) fn args_text(args: &[(String, String)]) -> String {
    serde_json::to_string(args).unwrap_or_else(|_| "[]".to_owned())
}

/// The arguments of such a text.
pub(crate) fn args_of(
    row: &Row,
    table: &'static str,
    column: &'static str,
) -> Result<Vec<(String, String)>, db::Error> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| corrupt(row, table, column))
}
