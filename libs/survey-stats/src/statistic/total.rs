//! Horvitz-Thompson (expansion) total.

use super::{Columns, Statistic};
use crate::error::Result;
use crate::sum;
use nalgebra::DMatrix;

/// The total `sum_i w_i y_i`, with influence `w_i y_i`.
///
/// Source: Horvitz and Thompson (1952), *JASA* 47, 663-685. Assumes that weights are inverse inclusion
/// probabilities, or calibrated from them.
///
/// ```
/// use survey_stats::{design::Design, statistic::{Columns, Total}};
/// let d = Design::srs(4, Some(vec![25.0; 4]), Some(100.0)).unwrap();
/// let t = d.estimate(&Total(Columns::one("visits", &[1.0, 0.0, 2.0, 5.0]))).unwrap();
/// assert_eq!(t.values, [200.0]);
/// assert!((t.se().unwrap()[0] - 105.830052442584).abs() < 1e-9);
/// ```
#[derive(Debug, Clone)]
pub struct Total(pub Columns);

impl Statistic for Total {
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        self.0.check(w)?;
        Ok(self.0.data().iter().map(|y| sum::sum(w.iter().zip(y).map(weighted))).collect())
    }

    fn columns_of_totals(&self, _n: usize) -> Option<Vec<Vec<f64>>> {
        Some(self.0.data().to_vec())
    }

    fn influence_of_row(&self, i: usize, w: f64, _t: &[f64], _v: &[f64], out: &mut [f64]) -> bool {
        for (o, y) in out.iter_mut().zip(self.0.data()) {
            *o = w * y[i];
        }
        true
    }

    fn values_of_totals(&self, totals: &[f64]) -> Option<Vec<f64>> {
        Some(totals.to_vec())
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        self.0.check(w)?;
        let y = self.0.data();
        Ok(DMatrix::from_fn(w.len(), y.len(), |i, j| weighted((&w[i], &y[j][i]))))
    }
}

/// `w y`, with zero for a row outside the domain even when its value is missing.
pub(super) fn weighted((w, y): (&f64, &f64)) -> f64 {
    if *w == 0.0 { 0.0 } else { w * y }
}
