//! The marginal likelihood with its exact gradient and Hessian.
//!
//! `l_i = log sum_q w_q prod_j P_j(x_ij | t_q)`. With posterior node weights `p_iq` the gradient is the
//! posterior mean of the complete-data score, and the Hessian is the posterior mean of the complete-data
//! Hessian plus the posterior covariance of that score (Louis 1982, *JRSS B* 44). The covariance needs the
//! joint counts of pairs of answers at each node, which are collected over patterns.

use super::item::{Item, LogProbability};
use super::model::{Model, Parameter};
use super::quadrature::Quadrature;
use super::responses::{MISSING, Patterns};
use nalgebra::{DMatrix, DVector};

/// Everything that one pass over the patterns yields.
pub(crate) struct Expectation {
    pub log_likelihood: f64,
    /// expected counts: group, item, category, node
    pub counts: Vec<Vec<Vec<Vec<f64>>>>,
    /// expected number of people at each node: group, node
    pub people: Vec<Vec<f64>>,
    /// posterior node weights, pattern by pattern
    pub posterior: Vec<f64>,
}

/// Nodes and prior weights of every group.
pub(crate) struct Nodes {
    pub theta: Vec<Vec<f64>>,
    pub weight: Vec<Vec<f64>>,
}

pub(crate) fn nodes(model: &Model, q: &Quadrature, x: &[f64], frozen: Option<&Nodes>) -> Nodes {
    let mut out = Nodes { theta: Vec::new(), weight: Vec::new() };
    for g in 0..model.groups.len() {
        let (mean, sd) = model.latent(g, x);
        let theta = frozen.map_or_else(|| q.nodes(mean, sd), |f| f.theta[g].clone());
        out.weight.push(match (q, frozen) {
            // Frozen Gauss-Hermite nodes are reweighted by the ratio of densities.
            (Quadrature::GaussHermite { .. }, Some(f)) => f.weight[g].clone(),
            _ => q.weights(&theta, mean, sd),
        });
        out.theta.push(theta);
    }
    out
}

/// Log-probabilities by item, category and node, one contiguous row of nodes each.
fn tables(items: &[Item], theta: &[f64]) -> Vec<Vec<Vec<f64>>> {
    items
        .iter()
        .map(|item| {
            let mut t = vec![vec![0.0; theta.len()]; item.categories()];
            for (q, x) in theta.iter().enumerate() {
                for (k, p) in item.probabilities(*x).iter().enumerate() {
                    t[k][q] = p.max(1e-300).ln();
                }
            }
            t
        })
        .collect()
}

pub(crate) fn expectation(model: &Model, p: &Patterns, nodes: &Nodes, x: &[f64]) -> Expectation {
    let groups = model.groups.len();
    let j = model.items[0].len();
    let items: Vec<Vec<Item>> = (0..groups).map(|g| model.items_at(g, x)).collect();
    let tables: Vec<_> = (0..groups).map(|g| tables(&items[g], &nodes.theta[g])).collect();
    let log_prior: Vec<Vec<f64>> =
        nodes.weight.iter().map(|w| w.iter().map(|w| w.max(1e-300).ln()).collect()).collect();
    let q = nodes.theta[0].len();
    let mut counts: Vec<Vec<Vec<Vec<f64>>>> =
        tables.iter().map(|t| t.iter().map(|c| vec![vec![0.0; q]; c.len()]).collect()).collect();
    let mut people = vec![vec![0.0; q]; groups];
    let mut posterior = vec![0.0; p.weight.len() * q];
    let mut total = crate::sum::Sum::default();
    let mut l = vec![0.0; q];
    for (i, w) in p.weight.iter().enumerate() {
        let g = p.group[i];
        l.copy_from_slice(&log_prior[g]);
        let row = &p.codes[i * j..(i + 1) * j];
        for (k, code) in row.iter().enumerate() {
            if *code != MISSING {
                for (a, b) in l.iter_mut().zip(&tables[g][k][usize::from(*code)]) {
                    *a += b;
                }
            }
        }
        let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let post = &mut posterior[i * q..(i + 1) * q];
        let mut s = 0.0;
        for (p, l) in post.iter_mut().zip(&l) {
            *p = (l - top).exp();
            s += *p;
        }
        total.add(w * (top + s.ln()));
        for p in post.iter_mut() {
            *p /= s;
        }
        for (n, p) in people[g].iter_mut().zip(post.iter()) {
            *n += w * p;
        }
        for (k, code) in row.iter().enumerate() {
            if *code != MISSING {
                for (r, p) in counts[g][k][usize::from(*code)].iter_mut().zip(post.iter()) {
                    *r += w * p;
                }
            }
        }
    }
    Expectation { log_likelihood: total.value(), counts, people, posterior }
}

