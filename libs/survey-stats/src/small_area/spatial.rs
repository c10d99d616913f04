//! Fay-Herriot with spatially correlated area effects (SAR(1)).
//!
//! `u = (I - rho W)^{-1} v`, `v ~ N(0, A I)`, `W` row-standardised; `V = A C^{-1} + diag(psi)` with
//! `C = (I - rho W)'(I - rho W)`. Fisher scoring of `(A, rho)`; MSE `g1 + g2 + 2 g3 - g4`, for ML also less the
//! bias of the variance parameters. Sources: Singh, Shukla and Kundu (2005), *Survey Methodology* 31; Pratesi
//! and Salvati (2008), *Statist. Methods Appl.* 17; Molina, Salvati and Pratesi (2009), *Comput. Statist.* 24.

use super::fay_herriot::{Method, Options};
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg::{inverse, inverse_spd};
use nalgebra::{DMatrix, DVector, Matrix2, Vector2};

/// A fitted spatial model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialFit {
    /// variance `A` of the innovations
    pub model_variance: f64,
    /// spatial correlation
    pub rho: f64,
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
    /// predictors
    pub eblup: Vec<f64>,
    /// their mean squared errors
    pub mse: Vec<f64>,
    /// how the iteration ended
    pub convergence: Convergence,
}

struct Parts {
    /// inverse of `C`
    ci: DMatrix<f64>,
    /// derivative of `V` by `rho`
    by_rho: DMatrix<f64>,
    /// derivative of `C` by `rho`
    c_by_rho: DMatrix<f64>,
    v: DMatrix<f64>,
    vi: DMatrix<f64>,
    q: DMatrix<f64>,
    p: DMatrix<f64>,
}

fn parts(psi: &[f64], x: &DMatrix<f64>, w: &DMatrix<f64>, a: f64, rho: f64) -> Result<Parts> {
    let m = psi.len();
    let b = DMatrix::identity(m, m) - w * rho;
    let ci = inverse_spd(&(b.transpose() * &b), "spatial structure")?;
    let c_by_rho = w.transpose() * w * (2.0 * rho) - w - w.transpose();
    let by_rho = &ci * &c_by_rho * &ci * (-a);
    let v = &ci * a + DMatrix::from_diagonal(&DVector::from_column_slice(psi));
    let vi = inverse_spd(&v, "covariance of the areas")?;
    let vx = &vi * x;
    let q = inverse_spd(&(x.transpose() * &vx), "covariates of the areas")?;
    let p = &vi - &vx * &q * vx.transpose();
    Ok(Parts { ci, by_rho, c_by_rho, v, vi, q, p })
}

/// `trace(A B)` without the product.
fn trace2(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    a.component_mul(&b.transpose()).sum()
}

/// Fits direct estimates `y` with variances `psi`, covariates `x` and proximity `w` (rows sum to one).
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{spatial_fay_herriot, Options};
/// let n = 20;
/// // neighbours on a line
/// let w = DMatrix::from_fn(n, n, |i, j| if i.abs_diff(j) == 1 { if i == 0 || i == n - 1 { 1.0 } else { 0.5 } } else { 0.0 });
/// let y: Vec<f64> = (0..n).map(|i| 10.0 + (i as f64 / 3.0).sin() * 4.0 + (i * 7 % 5) as f64 * 0.3).collect();
/// let o = Options { tolerance: 1e-8, ..Options::default() };
/// let f = spatial_fay_herriot(&y, &vec![0.5; n], &DMatrix::from_element(n, 1, 1.0), &w, &o).unwrap();
/// assert!(f.rho > 0.5 && f.mse.iter().all(|m| *m > 0.0));
/// ```
pub fn spatial_fay_herriot(
    y: &[f64],
    psi: &[f64],
    x: &DMatrix<f64>,
    w: &DMatrix<f64>,
    o: &Options,
) -> Result<SpatialFit> {
    let m = y.len();
    same_length("sampling variances", m, psi.len())?;
    same_length("covariates", m, x.nrows())?;
    if w.shape() != (m, m) {
        return Err(Error::invalid("proximity", "it must be square with one row an area"));
    }
    if o.method == Method::Moments {
        return Err(Error::invalid("spatial model", "only REML and ML are defined"));
    }
    if psi.iter().any(|v| !(v.is_finite() && *v > 0.0)) {
        return Err(Error::invalid("sampling variances", "they must be positive"));
    }
    let yv = DVector::from_column_slice(y);
    let mut sorted = psi.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut a = 0.5 * (sorted[(m - 1) / 2] + sorted[m / 2]);
    let mut rho = 0.5;
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    while c.iterations < o.max_iterations && !c.converged {
        c.iterations += 1;
        let s = parts(psi, x, w, a, rho)?;
        let py = &s.p * &yv;
        let m_used = if o.method == Method::Reml { &s.p } else { &s.vi };
        let (ma, mr) = (m_used * &s.ci, m_used * &s.by_rho);
        let score = Vector2::new(
            -0.5 * ma.trace() + 0.5 * py.dot(&(&s.ci * &py)),
            -0.5 * mr.trace() + 0.5 * py.dot(&(&s.by_rho * &py)),
        );
        let info = Matrix2::new(trace2(&ma, &ma), trace2(&ma, &mr), trace2(&ma, &mr), trace2(&mr, &mr)) * 0.5;
        let step =
            info.try_inverse().ok_or(Error::Singular { what: "information of the spatial model" })? * score;
        let (na, nr) = (a + step[0], (rho + step[1]).clamp(-0.999, 0.999));
        c.misfit = ((na - a) / a).abs().max(((nr - rho) / rho).abs());
        // A negative variance is approached, not crossed, so that the next system stays definite.
        a = if na > 0.0 { na } else { 0.1 * a };
        rho = nr;
        c.converged = c.misfit <= o.tolerance;
    }
    if !c.converged {
        return Err(Error::NotConverged {
            method: "spatial Fay-Herriot",
            iterations: c.iterations,
            misfit: c.misfit,
        });
    }
    let s = parts(psi, x, w, a, rho)?;
    let beta = &s.q * x.transpose() * &s.vi * &yv;
    let fitted = x * &beta;
    let r = &yv - &fitted;
    let vr = &s.vi * &r;
    let eblup: Vec<f64> = (&fitted + &s.ci * &vr * a).iter().copied().collect();
    let log_det: f64 = 2.0
        * s.v
            .clone()
            .cholesky()
            .ok_or(Error::NotPositiveDefinite { what: "covariance of the areas" })?
            .l()
            .diagonal()
            .map(f64::ln)
            .sum();
    let ll = -0.5 * (m as f64 * (2.0 * std::f64::consts::PI).ln() + log_det + r.dot(&vr));
    let k = x.ncols() as f64 + 2.0;
    Ok(SpatialFit {
        model_variance: a,
        rho,
        beta: beta.iter().copied().collect(),
        log_likelihood: ll,
        aic: -2.0 * ll + 2.0 * k,
        bic: -2.0 * ll + k * (m as f64).ln(),
        eblup,
        mse: mse(&s, x, w, psi, a, o.method)?,
        beta_vcov: s.q,
        convergence: c,
    })
}

