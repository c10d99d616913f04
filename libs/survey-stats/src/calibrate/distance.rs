//! Distance functions of calibration: how a weight may move.
//!
//! Calibration finds `g_i = F(x_i' lambda / q_i)` with totals met. `F(u)` is `1 + u` (linear, chi-squared
//! distance), `exp u` (raking), the logit of Deville and Särndal with bounds `L < 1 < U`, or the hyperbolic
//! sine distance. Linear, raking and sine factors are cut at the bounds.
//! Source: Deville and Särndal (1992), *JASA* 87; Deville, Särndal and Sautory (1993), *JASA* 88.

use crate::error::{Error, Result};

/// A distance function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distance {
    /// generalised regression; weights may turn negative without bounds
    #[default]
    Linear,
    /// exponential, as in raking; weights stay positive
    Raking,
    /// bounded on both sides, smooth
    Logit,
    /// hyperbolic sine; weights stay positive
    Sinh,
}

impl Distance {
    /// Refuses bounds that the distance cannot have.
    pub(crate) fn check(self, lower: f64, upper: f64) -> Result<()> {
        if lower.is_nan() || upper.is_nan() || lower >= 1.0 || upper <= 1.0 {
            return Err(Error::invalid("calibration bounds", "they must enclose 1, which is no change"));
        }
        if self == Distance::Logit && !(lower.is_finite() && upper.is_finite()) {
            return Err(Error::invalid("calibration bounds", "the logit distance needs both"));
        }
        Ok(())
    }

    /// `F(u)` and its derivative.
    pub(crate) fn factor(self, u: f64, lower: f64, upper: f64) -> (f64, f64) {
        let inside = u > lower - 1.0 && u < upper - 1.0;
        let cut = |v: f64, d: f64| (v.max(lower).min(upper), if inside { d } else { 0.0 });
        match self {
            Distance::Linear => cut(1.0 + u, 1.0),
            Distance::Raking => cut(u.exp(), u.exp()),
            Distance::Sinh => {
                let p = (2.0 * u).asinh();
                let r = (p * p + 4.0).sqrt();
                cut(0.5 * (p + r), (1.0 + p / r) / (1.0 + 4.0 * u * u).sqrt())
            }
            Distance::Logit => {
                let (l, h) = (lower, upper);
                let a = (h - l) / ((1.0 - l) * (h - 1.0));
                let e = (a * u).exp();
                if e.is_infinite() {
                    return (h, 0.0);
                }
                let d = h - 1.0 + (1.0 - l) * e;
                ((l * (h - 1.0) + h * (1.0 - l) * e) / d, (h - 1.0) * (1.0 - l) * a * e * (h - l) / (d * d))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factor_starts_at_one_with_slope_one_and_its_derivative_is_right() {
        for d in [Distance::Linear, Distance::Raking, Distance::Logit, Distance::Sinh] {
            let (l, u) = (0.2, 4.0);
            let (v, s) = d.factor(0.0, l, u);
            assert!((v - 1.0).abs() < 1e-15 && (s - 1.0).abs() < 1e-15, "{d:?}: {v} {s}");
            let h = 1e-6;
            let num = (d.factor(0.3 + h, l, u).0 - d.factor(0.3 - h, l, u).0) / (2.0 * h);
            assert!((num - d.factor(0.3, l, u).1).abs() < 1e-8, "{d:?}");
        }
    }
}