/// Derivatives of one group's complete-data log-likelihood terms, node by node.
struct GroupScores {
    /// item, node, category
    items: Vec<Vec<Vec<LogProbability>>>,
    /// latent mean and variance: score at each node, less its prior mean
    mean: Vec<f64>,
    variance: Vec<f64>,
    /// second derivatives of the log prior weights
    second: [Vec<f64>; 3],
}

fn group_scores(model: &Model, g: usize, nodes: &Nodes, x: &[f64]) -> GroupScores {
    let theta = &nodes.theta[g];
    let items = model
        .items_at(g, x)
        .iter()
        .map(|i| theta.iter().map(|t| i.log_probabilities(*t)).collect())
        .collect();
    let (mu, sd) = model.latent(g, x);
    let v = sd * sd;
    // log w_q = h(t) - log sum exp h, h = -(t - mu)^2 / (2 v)
    let (h1, h2): (Vec<f64>, Vec<f64>) =
        theta.iter().map(|t| ((t - mu) / v, 0.5 * (t - mu).powi(2) / (v * v))).unzip();
    let w = &nodes.weight[g];
    let mean_of = |f: &dyn Fn(usize) -> f64| (0..theta.len()).map(|q| w[q] * f(q)).sum::<f64>();
    let (m1, m2) = (mean_of(&|q| h1[q]), mean_of(&|q| h2[q]));
    let second_h = |q: usize| [-1.0 / v, -(theta[q] - mu) / (v * v), -(theta[q] - mu).powi(2) / (v * v * v)];
    let prior = [
        mean_of(&|q| second_h(q)[0] + (h1[q] - m1) * (h1[q] - m1)),
        mean_of(&|q| second_h(q)[1] + (h1[q] - m1) * (h2[q] - m2)),
        mean_of(&|q| second_h(q)[2] + (h2[q] - m2) * (h2[q] - m2)),
    ];
    let second = [0, 1, 2].map(|k| (0..theta.len()).map(|q| second_h(q)[k] - prior[k]).collect());
    GroupScores {
        items,
        mean: h1.iter().map(|h| h - m1).collect(),
        variance: h2.iter().map(|h| h - m2).collect(),
        second,
    }
}

/// Gradient and Hessian of the marginal log-likelihood (without priors), and the cross-product of the
/// patterns' scores weighted with squared weights.
pub(crate) struct Derivatives {
    pub gradient: DVector<f64>,
    pub hessian: DMatrix<f64>,
    pub cross: DMatrix<f64>,
    /// the same weighted with the weights themselves
    pub cross_frequency: DMatrix<f64>,
}

/// The gradient alone: the expected complete-data score.
pub(crate) fn gradient(model: &Model, nodes: &Nodes, x: &[f64], e: &Expectation) -> DVector<f64> {
    let k = x.len();
    let mut d = Derivatives {
        gradient: DVector::zeros(k),
        hessian: DMatrix::zeros(k, k),
        cross: DMatrix::zeros(0, 0),
        cross_frequency: DMatrix::zeros(0, 0),
    };
    for g in 0..model.groups.len() {
        complete_data(model, g, &group_scores(model, g, nodes, x), e, &mut d);
    }
    d.gradient
}

