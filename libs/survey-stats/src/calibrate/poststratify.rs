//! Post-stratification: weights scaled to known counts of one classification.
//!
//! `w_i = d_i N_g / sum_{j in g} d_j`. Influence values lose their post-stratum means.
//! Source: Holt and Smith (1979), *JRSS A* 142.

use super::Calibrated;
use crate::design::{Calibration, Design};
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use crate::replicate::Replicates;
use crate::sum::Sum;
use std::collections::BTreeMap;

/// Population totals of the categories of one classification.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// category of each row, an index into `totals`
    pub group: Vec<usize>,
    /// population total of each category
    pub totals: Vec<f64>,
}

impl Margin {
    /// Matches labels of the rows to the labelled totals; a label without a total is an error.
    ///
    /// ```
    /// use survey_stats::calibrate::Margin;
    /// let m = Margin::from_labels(0, &["f", "m", "f"], &[("f", 510.0), ("m", 490.0)]).unwrap();
    /// assert_eq!(m.group, [0, 1, 0]);
    /// assert!(Margin::from_labels(0, &["x"], &[("f", 510.0)]).is_err());
    /// ```
    pub fn from_labels(margin: usize, labels: &[&str], totals: &[(&str, f64)]) -> Result<Margin> {
        let place: BTreeMap<&str, usize> = totals.iter().enumerate().map(|(k, t)| (t.0, k)).collect();
        let group = labels
            .iter()
            .map(|l| {
                place
                    .get(l)
                    .copied()
                    .ok_or_else(|| Error::CategoryNotInMargin { margin, category: (*l).to_string() })
            })
            .collect::<Result<_>>()?;
        Ok(Margin { group, totals: totals.iter().map(|t| t.1).collect() })
    }

    pub(super) fn check(&self, index: usize, n: usize) -> Result<()> {
        same_length("margin", n, self.group.len())?;
        if let Some(g) = self.group.iter().find(|g| **g >= self.totals.len()) {
            return Err(Error::CategoryNotInMargin { margin: index, category: g.to_string() });
        }
        if self.totals.iter().any(|t| !t.is_finite() || *t < 0.0) {
            return Err(Error::invalid("margin", "a population total is negative or not a number"));
        }
        Ok(())
    }

    /// New weights; every category with a total must have weight in the sample.
    pub(super) fn scaled(&self, index: usize, w: &[f64]) -> Result<Vec<f64>> {
        let mut s = vec![Sum::default(); self.totals.len()];
        for (g, w) in self.group.iter().zip(w) {
            s[*g].add(*w);
        }
        let mut factor = Vec::with_capacity(s.len());
        for (k, (s, t)) in s.iter().zip(&self.totals).enumerate() {
            let s = s.value();
            if s == 0.0 && *t > 0.0 {
                return Err(Error::CategoryNotInSample { margin: index, category: k.to_string() });
            }
            factor.push(if s == 0.0 { 1.0 } else { t / s });
        }
        Ok(self.group.iter().zip(w).map(|(g, w)| factor[*g] * w).collect())
    }
}

/// Post-stratifies a design.
///
/// ```
/// use survey_stats::{calibrate::{poststratify, Margin}, design::Design};
/// let d = Design::srs(4, Some(vec![25.0; 4]), None).unwrap();
/// let m = Margin { group: vec![0, 0, 0, 1], totals: vec![60.0, 40.0] };
/// assert_eq!(poststratify(&d, &m).unwrap().design.weights(), [20.0, 20.0, 20.0, 40.0]);
/// ```
pub fn poststratify(design: &Design, margin: &Margin) -> Result<Calibrated> {
    margin.check(0, design.len())?;
    let before = design.weights();
    let after = margin.scaled(0, &before)?;
    let mut d = design.with_weights(after.clone())?;
    let g = after.iter().zip(&before).map(|(a, b)| if *b == 0.0 { 1.0 } else { a / b }).collect();
    d.calibrations.push(Calibration::Groups { group: margin.group.clone(), after, before });
    Ok(Calibrated { design: d, g, convergence: Convergence { converged: true, iterations: 1, misfit: 0.0 } })
}

/// Post-stratifies the full sample and every replicate.
///
/// ```
/// use survey_stats::{calibrate::{poststratify_replicates, Margin}, design::Design, replicate::Replicates};
/// let r = Replicates::jk1(&Design::srs(4, Some(vec![25.0; 4]), None).unwrap()).unwrap();
/// let m = Margin { group: vec![0, 0, 1, 1], totals: vec![60.0, 40.0] };
/// let p = poststratify_replicates(&r, &m).unwrap();
/// assert!((p.replicate(0)[1] - 60.0).abs() < 1e-9); // the first person is left out, the second stands for all
/// ```
pub fn poststratify_replicates(replicates: &Replicates, margin: &Margin) -> Result<Replicates> {
    margin.check(0, replicates.len())?;
    Ok(replicates.reweighted(|w| margin.scaled(0, w))?.with_fresh_df())
}
