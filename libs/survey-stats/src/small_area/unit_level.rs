//! The unit-level nested error model (Battese, Harter and Fuller).
//!
//! `y_di = x' beta + u_d + e_di`. REML (or ML) profiles out everything but the ratio `s_u^2 / s_e^2`, which a
//! one-dimensional search finds. The EBLUP of a finite population mean keeps the sampled units:
//! `f ybar + (Xbar - f xbar)' beta + (1 - f) u_d`; an area without a sample gets the synthetic mean.
//! The MSE comes from a parametric bootstrap. Sources: Battese, Harter and Fuller (1988), *JASA* 83;
//! González-Manteiga et al. (2008), *J. Statist. Comput. Simul.* 78.

use crate::error::{Error, Result, all_finite, same_length};
use crate::linalg::inverse_spd;
use crate::random::Random;
use crate::sum::sum;
use nalgebra::{DMatrix, DVector};

/// A fitted unit-level model with predictions of the areas' means.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitLevelFit {
    /// variance between areas
    pub area_variance: f64,
    /// variance within areas
    pub unit_variance: f64,
    /// regression coefficients
    pub beta: Vec<f64>,
    /// covariance of the coefficients
    pub beta_vcov: DMatrix<f64>,
    /// log-likelihood (restricted for REML)
    pub log_likelihood: f64,
    /// predicted area effects, zero without a sample
    pub effects: Vec<f64>,
    /// sampled units of each area
    pub n: Vec<usize>,
    /// predicted means
    pub eblup: Vec<f64>,
}

struct Data<'a> {
    y: &'a [f64],
    x: &'a DMatrix<f64>,
    rows: Vec<Vec<usize>>,
}

struct Profile {
    beta: DVector<f64>,
    q: DMatrix<f64>,
    unit_variance: f64,
    log_likelihood: f64,
}

impl Data<'_> {
    /// Everything given the variance ratio.
    fn profile(&self, ratio: f64, reml: bool) -> Result<Profile> {
        let (n, p) = self.x.shape();
        let mut xx = DMatrix::zeros(p, p);
        let mut xy = DVector::zeros(p);
        let mut log_det = 0.0;
        for rows in &self.rows {
            if rows.is_empty() {
                continue;
            }
            let k = rows.len() as f64;
            let g = ratio / (1.0 + k * ratio);
            log_det += (1.0 + k * ratio).ln();
            let sx = DVector::from_fn(p, |j, _| rows.iter().map(|i| self.x[(*i, j)]).sum::<f64>());
            let sy: f64 = rows.iter().map(|i| self.y[*i]).sum();
            for i in rows {
                let r = self.x.row(*i).transpose();
                xx += &r * r.transpose();
                xy += r * self.y[*i];
            }
            xx -= &sx * sx.transpose() * g;
            xy -= sx * (g * sy);
        }
        let q = inverse_spd(&xx, "covariates of the units")?;
        let beta = &q * xy;
        let mut rss = 0.0;
        for rows in &self.rows {
            let r: Vec<f64> = rows.iter().map(|i| self.y[*i] - (self.x.row(*i) * &beta)[(0, 0)]).collect();
            let s: f64 = r.iter().sum();
            rss += sum(r.iter().map(|r| r * r)) - ratio / (1.0 + rows.len() as f64 * ratio) * s * s;
        }
        let df = if reml { (n - p) as f64 } else { n as f64 };
        let s2 = rss / df;
        let mut ll = -0.5 * (df * ((2.0 * std::f64::consts::PI * s2).ln() + 1.0) + log_det);
        if reml {
            ll -= 0.5 * xx.determinant().ln();
        }
        Ok(Profile { beta, q, unit_variance: s2, log_likelihood: ll })
    }

    /// The ratio with the largest likelihood, by golden section on its logarithm.
    fn best(&self, reml: bool) -> Result<(f64, Profile)> {
        let f = |t: f64| -> Result<f64> { Ok(self.profile(t.exp(), reml)?.log_likelihood) };
        let (mut best, mut at) = (f64::NEG_INFINITY, 0.0);
        let mut t = -16.0;
        while t <= 10.0 {
            let v = f(t)?;
            if v > best {
                (best, at) = (v, t);
            }
            t += 0.5;
        }
        let (mut a, mut b) = (at - 0.5, at + 0.5);
        let r = 0.5 * (5.0_f64.sqrt() - 1.0);
        for _ in 0..80 {
            let (c, d) = (b - r * (b - a), a + r * (b - a));
            if f(c)? > f(d)? { b = d } else { a = c }
        }
        // The likelihood is flat at its top; the root of its slope is sharper.
        let slope = |t: f64| -> Result<f64> { Ok(f(t + 1e-4)? - f(t - 1e-4)?) };
        let (mut lo, mut hi) = (0.5 * (a + b) - 1e-3, 0.5 * (a + b) + 1e-3);
        if slope(lo)? > 0.0 && slope(hi)? < 0.0 {
            for _ in 0..40 {
                let m = 0.5 * (lo + hi);
                if slope(m)? > 0.0 { lo = m } else { hi = m }
            }
            (a, b) = (lo, hi);
        }
        let top = 0.5 * (a + b);
        let zero = self.profile(0.0, reml)?;
        let inner = self.profile(top.exp(), reml)?;
        if zero.log_likelihood >= inner.log_likelihood { Ok((0.0, zero)) } else { Ok((top.exp(), inner)) }
    }
}

