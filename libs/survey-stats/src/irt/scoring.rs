//! Scores of persons: EAP, MAP, maximum likelihood, Warm's weighted likelihood.
//!
//! EAP is the posterior mean, its error the posterior standard deviation. MAP maximises the posterior, ML
//! the likelihood; their errors come from the curvature there. Warm's (1989, *Psychometrika* 54) estimate
//! solves `l'(t) + J(t) / (2 I(t)) = 0` and is finite for all right and all wrong, where ML is not. A share
//! at or above a cut point must not be read off EAP scores, which are shrunken: use plausible values.

use super::item::Item;
use super::quadrature::Quadrature;
use super::responses::{MISSING, Responses};
use crate::error::{Error, Result};

/// Which score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScoreMethod {
    /// posterior mean on the given nodes
    Eap(Quadrature),
    /// posterior mode
    Map,
    /// maximum likelihood; infinite for all wrong and all right
    Ml,
    /// Warm's weighted likelihood, errors from the information
    Wle,
    /// Warm's weighted likelihood, errors from the curvature of what it maximises
    WleCurvature,
}

/// A score with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// estimate
    pub theta: f64,
    /// standard error
    pub se: f64,
}

/// Scores every respondent with the items of one group and a normal latent distribution `(mean, sd)`.
///
/// ```
/// use survey_stats::irt::{score, Item, Quadrature, Responses, ScoreMethod};
/// let items = vec![Item::logistic(1.0, 0.0, 0.0, 1.0), Item::logistic(1.5, -1.0, 0.0, 1.0)];
/// let r = Responses::for_scoring(vec![("a".into(), vec![1.0, 0.0]), ("b".into(), vec![1.0, 0.0])]).unwrap();
/// let s = score(&items, (0.0, 1.0), &r, ScoreMethod::Eap(Quadrature::default())).unwrap();
/// assert!(s[0].theta > 0.0 && s[1].theta < 0.0);
/// assert!(score(&items, (0.0, 1.0), &r, ScoreMethod::Wle).unwrap()[0].theta.is_finite());
/// ```
pub fn score(
    items: &[Item],
    latent: (f64, f64),
    responses: &Responses,
    method: ScoreMethod,
) -> Result<Vec<Score>> {
    if items.len() != responses.items() {
        return Err(Error::Length { what: "items", expected: items.len(), found: responses.items() });
    }
    for i in 0..responses.len() {
        for (j, item) in items.iter().enumerate() {
            if responses.get(i, j).is_some_and(|c| c >= item.categories()) {
                return Err(Error::invalid(
                    "responses",
                    format!("row {i} of item {j} has a category the item lacks"),
                ));
            }
        }
    }
    match method {
        ScoreMethod::Eap(q) => Ok(eap(items, latent, responses, &q)),
        ScoreMethod::Map | ScoreMethod::Ml | ScoreMethod::Wle | ScoreMethod::WleCurvature => {
            Ok((0..responses.len()).map(|i| mode(items, latent, responses.row(i), method)).collect())
        }
    }
}

/// Posterior node weights of every respondent, row by row.
pub(crate) fn posteriors(items: &[Item], nodes: &[f64], prior: &[f64], responses: &Responses) -> Vec<f64> {
    let k = nodes.len();
    let tables: Vec<Vec<Vec<f64>>> = items
        .iter()
        .map(|it| {
            let p: Vec<Vec<f64>> = nodes.iter().map(|t| it.probabilities(*t)).collect();
            (0..it.categories()).map(|c| p.iter().map(|p| p[c].max(1e-300).ln()).collect()).collect()
        })
        .collect();
    let base: Vec<f64> = prior.iter().map(|w| w.max(1e-300).ln()).collect();
    let mut out = Vec::with_capacity(responses.len() * k);
    for i in 0..responses.len() {
        let mut l = base.clone();
        for (j, c) in responses.row(i).iter().enumerate() {
            if *c != MISSING {
                for (a, b) in l.iter_mut().zip(&tables[j][usize::from(*c)]) {
                    *a += b;
                }
            }
        }
        let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = l.iter().map(|l| (l - top).exp()).collect();
        let s: f64 = e.iter().sum();
        out.extend(e.iter().map(|e| e / s));
    }
    out
}

