//! Composition: configuration, the modules joined, the command line. No rule lives here.

pub mod commands;
pub mod compose;
pub mod config;
pub mod demo;
pub mod signing;
