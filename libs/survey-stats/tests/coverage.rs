//! A short run of the district simulation: 95% intervals must cover the truth about as often as they say.
//!
//! The long run with its table is `cargo run --release -p survey-stats --example coverage -- 2000`.

#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used)]

mod common;

use survey_stats::proportion::{Method, proportion};
use survey_stats::statistic::{Columns, Mean};

/// With 300 samples the standard error of a coverage of 95% is 1.3 points.
const SAMPLES: u64 = 300;

#[test]
fn intervals_of_a_mean_cover_the_true_mean() {
    let district = common::District::new(7);
    let truth = district.score.iter().sum::<f64>() / district.score.len() as f64;
    let mut covered = 0;
    for seed in 0..SAMPLES {
        let s = district.draw(seed);
        let e = s.design.estimate(&Mean(Columns::one("score", &s.score))).unwrap();
        let i = e.intervals(0.95).unwrap()[0];
        covered += usize::from(i.lower <= truth && truth <= i.upper);
    }
    let rate = covered as f64 / SAMPLES as f64;
    assert!((0.915..=0.985).contains(&rate), "{rate}");
}

#[test]
fn intervals_of_a_small_share_in_a_domain_hold_where_the_plain_one_falls_short() {
    let district = common::District::new(7);
    let cut = 68.0;
    let truth = district.share(cut, true);
    assert!((0.02..0.06).contains(&truth), "{truth}");
    let mut covered = [0usize; 2];
    for seed in 0..SAMPLES {
        let s = district.draw(seed);
        let y: Vec<f64> = s.score.iter().map(|v| f64::from(u8::from(*v >= cut))).collect();
        let d = s.design.domain(&s.farmer).unwrap();
        for (k, m) in [Method::Logit, Method::Wilson].into_iter().enumerate() {
            let i = proportion(&d, &y, m, 0.95).unwrap().interval;
            covered[k] += usize::from(i.lower <= truth && truth <= i.upper);
        }
    }
    for c in covered {
        let rate = c as f64 / SAMPLES as f64;
        assert!((0.915..=0.985).contains(&rate), "{rate}");
    }
}
