//! The program: `qilin demo|serve|import|verify|migrate`.
fn main() {}
