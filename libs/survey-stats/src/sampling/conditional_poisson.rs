//! Conditional Poisson (maximum entropy) sampling.
//!
//! Among all designs with the given inclusion probabilities and fixed size the one with most entropy is
//! Poisson sampling conditioned on its size, `P(s) ~ prod_{k in s} w_k`. The weights are found by
//! `p~ <- p~ + (pi - pi(p~))`, `w = p~ / (1 - p~)`. Joint probabilities are
//! `(pi_k w_l - pi_l w_k) / (w_l - w_k)`.
//! Source: Chen, Dempster and Liu (1994), *Biometrika* 81; Deville (2000); Tillé (2006), ch. 5.

use super::{embed, fixed_size};
use crate::error::{Error, Result};
use crate::random::Random;
use nalgebra::DMatrix;

/// Sum of absolute differences at which the inclusion probabilities count as met.
const TOLERANCE: f64 = 1e-11;

/// `q[k][j]`: the probability that unit `k` is taken when `j + 1` units are still to be taken from `k` on.
fn conditional(w: &[f64], n: usize) -> Vec<Vec<f64>> {
    // Ratios of neighbouring elementary symmetric sums stay in range where the sums themselves do not.
    let big = w.len();
    let mut e = vec![vec![0.0_f64; n + 1]; big + 1];
    let mut shift = vec![0.0_f64; big + 1];
    e[big][0] = 1.0;
    for k in (0..big).rev() {
        for j in 0..=n {
            e[k][j] = e[k + 1][j] + if j > 0 { w[k] * e[k + 1][j - 1] } else { 0.0 };
        }
        let top = e[k].iter().copied().fold(0.0, f64::max);
        for v in &mut e[k] {
            *v /= top;
        }
        shift[k] = top;
    }
    (0..big)
        .map(|k| {
            (1..=n)
                .map(|j| if e[k][j] == 0.0 { 0.0 } else { w[k] * e[k + 1][j - 1] / (e[k][j] * shift[k]) })
                .collect()
        })
        .collect()
}

fn inclusion(q: &[Vec<f64>], n: usize) -> Vec<f64> {
    let mut state = vec![0.0; n + 1];
    state[n] = 1.0;
    q.iter()
        .map(|q| {
            let mut pi = 0.0;
            for j in 1..=n {
                let take = state[j] * q[j - 1];
                pi += take;
                state[j] -= take;
                state[j - 1] += take;
            }
            pi
        })
        .collect()
}

/// Weights of the design with inclusion probabilities `pi` (all open, sum `n`).
fn weights(pi: &[f64], n: usize, tolerance: f64) -> Result<Vec<f64>> {
    let odds = |p: &[f64]| p.iter().map(|p| p / (1.0 - p)).collect::<Vec<f64>>();
    let mut p = pi.to_vec();
    let mut misfit = f64::INFINITY;
    for _ in 0..2000 {
        let got = inclusion(&conditional(&odds(&p), n), n);
        misfit = 0.0;
        for k in 0..p.len() {
            let d = pi[k] - got[k];
            misfit += d.abs();
            p[k] = (p[k] + d).clamp(1e-12, 1.0 - 1e-12);
        }
        if misfit <= tolerance {
            return Ok(odds(&p));
        }
    }
    Err(Error::NotConverged { method: "maximum entropy design", iterations: 2000, misfit })
}

/// Draws a maximum entropy sample.
///
/// ```
/// use survey_stats::{random::Random, sampling::conditional_poisson};
/// let chosen = conditional_poisson(&[0.2, 0.5, 0.3, 1.0], &mut Random::new(1)).unwrap();
/// assert!(chosen.len() == 2 && chosen.contains(&3));
/// ```
pub fn conditional_poisson(pi: &[f64], rng: &mut Random) -> Result<Vec<usize>> {
    let (open, n) = fixed_size(pi)?;
    let mut chosen: Vec<usize> = (0..pi.len()).filter(|i| pi[*i] >= 1.0 - 1e-6).collect();
    if n > 0 {
        let p: Vec<f64> = open.iter().map(|i| pi[*i]).collect();
        let q = conditional(&weights(&p, n, TOLERANCE)?, n);
        let mut left = n;
        for (k, i) in open.iter().enumerate() {
            if left > 0 && rng.uniform() < q[k][left - 1] {
                chosen.push(*i);
                left -= 1;
            }
        }
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Joint inclusion probabilities of the maximum entropy design.
///
/// ```
/// use survey_stats::sampling::conditional_poisson_joint;
/// let j = conditional_poisson_joint(&[0.5, 0.7, 0.8]).unwrap();
/// assert!((j.row(0).sum() - 2.0 * 0.5).abs() < 1e-9);
/// ```
pub fn conditional_poisson_joint(pi: &[f64]) -> Result<DMatrix<f64>> {
    conditional_poisson_joint_within(pi, TOLERANCE)
}

/// As [`conditional_poisson_joint`], stopping when the probabilities are met within `tolerance` in sum.
///
/// ```
/// use survey_stats::sampling::conditional_poisson_joint_within;
/// let j = conditional_poisson_joint_within(&[0.2, 0.5, 0.3], 1e-9).unwrap();
/// assert!((j[(1, 1)] - 0.5).abs() < 1e-8);
/// ```
pub fn conditional_poisson_joint_within(pi: &[f64], tolerance: f64) -> Result<DMatrix<f64>> {
    let (open, n) = fixed_size(pi)?;
    let p: Vec<f64> = open.iter().map(|i| pi[*i]).collect();
    let k = p.len();
    if n < 2 {
        let inner = DMatrix::from_fn(k, k, |a, b| if a == b { p[a] } else { 0.0 });
        return Ok(embed(pi, &open, &inner));
    }
    let w = weights(&p, n, tolerance)?;
    let mut j = DMatrix::from_element(k, k, f64::NAN);
    for a in 0..k {
        for b in 0..k {
            if a == b {
                j[(a, b)] = p[a];
            } else if (w[a] - w[b]).abs() > 1e-6 * w[a].max(w[b]) {
                j[(a, b)] = (p[a] * w[b] - p[b] * w[a]) / (w[b] - w[a]);
            }
        }
    }
    // Pairs with (nearly) the same weight share what the row total n pi_a leaves.
    for a in 0..k {
        let open: Vec<usize> = (0..k).filter(|b| j[(a, *b)].is_nan()).collect();
        let known: f64 = (0..k).filter(|b| !j[(a, *b)].is_nan()).map(|b| j[(a, b)]).sum();
        for b in &open {
            j[(a, *b)] = (n as f64 * p[a] - known) / open.len() as f64;
        }
    }
    let j = (&j + j.transpose()) * 0.5;
    Ok(embed(pi, &open, &j))
}
