//! What tests stand on: both databases, a visitor over HTTP, a browser.
//!
//! For tests only. What goes wrong here fails the test at once: hence the panics.
#![allow(clippy::panic, clippy::expect_used)]

mod both;
mod client;

pub use both::both;
pub use client::{Answer, Client};
