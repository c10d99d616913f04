//! The Fay-Herriot area-level model.
//!
//! `y_d = x_d' beta + u_d + e_d`, `u_d ~ N(0, A)`, `e_d ~ N(0, psi_d)` with known `psi_d`. The EBLUP is
//! `x' beta + A / (A + psi) (y - x' beta)`. `A` by Fisher scoring of the restricted (REML) or full (ML)
//! likelihood, or by Fay and Herriot's moment equation. MSE `g1 + g2 + 2 g3`, less the bias of `A` for ML
//! and FH. Work and memory are linear in the number of areas. When the estimate of `A` is zero the
//! synthetic estimate is returned and `A = 0` says so.
//! Sources: Fay and Herriot (1979), *JASA* 74; Datta and Lahiri (2000), *Statist. Sinica* 10; Rao and
//! Molina (2015), *Small Area Estimation*, ch. 5-6. Assumes normal effects and that `psi_d` is known.

use crate::error::{Error, Result, all_finite, same_length};
use crate::estimate::Convergence;
use crate::linalg;
use crate::sum::{dot, sum};
use nalgebra::{DMatrix, DVector};

/// Estimator of the model variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// restricted maximum likelihood
    #[default]
    Reml,
    /// maximum likelihood
    Ml,
    /// Fay and Herriot's moment equation
    Moments,
}

/// When the iteration stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// estimator of the model variance
    pub method: Method,
    /// largest relative change of `A` between iterations
    pub tolerance: f64,
    /// iterations at most
    pub max_iterations: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { method: Method::Reml, tolerance: 1e-12, max_iterations: 1000 }
    }
}

/// A fitted area-level model.
#[derive(Debug, Clone, PartialEq)]
pub struct FayHerriot {
    /// model variance `A`
    pub model_variance: f64,
    /// regression coefficients
    pub beta: Vec<f64>,
    /// covariance of the coefficients
    pub beta_vcov: DMatrix<f64>,
    /// log-likelihood at the estimates
    pub log_likelihood: f64,
    /// Akaike's criterion
    pub aic: f64,
    /// Schwarz's criterion
    pub bic: f64,
    /// empirical best linear unbiased predictors
    pub eblup: Vec<f64>,
    /// their mean squared errors
    pub mse: Vec<f64>,
    /// weight of the direct estimate, `A / (A + psi)`
    pub shrinkage: Vec<f64>,
    /// synthetic part `x' beta`
    pub synthetic: Vec<f64>,
    /// how the iteration ended
    pub convergence: Convergence,
}

struct State {
    vi: Vec<f64>,
    q: DMatrix<f64>,
    beta: DVector<f64>,
    residual: Vec<f64>,
}

fn cross(x: &DMatrix<f64>, w: &[f64]) -> DMatrix<f64> {
    let p = x.ncols();
    let mut m = DMatrix::zeros(p, p);
    for a in 0..p {
        for b in a..p {
            let v = sum((0..w.len()).map(|i| w[i] * x[(i, a)] * x[(i, b)]));
            m[(a, b)] = v;
            m[(b, a)] = v;
        }
    }
    m
}

fn state(y: &[f64], psi: &[f64], x: &DMatrix<f64>, a: f64) -> Result<State> {
    let vi: Vec<f64> = psi.iter().map(|v| 1.0 / (a + v)).collect();
    let q = linalg::inverse_spd(&cross(x, &vi), "covariates of the areas")?;
    let xty = DVector::from_fn(x.ncols(), |j, _| sum((0..y.len()).map(|i| vi[i] * x[(i, j)] * y[i])));
    let beta = &q * xty;
    let fitted = x * &beta;
    let residual = (0..y.len()).map(|i| y[i] - fitted[i]).collect();
    Ok(State { vi, q, beta, residual })
}

/// Score of `A` and its expected information.
fn score(s: &State, x: &DMatrix<f64>, method: Method) -> (f64, f64) {
    let v2: Vec<f64> = s.vi.iter().map(|v| v * v).collect();
    let quadratic = sum(v2.iter().zip(&s.residual).map(|(v, r)| v * r * r));
    match method {
        Method::Reml => {
            let v3: Vec<f64> = v2.iter().zip(&s.vi).map(|(a, b)| a * b).collect();
            let q2 = &s.q * cross(x, &v2);
            let trace_p = sum(s.vi.iter().copied()) - q2.trace();
            let trace_pp =
                sum(v2.iter().copied()) - 2.0 * (&s.q * cross(x, &v3)).trace() + (&q2 * &q2).trace();
            (0.5 * (quadratic - trace_p), 0.5 * trace_pp)
        }
        Method::Ml => (0.5 * (quadratic - sum(s.vi.iter().copied())), 0.5 * sum(v2)),
        Method::Moments => {
            let df = s.vi.len() as f64 - x.ncols() as f64;
            (
                dot(&s.vi, &s.residual.iter().map(|r| r * r).collect::<Vec<_>>()) - df,
                sum(s.vi.iter().copied()),
            )
        }
    }
}