/// Features of the complete-data score: every (item, category) of a group is one, its node-wise gradient.
pub(crate) fn derivatives(
    model: &Model,
    p: &Patterns,
    nodes: &Nodes,
    x: &[f64],
    e: &Expectation,
) -> Derivatives {
    let k = x.len();
    let j = model.items[0].len();
    let mut d = Derivatives {
        gradient: DVector::zeros(k),
        hessian: DMatrix::zeros(k, k),
        cross: DMatrix::zeros(k, k),
        cross_frequency: DMatrix::zeros(k, k),
    };
    for g in 0..model.groups.len() {
        let s = group_scores(model, g, nodes, x);
        let q = nodes.theta[g].len();
        complete_data(model, g, &s, e, &mut d);
        // Places of the score: features are (item, category), then the latent distribution.
        let mut offset = Vec::with_capacity(j + 1);
        let mut features = 0;
        for item in &s.items {
            offset.push(features);
            features += item[0].len();
        }
        let mut pairs = vec![0.0; features * features * q];
        for (i, w) in p.weight.iter().enumerate() {
            if p.group[i] != g {
                continue;
            }
            let row = &p.codes[i * j..(i + 1) * j];
            let post = &e.posterior[i * q..(i + 1) * q];
            let at: Vec<usize> = row
                .iter()
                .enumerate()
                .filter(|c| *c.1 != MISSING)
                .map(|(c, code)| offset[c] + usize::from(*code))
                .collect();
            for (n, a) in at.iter().enumerate() {
                for b in &at[n..] {
                    let cell = &mut pairs[(a * features + b) * q..(a * features + b + 1) * q];
                    for (c, p) in cell.iter_mut().zip(post) {
                        *c += w * p;
                    }
                }
            }
            let mean = pattern_score(model, g, &s, row, post, k);
            // E[s s'] - E[s] E[s]' is the covariance; its second half is taken here.
            d.hessian.ger(-w, &mean, &mean, 1.0);
            d.cross.ger(p.weight2[i], &mean, &mean, 1.0);
            d.cross_frequency.ger(*w, &mean, &mean, 1.0);
        }
        second_moments(model, g, &s, &offset, features, q, &pairs, e, &mut d);
    }
    let upper = d.hessian.clone();
    d.hessian = (&upper + upper.transpose()) * 0.5;
    d
}

fn index(p: Parameter) -> Option<usize> {
    match p {
        Parameter::Free(f) => Some(f),
        Parameter::Fixed(_) => None,
    }
}

/// Expected complete-data gradient and Hessian.
fn complete_data(model: &Model, g: usize, s: &GroupScores, e: &Expectation, d: &mut Derivatives) {
    for (j, (_, par)) in model.items[g].iter().enumerate() {
        let m = par.len();
        let free: Vec<(usize, usize)> =
            par.iter().enumerate().filter_map(|(i, p)| index(*p).map(|f| (i, f))).collect();
        for (c, counts) in e.counts[g][j].iter().enumerate() {
            for (q, r) in counts.iter().enumerate() {
                let lp = &s.items[j][q][c];
                for (i, f) in &free {
                    d.gradient[*f] += r * lp.gradient[*i];
                    for (l, h) in &free {
                        d.hessian[(*f, *h)] += r * lp.hessian[i * m + l];
                    }
                }
            }
        }
    }
    let (fm, fv) = (index(model.groups[g].mean), index(model.groups[g].variance));
    for (q, n) in e.people[g].iter().enumerate() {
        if let Some(a) = fm {
            d.gradient[a] += n * s.mean[q];
            d.hessian[(a, a)] += n * s.second[0][q];
        }
        if let Some(b) = fv {
            d.gradient[b] += n * s.variance[q];
            d.hessian[(b, b)] += n * s.second[2][q];
        }
        if let (Some(a), Some(b)) = (fm, fv) {
            d.hessian[(a, b)] += n * s.second[1][q];
            d.hessian[(b, a)] += n * s.second[1][q];
        }
    }
}

