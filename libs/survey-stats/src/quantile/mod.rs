//! Quantiles of a finite population with their intervals.

mod interval;
mod rules;

pub use interval::{QuantileInterval, estimate, estimate_replicates};
pub use rules::{Rule, quantile};

use crate::estimate::Interval;

/// A quantile with its interval; the standard error is the interval's width over `2 t`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// the probability asked for
    pub p: f64,
    /// the quantile
    pub value: f64,
    /// its interval; a limit is NaN when the interval for the distribution function leaves `[0, 1]`
    pub interval: Interval,
    /// standard error
    pub se: f64,
}
