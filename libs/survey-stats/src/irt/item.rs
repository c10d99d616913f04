//! Items: category probabilities and their derivatives.
//!
//! Logistic: `P(1) = g + (u - g) L(a t + d)`. Graded (Samejima 1969): `P(k) = L(a t + d_k) - L(a t + d_{k+1})`.
//! Generalised partial credit (Muraki 1992): `P(k) ~ exp(k a t + d_k)`, `d_0 = 0`. The parameters of an item
//! are, in this order, `a`, the intercepts, and for logistic items `logit g` and `logit u`.

use crate::special::{expit, logit};

/// Response model of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// right or wrong, up to four parameters
    Logistic,
    /// ordered categories, cumulative
    Graded,
    /// ordered categories, adjacent
    PartialCredit,
}

/// An item with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// response model
    pub kind: Kind,
    /// `a`, intercepts, and for logistic items `logit g`, `logit u` (minus and plus infinity when absent)
    pub parameters: Vec<f64>,
}

/// Log-probability of a category with gradient and Hessian in the item's parameters.
#[derive(Debug, Clone)]
pub(crate) struct LogProbability {
    #[cfg(test)]
    pub value: f64,
    pub gradient: Vec<f64>,
    pub hessian: Vec<f64>,
}

impl Item {
    /// A logistic item; `guess` 0 and `upper` 1 give the two-parameter model.
    pub fn logistic(a: f64, d: f64, guess: f64, upper: f64) -> Item {
        Item { kind: Kind::Logistic, parameters: vec![a, d, logit(guess), logit(upper)] }
    }

    /// A graded item with falling intercepts.
    pub fn graded(a: f64, d: &[f64]) -> Item {
        Item { kind: Kind::Graded, parameters: std::iter::once(a).chain(d.iter().copied()).collect() }
    }

    /// Slope.
    pub fn slope(&self) -> f64 {
        self.parameters[0]
    }

    /// Intercepts (one for logistic items).
    pub fn intercepts(&self) -> &[f64] {
        match self.kind {
            Kind::Logistic => &self.parameters[1..2],
            Kind::Graded | Kind::PartialCredit => &self.parameters[1..],
        }
    }

    /// Lower asymptote, 0 for polytomous items.
    pub fn guess(&self) -> f64 {
        match self.kind {
            Kind::Logistic => expit(self.parameters[2]),
            Kind::Graded | Kind::PartialCredit => 0.0,
        }
    }

    /// Upper asymptote, 1 for polytomous items.
    pub fn upper(&self) -> f64 {
        match self.kind {
            Kind::Logistic => expit(self.parameters[3]),
            Kind::Graded | Kind::PartialCredit => 1.0,
        }
    }

    /// Difficulties: `-d/a`, step by step for partial credit.
    pub fn difficulties(&self) -> Vec<f64> {
        let a = self.slope();
        match self.kind {
            Kind::Logistic | Kind::Graded => self.intercepts().iter().map(|d| -d / a).collect(),
            Kind::PartialCredit => {
                let mut before = 0.0;
                self.intercepts()
                    .iter()
                    .map(|d| {
                        let b = -(d - before) / a;
                        before = *d;
                        b
                    })
                    .collect()
            }
        }
    }

    /// Number of categories.
    pub fn categories(&self) -> usize {
        match self.kind {
            Kind::Logistic => 2,
            Kind::Graded | Kind::PartialCredit => self.parameters.len(),
        }
    }

    /// Probabilities of the categories at `theta`.
    ///
    /// ```
    /// use survey_stats::irt::Item;
    /// let p = Item::logistic(1.0, 0.0, 0.2, 1.0).probabilities(0.0);
    /// assert!((p[1] - 0.6).abs() < 1e-15 && (p[0] - 0.4).abs() < 1e-15);
    /// ```
    pub fn probabilities(&self, theta: f64) -> Vec<f64> {
        let a = self.slope();
        match self.kind {
            Kind::Logistic => {
                let (g, u) = (self.guess(), self.upper());
                let l = expit(a * theta + self.parameters[1]);
                // Both ways round, so that neither probability loses digits.
                let m = expit(-(a * theta + self.parameters[1]));
                vec![(1.0 - u) + (u - g) * m, g + (u - g) * l]
            }
            Kind::Graded => {
                let c: Vec<f64> = std::iter::once(1.0)
                    .chain(self.parameters[1..].iter().map(|d| expit(a * theta + d)))
                    .chain(std::iter::once(0.0))
                    .collect();
                c.windows(2).map(|w| w[0] - w[1]).collect()
            }
            Kind::PartialCredit => {
                let eta: Vec<f64> = std::iter::once(0.0)
                    .chain(
                        self.parameters[1..]
                            .iter()
                            .enumerate()
                            .map(|(k, d)| (k as f64 + 1.0) * a * theta + d),
                    )
                    .collect();
                let top = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let e: Vec<f64> = eta.iter().map(|v| (v - top).exp()).collect();
                let s: f64 = e.iter().sum();
                e.iter().map(|v| v / s).collect()
            }
        }
    }

