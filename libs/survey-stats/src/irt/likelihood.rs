//! The marginal likelihood: what one pass over the patterns yields.
//!
//! `l_i = log sum_q w_q prod_j P_j(x_ij | t_q)`, with posterior node weights `p_iq`; the expected numbers of
//! answers at each node are what the M-step and the gradient need (Bock and Aitkin 1981).

use super::blocks::Blocks;
use super::item::Item;
use super::model::Model;
use super::quadrature::Quadrature;
use super::responses::Patterns;

/// Expected counts and the log-likelihood.
pub(crate) struct Expectation {
    pub log_likelihood: f64,
    /// expected counts: group, item, category, node
    pub counts: Vec<Vec<Vec<Vec<f64>>>>,
    /// expected number of people at each node: group, node
    pub people: Vec<Vec<f64>>,
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

/// Posterior node weights, pattern by pattern.
pub(crate) struct Posteriors<'a> {
    blocks: &'a Blocks,
    group: &'a [usize],
    tables: Vec<Vec<Vec<f64>>>,
    log_prior: Vec<Vec<f64>>,
    l: Vec<f64>,
    p: Vec<f64>,
}

/// A node whose posterior weight is smaller than the largest by more than this factor (as a logarithm) adds
/// nothing that a double could show.
const NEGLIGIBLE: f64 = -45.0;

impl<'a> Posteriors<'a> {
    pub fn new(model: &Model, p: &'a Patterns, nodes: &Nodes, x: &[f64]) -> Posteriors<'a> {
        let q = nodes.theta[0].len();
        let tables = (0..model.groups.len())
            .map(|g| p.blocks.tables(&tables(&model.items_at(g, x), &nodes.theta[g]), q))
            .collect();
        let log_prior = nodes.weight.iter().map(|w| w.iter().map(|w| w.max(1e-300).ln()).collect()).collect();
        Posteriors { blocks: &p.blocks, group: &p.group, tables, log_prior, l: vec![0.0; q], p: vec![0.0; q] }
    }

    /// Log-likelihood of pattern `i`, the first node that counts, and the posterior weights from there.
    pub fn of(&mut self, i: usize) -> (f64, usize, &[f64]) {
        let g = self.group[i];
        self.l.copy_from_slice(&self.log_prior[g]);
        self.blocks.add_up(i, &self.tables[g], &mut self.l);
        let top = self.l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let counts = |l: &f64| *l - top > NEGLIGIBLE;
        let low = self.l.iter().position(counts).unwrap_or(0);
        let high = self.l.iter().rposition(counts).map_or(0, |h| h + 1);
        let p = &mut self.p[..high.saturating_sub(low)];
        let mut s = 0.0;
        for (p, l) in p.iter_mut().zip(&self.l[low..]) {
            *p = (l - top).exp();
            s += *p;
        }
        p.iter_mut().for_each(|p| *p /= s);
        (top + s.ln(), low, p)
    }
}

pub(crate) fn expectation(model: &Model, p: &Patterns, nodes: &Nodes, x: &[f64]) -> Expectation {
    let groups = model.groups.len();
    let q = nodes.theta[0].len();
    let mut posteriors = Posteriors::new(model, p, nodes, x);
    let mut counts: Vec<Vec<Vec<f64>>> = (0..groups).map(|_| p.blocks.no_counts(q)).collect();
    let mut people = vec![vec![0.0; q]; groups];
    let mut total = crate::sum::Sum::default();
    let mut weighted = Vec::with_capacity(q);
    for (i, w) in p.weight.iter().enumerate() {
        let g = p.group[i];
        let (l, low, post) = posteriors.of(i);
        total.add(w * l);
        weighted.clear();
        weighted.extend(post.iter().map(|p| w * p));
        people[g][low..].iter_mut().zip(&weighted).for_each(|(n, p)| *n += p);
        p.blocks.count(i, &weighted, low, q, &mut counts[g]);
    }
    let categories: Vec<usize> = model.items_at(0, x).iter().map(Item::categories).collect();
    Expectation {
        log_likelihood: total.value(),
        counts: counts.iter().map(|c| p.blocks.by_item(c, &categories, q)).collect(),
        people,
    }
}
