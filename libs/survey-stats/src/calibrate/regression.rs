//! Generalised regression and bounded calibration by Newton's method.
//!
//! Finds `g` with `sum_i d_i g_i x_i = T` and `g_i = F(x_i' lambda / q_i)`, `F` a [`Distance`], `q` a
//! working variance. Converged when `|misfit| / (1 + |T|)` is below the tolerance for every total; steps
//! that leave the range of numbers are halved. The unbounded linear case is solved exactly.
//! The variance uses residuals of the weighted regression on `x` with the weights before calibration.
//! Source: Deville and Särndal (1992), *JASA* 87.

use super::{Calibrated, Distance};
use crate::design::{Calibration, Design};
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg;
use crate::replicate::Replicates;
use crate::sum::sum;
use nalgebra::{DMatrix, DVector};

/// How to calibrate.
#[derive(Debug, Clone)]
pub struct Options {
    /// distance function
    pub distance: Distance,
    /// smallest factor
    pub lower: f64,
    /// largest factor
    pub upper: f64,
    /// the bounds are of the calibrated weights themselves, not of the factors
    pub bounds_on_weights: bool,
    /// working variance of each row; one when absent
    pub variance: Option<Vec<f64>>,
    /// rows with the same code share one factor (integrated household or cluster weights)
    pub aggregate: Option<Vec<usize>>,
    /// after calibration cut the factors here and spread the excess over the others
    pub trim: Option<(f64, f64)>,
    /// Newton steps at most
    pub max_iterations: usize,
    /// largest relative misfit
    pub tolerance: f64,
    /// return what was reached instead of an error
    pub accept_unconverged: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            distance: Distance::Linear,
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            bounds_on_weights: false,
            variance: None,
            aggregate: None,
            trim: None,
            max_iterations: 50,
            tolerance: 1e-7,
            accept_unconverged: false,
        }
    }
}

fn column_sums(x: &DMatrix<f64>, w: &[f64]) -> Vec<f64> {
    x.column_iter().map(|c| sum(c.iter().zip(w).map(|(x, w)| x * w))).collect()
}

fn misfit(x: &DMatrix<f64>, w: &[f64], g: &[f64], totals: &[f64]) -> Vec<f64> {
    let wg: Vec<f64> = w.iter().zip(g).map(|(w, g)| w * g).collect();
    column_sums(x, &wg).iter().zip(totals).map(|(s, t)| t - s).collect()
}

fn worst(misfit: &[f64], totals: &[f64]) -> f64 {
    misfit.iter().zip(totals).map(|(m, t)| m.abs() / (1.0 + t.abs())).fold(0.0, f64::max)
}

/// Means within groups, weighted by nothing: the rows of a cluster become alike.
fn averaged(v: &[f64], group: &[usize]) -> Vec<f64> {
    let k = group.iter().max().map_or(0, |m| m + 1);
    let (mut s, mut n) = (vec![0.0; k], vec![0.0; k]);
    for (v, g) in v.iter().zip(group) {
        s[*g] += v;
        n[*g] += 1.0;
    }
    group.iter().map(|g| s[*g] / n[*g]).collect()
}

/// Calibration factors for weights `w`, calibration variables `x` (one column a total) and totals.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::calibrate::{g_weights, Distance, Options};
/// let o = Options { distance: Distance::Raking, ..Options::default() };
/// let (g, c) = g_weights(&dmatrix![1.0; 1.0], &[10.0, 30.0], &[50.0], &o).unwrap();
/// assert!((g[0] - 1.25).abs() < 1e-6 && c.converged);
/// ```
pub fn g_weights(
    x: &DMatrix<f64>,
    w: &[f64],
    totals: &[f64],
    o: &Options,
) -> Result<(Vec<f64>, Convergence)> {
    let (n, p) = x.shape();
    same_length("weights", n, w.len())?;
    same_length("totals", p, totals.len())?;
    crate::error::all_finite("calibration variables", x.as_slice())?;
    crate::error::all_finite("calibration totals", totals)?;
    let bound = |limit: f64, i: usize| if o.bounds_on_weights && w[i] > 0.0 { limit / w[i] } else { limit };
    let bounds: Vec<(f64, f64)> = (0..n).map(|i| (bound(o.lower, i), bound(o.upper, i))).collect();
    if !o.bounds_on_weights {
        o.distance.check(o.lower, o.upper)?;
    } else if o.distance == Distance::Logit {
        bounds.iter().try_for_each(|(l, u)| o.distance.check(*l, *u))?;
    }
    let q: Vec<f64> = match &o.variance {
        Some(v) => {
            same_length("working variance", n, v.len())?;
            if v.iter().any(|v| !(v.is_finite() && *v > 0.0)) {
                return Err(Error::invalid("working variance", "it must be positive in every row"));
            }
            v.clone()
        }
        None => vec![1.0; n],
    };
    // Columns are brought to one size, so that the pseudo-inverse judges rank and not units.
    let size: Vec<f64> = x
        .column_iter()
        .map(|c| sum(c.iter().zip(w).zip(&q).map(|((x, w), q)| x * x * w.abs() / q)).sqrt())
        .map(|s| if s > 0.0 { s } else { 1.0 })
        .collect();
    let xs = DMatrix::from_fn(n, p, |i, j| x[(i, j)] / size[j]);
    let ts: Vec<f64> = totals.iter().zip(&size).map(|(t, s)| t / s).collect();

    // People who start from weights of 1 far below the population are scaled up first.
    let start = column_sums(x, w);
    let ratio: Vec<f64> = totals.iter().zip(&start).map(|(t, s)| t / s).collect();
    let linear = o.distance == Distance::Linear && o.lower == f64::NEG_INFINITY && o.upper == f64::INFINITY;
    let lift = if !linear && ratio.iter().copied().fold(f64::INFINITY, f64::min) > 20.0 {
        ratio.iter().sum::<f64>() / p as f64
    } else {
        1.0
    };
    let w: Vec<f64> = w.iter().map(|w| w * lift).collect();

    let mut lambda = DVector::zeros(p);
    let factors = |lambda: &DVector<f64>| -> (Vec<f64>, Vec<f64>) {
        let u = &xs * lambda;
        (0..n).map(|i| o.distance.factor(u[i] / q[i], bounds[i].0, bounds[i].1)).unzip()
    };
    let (mut g, mut slope) = factors(&lambda);
    let mut c =
        Convergence { converged: false, iterations: 0, misfit: worst(&misfit(x, &w, &g, totals), totals) };
    while c.iterations < o.max_iterations {
        c.iterations += 1;
        let mut t = DMatrix::zeros(p, p);
        for a in 0..p {
            for b in a..p {
                t[(a, b)] = sum((0..n).map(|i| xs[(i, a)] * xs[(i, b)] * w[i] * slope[i] / q[i]));
                t[(b, a)] = t[(a, b)];
            }
        }
        let m = DVector::from_vec(misfit(&xs, &w, &g, &ts));
        let mut step = linalg::pseudo_inverse(&t, 256.0 * f64::EPSILON) * m;
        lambda += &step;
        (g, slope) = factors(&lambda);
        while c.iterations < o.max_iterations && g.iter().chain(&slope).any(|v| !v.is_finite()) {
            c.iterations += 1;
            step *= 0.5;
            lambda -= &step;
            (g, slope) = factors(&lambda);
        }
        c.misfit = worst(&misfit(x, &w, &g, totals), totals);
        // The exact linear solution is polished once more, because it costs one step.
        if c.misfit < o.tolerance && (!linear || c.iterations >= 2 || c.misfit == 0.0) {
            c.converged = true;
            break;
        }
    }
    if !c.converged && !o.accept_unconverged && o.trim.is_none() {
        return Err(Error::NotConverged {
            method: "calibration",
            iterations: c.iterations,
            misfit: c.misfit,
        });
    }
    if let Some((low, high)) = o.trim {
        g = super::trim::spread(&g, &w, low, high);
    }
    Ok((g.iter().map(|g| g * lift).collect(), c))
}

