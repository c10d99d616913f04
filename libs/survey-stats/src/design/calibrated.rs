//! Calibration seen by the variance: influence values lose what the population totals explain.
//!
//! A calibrated weight makes the calibration variables' totals exact, so only the residual of a
//! statistic's influence on those variables varies. Source: Deville and Särndal (1992), *JASA* 87, 376-382.

use crate::linalg;
use crate::sum::Sum;
use nalgebra::DMatrix;

/// One calibration step that a design went through.
#[derive(Debug, Clone)]
pub enum Calibration {
    /// post-stratification: group means are removed
    Groups {
        /// group codes, a row
        group: Vec<usize>,
        /// weights after the step
        after: Vec<f64>,
        /// weights before the step
        before: Vec<f64>,
    },
    /// iterated post-stratification over several margins: their means are removed in ten sweeps
    Margins {
        /// for every margin: group codes and the weights after that margin's last adjustment
        margins: Vec<(Vec<usize>, Vec<f64>)>,
    },
    /// joint regression on the calibration variables
    Regression {
        /// orthonormal basis of the scaled calibration variables
        basis: DMatrix<f64>,
        /// factor that turns an influence value into a scaled residual, a row
        scale: Vec<f64>,
    },
}

impl Calibration {
    /// Replaces influence values by their calibration residuals.
    pub(crate) fn residualise(&self, u: &mut DMatrix<f64>) {
        match self {
            Calibration::Groups { group, after, before } => remove_means(u, group, after, Some(before)),
            Calibration::Margins { margins } => {
                for _ in 0..10 {
                    for (group, after) in margins {
                        remove_means(u, group, after, None);
                    }
                }
            }
            Calibration::Regression { basis, scale } => {
                let n = u.nrows();
                let y =
                    DMatrix::from_fn(
                        n,
                        u.ncols(),
                        |i, j| {
                            if scale[i] == 0.0 { 0.0 } else { u[(i, j)] / scale[i] }
                        },
                    );
                let r = linalg::residual(basis, &y);
                for j in 0..u.ncols() {
                    for i in 0..n {
                        u[(i, j)] = r[(i, j)] * scale[i];
                    }
                }
            }
        }
    }
}

/// Removes from `u / after` its mean within groups, weighted by `by` (equally when absent).
fn remove_means(u: &mut DMatrix<f64>, group: &[usize], after: &[f64], by: Option<&Vec<f64>>) {
    let k = group.iter().copied().max().map_or(0, |m| m + 1);
    let weight = |i: usize| by.map_or(1.0, |b| b[i]);
    let mut total = vec![Sum::default(); k];
    for (i, g) in group.iter().enumerate() {
        total[*g].add(weight(i));
    }
    for j in 0..u.ncols() {
        let mut s = vec![Sum::default(); k];
        for (i, g) in group.iter().enumerate() {
            if after[i] != 0.0 {
                s[*g].add(weight(i) * u[(i, j)] / after[i]);
            }
        }
        for (i, g) in group.iter().enumerate() {
            let t = total[*g].value();
            if t != 0.0 {
                u[(i, j)] -= s[*g].value() / t * after[i];
            }
        }
    }
}
