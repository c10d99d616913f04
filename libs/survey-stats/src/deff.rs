//! Design effects: how much the design costs, or saves, against a simple random sample.
//!
//! `deff = V(design) / V(SRS)`, where the denominator is `S^2 / n` (with replacement) or
//! `(1 - n/N) S^2 / n` (without; `N` is the sum of the weights), times `N^2` for a total.
//! Kish's approximation from the weights alone is `1 + cv(w)^2`.
//! Source: Kish (1965), *Survey Sampling*, sect. 8.2; Kish (1992), *J. Official Statistics* 8.

use crate::design::Design;
use crate::error::{Error, Result};
use crate::statistic::{Columns, Mean, PopulationVariance, Statistic, Total};
use crate::sum;

/// The simple random sample to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SrsReference {
    /// without replacement, `N` estimated by the sum of the weights
    WithoutReplacement,
    /// with replacement
    WithReplacement,
}

fn srs_mean_variances(design: &Design, y: &Columns, reference: SrsReference) -> Result<Vec<f64>> {
    let w = design.weights();
    let n = design.n_active() as f64;
    let big = sum::sum(w.iter().copied());
    if reference == SrsReference::WithoutReplacement && big < n {
        return Err(Error::invalid(
            "design effect",
            "the weights sum to less than the sample; scale them to the population or compare with replacement",
        ));
    }
    let s2 = PopulationVariance::new(y.clone()).values(&w)?;
    Ok(s2
        .iter()
        .map(|s2| match reference {
            SrsReference::WithoutReplacement => s2 * (big - n) / (big * n),
            SrsReference::WithReplacement => s2 / n,
        })
        .collect())
}

/// Design effects of means.
///
/// ```
/// use survey_stats::{deff::{mean_deff, SrsReference}, design::Design, statistic::Columns};
/// let d = Design::srs(4, Some(vec![10.0; 4]), Some(40.0)).unwrap();
/// let e = mean_deff(&d, &Columns::one("y", &[1.0, 2.0, 5.0, 7.0]), SrsReference::WithoutReplacement).unwrap();
/// assert!((e[0] - 1.0).abs() < 1e-12);
/// ```
pub fn mean_deff(design: &Design, y: &Columns, reference: SrsReference) -> Result<Vec<f64>> {
    let v = design.estimate(&Mean(y.clone()))?.vcov;
    let s = srs_mean_variances(design, y, reference)?;
    Ok(s.iter().enumerate().map(|(j, s)| v[(j, j)] / s).collect())
}

/// Design effects of totals.
///
/// ```
/// use survey_stats::{deff::{total_deff, SrsReference}, design::Design, statistic::Columns};
/// let d = Design::srs(4, Some(vec![10.0; 4]), Some(40.0)).unwrap();
/// let e = total_deff(&d, &Columns::one("y", &[1.0, 2.0, 5.0, 7.0]), SrsReference::WithoutReplacement).unwrap();
/// assert!((e[0] - 1.0).abs() < 1e-12);
/// ```
pub fn total_deff(design: &Design, y: &Columns, reference: SrsReference) -> Result<Vec<f64>> {
    let v = design.estimate(&Total(y.clone()))?.vcov;
    let big = sum::sum(design.weights());
    let s = srs_mean_variances(design, y, reference)?;
    Ok(s.iter().enumerate().map(|(j, s)| v[(j, j)] / (s * big * big)).collect())
}

/// Kish's design effect of unequal weighting, `1 + cv^2` with the variance over `n`.
///
/// ```
/// assert_eq!(survey_stats::deff::kish(&[1.0, 1.0, 2.0]).unwrap(), 1.125);
/// ```
pub fn kish(weights: &[f64]) -> Result<f64> {
    let n = weights.len() as f64;
    let s = sum::sum(weights.iter().copied());
    if n == 0.0 || s == 0.0 {
        return Err(Error::Empty { what: "weights" });
    }
    Ok(n * sum::dot(weights, weights) / (s * s))
}
