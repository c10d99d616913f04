//! Population variances and covariances.

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
/// let v = d.estimate(&PopulationVariance::new(Columns::one("y", &[1.0, 2.0, 3.0]))).unwrap();
/// assert!((v.values[0] - 1.0).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct PopulationVariance {
    columns: Columns,
    rows: Option<f64>,
}

/// The matrix of population variances and covariances, column by column.
///
/// `n/(n-1) * mean((y - mean_y)(z - mean_z))` for every pair of columns, with the influence of the mean of
/// products. Source and assumption as for [`PopulationVariance`].
///
/// ```
/// use survey_stats::{design::Design, statistic::{Columns, PopulationCovariance}};
/// let d = Design::srs(3, None, None).unwrap();
/// let y = Columns::new(vec![("y".into(), vec![1.0, 2.0, 3.0]), ("z".into(), vec![2.0, 2.0, 5.0])]).unwrap();
/// let v = d.estimate(&PopulationCovariance::new(y)).unwrap();
/// assert!((v.values[1] - 1.5).abs() < 1e-12 && v.names[1] == "z:y");
/// ```
#[derive(Debug, Clone)]
pub struct PopulationCovariance {
    columns: Columns,
    rows: Option<f64>,
}

/// Rows that count: those given, or those with weight.
fn counted(rows: Option<f64>, w: &[f64]) -> Result<f64> {
    let n = rows.unwrap_or_else(|| w.iter().filter(|w| **w != 0.0).count() as f64);
    if n < 2.0 {
        return Err(Error::Empty { what: "domain (two rows are needed for a variance)" });
    }
    Ok(n)
}

/// Means of the products of deviations of the pairs of columns, as a mean.
fn products(y: &Columns, pairs: &[(usize, usize)], rows: Option<f64>, w: &[f64]) -> Result<Mean> {
    let n = counted(rows, w)?;
    let m = Mean(y.clone()).values(w)?;
    let columns = pairs
        .iter()
        .map(|(a, b)| {
            let (u, v) = (&y.data()[*a], &y.data()[*b]);
            let name =
                if a == b { y.names()[*a].clone() } else { format!("{}:{}", y.names()[*a], y.names()[*b]) };
            let p = u.iter().zip(v).map(|(u, v)| (u - m[*a]) * (v - m[*b]) * n / (n - 1.0)).collect();
            (name, p)
        })
        .collect();
    Ok(Mean(Columns::new(columns)?))
}

impl PopulationVariance {
    /// Of each column.
    pub fn new(columns: Columns) -> PopulationVariance {
        PopulationVariance { columns, rows: None }
    }

    /// With `n` fixed, because replicates leave out units but the sample's size stays.
    pub fn with_rows(self, n: f64) -> PopulationVariance {
        PopulationVariance { rows: Some(n), ..self }
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        (0..self.columns.data().len()).map(|j| (j, j)).collect()
    }
}

impl Statistic for PopulationVariance {
    fn names(&self) -> Vec<String> {
        self.columns.names().to_vec()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        products(&self.columns, &self.pairs(), self.rows, w)?.values(w)
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        products(&self.columns, &self.pairs(), self.rows, w)?.influence(w)
    }
}

impl PopulationCovariance {
    /// Of all pairs of columns.
    pub fn new(columns: Columns) -> PopulationCovariance {
        PopulationCovariance { columns, rows: None }
    }

    /// With `n` fixed, because replicates leave out units but the sample's size stays.
    pub fn with_rows(self, n: f64) -> PopulationCovariance {
        PopulationCovariance { rows: Some(n), ..self }
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        let p = self.columns.data().len();
        (0..p).flat_map(|b| (0..p).map(move |a| (a, b))).collect()
    }
}

impl Statistic for PopulationCovariance {
    fn names(&self) -> Vec<String> {
        let n = self.columns.names();
        self.pairs().iter().map(|(a, b)| format!("{}:{}", n[*a], n[*b])).collect()
    }

    fn values(&self, w: &[f64]) -> Result<Vec<f64>> {
        products(&self.columns, &self.pairs(), self.rows, w)?.values(w)
    }

    fn influence(&self, w: &[f64]) -> Result<DMatrix<f64>> {
        products(&self.columns, &self.pairs(), self.rows, w)?.influence(w)
    }
}
