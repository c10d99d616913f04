//! What is estimated: which parameters are free, fixed, shared, and under which prior.

use super::item::{Item, Kind};
use super::responses::Responses;
use crate::error::{Error, Result};
use crate::special::{expit, logit};

/// Prior of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prior {
    /// normal on the parameter's own scale (the log-odds for asymptotes)
    Normal {
        /// mean
        mean: f64,
        /// standard deviation
        sd: f64,
    },
    /// log-normal, for slopes
    LogNormal {
        /// mean of the logarithm
        mean: f64,
        /// standard deviation of the logarithm
        sd: f64,
    },
    /// beta on the probability scale, for asymptotes
    Beta {
        /// first shape
        a: f64,
        /// second shape
        b: f64,
    },
}

impl Prior {
    /// Log-density with first and second derivative in the parameter.
    pub(crate) fn log_density(&self, x: f64) -> (f64, f64, f64) {
        let root = (2.0 * std::f64::consts::PI).sqrt();
        match *self {
            Prior::Normal { mean, sd } => {
                let z = (x - mean) / sd;
                (-0.5 * z * z - (sd * root).ln(), -z / sd, -1.0 / (sd * sd))
            }
            Prior::LogNormal { mean, sd } => {
                if x <= 0.0 {
                    return (f64::NEG_INFINITY, 0.0, 0.0);
                }
                let z = (x.ln() - mean) / sd;
                let first = -1.0 / x - z / (sd * x);
                let second = 1.0 / (x * x) + z / (sd * x * x) - 1.0 / (sd * sd * x * x);
                (-0.5 * z * z - (x * sd * root).ln(), first, second)
            }
            Prior::Beta { a, b } => {
                // On the log-odds: density of the probability itself, without the Jacobian.
                let p = expit(x);
                let v = p * (1.0 - p);
                let norm = statrs::function::beta::ln_beta(a, b);
                let value = (a - 1.0) * p.ln() + (b - 1.0) * (1.0 - p).ln() - norm;
                (value, (a - 1.0) * (1.0 - p) - (b - 1.0) * p, -(a + b - 2.0) * v)
            }
        }
    }
}

/// A parameter of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameter {
    /// kept at its value
    Fixed(f64),
    /// entry of the free vector; two places with the same entry share it
    Free(usize),
}

/// The latent distribution of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// mean
    pub mean: Parameter,
    /// variance
    pub variance: Parameter,
}

/// A model: items a group, groups, starting values and priors of the free parameters.
#[derive(Debug, Clone)]
pub struct Model {
    /// kind and parameters of every item, group by group
    pub items: Vec<Vec<(Kind, Vec<Parameter>)>>,
    /// latent distributions
    pub groups: Vec<Group>,
    /// starting values of the free parameters
    pub start: Vec<f64>,
    /// priors of the free parameters
    pub priors: Vec<Option<Prior>>,
}

impl Model {
    /// An empty model of one group with a standard normal latent distribution.
    fn empty() -> Model {
        Model {
            items: vec![Vec::new()],
            groups: vec![Group { mean: Parameter::Fixed(0.0), variance: Parameter::Fixed(1.0) }],
            start: Vec::new(),
            priors: Vec::new(),
        }
    }

    /// Adds a free parameter.
    pub fn free(&mut self, start: f64, prior: Option<Prior>) -> Parameter {
        self.start.push(start);
        self.priors.push(prior);
        Parameter::Free(self.start.len() - 1)
    }

    /// Log-odds of the answers at or above each category, as starts for intercepts.
    fn starts(responses: &Responses, j: usize) -> Vec<f64> {
        let k = responses.categories()[j];
        let mut count = vec![0.5; k];
        for i in 0..responses.len() {
            if let Some(c) = responses.get(i, j) {
                count[c] += 1.0;
            }
        }
        let total: f64 = count.iter().sum();
        (1..k).map(|c| logit(count[c..].iter().sum::<f64>() / total) * 1.2).collect()
    }

