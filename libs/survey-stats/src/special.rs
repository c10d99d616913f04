//! Distribution functions and quantiles to full double precision.
//!
//! The incomplete beta and gamma functions come from `statrs`, the error function from `libm`; the quantiles are found by safeguarded
//! Newton steps on them, because a table of intervals is only as good as its quantile.

use libm::erfc;
use statrs::function::{beta::checked_beta_reg, gamma};

/// Lower tail of the standard normal distribution.
///
/// ```
/// assert!((survey_stats::special::normal_cdf(1.959963984540054) - 0.975).abs() < 1e-12);
/// ```
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// Standard normal density.
///
/// ```
/// assert!((survey_stats::special::normal_pdf(0.0) - 0.3989422804014327).abs() < 1e-15);
/// ```
pub fn normal_pdf(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Standard normal quantile; infinite at 0 and 1, NaN outside.
///
/// ```
/// assert!((survey_stats::special::normal_quantile(0.975) - 1.959963984540054).abs() < 1e-12);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    // A rough start (Abramowitz and Stegun 26.2.23), then Newton on the log of the tail.
    let t = (-2.0 * p.ln()).sqrt();
    let mut z = -(t
        - (2.515517 + 0.802853 * t + 0.010328 * t * t)
            / (1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t));
    for _ in 0..50 {
        let c = normal_cdf(z);
        let step = (c / p).ln() * c / normal_pdf(z);
        z -= step;
        if step.abs() < 1e-16 * z.abs().max(1e-300) {
            break;
        }
    }
    z
}

/// Regularised incomplete beta function, with its limits at the ends of the interval.
///
/// ```
/// assert!((survey_stats::special::beta_cdf(0.5, 2.0, 2.0) - 0.5).abs() < 1e-12);
/// ```
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() || a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if a == 0.0 {
        return 1.0;
    }
    if b == 0.0 {
        return 0.0;
    }
    checked_beta_reg(a, b, x).unwrap_or(f64::NAN)
}

fn beta_log_pdf(x: f64, a: f64, b: f64) -> f64 {
    (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() + gamma::ln_gamma(a + b)
        - gamma::ln_gamma(a)
        - gamma::ln_gamma(b)
}

/// Quantile of the beta distribution; parameters may be zero (a point mass).
///
/// ```
/// assert!((survey_stats::special::beta_quantile(0.5, 3.0, 3.0) - 0.5).abs() < 1e-10);
/// ```
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p.is_nan() || a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if a == 0.0 || p == 0.0 {
        return 0.0;
    }
    if b == 0.0 || p == 1.0 {
        return 1.0;
    }
    solve_increasing(|x| beta_cdf(x, a, b) - p, |x| beta_log_pdf(x, a, b).exp(), 0.0, 1.0, a / (a + b))
}

/// Newton steps kept inside a bracket that always holds the root of an increasing function.
fn solve_increasing(
    f: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
    mut low: f64,
    mut high: f64,
    start: f64,
) -> f64 {
    let mut x = start;
    for _ in 0..400 {
        let v = f(x);
        if v == 0.0 || v.is_nan() {
            return x;
        }
        if v < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let mut next = x - v / slope(x);
        if !(next > low && next < high) {
            // Halve on the log scale near zero: quantiles of small shares are tiny.
            next = if low > 0.0 && high / low > 4.0 { (low * high).sqrt() } else { 0.5 * (low + high) };
            if low == 0.0 && high < 1e-3 {
                next = high * 0.1;
            }
        }
        if (next - x).abs() <= 1e-16 * x.abs() || high - low <= 1e-16 * high.abs() {
            return next;
        }
        x = next;
    }
    x
}

/// Lower tail of Student's t; `df` may be infinite (normal).
///
/// ```
/// assert!((survey_stats::special::t_cdf(1.0, 1.0) - 0.75).abs() < 1e-12);
/// ```
pub fn t_cdf(t: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal_cdf(t);
    }
    if df <= 0.0 || df.is_nan() || t.is_nan() {
        return f64::NAN;
    }
    let tail = if t * t > df {
        0.5 * beta_cdf(df / (df + t * t), 0.5 * df, 0.5)
    } else {
        0.5 - 0.5 * beta_cdf(t * t / (df + t * t), 0.5, 0.5 * df)
    };
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Quantile of Student's t; `df` may be infinite, NaN when `df` is not positive.
///
/// ```
/// assert!((survey_stats::special::t_quantile(0.975, 14.0) - 2.144786687917804).abs() < 1e-13);
/// ```
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_infinite() && df > 0.0 {
        return normal_quantile(p);
    }
    if df.is_nan() || df <= 0.0 || p.is_nan() {
        return f64::NAN;
    }
    if p > 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    if p == 0.5 {
        return 0.0;
    }
    // Work on the positive side, where the tail is t_cdf(-t).
    let log_norm = gamma::ln_gamma(0.5 * (df + 1.0))
        - gamma::ln_gamma(0.5 * df)
        - 0.5 * (df * std::f64::consts::PI).ln();
    let mut high = normal_quantile(1.0 - p).max(1.0);
    while t_cdf(-high, df) > p {
        high *= 2.0;
        if high > 1e300 {
            return f64::NEG_INFINITY;
        }
    }
    let t = solve_increasing(
        |x| p - t_cdf(-x, df),
        |x| (log_norm - 0.5 * (df + 1.0) * (x * x / df).ln_1p()).exp(),
        0.0,
        high,
        0.5 * high,
    );
    -t
}

/// Upper tail of the chi-squared distribution.
///
/// ```
/// assert!((survey_stats::special::chi2_sf(3.841458820694124, 1.0) - 0.05).abs() < 1e-10);
/// ```
pub fn chi2_sf(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    gamma::checked_gamma_ur(0.5 * df, 0.5 * x).unwrap_or(f64::NAN)
}

/// Upper tail of the F distribution; the second `df` may be infinite.
///
/// ```
/// assert!((survey_stats::special::f_sf(1.0, 5.0, 5.0) - 0.5).abs() < 1e-10);
/// ```
pub fn f_sf(x: f64, df1: f64, df2: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if df2.is_infinite() {
        return chi2_sf(x * df1, df1);
    }
    beta_cdf(df2 / (df2 + df1 * x), 0.5 * df2, 0.5 * df1)
}

/// Logistic function, stable in both tails.
///
/// ```
/// assert_eq!(survey_stats::special::expit(0.0), 0.5);
/// ```
#[inline]
pub fn expit(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Log-odds.
///
/// ```
/// assert_eq!(survey_stats::special::logit(0.5), 0.0);
/// ```
#[inline]
pub fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-10 * want.abs(), "{got} is not {want}");
    }

    #[test]
    fn quantiles_undo_the_distribution_functions() {
        for df in [1.0, 2.5, 14.0, 197.0, 5e4] {
            for p in [1e-6, 0.025, 0.3, 0.9] {
                close(t_cdf(t_quantile(p, df), df), p);
            }
        }
        for (a, b) in [(0.4, 12.0), (3.5, 150.2), (80.0, 1.0)] {
            for p in [0.001, 0.025, 0.5, 0.975] {
                close(beta_cdf(beta_quantile(p, a, b), a, b), p);
            }
        }
        close(normal_cdf(normal_quantile(1e-10)), 1e-10);
    }

    #[test]
    fn known_points_are_met() {
        close(t_quantile(0.975, 1.0), 12.706204736174704);
        close(chi2_sf(3.841458820694124, 1.0), 0.05);
        close(f_sf(4.964602743730711, 1.0, 10.0), 0.05);
    }
}
