//! Weights that meet known population totals: post-stratification, raking, generalised regression.
//!
//! Every method returns the calibrated design, whose variance knows of the calibration, together with the
//! factors `g = w / d` and a [`Convergence`]. Totals that cannot be met are an error that states how close
//! the method came; nothing unconverged is returned unless asked for.

mod distance;
mod poststratify;
mod rake;
mod regression;
mod trim;

pub use distance::Distance;
pub use poststratify::{Margin, poststratify, poststratify_replicates};
pub use rake::{RakeOptions, rake, rake_replicates};
pub use regression::{Options, calibrate, calibrate_replicates, g_weights};
pub use trim::{trim_weights, trimmed};

use crate::design::Design;
use crate::estimate::Convergence;

/// A calibrated design.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// the design with its new weights
    pub design: Design,
    /// new weight over old weight, a row
    pub g: Vec<f64>,
    /// how the iteration ended
    pub convergence: Convergence,
}
