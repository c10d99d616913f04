//! Measures the program against its yardsticks: `cargo xtask bench`, or `cargo xtask bench plan` for one
//! group, `--facts 20000` for a smaller district. `scale --facts 10000000` is the size that was agreed: it
//! takes an hour and 30 GB; `scale-pages`, `scale-rebuild` ... measure one piece, `--on sqlite` or `--on
//! postgres` one database. Its peer is DuckDB, where Python has it: `python3 -m venv peers && peers/bin/pip
//! install duckdb`, then `QILIN_BENCH_PYTHON=peers/bin/python`. Absolute figures are of this machine and
//! moment; the ratios are what must hold.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "what goes wrong while measuring may end the measuring"
)]

mod data;
mod load;
mod pages;
mod postgres;
mod program;
mod recording;
mod scale;
mod table;
mod yardstick;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use kernel::{Rng, SystemRng};
use table::{Against, Table};

/// The groups of rows, in the order in which they are measured.
const GROUPS: [&str; 5] = ["plan", "program", "pages", "recording", "scale"];
/// Facts of the district whose pages are opened.
const FACTS: u64 = 1_000_000;

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let facts = option(&mut words, "--facts");
    let facts = facts.map_or(FACTS, |n| n.parse().expect("--facts is followed by a number"));
    let on = option(&mut words, "--on");
    assert!(on.iter().all(|on| on == "sqlite" || on == "postgres"), "--on is followed by sqlite or postgres");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let done = runtime.block_on(async {
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["yardstick", page, folder] => {
                yardstick::serve(Path::new(page), Path::new(folder)).await.map(|()| true)
            }
            // for the tests of upgrades: a small demonstration with a signed head
            ["fixture", folder] => data::fixture(Path::new(folder)).map(|()| true),
            [] => measure(&GROUPS, facts, on).await,
            some if some.iter().all(|group| is_group(group)) => measure(some, facts, on).await,
            _ => {
                let pieces = scale::PIECES.map(|piece| format!("scale-{piece}"));
                Err(format!("groups are: {}, {}", GROUPS.join(", "), pieces.join(", ")))
            }
        }
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The word after an option, both taken out.
fn option(words: &mut Vec<String>, name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name)?;
    let given: Vec<String> = words.drain(at..words.len().min(at + 2)).collect();
    Some(given.get(1).cloned().unwrap_or_default())
}

fn is_group(word: &str) -> bool {
    let piece = word.strip_prefix("scale-").is_some_and(|piece| scale::PIECES.contains(&piece));
    piece || GROUPS.contains(&word)
}

async fn measure(groups: &[&str], facts: u64, on: Option<String>) -> Result<bool, String> {
    let pieces = groups.iter().filter_map(|group| group.strip_prefix("scale-")).map(str::to_owned).collect();
    let asked = scale::Asked { facts, on, pieces };
    let mut groups: Vec<&str> =
        groups.iter().map(|group| if group.starts_with("scale-") { "scale" } else { group }).collect();
    groups.dedup();
    let folder = Folder::new()?;
    let mut table = Table::default();
    for group in groups {
        let done = match group {
            "plan" => plan(&mut table),
            "program" => program::rows(&mut table, &folder.0).await,
            "pages" => pages::rows(&mut table, &folder.0, facts).await,
            "scale" => {
                scale::rows(&mut table, &folder.0, &asked).await;
                Ok(())
            }
            _ => recording::rows(&mut table, &folder.0, facts).await,
        };
        if let Err(why) = done {
            table.missing(group, &why);
        }
    }
    print!("{table}");
    Ok(table.holds())
}

/// Reading a plan: the demonstration plan over and over to a megabyte.
fn plan(table: &mut Table) -> Result<(), String> {
    let one = include_str!("../../demo/plan.txt");
    let text = one.repeat(1_000_000 / one.len() + 1);
    plan_doc::parse(&text);
    let begin = Instant::now();
    const RUNS: u32 = 5;
    for _ in 0..RUNS {
        std::hint::black_box(plan_doc::parse(std::hint::black_box(&text)));
    }
    let per_mb = begin.elapsed().as_secs_f64() * 1e3 / f64::from(RUNS) / (text.len() as f64 / 1e6);
    table.ratio("plan read, a megabyte", per_mb, "ms", Against { name: "agreed", value: 50.0, limit: 1.0 });
    Ok(())
}

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("qilin-bench-{}", SystemRng.token()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