fn eap(items: &[Item], latent: (f64, f64), responses: &Responses, q: &Quadrature) -> Vec<Score> {
    let nodes = q.nodes(latent.0, latent.1);
    let prior = q.weights(&nodes, latent.0, latent.1);
    posteriors(items, &nodes, &prior, responses)
        .chunks(nodes.len())
        .map(|p| {
            let theta: f64 = p.iter().zip(&nodes).map(|(p, t)| p * t).sum();
            let v: f64 = p.iter().zip(&nodes).map(|(p, t)| p * (t - theta).powi(2)).sum();
            Score { theta, se: v.sqrt() }
        })
        .collect()
}

/// First and second derivative of the log-likelihood of a response row.
fn slopes(items: &[Item], row: &[u8], theta: f64) -> (f64, f64) {
    let (mut d1, mut d2) = (0.0, 0.0);
    for (item, c) in items.iter().zip(row) {
        if *c == MISSING {
            continue;
        }
        let (p, a, b) = item.by_theta(theta);
        let k = usize::from(*c);
        let q = p[k].max(1e-300);
        d1 += a[k] / q;
        d2 += b[k] / q - (a[k] / q).powi(2);
    }
    (d1, d2)
}

/// Information and Warm's `J = sum P' P'' / P` of the answered items.
fn warm(items: &[Item], row: &[u8], theta: f64) -> (f64, f64) {
    let (mut info, mut j) = (0.0, 0.0);
    for (item, c) in items.iter().zip(row) {
        if *c == MISSING {
            continue;
        }
        let (p, a, b) = item.by_theta(theta);
        for k in 0..p.len() {
            if p[k] > 1e-300 {
                info += a[k] * a[k] / p[k];
                j += a[k] * b[k] / p[k];
            }
        }
    }
    (info, j)
}

fn mode(items: &[Item], (mean, sd): (f64, f64), row: &[u8], method: ScoreMethod) -> Score {
    let equation = |t: f64| {
        let (d1, _) = slopes(items, row, t);
        match method {
            ScoreMethod::Map => d1 - (t - mean) / (sd * sd),
            ScoreMethod::Wle | ScoreMethod::WleCurvature => {
                let (i, j) = warm(items, row, t);
                if i > 0.0 { d1 + 0.5 * j / i } else { d1 }
            }
            ScoreMethod::Ml | ScoreMethod::Eap(_) => d1,
        }
    };
    if method == ScoreMethod::Ml {
        let answered = || items.iter().zip(row).filter(|x| *x.1 != MISSING);
        if answered().all(|(_, c)| *c == 0) {
            return Score { theta: f64::NEG_INFINITY, se: f64::NAN };
        }
        if answered().all(|(it, c)| usize::from(*c) + 1 == it.categories()) {
            return Score { theta: f64::INFINITY, se: f64::NAN };
        }
    }
    // The equation falls through zero: bracket around the middle, then halve.
    let (mut low, mut high) = (mean - 0.5 * sd, mean + 0.5 * sd);
    while equation(low) < 0.0 && low > -40.0 {
        low -= sd.max(0.5);
    }
    while equation(high) > 0.0 && high < 40.0 {
        high += sd.max(0.5);
    }
    for _ in 0..200 {
        let mid = 0.5 * (low + high);
        if equation(mid) > 0.0 { low = mid } else { high = mid }
    }
    let theta = 0.5 * (low + high);
    let curvature = match method {
        ScoreMethod::Map => -slopes(items, row, theta).1 + 1.0 / (sd * sd),
        ScoreMethod::Wle => warm(items, row, theta).0,
        ScoreMethod::WleCurvature => (equation(theta - 1e-4) - equation(theta + 1e-4)) / 2e-4,
        ScoreMethod::Ml | ScoreMethod::Eap(_) => -slopes(items, row, theta).1,
    };
    Score { theta, se: 1.0 / curvature.sqrt() }
}
