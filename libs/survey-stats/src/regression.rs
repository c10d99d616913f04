//! Linear and logistic regression under a design, with the probit, complementary log-log and log links.
//!
//! Coefficients solve the weighted score equations `sum w_i (y_i - mu_i) mu'_i / V_i x_i = 0`; with
//! `A = sum w_i mu'_i^2 / V_i x_i x_i'` the influence of row `i` is its score times `A^{-1}`, so that the covariance is the sandwich `A^{-1} V A^{-1}` with the
//! design's `V`. Residual degrees of freedom are the design's plus one less the number of coefficients.
//! Source: Binder (1983), *Int. Statist. Rev.* 51; Lumley (2010), ch. 5-6.

use crate::design::Design;
use crate::error::{Error, Result, same_length};
use crate::estimate::{Convergence, Estimates};
use crate::linalg;
use crate::special::{expit, normal_cdf, normal_pdf};
use crate::statistic::Statistic;
use crate::sum::sum;
use nalgebra::{DMatrix, DVector};

/// Covariates with their names; one column each.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelMatrix {
    /// names of the columns
    pub names: Vec<String>,
    /// one row a respondent
    pub x: DMatrix<f64>,
}

impl ModelMatrix {
    /// Checks that names and columns agree.
    pub fn new(names: Vec<String>, x: DMatrix<f64>) -> Result<ModelMatrix> {
        same_length("covariate names", x.ncols(), names.len())?;
        Ok(ModelMatrix { names, x })
    }

    /// The model with an intercept only.
    pub fn intercept(n: usize) -> ModelMatrix {
        ModelMatrix { names: vec!["(Intercept)".into()], x: DMatrix::from_element(n, 1, 1.0) }
    }
}

/// The mean as a function of the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// identity: linear regression
    Identity,
    /// log-odds: logistic regression
    Logit,
    /// logarithm: log-linear regression of counts
    Log,
    /// normal quantile: probit regression
    Probit,
    /// `log(-log(1 - p))`: proportional hazards in grouped time
    ComplementaryLogLog,
}

impl Link {
    /// The mean at a value of the linear predictor.
    pub fn mean(self, eta: f64) -> f64 {
        match self {
            Link::Identity => eta,
            Link::Logit => expit(eta),
            Link::Log => eta.exp(),
            Link::Probit => normal_cdf(eta),
            Link::ComplementaryLogLog => -(-eta.exp()).exp_m1(),
        }
    }

    /// Whether the outcome is a share.
    fn binary(self) -> bool {
        matches!(self, Link::Logit | Link::Probit | Link::ComplementaryLogLog)
    }
}

/// A regression as a statistic, for designs and replicates alike.
#[derive(Debug, Clone)]
pub struct Regression {
    /// outcome; 0 and 1 (or shares between) for the log-odds
    pub y: Vec<f64>,
    /// covariates
    pub x: ModelMatrix,
    /// link
    pub link: Link,
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct Fit {
    /// coefficients with their design covariance
    pub coefficients: Estimates,
    /// fitted means, a row
    pub fitted: Vec<f64>,
    /// residual degrees of freedom
    pub df_residual: f64,
    /// how the iteration ended
    pub convergence: Convergence,
}

impl Regression {
    fn check(&self, w: &[f64]) -> Result<()> {
        same_length("outcome", w.len(), self.y.len())?;
        same_length("covariates", w.len(), self.x.x.nrows())?;
        for row in (0..w.len()).filter(|i| w[*i] != 0.0) {
            if !self.y[row].is_finite() || self.x.x.row(row).iter().any(|v| !v.is_finite()) {
                return Err(Error::NotFinite { what: "regression data", row });
            }
            if self.link == Link::Log && self.y[row] < 0.0 {
                return Err(Error::invalid(
                    "log-linear regression",
                    format!("outcome of row {row} is negative"),
                ));
            }
            if self.link.binary() && !(0.0..=1.0).contains(&self.y[row]) {
                return Err(Error::invalid(
                    "logistic regression",
                    format!("outcome of row {row} is not 0 or 1"),
                ));
            }
        }
        Ok(())
    }

