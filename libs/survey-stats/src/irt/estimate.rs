//! Marginal maximum likelihood: EM to come near, Newton to arrive.
//!
//! EM (Bock and Aitkin 1981, *Psychometrika* 46) with a Newton M-step item by item; then Newton on the
//! marginal likelihood itself with its exact Hessian, so that the gradient is zero to rounding and
//! standard errors are those of the observed information (what Oakes' identity gives). Design weights
//! multiply the log-likelihood; the sandwich covers them as independent draws, while standard errors that
//! know of clusters come from replicating the fit.

use super::item::Item;
use super::likelihood::{Expectation, Nodes, expectation, nodes};
use super::louis::{derivatives, gradient};
use super::model::{Model, Parameter};
use super::quadrature::Quadrature;
use super::responses::{Patterns, Responses};
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::linalg;
use nalgebra::{DMatrix, DVector};

/// Which standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StandardErrors {
    /// inverse observed information
    #[default]
    Observed,
    /// sandwich, for weights
    Sandwich,
    /// sandwich with weights counted as numbers of people, as some software has it: too small for weights above 1
    SandwichFrequency,
    /// none
    None,
}

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// nodes
    pub quadrature: Quadrature,
    /// largest Newton step at the end, on the parameters' scales
    pub tolerance: f64,
    /// EM cycles before Newton at most
    pub em_cycles: usize,
    /// Newton steps at most
    pub newton_steps: usize,
    /// standard errors
    pub errors: StandardErrors,
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions {
            quadrature: Quadrature::default(),
            tolerance: 1e-8,
            em_cycles: 200,
            newton_steps: 100,
            errors: StandardErrors::Observed,
        }
    }
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct Fit {
    /// the model
    pub model: Model,
    /// estimates of the free parameters
    pub estimates: Vec<f64>,
    /// covariance of the free parameters, when asked for
    pub vcov: Option<DMatrix<f64>>,
    /// items, group by group
    pub items: Vec<Vec<Item>>,
    /// latent mean and standard deviation of each group
    pub latent: Vec<(f64, f64)>,
    /// marginal log-likelihood
    pub log_likelihood: f64,
    /// log-likelihood plus log-prior
    pub log_posterior: f64,
    /// number of respondents
    pub n: usize,
    /// how the iteration ended; the misfit is the last Newton step
    pub convergence: Convergence,
    /// nodes used
    pub quadrature: Quadrature,
}

impl Fit {
    /// Akaike's criterion.
    pub fn aic(&self) -> f64 {
        -2.0 * self.log_likelihood + 2.0 * self.estimates.len() as f64
    }

    /// Schwarz's criterion.
    pub fn bic(&self) -> f64 {
        -2.0 * self.log_likelihood + (self.n as f64).ln() * self.estimates.len() as f64
    }

    /// Standard error of a parameter, nothing when it is fixed.
    pub fn se(&self, p: Parameter) -> Option<f64> {
        match (p, &self.vcov) {
            (Parameter::Free(f), Some(v)) => Some(v[(f, f)].max(0.0).sqrt()),
            _ => None,
        }
    }
}

