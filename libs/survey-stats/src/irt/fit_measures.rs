//! How well items and scores do: information, reliability, item fit.
//!
//! Test information is the sum of the items'. Marginal reliability averages `I / (I + 1/s^2)` over the latent
//! distribution; empirical reliability is `var(EAP) / (var(EAP) + mean(se^2))`. Orlando and Thissen's (2000,
//! *Applied Psychological Measurement* 24) S-X2 compares, sum score by sum score, the observed share of
//! right answers with the model's; thin cells are joined with a neighbour until every expected count reaches one.

use super::item::{Item, Kind};
use super::quadrature::Quadrature;
use super::responses::Responses;
use super::scoring::Score;
use super::sum_score::sum_score_distribution;
use crate::error::{Error, Result};

/// Test information at `theta`.
///
/// ```
/// use survey_stats::irt::{information, Item};
/// let items = [Item::logistic(2.0, 0.0, 0.0, 1.0), Item::logistic(1.0, 0.0, 0.0, 1.0)];
/// assert!((information(&items, 0.0) - (4.0 + 1.0) / 4.0).abs() < 1e-12); // a^2 p (1 - p)
/// ```
pub fn information(items: &[Item], theta: f64) -> f64 {
    items.iter().map(|i| i.information(theta)).sum()
}

/// Expected points at `theta`.
///
/// ```
/// use survey_stats::irt::{expected_score, Item};
/// let items = [Item::logistic(2.0, 0.0, 0.0, 1.0), Item::logistic(1.0, 0.0, 0.2, 1.0)];
/// assert!((expected_score(&items, 0.0) - (0.5 + 0.6)).abs() < 1e-12);
/// ```
pub fn expected_score(items: &[Item], theta: f64) -> f64 {
    items
        .iter()
        .map(|i| i.probabilities(theta).iter().enumerate().map(|(k, p)| k as f64 * p).sum::<f64>())
        .sum()
}

/// Reliability from information, averaged over the latent distribution.
///
/// ```
/// use survey_stats::irt::{marginal_reliability, Item};
/// let item = |d: f64| Item::logistic(1.5, d, 0.0, 1.0);
/// let short = marginal_reliability(&[item(0.5), item(-0.5)], (0.0, 1.0));
/// let long = marginal_reliability(&[item(0.5), item(-0.5), item(0.0), item(1.0)], (0.0, 1.0));
/// assert!(0.0 < short && short < long && long < 1.0);
/// ```
pub fn marginal_reliability(items: &[Item], latent: (f64, f64)) -> f64 {
    let q = Quadrature::Scaled { nodes: 241, width: 8.0 };
    let nodes = q.nodes(latent.0, latent.1);
    let w = q.weights(&nodes, latent.0, latent.1);
    let prior = 1.0 / (latent.1 * latent.1);
    nodes
        .iter()
        .zip(&w)
        .map(|(t, w)| {
            let i = information(items, *t);
            w * i / (i + prior)
        })
        .sum()
}

/// Reliability from scores and their errors; weights may be empty.
///
/// ```
/// use survey_stats::irt::{empirical_reliability, Score};
/// let scores: Vec<Score> = [-1.0, 0.0, 1.0].map(|theta| Score { theta, se: 0.5 }).to_vec();
/// let r = empirical_reliability(&scores, &[1.0; 3]);
/// assert!(r > 0.5 && r < 1.0);
/// ```
pub fn empirical_reliability(scores: &[Score], weights: &[f64]) -> f64 {
    let w = |i: usize| weights.get(i).copied().unwrap_or(1.0);
    let n: f64 = (0..scores.len()).map(w).sum();
    let mean = (0..scores.len()).map(|i| w(i) * scores[i].theta).sum::<f64>() / n;
    let k = scores.len() as f64;
    let v =
        (0..scores.len()).map(|i| w(i) * (scores[i].theta - mean).powi(2)).sum::<f64>() / n * k / (k - 1.0);
    let e = (0..scores.len()).map(|i| w(i) * scores[i].se.powi(2)).sum::<f64>() / n;
    v / (v + e)
}

/// S-X2 of one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SumScoreFit {
    /// statistic
    pub statistic: f64,
    /// degrees of freedom: cells less estimated parameters
    pub df: f64,
    /// upper tail probability
    pub p: f64,
}