    /// Two-parameter logistic for right-or-wrong items, graded for items with more categories.
    ///
    /// `guess` fixes the lower asymptote.
    pub fn two_parameter(responses: &Responses, guess: f64) -> Model {
        let mut m = Model::empty();
        for j in 0..responses.items() {
            let d = Model::starts(responses, j);
            let a = m.free(1.0, None);
            let mut p = vec![a];
            let kind = if d.len() == 1 { Kind::Logistic } else { Kind::Graded };
            for s in &d {
                p.push(m.free(*s, None));
            }
            if kind == Kind::Logistic {
                p.push(Parameter::Fixed(logit(guess)));
                p.push(Parameter::Fixed(f64::INFINITY));
            }
            m.items[0].push((kind, p));
        }
        m
    }

    /// Three-parameter logistic; without priors on the asymptotes it is weakly identified.
    pub fn three_parameter(
        responses: &Responses,
        slope: Option<Prior>,
        guess: Option<Prior>,
    ) -> Result<Model> {
        let mut m = Model::two_parameter(responses, 0.0);
        for j in 0..responses.items() {
            if m.items[0][j].0 != Kind::Logistic {
                return Err(Error::invalid(
                    "three-parameter model",
                    format!("item {j} has more than two categories"),
                ));
            }
            if let Parameter::Free(a) = m.items[0][j].1[0] {
                m.priors[a] = slope;
            }
            let start = match guess {
                Some(Prior::Normal { mean, .. }) => mean,
                _ => logit(0.15),
            };
            m.items[0][j].1[2] = m.free(start, guess);
        }
        Ok(m)
    }

    /// Rasch: slopes of one, free latent variance (partial credit for items with more categories).
    pub fn rasch(responses: &Responses) -> Model {
        let mut m = Model::partial_credit(responses);
        let used: Vec<usize> = m.items[0]
            .iter_mut()
            .filter_map(|(_, p)| match std::mem::replace(&mut p[0], Parameter::Fixed(1.0)) {
                Parameter::Free(a) => Some(a),
                Parameter::Fixed(_) => None,
            })
            .collect();
        m.drop_free(&used);
        m.groups[0].variance = m.free(1.0, None);
        m
    }

    /// One-parameter logistic: one common slope, latent variance one.
    pub fn one_parameter(responses: &Responses) -> Model {
        let mut m = Model::two_parameter(responses, 0.0);
        m.share(0, &(0..responses.items()).collect::<Vec<_>>(), 0);
        m
    }

    /// Generalised partial credit (two-parameter logistic for right-or-wrong items).
    pub fn partial_credit(responses: &Responses) -> Model {
        let mut m = Model::two_parameter(responses, 0.0);
        for (j, (kind, p)) in m.items[0].iter_mut().enumerate() {
            if *kind == Kind::Graded {
                *kind = Kind::PartialCredit;
                // Adjacent log-odds accumulate into the intercepts.
                let k = p.len() - 1;
                let mut count = vec![0.5_f64; k + 1];
                for i in 0..responses.len() {
                    if let Some(c) = responses.get(i, j) {
                        count[c] += 1.0;
                    }
                }
                for (c, q) in p[1..].iter().enumerate() {
                    if let Parameter::Free(f) = q {
                        m.start[*f] = (count[c + 1] / count[0]).ln();
                    }
                }
            }
        }
        m
    }

    /// Lets items share their parameter number `at`, across the named items of group `g`.
    pub fn share(&mut self, g: usize, items: &[usize], at: usize) {
        let Some(first) = items.first().map(|j| self.items[g][*j].1[at]) else { return };
        let mut dropped = Vec::new();
        for j in items.iter().skip(1) {
            if let Parameter::Free(f) = self.items[g][*j].1[at]
                && Parameter::Free(f) != first
            {
                dropped.push(f);
            }
            self.items[g][*j].1[at] = first;
        }
        self.drop_free(&dropped);
    }

    /// Fixes an item's parameters, for linking to a scale that exists.
    pub fn fix_item(&mut self, g: usize, j: usize, item: &Item) -> Result<()> {
        if self.items[g][j].0 != item.kind || self.items[g][j].1.len() != item.parameters.len() {
            return Err(Error::invalid(
                "fixed item",
                format!("item {j} is of another kind than the one given"),
            ));
        }
        let dropped: Vec<usize> = self.items[g][j]
            .1
            .iter()
            .filter_map(|p| if let Parameter::Free(f) = p { Some(*f) } else { None })
            .collect();
        self.items[g][j].1 = item.parameters.iter().map(|v| Parameter::Fixed(*v)).collect();
        self.drop_free(&dropped);
        Ok(())
    }