/// Fits a model by (weighted) marginal maximum likelihood.
///
/// `weights` are design weights, one a respondent; `group` their groups (empty for one group).
///
/// ```
/// use survey_stats::{irt::{fit, FitOptions, Item, Model, Responses}, random::Random, special::expit};
/// let mut rng = Random::new(5);
/// let theta: Vec<f64> = (0..800).map(|_| rng.normal()).collect();
/// let columns = (0..6).map(|j| {
///     let (a, d) = (0.8 + 0.2 * j as f64, 1.0 - 0.4 * j as f64);
///     (format!("q{j}"), theta.iter().map(|t| f64::from(u8::from(rng.uniform() < expit(a * t + d)))).collect())
/// }).collect();
/// let r = Responses::new(columns).unwrap();
/// let f = fit(&Model::two_parameter(&r, 0.0), &r, &[], &[], &FitOptions::default()).unwrap();
/// assert!(f.convergence.converged && (f.items[0][5].slope() - 1.8).abs() < 0.6);
/// ```
pub fn fit(
    model: &Model,
    responses: &Responses,
    weights: &[f64],
    group: &[usize],
    o: &FitOptions,
) -> Result<Fit> {
    let n = responses.len();
    let w = if weights.is_empty() { vec![1.0; n] } else { weights.to_vec() };
    let g = if group.is_empty() { vec![0; n] } else { group.to_vec() };
    same_length("weights", n, w.len())?;
    same_length("groups", n, g.len())?;
    if let Some(row) = w.iter().position(|w| !(w.is_finite() && *w > 0.0)) {
        return Err(Error::Weight { row, value: w[row] });
    }
    if g.iter().any(|g| *g >= model.groups.len()) || model.items.iter().any(|i| i.len() != responses.items())
    {
        return Err(Error::invalid("model", "groups or items do not match the responses"));
    }
    let (p, _) = responses.patterns(&w, &g);
    let mut x = model.start.clone();
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    em(model, &p, o, &mut x, &mut c);
    // Nodes that move with the latent distribution are settled between rounds of Newton steps.
    let rounds = if o.quadrature.moves() { 20 } else { 1 };
    for _ in 0..rounds {
        let fixed = nodes(model, &o.quadrature, &x, None);
        let before: Vec<(f64, f64)> = (0..model.groups.len()).map(|g| model.latent(g, &x)).collect();
        newton(model, &p, o, &fixed, &mut x, &mut c)?;
        let moved = before.iter().enumerate().any(|(g, b)| {
            let a = model.latent(g, &x);
            (a.0 - b.0).abs() + (a.1 - b.1).abs() > 1e-6
        });
        if !moved {
            break;
        }
    }
    finish(model, &p, o, x, c, n)
}

fn log_prior(model: &Model, x: &[f64]) -> f64 {
    model.priors.iter().zip(x).filter_map(|(p, x)| p.map(|p| p.log_density(*x).0)).sum()
}

/// EM cycles until the largest change is small enough for Newton.
fn em(model: &Model, p: &Patterns, o: &FitOptions, x: &mut Vec<f64>, c: &mut Convergence) {
    let mut last: Option<Vec<f64>> = None;
    for cycle in 0..o.em_cycles {
        c.iterations += 1;
        let nd = nodes(model, &o.quadrature, x, None);
        let e = expectation(model, p, &nd, x);
        let before = x.clone();
        m_step(model, &nd, &e, x);
        let change: Vec<f64> = x.iter().zip(&before).map(|(a, b)| a - b).collect();
        let size = change.iter().map(|v| v.abs()).fold(0.0, f64::max);
        c.misfit = size;
        if size < 1e-3 && cycle > 5 {
            return;
        }
        // Ramsay's (1975) acceleration: lengthen the step by the ratio of successive changes.
        if let (Some(prev), 2) = (&last, cycle % 3) {
            let norm = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
            let diff: Vec<f64> = change.iter().zip(prev).map(|(a, b)| a - b).collect();
            let ratio = norm(&change) / norm(&diff).max(1e-300);
            let stretch = ratio.min(5.0) * 0.5;
            let trial: Vec<f64> = x.iter().zip(&change).map(|(a, b)| a + stretch * b).collect();
            if (0..model.groups.len()).all(|g| Model::value(model.groups[g].variance, &trial) > 0.0)
                && log_prior(model, &trial).is_finite()
            {
                *x = trial;
            }
        }
        last = Some(change);
    }
}