    /// First and second derivatives of the category probabilities in `theta`.
    pub(crate) fn by_theta(&self, theta: f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let a = self.slope();
        let p = self.probabilities(theta);
        match self.kind {
            Kind::Logistic => {
                let w = self.upper() - self.guess();
                let l = expit(a * theta + self.parameters[1]);
                let d1 = w * a * l * (1.0 - l);
                let d2 = d1 * a * (1.0 - 2.0 * l);
                (p, vec![-d1, d1], vec![-d2, d2])
            }
            Kind::Graded => {
                let c: Vec<(f64, f64)> = std::iter::once((0.0, 0.0))
                    .chain(self.parameters[1..].iter().map(|d| {
                        let l = expit(a * theta + d);
                        let d1 = a * l * (1.0 - l);
                        (d1, d1 * a * (1.0 - 2.0 * l))
                    }))
                    .chain(std::iter::once((0.0, 0.0)))
                    .collect();
                let d1 = c.windows(2).map(|w| w[0].0 - w[1].0).collect();
                let d2 = c.windows(2).map(|w| w[0].1 - w[1].1).collect();
                (p, d1, d2)
            }
            Kind::PartialCredit => {
                let mean: f64 = p.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
                let var: f64 = p.iter().enumerate().map(|(k, p)| (k as f64 - mean).powi(2) * p).sum();
                let d1 = p.iter().enumerate().map(|(k, p)| a * p * (k as f64 - mean)).collect();
                let d2 = p
                    .iter()
                    .enumerate()
                    .map(|(k, p)| a * a * p * ((k as f64 - mean).powi(2) - var))
                    .collect();
                (p, d1, d2)
            }
        }
    }

    /// Fisher information at `theta`: `sum_k P'_k^2 / P_k` (the expected form).
    pub fn information(&self, theta: f64) -> f64 {
        let (p, d, _) = self.by_theta(theta);
        p.iter().zip(&d).map(|(p, d)| if *p > 1e-300 { d * d / p } else { 0.0 }).sum()
    }

