//! How many to interview for a stated precision.
//!
//! `n0 = z^2 deff S^2 / d^2` with margin `d`, half the width of the interval; with a finite population
//! `n = n0 / (1 + n0/N)`; contacts are `n` over the response rate. For a share `S^2 = p(1-p)`.
//! Source: Cochran (1977), ch. 4.

use crate::error::{Error, Result};
use crate::special::normal_quantile;

/// What is asked of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// half the width of the interval
    pub margin: f64,
    /// level of the interval, for example 0.95
    pub level: f64,
    /// design effect, at least what clustering and weighting are expected to cost
    pub deff: f64,
    /// share of those contacted who answer
    pub response: f64,
    /// population, infinite when it is not to count
    pub population: f64,
}

/// Completed interviews and contacts needed, from a population variance (`p (1 - p)` for a share).
///
/// ```
/// use survey_stats::sampling::{sample_size, Precision};
/// let p = Precision { margin: 0.01, level: 0.95, deff: 1.5, response: 1.0, population: f64::INFINITY };
/// assert_eq!(sample_size(0.15 * 0.85, &p).unwrap(), (7347, 7347));
/// ```
pub fn sample_size(variance: f64, p: &Precision) -> Result<(usize, usize)> {
    let ok = variance > 0.0
        && p.margin > 0.0
        && (0.0..1.0).contains(&p.level)
        && p.deff > 0.0
        && p.response > 0.0
        && p.response <= 1.0
        && p.population >= 1.0;
    if !ok {
        return Err(Error::invalid(
            "precision",
            "variance, margin, design effect and response rate must be positive, the level below 1",
        ));
    }
    let z = normal_quantile(0.5 + 0.5 * p.level);
    let n0 = z * z * p.deff * variance / (p.margin * p.margin);
    let n = if p.population.is_finite() { n0 / (1.0 + n0 / p.population) } else { n0 };
    let n = (n - 1e-9).ceil();
    Ok((n as usize, (n / p.response - 1e-9).ceil() as usize))
}
