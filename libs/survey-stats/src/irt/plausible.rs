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
use crate::error::{Error, Result, same_length};
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

/// Latent mean and standard deviation of a group whose items are known, by EM from `start`.
///
/// With `E_i` and `V_i` the posterior mean and variance of person `i`: `mean = sum w E / sum w`,
/// `variance = sum w (V + (E - mean)^2) / sum w`, until neither moves by 1e-8. Source: Mislevy (1984),
/// *Psychometrika* 49. Assumes a normal ability in the group.
///
/// ```
/// use survey_stats::irt::{latent_moments, Item, Quadrature, Responses};
/// let items: Vec<Item> = (0..5).map(|j| Item::logistic(1.2, 1.0 - 0.5 * j as f64, 0.0, 1.0)).collect();
/// let right = |j: usize, i: usize| f64::from(u8::from(i % 7 + j < 7));
/// let columns = (0..5).map(|j| (format!("q{j}"), (0..70).map(|i| right(j, i)).collect())).collect();
/// let r = Responses::for_scoring(columns).unwrap();
/// let (mean, sd) = latent_moments(&items, &r, &[1.0; 70], (0.0, 1.0), &Quadrature::default()).unwrap();
/// assert!(mean > 0.0 && sd > 0.1);
/// ```
pub fn latent_moments(
    items: &[Item],
    responses: &Responses,
    weights: &[f64],
    start: (f64, f64),
    q: &Quadrature,
) -> Result<(f64, f64)> {
    same_length("weights", responses.len(), weights.len())?;
    let total: f64 = weights.iter().sum();
    let (mut mean, mut sd) = start;
    for _ in 0..2000 {
        let nodes = q.nodes(mean, sd);
        let prior = q.weights(&nodes, mean, sd);
        let post = posteriors(items, &nodes, &prior, responses);
        let moment = |f: &dyn Fn(f64) -> f64| {
            let of = |p: &[f64]| p.iter().zip(&nodes).map(|(p, t)| p * f(*t)).sum::<f64>();
            post.chunks(nodes.len()).zip(weights).map(|(p, w)| w * of(p)).sum::<f64>() / total
        };
        let m = moment(&|t| t);
        let s = moment(&|t| (t - m) * (t - m)).sqrt();
        let moved = (m - mean).abs() + (s - sd).abs();
        (mean, sd) = (m, s);
        if moved < 1e-8 {
            return Ok((mean, sd));
        }
        // A group that answers alike has no spread to estimate; it keeps a tenth of the district's.
        if sd < 0.1 * start.1 {
            return Ok((mean, 0.1 * start.1));
        }
    }
    Err(Error::NotConverged { method: "latent distribution of a group", iterations: 2000, misfit: sd })
}

/// Posterior probability of each respondent to be at or above `cut`.
///
/// ```
/// use survey_stats::irt::{share_at_or_above, Item, Quadrature, Responses};
/// let r = Responses::for_scoring(vec![("q".into(), vec![1.0, 0.0])]).unwrap();
/// let items = [Item::logistic(1.0, 0.0, 0.0, 1.0)];
/// let p = share_at_or_above(&items, (0.0, 1.0), &r, &Quadrature::default(), 0.0);
/// assert!(p[0] > 0.6 && (p[0] + p[1] - 1.0).abs() < 1e-9);
/// ```
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
