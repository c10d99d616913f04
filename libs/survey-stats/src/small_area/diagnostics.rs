//! When a small-area figure should not be published.
//!
//! The checks are the customary ones: coefficient of variation above a limit, a figure that rests almost
//! wholly on the model, a direct estimate that the model cannot explain (standardised residual beyond 3),
//! a model variance of zero, and estimates that gain nothing on the direct ones.
//! Source: Brown et al. (2001), *Proc. Statistics Canada Symposium*; Rao and Molina (2015), sect. 6.3.

use super::FayHerriot;
use crate::error::{Result, same_length};

/// A reason for care.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// the relative root mean squared error exceeds the limit: do not publish
    TooUncertain {
        /// area
        area: usize,
        /// root mean squared error over the estimate
        cv: f64,
    },
    /// the direct estimate carries less than a tenth of the weight: say that the figure is the model's
    Synthetic {
        /// area
        area: usize,
        /// weight of the direct estimate
        weight: f64,
    },
    /// the direct estimate lies more than 3 standard deviations from the model
    Outlier {
        /// area
        area: usize,
        /// standardised residual
        z: f64,
    },
    /// the model brings no gain over the direct estimate
    NoGain {
        /// area
        area: usize,
    },
    /// the model variance is zero: areas do not differ beyond the covariates
    ZeroModelVariance,
}

/// Checks every area; `max_cv` is the largest relative error to publish, for example 0.2.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{diagnose, fay_herriot, Finding, Options};
/// let (y, v) = ([10.0, 10.1, 9.9, 10.0], [4.0; 4]);
/// let fit = fay_herriot(&y, &v, &DMatrix::from_element(4, 1, 1.0), &Options::default()).unwrap();
/// assert!(diagnose(&fit, &y, &v, 0.2).unwrap().contains(&Finding::ZeroModelVariance));
/// ```
pub fn diagnose(fit: &FayHerriot, y: &[f64], psi: &[f64], max_cv: f64) -> Result<Vec<Finding>> {
    same_length("direct estimates", fit.eblup.len(), y.len())?;
    same_length("sampling variances", fit.eblup.len(), psi.len())?;
    let mut out = Vec::new();
    if fit.model_variance == 0.0 {
        out.push(Finding::ZeroModelVariance);
    }
    for area in 0..y.len() {
        let cv = fit.mse[area].max(0.0).sqrt() / fit.eblup[area].abs();
        if !(cv <= max_cv) {
            out.push(Finding::TooUncertain { area, cv });
        }
        if fit.shrinkage[area] < 0.1 {
            out.push(Finding::Synthetic { area, weight: fit.shrinkage[area] });
        }
        let z = (y[area] - fit.synthetic[area]) / (fit.model_variance + psi[area]).sqrt();
        if z.abs() > 3.0 {
            out.push(Finding::Outlier { area, z });
        }
        if fit.mse[area] >= psi[area] {
            out.push(Finding::NoGain { area });
        }
    }
    Ok(out)
}
