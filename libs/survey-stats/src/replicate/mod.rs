//! Replicate weights: jackknife, balanced half-samples, bootstrap, or weights that came with a file.
//!
//! Variance is `scale * sum_r rscale_r (theta_r - centre)^2`, where the centre is the mean of the
//! replicates (over those with a positive `rscale`) or, with `mse`, the full-sample estimate. Multipliers
//! are kept one a first-stage unit, not one a row.
//! Source: Wolter (2007), *Introduction to Variance Estimation*.

mod bootstrap;
mod brr;
mod jackknife;

pub use bootstrap::BootstrapKind;
pub use brr::hadamard;

use crate::error::{Error, Result, same_length};
use crate::estimate::Estimates;
use crate::linalg;
use crate::statistic::Statistic;
use crate::sum::Sum;
use nalgebra::DMatrix;

/// Replicate weights of one sample.
#[derive(Debug, Clone)]
pub struct Replicates {
    pub(crate) weight: Vec<f64>,
    pub(crate) active: Vec<bool>,
    /// which row of `factor` belongs to each respondent
    pub(crate) unit: Vec<usize>,
    /// multipliers of the weights: units by replicates
    pub(crate) factor: DMatrix<f64>,
    pub(crate) scale: f64,
    pub(crate) rscales: Vec<f64>,
    pub(crate) mse: bool,
    pub(crate) df: f64,
}

