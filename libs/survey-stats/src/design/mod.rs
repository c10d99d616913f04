//! Sampling designs: strata, stages, finite populations, weights, and the variance they imply.
//!
//! A [`Design`] holds one row a respondent. Every estimate of this crate is a function of its weights,
//! and every variance is [`Design::variance`] of that function's influence values, so that whatever is
//! said about a design (stages, lonely units, calibration) holds for every statistic alike.

mod calibrated;
mod lonely;
mod pps;
mod variance;

pub use calibrated::Calibration;
pub use lonely::LonelyPsu;
pub use pps::{JointProbabilities, PpsVariance};

use crate::error::{Error, Result, same_length};
use std::collections::{BTreeMap, BTreeSet};

/// Codes 0, 1, 2, … for labels, in the labels' order.
///
/// ```
/// assert_eq!(survey_stats::design::codes(&["b", "a", "b"]), [1, 0, 1]);
/// ```
pub fn codes<T: Ord>(labels: &[T]) -> Vec<usize> {
    let distinct: BTreeSet<&T> = labels.iter().collect();
    let place: BTreeMap<&T, usize> = distinct.into_iter().enumerate().map(|(i, l)| (l, i)).collect();
    labels.iter().map(|l| place.get(l).copied().unwrap_or(0)).collect()
}

/// One stage of selection as the survey's file describes it.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// label of the unit, a row; empty when every row is its own unit
    pub unit: Vec<usize>,
    /// stratum within which the units of this stage were drawn, a row; empty when unstratified
    pub stratum: Vec<usize>,
    /// units of this stage in the population (all above 1) or the fraction sampled (all at most 1), a row
    pub population: Option<Vec<f64>>,
}

/// The description from which a [`Design`] is built and checked.
///
/// ```
/// use survey_stats::design::{DesignSpec, Stage};
/// // Two strata of 10 and 20 communities, two sampled in each; the weights follow from the counts.
/// let d = DesignSpec {
///     stages: vec![Stage { unit: vec![1, 2, 3, 4], stratum: vec![1, 1, 2, 2],
///                          population: Some(vec![10.0, 10.0, 20.0, 20.0]) }],
///     ..DesignSpec::default()
/// }.build(4).unwrap();
/// assert_eq!(d.weights(), [5.0, 5.0, 10.0, 10.0]);
/// assert_eq!(d.df(), 2.0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct DesignSpec {
    /// stages from the first; empty for a simple random sample of rows
    pub stages: Vec<Stage>,
    /// design weights; when absent they are the product of population over sample counts
    pub weights: Option<Vec<f64>>,
    /// unit labels are unique only within their stratum
    pub nest: bool,
    /// what to do with a stratum that holds one unit
    pub lonely: LonelyPsu,
    /// apply that rule also to strata with one unit inside a domain
    pub lonely_in_domains: bool,
    /// population figures are sampling fractions that may differ from unit to unit (PPS, Brewer's form)
    pub unequal_fractions: bool,
    /// ignore later stages even where their population counts are given
    pub ultimate_cluster: bool,
}

/// A stage with nested codes and counts.
#[derive(Debug, Clone)]
pub(crate) struct BuiltStage {
    pub unit: Vec<usize>,
    pub stratum: Vec<usize>,
    pub sampled: Vec<f64>,
    pub population: Option<Vec<f64>>,
}

/// A sampling design with weights, a domain and the calibrations that were applied.
#[derive(Debug, Clone)]
pub struct Design {
    pub(crate) stages: Vec<BuiltStage>,
    pub(crate) weight: Vec<f64>,
    pub(crate) active: Vec<bool>,
    pub(crate) lonely: LonelyPsu,
    pub(crate) lonely_in_domains: bool,
    pub(crate) ultimate_cluster: bool,
    pub(crate) calibrations: Vec<Calibration>,
    pub(crate) joint: Option<JointProbabilities>,
    pub(crate) stratified: bool,
    /// units of one stratum differ in their inclusion probability, so that each keeps its own factor
    pub(crate) unequal: bool,
}

