//! Delete-one jackknife: JK1 for unstratified designs, JKn stratum by stratum.
//!
//! JK1 drops one of `n` units and scales the rest by `n/(n-1)`; variance factor `(n-1)/n (1-f)`. JKn does
//! the same inside each stratum, with factor `(n_h-1)/n_h (1-f_h)` a replicate. Strata sampled completely
//! need no replicates. Source: Wolter (2007), ch. 4.

use super::Replicates;
use crate::design::{Design, LonelyPsu};
use crate::error::{Error, Result};
use nalgebra::DMatrix;

/// First-stage units and strata in the order in which the file shows them.
pub(super) struct Units {
    /// index of the unit, a row
    pub unit: Vec<usize>,
    /// stratum index of each unit
    pub stratum: Vec<usize>,
    /// number of strata
    pub strata: usize,
    /// sampling fraction of each stratum
    pub fraction: Vec<f64>,
}

pub(super) fn units(design: &Design) -> Units {
    let order = |codes: &[usize]| {
        let mut seen: Vec<Option<usize>> = vec![None; codes.iter().max().map_or(0, |m| m + 1)];
        let mut k = 0;
        let index: Vec<usize> = codes
            .iter()
            .map(|c| {
                *seen[*c].get_or_insert_with(|| {
                    k += 1;
                    k - 1
                })
            })
            .collect();
        (index, k)
    };
    let (unit, n) = order(design.psu());
    let (row_stratum, strata) = order(design.strata());
    let mut stratum = vec![0; n];
    let mut fraction = vec![0.0; strata];
    let s = &design.stages[0];
    for i in 0..unit.len() {
        stratum[unit[i]] = row_stratum[i];
        if let Some(p) = &s.population {
            fraction[row_stratum[i]] = s.sampled[i] / p[i];
        }
    }
    Units { unit, stratum, strata, fraction }
}

impl Replicates {
    /// Delete-one jackknife of an unstratified design.
    ///
    /// ```
    /// use survey_stats::{design::Design, replicate::Replicates, statistic::{Columns, Mean}};
    /// let d = Design::srs(5, None, None).unwrap();
    /// let y = Mean(Columns::one("y", &[1.0, 4.0, 2.0, 8.0, 5.0]));
    /// let jackknife = Replicates::jk1(&d).unwrap().estimate(&y).unwrap().vcov[(0, 0)];
    /// assert!((jackknife - d.estimate(&y).unwrap().vcov[(0, 0)]).abs() < 1e-12);
    /// ```
    pub fn jk1(design: &Design) -> Result<Replicates> {
        if design.is_stratified() {
            return Err(Error::invalid("JK1", "the design is stratified; use JKn"));
        }
        let u = units(design);
        let n = u.stratum.len();
        let k = n as f64;
        if n < 2 {
            return Err(Error::LonelyPsu { stage: 1, stratum: 0 });
        }
        let f = DMatrix::from_fn(n, n, |i, r| if i == r { 0.0 } else { k / (k - 1.0) });
        let scale = (1.0 - u.fraction[0]) * (k - 1.0) / k;
        Replicates::assemble(design.weight.clone(), u.unit, f, scale, vec![1.0; n], false, Some(k - 1.0))
    }

    /// Stratified delete-one jackknife.
    ///
    /// A stratum with one unit follows the design's lonely-unit rule: it fails, contributes nothing, is
    /// replaced by the average, or is deleted as a whole.
    pub fn jkn(design: &Design) -> Result<Replicates> {
        let u = units(design);
        let n = u.stratum.len();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut rscales = Vec::new();
        let mut skipped = 0usize;
        let (mut left_units, mut left_strata) = (0usize, 0usize);
        for h in 0..u.strata {
            let members: Vec<usize> = (0..n).filter(|i| u.stratum[*i] == h).collect();
            let k = members.len() as f64;
            let fpc = 1.0 - u.fraction[h];
            if fpc.abs() < 1e-12 {
                continue;
            }
            left_units += members.len();
            left_strata += 1;
            if members.len() == 1 {
                match design.lonely {
                    LonelyPsu::Fail => return Err(Error::LonelyPsu { stage: 1, stratum: h }),
                    LonelyPsu::Remove | LonelyPsu::Certainty | LonelyPsu::Average => {
                        skipped += 1;
                        continue;
                    }
                    LonelyPsu::Adjust | LonelyPsu::AdjustToZero => {
                        let l = u.strata as f64;
                        columns.push(
                            (0..n).map(|i| if i == members[0] { 0.0 } else { l / (l - 1.0) }).collect(),
                        );
                        rscales.push((l - 1.0) / l);
                        continue;
                    }
                }
            }
            for d in &members {
                let col = (0..n)
                    .map(|i| match (u.stratum[i] == h, i == *d) {
                        (_, true) => 0.0,
                        (true, false) => k / (k - 1.0),
                        (false, false) => 1.0,
                    })
                    .collect();
                columns.push(col);
                rscales.push(fpc * (k - 1.0) / k);
            }
        }
        let scale = if design.lonely == LonelyPsu::Average && skipped > 0 && !columns.is_empty() {
            n as f64 / columns.len() as f64
        } else {
            1.0
        };
        let df = if skipped == 0 && left_units == n { Some((n - left_strata) as f64) } else { None };
        let f = crate::linalg::from_columns(&columns);
        Replicates::assemble(design.weight.clone(), u.unit, f, scale, rscales, false, df)
    }
}
