//! What every method hands back: figures that carry their uncertainty.

use crate::error::{Error, Result};
use crate::special::t_quantile;
use nalgebra::DMatrix;

/// How an iterative method ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// whether the criterion was met
    pub converged: bool,
    /// iterations done
    pub iterations: usize,
    /// the criterion at the end, in the unit of the method's tolerance
    pub misfit: f64,
}

/// An interval with its level and the degrees of freedom behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// lower limit
    pub lower: f64,
    /// upper limit
    pub upper: f64,
    /// coverage aimed at, for example 0.95
    pub level: f64,
    /// degrees of freedom of the t quantile, infinite for the normal
    pub df: f64,
}

/// Estimates with their joint covariance and the design's degrees of freedom.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// one name an estimate
    pub names: Vec<String>,
    /// the point estimates
    pub values: Vec<f64>,
    /// covariance matrix of the estimates
    pub vcov: DMatrix<f64>,
    /// degrees of freedom of the variance estimate
    pub df: f64,
}

impl Estimates {
    /// Standard errors; the square root of a negative variance estimate is refused.
    pub fn se(&self) -> Result<Vec<f64>> {
        (0..self.values.len())
            .map(|i| {
                let v = self.vcov[(i, i)];
                if v < 0.0 {
                    Err(Error::NegativeVariance { what: self.names[i].clone(), value: v })
                } else {
                    Ok(v.sqrt())
                }
            })
            .collect()
    }

    /// Symmetric intervals with the t quantile of the design's degrees of freedom.
    pub fn intervals(&self, level: f64) -> Result<Vec<Interval>> {
        self.intervals_with_df(level, self.df)
    }

    /// Symmetric intervals with the t quantile of `df`; an infinite `df` gives the normal interval.
    pub fn intervals_with_df(&self, level: f64, df: f64) -> Result<Vec<Interval>> {
        let q = t_quantile(0.5 + 0.5 * level, df);
        Ok(self
            .se()?
            .iter()
            .zip(&self.values)
            .map(|(se, v)| Interval { lower: v - q * se, upper: v + q * se, level, df })
            .collect())
    }

    /// Linear contrasts: row `k` of `coefficients` gives contrast `k`.
    ///
    /// Variance `C V C'`. A difference of two domains is the row `[1, -1]`.
    ///
    /// ```
    /// # use survey_stats::estimate::Estimates;
    /// # use nalgebra::{dmatrix, DMatrix};
    /// let e = Estimates { names: vec!["a".into(), "b".into()], values: vec![5.0, 3.0],
    ///     vcov: dmatrix![1.0, 0.5; 0.5, 2.0], df: 10.0 };
    /// let d = e.contrast(&["a-b"], &dmatrix![1.0, -1.0]).unwrap();
    /// assert_eq!(d.values, [2.0]);
    /// assert_eq!(d.vcov[(0, 0)], 2.0);
    /// ```
    pub fn contrast(&self, names: &[&str], coefficients: &DMatrix<f64>) -> Result<Estimates> {
        if coefficients.ncols() != self.values.len() || coefficients.nrows() != names.len() {
            return Err(Error::invalid("contrast", "one row a name and one column an estimate"));
        }
        let v = DMatrix::from_column_slice(self.values.len(), 1, &self.values);
        Ok(Estimates {
            names: names.iter().map(|s| s.to_string()).collect(),
            values: (coefficients * v).iter().copied().collect(),
            vcov: coefficients * &self.vcov * coefficients.transpose(),
            df: self.df,
        })
    }

    /// A smooth function of the estimates, by the delta method with the gradient that `f` returns.
    pub fn delta(&self, name: &str, f: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Result<Estimates> {
        let (value, gradient) = f(&self.values);
        let g = DMatrix::from_row_slice(1, gradient.len(), &gradient);
        let mut c = self.contrast(&[name], &g)?;
        c.values = vec![value];
        Ok(c)
    }

    /// Wald test that the named contrasts are zero: statistic over its rank, compared with `F(rank, df)`.
    pub fn wald(&self, coefficients: &DMatrix<f64>) -> Result<WaldTest> {
        let names: Vec<String> = (0..coefficients.nrows()).map(|i| format!("c{i}")).collect();
        let refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let c = self.contrast(&refs, coefficients)?;
        let b = DMatrix::from_column_slice(c.values.len(), 1, &c.values);
        let inv = crate::linalg::inverse(&c.vcov, "covariance of the contrasts")?;
        let rank = c.values.len() as f64;
        let f = (b.transpose() * inv * b)[(0, 0)] / rank;
        Ok(WaldTest { f, df1: rank, df2: self.df, p: crate::special::f_sf(f, rank, self.df) })
    }
}

/// A Wald test on its F scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaldTest {
    /// quadratic form divided by its rank
    pub f: f64,
    /// rank
    pub df1: f64,
    /// design degrees of freedom
    pub df2: f64,
    /// upper tail probability
    pub p: f64,
}
