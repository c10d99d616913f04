//! Sharing a sample among strata.
//!
//! `Proportional`: `n_h ~ N_h`. `Neyman`: `n_h ~ N_h S_h / sqrt(c_h)` (optimum allocation when costs differ).
//! `Power`: `n_h ~ X_h^q CV_h`, between equal precision (`q = 0`) and Neyman (`q = 1`). Minimum and
//! population size bound each stratum; what is cut is shared among the others. Rounding keeps the total
//! (largest remainders). Sources: Neyman (1934); Bankier (1988), *American Statistician* 42; Cochran (1977), ch. 5.

use crate::error::{Error, Result, same_length};
use crate::sum::sum;

/// How to share.
#[derive(Debug, Clone, PartialEq)]
pub enum Allocation {
    /// in proportion to the population
    Proportional,
    /// in proportion to population times standard deviation, over the root of the unit cost
    Neyman {
        /// standard deviation of each stratum
        sd: Vec<f64>,
        /// cost of a unit in each stratum; equal when empty
        cost: Vec<f64>,
    },
    /// Bankier's power allocation
    Power {
        /// size measure of each stratum, for example its total
        size: Vec<f64>,
        /// coefficient of variation of each stratum
        cv: Vec<f64>,
        /// power between 0 and 1
        power: f64,
    },
}

/// Sample sizes of the strata; each at least `minimum` (or its whole population) and at most its population.
///
/// ```
/// use survey_stats::sampling::{allocate, Allocation};
/// let n = allocate(1200, &[50_000.0, 30_000.0, 4_000.0], &Allocation::Proportional, 100).unwrap();
/// assert_eq!(n, [688, 412, 100]);
/// ```
pub fn allocate(n: usize, population: &[f64], how: &Allocation, minimum: usize) -> Result<Vec<usize>> {
    let k = population.len();
    if k == 0 {
        return Err(Error::Empty { what: "strata" });
    }
    if population.iter().any(|p| !(p.is_finite() && *p >= 1.0)) {
        return Err(Error::invalid("population", "every stratum needs at least one unit"));
    }
    let share: Vec<f64> = match how {
        Allocation::Proportional => population.to_vec(),
        Allocation::Neyman { sd, cost } => {
            same_length("standard deviations", k, sd.len())?;
            let c = if cost.is_empty() { vec![1.0; k] } else { cost.clone() };
            same_length("costs", k, c.len())?;
            (0..k).map(|h| population[h] * sd[h] / c[h].sqrt()).collect()
        }
        Allocation::Power { size, cv, power } => {
            same_length("sizes", k, size.len())?;
            same_length("coefficients of variation", k, cv.len())?;
            (0..k).map(|h| size[h].powf(*power) * cv[h]).collect()
        }
    };
    if share.iter().any(|s| !(s.is_finite() && *s >= 0.0)) || sum(share.iter().copied()) <= 0.0 {
        return Err(Error::invalid(
            "allocation",
            "shares must be numbers that are not negative, and not all zero",
        ));
    }
    let low: Vec<f64> = population.iter().map(|p| (minimum as f64).min(p.floor())).collect();
    let high: Vec<f64> = population.iter().map(|p| p.floor()).collect();
    let total = n as f64;
    if total < sum(low.iter().copied()) || total > sum(high.iter().copied()) {
        return Err(Error::invalid(
            "sample size",
            format!(
                "{n} is outside what the minimum and the population allow ({} to {})",
                low.iter().sum::<f64>(),
                high.iter().sum::<f64>()
            ),
        ));
    }
    let exact = bounded(total, &share, &low, &high);
    Ok(rounded(n, &exact, &high))
}

/// Shares of `total` proportional to `share` inside bounds: the common factor is found by bisection.
fn bounded(total: f64, share: &[f64], low: &[f64], high: &[f64]) -> Vec<f64> {
    let at =
        |f: f64| -> Vec<f64> { (0..share.len()).map(|h| (f * share[h]).clamp(low[h], high[h])).collect() };
    let positive = share.iter().copied().filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min);
    let (mut a, mut b) = (0.0, high.iter().copied().fold(0.0, f64::max) / positive + 1.0);
    for _ in 0..200 {
        let m = 0.5 * (a + b);
        if sum(at(m)) < total {
            a = m;
        } else {
            b = m;
        }
    }
    at(b)
}

fn rounded(n: usize, exact: &[f64], high: &[f64]) -> Vec<usize> {
    let mut out: Vec<usize> = exact.iter().map(|x| (x + 1e-9).floor() as usize).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|a, b| (exact[*b] - exact[*b].floor()).total_cmp(&(exact[*a] - exact[*a].floor())));
    let mut left = n.saturating_sub(out.iter().sum());
    while left > 0 {
        let before = left;
        for h in &order {
            if left > 0 && (out[*h] as f64) < high[*h] {
                out[*h] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neyman_takes_a_small_and_varied_stratum_whole() {
        let how = Allocation::Neyman { sd: vec![1.0, 50.0], cost: vec![] };
        assert_eq!(allocate(60, &[1000.0, 20.0], &how, 2).unwrap(), [40, 20]);
    }

    #[test]
    fn a_minimum_that_cannot_be_met_is_refused() {
        assert!(allocate(150, &[500.0, 500.0], &Allocation::Proportional, 100).is_err());
    }

    #[test]
    fn power_zero_gives_equal_precision() {
        let how = Allocation::Power { size: vec![9.0, 1.0], cv: vec![2.0, 1.0], power: 0.0 };
        assert_eq!(allocate(90, &[900.0, 900.0], &how, 0).unwrap(), [60, 30]);
    }
}
