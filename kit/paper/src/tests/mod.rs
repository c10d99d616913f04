//! What a printed document has to be.

mod grid;
mod words;