    /// Mean, factor of the residual in the score, and information.
    fn mean(&self, eta: f64) -> (f64, f64, f64) {
        let mu = self.link.mean(eta);
        let binary = |slope: f64| {
            let v = (mu * (1.0 - mu)).max(f64::MIN_POSITIVE);
            (mu, slope / v, slope * slope / v)
        };
        match self.link {
            Link::Identity => (mu, 1.0, 1.0),
            Link::Logit => (mu, 1.0, mu * (1.0 - mu)),
            Link::Log => (mu, 1.0, mu),
            Link::Probit => binary(normal_pdf(eta)),
            Link::ComplementaryLogLog => binary((eta - eta.exp()).exp()),
        }
    }

    fn predictor(&self, beta: &DVector<f64>, i: usize) -> f64 {
        self.x.x.row(i).iter().zip(beta.iter()).map(|(x, b)| x * b).sum()
    }

    /// Score and information at `beta`.
    fn score(&self, w: &[f64], beta: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let p = self.x.x.ncols();
        let rows: Vec<usize> = (0..w.len()).filter(|i| w[*i] != 0.0).collect();
        let m: Vec<(f64, f64, f64)> = rows.iter().map(|i| self.mean(self.predictor(beta, *i))).collect();
        let s = DVector::from_fn(p, |a, _| {
            sum(rows.iter().zip(&m).map(|(i, m)| w[*i] * (self.y[*i] - m.0) * m.1 * self.x.x[(*i, a)]))
        });
        let mut info = DMatrix::zeros(p, p);
        for a in 0..p {
            for b in a..p {
                let v = sum(rows
                    .iter()
                    .zip(&m)
                    .map(|(i, m)| w[*i] * m.2 * self.x.x[(*i, a)] * self.x.x[(*i, b)]));
                info[(a, b)] = v;
                info[(b, a)] = v;
            }
        }
        (s, info)
    }

    fn deviance(&self, w: &[f64], beta: &DVector<f64>) -> f64 {
        sum((0..w.len()).filter(|i| w[*i] != 0.0).map(|i| {
            let eta = self.predictor(beta, i);
            match self.link {
                Link::Identity => w[i] * (self.y[i] - eta).powi(2),
                // -2 (y eta - log(1 + exp eta)), stable in both tails
                Link::Log => 2.0 * w[i] * (eta.exp() - self.y[i] * eta),
                Link::Logit => 2.0 * w[i] * (eta.max(0.0) + (-eta.abs()).exp().ln_1p() - self.y[i] * eta),
                Link::Probit | Link::ComplementaryLogLog => {
                    let (p, y) = (self.link.mean(eta).clamp(1e-300, 1.0 - 1e-16), self.y[i]);
                    -2.0 * w[i] * (y * p.ln() + (1.0 - y) * (-p).ln_1p())
                }
            }
        }))
    }

    /// Newton's method with step halving.
    pub fn solve(&self, w: &[f64]) -> Result<(DVector<f64>, Convergence)> {
        self.check(w)?;
        let p = self.x.x.ncols();
        let mut beta = DVector::zeros(p);
        let mut dev = self.deviance(w, &beta);
        let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
        while c.iterations < 100 {
            c.iterations += 1;
            let (s, info) = self.score(w, &beta);
            let d: Vec<f64> = (0..p).map(|a| info[(a, a)].sqrt()).collect();
            if d.iter().any(|d| !(*d > 0.0)) {
                return Err(self.degenerate(w, &beta));
            }
            // Solved on the scale of correlations, so that units do not decide what is singular.
            let cor = DMatrix::from_fn(p, p, |a, b| info[(a, b)] / (d[a] * d[b]));
            let rhs = DVector::from_fn(p, |a, _| s[a] / d[a]);
            let Some(chol) = cor.cholesky() else { return Err(self.degenerate(w, &beta)) };
            let z = chol.solve(&rhs);
            if chol.l().diagonal().iter().any(|l| *l < 1e-7) {
                return Err(self.degenerate(w, &beta));
            }
            c.misfit = z.amax();
            let mut step = DVector::from_fn(p, |a, _| z[a] / d[a]);
            let mut next = &beta + &step;
            let mut after = self.deviance(w, &next);
            for _ in 0..30 {
                if after.is_finite() && after <= dev + 1e-12 * (1.0 + dev.abs()) {
                    break;
                }
                step *= 0.5;
                next = &beta + &step;
                after = self.deviance(w, &next);
            }
            beta = next;
            let scale = dev.abs().sqrt().max(1e-300);
            dev = after;
            if c.misfit <= 1e-12 * scale.max(1.0) || (self.link == Link::Identity && c.iterations == 2) {
                c.converged = true;
                return Ok((beta, c));
            }
        }
        Err(self.degenerate(w, &beta))
    }

