//! A latent mean that depends on background variables (latent regression).
//!
//! `theta_i ~ N(x_i' beta, v)`. EM: posterior means regressed on the background, with design weights; the
//! items by Newton steps. Conditioning on background makes plausible values right for subgroups.
//! Source: Mislevy (1984), *Psychometrika* 49; Adams, Wilson and Wu (1997), *J. Educ. Behav. Statist.* 22.

use super::item::Item;
use super::quadrature::Quadrature;
use super::responses::{MISSING, Responses};
use super::scoring::Score;
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg::inverse_spd;
use nalgebra::{DMatrix, DVector};

/// A fitted latent regression of a Rasch model.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentRegression {
    /// items with slope one
    pub items: Vec<Item>,
    /// standard errors of the difficulties, given the latent distribution
    pub difficulty_se: Vec<f64>,
    /// regression coefficients of the background variables
    pub beta: Vec<f64>,
    /// residual variance
    pub variance: f64,
    /// minus twice the log-likelihood
    pub deviance: f64,
    /// posterior means and standard deviations
    pub eap: Vec<Score>,
    /// how the iteration ended
    pub convergence: Convergence,
}

struct Step {
    deviance: f64,
    counts: Vec<[Vec<f64>; 2]>,
    eap: Vec<Score>,
}

fn e_step(r: &Responses, d: &[f64], nodes: &[f64], mean: &[f64], variance: f64, w: &[f64]) -> Step {
    let q = nodes.len();
    let tables: Vec<[Vec<f64>; 2]> = d
        .iter()
        .map(|d| {
            let e = |s: f64| nodes.iter().map(|t| -(-(s * (t + d))).exp().ln_1p()).collect::<Vec<f64>>();
            [e(-1.0), e(1.0)]
        })
        .collect();
    let mut out = Step {
        deviance: 0.0,
        counts: vec![[vec![0.0; q], vec![0.0; q]]; d.len()],
        eap: Vec::with_capacity(r.len()),
    };
    let mut ll = crate::sum::Sum::default();
    for i in 0..r.len() {
        let prior: Vec<f64> = nodes.iter().map(|t| -0.5 * (t - mean[i]).powi(2) / variance).collect();
        let norm: f64 = prior.iter().map(|p| p.exp()).sum::<f64>().ln();
        let mut l: Vec<f64> = prior.iter().map(|p| p - norm).collect();
        for (j, c) in r.row(i).iter().enumerate() {
            if *c != MISSING {
                for (a, b) in l.iter_mut().zip(&tables[j][usize::from(*c)]) {
                    *a += b;
                }
            }
        }
        let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for v in &mut l {
            *v = (*v - top).exp();
        }
        let s: f64 = l.iter().sum();
        ll.add(w[i] * (top + s.ln()));
        let theta = l.iter().zip(nodes).map(|(p, t)| p * t).sum::<f64>() / s;
        let v = l.iter().zip(nodes).map(|(p, t)| p * (t - theta).powi(2)).sum::<f64>() / s;
        out.eap.push(Score { theta, se: v.sqrt() });
        for (j, c) in r.row(i).iter().enumerate() {
            if *c != MISSING {
                for (n, p) in out.counts[j][usize::from(*c)].iter_mut().zip(&l) {
                    *n += w[i] * p / s;
                }
            }
        }
    }
    out.deviance = -2.0 * ll.value();
    out
}

