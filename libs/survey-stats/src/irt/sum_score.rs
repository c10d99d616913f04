//! Expected ability given the number of points (summed-score EAP).
//!
//! The probabilities of a sum score at each node follow from the Lord-Wingersky recursion (1984).
//! Source: Thissen, Pommerich, Billeaud and Williams (1995), *Applied Psychological Measurement* 19.

use super::item::Item;
use super::quadrature::Quadrature;

/// Posterior moments given a sum score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SumScore {
    /// points
    pub points: usize,
    /// posterior mean
    pub theta: f64,
    /// posterior standard deviation
    pub se: f64,
    /// probability of this sum in the population
    pub probability: f64,
}

/// Probabilities of every sum score at `theta`, items left out where `skip` says so.
///
/// ```
/// use survey_stats::irt::{sum_score_distribution, Item};
/// let items = [Item::logistic(1.0, 0.0, 0.0, 1.0), Item::logistic(2.0, 0.0, 0.0, 1.0)];
/// let p = sum_score_distribution(&items, 0.0, None);
/// assert!(p.iter().zip([0.25, 0.5, 0.25]).all(|(a, b)| (a - b).abs() < 1e-12));
/// ```
pub fn sum_score_distribution(items: &[Item], theta: f64, skip: Option<usize>) -> Vec<f64> {
    let mut d = vec![1.0];
    for (j, item) in items.iter().enumerate() {
        if skip == Some(j) {
            continue;
        }
        let p = item.probabilities(theta);
        let mut next = vec![0.0; d.len() + p.len() - 1];
        for (s, v) in d.iter().enumerate() {
            for (k, p) in p.iter().enumerate() {
                next[s + k] += v * p;
            }
        }
        d = next;
    }
    d
}

/// Expected ability for every sum score.
///
/// ```
/// use survey_stats::irt::{eap_sum, Item, Quadrature};
/// let items = vec![Item::logistic(1.0, 0.5, 0.0, 1.0), Item::logistic(1.2, -0.5, 0.0, 1.0)];
/// let s = eap_sum(&items, (0.0, 1.0), &Quadrature::default());
/// assert_eq!(s.len(), 3);
/// assert!(s[0].theta < s[1].theta && s[1].theta < s[2].theta);
/// ```
pub fn eap_sum(items: &[Item], latent: (f64, f64), q: &Quadrature) -> Vec<SumScore> {
    let nodes = q.nodes(latent.0, latent.1);
    let w = q.weights(&nodes, latent.0, latent.1);
    let d: Vec<Vec<f64>> = nodes.iter().map(|t| sum_score_distribution(items, *t, None)).collect();
    (0..d.first().map_or(0, Vec::len))
        .map(|s| {
            let p: f64 = (0..nodes.len()).map(|k| w[k] * d[k][s]).sum();
            let theta = (0..nodes.len()).map(|k| w[k] * d[k][s] * nodes[k]).sum::<f64>() / p;
            let v = (0..nodes.len()).map(|k| w[k] * d[k][s] * (nodes[k] - theta).powi(2)).sum::<f64>() / p;
            SumScore { points: s, theta, se: v.sqrt(), probability: p }
        })
        .collect()
}
