//! Trimming of extreme weights with the excess spread over the rest.
//!
//! Weights outside `[lower, upper]` are set to the limit; what was taken is added in equal parts to the
//! weights inside. In strict form this repeats until no weight is outside.
//! Source: Potter (1990), *Proc. ASA Survey Research Methods*; Valliant, Dever and Kreuter (2018), ch. 14.

use crate::design::Design;
use crate::error::{Error, Result};
use crate::sum::sum;

/// Trimmed weights with the same sum.
///
/// ```
/// use survey_stats::calibrate::trimmed;
/// assert_eq!(trimmed(&[1.0, 2.0, 9.0], 0.0, 6.0, false).unwrap(), [2.5, 3.5, 6.0]);
/// ```
pub fn trimmed(weights: &[f64], lower: f64, upper: f64, strict: bool) -> Result<Vec<f64>> {
    let mut w = weights.to_vec();
    let n = w.len() as f64;
    let total = sum(w.iter().copied());
    if lower > upper || total > upper * n || total < lower * n {
        return Err(Error::invalid("trimming limits", "the mean weight is not between them"));
    }
    for _ in 0..1000 {
        let outside: Vec<bool> = w.iter().map(|w| *w < lower || *w > upper).collect();
        if !outside.contains(&true) {
            return Ok(w);
        }
        let inside = outside.iter().filter(|o| !**o).count() as f64;
        if inside == 0.0 {
            return Err(Error::invalid("trimming limits", "no weight lies between them to take the excess"));
        }
        let excess = sum(w.iter().map(|w| w - w.clamp(lower, upper)));
        for (w, out) in w.iter_mut().zip(&outside) {
            *w = if *out { w.clamp(lower, upper) } else { *w + excess / inside };
        }
        if !strict {
            return Ok(w);
        }
    }
    Err(Error::NotConverged { method: "strict trimming", iterations: 1000, misfit: f64::NAN })
}

/// A design with trimmed weights; the variance treats them as given.
///
/// ```
/// use survey_stats::{calibrate::trim_weights, design::Design};
/// let d = Design::srs(4, Some(vec![1.0, 1.0, 1.0, 9.0]), None).unwrap();
/// let t = trim_weights(&d, 0.0, 6.0, false).unwrap();
/// assert_eq!(t.weights(), [2.0, 2.0, 2.0, 6.0]); // the excess of 3 is shared out
/// ```
pub fn trim_weights(design: &Design, lower: f64, upper: f64, strict: bool) -> Result<Design> {
    design.with_weights(trimmed(&design.weights(), lower, upper, strict)?)
}

/// Calibration factors cut at `[low, high]`, the excess weight spread in proportion to the weights inside.
pub(super) fn spread(g: &[f64], w: &[f64], low: f64, high: f64) -> Vec<f64> {
    let outside: Vec<bool> = g.iter().map(|g| *g < low || *g > high).collect();
    let excess = sum(g.iter().zip(w).map(|(g, w)| (g - g.clamp(low, high)) * w));
    let inside = sum(w.iter().zip(&outside).filter(|x| !*x.1).map(|x| *x.0));
    g.iter()
        .zip(&outside)
        .map(|(g, out)| if *out || inside == 0.0 { g.clamp(low, high) } else { g + excess / inside })
        .collect()
}
