//! Ratio of two totals.

use super::{Columns, Statistic, Total};
use crate::error::{Error, Result};
use nalgebra::DMatrix;

/// Ratios `R = Y / X` of totals, every numerator over every denominator (denominators vary slowest),
/// with influence `w_i (y_i - R x_i) / X`.
///
/// Source: Cochran (1977), ch. 6. Assumes that the denominator total is away from zero.
///
/// ```
/// use survey_stats::{design::Design, statistic::{Columns, Ratio}};
/// let d = Design::srs(3, None, None).unwrap();
/// let r = d.estimate(&Ratio { numerators: Columns::one("y", &[2.0, 4.0, 7.0]),
///                             denominators: Columns::one("x", &[1.0, 2.0, 3.0]) }).unwrap();
/// assert!((r.values[0] - 13.0 / 6.0).abs() < 1e-15);
/// assert_eq!(r.names, ["y/x"]);
/// ```
#[derive(Debug, Clone)]
pub struct Ratio {
    /// variables on top
    pub numerators: Columns,
    /// variables below
    pub denominators: Columns,
}

impl Ratio {
    fn totals(&self, w: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
        let y = Total(self.numerators.clone()).values(w)?;
        let x = Total(self.denominators.clone()).values(w)?;
        if x.contains(&0.0) {
            return Err(Error::invalid("ratio", "the denominator's total is zero"));
        }
        Ok((y, x))
    }
}

impl Statistic for Ratio {
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for x in self.denominators.names() {
            for y in self.numerators.names() {
                names.push(format!("{y}/{x}"));
            }
        }
        names
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        let (y, x) = self.totals(w)?;
        Ok(x.iter().flat_map(|x| y.iter().map(move |y| y / x)).collect())
    }

    fn columns_of_totals(&self, _n: usize) -> Option<Vec<Vec<f64>>> {
        let mut c = self.numerators.data().to_vec();
        c.extend(self.denominators.data().iter().cloned());
        Some(c)
    }

    fn influence_of_row(&self, i: usize, w: f64, totals: &[f64], values: &[f64], out: &mut [f64]) -> bool {
        let (y, x) = (self.numerators.data(), self.denominators.data());
        let k = y.len();
        for (c, (o, v)) in out.iter_mut().zip(values).enumerate() {
            let (a, b) = (c % k, c / k);
            *o = w * (y[a][i] - v * x[b][i]) / totals[k + b];
        }
        true
    }

    fn values_of_totals(&self, totals: &[f64]) -> Option<Vec<f64>> {
        let (y, x) = totals.split_at(self.numerators.data().len());
        if x.contains(&0.0) {
            None
        } else {
            Some(x.iter().flat_map(|x| y.iter().map(move |y| y / x)).collect())
        }
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        let (yt, xt) = self.totals(w)?;
        let (y, x) = (self.numerators.data(), self.denominators.data());
        let k = y.len();
        Ok(DMatrix::from_fn(w.len(), k * x.len(), |i, c| {
            let (a, b) = (c % k, c / k);
            if w[i] == 0.0 { 0.0 } else { w[i] * (y[a][i] - yt[a] / xt[b] * x[b][i]) / xt[b] }
        }))
    }
}
