//! Exact gradient and Hessian of the marginal likelihood.
//!
//! The gradient is the posterior mean of the complete-data score, and the Hessian is the posterior mean of the
//! complete-data Hessian plus the posterior covariance of that score (Louis 1982, *JRSS B* 44). The covariance
//! needs the joint counts of pairs of answers at each node, which are collected over patterns.

use super::item::LogProbability;
use super::likelihood::{Expectation, Nodes, Posteriors};
use super::model::{Model, Parameter};
use super::responses::{MISSING, Patterns};
use nalgebra::{DMatrix, DVector};

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

/// Features of a group's complete-data score: every (item, category) is one, with its node-wise gradient.
struct Features {
    /// first feature of each item
    offset: Vec<usize>,
    /// item and category of each feature
    of: Vec<(usize, usize)>,
    /// feature, free parameter of its item: where it stands, and the gradient at every node
    gradient: Vec<Vec<(usize, Vec<f64>)>>,
}

fn features(model: &Model, g: usize, s: &GroupScores) -> Features {
    let mut out = Features { offset: Vec::new(), of: Vec::new(), gradient: Vec::new() };
    for (j, nodes) in s.items.iter().enumerate() {
        out.offset.push(out.of.len());
        for c in 0..nodes[0].len() {
            let free = model.items[g][j].1.iter().enumerate().filter_map(|(i, p)| index(*p).map(|f| (i, f)));
            out.gradient
                .push(free.map(|(i, f)| (f, nodes.iter().map(|n| n[c].gradient[i]).collect())).collect());
            out.of.push((j, c));
        }
    }
    out
}

/// A symmetric sum of outer products, of which the upper triangle is kept.
struct Outer {
    k: usize,
    sum: Vec<f64>,
}

impl Outer {
    fn new(k: usize) -> Outer {
        Outer { k, sum: vec![0.0; k * k] }
    }

    fn add(&mut self, w: f64, v: &[f64]) {
        for (a, va) in v.iter().enumerate() {
            let row = &mut self.sum[a * self.k + a..(a + 1) * self.k];
            let wa = w * va;
            row.iter_mut().zip(&v[a..]).for_each(|(s, vb)| *s += wa * vb);
        }
    }

    fn matrix(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.k, self.k, |a, b| self.sum[a.min(b) * self.k + a.max(b)])
    }
}

/// Joint counts of pairs of features at every node.
struct Pairs {
    features: usize,
    q: usize,
    counts: Vec<f64>,
    /// every pattern of the group answers every item, so that pairs with a lowest category follow from sums
    complete: bool,
}

impl Pairs {
    fn row(&self, a: usize, b: usize) -> &[f64] {
        let at = (a * self.features + b) * self.q;
        &self.counts[at..at + self.q]
    }

    fn add(&mut self, at: &[usize], w: f64, post: &[f64], low: usize) {
        for (n, a) in at.iter().enumerate() {
            for b in &at[n + 1..] {
                let from = (a * self.features + b) * self.q + low;
                let cell = &mut self.counts[from..from + post.len()];
                cell.iter_mut().zip(post).for_each(|(c, p)| *c += w * p);
            }
        }
    }

