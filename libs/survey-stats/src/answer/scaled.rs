//! From item responses to a town's share: one path, with every source of error.
//!
//! 1. Items are calibrated with the design weights (2PL, marginal maximum likelihood).
//! 2. Where the cut lies on an earlier scale, anchor items link the two: `theta_old = A theta + B`, with the
//!    covariance of `A` and `B` from both calibrations by the delta method.
//! 3. Each group (town) gets its own latent mean and variance, so that its people are not drawn towards the
//!    district's mean, and plausible values are drawn from every person's posterior.
//! 4. The share at or above the cut is estimated in each set of plausible values under the design and combined
//!    by Rubin's rules. The parts of the variance are
//!    - sampling: mean design variance within sets;
//!    - scaling: `(1 + 1/M)` times the variance between sets;
//!    - linking: the delta method on the share as a function of `A` and `B`;
//!    - model: `(s_2PL - s_1PL)^2 / 4`, the variance of two item models held equally likely.
//!
//! Sources: Mislevy (1991), *Psychometrika* 56; Rubin (1987); Monseur and Berezner (2007), *J. Applied
//! Measurement* 8 (linking error). Assumes one dimension, local independence, and a normal ability in each group.
//! Error of the item parameters themselves enters through linking only; with a thousand answers an item it is
//! small against the others.

use super::share::{ShareAnswer, from_plausible_values, linking_variance};
use crate::design::Design;
use crate::error::{Error, Result, same_length};
use crate::irt::{
    Fit, FitOptions, Item, LinkMethod, Linking, Model, Parameter, Quadrature, Responses, fit, latent_moments,
    link, plausible_values,
};
use crate::proportion::Method;
use nalgebra::{DMatrix, Matrix2};

/// Items that were calibrated before, on whose scale the cut lies.
#[derive(Debug, Clone)]
pub struct Anchors {
    /// column of the responses and the earlier parameters
    pub items: Vec<(usize, Item)>,
    /// covariance of the earlier slopes and difficulties, item by item; zero when they count as exact
    pub covariance: Option<DMatrix<f64>>,
    /// how the scales are linked
    pub method: LinkMethod,
}

/// How to go from responses to abilities.
#[derive(Debug, Clone)]
pub struct ScaleOptions {
    /// plausible values a person
    pub draws: usize,
    /// seed of the draws
    pub seed: u64,
    /// nodes on the ability scale
    pub quadrature: Quadrature,
    /// compare with a one-parameter model and count the difference as model error
    pub compare_models: bool,
}

impl Default for ScaleOptions {
    fn default() -> Self {
        ScaleOptions { draws: 20, seed: 1, quadrature: Quadrature::default(), compare_models: true }
    }
}

/// One item model with its abilities, on the scale of the cut.
#[derive(Debug, Clone)]
struct Abilities {
    fit: Fit,
    linking: Option<Linking>,
    draws: Vec<Vec<f64>>,
}

/// Abilities of the people of a survey, from which shares are read.
#[derive(Debug, Clone)]
pub struct Scaled {
    main: Abilities,
    other: Option<Abilities>,
}

/// Calibrates, links and draws abilities; `group` holds each person's town (empty for one group).
///
/// ```
/// use survey_stats::{answer::{scale, ScaleOptions, Verdict}, design::Design, irt::Responses, proportion::Method};
/// use survey_stats::{random::Random, special::expit};
/// let mut rng = Random::new(3);
/// let theta: Vec<f64> = (0..900).map(|i| rng.normal() + if i % 3 == 0 { 0.5 } else { -0.25 }).collect();
/// let columns = (0..20).map(|j| (format!("q{j}"), theta.iter()
///     .map(|t| f64::from(u8::from(rng.uniform() < expit(1.3 * (t - 0.15 * (j as f64 - 9.5)))))).collect())).collect();
/// let responses = Responses::new(columns)?;
/// let town: Vec<usize> = (0..900).map(|i| usize::from(i % 3 == 0)).collect();
/// let design = Design::srs(900, Some(vec![20.0; 900]), Some(18_000.0))?;
/// let scaled = scale(&design, &responses, &town, None, &ScaleOptions::default())?;
/// let inside: Vec<bool> = town.iter().map(|t| *t == 1).collect();
/// let share = scaled.share(&design.domain(&inside)?, 1.0, Method::Logit, 0.95)?;
/// assert!(share.budget.sampling > 0.0 && share.budget.scaling > 0.0 && share.budget.linking == 0.0);
/// assert_eq!(share.verdict(0.9), Verdict::NotReached);
/// # Ok::<(), survey_stats::Error>(())
/// ```
pub fn scale(
    design: &Design,
    responses: &Responses,
    group: &[usize],
    anchors: Option<&Anchors>,
    o: &ScaleOptions,
) -> Result<Scaled> {
    same_length("responses", design.len(), responses.len())?;
    if o.draws < 2 {
        return Err(Error::invalid("plausible values", "two sets are needed to see how they differ"));
    }
    let group = if group.is_empty() { vec![0; responses.len()] } else { group.to_vec() };
    same_length("groups", responses.len(), group.len())?;
    let main = abilities(design, responses, &group, anchors, &Model::two_parameter(responses, 0.0), o)?;
    let other = if o.compare_models {
        Some(abilities(design, responses, &group, anchors, &Model::one_parameter(responses), o)?)
    } else {
        None
    };
    Ok(Scaled { main, other })
}