    fn degenerate(&self, w: &[f64], beta: &DVector<f64>) -> Error {
        let edge = if self.link == Link::Logit { 15.0 } else { 6.0 };
        let far = (0..w.len()).any(|i| w[i] != 0.0 && self.predictor(beta, i).abs() > edge);
        match self.link {
            Link::Logit | Link::Probit | Link::ComplementaryLogLog if far => {
                Error::Separation { what: "logistic regression" }
            }
            Link::Logit | Link::Probit | Link::ComplementaryLogLog | Link::Identity | Link::Log => {
                Error::Singular { what: "covariates (one is a combination of others)" }
            }
        }
    }

    /// Fits under a design.
    pub fn fit(&self, design: &Design) -> Result<Fit> {
        let w = design.weights();
        let (beta, convergence) = self.solve(&w)?;
        let coefficients = design.estimate(self)?;
        let fitted = (0..w.len()).map(|i| self.mean(self.predictor(&beta, i)).0).collect();
        let df_residual = design.df() + 1.0 - self.x.x.ncols() as f64;
        Ok(Fit { coefficients, fitted, df_residual, convergence })
    }
}

impl Statistic for Regression {
    fn names(&self) -> Vec<String> {
        self.x.names.clone()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        Ok(self.solve(w)?.0.iter().copied().collect())
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        let (beta, _) = self.solve(w)?;
        let (_, info) = self.score(w, &beta);
        let a = linalg::inverse_spd(&info, "information of the regression")?;
        let scores = DMatrix::from_fn(w.len(), beta.len(), |i, j| {
            if w[i] == 0.0 {
                0.0
            } else {
                let m = self.mean(self.predictor(&beta, i));
                w[i] * (self.y[i] - m.0) * m.1 * self.x.x[(i, j)]
            }
        });
        Ok(scores * a)
    }
}

/// Linear regression.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::{design::Design, regression::{linear, ModelMatrix}};
/// let d = Design::srs(4, None, None).unwrap();
/// let x = ModelMatrix::new(vec!["a".into(), "b".into()], dmatrix![1., 0.; 1., 1.; 1., 2.; 1., 3.]).unwrap();
/// let f = linear(&d, &[1.0, 3.0, 5.0, 7.5], &x).unwrap();
/// assert!((f.coefficients.values[1] - 2.15).abs() < 1e-12);
/// ```
pub fn linear(design: &Design, y: &[f64], x: &ModelMatrix) -> Result<Fit> {
    Regression { y: y.to_vec(), x: x.clone(), link: Link::Identity }.fit(design)
}

/// Logistic regression (pseudo-maximum likelihood); perfect separation is an error.
///
/// ```
/// use survey_stats::{design::Design, regression::{logistic, ModelMatrix}};
/// let d = Design::srs(4, None, None).unwrap();
/// let f = logistic(&d, &[1.0, 0.0, 1.0, 1.0], &ModelMatrix::intercept(4)).unwrap();
/// assert!((f.coefficients.values[0] - 3.0_f64.ln()).abs() < 1e-10);
/// assert!(logistic(&d, &[1.0; 4], &ModelMatrix::intercept(4)).is_err());
/// ```
pub fn logistic(design: &Design, y: &[f64], x: &ModelMatrix) -> Result<Fit> {
    Regression { y: y.to_vec(), x: x.clone(), link: Link::Logit }.fit(design)
}