/// One M-step: Newton on the expected complete-data likelihood, items one after another.
fn m_step(model: &Model, nd: &Nodes, e: &super::likelihood::Expectation, x: &mut [f64]) {
    let k = x.len();
    // Parameters that items share must move together: blocks are connected items.
    for block in blocks(model) {
        for _ in 0..3 {
            let mut gradient: DVector<f64> = DVector::zeros(k);
            let mut hessian: DMatrix<f64> = DMatrix::zeros(k, k);
            for (g, j) in &block.items {
                let (kind, par) = &model.items[*g][*j];
                let item =
                    Item { kind: *kind, parameters: par.iter().map(|p| Model::value(*p, x)).collect() };
                let m = par.len();
                for (q, t) in nd.theta[*g].iter().enumerate() {
                    for (c, lp) in item.log_probabilities(*t).iter().enumerate() {
                        let r = e.counts[*g][*j][c][q];
                        for (i, p) in par.iter().enumerate() {
                            let Parameter::Free(f) = p else { continue };
                            gradient[*f] += r * lp.gradient[i];
                            for (l, s) in par.iter().enumerate() {
                                if let Parameter::Free(h) = s {
                                    hessian[(*f, *h)] += r * lp.hessian[i * m + l];
                                }
                            }
                        }
                    }
                }
            }
            for f in &block.free {
                if let Some(p) = model.priors[*f] {
                    let (_, d1, d2) = p.log_density(x[*f]);
                    gradient[*f] += d1;
                    hessian[(*f, *f)] += d2;
                }
            }
            let b = block.free.len();
            let info = DMatrix::from_fn(b, b, |i, l| -hessian[(block.free[i], block.free[l])]);
            let s = DVector::from_fn(b, |i, _| gradient[block.free[i]]);
            let step = ascent(&info, &s);
            for (i, f) in block.free.iter().enumerate() {
                x[*f] += step[i].clamp(-1.0, 1.0);
            }
            if step.amax() < 1e-6 {
                break;
            }
        }
    }
    for g in 0..model.groups.len() {
        let n: f64 = e.people[g].iter().sum();
        let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
            e.people[g].iter().zip(&nd.theta[g]).map(|(p, t)| p * f(*t)).sum::<f64>() / n
        };
        if let Parameter::Free(f) = model.groups[g].mean {
            x[f] = moment(&|t| t);
        }
        let mean = Model::value(model.groups[g].mean, x);
        if let Parameter::Free(f) = model.groups[g].variance {
            x[f] = moment(&|t| (t - mean) * (t - mean));
        }
    }
}

struct Block {
    items: Vec<(usize, usize)>,
    free: Vec<usize>,
}

/// Items grouped so that no two groups share a parameter.
fn blocks(model: &Model) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for (g, items) in model.items.iter().enumerate() {
        for (j, (_, par)) in items.iter().enumerate() {
            let free: Vec<usize> =
                par.iter().filter_map(|p| if let Parameter::Free(f) = p { Some(*f) } else { None }).collect();
            if free.is_empty() {
                continue;
            }
            let mut merged = Block { items: vec![(g, j)], free };
            let (touch, rest): (Vec<Block>, Vec<Block>) =
                out.into_iter().partition(|b| b.free.iter().any(|f| merged.free.contains(f)));
            out = rest;
            for b in touch {
                merged.items.extend(b.items);
                merged.free.extend(b.free);
            }
            merged.free.sort_unstable();
            merged.free.dedup();
            out.push(merged);
        }
    }
    out
}

/// An ascent direction: Newton's where the information is positive definite, damped otherwise.
fn ascent(info: &DMatrix<f64>, score: &DVector<f64>) -> DVector<f64> {
    let scale = info.diagonal().amax().max(1e-8);
    let mut ridge = 0.0;
    for _ in 0..40 {
        let a = info + DMatrix::identity(info.nrows(), info.ncols()) * ridge;
        if let Some(c) = a.cholesky() {
            return c.solve(score);
        }
        ridge = if ridge == 0.0 { 1e-6 * scale } else { ridge * 4.0 };
    }
    score / scale
}

