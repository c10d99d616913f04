//! Balanced repeated replication and Fay's variant, for two units a stratum.
//!
//! Each replicate keeps one unit of every stratum, chosen by a column of a Hadamard matrix whose order is a
//! multiple of four above the number of strata. Fay's method weights the chosen unit by `2 - rho` and the
//! other by `rho`; variance factor `1 / (R (1 - rho)^2)`. For totals the result does not depend on the
//! matrix; for non-linear statistics it does, a little. Sources: McCarthy (1969); Judkins (1990), *J.
//! Official Statistics* 6.

use super::Replicates;
use super::jackknife::units;
use crate::design::Design;
use crate::error::{Error, Result};
use nalgebra::DMatrix;

/// A Hadamard matrix of 0 and 1 whose order is at least `n`: Sylvester's doubling or Paley's construction.
///
/// ```
/// let h = survey_stats::replicate::hadamard(11).unwrap();
/// assert_eq!(h.nrows(), 12);
/// ```
pub fn hadamard(n: usize) -> Result<DMatrix<f64>> {
    // Smallest order reachable by doubling 1 or a Paley matrix of order q + 1, q prime and 3 modulo 4.
    for order in n.max(1).. {
        let mut core = order;
        loop {
            if core == 1 {
                return Ok(double(DMatrix::from_element(1, 1, 0.0), order));
            }
            if core >= 4 && (core - 1) % 4 == 3 && is_prime(core - 1) && core != 4 && core != 8 {
                return Ok(double(paley(core - 1), order));
            }
            if core % 2 == 1 {
                break;
            }
            core /= 2;
        }
    }
    Err(Error::invalid("Hadamard matrix", "no order found"))
}

fn is_prime(n: usize) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

fn double(mut h: DMatrix<f64>, order: usize) -> DMatrix<f64> {
    while h.nrows() < order {
        let k = h.nrows();
        h = DMatrix::from_fn(2 * k, 2 * k, |i, j| {
            let v = h[(i % k, j % k)];
            if i >= k && j >= k { 1.0 - v } else { v }
        });
    }
    h
}

fn paley(q: usize) -> DMatrix<f64> {
    let squares: Vec<usize> = (1..q).map(|x| x * x % q).collect();
    DMatrix::from_fn(q + 1, q + 1, |i, j| {
        if i == 0 || j == 0 {
            0.0
        } else {
            let d = (j + q - i) % q;
            if d == 0 || !squares.contains(&d) { 1.0 } else { 0.0 }
        }
    })
}

impl Replicates {
    /// Balanced half-samples; `rho` above zero gives Fay's method. The finite population correction is not used.
    ///
    /// ```
    /// use survey_stats::{design::{DesignSpec, Stage}, replicate::Replicates, statistic::{Columns, Total}};
    /// let d = DesignSpec { stages: vec![Stage { unit: vec![0, 1, 2, 3], stratum: vec![0, 0, 1, 1],
    ///     population: None }], weights: Some(vec![1.0; 4]), ..Default::default() }.build(4).unwrap();
    /// let t = Total(Columns::one("y", &[1.0, 3.0, 2.0, 7.0]));
    /// let brr = Replicates::brr(&d, 0.3).unwrap().estimate(&t).unwrap().vcov[(0, 0)];
    /// assert!((brr - (4.0 + 25.0)).abs() < 1e-12);
    /// ```
    pub fn brr(design: &Design, rho: f64) -> Result<Replicates> {
        if !(0.0..1.0).contains(&rho) {
            return Err(Error::invalid("BRR", "rho must be at least 0 and below 1"));
        }
        let u = units(design);
        let n = u.stratum.len();
        // Strata in the order of their labels, which is the order of the design's codes.
        let mut label = vec![usize::MAX; u.strata];
        for (i, row) in u.unit.iter().enumerate() {
            label[u.stratum[*row]] = design.strata()[i];
        }
        let mut by_label: Vec<usize> = (0..u.strata).collect();
        by_label.sort_by_key(|h| label[*h]);
        let mut pair = vec![(0usize, false); n];
        for (place, h) in by_label.iter().enumerate() {
            let members: Vec<usize> = (0..n).filter(|i| u.stratum[*i] == *h).collect();
            if members.len() != 2 {
                return Err(Error::invalid(
                    "BRR",
                    format!("stratum {h} has {} units; balanced half-samples need two", members.len()),
                ));
            }
            pair[members[0]] = (place, false);
            pair[members[1]] = (place, true);
        }
        let h = hadamard(u.strata + 1)?;
        let r = h.ncols();
        let f = DMatrix::from_fn(n, r, |i, k| {
            let (place, second) = pair[i];
            let keep_second = h[(place + 1, k)] == 1.0;
            if second == keep_second { 2.0 - rho } else { rho }
        });
        let scale = 1.0 / (r as f64 * (1.0 - rho) * (1.0 - rho));
        Replicates::assemble(design.weight.clone(), u.unit, f, scale, vec![1.0; r], false, None)
    }
}
