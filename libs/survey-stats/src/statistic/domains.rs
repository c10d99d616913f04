//! A statistic in every group of a factor at once, with the covariances between groups.

use super::{ByGroup, Statistic};
use crate::design::Design;
use crate::error::{Result, same_length};
use crate::estimate::Estimates;
use crate::sum::Sum;
use nalgebra::DMatrix;

/// Domain estimates: the statistic with weights set to zero outside each group in turn.
///
/// Groups with nobody in them are refused by the statistic. Estimates are ordered statistic by statistic
/// and, within, group by group; names are `group:statistic`, or `group` when the statistic has one value.
/// Source: Särndal, Swensson and Wretman (1992), ch. 10.
///
/// ```
/// use survey_stats::{design::Design, statistic::{ByDomain, Columns, Mean}};
/// let d = Design::srs(4, None, None).unwrap();
/// let by = ByDomain::new(Mean(Columns::one("y", &[1.0, 3.0, 2.0, 6.0])), &[0, 0, 1, 1],
///                        &["town".into(), "village".into()]).unwrap();
/// let e = d.estimate(&by).unwrap();
/// assert_eq!(e.values, [2.0, 4.0]);
/// assert_eq!(e.names, ["town", "village"]);
/// ```
#[derive(Debug, Clone)]
pub struct ByDomain<S> {
    statistic: S,
    group: Vec<usize>,
    levels: Vec<String>,
}

impl<S: Statistic> ByDomain<S> {
    /// `group` holds, a row, the index of its level; rows beyond the levels belong to no group.
    pub fn new(statistic: S, group: &[usize], levels: &[String]) -> Result<ByDomain<S>> {
        Ok(ByDomain { statistic, group: group.to_vec(), levels: levels.to_vec() })
    }

    fn masked(&self, w: &[f64], k: usize) -> Vec<f64> {
        w.iter().zip(&self.group).map(|(w, g)| if *g == k { *w } else { 0.0 }).collect()
    }

    /// One estimate a group, each with the variance and degrees of freedom of its own domain.
    pub fn separately(&self, design: &Design) -> Result<Vec<Estimates>> {
        same_length("groups", design.len(), self.group.len())?;
        (0..self.levels.len())
            .map(|k| {
                let inside: Vec<bool> = self.group.iter().map(|g| *g == k).collect();
                design.domain(&inside)?.estimate(&self.statistic)
            })
            .collect()
    }
}

impl<S: Statistic> Statistic for ByDomain<S> {
    fn names(&self) -> Vec<String> {
        let inner = self.statistic.names();
        let one = inner.len() == 1;
        inner
            .iter()
            .flat_map(|s| self.levels.iter().map(move |l| if one { l.clone() } else { format!("{l}:{s}") }))
            .collect()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        let (k, p) = (self.levels.len(), self.statistic.names().len());
        let mut out = vec![0.0; k * p];
        for g in 0..k {
            for (j, v) in self.statistic.values(&self.masked(w, g))?.into_iter().enumerate() {
                out[j * k + g] = v;
            }
        }
        Ok(out)
    }

    fn influence_by_group(&self, w: &[f64]) -> Option<ByGroup> {
        let (n, k) = (w.len(), self.levels.len());
        let columns = self.statistic.columns_of_totals(n)?;
        let c = columns.len();
        if self.group.len() != n || columns.iter().any(|v| v.len() != n) {
            return None;
        }
        let inside = |i: &usize| w[*i] != 0.0 && self.group[*i] < k;
        let mut sums = vec![Sum::default(); k * c];
        for i in (0..n).filter(inside) {
            let own = &mut sums[self.group[i] * c..(self.group[i] + 1) * c];
            for (s, v) in own.iter_mut().zip(&columns) {
                s.add(w[i] * v[i]);
            }
        }
        let totals: Vec<f64> = sums.iter().map(|s| s.value()).collect();
        // What is not finite, or a group with nobody, is left to the careful way, which names it.
        if totals.iter().any(|t| !t.is_finite()) {
            return None;
        }
        let by_group: Vec<Vec<f64>> =
            totals.chunks(c).map(|t| self.statistic.values_of_totals(t)).collect::<Option<_>>()?;
        let each = by_group.first()?.len();
        let mut values = vec![0.0; n * each];
        for i in (0..n).filter(inside) {
            let g = self.group[i];
            let out = &mut values[i * each..(i + 1) * each];
            if !self.statistic.influence_of_row(i, w[i], &totals[g * c..(g + 1) * c], &by_group[g], out) {
                return None;
            }
        }
        let mut estimates = vec![0.0; k * each];
        for (g, own) in by_group.iter().enumerate() {
            for (j, v) in own.iter().enumerate() {
                estimates[j * k + g] = *v;
            }
        }
        Some(ByGroup { group: self.group.clone(), groups: k, each, values, estimates })
    }

    fn columns_of_totals(&self, n: usize) -> Option<Vec<Vec<f64>>> {
        let inner = self.statistic.columns_of_totals(n)?;
        let mut out = Vec::with_capacity(inner.len() * self.levels.len());
        for g in 0..self.levels.len() {
            for c in &inner {
                out.push(c.iter().zip(&self.group).map(|(v, k)| if *k == g { *v } else { 0.0 }).collect());
            }
        }
        Some(out)
    }

    fn values_of_totals(&self, totals: &[f64]) -> Option<Vec<f64>> {
        let k = self.levels.len();
        let mut out = vec![0.0; k * self.statistic.names().len()];
        for (g, part) in totals.chunks(totals.len() / k.max(1)).enumerate() {
            for (j, v) in self.statistic.values_of_totals(part)?.into_iter().enumerate() {
                out[j * k + g] = v;
            }
        }
        Some(out)
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        same_length("groups", w.len(), self.group.len())?;
        let (k, p) = (self.levels.len(), self.statistic.names().len());
        let mut out = DMatrix::zeros(w.len(), k * p);
        for g in 0..k {
            let u = self.statistic.influence(&self.masked(w, g))?;
            for j in 0..p {
                out.set_column(j * k + g, &u.column(j));
            }
        }
        Ok(out)
    }
}