fn mse(
    s: &Parts,
    x: &DMatrix<f64>,
    w: &DMatrix<f64>,
    psi: &[f64],
    a: f64,
    method: Method,
) -> Result<Vec<f64>> {
    let m = psi.len();
    let g = &s.ci * a;
    let gv = &g * &s.vi;
    let g1 = &g - &gv * &g;
    let gap = x - &gv * x;
    let (pa, pr) = (&s.p * &s.ci, &s.p * &s.by_rho);
    let info = Matrix2::new(trace2(&pa, &pa), trace2(&pa, &pr), trace2(&pa, &pr), trace2(&pr, &pr)) * 0.5;
    let cov = info.try_inverse().ok_or(Error::Singular { what: "information of the spatial model" })?;
    let (va, vr) = (&s.vi * &s.ci, &s.vi * &s.by_rho);
    let l1 = &va - &va * &va * a;
    let l2 = &vr - &vr * &va * a;
    let (l1v, l2v) = (l1.transpose() * &s.v, l2.transpose() * &s.v);
    let psi_vi = DMatrix::from_fn(m, m, |i, j| psi[i] * s.vi[(i, j)]);
    let cdc = &s.ci * &s.c_by_rho * &s.ci;
    let d22 = &s.ci * &s.c_by_rho * &cdc * (2.0 * a) - &s.ci * w.transpose() * w * &s.ci * (2.0 * a);
    let curve = &psi_vi * (&cdc * (-2.0 * cov[(0, 1)]) + d22 * cov[(1, 1)]) * psi_vi.transpose();
    let bias = if method == Method::Ml {
        let vx = &s.vi * x;
        let h = Vector2::new(
            -(&s.q * vx.transpose() * &s.ci * &vx).trace(),
            -(&s.q * vx.transpose() * &s.by_rho * &vx).trace(),
        );
        Some(cov * h * 0.5)
    } else {
        None
    };
    let (gva, gvr) = (&gv * &s.ci, &gv * &s.by_rho);
    let grad_a = &s.ci - &gva * 2.0 + &gva * &va * a;
    let grad_r = &s.by_rho - &gvr * 2.0 + &gvr * &va * a;
    Ok((0..m)
        .map(|d| {
            let row = gap.row(d);
            let g2 = (row * &s.q * row.transpose())[(0, 0)];
            let q11 = l1v.row(d).dot(&l1.column(d).transpose());
            let q12 = l1v.row(d).dot(&l2.column(d).transpose());
            let q22 = l2v.row(d).dot(&l2.column(d).transpose());
            let g3 = q11 * cov[(0, 0)] + 2.0 * q12 * cov[(0, 1)] + q22 * cov[(1, 1)];
            let b = bias.map_or(0.0, |b| b[0] * grad_a[(d, d)] + b[1] * grad_r[(d, d)]);
            g1[(d, d)] + g2 + 2.0 * g3 - 0.5 * curve[(d, d)] - b
        })
        .collect())
}

/// Exposed for the spatio-temporal model: the SAR structure's inverse and its derivative.
pub(super) fn sar(w: &DMatrix<f64>, rho: f64) -> Result<(DMatrix<f64>, DMatrix<f64>)> {
    let n = w.nrows();
    let b = DMatrix::identity(n, n) - w * rho;
    let ci = inverse(&(b.transpose() * &b), "spatial structure")?;
    let d = w.transpose() * w * (2.0 * rho) - w - w.transpose();
    let der = &ci * d * &ci * (-1.0);
    Ok((ci, der))
}
