//! Inclusion probabilities proportional to size.
//!
//! `pi_k = n x_k / sum x`; units that reach 1 are taken with certainty and the rest is shared out again
//! until none exceeds 1. Source: Särndal, Swensson and Wretman (1992), sect. 3.6.2.

use crate::error::{Error, Result};
use crate::sum::sum;

/// Probabilities proportional to `sizes` that sum to `n`.
///
/// ```
/// use survey_stats::sampling::inclusion_probabilities;
/// assert_eq!(inclusion_probabilities(&[10.0, 1.0, 2.0, 1.0], 2.0).unwrap(), [1.0, 0.25, 0.5, 0.25]);
/// ```
pub fn inclusion_probabilities(sizes: &[f64], n: f64) -> Result<Vec<f64>> {
    if let Some(row) = sizes.iter().position(|x| !(x.is_finite() && *x >= 0.0)) {
        return Err(Error::invalid("sizes", format!("unit {row} has size {}", sizes[row])));
    }
    let positive = sizes.iter().filter(|x| **x > 0.0).count() as f64;
    if !(n > 0.0 && n <= positive) {
        return Err(Error::invalid("sample size", format!("{n} units of {positive} with a positive size")));
    }
    let mut certain: Vec<bool> = vec![false; sizes.len()];
    loop {
        let left = n - certain.iter().filter(|c| **c).count() as f64;
        let total = sum(sizes.iter().zip(&certain).filter(|s| !*s.1).map(|s| *s.0));
        let pi: Vec<f64> = sizes
            .iter()
            .zip(&certain)
            .map(|(x, c)| {
                if *c {
                    1.0
                } else if total > 0.0 {
                    left * x / total
                } else {
                    0.0
                }
            })
            .collect();
        let before = certain.iter().filter(|c| **c).count();
        for (c, p) in certain.iter_mut().zip(&pi) {
            *c = *c || *p >= 1.0;
        }
        if certain.iter().filter(|c| **c).count() == before {
            return Ok(pi);
        }
    }
}
