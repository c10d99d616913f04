//! Population variance of a variable.

use super::{Columns, Mean, Statistic};
use crate::error::{Error, Result};
use nalgebra::DMatrix;

/// The population variance `n/(n-1) * mean((y - mean)^2)`, `n` rows with weight.
///
/// Its influence is that of the mean of squared deviations: the deviation's own dependence on the mean is
/// of second order. Source: Lumley (2010), sect. 2.3.
///
/// ```
/// use survey_stats::{design::Design, statistic::{Columns, PopulationVariance}};
/// let d = Design::srs(3, None, None).unwrap();
/// let v = d.estimate(&PopulationVariance(Columns::one("y", &[1.0, 2.0, 3.0]))).unwrap();
/// assert!((v.values[0] - 1.0).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct PopulationVariance(pub Columns);

impl PopulationVariance {
    fn squares(&self, w: &[f64]) -> Result<Mean> {
        let n = w.iter().filter(|w| **w != 0.0).count() as f64;
        if n < 2.0 {
            return Err(Error::Empty { what: "domain (two rows are needed for a variance)" });
        }
        let m = Mean(self.0.clone()).values(w)?;
        let columns = self
            .0
            .names()
            .iter()
            .zip(self.0.data())
            .zip(&m)
            .map(|((name, y), m)| {
                (name.clone(), y.iter().map(|v| (v - m) * (v - m) * n / (n - 1.0)).collect())
            })
            .collect();
        Ok(Mean(Columns::new(columns)?))
    }
}

impl Statistic for PopulationVariance {
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        self.squares(w)?.values(w)
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        self.squares(w)?.influence(w)
    }
}
