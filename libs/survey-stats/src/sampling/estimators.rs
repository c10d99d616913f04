//! Estimators of a total from inclusion probabilities and their variances.
//!
//! Sources: Horvitz and Thompson (1952); Yates and Grundy (1953); Deville (1993, unpublished; in Tillé 2006,
//! sect. 7.7) for the approximation `sum (1 - pi_k)(y_k/pi_k - A)^2 / (1 - sum a_k^2)` with
//! `a_k = (1 - pi_k)/sum(1 - pi)` and `A = sum a_k y_k/pi_k`.

use crate::error::{Error, Result, same_length};
use crate::sum::sum;
use nalgebra::DMatrix;

fn check(y: &[f64], pi: &[f64]) -> Result<()> {
    same_length("inclusion probabilities", y.len(), pi.len())?;
    crate::error::all_finite("values", y)?;
    match pi.iter().position(|p| !(*p > 0.0 && *p <= 1.0)) {
        Some(row) => Err(Error::invalid("inclusion probabilities", format!("unit {row} has {}", pi[row]))),
        None => Ok(()),
    }
}

/// `sum y / pi`.
///
/// ```
/// assert_eq!(survey_stats::sampling::horvitz_thompson(&[1.0, 3.0], &[0.5, 0.25]).unwrap(), 14.0);
/// ```
pub fn horvitz_thompson(y: &[f64], pi: &[f64]) -> Result<f64> {
    check(y, pi)?;
    Ok(sum(y.iter().zip(pi).map(|(y, p)| y / p)))
}

/// `sum(y / pi) / sum(1 / pi)`.
///
/// ```
/// assert_eq!(survey_stats::sampling::hajek_mean(&[2.0, 6.0], &[0.5, 0.25]).unwrap(), 28.0 / 6.0);
/// ```
pub fn hajek_mean(y: &[f64], pi: &[f64]) -> Result<f64> {
    Ok(horvitz_thompson(y, pi)? / sum(pi.iter().map(|p| 1.0 / p)))
}

fn pairs(y: &[f64], joint: &DMatrix<f64>, term: impl Fn(usize, usize) -> f64) -> Result<f64> {
    same_length("joint probabilities", y.len(), joint.nrows())?;
    if joint.iter().any(|p| !(*p > 0.0)) {
        return Err(Error::invalid(
            "joint probabilities", "a pair has none, so that no unbiased variance exists",
        ));
    }
    let n = y.len();
    Ok(sum((0..n * n).map(|k| term(k / n, k % n))))
}

/// Horvitz-Thompson variance of the total; may be negative.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::sampling::horvitz_thompson_variance;
/// // Simple random sampling of 2 of 4: pi = 1/2, pi_ij = 1/6.
/// let v = horvitz_thompson_variance(&[1.0, 3.0], &dmatrix![0.5, 1.0 / 6.0; 1.0 / 6.0, 0.5]).unwrap();
/// assert!((v - 8.0).abs() < 1e-9); // N^2 (1 - n/N) s^2 / n
/// ```
pub fn horvitz_thompson_variance(y: &[f64], joint: &DMatrix<f64>) -> Result<f64> {
    let pi = |i: usize| joint[(i, i)];
    pairs(y, joint, |i, j| (1.0 - pi(i) * pi(j) / joint[(i, j)]) * y[i] / pi(i) * y[j] / pi(j))
}

/// Yates-Grundy-Sen variance of the total, for designs of fixed size.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::sampling::yates_grundy_variance;
/// let v = yates_grundy_variance(&[1.0, 3.0], &dmatrix![0.5, 1.0 / 6.0; 1.0 / 6.0, 0.5]).unwrap();
/// assert!((v - 8.0).abs() < 1e-9);
/// ```
pub fn yates_grundy_variance(y: &[f64], joint: &DMatrix<f64>) -> Result<f64> {
    let pi = |i: usize| joint[(i, i)];
    pairs(y, joint, |i, j| {
        let d = y[i] / pi(i) - y[j] / pi(j);
        if i == j { 0.0 } else { 0.5 * (pi(i) * pi(j) / joint[(i, j)] - 1.0) * d * d }
    })
}

/// Deville's approximation, which needs no joint probabilities.
///
/// ```
/// use survey_stats::sampling::deville_variance;
/// // With equal probabilities it is the variance of simple random sampling.
/// assert!((deville_variance(&[1.0, 3.0], &[0.5, 0.5]).unwrap() - 8.0).abs() < 1e-9);
/// ```
pub fn deville_variance(y: &[f64], pi: &[f64]) -> Result<f64> {
    check(y, pi)?;
    let rest = sum(pi.iter().map(|p| 1.0 - p));
    if rest <= 0.0 {
        return Ok(0.0);
    }
    let a: Vec<f64> = pi.iter().map(|p| (1.0 - p) / rest).collect();
    let centre = sum((0..y.len()).map(|k| a[k] * y[k] / pi[k]));
    let spread = sum((0..y.len()).map(|k| (1.0 - pi[k]) * (y[k] / pi[k] - centre).powi(2)));
    Ok(spread / (1.0 - sum(a.iter().map(|a| a * a))))
}

/// The ratio of two totals and its Taylor variance from joint probabilities.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::sampling::ratio_variance;
/// let joint = dmatrix![0.5, 1.0 / 6.0; 1.0 / 6.0, 0.5];
/// let (r, v) = ratio_variance(&[2.0, 6.0], &[1.0, 3.0], &joint).unwrap();
/// assert!((r - 2.0).abs() < 1e-12 && v.abs() < 1e-12); // exactly proportional
/// ```
pub fn ratio_variance(y: &[f64], x: &[f64], joint: &DMatrix<f64>) -> Result<(f64, f64)> {
    let pi: Vec<f64> = joint.diagonal().iter().copied().collect();
    let (ty, tx) = (horvitz_thompson(y, &pi)?, horvitz_thompson(x, &pi)?);
    let r = ty / tx;
    let z: Vec<f64> = y.iter().zip(x).map(|(y, x)| (y - r * x) / tx).collect();
    Ok((r, horvitz_thompson_variance(&z, joint)?))
}
