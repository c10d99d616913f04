//! Whole stories across contexts, and the guards that every change has to pass.

mod crawl;
mod demo;
mod guards;
mod privacy;
mod statements;
mod story;
mod support;