impl DesignSpec {
    /// Checks the description of `n` rows and numbers units within units and strata within units.
    pub fn build(self, n: usize) -> Result<Design> {
        if n == 0 {
            return Err(Error::Empty { what: "sample" });
        }
        let mut given = self.stages;
        if given.is_empty() {
            given.push(Stage::default());
        }
        let stratified = given.first().is_some_and(|s| !s.stratum.is_empty());
        let mut stages: Vec<BuiltStage> = Vec::with_capacity(given.len());
        for (k, s) in given.into_iter().enumerate() {
            let built = build_stage(n, k, s, stages.last(), self.nest)?;
            stages.push(built);
        }
        for (k, s) in stages.iter_mut().enumerate() {
            settle_population(k, s, self.unequal_fractions)?;
        }
        let weight = match self.weights {
            Some(w) => w,
            None => weights_from_counts(n, &stages),
        };
        same_length("weights", n, weight.len())?;
        if let Some(row) = weight.iter().position(|w| !(w.is_finite() && *w > 0.0)) {
            return Err(Error::Weight { row, value: weight[row] });
        }
        Ok(Design {
            stages,
            weight,
            active: vec![true; n],
            lonely: self.lonely,
            lonely_in_domains: self.lonely_in_domains,
            ultimate_cluster: self.ultimate_cluster,
            calibrations: Vec::new(),
            joint: None,
            stratified,
            unequal: self.unequal_fractions,
        })
    }
}

fn build_stage(n: usize, k: usize, s: Stage, above: Option<&BuiltStage>, nest: bool) -> Result<BuiltStage> {
    let unit = if s.unit.is_empty() { (0..n).collect() } else { s.unit };
    same_length("unit labels", n, unit.len())?;
    let has_strata = !s.stratum.is_empty();
    let own = if has_strata { s.stratum } else { vec![0; n] };
    same_length("stratum labels", n, own.len())?;
    // A unit of a later stage is a unit within its parent; so is a stratum.
    let (unit, stratum) = match above {
        Some(a) => (pair_codes(&a.unit, &unit), pair_codes(&a.unit, &own)),
        None if nest && has_strata => (pair_codes(&own, &unit), codes(&own)),
        None => (codes(&unit), codes(&own)),
    };
    let mut home: BTreeMap<usize, usize> = BTreeMap::new();
    for (row, (u, h)) in unit.iter().zip(&stratum).enumerate() {
        if *home.entry(*u).or_insert(*h) != *h {
            return Err(Error::NotNested { stage: k + 1, row });
        }
    }
    let mut count: BTreeMap<usize, f64> = BTreeMap::new();
    for h in home.values() {
        *count.entry(*h).or_insert(0.0) += 1.0;
    }
    let sampled = stratum.iter().map(|h| count.get(h).copied().unwrap_or(0.0)).collect();
    if let Some(p) = &s.population {
        same_length("population counts", n, p.len())?;
    }
    Ok(BuiltStage { unit, stratum, sampled, population: s.population })
}

fn pair_codes(a: &[usize], b: &[usize]) -> Vec<usize> {
    let pairs: Vec<(usize, usize)> = a.iter().copied().zip(b.iter().copied()).collect();
    codes(&pairs)
}

/// Turns sampling fractions into counts and refuses what cannot be.
fn settle_population(k: usize, s: &mut BuiltStage, unequal: bool) -> Result<()> {
    let Some(p) = s.population.as_mut() else { return Ok(()) };
    let fail = |reason: String| Err(Error::Fpc { stage: k + 1, reason });
    if let Some(row) = p.iter().position(|v| v.is_nan() || *v <= 0.0) {
        return fail(format!(
            "row {row} is {}; it must be a population count or a sampling fraction",
            p[row]
        ));
    }
    let counts = p.iter().any(|v| *v > 1.0);
    if counts && p.iter().any(|v| *v < 1.0) {
        return fail("counts above 1 and fractions below 1 are mixed; give one or the other".into());
    }
    if counts && unequal {
        return fail("with unequal probabilities give each unit's inclusion probability".into());
    }
    if !counts {
        for (v, n) in p.iter_mut().zip(&s.sampled) {
            *v = n / *v;
        }
    }
    if let Some(row) = (0..p.len()).find(|i| p[*i] < s.sampled[*i] * (1.0 - 1e-12)) {
        return fail(format!(
            "{} units are sampled of {} in the stratum of row {row}",
            s.sampled[row], p[row]
        ));
    }
    Ok(())
}

