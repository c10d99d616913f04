//! What tests stand on: both databases, a fixed clock, a small cast, a browser.

mod both;

pub use both::both;
