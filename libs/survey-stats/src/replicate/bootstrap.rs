//! Bootstrap replicate weights, with one multiplier a first-stage unit.
//!
//! - `Multinomial` (Canty and Davison 1999): `n_h` units drawn with replacement, multiplier the count; with
//!   `1/(R-1)` as scale and the finite population correction taken in by resampling from a pseudo-population
//!   only through `rescale`.
//! - `RaoWu` (Rao, Wu and Yue 1992), the "subbootstrap": `n_h - 1` units drawn, multiplier
//!   `n_h / (n_h - 1)` times the count; unbiased for totals drawn with replacement.
//! - `Preston` (2009): multi-stage rescaled without replacement, which honours the corrections of every stage.
//!
//! Replicates are reproducible: the generator is ChaCha12 seeded by the caller.
//! Sources: Rao, Wu and Yue (1992), *Survey Methodology* 18; Preston (2009), *Survey Methodology* 35.

use super::Replicates;
use super::jackknife::units;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::random::Random;
use nalgebra::DMatrix;
use std::collections::BTreeMap;

/// Which bootstrap to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapKind {
    /// `n_h` units with replacement
    Multinomial,
    /// `n_h - 1` units with replacement, rescaled
    RaoWu,
    /// half of the units of each stage without replacement, rescaled with that stage's correction
    Preston,
}

impl Replicates {
    /// `count` bootstrap replicates drawn with `seed`.
    ///
    /// ```
    /// use survey_stats::{design::Design, replicate::{BootstrapKind, Replicates}, statistic::{Columns, Mean}};
    /// let d = Design::srs(30, None, None).unwrap();
    /// let y: Vec<f64> = (0..30).map(|i| (i % 7) as f64).collect();
    /// let m = Mean(Columns::one("y", &y));
    /// let boot = Replicates::bootstrap(&d, 2000, BootstrapKind::RaoWu, 11).unwrap().estimate(&m).unwrap();
    /// let ratio = boot.vcov[(0, 0)] / d.estimate(&m).unwrap().vcov[(0, 0)];
    /// assert!((ratio - 1.0).abs() < 0.1);
    /// ```
    pub fn bootstrap(design: &Design, count: usize, kind: BootstrapKind, seed: u64) -> Result<Replicates> {
        if count < 2 {
            return Err(Error::invalid("bootstrap", "at least two replicates are needed"));
        }
        let mut rng = Random::new(seed);
        let scale = match kind {
            BootstrapKind::Preston => 1.0 / count as f64,
            BootstrapKind::Multinomial | BootstrapKind::RaoWu => 1.0 / (count as f64 - 1.0),
        };
        let (unit, f) = match kind {
            BootstrapKind::Preston => preston(design, count, &mut rng)?,
            BootstrapKind::Multinomial | BootstrapKind::RaoWu => resampled(design, count, kind, &mut rng)?,
        };
        let df = Some((count as f64 - 1.0).min(design.df()));
        Replicates::assemble(design.weight.clone(), unit, f, scale, vec![1.0; count], false, df)
    }
}

fn resampled(
    design: &Design,
    count: usize,
    kind: BootstrapKind,
    rng: &mut Random,
) -> Result<(Vec<usize>, DMatrix<f64>)> {
    let u = units(design);
    let n = u.stratum.len();
    let mut f = DMatrix::zeros(n, count);
    for h in 0..u.strata {
        let members: Vec<usize> = (0..n).filter(|i| u.stratum[*i] == h).collect();
        let k = members.len();
        if k < 2 {
            return Err(Error::LonelyPsu { stage: 1, stratum: h });
        }
        let draws = if kind == BootstrapKind::RaoWu { k - 1 } else { k };
        let weight = k as f64 / draws as f64;
        for r in 0..count {
            for _ in 0..draws {
                f[(members[rng.below(k)], r)] += weight;
            }
        }
    }
    Ok((u.unit, f))
}

/// Preston's weights differ within first-stage units, so that the unit is the row.
fn preston(design: &Design, count: usize, rng: &mut Random) -> Result<(Vec<usize>, DMatrix<f64>)> {
    let n = design.len();
    let mut f = DMatrix::zeros(n, count);
    for r in 0..count {
        let mut total = vec![1.0; n];
        let mut chosen = vec![1.0; n];
        let mut fraction = vec![1.0; n];
        for s in &design.stages {
            let Some(pop) = &s.population else {
                return Err(Error::invalid("Preston's bootstrap", "every stage needs its population count"));
            };
            let mut strata: BTreeMap<usize, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
            for i in 0..n {
                strata.entry(s.stratum[i]).or_default().entry(s.unit[i]).or_default().push(i);
            }
            for members in strata.values() {
                let k = members.len();
                let take = k / 2;
                let picked = rng.subset(k, take);
                for (place, rows) in members.values().enumerate() {
                    let delta = if picked[place] { 1.0 } else { 0.0 };
                    for i in rows {
                        let own = k as f64 / pop[*i];
                        let lambda = if take == 0 {
                            0.0
                        } else {
                            (take as f64 * fraction[*i] * (1.0 - own) / (k - take) as f64).sqrt()
                        };
                        let ratio = if take == 0 { 0.0 } else { k as f64 / take as f64 * delta };
                        total[*i] += lambda * chosen[*i] * (ratio - 1.0);
                        chosen[*i] *= if take == 0 { 1.0 } else { (k as f64 / take as f64).sqrt() * delta };
                        fraction[*i] *= own;
                    }
                }
            }
        }
        for i in 0..n {
            f[(i, r)] = total[i];
        }
    }
    Ok(((0..n).collect(), f))
}
