//! Fay-Herriot for shares on the arcsine scale.
//!
//! `z = asin(sqrt(p))` has sampling variance about `1 / (4 n_eff)` whatever `p`. The model is fitted to `z`;
//! the prediction is carried back with the correction for curvature, the mean of `sin^2` under the predicted
//! normal distribution: `(1 - cos(2 mu) exp(-2 s^2)) / 2`. Its MSE is the spread of that distribution plus
//! the squared derivative times the uncertainty of the prediction. Intervals are carried back as they are.
//! Sources: Schmid et al. (2017), *JRSS A* 180; Hadam, Würz and Kreutzmann (2020).

use super::fay_herriot::{FayHerriot, Options, fay_herriot};
use crate::error::{Error, Result, same_length};
use crate::special::normal_quantile;
use nalgebra::DMatrix;

/// A fit on the arcsine scale with shares carried back.
#[derive(Debug, Clone, PartialEq)]
pub struct ArcsineFit {
    /// the fit of `asin(sqrt(p))`
    pub model: FayHerriot,
    /// predicted shares, corrected for curvature
    pub share: Vec<f64>,
    /// their approximate mean squared errors
    pub mse: Vec<f64>,
    /// interval of each share
    pub interval: Vec<(f64, f64)>,
}

/// Fits shares `p` with effective sample sizes `n_eff`.
///
/// ```
/// use nalgebra::DMatrix;
/// use survey_stats::small_area::{fay_herriot_arcsine, Options};
/// let p = [0.02, 0.10, 0.15, 0.05, 0.22, 0.0];
/// let f = fay_herriot_arcsine(&p, &[60.0; 6], &DMatrix::from_element(6, 1, 1.0), &Options::default(), 0.95).unwrap();
/// assert!(f.share.iter().all(|s| (0.0..1.0).contains(s)) && f.share[5] > 0.0);
/// ```
pub fn fay_herriot_arcsine(
    p: &[f64],
    n_eff: &[f64],
    x: &DMatrix<f64>,
    o: &Options,
    level: f64,
) -> Result<ArcsineFit> {
    same_length("effective sample sizes", p.len(), n_eff.len())?;
    if let Some(d) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Error::invalid("shares", format!("area {d} has {}", p[d])));
    }
    if let Some(d) = n_eff.iter().position(|n| !(n.is_finite() && *n > 0.0)) {
        return Err(Error::invalid("effective sample sizes", format!("area {d} has {}", n_eff[d])));
    }
    let z: Vec<f64> = p.iter().map(|p| p.sqrt().asin()).collect();
    let psi: Vec<f64> = n_eff.iter().map(|n| 0.25 / n).collect();
    let model = fay_herriot(&z, &psi, x, o)?;
    let q = normal_quantile(0.5 + 0.5 * level);
    let top = std::f64::consts::FRAC_PI_2;
    let mut fit = ArcsineFit { share: Vec::new(), mse: Vec::new(), interval: Vec::new(), model };
    for d in 0..p.len() {
        let mu = fit.model.eblup[d].clamp(0.0, top);
        let s2 = fit.model.mse[d].max(0.0);
        let moment = |k: f64| (k * mu).cos() * (-0.5 * k * k * s2).exp();
        let mean = 0.5 * (1.0 - moment(2.0));
        // sin^4 = (3 - 4 cos 2x + cos 4x) / 8
        let second = (3.0 - 4.0 * moment(2.0) + moment(4.0)) / 8.0;
        fit.share.push(mean);
        fit.mse.push((second - mean * mean).max(0.0));
        let back = |v: f64| v.clamp(0.0, top).sin().powi(2);
        fit.interval.push((back(mu - q * s2.sqrt()), back(mu + q * s2.sqrt())));
    }
    Ok(fit)
}