/// Fits the model to direct estimates `y` with sampling variances `psi` and covariates `x`.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{fay_herriot, Options};
/// let y = [14.0, 9.0, 17.0, 11.0, 20.0, 8.0];
/// let fit = fay_herriot(&y, &[2.0; 6], &DMatrix::from_element(6, 1, 1.0), &Options::default()).unwrap();
/// // Equal variances: A is the variance of y less psi, shrinkage A / (A + psi).
/// assert!((fit.model_variance - 20.1666666667).abs() < 1e-8);
/// assert!((fit.eblup[0] - (13.1666666667 + 20.1666666667 / 22.1666666667 * 0.8333333333)).abs() < 1e-8);
/// ```
pub fn fay_herriot(y: &[f64], psi: &[f64], x: &DMatrix<f64>, o: &Options) -> Result<FayHerriot> {
    let (m, p) = x.shape();
    same_length("direct estimates", m, y.len())?;
    same_length("sampling variances", m, psi.len())?;
    all_finite("direct estimates", y)?;
    all_finite("covariates", x.as_slice())?;
    if let Some(row) = psi.iter().position(|v| !(v.is_finite() && *v > 0.0)) {
        return Err(Error::invalid(
            "sampling variances",
            format!("area {row} has {}; leave it out and predict it", psi[row]),
        ));
    }
    if m <= p {
        return Err(Error::invalid("areas", format!("{m} areas cannot carry {p} coefficients")));
    }
    let (a, convergence) = variance(y, psi, x, o)?;
    let s = state(y, psi, x, a)?;
    let b: Vec<f64> = psi.iter().map(|v| v / (a + v)).collect();
    let synthetic: Vec<f64> = y.iter().zip(&s.residual).map(|(y, r)| y - r).collect();
    let eblup = (0..m).map(|i| synthetic[i] + (1.0 - b[i]) * s.residual[i]).collect();
    let log_likelihood = -0.5
        * sum((0..m).map(|i| {
            (2.0 * std::f64::consts::PI * (a + psi[i])).ln() + s.residual[i] * s.residual[i] * s.vi[i]
        }));
    let k = p as f64 + 1.0;
    Ok(FayHerriot {
        model_variance: a,
        log_likelihood,
        aic: -2.0 * log_likelihood + 2.0 * k,
        bic: -2.0 * log_likelihood + k * (m as f64).ln(),
        eblup,
        mse: mse(x, psi, &s, a, &b, o.method),
        shrinkage: b.iter().map(|b| 1.0 - b).collect(),
        synthetic,
        beta: s.beta.iter().copied().collect(),
        beta_vcov: s.q,
        convergence,
    })
}

fn variance(y: &[f64], psi: &[f64], x: &DMatrix<f64>, o: &Options) -> Result<(f64, Convergence)> {
    let mut sorted = psi.to_vec();
    sorted.sort_by(f64::total_cmp);
    let h = sorted.len() / 2;
    let start = if sorted.len() % 2 == 1 { sorted[h] } else { 0.5 * (sorted[h - 1] + sorted[h]) };
    let mut a = start;
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    while c.iterations < o.max_iterations {
        c.iterations += 1;
        let (s, f) = score(&state(y, psi, x, a)?, x, o.method);
        let mut next = a + s / f;
        if next <= 0.0 {
            // Zero is the estimate when the likelihood falls from there; otherwise approach it slowly.
            if score(&state(y, psi, x, 0.0)?, x, o.method).0 <= 0.0 {
                return Ok((0.0, Convergence { converged: true, misfit: 0.0, ..c }));
            }
            next = 0.1 * a;
        }
        c.misfit = ((next - a) / a).abs();
        a = next;
        if c.misfit <= o.tolerance {
            c.converged = true;
            return Ok((a, c));
        }
    }
    Err(Error::NotConverged { method: "Fay-Herriot variance", iterations: c.iterations, misfit: c.misfit })
}

fn mse(x: &DMatrix<f64>, psi: &[f64], s: &State, a: f64, b: &[f64], method: Method) -> Vec<f64> {
    let m = psi.len() as f64;
    let s1 = sum(s.vi.iter().copied());
    let s2 = sum(s.vi.iter().map(|v| v * v));
    let v2: Vec<f64> = s.vi.iter().map(|v| v * v).collect();
    let (var_a, bias) = match method {
        Method::Reml => (2.0 / s2, 0.0),
        Method::Ml => (2.0 / s2, -(&s.q * cross(x, &v2)).trace() / s2),
        Method::Moments => (2.0 * m / (s1 * s1), 2.0 * (m * s2 - s1 * s1) / (s1 * s1 * s1)),
    };
    (0..psi.len())
        .map(|d| {
            let row = x.row(d);
            let g1 = psi[d] * (1.0 - b[d]);
            let g2 = b[d] * b[d] * (row * &s.q * row.transpose())[(0, 0)];
            let g3 = b[d] * b[d] * var_a / (a + psi[d]);
            g1 + g2 + 2.0 * g3 - bias * b[d] * b[d]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_closer_than_their_variances_give_zero_and_the_synthetic_estimate() {
        let y = [10.0, 10.1, 9.9, 10.0, 10.05];
        for method in [Method::Reml, Method::Ml, Method::Moments] {
            let o = Options { method, ..Options::default() };
            let f = fay_herriot(&y, &[4.0; 5], &DMatrix::from_element(5, 1, 1.0), &o).unwrap();
            assert_eq!(f.model_variance, 0.0);
            assert!((f.eblup[1] - 10.01).abs() < 1e-12 && f.mse.iter().all(|m| *m > 0.0));
        }
    }

    #[test]
    fn a_covariate_twice_is_refused() {
        let x = DMatrix::from_fn(5, 2, |_, _| 1.0);
        assert!(fay_herriot(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5], &x, &Options::default()).is_err());
    }
}
