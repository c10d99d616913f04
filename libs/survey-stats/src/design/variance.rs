//! Variance of a total under stratified multi-stage sampling (Taylor linearisation's second half).
//!
//! For influence values `u` (weighted, so that the statistic's error is about their sum) the first stage
//! gives, stratum by stratum, `(1 - f_h) n_h / (n_h - 1) * sum_c (u_hc - mean_h)^2` over unit totals
//! `u_hc`. A further stage with known population counts adds `f_1` times the same expression inside each
//! unit. Without population counts only the first stage counts (sampling with replacement).
//!
//! Source: Särndal, Swensson and Wretman (1992), *Model Assisted Survey Sampling*, ch. 4; Lumley (2010),
//! *Complex Surveys*, ch. 2-3. Assumes that units of a stage are drawn by simple random sampling in each
//! stratum, or, with unequal fractions, Brewer's (1975) single-stage approximation `1 - pi_i`.

use super::{BuiltStage, Design, LonelyPsu};
use crate::error::{Error, Result, same_length};
use crate::statistic::ByGroup;
use crate::sum::Sum;
use nalgebra::DMatrix;

/// Unit totals of one stratum.
struct StratumTotals {
    stratum: usize,
    sampled: f64,
    /// one row a unit: totals of the `p` influence columns
    units: Vec<Vec<f64>>,
    /// variance factor of each unit
    scale: Vec<f64>,
    certain: bool,
}

