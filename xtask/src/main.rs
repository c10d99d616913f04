//! The project's own chores: test, ci, gen, tidy, sql, bench.
fn main() {}
