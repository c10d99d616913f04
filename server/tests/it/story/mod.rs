//! Stories of people at work, in a real browser in front of the whole program.

mod bad_input;
mod main;
mod offline;
pub mod order;
mod plain;
mod setup;
mod stage;