impl Replicates {
    /// Replicate weights that came with the data: `n` rows, one column a replicate.
    ///
    /// `combined` says that they include the sampling weight. `df` defaults to their rank less one.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use survey_stats::{replicate::Replicates, statistic::{Columns, Total}};
    /// let half = dmatrix![2.0, 0.0; 0.0, 2.0];
    /// let r = Replicates::given(&[1.0, 1.0], &half, false, 0.5, &[1.0, 1.0], true, None).unwrap();
    /// let t = r.estimate(&Total(Columns::one("y", &[3.0, 5.0]))).unwrap();
    /// assert_eq!((t.values[0], t.vcov[(0, 0)]), (8.0, 4.0));
    /// ```
    pub fn given(
        weights: &[f64],
        replicates: &DMatrix<f64>,
        combined: bool,
        scale: f64,
        rscales: &[f64],
        mse: bool,
        df: Option<f64>,
    ) -> Result<Replicates> {
        same_length("replicate weights", weights.len(), replicates.nrows())?;
        same_length("replicate scales", replicates.ncols(), rscales.len())?;
        if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w > 0.0)) {
            return Err(Error::Weight { row, value: weights[row] });
        }
        crate::error::all_finite("replicate weights", replicates.as_slice())?;
        let factor = if combined {
            DMatrix::from_fn(replicates.nrows(), replicates.ncols(), |i, r| replicates[(i, r)] / weights[i])
        } else {
            replicates.clone()
        };
        Replicates::assemble(
            weights.to_vec(),
            (0..weights.len()).collect(),
            factor,
            scale,
            rscales.to_vec(),
            mse,
            df,
        )
    }

    pub(crate) fn assemble(
        weight: Vec<f64>,
        unit: Vec<usize>,
        factor: DMatrix<f64>,
        scale: f64,
        rscales: Vec<f64>,
        mse: bool,
        df: Option<f64>,
    ) -> Result<Replicates> {
        if factor.ncols() == 0 {
            return Err(Error::Empty { what: "replicates (every stratum was sampled completely)" });
        }
        let n = weight.len();
        let mut r = Replicates { weight, active: vec![true; n], unit, factor, scale, rscales, mse, df: 0.0 };
        r.df = df.unwrap_or_else(|| r.rank() - 1.0);
        Ok(r)
    }

    /// Rank of the replicate weights, up to a tolerance of 1e-5.
    fn rank(&self) -> f64 {
        let f = &self.factor;
        let used: Vec<bool> = {
            let mut u = vec![false; f.nrows()];
            for (i, k) in self.unit.iter().enumerate() {
                if self.active[i] && self.weight[i] != 0.0 {
                    u[*k] = true;
                }
            }
            u
        };
        let rows: Vec<usize> = (0..f.nrows()).filter(|k| used[*k]).collect();
        // A row's own factor enters with its weight; factors of units stand for rows of any weight.
        let own = f.nrows() == self.len();
        let scale: Vec<f64> = (0..f.nrows()).map(|k| if own { self.weight[k] } else { 1.0 }).collect();
        let m = DMatrix::from_fn(rows.len(), f.ncols(), |i, j| f[(rows[i], j)] * scale[rows[i]]);
        linalg::basis_with(&m, 1e-5).ncols() as f64
    }

    /// Degrees of freedom anew from the rank, which costs rows times replicates squared; kept as they are
    /// where that would take long (above 2e10).
    pub(crate) fn with_fresh_df(mut self) -> Replicates {
        let cost = self.factor.nrows() as f64 * (self.factor.ncols() as f64).powi(2);
        if cost < 2e10 {
            self.df = self.rank() - 1.0;
        }
        self
    }

    /// Centres squared deviations on the full-sample estimate (`true`) or on the replicates' mean.
    pub fn with_mse(mut self, mse: bool) -> Replicates {
        self.mse = mse;
        self
    }

    /// Number of replicates.
    pub fn count(&self) -> usize {
        self.factor.ncols()
    }

    /// Overall scale of the variance.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Scale of each replicate.
    pub fn rscales(&self) -> &[f64] {
        &self.rscales
    }

    /// Degrees of freedom: rank of the replicate weights less one.
    pub fn df(&self) -> f64 {
        self.df
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }

    /// Full-sample weights, zero outside the domain.
    pub fn weights(&self) -> Vec<f64> {
        self.weight.iter().zip(&self.active).map(|(w, a)| if *a { *w } else { 0.0 }).collect()
    }

    /// Multiplier of row `i` in replicate `r` (the replicate weight without the sampling weight).
    pub fn multiplier(&self, i: usize, r: usize) -> f64 {
        self.factor[(self.unit[i], r)]
    }

    /// Weights of replicate `r`, zero outside the domain.
    pub fn replicate(&self, r: usize) -> Vec<f64> {
        (0..self.len())
            .map(|i| if self.active[i] { self.weight[i] * self.factor[(self.unit[i], r)] } else { 0.0 })
            .collect()
    }

    /// The replicates restricted to a domain; the degrees of freedom are those of the domain.
    pub fn domain(&self, inside: &[bool]) -> Result<Replicates> {
        same_length("domain", self.len(), inside.len())?;
        let mut d = self.clone();
        for (a, i) in d.active.iter_mut().zip(inside) {
            *a = *a && *i;
        }
        if !d.active.iter().any(|a| *a) {
            return Err(Error::Empty { what: "domain" });
        }
        d.df = d.rank() - 1.0;
        Ok(d)
    }

    /// Estimates with replicate covariance.
    pub fn estimate(&self, statistic: &impl Statistic) -> Result<Estimates> {
        let values = statistic.values(&self.weights())?;
        let vcov = match self.replicate_totals(statistic) {
            Some(thetas) => self.spread(&values, &thetas, values.len()),
            None => self.variance_of(&values, |w| statistic.values(w))?,
        };
        Ok(Estimates { names: statistic.names(), values, vcov, df: self.df })
    }

    /// Replicate estimates of a function of totals: unit totals are added up once.
    fn replicate_totals(&self, statistic: &impl Statistic) -> Option<Vec<Vec<f64>>> {
        let columns = statistic.columns_of_totals(self.len())?;
        let mut sums = vec![vec![Sum::default(); self.factor.nrows()]; columns.len()];
        for i in (0..self.len()).filter(|i| self.active[*i] && self.weight[*i] != 0.0) {
            for (s, c) in sums.iter_mut().zip(&columns) {
                s[self.unit[i]].add(self.weight[i] * c[i]);
            }
        }
        let units: Vec<Vec<f64>> =
            sums.iter().map(|s| s.iter().map(|t| t.value()).collect::<Vec<f64>>()).collect();
        (0..self.count())
            .map(|r| {
                let f = self.factor.column(r);
                let f = f.as_slice();
                let totals: Vec<f64> = units.iter().map(|t| crate::sum::dot_in_lanes(t, f)).collect();
                statistic.values_of_totals(&totals)
            })
            .collect()
    }

    /// Replicate covariance of any function of the weights.
    pub fn variance_of(&self, full: &[f64], f: impl Fn(&[f64]) -> Result<Vec<f64>>) -> Result<DMatrix<f64>> {
        let p = full.len();
        let thetas: Vec<Vec<f64>> =
            (0..self.count()).map(|r| f(&self.replicate(r))).collect::<Result<_>>()?;
        Ok(self.spread(full, &thetas, p))
    }

    /// Covariance from replicate estimates, one row a replicate.
    pub fn spread(&self, full: &[f64], thetas: &[Vec<f64>], p: usize) -> DMatrix<f64> {
        let centre: Vec<f64> = if self.mse {
            full.to_vec()
        } else {
            (0..p)
                .map(|j| {
                    let used = thetas.iter().zip(&self.rscales).filter(|t| *t.1 > 0.0);
                    let k = used.clone().count() as f64;
                    used.map(|t| t.0[j]).collect::<Sum>().value() / k
                })
                .collect()
        };
        DMatrix::from_fn(p, p, |a, b| {
            let s: Sum = thetas
                .iter()
                .zip(&self.rscales)
                .map(|(t, k)| k * (t[a] - centre[a]) * (t[b] - centre[b]))
                .collect();
            self.scale * s.value()
        })
    }
}

impl Replicates {
    /// The same replicates with every set of weights, the full sample's first, put through `f`.
    pub(crate) fn reweighted(&self, f: impl Fn(&[f64]) -> Result<Vec<f64>>) -> Result<Replicates> {
        let n = self.len();
        let full = f(&self.weights())?;
        let mut factor = DMatrix::zeros(n, self.count());
        for r in 0..self.count() {
            for (i, w) in f(&self.replicate(r))?.into_iter().enumerate() {
                factor[(i, r)] = if full[i] == 0.0 { 0.0 } else { w / full[i] };
            }
        }
        let mut out = self.clone();
        out.weight = full;
        out.unit = (0..n).collect();
        out.factor = factor;
        Ok(out)
    }
}
