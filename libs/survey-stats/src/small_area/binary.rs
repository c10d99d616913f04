//! Unit-level model for a yes/no outcome: logistic regression with normal area effects.
//!
//! `logit P(y_di = 1) = x' beta + u_d`, `u_d ~ N(0, A)`. Penalised quasi-likelihood with Laplace updates of
//! `A` (Breslow and Clayton 1993, *JASA* 88; Jiang and Lahiri 2001). The predicted share of an area averages
//! the fitted probabilities over its population cells; its MSE is the posterior variance of the linear
//! predictor carried over by the delta method. Laplace estimates of `A` are low for tiny areas: the
//! result carries the figures that let this be judged.

use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg::inverse_spd;
use crate::special::expit;
use nalgebra::{DMatrix, DVector};

/// A fitted binary model with predicted shares.
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryFit {
    /// variance between areas on the log-odds
    pub area_variance: f64,
    /// regression coefficients
    pub beta: Vec<f64>,
    /// covariance of the coefficients
    pub beta_vcov: DMatrix<f64>,
    /// predicted area effects
    pub effects: Vec<f64>,
    /// predicted shares
    pub share: Vec<f64>,
    /// their approximate mean squared errors
    pub mse: Vec<f64>,
    /// how the iteration ended
    pub convergence: Convergence,
}

/// Fits the model; `cells` lists the population as `(area, covariates, people)`.
///
/// ```
/// use nalgebra::{DMatrix, DVector};
/// use survey_stats::small_area::binary_unit_level;
/// let area: Vec<usize> = (0..200).map(|i| i / 20).collect();
/// let y: Vec<f64> = (0..200).map(|i| if (i * 7) % 20 < 2 + i / 20 { 1.0 } else { 0.0 }).collect();
/// let one = DVector::from_element(1, 1.0);
/// let cells: Vec<_> = (0..10).map(|d| (d, one.clone(), 500.0)).collect();
/// let f = binary_unit_level(&y, &DMatrix::from_element(200, 1, 1.0), &area, 10, &cells).unwrap();
/// assert!(f.share[0] > 0.1 && f.share[0] < f.share[9] && f.share[9] < 0.55);
/// ```
pub fn binary_unit_level(
    y: &[f64],
    x: &DMatrix<f64>,
    area: &[usize],
    areas: usize,
    cells: &[(usize, DVector<f64>, f64)],
) -> Result<BinaryFit> {
    let (n, p) = x.shape();
    same_length("outcome", n, y.len())?;
    same_length("areas", n, area.len())?;
    if y.iter().any(|v| *v != 0.0 && *v != 1.0) {
        return Err(Error::invalid("outcome", "it must be 0 or 1"));
    }
    if area.iter().any(|a| *a >= areas) || cells.iter().any(|c| c.0 >= areas || c.1.len() != p) {
        return Err(Error::invalid(
            "areas",
            "an index is out of range or a cell has another number of covariates",
        ));
    }
    let k = p + areas;
    let mut theta = DVector::zeros(k);
    let mut a = 0.5;
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    let mut cov = DMatrix::zeros(k, k);
    while c.iterations < 500 && !c.converged {
        c.iterations += 1;
        let mut info = DMatrix::zeros(k, k);
        let mut score = DVector::zeros(k);
        for i in 0..n {
            let u = p + area[i];
            let eta = (0..p).map(|j| x[(i, j)] * theta[j]).sum::<f64>() + theta[u];
            let m = expit(eta);
            let v = (m * (1.0 - m)).max(1e-12);
            score[u] += y[i] - m;
            info[(u, u)] += v;
            for j in 0..p {
                score[j] += (y[i] - m) * x[(i, j)];
                info[(u, j)] += v * x[(i, j)];
                info[(j, u)] = info[(u, j)];
                for l in 0..p {
                    info[(j, l)] += v * x[(i, j)] * x[(i, l)];
                }
            }
        }
        for d in 0..areas {
            score[p + d] -= theta[p + d] / a;
            info[(p + d, p + d)] += 1.0 / a;
        }
        cov = inverse_spd(&info, "information of the binary model")?;
        let step = &cov * score;
        if theta.amax() > 30.0 {
            return Err(Error::Separation { what: "binary small-area model" });
        }
        theta += &step;
        // Harville's update: A = sum(u^2 + var(u)) / areas.
        let next = (0..areas).map(|d| theta[p + d].powi(2) + cov[(p + d, p + d)]).sum::<f64>() / areas as f64;
        c.misfit = step.amax().max(((next - a) / a).abs());
        a = next.max(1e-10);
        c.converged = c.misfit < 1e-8 || a <= 1e-9;
    }
    if !c.converged {
        return Err(Error::NotConverged {
            method: "binary small-area model",
            iterations: c.iterations,
            misfit: c.misfit,
        });
    }
    let mut share = vec![0.0; areas];
    let mut people = vec![0.0; areas];
    let mut gradient = DMatrix::zeros(areas, k);
    for (d, z, w) in cells {
        let m = expit((0..p).map(|j| z[j] * theta[j]).sum::<f64>() + theta[p + d]);
        share[*d] += w * m;
        people[*d] += w;
        for j in 0..p {
            gradient[(*d, j)] += w * m * (1.0 - m) * z[j];
        }
        gradient[(*d, p + d)] += w * m * (1.0 - m);
    }
    if let Some(d) = people.iter().position(|w| *w <= 0.0) {
        return Err(Error::invalid("population cells", format!("area {d} has no people")));
    }
    let mse = (0..areas)
        .map(|d| {
            let g = gradient.row(d) / people[d];
            (&g * &cov * g.transpose())[(0, 0)]
        })
        .collect();
    Ok(BinaryFit {
        area_variance: a,
        beta: theta.rows(0, p).iter().copied().collect(),
        beta_vcov: cov.view((0, 0), (p, p)).into_owned(),
        effects: theta.rows(p, areas).iter().copied().collect(),
        share: share.iter().zip(&people).map(|(s, w)| s / w).collect(),
        mse,
        convergence: c,
    })
}
