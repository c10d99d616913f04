//! Any bytes, as `check.rs` says.
//!
//! `cargo +nightly fuzz run any_file -- -max_len=65536` in `libs/plan-doc`.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