/// Posterior mean of the complete-data score of one pattern.
fn pattern_score(
    model: &Model,
    g: usize,
    s: &GroupScores,
    row: &[u8],
    post: &[f64],
    k: usize,
) -> DVector<f64> {
    let mut v = DVector::zeros(k);
    for (j, code) in row.iter().enumerate() {
        if *code == MISSING {
            continue;
        }
        for (i, p) in model.items[g][j].1.iter().enumerate() {
            if let Some(f) = index(*p) {
                v[f] += post
                    .iter()
                    .enumerate()
                    .map(|(q, w)| w * s.items[j][q][usize::from(*code)].gradient[i])
                    .sum::<f64>();
            }
        }
    }
    if let Some(f) = index(model.groups[g].mean) {
        v[f] += post.iter().zip(&s.mean).map(|(a, b)| a * b).sum::<f64>();
    }
    if let Some(f) = index(model.groups[g].variance) {
        v[f] += post.iter().zip(&s.variance).map(|(a, b)| a * b).sum::<f64>();
    }
    v
}

/// Adds the posterior second moments of the score.
#[allow(clippy::too_many_arguments)]
fn second_moments(
    model: &Model,
    g: usize,
    s: &GroupScores,
    offset: &[usize],
    features: usize,
    q: usize,
    pairs: &[f64],
    e: &Expectation,
    d: &mut Derivatives,
) {
    let free: Vec<Vec<(usize, usize)>> = model.items[g]
        .iter()
        .map(|(_, p)| p.iter().enumerate().filter_map(|(i, p)| index(*p).map(|f| (i, f))).collect())
        .collect();
    let (fm, fv) = (index(model.groups[g].mean), index(model.groups[g].variance));
    for j in 0..offset.len() {
        for l in j..offset.len() {
            for (cj, _) in s.items[j][0].iter().enumerate() {
                for (cl, _) in s.items[l][0].iter().enumerate() {
                    let (a, b) = (offset[j] + cj, offset[l] + cl);
                    if j == l && cj != cl {
                        continue;
                    }
                    let cell = &pairs[(a * features + b) * q..(a * features + b + 1) * q];
                    if cell.iter().all(|v| *v == 0.0) {
                        continue;
                    }
                    for (i, f) in &free[j] {
                        for (m, h) in &free[l] {
                            let v: f64 = (0..q)
                                .map(|n| {
                                    cell[n] * s.items[j][n][cj].gradient[*i] * s.items[l][n][cl].gradient[*m]
                                })
                                .sum();
                            d.hessian[(*f, *h)] += v;
                            if j != l {
                                d.hessian[(*h, *f)] += v;
                            }
                        }
                    }
                }
            }
        }
        for (c, counts) in e.counts[g][j].iter().enumerate() {
            for (i, f) in &free[j] {
                for (group, score) in [(fm, &s.mean), (fv, &s.variance)] {
                    if let Some(h) = group {
                        let v: f64 =
                            (0..q).map(|n| counts[n] * s.items[j][n][c].gradient[*i] * score[n]).sum();
                        d.hessian[(*f, h)] += v;
                        d.hessian[(h, *f)] += v;
                    }
                }
            }
        }
    }
    for (n, people) in e.people[g].iter().enumerate() {
        if let Some(a) = fm {
            d.hessian[(a, a)] += people * s.mean[n] * s.mean[n];
        }
        if let Some(b) = fv {
            d.hessian[(b, b)] += people * s.variance[n] * s.variance[n];
        }
        if let (Some(a), Some(b)) = (fm, fv) {
            d.hessian[(a, b)] += people * s.mean[n] * s.variance[n];
            d.hessian[(b, a)] += people * s.mean[n] * s.variance[n];
        }
    }
}
