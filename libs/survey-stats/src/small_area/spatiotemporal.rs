//! Fay-Herriot over areas and years: spatial area effects and effects of area by time.
//!
//! `y_dt = x' beta + u1_d + u2_dt + e_dt`; `u1` is SAR(1) in space with `(s1, rho1)`; `u2_d` is AR(1) in time
//! with `(s2, rho2)`, or independent when the temporal correlation is left out. REML by Fisher scoring.
//! Source: Marhuenda, Molina and Morales (2013), *Comput. Statist. Data Anal.* 58.

use super::fay_herriot::Options;
use super::spatial::sar;
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg::{inverse, inverse_spd};
use nalgebra::{DMatrix, DVector};

/// A fitted spatio-temporal model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatioTemporalFit {
    /// `s1, rho1, s2` and, with temporal correlation, `rho2`
    pub components: Vec<f64>,
    /// their standard errors
    pub components_se: Vec<f64>,
    /// regression coefficients
    pub beta: Vec<f64>,
    /// covariance of the coefficients
    pub beta_vcov: DMatrix<f64>,
    /// predictors, area by area and year by year
    pub eblup: Vec<f64>,
    /// how the iteration ended
    pub convergence: Convergence,
}

struct Blocks {
    v: DMatrix<f64>,
    derivatives: Vec<DMatrix<f64>>,
    u1: DMatrix<f64>,
    u2: DMatrix<f64>,
}

fn blocks(psi: &[f64], w: &DMatrix<f64>, t: usize, theta: &[f64]) -> Result<Blocks> {
    let n = psi.len();
    let area = |i: usize| i / t;
    let (ci, dci) = sar(w, theta[1])?;
    let u1 = DMatrix::from_fn(n, n, |i, j| theta[0] * ci[(area(i), area(j))]);
    let d1 = DMatrix::from_fn(n, n, |i, j| ci[(area(i), area(j))]);
    let d_rho1 = DMatrix::from_fn(n, n, |i, j| theta[0] * dci[(area(i), area(j))]);
    let rho2 = theta.get(3).copied();
    let lag = |i: usize, j: usize| (i % t).abs_diff(j % t) as i32;
    let omega = |i: usize, j: usize| match (area(i) == area(j), rho2) {
        (false, _) => 0.0,
        (true, None) => f64::from(u8::from(i == j)),
        (true, Some(r)) => r.powi(lag(i, j)) / (1.0 - r * r),
    };
    let o = DMatrix::from_fn(n, n, omega);
    let mut derivatives = vec![d1, d_rho1, o.clone()];
    if let Some(r) = rho2 {
        derivatives.push(DMatrix::from_fn(n, n, |i, j| {
            if area(i) != area(j) {
                return 0.0;
            }
            let k = lag(i, j);
            let power = if k == 0 { 0.0 } else { f64::from(k) * r.powi(k - 1) };
            theta[2] * (power / (1.0 - r * r) + 2.0 * r / (1.0 - r * r) * o[(i, j)])
        }));
    }
    let u2 = o * theta[2];
    let v = &u1 + &u2 + DMatrix::from_diagonal(&DVector::from_column_slice(psi));
    Ok(Blocks { v, derivatives, u1, u2 })
}

/// Fits `areas * times` rows, ordered by area and then time; `w` is the areas' proximity.
///
/// `temporal` says whether the effects of area by time are correlated over time.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{spatiotemporal_fay_herriot, Options};
/// let (d, t) = (8, 4);
/// let w = DMatrix::from_fn(d, d, |i, j| if (i + 1) % d == j || (j + 1) % d == i { 0.5 } else { 0.0 });
/// let y: Vec<f64> = (0..d * t).map(|i| ((i / t) as f64).sin() * 2.0 + ((i * 37) % 11) as f64 * 0.2).collect();
/// let o = Options { tolerance: 1e-6, ..Options::default() };
/// let f = spatiotemporal_fay_herriot(&y, &vec![0.05; d * t], &DMatrix::from_element(d * t, 1, 1.0), &w, false, &o).unwrap();
/// assert_eq!(f.components.len(), 3);
/// ```
pub fn spatiotemporal_fay_herriot(
    y: &[f64],
    psi: &[f64],
    x: &DMatrix<f64>,
    w: &DMatrix<f64>,
    temporal: bool,
    o: &Options,
) -> Result<SpatioTemporalFit> {
    let n = y.len();
    same_length("sampling variances", n, psi.len())?;
    same_length("covariates", n, x.nrows())?;
    let d = w.nrows();
    if d == 0 || w.ncols() != d || !n.is_multiple_of(d) {
        return Err(Error::invalid("proximity", "it must be square, and the rows a multiple of its areas"));
    }
    let t = n / d;
    let yv = DVector::from_column_slice(y);
    let mut sorted = psi.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = 0.25 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    let mut theta = vec![half, 0.5, half];
    if temporal {
        theta.push(0.5);
    }
    let k = theta.len();
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    let mut cov = DMatrix::zeros(k, k);
    while c.iterations < o.max_iterations && !c.converged {
        c.iterations += 1;
        let b = blocks(psi, w, t, &theta)?;
        let vi = inverse(&b.v, "covariance of areas and times")?;
        let vx = &vi * x;
        let q = inverse_spd(&(x.transpose() * &vx), "covariates")?;
        let p = &vi - &vx * &q * vx.transpose();
        let py = &p * &yv;
        let pv: Vec<DMatrix<f64>> = b.derivatives.iter().map(|v| &p * v).collect();
        let score =
            DVector::from_fn(k, |a, _| -0.5 * pv[a].trace() + 0.5 * py.dot(&(&b.derivatives[a] * &py)));
        let info = DMatrix::from_fn(k, k, |a, e| 0.5 * pv[a].component_mul(&pv[e].transpose()).sum());
        cov = inverse(&info, "information of the spatio-temporal model")?;
        let step = &cov * score;
        let mut next: Vec<f64> = theta.iter().zip(step.iter()).map(|(t, s)| t + s).collect();
        for r in [1, 3] {
            if let Some(v) = next.get_mut(r) {
                *v = v.clamp(-0.999, 0.999);
            }
        }
        c.misfit = theta
            .iter()
            .zip(&next)
            .map(|(a, b)| ((a - b) / if *a == 0.0 { 1e-4 } else { *a }).abs())
            .fold(0.0, f64::max);
        theta = next;
        c.converged = c.misfit <= o.tolerance;
    }
    if !c.converged {
        return Err(Error::NotConverged {
            method: "spatio-temporal Fay-Herriot",
            iterations: c.iterations,
            misfit: c.misfit,
        });
    }
    for v in [0, 2] {
        theta[v] = theta[v].max(0.0);
    }
    let b = blocks(psi, w, t, &theta)?;
    let vi = inverse(&b.v, "covariance of areas and times")?;
    let q = inverse_spd(&(x.transpose() * &vi * x), "covariates")?;
    let beta = &q * x.transpose() * &vi * &yv;
    let fitted = x * &beta;
    let vr = &vi * (&yv - &fitted);
    let eblup = &fitted + (&b.u1 + &b.u2) * vr;
    Ok(SpatioTemporalFit {
        components_se: cov.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect(),
        components: theta,
        beta: beta.iter().copied().collect(),
        beta_vcov: q,
        eblup: eblup.iter().copied().collect(),
        convergence: c,
    })
}
