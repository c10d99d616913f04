//! Measures the program against its yardsticks: `cargo xtask bench`, or `cargo xtask bench plan` for one
//! group, `--facts 20000` for a smaller district. Absolute figures are of this machine and moment; the
//! ratios are what must hold.
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
mod table;
mod yardstick;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use kernel::{Rng, SystemRng};
use table::{Against, Table};

/// The groups of rows, in the order in which they are measured.
const GROUPS: [&str; 4] = ["plan", "program", "pages", "recording"];
/// Facts of the district whose pages are opened.
const FACTS: u64 = 1_000_000;

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut facts = FACTS;
    if let Some(at) = words.iter().position(|word| word == "--facts") {
        let given: Vec<String> = words.drain(at..words.len().min(at + 2)).collect();
        facts = given.get(1).and_then(|n| n.parse().ok()).expect("--facts is followed by a number");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let done = runtime.block_on(async {
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["yardstick", page, folder] => {
                yardstick::serve(Path::new(page), Path::new(folder)).await.map(|()| true)
            }
            [] => measure(&GROUPS, facts).await,
            some if some.iter().all(|group| GROUPS.contains(group)) => measure(some, facts).await,
            _ => Err(format!("groups are: {}", GROUPS.join(", "))),
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

async fn measure(groups: &[&str], facts: u64) -> Result<bool, String> {
    let folder = Folder::new()?;
    let mut table = Table::default();
    for group in groups {
        let done = match *group {
            "plan" => plan(&mut table),
            "program" => program::rows(&mut table, &folder.0).await,
            "pages" => pages::rows(&mut table, &folder.0, facts).await,
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
