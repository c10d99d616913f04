//! Sampford's rejective method.
//!
//! Draw the first unit with probability `pi_k / n`, the rest with replacement proportionally to
//! `pi_k / (1 - pi_k)`, and start over until all are different. Joint probabilities are exact:
//! `pi_ij = K l_i l_j sum_{t=2}^{n} (t - pi_i - pi_j) L_{n-t}(ij) n^{2-t}` with `l = p / (1 - pi)`, `p = pi/n`,
//! and `L_m(ij)` the elementary symmetric sum of order `m` without `i` and `j`.
//! Source: Sampford (1967), *Biometrika* 54.

use super::{embed, fixed_size};
use crate::error::{Error, Result};
use crate::random::Random;
use nalgebra::DMatrix;

/// Draws a sample by Sampford's method.
///
/// ```
/// use survey_stats::{random::Random, sampling::sampford};
/// assert_eq!(sampford(&[0.4, 0.6, 0.5, 0.5], &mut Random::new(2)).unwrap().len(), 2);
/// ```
pub fn sampford(pi: &[f64], rng: &mut Random) -> Result<Vec<usize>> {
    let (open, n) = fixed_size(pi)?;
    let mut chosen: Vec<usize> = (0..pi.len()).filter(|i| pi[*i] >= 1.0 - 1e-6).collect();
    let cumulate = |f: &dyn Fn(f64) -> f64| {
        let mut s = 0.0;
        open.iter()
            .map(|i| {
                s += f(pi[*i]);
                s
            })
            .collect::<Vec<f64>>()
    };
    let (first, rest) = (cumulate(&|p| p), cumulate(&|p| p / (1.0 - p)));
    let pick = |c: &[f64], rng: &mut Random| {
        let u = rng.uniform() * c.last().copied().unwrap_or(0.0);
        c.partition_point(|v| *v <= u).min(c.len().saturating_sub(1))
    };
    if n > 0 {
        for attempt in 0.. {
            if attempt == 10_000_000 {
                return Err(Error::NotConverged {
                    method: "Sampford's rejection",
                    iterations: attempt,
                    misfit: 1.0,
                });
            }
            let mut s = vec![pick(&first, rng)];
            while s.len() < n {
                let k = pick(&rest, rng);
                if s.contains(&k) {
                    break;
                }
                s.push(k);
            }
            if s.len() == n {
                chosen.extend(s.into_iter().map(|k| open[k]));
                break;
            }
        }
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Elementary symmetric sums up to order `n`.
fn symmetric(l: &[f64], n: usize) -> Vec<f64> {
    let mut e = vec![0.0; n + 1];
    e[0] = 1.0;
    for x in l {
        for m in (1..=n).rev() {
            e[m] += x * e[m - 1];
        }
    }
    e
}

fn without(e: &[f64], x: f64) -> Vec<f64> {
    let mut out = vec![1.0; e.len()];
    for m in 1..e.len() {
        out[m] = e[m] - x * out[m - 1];
    }
    out
}

/// Exact joint inclusion probabilities of Sampford's method.
///
/// ```
/// use survey_stats::sampling::sampford_joint;
/// let j = sampford_joint(&[0.2, 0.5, 0.6, 0.7]).unwrap();
/// assert!((j.row(1).sum() - 2.0 * 0.5).abs() < 1e-12);
/// ```
pub fn sampford_joint(pi: &[f64]) -> Result<DMatrix<f64>> {
    let (open, n) = fixed_size(pi)?;
    let k = open.len();
    let p: Vec<f64> = open.iter().map(|i| pi[*i]).collect();
    if n < 2 {
        let inner = DMatrix::from_fn(k, k, |a, b| if a == b { p[a] } else { 0.0 });
        return Ok(embed(pi, &open, &inner));
    }
    // l is scaled by n, so that the powers of n disappear from the sums.
    let l: Vec<f64> = p.iter().map(|p| p / (1.0 - p)).collect();
    let e = symmetric(&l, n);
    let norm: f64 = (1..=n).map(|t| t as f64 * e[n - t]).sum();
    let mut j = DMatrix::zeros(k, k);
    for a in 0..k {
        let ea = without(&e, l[a]);
        j[(a, a)] = p[a];
        for b in 0..a {
            let eab = without(&ea, l[b]);
            let s: f64 = (2..=n).map(|t| (t as f64 - p[a] - p[b]) * eab[n - t]).sum();
            j[(a, b)] = l[a] * l[b] * s / norm;
            j[(b, a)] = j[(a, b)];
        }
    }
    Ok(embed(pi, &open, &j))
}
