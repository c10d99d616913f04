//! Megabytes a second, beside a yardstick that only walks the same text in the same run.
//!
//! `cargo run --release -p plan-doc --example throughput [FILE]`; without a file the fixtures are read.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => fixtures()?,
    };
    let mut large = String::new();
    while large.len() < 1 << 20 {
        large.push_str(&text);
        large.push('\n');
    }
    let walk = best(|| {
        let valid = std::str::from_utf8(black_box(large.as_bytes())).unwrap_or("");
        black_box(valid.chars().filter(|c| *c == '。').count());
    });
    let read = best(|| {
        black_box(plan_doc::parse(black_box(&large)));
    });
    let megabytes = large.len() as f64 / 1e6;
    let rate = |time: Duration| megabytes / time.as_secs_f64();
    println!("text       {megabytes:.2} MB");
    println!("yardstick  {:>9.1} MB/s  {:>7.2} ms", rate(walk), walk.as_secs_f64() * 1e3);
    println!("parse      {:>9.1} MB/s  {:>7.2} ms", rate(read), read.as_secs_f64() * 1e3);
    println!("ratio      {:>9.1}", read.as_secs_f64() / walk.as_secs_f64());
    Ok(())
}

fn fixtures() -> std::io::Result<String> {
    let mut text = String::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/ok"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "txt") {
            text.push_str(&std::fs::read_to_string(path)?);
        }
    }
    Ok(text)
}

fn best(mut work: impl FnMut()) -> Duration {
    (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .min()
        .unwrap_or_default()
}
