//! The core: a statistic gives its values and its influence values; a design or replicates give the variance.
//!
//! `T(w)` is a function of the weights. Its influence value for row `i` is `w_i dT/dw_i`, up to terms that
//! sum to zero, so that the variance of `T` is the design's variance of the sum of those values (Taylor
//! linearisation in Demnati and Rao's form, *Survey Methodology* 2004). With replicate weights only the
//! values are needed.

mod domains;
mod mean;
mod ratio;
mod total;
mod variance;

pub use domains::ByDomain;
pub use mean::Mean;
pub use ratio::Ratio;
pub use total::Total;
pub use variance::{PopulationCovariance, PopulationVariance};

use crate::design::Design;
use crate::error::{Error, Result};
use crate::estimate::Estimates;
use crate::replicate::Replicates;
use nalgebra::DMatrix;

/// A finite-population parameter estimated as a function of weights.
pub trait Statistic {
    /// One name an estimate.
    fn names(&self) -> Vec<String>;

    /// The estimates with weights `w` (zero outside the domain).
    fn values(&self, w: &[f64]) -> Result<Vec<f64>>;

    /// Influence values, `n` rows and one column an estimate.
    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>>;

    /// Columns whose weighted totals determine the estimates, when there are such.
    ///
    /// Replicates then add up units once instead of rows in every replicate.
    fn columns_of_totals(&self, _n: usize) -> Option<Vec<Vec<f64>>> {
        None
    }

    /// Influence of row `i` with weight `w`, one value an estimate, from those totals and the estimates.
    ///
    /// Given together with [`Statistic::columns_of_totals`], so that groups are taken in one pass.
    fn influence_of_row(
        &self,
        _i: usize,
        _w: f64,
        _totals: &[f64],
        _values: &[f64],
        _out: &mut [f64],
    ) -> bool {
        false
    }

    /// Influence values where every row belongs to one group and touches that group's estimates alone.
    fn influence_by_group(&self, _w: &[f64]) -> Option<ByGroup> {
        None
    }

    /// The estimates from those totals.
    fn values_of_totals(&self, _totals: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// Influence values of estimates by group.
#[derive(Debug, Clone)]
pub struct ByGroup {
    /// group of each row; rows at or above the number of groups belong to none
    pub group: Vec<usize>,
    /// number of groups
    pub groups: usize,
    /// estimates in each group
    pub each: usize,
    /// influence values row by row, `each` a row
    pub values: Vec<f64>,
    /// the estimates: statistic by statistic and, within, group by group
    pub estimates: Vec<f64>,
}

/// Columns of a survey file with their names; the outcome of most statistics.
#[derive(Debug, Clone)]
pub struct Columns {
    names: Vec<String>,
    data: Vec<Vec<f64>>,
}

impl Columns {
    /// Checks that the columns are equally long; values are checked where they are used.
    pub fn new(columns: Vec<(String, Vec<f64>)>) -> Result<Columns> {
        let n = columns.first().map(|c| c.1.len()).ok_or(Error::Empty { what: "columns" })?;
        for (_, c) in &columns {
            crate::error::same_length("column", n, c.len())?;
        }
        let (names, data) = columns.into_iter().unzip();
        Ok(Columns { names, data })
    }

    /// One column.
    pub fn one(name: &str, values: &[f64]) -> Columns {
        Columns { names: vec![name.to_string()], data: vec![values.to_vec()] }
    }

    /// Indicators of the levels of a factor, one column a level.
    pub fn indicators(name: &str, codes: &[usize], levels: &[String]) -> Columns {
        Columns {
            names: levels.iter().map(|l| format!("{name}{l}")).collect(),
            data: (0..levels.len())
                .map(|k| codes.iter().map(|c| if *c == k { 1.0 } else { 0.0 }).collect())
                .collect(),
        }
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns.
    pub fn data(&self) -> &[Vec<f64>] {
        &self.data
    }

    /// Fails at a value that is not finite in a row with weight.
    pub(crate) fn check(&self, w: &[f64]) -> Result<()> {
        for c in &self.data {
            crate::error::same_length("column", w.len(), c.len())?;
            if let Some(row) = (0..w.len()).find(|i| w[*i] != 0.0 && !c[*i].is_finite()) {
                return Err(Error::NotFinite { what: "column", row });
            }
        }
        Ok(())
    }
}

/// Whatever can estimate a statistic with its covariance: a design or replicate weights.
pub trait Estimator: Sized {
    /// Current weights, zero outside the domain.
    fn current_weights(&self) -> Vec<f64>;
    /// Degrees of freedom.
    fn degrees(&self) -> f64;
    /// The same restricted to a domain.
    fn restricted(&self, inside: &[bool]) -> Result<Self>;
    /// Estimates with their covariance.
    fn estimate_of(&self, statistic: &impl Statistic) -> Result<Estimates>;
}

impl Estimator for Design {
    fn current_weights(&self) -> Vec<f64> {
        self.weights()
    }

    fn degrees(&self) -> f64 {
        self.df()
    }

    fn restricted(&self, inside: &[bool]) -> Result<Design> {
        self.domain(inside)
    }

    fn estimate_of(&self, statistic: &impl Statistic) -> Result<Estimates> {
        self.estimate(statistic)
    }
}

impl Estimator for Replicates {
    fn current_weights(&self) -> Vec<f64> {
        self.weights()
    }

    fn degrees(&self) -> f64 {
        self.df()
    }

    fn restricted(&self, inside: &[bool]) -> Result<Replicates> {
        self.domain(inside)
    }

    fn estimate_of(&self, statistic: &impl Statistic) -> Result<Estimates> {
        self.estimate(statistic)
    }
}

impl Design {
    /// Estimates with linearised covariance.
    pub fn estimate(&self, statistic: &impl Statistic) -> Result<Estimates> {
        let w = self.weights();
        if let Some(u) = statistic.influence_by_group(&w)
            && let Some(vcov) = self.variance_by_group(&u)?
        {
            return Ok(Estimates { names: statistic.names(), values: u.estimates, vcov, df: self.df() });
        }
        let values = statistic.values(&w)?;
        let vcov = self.variance(&statistic.influence(&w)?)?;
        Ok(Estimates { names: statistic.names(), values, vcov, df: self.df() })
    }
}