impl Design {
    /// Covariance matrix of the sums of the influence columns (`n` rows, one column a statistic).
    ///
    /// ```
    /// use survey_stats::design::Design;
    /// use nalgebra::DMatrix;
    /// // Total of 1, 2, 3 with weight 10 from a population of 30: N^2 (1 - n/N) s^2 / n
    /// let d = Design::srs(3, Some(vec![10.0; 3]), Some(30.0)).unwrap();
    /// let u = DMatrix::from_column_slice(3, 1, &[10.0, 20.0, 30.0]);
    /// assert!((d.variance(&u).unwrap()[(0, 0)] - 270.0).abs() < 1e-9);
    /// ```
    pub fn variance(&self, influence: &DMatrix<f64>) -> Result<DMatrix<f64>> {
        same_length("influence values", self.len(), influence.nrows())?;
        if let Some(i) = influence.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "influence values", row: i % influence.nrows().max(1) });
        }
        let mut u = influence.clone();
        for c in &self.calibrations {
            c.residualise(&mut u);
        }
        if let Some(j) = &self.joint {
            return j.variance(&u, &self.active, !self.calibrations.is_empty());
        }
        // A calibrated design keeps every row: residuals outside the domain are not zero. So does a design
        // with unequal probabilities: each unit has a factor of its own.
        let whole = self.unequal || !self.calibrations.is_empty();
        let rows: Vec<usize> = (0..self.len()).filter(|i| self.active[*i] || whole).collect();
        let p = u.ncols();
        let columns: Vec<&[f64]> =
            (0..p).map(|j| &u.as_slice()[j * u.nrows()..(j + 1) * u.nrows()]).collect();
        let strata = self.first_stage(p, &rows, |i, sums| {
            for (s, c) in sums.iter_mut().zip(&columns) {
                s.add(c[i]);
            }
        });
        let mut v = self.sum_of_strata(&strata, p, 0)?;
        if self.goes_deeper(0) {
            v += self.within_units(&u, &rows, 0)?;
        }
        Ok(v)
    }

    /// Covariance of sums that belong to groups of rows: a row adds only to its group's columns.
    ///
    /// Column `j * groups + g` is estimate `j` of group `g`. Nothing for designs whose variance needs every
    /// row's value: calibrated, with joint probabilities, or of several stages.
    pub(crate) fn variance_by_group(&self, influence: &ByGroup) -> Result<Option<DMatrix<f64>>> {
        if self.joint.is_some() || !self.calibrations.is_empty() || self.goes_deeper(0) {
            return Ok(None);
        }
        let (k, each) = (influence.groups, influence.each);
        let rows: Vec<usize> = (0..self.len()).filter(|i| self.active[*i] || self.unequal).collect();
        let strata = self.first_stage(k * each, &rows, |i, sums| {
            let g = influence.group[i];
            if g < k {
                for j in 0..each {
                    sums[j * k + g].add(influence.values[i * each + j]);
                }
            }
        });
        self.sum_of_strata(&strata, k * each, 0).map(Some)
    }

    fn goes_deeper(&self, stage: usize) -> bool {
        let known = self.stages.get(stage).is_some_and(|s| s.population.is_some());
        stage + 1 < self.stages.len() && !self.ultimate_cluster && known
    }

    /// Unit totals of the first stage in one pass over the rows, in their order.
    fn first_stage(&self, p: usize, rows: &[usize], add: impl Fn(usize, &mut [Sum])) -> Vec<StratumTotals> {
        let Some(s) = self.stages.first() else { return Vec::new() };
        let units = s.unit.iter().max().map_or(0, |m| m + 1);
        let strata = s.stratum.iter().max().map_or(0, |m| m + 1);
        let mut sums = vec![Sum::default(); units * p];
        let mut first: Vec<Option<usize>> = vec![None; units];
        for i in rows {
            let u = s.unit[*i];
            first[u].get_or_insert(*i);
            add(*i, &mut sums[u * p..(u + 1) * p]);
        }
        let mut members: Vec<Vec<(usize, usize)>> = vec![Vec::new(); strata];
        for (u, row) in first.iter().enumerate() {
            if let Some(i) = row {
                members[s.stratum[*i]].push((u, *i));
            }
        }
        members.retain(|m| !m.is_empty());
        members
            .iter()
            .map(|m| {
                let rows: Vec<usize> = m.iter().map(|x| x.1).collect();
                let totals =
                    m.iter().map(|(u, _)| sums[u * p..(u + 1) * p].iter().map(|s| s.value()).collect());
                self.stratum_totals(s, &rows, totals.collect())
            })
            .collect()
    }

    fn multistage(&self, u: &DMatrix<f64>, rows: &[usize], stage: usize) -> Result<DMatrix<f64>> {
        let Some(s) = self.stages.get(stage) else { return Ok(DMatrix::zeros(u.ncols(), u.ncols())) };
        let mut order = rows.to_vec();
        order.sort_by_key(|i| (s.stratum[*i], s.unit[*i], *i));
        let strata: Vec<StratumTotals> = order
            .chunk_by(|a, b| s.stratum[*a] == s.stratum[*b])
            .map(|rows| self.totals(u, rows, s))
            .collect();
        let mut v = self.sum_of_strata(&strata, u.ncols(), stage)?;
        if self.goes_deeper(stage) {
            v += self.within_units(u, rows, stage)?;
        }
        Ok(v)
    }

    /// What the next stage adds inside each unit of this one.
    fn within_units(&self, u: &DMatrix<f64>, rows: &[usize], stage: usize) -> Result<DMatrix<f64>> {
        let mut v = DMatrix::zeros(u.ncols(), u.ncols());
        let Some(s) = self.stages.get(stage) else { return Ok(v) };
        let Some(pop) = &s.population else { return Ok(v) };
        let mut order = rows.to_vec();
        order.sort_by_key(|i| (s.stratum[*i], s.unit[*i], *i));
        for unit in order.chunk_by(|a, b| s.unit[*a] == s.unit[*b]) {
            let f = s.sampled[unit[0]] / pop[unit[0]];
            v += self.multistage(u, unit, stage + 1)? * f;
        }
        Ok(v)
    }

    /// The strata of one stage added up, under the rule for lonely units.
    fn sum_of_strata(&self, strata: &[StratumTotals], p: usize, stage: usize) -> Result<DMatrix<f64>> {
        let centre = match self.lonely {
            LonelyPsu::Adjust => grand_mean(strata, p),
            LonelyPsu::AdjustToZero => vec![0.0; p],
            LonelyPsu::Fail | LonelyPsu::Remove | LonelyPsu::Certainty | LonelyPsu::Average => Vec::new(),
        };
        let mut v = DMatrix::zeros(p, p);
        let mut ok = 0.0;
        for h in strata {
            if let Some(part) = self.stratum_variance(h, &centre, p, stage)? {
                v += part;
                ok += 1.0;
            }
        }
        if ok > 0.0 {
            v *= strata.len() as f64 / ok;
        } else if self.lonely == LonelyPsu::Average && !strata.is_empty() {
            return Err(Error::invalid("strata", "no stratum has a variance to average"));
        }
        Ok(v)
    }

    fn totals(&self, u: &DMatrix<f64>, rows: &[usize], s: &BuiltStage) -> StratumTotals {
        let mut units = Vec::new();
        let mut firsts = Vec::new();
        for unit in rows.chunk_by(|a, b| s.unit[*a] == s.unit[*b]) {
            let total = |j: usize| unit.iter().map(|i| u[(*i, j)]).collect::<Sum>().value();
            units.push((0..u.ncols()).map(total).collect());
            firsts.push(unit[0]);
        }
        self.stratum_totals(s, &firsts, units)
    }

    /// A stratum from one row of each of its units and the units' totals.
    fn stratum_totals(&self, s: &BuiltStage, rows: &[usize], units: Vec<Vec<f64>>) -> StratumTotals {
        let first = rows[0];
        let sampled = s.sampled[first];
        let fraction_left = |i: usize| match &s.population {
            Some(p) if p[i].is_finite() => (p[i] - sampled) / p[i],
            _ => 1.0,
        };
        let certain = rows.iter().all(|i| fraction_left(*i) < 1e-7);
        let factor = if sampled > 1.0 { sampled / (sampled - 1.0) } else { 1.0 };
        let scale = rows.iter().map(|i| fraction_left(*i) * factor).collect();
        StratumTotals { stratum: s.stratum[first], sampled, units, scale, certain }
    }

    /// The stratum's part, or nothing when the rule `Average` leaves it to the others.
    fn stratum_variance(
        &self,
        h: &StratumTotals,
        centre: &[f64],
        p: usize,
        stage: usize,
    ) -> Result<Option<DMatrix<f64>>> {
        let mut v = DMatrix::zeros(p, p);
        if h.certain {
            return Ok(Some(v));
        }
        let alone = h.sampled <= 1.0;
        let alone_in_domain = !alone && h.units.len() == 1 && self.lonely_in_domains;
        let missing = h.sampled - h.units.len() as f64;
        let adjusts = matches!(self.lonely, LonelyPsu::Adjust | LonelyPsu::AdjustToZero);
        if alone {
            match self.lonely {
                LonelyPsu::Fail => return Err(Error::LonelyPsu { stage: stage + 1, stratum: h.stratum }),
                LonelyPsu::Remove | LonelyPsu::Certainty => return Ok(Some(v)),
                LonelyPsu::Average => return Ok(None),
                LonelyPsu::Adjust | LonelyPsu::AdjustToZero => {}
            }
        } else if alone_in_domain && self.lonely == LonelyPsu::Average {
            return Ok(None);
        }
        let mean: Vec<f64> = if adjusts && (alone || alone_in_domain) {
            centre.to_vec()
        } else {
            (0..p).map(|j| h.units.iter().map(|t| t[j]).collect::<Sum>().value() / h.sampled).collect()
        };
        let common = h.scale.first().copied().unwrap_or(0.0);
        for a in 0..p {
            for b in a..p {
                let mut s = Sum::default();
                for (t, scale) in h.units.iter().zip(&h.scale) {
                    let k = if missing > 0.0 { common } else { *scale };
                    s.add(k * (t[a] - mean[a]) * (t[b] - mean[b]));
                }
                // Units of the stratum that have nobody in the domain have total zero.
                s.add(common * missing * mean[a] * mean[b]);
                v[(a, b)] = s.value();
                v[(b, a)] = v[(a, b)];
            }
        }
        Ok(Some(v))
    }
}

/// Mean of all unit totals of the stage over all its strata, units without rows counting as zero.
fn grand_mean(strata: &[StratumTotals], p: usize) -> Vec<f64> {
    let n: f64 = strata.iter().map(|h| h.sampled).sum();
    (0..p)
        .map(|j| strata.iter().flat_map(|h| h.units.iter().map(move |t| t[j])).collect::<Sum>().value() / n)
        .collect()
}