    /// Frees the latent mean and variance of a group.
    pub fn free_group(&mut self, g: usize) {
        if matches!(self.groups[g].mean, Parameter::Fixed(_)) {
            self.groups[g].mean = self.free(0.0, None);
        }
        if matches!(self.groups[g].variance, Parameter::Fixed(_)) {
            self.groups[g].variance = self.free(1.0, None);
        }
    }

    /// Several groups: items in `invariant` share all parameters, the others are free in each group; groups
    /// after the first have free means and variances.
    pub fn several_groups(&self, groups: usize, invariant: &[bool]) -> Model {
        let mut m = self.clone();
        for _ in 1..groups {
            let mut items = m.items[0].clone();
            for (j, (_, p)) in items.iter_mut().enumerate() {
                if !invariant[j] {
                    for q in p.iter_mut() {
                        if let Parameter::Free(f) = *q {
                            let (s, prior) = (m.start[f], m.priors[f]);
                            *q = m.free(s, prior);
                        }
                    }
                }
            }
            m.items.push(items);
            let (mean, variance) = (m.free(0.0, None), m.free(1.0, None));
            m.groups.push(Group { mean, variance });
        }
        m
    }

    /// Makes item `j` the same in all groups.
    pub fn constrain_item(&mut self, j: usize) {
        let first = self.items[0][j].1.clone();
        let mut dropped = Vec::new();
        for g in 1..self.items.len() {
            for (k, p) in self.items[g][j].1.iter_mut().enumerate() {
                if let (Parameter::Free(f), true) = (*p, *p != first[k]) {
                    dropped.push(f);
                }
                *p = first[k];
            }
        }
        self.drop_free(&dropped);
    }

    /// Frees the parameters of item `j` that `which` names by their place, in every group after the first.
    pub fn free_item(&mut self, j: usize, which: impl Fn(usize) -> bool) {
        for g in 1..self.items.len() {
            for k in 0..self.items[g][j].1.len() {
                if let (Parameter::Free(f), true) = (self.items[g][j].1[k], which(k)) {
                    let (start, prior) = (self.start[f], self.priors[f]);
                    self.items[g][j].1[k] = self.free(start, prior);
                }
            }
        }
    }

    /// Removes entries of the free vector that nothing uses any more.
    fn drop_free(&mut self, dropped: &[usize]) {
        let keep: Vec<usize> = (0..self.start.len()).filter(|i| !dropped.contains(i)).collect();
        let place = |p: &mut Parameter| {
            if let Parameter::Free(f) = p {
                *f = keep.iter().position(|k| k == f).unwrap_or(0);
            }
        };
        for g in &mut self.items {
            for (_, p) in g.iter_mut() {
                p.iter_mut().for_each(place);
            }
        }
        for g in &mut self.groups {
            place(&mut g.mean);
            place(&mut g.variance);
        }
        self.start = keep.iter().map(|k| self.start[*k]).collect();
        self.priors = keep.iter().map(|k| self.priors[*k]).collect();
    }

    /// The value of a parameter.
    pub(crate) fn value(p: Parameter, x: &[f64]) -> f64 {
        match p {
            Parameter::Fixed(v) => v,
            Parameter::Free(f) => x[f],
        }
    }

    /// The items of a group at the free values `x`.
    pub(crate) fn items_at(&self, g: usize, x: &[f64]) -> Vec<Item> {
        self.items[g]
            .iter()
            .map(|(kind, p)| Item {
                kind: *kind,
                parameters: p.iter().map(|p| Model::value(*p, x)).collect(),
            })
            .collect()
    }

    /// Mean and standard deviation of a group.
    pub(crate) fn latent(&self, g: usize, x: &[f64]) -> (f64, f64) {
        (Model::value(self.groups[g].mean, x), Model::value(self.groups[g].variance, x).max(1e-10).sqrt())
    }
}