/// S-X2 of right-or-wrong items on complete responses; `estimated` is the number of parameters of each item.
///
/// ```
/// use survey_stats::{irt::{s_x2, Item, Quadrature, Responses}, random::Random, special::expit};
/// let mut rng = Random::new(3);
/// let theta: Vec<f64> = (0..2000).map(|_| rng.normal()).collect();
/// let columns = (0..8).map(|j| (format!("q{j}"), theta.iter()
///     .map(|t| f64::from(u8::from(rng.uniform() < expit(t - 1.0 + 0.25 * j as f64)))).collect())).collect();
/// let items: Vec<Item> = (0..8).map(|j| Item::logistic(1.0, -1.0 + 0.25 * j as f64, 0.0, 1.0)).collect();
/// let f = s_x2(&items, (0.0, 1.0), &Responses::new(columns).unwrap(), &[0; 8], &Quadrature::default()).unwrap();
/// assert!(f.iter().all(|f| f.p > 0.001));
/// ```
pub fn s_x2(
    items: &[Item],
    latent: (f64, f64),
    responses: &Responses,
    estimated: &[usize],
    q: &Quadrature,
) -> Result<Vec<SumScoreFit>> {
    let j = items.len();
    if items.iter().any(|i| i.kind != Kind::Logistic) {
        return Err(Error::invalid("S-X2", "only right-or-wrong items are supported"));
    }
    // People and right answers by sum score; rows with missing answers have no sum.
    let mut n = vec![0.0; j + 1];
    let mut right = vec![vec![0.0; j + 1]; j];
    for i in 0..responses.len() {
        let row: Option<Vec<usize>> = (0..j).map(|k| responses.get(i, k)).collect();
        let Some(row) = row else { continue };
        let s: usize = row.iter().sum();
        n[s] += 1.0;
        for (k, x) in row.iter().enumerate() {
            right[k][s] += *x as f64;
        }
    }
    let nodes = q.nodes(latent.0, latent.1);
    let w = q.weights(&nodes, latent.0, latent.1);
    let all: Vec<Vec<f64>> = nodes.iter().map(|t| sum_score_distribution(items, *t, None)).collect();
    let mut out = Vec::with_capacity(j);
    for k in 0..j {
        let rest: Vec<Vec<f64>> = nodes.iter().map(|t| sum_score_distribution(items, *t, Some(k))).collect();
        let p: Vec<f64> = nodes.iter().map(|t| items[k].probabilities(*t)[1]).collect();
        // Cells of scores 1 to J-1: people, observed and expected right answers.
        let cells: Vec<(f64, f64, f64)> = (1..j)
            .map(|s| {
                let above: f64 = (0..nodes.len()).map(|t| w[t] * p[t] * rest[t][s - 1]).sum();
                let below: f64 = (0..nodes.len()).map(|t| w[t] * all[t][s]).sum();
                (n[s], right[k][s], n[s] * above / below)
            })
            .collect();
        let cells = joined(&cells);
        let statistic: f64 =
            cells.iter().map(|(n, o, e)| (o - e).powi(2) / e + (o - e).powi(2) / (n - e)).sum();
        let df = cells.len() as f64 - estimated[k] as f64;
        let p = if df > 0.0 { crate::special::chi2_sf(statistic, df) } else { f64::NAN };
        out.push(SumScoreFit { statistic, df, p });
    }
    Ok(out)
}

/// Joins cells until right and wrong answers are each expected at least once: scores that nobody has are left
/// out, scores that one person has go to the next, and thin cells to the neighbour with fewer people.
fn joined(cells: &[(f64, f64, f64)]) -> Vec<(f64, f64, f64)> {
    let add = |a: (f64, f64, f64), b: (f64, f64, f64)| (a.0 + b.0, a.1 + b.1, a.2 + b.2);
    let mut c: Vec<(f64, f64, f64)> = Vec::with_capacity(cells.len());
    let mut carried: Option<(f64, f64, f64)> = None;
    let people: Vec<_> = cells.iter().filter(|c| c.0 > 0.0).collect();
    for (k, cell) in people.iter().enumerate() {
        let cell = carried.take().map_or(**cell, |x| add(x, **cell));
        match (cell.0 == 1.0, k + 1 == people.len(), c.last_mut()) {
            (true, false, _) => carried = Some(cell),
            (true, true, Some(last)) => *last = add(*last, cell),
            _ => c.push(cell),
        }
    }
    let thin = |c: &(f64, f64, f64)| c.2 < 1.0 || c.0 - c.2 < 1.0;
    while c.len() > 1 {
        let Some(i) = c.iter().position(thin) else { break };
        let x = c.remove(i);
        let to = if i == 0 {
            0
        } else if i == c.len() || c[i - 1].0 <= c[i].0 {
            i - 1
        } else {
            i
        };
        c[to] = add(c[to], x);
    }
    c
}
