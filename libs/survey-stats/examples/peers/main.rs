//! The heavy methods against their peers, side by side: `cargo run --release -p survey-stats --example peers`
//!
//! Made-up data: 50,000 respondents in 2,000 communities of 20 strata, 20 domains, 6 margins, 1,000 bootstrap
//! replicates; 20,000 respondents by 50 items; 1,000 to 3,000 areas. The data are written to a folder, on which
//! the peers then run: svy, leafblower and mirt in Python (`--python PROGRAM`, by default `python3`), survey and
//! sampling in R (`--rscript PROGRAM`, by default `Rscript`). Every figure is CPU time of all threads; ours is one
//! thread. A peer that is not installed is said to be missing.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing)]

mod data;
mod ours;
mod peers;

use data::Data;
use peers::Measured;

/// What is compared: ours, the peer, and how many times faster ours must be.
const LIMITS: &[(&str, &str, f64)] = &[
    ("means by domain", "svy means", 5.0),
    ("bootstrap", "svy bootstrap", 5.0),
    ("raking", "leafblower oris", 5.0),
    ("raking", "leafblower raking", 5.0),
    ("raking", "leafblower newton_kl", 5.0),
    ("2PL with standard errors", "mirt 2PL", 4.0),
    ("means by domain", "survey means", 0.0),
    ("bootstrap", "survey bootstrap", 0.0),
    ("raking", "survey rake", 0.0),
    ("maximum entropy joint", "sampling maximum entropy joint", 0.0),
];

fn argument(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|a| a != name);
    args.next().and_then(|_| args.next())
}

fn main() {
    let folder = std::env::temp_dir().join(format!("survey-stats-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the data");
    let data = Data::new();
    data.write(&folder).expect("the data are written");
    let ours = ours::measure(&data);
    let python = argument("--python").unwrap_or_else(|| "python3".into());
    let r = argument("--rscript").unwrap_or_else(|| "Rscript".into());
    let mut theirs = peers::run(&python, "peers.py", &folder);
    theirs.extend(peers::run(&r, "peers.R", &folder));
    std::fs::remove_dir_all(&folder).expect("the folder is removed");

    println!("| method | ours, CPU s | peer | peer, CPU s | times faster | limit | digits |");
    println!("|---|---|---|---|---|---|---|");
    for (name, peer, limit) in LIMITS {
        let Some(own) = ours.iter().find(|m| m.name == *name) else { continue };
        compare(own, peer, *limit, theirs.iter().find(|m| m.name == *peer));
    }
    for m in ours.iter().filter(|m| !LIMITS.iter().any(|l| l.0 == m.name)) {
        println!("| {} | {:.4} | | | | | |", m.name, m.seconds.unwrap_or(f64::NAN));
    }
    let time = |name: &str| ours.iter().find(|m| m.name == name).and_then(|m| m.seconds).unwrap_or(f64::NAN);
    let share = time("EAP") / time("2PL with standard errors");
    println!(
        "\nEAP takes {share:.3} of the fit (limit 0.1: {}).",
        if share < 0.1 { "met" } else { "missed" }
    );
    let growth = time("Fay-Herriot, 3,000 areas") / time("Fay-Herriot, 1,000 areas");
    println!("Three times the areas take {growth:.1} times as long in Fay-Herriot (linear: 3).");
    for m in theirs.iter().filter(|m| m.seconds.is_none()) {
        println!("Not measured: {}: {}", m.name, m.trouble);
    }
}

fn compare(own: &Measured, peer: &str, limit: f64, their: Option<&Measured>) {
    let seconds = own.seconds.unwrap_or(f64::NAN);
    let Some((their, took)) = their.and_then(|m| m.seconds.map(|s| (m, s))) else {
        println!("| {} | {seconds:.4} | {peer} | not measured | | | |", own.name);
        return;
    };
    let ratio = took / seconds;
    let verdict = match limit {
        0.0 => String::new(),
        l if ratio >= l => format!("{l}: met"),
        l => format!("{l}: missed"),
    };
    let digits = if own.figures.len() == their.figures.len() {
        let worst =
            own.figures.iter().zip(&their.figures).map(|(a, b)| ((a - b) / b).abs()).fold(0.0, f64::max);
        format!("within {worst:.0e}")
    } else {
        "random".into()
    };
    println!("| {} | {seconds:.4} | {peer} | {took:.4} | {ratio:.1} | {verdict} | {digits} |", own.name);
}
