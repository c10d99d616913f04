//! Whole stories across contexts, and the guards that every change has to pass.
// What goes wrong in a helper of a test fails the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod at_work;
mod axe;
mod backup;
mod commands;
mod crash;
mod crawl;
mod demo;
mod disk;
mod guards;
mod guards_reach;
mod headers;
mod messages;
mod openapi;
mod orders;
mod preview;
mod privacy;
mod site;
mod statements;
mod story;
mod support;
mod tls;
mod upgrade;
mod weight;
mod wire;
mod xss;
