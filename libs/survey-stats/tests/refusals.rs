//! Bad input is refused with a precise error, or met by a stated option; never NaN, never a silent drop.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use nalgebra::{DMatrix, dmatrix};
use survey_stats::calibrate::{Distance, Margin, Options, RakeOptions, calibrate, poststratify, rake};
use survey_stats::design::{Design, DesignSpec, JointProbabilities, LonelyPsu, PpsVariance, Stage};
use survey_stats::irt::{Item, Responses, ScoreMethod, score};
use survey_stats::proportion::{Method, proportion};
use survey_stats::regression::{ModelMatrix, logistic};
use survey_stats::statistic::{Columns, Mean, Total};
use survey_stats::{Error, small_area};

fn one_lonely(rule: LonelyPsu) -> Design {
    DesignSpec {
        stages: vec![Stage { unit: vec![0, 1, 2, 3, 4], stratum: vec![0, 0, 0, 0, 1], population: None }],
        weights: Some(vec![2.0; 5]),
        lonely: rule,
        ..DesignSpec::default()
    }
    .build(5)
    .unwrap()
}

#[test]
fn zero_and_negative_weights_name_their_row() {
    for bad in [0.0, -1.0, f64::NAN] {
        let e = Design::srs(3, Some(vec![1.0, bad, 1.0]), None).unwrap_err();
        assert!(matches!(e, Error::Weight { row: 1, .. }), "{e}");
    }
}

#[test]
fn a_stratum_with_one_unit_fails_by_default_and_obeys_the_stated_rule() {
    let y = Total(Columns::one("y", &[1.0, 4.0, 2.0, 3.0, 9.0]));
    let e = one_lonely(LonelyPsu::Fail).estimate(&y).unwrap_err();
    assert!(matches!(e, Error::LonelyPsu { stage: 1, .. }), "{e}");
    let removed = one_lonely(LonelyPsu::Remove).estimate(&y).unwrap().vcov[(0, 0)];
    let averaged = one_lonely(LonelyPsu::Average).estimate(&y).unwrap().vcov[(0, 0)];
    assert!((averaged - 2.0 * removed).abs() < 1e-9);
    assert!(one_lonely(LonelyPsu::Adjust).estimate(&y).unwrap().vcov[(0, 0)] > removed);
}

#[test]
fn a_unit_in_two_strata_is_refused_unless_units_are_numbered_within_strata() {
    let stage = Stage { unit: vec![1, 2, 1, 2], stratum: vec![0, 0, 1, 1], population: None };
    let spec = DesignSpec { stages: vec![stage], weights: Some(vec![1.0; 4]), ..DesignSpec::default() };
    assert!(matches!(spec.clone().build(4), Err(Error::NotNested { stage: 1, row: 2 })));
    assert_eq!(DesignSpec { nest: true, ..spec }.build(4).unwrap().df(), 2.0);
}

#[test]
fn more_sampled_than_there_are_is_refused() {
    let e = Design::srs(5, None, Some(4.0)).unwrap_err();
    assert!(matches!(e, Error::Fpc { stage: 1, .. }), "{e}");
}

#[test]
fn missing_values_are_refused_until_they_are_made_a_domain() {
    let d = Design::srs(4, None, None).unwrap();
    let y = Mean(Columns::one("y", &[1.0, f64::NAN, 3.0, 5.0]));
    assert!(matches!(d.estimate(&y), Err(Error::NotFinite { row: 1, .. })));
    let known = d.domain(&[true, false, true, true]).unwrap();
    assert_eq!(known.estimate(&y).unwrap().values, [3.0]);
}

#[test]
fn a_category_that_the_margin_or_the_sample_lacks_is_named() {
    let e = Margin::from_labels(2, &["a", "c"], &[("a", 10.0), ("b", 5.0)]).unwrap_err();
    assert_eq!(e, Error::CategoryNotInMargin { margin: 2, category: "c".into() });
    let d = Design::srs(2, None, None).unwrap();
    let m = Margin { group: vec![0, 0], totals: vec![6.0, 4.0] };
    assert!(matches!(poststratify(&d, &m), Err(Error::CategoryNotInSample { .. })));
}