    /// Log-probabilities of all categories with derivatives in the item's parameters.
    pub(crate) fn log_probabilities(&self, theta: f64) -> Vec<LogProbability> {
        let m = self.parameters.len();
        let a = self.slope();
        let p = self.probabilities(theta);
        if self.kind == Kind::PartialCredit {
            return self.partial_credit(theta, &p);
        }
        // First and second derivatives of the probabilities; then of their logarithms.
        let k = p.len();
        let mut g = vec![vec![0.0; m]; k];
        let mut h = vec![vec![0.0; m * m]; k];
        match self.kind {
            Kind::Logistic => {
                let (lo, up) = (self.guess(), self.upper());
                let l = expit(a * theta + self.parameters[1]);
                let l1 = l * (1.0 - l);
                let l2 = l1 * (1.0 - 2.0 * l);
                let (g1, u1) = (lo * (1.0 - lo), up * (1.0 - up));
                let (g2, u2) = (g1 * (1.0 - 2.0 * lo), u1 * (1.0 - 2.0 * up));
                let w = up - lo;
                let first = [w * l1 * theta, w * l1, g1 * (1.0 - l), u1 * l];
                let second = [
                    [w * l2 * theta * theta, w * l2 * theta, -g1 * l1 * theta, u1 * l1 * theta],
                    [w * l2 * theta, w * l2, -g1 * l1, u1 * l1],
                    [-g1 * l1 * theta, -g1 * l1, g2 * (1.0 - l), 0.0],
                    [u1 * l1 * theta, u1 * l1, 0.0, u2 * l],
                ];
                for i in 0..4 {
                    g[1][i] = first[i];
                    g[0][i] = -first[i];
                    for j in 0..4 {
                        h[1][i * 4 + j] = second[i][j];
                        h[0][i * 4 + j] = -second[i][j];
                    }
                }
            }
            Kind::Graded | Kind::PartialCredit => {
                for (c, d) in self.parameters[1..].iter().enumerate() {
                    let l = expit(a * theta + d);
                    let l1 = l * (1.0 - l);
                    let l2 = l1 * (1.0 - 2.0 * l);
                    // Boundary c separates category c from c + 1.
                    for (cat, sign) in [(c, -1.0), (c + 1, 1.0)] {
                        let i = c + 1;
                        g[cat][0] += sign * l1 * theta;
                        g[cat][i] += sign * l1;
                        h[cat][0] += sign * l2 * theta * theta;
                        h[cat][i] += sign * l2 * theta;
                        h[cat][i * m] += sign * l2 * theta;
                        h[cat][i * m + i] += sign * l2;
                    }
                }
            }
        }
        (0..k)
            .map(|c| {
                let q = p[c].max(1e-300);
                let gradient: Vec<f64> = g[c].iter().map(|v| v / q).collect();
                let mut hessian: Vec<f64> = h[c].iter().map(|v| v / q).collect();
                for i in 0..m {
                    for j in 0..m {
                        hessian[i * m + j] -= gradient[i] * gradient[j];
                    }
                }
                LogProbability {
                    #[cfg(test)]
                    value: q.ln(),
                    gradient,
                    hessian,
                }
            })
            .collect()
    }

    fn partial_credit(&self, theta: f64, p: &[f64]) -> Vec<LogProbability> {
        let m = self.parameters.len();
        let x = |k: usize, i: usize| {
            if i == 0 {
                k as f64 * theta
            } else if i == k {
                1.0
            } else {
                0.0
            }
        };
        let mean: Vec<f64> = (0..m).map(|i| p.iter().enumerate().map(|(k, p)| p * x(k, i)).sum()).collect();
        let mut cov = vec![0.0; m * m];
        for i in 0..m {
            for j in 0..m {
                cov[i * m + j] = -p
                    .iter()
                    .enumerate()
                    .map(|(k, p)| p * (x(k, i) - mean[i]) * (x(k, j) - mean[j]))
                    .sum::<f64>();
            }
        }
        (0..p.len())
            .map(|k| LogProbability {
                #[cfg(test)]
                value: p[k].max(1e-300).ln(),
                gradient: (0..m).map(|i| x(k, i) - mean[i]).collect(),
                hessian: cov.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        let items = [
            Item::logistic(1.3, -0.4, 0.2, 0.97),
            Item::graded(1.1, &[2.0, 0.3, -1.2]),
            Item { kind: Kind::PartialCredit, parameters: vec![0.9, 1.0, 0.7, -0.5] },
        ];
        for item in items {
            let theta = 0.37;
            let at = |p: &Vec<f64>| Item { kind: item.kind, parameters: p.clone() };
            for (k, lp) in item.log_probabilities(theta).iter().enumerate() {
                for i in 0..item.parameters.len() {
                    let h = 1e-5;
                    let (mut up, mut down) = (item.parameters.clone(), item.parameters.clone());
                    up[i] += h;
                    down[i] -= h;
                    let (a, b) = (at(&up).log_probabilities(theta), at(&down).log_probabilities(theta));
                    let num = (a[k].value - b[k].value) / (2.0 * h);
                    assert!((num - lp.gradient[i]).abs() < 1e-8, "{:?} {k} {i}", item.kind);
                    for j in 0..item.parameters.len() {
                        let num = (a[k].gradient[j] - b[k].gradient[j]) / (2.0 * h);
                        assert!((num - lp.hessian[i * item.parameters.len() + j]).abs() < 1e-7);
                    }
                }
            }
            let (p, d1, d2) = item.by_theta(theta);
            let (up, down) = (item.probabilities(theta + 1e-5), item.probabilities(theta - 1e-5));
            for k in 0..p.len() {
                assert!(((up[k] - down[k]) / 2e-5 - d1[k]).abs() < 1e-8);
                assert!(((up[k] - 2.0 * p[k] + down[k]) / 1e-10 - d2[k]).abs() < 1e-4);
            }
        }
    }
}