/// Fits a Rasch model of right-or-wrong items with a latent regression.
///
/// The columns of `x` have no intercept: the latent mean at zero background is zero, which identifies the
/// scale. Weights are rescaled to the number of respondents. Nodes do not move with the distribution.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::{irt::{latent_regression, Quadrature, Responses}, random::Random, special::expit};
/// let mut rng = Random::new(8);
/// let n = 600;
/// let x = DMatrix::from_fn(n, 1, |i, _| (i % 2) as f64);
/// let theta: Vec<f64> = (0..n).map(|i| 0.8 * x[(i, 0)] + rng.normal()).collect();
/// let columns = (0..10).map(|j| (format!("q{j}"), theta.iter()
///     .map(|t| f64::from(u8::from(rng.uniform() < expit(t + 1.0 - 0.2 * j as f64)))).collect())).collect();
/// let q = Quadrature::Fixed { nodes: 31, low: -6.0, high: 6.0 };
/// let f = latent_regression(&Responses::new(columns).unwrap(), &x, &[], &q, 1e-6).unwrap();
/// assert!((f.beta[0] - 0.8).abs() < 0.3);
/// ```
pub fn latent_regression(
    r: &Responses,
    x: &DMatrix<f64>,
    weights: &[f64],
    q: &Quadrature,
    tolerance: f64,
) -> Result<LatentRegression> {
    let (n, k) = (r.len(), x.ncols());
    same_length("background", n, x.nrows())?;
    crate::error::all_finite("background", x.as_slice())?;
    if r.categories().iter().any(|c| *c > 2) {
        return Err(Error::invalid("latent regression", "only right-or-wrong items are supported"));
    }
    let mut w = if weights.is_empty() { vec![1.0; n] } else { weights.to_vec() };
    same_length("weights", n, w.len())?;
    let scale = n as f64 / w.iter().sum::<f64>();
    w.iter_mut().for_each(|w| *w *= scale);
    let nodes = q.nodes(0.0, 1.0);
    let mut d = vec![0.0; r.items()];
    let mut beta = DVector::zeros(k);
    let mut variance = 1.0;
    let xwx = DMatrix::from_fn(k, k, |a, b| (0..n).map(|i| w[i] * x[(i, a)] * x[(i, b)]).sum());
    let inv = if k > 0 { inverse_spd(&xwx, "background variables")? } else { xwx };
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    loop {
        c.iterations += 1;
        let mean: Vec<f64> = (x * &beta).iter().copied().collect();
        let s = e_step(r, &d, &nodes, &mean, variance, &w);
        if c.misfit < tolerance || c.iterations > 20_000 {
            c.converged = c.misfit < tolerance;
            if !c.converged {
                return Err(Error::NotConverged {
                    method: "latent regression",
                    iterations: c.iterations,
                    misfit: c.misfit,
                });
            }
            let difficulty_se = information(&d, &nodes, &s).iter().map(|i| 1.0 / i.sqrt()).collect();
            return Ok(LatentRegression {
                items: d.iter().map(|d| Item::logistic(1.0, *d, 0.0, 1.0)).collect(),
                difficulty_se,
                beta: beta.iter().copied().collect(),
                variance,
                deviance: s.deviance,
                eap: s.eap,
                convergence: c,
            });
        }
        c.misfit = 0.0;
        for (j, d) in d.iter_mut().enumerate() {
            let old = *d;
            for _ in 0..4 {
                let (mut g, mut h) = (0.0, 0.0);
                for (t, node) in nodes.iter().enumerate() {
                    let p = crate::special::expit(node + *d);
                    let m = s.counts[j][0][t] + s.counts[j][1][t];
                    g += s.counts[j][1][t] - m * p;
                    h += m * p * (1.0 - p);
                }
                *d += g / h;
            }
            c.misfit = c.misfit.max((*d - old).abs());
        }
        let b = if k > 0 {
            &inv * DVector::from_fn(k, |a, _| (0..n).map(|i| w[i] * x[(i, a)] * s.eap[i].theta).sum())
        } else {
            DVector::zeros(0)
        };
        let fitted = x * &b;
        let v =
            (0..n).map(|i| w[i] * ((s.eap[i].theta - fitted[i]).powi(2) + s.eap[i].se.powi(2))).sum::<f64>()
                / n as f64;
        c.misfit = c.misfit.max((v - variance).abs()).max((&b - &beta).amax());
        beta = b;
        variance = v;
    }
}

/// Expected information of each difficulty at the end.
fn information(d: &[f64], nodes: &[f64], s: &Step) -> Vec<f64> {
    d.iter()
        .enumerate()
        .map(|(j, d)| {
            nodes
                .iter()
                .enumerate()
                .map(|(t, node)| {
                    let p = crate::special::expit(node + d);
                    (s.counts[j][0][t] + s.counts[j][1][t]) * p * (1.0 - p)
                })
                .sum()
        })
        .collect()
}
