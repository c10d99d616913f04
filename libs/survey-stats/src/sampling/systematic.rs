//! Systematic sampling with unequal probabilities, in the order of the frame.
//!
//! With cumulated probabilities `V_k` and a start `u` in `[0, 1)`, unit `k` is selected when
//! `(V_k - u) mod 1` wraps around. Joint probabilities depend on the order and can be zero, so that the
//! variance of a systematic sample is estimated by an approximation (Hartley-Rao, Deville).
//! Source: Madow (1949), *Ann. Math. Statist.* 20; Tillé (2006), *Sampling Algorithms*, sect. 7.1.

use super::{embed, open_units};
use crate::error::{Error, Result};
use crate::sum::Sum;
use nalgebra::DMatrix;

/// Selected units for a start `u`; certain units are always selected.
///
/// ```
/// use survey_stats::sampling::systematic;
/// assert_eq!(systematic(&[0.5, 0.5, 0.25, 0.75], 0.6).unwrap(), [1, 3]);
/// ```
pub fn systematic(pi: &[f64], u: f64) -> Result<Vec<usize>> {
    if !(0.0..1.0).contains(&u) {
        return Err(Error::invalid("start", "it must be in [0, 1)"));
    }
    let (open, _) = open_units(pi)?;
    let mut chosen: Vec<usize> = (0..pi.len()).filter(|i| pi[*i] >= 1.0 - 1e-6).collect();
    let mut v = Sum::default();
    let mut before = (-u).rem_euclid(1.0);
    for i in open {
        v.add(pi[i]);
        let now = (v.value() - u).rem_euclid(1.0);
        if before > now {
            chosen.push(i);
        }
        before = now;
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Joint inclusion probabilities of systematic sampling in the given order.
///
/// ```
/// use survey_stats::sampling::systematic_joint;
/// let j = systematic_joint(&[0.5, 0.5, 0.5, 0.5]).unwrap();
/// assert!(j[(0, 1)].abs() < 1e-12 && (j[(0, 2)] - 0.5).abs() < 1e-12); // neighbours never come together
/// ```
pub fn systematic_joint(pi: &[f64]) -> Result<DMatrix<f64>> {
    let (open, _) = open_units(pi)?;
    let n = open.len();
    let mut s = Sum::default();
    let mut v = vec![0.0];
    for i in &open {
        s.add(pi[*i]);
        v.push(s.value());
    }
    // Starts between two neighbouring fractional parts select the same sample.
    let mut cuts: Vec<f64> = v[1..].iter().map(|x| x.rem_euclid(1.0)).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.push(1.0);
    let mut inner = DMatrix::zeros(n, n);
    for w in cuts.windows(2) {
        let (mid, length) = (0.5 * (w[0] + w[1]), w[1] - w[0]);
        if length <= 0.0 {
            continue;
        }
        let a: Vec<f64> = v.iter().map(|x| (x - mid).rem_euclid(1.0)).collect();
        let chosen: Vec<usize> = (0..n).filter(|k| a[*k] > a[k + 1]).collect();
        for i in &chosen {
            for j in &chosen {
                inner[(*i, *j)] += length;
            }
        }
    }
    Ok(embed(pi, &open, &inner))
}