/// Rows with a common code get common variables and weights.
fn aggregated(x: &DMatrix<f64>, w: &[f64], o: &Options) -> Result<(DMatrix<f64>, Vec<f64>)> {
    match &o.aggregate {
        None => Ok((x.clone(), w.to_vec())),
        Some(group) => {
            same_length("aggregation codes", w.len(), group.len())?;
            let columns: Vec<Vec<f64>> =
                x.column_iter().map(|c| averaged(&c.iter().copied().collect::<Vec<_>>(), group)).collect();
            Ok((linalg::from_columns(&columns), averaged(w, group)))
        }
    }
}

/// Calibrates a design to totals of the columns of `x`.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::{calibrate::{calibrate, Options}, design::Design};
/// let d = Design::srs(3, Some(vec![10.0; 3]), None).unwrap();
/// let x = dmatrix![1.0, 2.0; 1.0, 4.0; 1.0, 6.0];
/// let c = calibrate(&d, &x, &[33.0, 140.0], &Options::default()).unwrap();
/// assert!((c.design.weights().iter().sum::<f64>() - 33.0).abs() < 1e-9 && c.convergence.converged);
/// ```
pub fn calibrate(design: &Design, x: &DMatrix<f64>, totals: &[f64], o: &Options) -> Result<Calibrated> {
    same_length("calibration variables", design.len(), x.nrows())?;
    let before = design.weights();
    let (xa, wa) = aggregated(x, &before, o)?;
    let (g, convergence) = g_weights(&xa, &wa, totals, o)?;
    let after: Vec<f64> = before.iter().zip(&g).map(|(w, g)| w * g).collect();
    let mut d = design.with_weights(after)?;
    let q = |i: usize| o.variance.as_ref().map_or(1.0, |v| v[i]);
    let scaled = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| xa[(i, j)] * (wa[i].max(0.0) / q(i)).sqrt());
    let scale = (0..x.nrows()).map(|i| g[i] * (wa[i].max(0.0) * q(i)).sqrt()).collect();
    d.calibrations.push(Calibration::Regression { basis: linalg::basis(&scaled), scale });
    Ok(Calibrated { design: d, g, convergence })
}

/// Calibrates the full sample and every replicate; each must converge.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::{calibrate::{calibrate_replicates, Options}, design::Design, replicate::Replicates};
/// let r = Replicates::jk1(&Design::srs(5, Some(vec![10.0; 5]), None).unwrap()).unwrap();
/// let p = calibrate_replicates(&r, &DMatrix::from_element(5, 1, 1.0), &[60.0], &Options::default()).unwrap();
/// assert!((p.replicate(2).iter().sum::<f64>() - 60.0).abs() < 1e-9);
/// ```
pub fn calibrate_replicates(
    r: &Replicates,
    x: &DMatrix<f64>,
    totals: &[f64],
    o: &Options,
) -> Result<Replicates> {
    let linear = o.distance == Distance::Linear && o.lower == f64::NEG_INFINITY && o.upper == f64::INFINITY;
    let calibrated = r.reweighted(|w| {
        let (xa, wa) = aggregated(x, w, o)?;
        let (g, _) = g_weights(&xa, &wa, totals, o)?;
        Ok(w.iter().zip(&g).map(|(w, g)| w * g).collect())
    })?;
    // A linear combination of columns takes rank away; other distances keep what the sample had.
    Ok(if linear { calibrated.with_fresh_df() } else { calibrated })
}