    /// Fills in the pairs that were left out: `n(a, 0) = n(a) - sum n(a, b)`, and so on.
    fn finish(&mut self, f: &Features, e: &Expectation, g: usize) {
        if !self.complete {
            return;
        }
        let last = f.offset.len();
        let end = |j: usize| if j + 1 < last { f.offset[j + 1] } else { f.of.len() };
        for j in 0..last {
            for l in j + 1..last {
                let (zero_j, zero_l) = (f.offset[j], f.offset[l]);
                for n in 0..self.q {
                    let cell = |p: &Pairs, a: usize, b: usize| p.row(a, b)[n];
                    for a in zero_j + 1..end(j) {
                        let known: f64 = (zero_l + 1..end(l)).map(|b| cell(self, a, b)).sum();
                        self.counts[(a * self.features + zero_l) * self.q + n] =
                            e.counts[g][j][a - zero_j][n] - known;
                    }
                    for b in zero_l..end(l) {
                        let known: f64 = (zero_j + 1..end(j)).map(|a| cell(self, a, b)).sum();
                        self.counts[(zero_j * self.features + b) * self.q + n] =
                            e.counts[g][l][b - zero_l][n] - known;
                    }
                }
            }
        }
    }
}

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
    let mut outer = Outer::new(k);
    let mut squared = Outer::new(k);
    let same = p.weight == p.weight2;
    let mut posteriors = Posteriors::new(model, p, nodes, x);
    for g in 0..model.groups.len() {
        let s = group_scores(model, g, nodes, x);
        complete_data(model, g, &s, e, &mut d);
        let f = features(model, g, &s);
        let members: Vec<usize> = (0..p.weight.len()).filter(|i| p.group[*i] == g).collect();
        let complete = members.iter().all(|i| !p.codes[i * j..(i + 1) * j].contains(&MISSING));
        let (n, q) = (f.of.len(), nodes.theta[g].len());
        let mut pairs = Pairs { features: n, q, counts: vec![0.0; n * n * q], complete };
        let mut mean = vec![0.0; k];
        let (mut all, mut joined) = (Vec::with_capacity(j), Vec::with_capacity(j));
        for i in members {
            let (_, low, post) = posteriors.of(i);
            all.clear();
            joined.clear();
            for (item, code) in p.codes[i * j..(i + 1) * j].iter().enumerate() {
                if *code != MISSING {
                    all.push(f.offset[item] + usize::from(*code));
                    if !complete || *code > 0 {
                        joined.push(f.offset[item] + usize::from(*code));
                    }
                }
            }
            pairs.add(&joined, p.weight[i], post, low);
            mean.fill(0.0);
            pattern_score(model, g, &s, &f, &all, (low, post), &mut mean);
            outer.add(p.weight[i], &mean);
            if !same {
                squared.add(p.weight2[i], &mean);
            }
        }
        pairs.finish(&f, e, g);
        second_moments(model, g, &s, &f, &pairs, e, &mut d);
    }
    d.cross_frequency = outer.matrix();
    d.cross = if same { d.cross_frequency.clone() } else { squared.matrix() };
    // E[s s'] - E[s] E[s]' is the covariance; its second half is taken here.
    d.hessian -= &d.cross_frequency;
    d.hessian = (&d.hessian + d.hessian.transpose()) * 0.5;
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
    f: &Features,
    at: &[usize],
    (low, post): (usize, &[f64]),
    out: &mut [f64],
) {
    let mean = |v: &[f64]| post.iter().zip(&v[low..]).map(|(p, v)| p * v).sum::<f64>();
    for a in at {
        for (place, gradient) in &f.gradient[*a] {
            out[*place] += mean(gradient);
        }
    }
    if let Some(place) = index(model.groups[g].mean) {
        out[place] += mean(&s.mean);
    }
    if let Some(place) = index(model.groups[g].variance) {
        out[place] += mean(&s.variance);
    }
}

/// Adds the posterior second moments of the score.
fn second_moments(
    model: &Model,
    g: usize,
    s: &GroupScores,
    f: &Features,
    pairs: &Pairs,
    e: &Expectation,
    d: &mut Derivatives,
) {
    let (fm, fv) = (index(model.groups[g].mean), index(model.groups[g].variance));
    let product = |n: &[f64], u: &[f64], v: &[f64]| -> f64 {
        n.iter().zip(u).zip(v).map(|((n, u), v)| n * u * v).sum()
    };
    for (a, (j, c)) in f.of.iter().enumerate() {
        let own = &e.counts[g][*j][*c];
        for (i, u) in &f.gradient[a] {
            for (h, v) in &f.gradient[a] {
                d.hessian[(*i, *h)] += product(own, u, v);
            }
            for (group, score) in [(fm, &s.mean), (fv, &s.variance)] {
                if let Some(h) = group {
                    let v = product(own, u, score);
                    d.hessian[(*i, h)] += v;
                    d.hessian[(h, *i)] += v;
                }
            }
        }
        for (b, _) in f.of.iter().enumerate().filter(|(_, (l, _))| l > j) {
            let row = pairs.row(a, b);
            for (i, u) in &f.gradient[a] {
                for (h, v) in &f.gradient[b] {
                    let v = product(row, u, v);
                    d.hessian[(*i, *h)] += v;
                    d.hessian[(*h, *i)] += v;
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