fn newton(
    model: &Model,
    p: &Patterns,
    o: &FitOptions,
    fixed: &Nodes,
    x: &mut Vec<f64>,
    c: &mut Convergence,
) -> Result<()> {
    let k = x.len();
    let at = |x: &[f64]| -> Option<(f64, Nodes, Expectation)> {
        if (0..model.groups.len()).any(|g| Model::value(model.groups[g].variance, x) <= 0.0) {
            return None;
        }
        let nd = nodes(model, &o.quadrature, x, Some(fixed));
        let e = expectation(model, p, &nd, x);
        Some((e.log_likelihood + log_prior(model, x), nd, e))
    };
    let Some(mut now) = at(x) else {
        return Err(Error::NotPositiveDefinite { what: "latent variance" });
    };
    let mut kept: Option<DMatrix<f64>> = None;
    let (mut shrink, mut last) = (0.0, f64::INFINITY);
    for _ in 0..o.newton_steps {
        c.iterations += 1;
        let (nd, e) = (&now.1, &now.2);
        // The Hessian is dear and changes little near the end: it is kept while steps shrink fast.
        if kept.is_none() || shrink > 0.3 {
            let mut d = derivatives(model, p, nd, x, e);
            for f in 0..k {
                if let Some(p) = model.priors[f] {
                    d.hessian[(f, f)] += p.log_density(x[f]).2;
                }
            }
            kept = Some(-d.hessian);
        }
        let mut slope = gradient(model, nd, x, e);
        for f in 0..k {
            if let Some(p) = model.priors[f] {
                slope[f] += p.log_density(x[f]).1;
            }
        }
        let Some(info) = &kept else { break };
        let mut step = ascent(info, &slope);
        let mut after = None;
        for _ in 0..30 {
            let trial: Vec<f64> = x.iter().zip(step.iter()).map(|(x, s)| x + s).collect();
            if let Some(t) = at(&trial)
                && t.0 >= now.0 - 1e-12 * now.0.abs().max(1.0)
            {
                *x = trial;
                after = Some(t);
                break;
            }
            step *= 0.5;
        }
        c.misfit = step.amax();
        shrink = c.misfit / last;
        last = c.misfit;
        match after {
            Some(t) if c.misfit >= o.tolerance => now = t,
            _ => {
                c.converged = c.misfit < o.tolerance.max(1e-6);
                break;
            }
        }
    }
    if x.iter().any(|v| v.abs() > 1e3) {
        return Err(Error::Separation { what: "item response model" });
    }
    if !c.converged {
        return Err(Error::NotConverged {
            method: "marginal maximum likelihood",
            iterations: c.iterations,
            misfit: c.misfit,
        });
    }
    Ok(())
}

fn finish(model: &Model, p: &Patterns, o: &FitOptions, x: Vec<f64>, c: Convergence, n: usize) -> Result<Fit> {
    let nd = nodes(model, &o.quadrature, &x, None);
    let e = expectation(model, p, &nd, &x);
    let vcov = if o.errors == StandardErrors::None {
        None
    } else {
        let mut d = derivatives(model, p, &nd, &x, &e);
        for (f, prior) in model.priors.iter().enumerate() {
            if let Some(p) = prior {
                d.hessian[(f, f)] += p.log_density(x[f]).2;
            }
        }
        let inv = linalg::inverse_spd(&(-d.hessian), "observed information of the items")?;
        Some(match o.errors {
            StandardErrors::Sandwich => &inv * d.cross * &inv,
            StandardErrors::SandwichFrequency => &inv * d.cross_frequency * &inv,
            StandardErrors::Observed | StandardErrors::None => inv,
        })
    };
    Ok(Fit {
        items: (0..model.groups.len()).map(|g| model.items_at(g, &x)).collect(),
        latent: (0..model.groups.len()).map(|g| model.latent(g, &x)).collect(),
        log_likelihood: e.log_likelihood,
        log_posterior: e.log_likelihood + log_prior(model, &x),
        model: model.clone(),
        estimates: x,
        vcov,
        n,
        convergence: c,
        quadrature: o.quadrature,
    })
}