/// Fits the model and predicts the mean of every area.
///
/// `area` holds, a unit, the index of its area; `means` one row an area with the population means of the
/// columns of `x`; `sizes` the areas' populations.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::unit_level;
/// let y = [3.1, 3.4, 5.2, 4.9, 5.1, 7.9, 8.2];
/// let f = unit_level(&y, &DMatrix::from_element(7, 1, 1.0), &[0, 0, 1, 1, 1, 2, 2],
///                    &DMatrix::from_element(4, 1, 1.0), &[100.0; 4], true).unwrap();
/// assert!(f.area_variance > f.unit_variance);
/// assert_eq!(f.eblup[3], f.beta[0]); // no sample: synthetic
/// ```
pub fn unit_level(
    y: &[f64],
    x: &DMatrix<f64>,
    area: &[usize],
    means: &DMatrix<f64>,
    sizes: &[f64],
    reml: bool,
) -> Result<UnitLevelFit> {
    let k = means.nrows();
    same_length("units' areas", y.len(), area.len())?;
    same_length("units' covariates", y.len(), x.nrows())?;
    same_length("areas' sizes", k, sizes.len())?;
    same_length("areas' means", x.ncols(), means.ncols())?;
    all_finite("outcome", y)?;
    all_finite("covariates", x.as_slice())?;
    if let Some(a) = area.iter().find(|a| **a >= k) {
        return Err(Error::invalid("areas", format!("area {a} has no population means")));
    }
    let mut rows = vec![Vec::new(); k];
    for (i, a) in area.iter().enumerate() {
        rows[*a].push(i);
    }
    if let Some(d) = (0..k).find(|d| rows[*d].len() as f64 > sizes[*d]) {
        return Err(Error::invalid("areas", format!("area {d} has more sampled units than people")));
    }
    let data = Data { y, x, rows };
    let (ratio, p) = data.best(reml)?;
    let mut effects = Vec::with_capacity(k);
    let mut eblup = Vec::with_capacity(k);
    for d in 0..k {
        let rows = &data.rows[d];
        let n = rows.len() as f64;
        let synthetic = (means.row(d) * &p.beta)[(0, 0)];
        if rows.is_empty() {
            effects.push(0.0);
            eblup.push(synthetic);
            continue;
        }
        let ybar = sum(rows.iter().map(|i| y[*i])) / n;
        let xb = sum(rows.iter().map(|i| (x.row(*i) * &p.beta)[(0, 0)])) / n;
        let u = n * ratio / (1.0 + n * ratio) * (ybar - xb);
        let f = n / sizes[d];
        effects.push(u);
        eblup.push(f * ybar + synthetic - f * xb + (1.0 - f) * u);
    }
    Ok(UnitLevelFit {
        area_variance: ratio * p.unit_variance,
        unit_variance: p.unit_variance,
        beta: p.beta.iter().copied().collect(),
        beta_vcov: p.q * p.unit_variance,
        log_likelihood: p.log_likelihood,
        effects,
        n: data.rows.iter().map(Vec::len).collect(),
        eblup,
    })
}

/// Parametric bootstrap MSE of the predicted means from `replicates` draws of a fitted model.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{bootstrap_mse, unit_level};
/// let y = [3.1, 3.4, 5.2, 4.9, 5.1, 7.9, 8.2];
/// let (x, area) = (DMatrix::from_element(7, 1, 1.0), [0, 0, 1, 1, 1, 2, 2]);
/// let (means, sizes) = (DMatrix::from_element(3, 1, 1.0), [100.0; 3]);
/// let f = unit_level(&y, &x, &area, &means, &sizes, true).unwrap();
/// let mse = bootstrap_mse(&f, &x, &area, &means, &sizes, 50, 1).unwrap();
/// assert!(mse.iter().all(|m| *m > 0.0));
/// ```
pub fn bootstrap_mse(
    fit: &UnitLevelFit,
    x: &DMatrix<f64>,
    area: &[usize],
    means: &DMatrix<f64>,
    sizes: &[f64],
    replicates: usize,
    seed: u64,
) -> Result<Vec<f64>> {
    let k = means.nrows();
    let beta = DVector::from_column_slice(&fit.beta);
    let (su, se) = (fit.area_variance.sqrt(), fit.unit_variance.sqrt());
    let fixed = x * &beta;
    let base = means * &beta;
    let mut rng = Random::new(seed);
    let mut mse = vec![0.0; k];
    for _ in 0..replicates {
        let u: Vec<f64> = (0..k).map(|_| su * rng.normal()).collect();
        let mut errors = vec![0.0; k];
        let y: Vec<f64> = area
            .iter()
            .enumerate()
            .map(|(i, d)| {
                let e = se * rng.normal();
                errors[*d] += e;
                fixed[i] + u[*d] + e
            })
            .collect();
        let truth: Vec<f64> = (0..k)
            .map(|d| {
                let rest = (sizes[d] - fit.n[d] as f64).max(0.0);
                base[d] + u[d] + (errors[d] + se * rest.sqrt() * rng.normal()) / sizes[d]
            })
            .collect();
        let b = unit_level(&y, x, area, means, sizes, true)?;
        for d in 0..k {
            mse[d] += (b.eblup[d] - truth[d]).powi(2) / replicates as f64;
        }
    }
    Ok(mse)
}
