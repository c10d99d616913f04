//! Making small-area figures add up to a figure that is published elsewhere.
//!
//! With weights `w_d` and target `T = sum w_d y_d`: ratio `e_d T / sum w e`; difference
//! `e_d + (T - sum w e)`, for weights that sum to 1; optimal `e_d + (T - sum w e) w_d phi_d / sum w^2 phi`, which
//! moves each area in proportion to how little is known of it.
//! Sources: Wang, Fuller and Qu (2008), *Survey Methodology* 34; Datta et al. (2011), *Test* 20.

use crate::error::{Error, Result, same_length};
use crate::sum::dot;

/// Rule of adjustment.
#[derive(Debug, Clone, PartialEq)]
pub enum Benchmark {
    /// multiply all areas by the same factor
    Ratio,
    /// add the same number to all areas
    Difference,
    /// add in proportion to the given variances (sampling or mean squared errors)
    Optimal {
        /// variance of each area
        variance: Vec<f64>,
    },
}

/// Benchmarked estimates with `sum w e = target`.
///
/// ```
/// use survey_stats::small_area::{benchmark, Benchmark};
/// let e = benchmark(&[10.0, 20.0], &[0.5, 0.5], 18.0, &Benchmark::Difference).unwrap();
/// assert_eq!(e, [13.0, 23.0]);
/// ```
pub fn benchmark(estimates: &[f64], weights: &[f64], target: f64, how: &Benchmark) -> Result<Vec<f64>> {
    same_length("benchmark weights", estimates.len(), weights.len())?;
    let now = dot(weights, estimates);
    let total: f64 = weights.iter().sum();
    if total <= 0.0 || !target.is_finite() {
        return Err(Error::invalid(
            "benchmark",
            "weights must have a positive sum and the target be a number",
        ));
    }
    match how {
        Benchmark::Ratio if now == 0.0 => {
            Err(Error::invalid("benchmark", "the estimates sum to zero; use the difference"))
        }
        Benchmark::Ratio => Ok(estimates.iter().map(|e| e * target / now).collect()),
        Benchmark::Difference => Ok(estimates.iter().map(|e| e + (target - now) / total).collect()),
        Benchmark::Optimal { variance } => {
            same_length("variances", estimates.len(), variance.len())?;
            let scale: f64 = weights.iter().zip(variance).map(|(w, v)| w * w * v).sum();
            if scale <= 0.0 {
                return Err(Error::invalid("benchmark", "the variances must be positive"));
            }
            Ok((0..estimates.len())
                .map(|d| estimates[d] + (target - now) * weights[d] * variance[d] / scale)
                .collect())
        }
    }
}
