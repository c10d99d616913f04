//! Figures that reference software gives for a small file of our own: what a domain, a link or a bound changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use nalgebra::DMatrix;
use survey_stats::calibrate::{Options, calibrate};
use survey_stats::design::{Design, DesignSpec, JointProbabilities, PpsVariance, Stage};
use survey_stats::regression::{Link, ModelMatrix, Regression};
use survey_stats::statistic::{Columns, Mean, PopulationCovariance, Total};
use survey_stats::table::{Test, association};

const N: usize = 24;

fn column(f: impl Fn(usize) -> usize) -> Vec<f64> {
    (0..N).map(|i| f(i) as f64).collect()
}

/// Twelve units of two people in three strata.
fn design() -> Design {
    DesignSpec {
        stages: vec![Stage {
            unit: (0..N).map(|i| i / 2).collect(),
            stratum: (0..N).map(|i| i / 8).collect(),
            population: None,
        }],
        weights: Some(column(|i| 10 + (i * 7) % 5)),
        ..DesignSpec::default()
    }
    .build(N)
    .unwrap()
}

fn y() -> Vec<f64> {
    column(|i| (i * 5) % 7)
}

fn z() -> Vec<f64> {
    column(|i| usize::from((i * i + 3 * i) % 7 < 3))
}

fn k() -> Vec<usize> {
    (0..N).map(|i| (i / 3) % 2).collect()
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{got} for {want}");
}

#[test]
fn probit_and_complementary_log_log_agree() {
    let x = DMatrix::from_fn(N, 2, |i, j| if j == 0 { 1.0 } else { y()[i] });
    let x = ModelMatrix::new(vec!["(Intercept)".into(), "y".into()], x).unwrap();
    for (link, want) in [
        (Link::Probit, [-0.308066484692879, -0.0780491783754409, 0.610308638791344, 0.209579854675183]),
        (
            Link::ComplementaryLogLog,
            [-0.584335108776622, -0.164533380753366, 0.750222513337187, 0.295345364032585],
        ),
    ] {
        let e = design().estimate(&Regression { y: z(), x: x.clone(), link }).unwrap();
        let se = e.se().unwrap();
        // The reference stops when the deviance no longer moves, which leaves the seventh digit open.
        for (got, want) in [e.values[0], e.values[1], se[0], se[1]].iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{got} for {want}");
        }
    }
}

#[test]
fn the_saddlepoint_and_the_second_order_test_agree() {
    let rows: Vec<usize> = z().iter().map(|z| *z as usize).collect();
    let t = association(&design(), &rows, &k(), 2, 2, Test::Saddlepoint).unwrap();
    close(t.statistic, 0.142928693806443);
    close(t.p, 0.718319546223267);
    close(association(&design(), &rows, &k(), 2, 2, Test::RaoScottF).unwrap().p, 0.7244568466399);
}

#[test]
fn domains_of_unequal_probability_samples_keep_every_unit_in_the_variance() {
    let pi: Vec<f64> = (0..N).map(|i| 0.1 + ((i * 11) % 13) as f64 / 40.0).collect();
    let strata: Vec<usize> = (0..N).map(|i| i / 8).collect();
    let inside: Vec<bool> = k().iter().map(|k| *k == 1).collect();
    let total = Total(Columns::one("y", &y()));
    let se = |d: &Design| d.estimate(&total).unwrap().se().unwrap()[0];
    let brewer = DesignSpec {
        stages: vec![Stage { population: Some(pi.clone()), ..Stage::default() }],
        unequal_fractions: true,
        weights: Some(pi.iter().map(|p| 1.0 / p).collect()),
        ..DesignSpec::default()
    };
    close(se(&brewer.build(N).unwrap().domain(&inside).unwrap()), 40.4783177212871);
    let within = |e| JointProbabilities::overton_within(&pi, &strata, e);
    let d = Design::pps_in_strata(&pi, &strata, within(PpsVariance::YatesGrundy)).unwrap();
    assert_eq!(d.df(), 21.0);
    close(se(&d.domain(&inside).unwrap()), 41.8572466940556);
    let d = Design::pps_in_strata(&pi, &strata, within(PpsVariance::HorvitzThompson)).unwrap();
    close(se(&d), 49.938253350909);
}

#[test]
fn bounds_on_weights_hold_for_the_weights_themselves() {
    let x = DMatrix::from_fn(N, 2, |i, j| if j == 0 { 1.0 } else { y()[i] });
    let o = Options {
        lower: 9.0,
        upper: 16.0,
        bounds_on_weights: true,
        tolerance: 1e-12,
        max_iterations: 500,
        ..Options::default()
    };
    let c = calibrate(&design(), &x, &[300.0, 1000.0], &o).unwrap();
    for (got, want) in
        c.design.weights().iter().zip([9.0, 15.46318607764391, 14.81994645247657, 9.11390004462294])
    {
        close(*got, want);
    }
    let m = c.design.estimate(&Mean(Columns::one("z", &z()))).unwrap();
    close(m.se().unwrap()[0], 0.0896607605555021);
}

#[test]
fn variances_and_covariances_agree_with_their_errors() {
    let c = Columns::new(vec![("y".into(), y()), ("z".into(), z())]).unwrap();
    let e = design().estimate(&PopulationCovariance::new(c)).unwrap();
    close(e.values[0], 4.226917366020459);
    close(e.values[1], -0.129951802255703);
    close(e.vcov[(1, 1)], 0.0897717321642092);
}
