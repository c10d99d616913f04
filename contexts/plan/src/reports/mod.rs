//! Progress reports of the district, a unit, a town, for a year or a quarter: on a page, as PDF and as
//! a spreadsheet, all from the same cells. What is printed is kept, and its code leads back to it.

pub mod actions;
mod closed;
mod compute;
mod pages;
mod report;
mod store;

pub(crate) use pages::routes;
pub use report::{Kept, Line, LineKind, Report, Scope, Span};

#[cfg(test)]
mod tests;
