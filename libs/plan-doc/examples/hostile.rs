//! Time for a quarter of a megabyte and for a whole one of texts that no plan holds: a ratio near four is
//! linear.
//!
//! `cargo run --release -p plan-doc --example hostile`

use std::hint::black_box;
use std::time::Instant;

/// Pieces that are said again and again; the same whose steps the tests count.
const PIECES: &[&str] = include!("../monsters.in");

fn main() {
    println!("{:>9} {:>9} {:>6}  piece", "256 KB", "1 MB", "ratio");
    for piece in PIECES {
        let (small, large) = (time(piece, 1 << 18), time(piece, 1 << 20));
        let ratio = large / small.max(0.01);
        let mark = if ratio > 7.0 || large > 120.0 { "  <--" } else { "" };
        println!("{small:>6.1} ms {large:>6.1} ms {ratio:>6.1}  {piece:?}{mark}");
    }
}

/// Milliseconds, the best of three.
fn time(piece: &str, size: usize) -> f64 {
    let text = piece.repeat(size / piece.len());
    let once = || {
        let begun = Instant::now();
        black_box(plan_doc::parse(black_box(&text)));
        begun.elapsed().as_secs_f64() * 1e3
    };
    (0..3).map(|_| once()).fold(f64::MAX, f64::min)
}
