//! How often do 95% intervals cover the truth? `cargo run --release -p survey-stats --example coverage -- 2000`
//!
//! Draws that many samples of a synthetic district and prints, for every kind of interval, the share that
//! covers the true share above the cut: among all (about 8%) and among farmers (about 3.5%).
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../tests/common/mod.rs"]
mod common;

use survey_stats::proportion::{Method, proportion};

fn main() {
    let samples: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    let district = common::District::new(20_261);
    let methods =
        [Method::Mean, Method::Logit, Method::ArcSine, Method::Beta, Method::Wilson, Method::Likelihood];
    println!("| population | true share | {} |", methods.map(|m| format!("{m:?}")).join(" | "));
    println!("|---|---|{}", "---|".repeat(methods.len()));
    for (name, cut, farmers) in
        [("all, cut 70", 70.0, false), ("farmers, cut 68", 68.0, true), ("farmers, cut 78", 78.0, true)]
    {
        let truth = district.share(cut, farmers);
        let mut covered = [0u64; 6];
        for seed in 0..samples {
            let s = district.draw(seed);
            let y: Vec<f64> = s.score.iter().map(|v| f64::from(u8::from(*v >= cut))).collect();
            let d = if farmers {
                s.design.domain(&s.farmer).expect("there are farmers")
            } else {
                s.design.clone()
            };
            for (k, m) in methods.iter().enumerate() {
                let i = proportion(&d, &y, *m, 0.95).expect("the share is estimable").interval;
                covered[k] += u64::from(i.lower <= truth && truth <= i.upper);
            }
        }
        let cells: Vec<String> =
            covered.iter().map(|c| format!("{:.1}%", 100.0 * *c as f64 / samples as f64)).collect();
        println!("| {name} | {:.2}% | {} |", 100.0 * truth, cells.join(" | "));
    }
}
