//! Responsibility letters 目标责任书: what a unit owes in a year, signed by both sides, amended only
//! by supplement, scored from evidence at the year's end, with an appeal.

pub mod actions;
mod clause;
mod generate;
mod letter;
pub(crate) mod pages;
mod print;
pub mod rules;
mod scoring;
mod store;
mod supplement;
mod telling;
pub(crate) mod todos;

pub(crate) use generate::board as year_board;

pub use clause::{Basis, Clause, Scores};
pub use letter::{Letter, LetterId, LetterState, Signed, Step, StepKind};
pub use scoring::Given;
pub use supplement::{Amended, Supplement, SupplementState};

#[cfg(test)]
mod tests;