fn abilities(
    design: &Design,
    responses: &Responses,
    group: &[usize],
    anchors: Option<&Anchors>,
    model: &Model,
    o: &ScaleOptions,
) -> Result<Abilities> {
    // Weights add up to the number of people, so that standard errors are those of this sample.
    let w = design.weights();
    let mean = w.iter().sum::<f64>() / w.len() as f64;
    let w: Vec<f64> = w.iter().map(|w| w / mean).collect();
    let f =
        fit(model, responses, &w, &[], &FitOptions { quadrature: o.quadrature, ..FitOptions::default() })?;
    let linking = anchors.map(|a| linked(&f, a)).transpose()?;
    let mut draws = vec![vec![0.0; responses.len()]; o.draws];
    for g in 0..=group.iter().copied().max().unwrap_or(0) {
        let rows: Vec<usize> = (0..group.len()).filter(|i| group[*i] == g).collect();
        if rows.is_empty() {
            continue;
        }
        let own = responses.of_rows(&rows);
        let weights: Vec<f64> = rows.iter().map(|i| w[*i]).collect();
        let latent = latent_moments(&f.items[0], &own, &weights, f.latent[0], &o.quadrature)?;
        let seed = o.seed.wrapping_mul(1_000_003).wrapping_add(g as u64);
        for (all, own) in
            draws.iter_mut().zip(plausible_values(&f.items[0], latent, &own, &o.quadrature, o.draws, seed))
        {
            for (i, v) in rows.iter().zip(own) {
                all[*i] = v;
            }
        }
    }
    Ok(Abilities { fit: f, linking, draws })
}

/// The link of a calibration to earlier anchors, with the covariance of its coefficients.
fn linked(f: &Fit, anchors: &Anchors) -> Result<Linking> {
    let k = anchors.items.len();
    let now: Vec<Item> = anchors
        .items
        .iter()
        .map(|(j, _)| f.items[0].get(*j).cloned().ok_or(Error::invalid("anchors", "there is no such item")))
        .collect::<Result<_>>()?;
    let then: Vec<Item> = anchors.items.iter().map(|a| a.1.clone()).collect();
    // Slope and difficulty from slope and intercept: b = -d / a.
    let Some(v) = &f.vcov else { return Err(Error::invalid("linking", "the calibration has no covariance")) };
    let free = |p: Parameter| if let Parameter::Free(i) = p { Some(i) } else { None };
    let mut jac = DMatrix::zeros(2 * k, v.nrows());
    for (c, (j, _)) in anchors.items.iter().enumerate() {
        let par = &f.model.items[0][*j].1;
        let (a, d) = (now[c].slope(), now[c].intercepts()[0]);
        if let Some(i) = free(par[0]) {
            jac[(2 * c, i)] = 1.0;
            jac[(2 * c + 1, i)] = d / (a * a);
        }
        if let Some(i) = free(par[1]) {
            jac[(2 * c + 1, i)] = -1.0 / a;
        }
    }
    let own = &jac * v * jac.transpose();
    let earlier = anchors.covariance.clone().unwrap_or_else(|| DMatrix::zeros(2 * k, 2 * k));
    link(&now, &then, anchors.method, 41, Some((&own, &earlier)))
}

impl Scaled {
    /// The calibration behind the abilities.
    pub fn calibration(&self) -> &Fit {
        &self.main.fit
    }

    /// The link to the earlier scale, where there is one.
    pub fn linking(&self) -> Option<&Linking> {
        self.main.linking.as_ref()
    }

    /// Plausible values, one vector a draw, on the calibration's own scale.
    pub fn plausible_values(&self) -> &[Vec<f64>] {
        &self.main.draws
    }

