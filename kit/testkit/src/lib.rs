//! What tests stand on: both databases, a visitor over HTTP, a running server, a real browser, axe.
//!
//! For tests only. What goes wrong here fails the test at once, with a message that says what was seen:
//! hence the panics.
#![allow(clippy::panic, clippy::expect_used)]

mod axe;
mod both;
mod browser;
mod by_hand;
mod client;
mod cluster;
mod conditions;
mod driver;
mod fields;
mod keyboard;
mod postgres;
mod server;
pub mod sql;

pub use axe::{Violation, assert_accessible, axe, axe_of};
pub use both::both;
pub use browser::{Browser, Settings};
pub use by_hand::ByHand;
pub use client::{Answer, Client};
pub use cluster::Cluster;
pub use keyboard::{Focus, Key};
pub use postgres::{fresh_postgres, times};
pub use server::{Program, Served, serve};
