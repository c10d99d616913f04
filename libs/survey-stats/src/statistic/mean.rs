//! Hajek mean; of an indicator, a proportion.

use super::total::weighted;
use super::{Columns, Statistic};
use crate::error::{Error, Result};
use crate::sum;
use nalgebra::DMatrix;

/// The mean `sum w y / sum w`, with influence `w_i (y_i - mean) / sum w`.
///
/// Source: Hajek (1971); Lumley (2010), ch. 2. A proportion is the mean of an indicator; for its interval
/// see [`crate::proportion`].
///
/// ```
/// use survey_stats::{design::Design, statistic::{Columns, Mean}};
/// let d = Design::srs(4, Some(vec![1.0, 1.0, 2.0, 4.0]), None).unwrap();
/// let m = d.estimate(&Mean(Columns::one("score", &[40.0, 60.0, 50.0, 70.0]))).unwrap();
/// assert_eq!(m.values, [60.0]);
/// assert!((m.se().unwrap()[0] - 7.0710678118655).abs() < 1e-9);
/// ```
#[derive(Debug, Clone)]
pub struct Mean(pub Columns);

/// The sum of the weights, refused when there is nothing to divide by.
pub(crate) fn population_size(w: &[f64]) -> Result<f64> {
    let n = sum::sum(w.iter().copied());
    if n == 0.0 { Err(Error::Empty { what: "domain" }) } else { Ok(n) }
}

impl Statistic for Mean {
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        self.0.check(w)?;
        let n = population_size(w)?;
        Ok(self.0.data().iter().map(|y| sum::sum(w.iter().zip(y).map(weighted)) / n).collect())
    }

    fn columns_of_totals(&self, n: usize) -> Option<Vec<Vec<f64>>> {
        let mut c = self.0.data().to_vec();
        c.push(vec![1.0; n]);
        Some(c)
    }

    fn influence_of_row(&self, i: usize, w: f64, totals: &[f64], values: &[f64], out: &mut [f64]) -> bool {
        let n = totals.last().copied().unwrap_or(f64::NAN);
        for ((o, y), m) in out.iter_mut().zip(self.0.data()).zip(values) {
            *o = w * (y[i] - m) / n;
        }
        true
    }

    fn values_of_totals(&self, totals: &[f64]) -> Option<Vec<f64>> {
        let (n, sums) = totals.split_last()?;
        if *n == 0.0 { None } else { Some(sums.iter().map(|t| t / n).collect()) }
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        let m = self.values(w)?;
        let n = population_size(w)?;
        let y = self.0.data();
        Ok(DMatrix::from_fn(
            w.len(),
            y.len(),
            |i, j| {
                if w[i] == 0.0 { 0.0 } else { w[i] * (y[j][i] - m[j]) / n }
            },
        ))
    }
}