    /// The share at or above `cut` among the people of a design or of a domain of it.
    ///
    /// The cut is on the earlier scale where the calibration was linked, on its own otherwise.
    pub fn share(&self, design: &Design, cut: f64, method: Method, level: f64) -> Result<ShareAnswer> {
        let linking = self.main.linking_variance(design, cut)?;
        let first = self.main.share(design, cut, (linking, 0.0), method, level)?;
        let Some(other) = &self.other else { return Ok(first) };
        let second = other.share(design, cut, (0.0, 0.0), method, level)?;
        let model = 0.25 * (first.value - second.value).powi(2);
        self.main.share(design, cut, (linking, model), method, level)
    }
}

impl Abilities {
    /// Where the cut lies on the own scale.
    fn place(&self, cut: f64) -> f64 {
        self.linking.as_ref().map_or(cut, |l| (cut - l.b) / l.a)
    }

    fn share(
        &self,
        design: &Design,
        cut: f64,
        (linking, model): (f64, f64),
        method: Method,
        level: f64,
    ) -> Result<ShareAnswer> {
        from_plausible_values(design, &self.draws, self.place(cut), linking, model, method, level)
    }

    /// Mean over the draws, with the density at the cut from a window of half a standard deviation.
    fn linking_variance(&self, design: &Design, cut: f64) -> Result<f64> {
        let Some(l) = &self.linking else { return Ok(0.0) };
        let v: Matrix2<f64> = l.vcov.unwrap_or_else(Matrix2::zeros);
        let width = 0.25 * self.fit.latent[0].1;
        let parts = self
            .draws
            .iter()
            .map(|d| linking_variance(design, d, cut, (l.a, l.b), &v, width))
            .collect::<Result<Vec<f64>>>()?;
        Ok(parts.iter().sum::<f64>() / parts.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::special::{expit, normal_cdf};

    const ITEMS: usize = 24;

    fn item(j: usize) -> (f64, f64) {
        (0.9 + 0.03 * j as f64, 0.15 * (j as f64 - 11.5))
    }

    fn survey(seed: u64, n: usize) -> (Design, Responses, Vec<usize>) {
        let mut rng = Random::new(seed);
        let town: Vec<usize> = (0..n).map(|i| usize::from(i % 4 == 0)).collect();
        let theta: Vec<f64> = town.iter().map(|t| rng.normal() + if *t == 1 { 0.9 } else { -0.3 }).collect();
        let columns = (0..ITEMS)
            .map(|j| {
                let (a, b) = item(j);
                let right = |t: &f64, u: f64| f64::from(u8::from(u < expit(a * (t - b))));
                (format!("q{j}"), theta.iter().map(|t| right(t, rng.uniform())).collect())
            })
            .collect();
        (Design::srs(n, None, None).unwrap(), Responses::new(columns).unwrap(), town)
    }

    #[test]
    fn a_linked_share_of_a_town_finds_the_truth_and_its_parts_add_up() {
        let (design, responses, town) = survey(5, 2400);
        // Twelve items keep their true parameters, with an error of 0.05 in each.
        let anchors = Anchors {
            items: (0..12)
                .map(|j| (j, Item::logistic(item(j).0, -item(j).0 * item(j).1, 0.0, 1.0)))
                .collect(),
            covariance: Some(DMatrix::identity(24, 24) * 0.0025),
            method: LinkMethod::StockingLord,
        };
        let s = scale(&design, &responses, &town, Some(&anchors), &ScaleOptions::default()).unwrap();
        let inside: Vec<bool> = town.iter().map(|t| *t == 1).collect();
        let a = s.share(&design.domain(&inside).unwrap(), 1.0, Method::Logit, 0.95).unwrap();
        let truth = 1.0 - normal_cdf(0.1);
        assert!((a.value - truth).abs() < 3.0 * a.se, "{} for {truth}", a.value);
        let b = a.budget;
        assert!(b.sampling > 0.0 && b.scaling > 0.0 && b.linking > 0.0 && b.model >= 0.0, "{b:?}");
        assert!((a.se * a.se - b.total()).abs() < 1e-15);
        // The scale of the calibration has mean 0 and variance 1; the earlier one has the towns' own.
        let l = s.linking().unwrap();
        assert!((l.a - 1.12).abs() < 0.12 && l.b.abs() < 0.12, "{} {}", l.a, l.b);
    }

    #[test]
    fn the_same_seed_gives_the_same_share_and_another_seed_another() {
        let (design, responses, _) = survey(6, 600);
        let o = ScaleOptions { draws: 5, compare_models: false, ..ScaleOptions::default() };
        let share = |o: &ScaleOptions| {
            let s = scale(&design, &responses, &[], None, o).unwrap();
            s.share(&design, 0.5, Method::Beta, 0.95).unwrap()
        };
        assert_eq!(share(&o), share(&o));
        assert_ne!(share(&o), share(&ScaleOptions { seed: 2, ..o.clone() }));
        assert_eq!(share(&o).budget.model, 0.0);
    }
}