#[test]
fn margins_that_contradict_each_other_and_bounds_that_cannot_hold_are_refused() {
    let d = Design::srs(4, Some(vec![10.0; 4]), None).unwrap();
    let a = Margin { group: vec![0, 0, 1, 1], totals: vec![20.0, 20.0] };
    let b = Margin { group: vec![0, 1, 0, 1], totals: vec![30.0, 30.0] };
    assert!(matches!(rake(&d, &[a, b], &RakeOptions::default()), Err(Error::Invalid { .. })));
    let o = Options { distance: Distance::Logit, lower: 0.9, upper: 1.1, ..Options::default() };
    let x = DMatrix::from_element(4, 1, 1.0);
    let e = calibrate(&d, &x, &[80.0], &o).unwrap_err();
    assert!(matches!(e, Error::NotConverged { misfit, .. } if misfit > 0.1), "{e}");
}

#[test]
fn perfect_separation_is_called_by_its_name() {
    let d = Design::srs(6, None, None).unwrap();
    let x = DMatrix::from_fn(6, 2, |i, j| if j == 0 { 1.0 } else { i as f64 });
    let m = ModelMatrix::new(vec!["(Intercept)".into(), "x".into()], x).unwrap();
    let e = logistic(&d, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0], &m).unwrap_err();
    assert!(matches!(e, Error::Separation { .. }), "{e}");
}

#[test]
fn shares_of_zero_and_one_have_one_limit_and_say_so() {
    let d = Design::srs(40, None, None).unwrap();
    for (y, upper) in [(0.0, false), (1.0, true)] {
        let p = proportion(&d, &[y; 40], Method::Beta, 0.95).unwrap();
        assert!(p.one_sided && p.interval.lower.is_finite() && p.interval.upper.is_finite());
        assert_eq!(p.interval.upper == 1.0, upper);
    }
}

#[test]
fn a_negative_variance_is_an_error_and_not_a_zero() {
    // The Horvitz-Thompson form turns negative when units seldom come together.
    let joint = dmatrix![0.5, 0.05; 0.05, 0.5];
    let j = JointProbabilities::exact(&joint, PpsVariance::HorvitzThompson, 0.0).unwrap();
    let d = Design::pps(&[0.5, 0.5], j).unwrap();
    let e = d.estimate(&Total(Columns::one("y", &[10.0, 10.0]))).unwrap();
    assert!(matches!(e.se(), Err(Error::NegativeVariance { .. })));
}

#[test]
fn an_item_that_all_answer_right_is_refused_and_all_right_persons_get_finite_scores() {
    let e = Responses::new(vec![("easy".into(), vec![1.0; 5])]).unwrap_err();
    assert_eq!(e, Error::ConstantItem { item: "easy".into() });
    let items = vec![Item::logistic(1.0, 0.0, 0.0, 1.0), Item::logistic(1.2, 0.5, 0.0, 1.0)];
    let r = Responses::for_scoring(vec![("a".into(), vec![1.0]), ("b".into(), vec![1.0])]).unwrap();
    assert!(score(&items, (0.0, 1.0), &r, ScoreMethod::Wle).unwrap()[0].theta.is_finite());
    assert_eq!(score(&items, (0.0, 1.0), &r, ScoreMethod::Ml).unwrap()[0].theta, f64::INFINITY);
}

#[test]
fn a_matrix_that_is_not_positive_definite_is_named() {
    let x = dmatrix![1.0, 2.0; 1.0, 2.0; 1.0, 2.0; 1.0, 2.0];
    let o = small_area::Options::default();
    let e = small_area::fay_herriot(&[1.0, 2.0, 3.0, 5.0], &[1.0; 4], &x, &o).unwrap_err();
    assert!(matches!(e, Error::NotPositiveDefinite { .. }), "{e}");
}
