//! Plausible values, and the share of a population at or above a cut point.
//!
//! Plausible values are draws from each person's posterior. Statistics of them are combined over draws
//! (see [`crate::imputation`]); their spread carries the measurement error that shrunken scores hide.
//! Between nodes a draw is spread evenly. The share can also be had without drawing, as the mean posterior
//! probability `P(theta >= c | answers)`, here with the normal posterior mass interpolated between nodes.
//! Source: Mislevy (1991), *Psychometrika* 56; von Davier, Gonzalez and Mislevy (2009).

use super::item::Item;
use super::quadrature::Quadrature;
use super::responses::Responses;
use super::scoring::posteriors;
use crate::random::Random;

/// `draws` plausible values a respondent: one vector a draw.
///
/// ```
/// use survey_stats::irt::{plausible_values, Item, Quadrature, Responses};
/// let items = vec![Item::logistic(1.0, 0.0, 0.0, 1.0)];
/// let r = Responses::for_scoring(vec![("q".into(), vec![1.0; 4000])]).unwrap();
/// let pv = plausible_values(&items, (0.0, 1.0), &r, &Quadrature::default(), 1, 9);
/// let mean: f64 = pv[0].iter().sum::<f64>() / 4000.0;
/// assert!((mean - 0.4132).abs() < 0.05);
/// ```
pub fn plausible_values(
    items: &[Item],
    latent: (f64, f64),
    responses: &Responses,
    q: &Quadrature,
    draws: usize,
    seed: u64,
) -> Vec<Vec<f64>> {
    let nodes = q.nodes(latent.0, latent.1);
    let prior = q.weights(&nodes, latent.0, latent.1);
    let post = posteriors(items, &nodes, &prior, responses);
    let half = 0.5 * (nodes[nodes.len() - 1] - nodes[0]) / (nodes.len() as f64 - 1.0);
    let mut rng = Random::new(seed);
    let mut out = vec![Vec::with_capacity(responses.len()); draws];
    for p in post.chunks(nodes.len()) {
        for pv in &mut out {
            let u = rng.uniform();
            let mut s = 0.0;
            let at = p
                .iter()
                .position(|p| {
                    s += p;
                    u < s
                })
                .unwrap_or(nodes.len() - 1);
            pv.push(nodes[at] + half * (2.0 * rng.uniform() - 1.0));
        }
    }
    out
}

/// Posterior probability of each respondent to be at or above `cut`.
pub fn share_at_or_above(
    items: &[Item],
    latent: (f64, f64),
    responses: &Responses,
    q: &Quadrature,
    cut: f64,
) -> Vec<f64> {
    let nodes = q.nodes(latent.0, latent.1);
    let prior = q.weights(&nodes, latent.0, latent.1);
    let step = (nodes[nodes.len() - 1] - nodes[0]) / (nodes.len() as f64 - 1.0);
    // A node stands for the cell around it; the cell that holds the cut counts in part.
    let part: Vec<f64> = nodes.iter().map(|t| ((t + 0.5 * step - cut) / step).clamp(0.0, 1.0)).collect();
    posteriors(items, &nodes, &prior, responses)
        .chunks(nodes.len())
        .map(|p| p.iter().zip(&part).map(|(p, f)| p * f).sum())
        .collect()
}
