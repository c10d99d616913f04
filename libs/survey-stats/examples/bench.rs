//! How long the heavy methods take: `cargo run --release -p survey-stats --example bench`
//!
//! One thread, synthetic data: 50,000 respondents in 2,000 communities, 20 domains, 6 margins, 1,000 bootstrap
//! replicates; 20,000 respondents by 50 items; 1,000 to 3,000 areas. Prints seconds of wall clock.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing)]

use nalgebra::DMatrix;
use std::time::Instant;
use survey_stats::calibrate::{Margin, RakeOptions, rake};
use survey_stats::design::{Design, DesignSpec, Stage};
use survey_stats::irt::{self, FitOptions, Model, Quadrature, Responses, ScoreMethod, fit};
use survey_stats::random::Random;
use survey_stats::replicate::{BootstrapKind, Replicates};
use survey_stats::small_area::{Options, fay_herriot};
use survey_stats::special::expit;
use survey_stats::statistic::{ByDomain, Columns, Mean};

fn timed<T>(name: &str, f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let v = f();
    println!("| {name} | {:.3} s |", start.elapsed().as_secs_f64());
    v
}

fn survey(rng: &mut Random) -> (Design, Vec<f64>, Vec<usize>) {
    let n = 50_000;
    let unit: Vec<usize> = (0..n).map(|i| i / 25).collect();
    let stratum: Vec<usize> = unit.iter().map(|u| u / 100).collect();
    let weights: Vec<f64> = (0..n).map(|_| 5.0 + 20.0 * rng.uniform()).collect();
    let y: Vec<f64> = (0..n).map(|i| 50.0 + 4.0 * ((i / 25) as f64).sin() + 16.0 * rng.normal()).collect();
    let domain: Vec<usize> = (0..n).map(|_| rng.below(20)).collect();
    let d = DesignSpec {
        stages: vec![Stage { unit, stratum, population: None }],
        weights: Some(weights),
        ..DesignSpec::default()
    }
    .build(n)
    .expect("the design is well formed");
    (d, y, domain)
}

fn main() {
    let mut rng = Random::new(2026);
    println!("| method | time |\n|---|---|");
    let (d, y, domain) = survey(&mut rng);
    let levels: Vec<String> = (0..20).map(|k| k.to_string()).collect();
    let by = ByDomain::new(Mean(Columns::one("score", &y)), &domain, &levels).expect("domains");
    timed("linearised means in 20 domains, 50,000 respondents", || d.estimate(&by).expect("means"));
    timed("1,000 bootstrap replicates, made and estimated in 20 domains", || {
        let r = Replicates::bootstrap(&d, 1000, BootstrapKind::RaoWu, 1).expect("replicates");
        r.estimate(&by).expect("means")
    });
    let total: f64 = d.weights().iter().sum();
    let margins: Vec<Margin> = (0..6)
        .map(|m| {
            let k = 3 + m;
            let share: Vec<f64> = (0..k).map(|_| 1.0 + rng.uniform()).collect();
            let s: f64 = share.iter().sum();
            Margin {
                group: (0..y.len()).map(|_| rng.below(k)).collect(),
                totals: share.iter().map(|v| v / s * total).collect(),
            }
        })
        .collect();
    timed("raking to 6 margins", || rake(&d, &margins, &RakeOptions::default()).expect("raked"));

    let (n, items) = (20_000, 50);
    let theta: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
    let columns = (0..items)
        .map(|j| {
            let (a, b) = (0.7 + 0.02 * j as f64, -1.5 + 0.06 * j as f64);
            (
                format!("q{j}"),
                theta.iter().map(|t| f64::from(u8::from(rng.uniform() < expit(a * (t - b))))).collect(),
            )
        })
        .collect();
    let r = Responses::new(columns).expect("responses");
    let f = timed("2PL with standard errors, 20,000 x 50", || {
        fit(&Model::two_parameter(&r, 0.0), &r, &[], &[], &FitOptions::default()).expect("fitted")
    });
    timed("EAP of 20,000 x 50", || {
        irt::score(&f.items[0], f.latent[0], &r, ScoreMethod::Eap(Quadrature::default())).expect("scores")
    });
    for m in [1000, 2000, 3000] {
        let x = DMatrix::from_fn(m, 4, |i, j| if j == 0 { 1.0 } else { ((i * (j + 3)) as f64).sin() });
        let psi: Vec<f64> = (0..m).map(|_| 0.5 + rng.uniform()).collect();
        let y: Vec<f64> = (0..m).map(|i| 10.0 + x[(i, 1)] + rng.normal() * (1.0 + psi[i]).sqrt()).collect();
        timed(&format!("Fay-Herriot (REML) with {m} areas"), || {
            fay_herriot(&y, &psi, &x, &Options::default()).expect("fitted")
        });
    }
}