fn weights_from_counts(n: usize, stages: &[BuiltStage]) -> Vec<f64> {
    let mut w = vec![1.0; n];
    for s in stages {
        if let Some(p) = &s.population {
            for i in 0..n {
                w[i] *= p[i] / s.sampled[i];
            }
        }
    }
    w
}

impl Design {
    /// A simple random sample: `population` is the number of units drawn from, if it is to count.
    pub fn srs(n: usize, weights: Option<Vec<f64>>, population: Option<f64>) -> Result<Design> {
        DesignSpec {
            stages: vec![Stage { population: population.map(|p| vec![p; n]), ..Stage::default() }],
            weights,
            ..DesignSpec::default()
        }
        .build(n)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Whether there are no rows; a built design always has some.
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }

    /// Current weights: after calibration, and zero outside the domain.
    pub fn weights(&self) -> Vec<f64> {
        self.weight.iter().zip(&self.active).map(|(w, a)| if *a { *w } else { 0.0 }).collect()
    }

    /// Rows that are in the domain.
    pub fn active(&self) -> &[bool] {
        &self.active
    }

    /// Number of rows in the domain with a weight other than zero.
    pub fn n_active(&self) -> usize {
        self.weight.iter().zip(&self.active).filter(|(w, a)| **a && **w != 0.0).count()
    }

    /// The design restricted to a domain: the sampling stays, influence outside is zero.
    ///
    /// This is also how missing values are left out: the number of units in each stratum is kept.
    pub fn domain(&self, inside: &[bool]) -> Result<Design> {
        same_length("domain", self.len(), inside.len())?;
        let mut d = self.clone();
        for (a, i) in d.active.iter_mut().zip(inside) {
            *a = *a && *i;
        }
        if !d.active.iter().any(|a| *a) {
            return Err(Error::Empty { what: "domain" });
        }
        Ok(d)
    }

    /// Degrees of freedom: first-stage units less first-stage strata, among rows of the domain with weight.
    pub fn df(&self) -> f64 {
        let Some(s) = self.stages.first() else { return 0.0 };
        // Codes run from zero without gaps.
        let mut units = vec![false; self.len()];
        let mut strata = vec![false; self.len()];
        for i in 0..self.len() {
            if self.active[i] && self.weight[i] != 0.0 {
                units[s.unit[i]] = true;
                strata[s.stratum[i]] = true;
            }
        }
        let count = |seen: &[bool]| seen.iter().filter(|s| **s).count() as f64;
        count(&units) - count(&strata)
    }

    /// First-stage unit codes, a row.
    pub fn psu(&self) -> &[usize] {
        self.stages.first().map_or(&[], |s| &s.unit)
    }

    /// First-stage stratum codes, a row.
    pub fn strata(&self) -> &[usize] {
        self.stages.first().map_or(&[], |s| &s.stratum)
    }

    /// Whether the first stage was stratified.
    pub fn is_stratified(&self) -> bool {
        self.stratified
    }

    /// Replaces the weights, for example after trimming; calibration terms that were applied stay.
    pub fn with_weights(&self, weights: Vec<f64>) -> Result<Design> {
        same_length("weights", self.len(), weights.len())?;
        crate::error::all_finite("weights", &weights)?;
        let mut d = self.clone();
        d.weight = weights;
        Ok(d)
    }
}

impl Design {
    /// The design under another rule for strata with one unit.
    pub fn with_lonely(&self, rule: LonelyPsu, in_domains: bool) -> Design {
        Design { lonely: rule, lonely_in_domains: in_domains, ..self.clone() }
    }
}
