//! Confidence intervals for a proportion that behave for small shares.
//!
//! Every interval starts from the estimated share `p`, its design variance `v`, the rows `n` and the design
//! degrees of freedom. With `t` the t quantile and `n_eff = p(1-p)/v` the effective sample size:
//!
//! - `Mean`: `p -+ t sqrt(v)` (may leave `[0, 1]`);
//! - `Logit`: `expit(logit p -+ t sqrt(v) / (p(1-p)))`;
//! - `ArcSine`: `sin^2(asin sqrt(p) -+ t sqrt(v / (4 p(1-p))))`;
//! - `Beta` (Korn and Graubard 1998): Clopper-Pearson with `n_eff (t_{n-1} / t_df)^2`;
//! - `Wilson`: score interval with `n_eff` and `t`;
//! - `Likelihood`: the shares whose profile deviance is at most `t^2` times the Rao-Scott factor `n v / (p(1-p))`
//!   and the dispersion `n / (n-1)`.
//!
//! A share of 0 or 1 has no estimated variance. The answer then is the one-sided exact limit with
//! `n / deff_Kish` as effective size, and the result says so. Sources: Korn and Graubard (1998), *Survey
//! Methodology* 24; Rao and Scott (1984), *Ann. Statist.* 12; Franco et al. (2019), *JSSAM* 7.

pub use crate::profile::likelihood_spline;

use crate::design::Design;
use crate::error::{Error, Result};
use crate::estimate::Interval;
use crate::regression::{Link, ModelMatrix, Regression};
use crate::replicate::Replicates;
use crate::special::{beta_quantile, expit, logit, t_quantile};
use crate::statistic::{Columns, Mean};

/// How to form the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Wald on the log-odds
    #[default]
    Logit,
    /// profile likelihood with the Rao-Scott factor
    Likelihood,
    /// Wald on the arcsine square root
    ArcSine,
    /// Clopper-Pearson with an effective sample size
    Beta,
    /// score interval with an effective sample size
    Wilson,
    /// symmetric about the share
    Mean,
}

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// the estimated share
    pub value: f64,
    /// its standard error
    pub se: f64,
    /// its interval
    pub interval: Interval,
    /// effective sample size `p(1-p)/v`, or `n / deff_Kish` at 0 and 1
    pub n_effective: f64,
    /// the share is 0 or 1 and only one limit is estimated
    pub one_sided: bool,
}

/// The share of rows with `indicator` 1, with an interval of the given level.
///
/// ```
/// use survey_stats::{design::Design, proportion::{proportion, Method}};
/// let y: Vec<f64> = (0..50).map(|i| if i < 3 { 1.0 } else { 0.0 }).collect();
/// let d = Design::srs(50, None, None).unwrap();
/// let p = proportion(&d, &y, Method::Beta, 0.95).unwrap();
/// assert_eq!(p.value, 0.06);
/// assert!((p.interval.lower - 0.0122719).abs() < 1e-6 && (p.interval.upper - 0.1669750).abs() < 1e-6);
/// ```
pub fn proportion(design: &Design, indicator: &[f64], method: Method, level: f64) -> Result<Proportion> {
    let e = design.estimate(&Mean(Columns::one("share", indicator)))?;
    let w: Vec<f64> = design.weights().into_iter().filter(|w| *w != 0.0).collect();
    let shape = Sample { n: w.len() as f64, kish: crate::deff::kish(&w)?, df: e.df };
    from_moments(e.values[0], e.vcov[(0, 0)], shape, method, level)
}

/// The share with an interval under replicate weights.
///
/// The log-odds and its profile take their variance from replicates of the log-odds themselves; the other
/// methods take that of the share. Source: Lumley (2010), sect. 2.3.2.
///
/// ```
/// use survey_stats::{design::Design, proportion::{proportion_replicates, Method}, replicate::Replicates};
/// let y: Vec<f64> = (0..50).map(|i| if i < 3 { 1.0 } else { 0.0 }).collect();
/// let r = Replicates::jk1(&Design::srs(50, None, None).unwrap()).unwrap();
/// let p = proportion_replicates(&r, &y, Method::Logit, 0.95).unwrap();
/// assert!(p.interval.lower > 0.01 && p.value == 0.06 && p.interval.upper < 0.25);
/// ```
pub fn proportion_replicates(
    replicates: &Replicates,
    indicator: &[f64],
    method: Method,
    level: f64,
) -> Result<Proportion> {
    let e = replicates.estimate(&Mean(Columns::one("share", indicator)))?;
    let (p, v) = (e.values[0], e.vcov[(0, 0)]);
    let w: Vec<f64> = replicates.weights().into_iter().filter(|w| *w != 0.0).collect();
    let shape = Sample { n: w.len() as f64, kish: crate::deff::kish(&w)?, df: e.df };
    let mut out = from_moments(p, v, shape, method, level)?;
    if !out.one_sided && matches!(method, Method::Logit | Method::Likelihood) {
        let odds = Regression {
            y: indicator.to_vec(),
            x: ModelMatrix::intercept(indicator.len()),
            link: Link::Logit,
        };
        let q = replicates.estimate(&odds)?.vcov[(0, 0)] * (p * (1.0 - p)).powi(2);
        out.interval = from_moments(p, q, shape, method, level)?.interval;
    }
    Ok(out)
}

/// What an interval needs to know of the sample.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// rows in the domain
    pub n: f64,
    /// Kish's design effect of their weights
    pub kish: f64,
    /// design degrees of freedom
    pub df: f64,
}

/// The interval from a share and its variance, wherever they come from (replicates, combined values).
///
/// ```
/// use survey_stats::proportion::{from_moments, Method, Sample};
/// let s = Sample { n: 1200.0, kish: 1.2, df: 50.0 };
/// let p = from_moments(0.15, 0.00014, s, Method::Wilson, 0.95).unwrap();
/// assert!(p.interval.lower > 0.12 && p.interval.upper < 0.18);
/// ```
pub fn from_moments(p: f64, v: f64, sample: Sample, method: Method, level: f64) -> Result<Proportion> {
    let Sample { n, kish, df } = sample;
    if !(-1e-12..=1.0 + 1e-12).contains(&p) {
        return Err(Error::invalid("proportion", format!("the share {p} is not between 0 and 1")));
    }
    if v < 0.0 {
        return Err(Error::NegativeVariance { what: "share".into(), value: v });
    }
    if df <= 0.0 {
        return Err(Error::invalid("proportion", "no degrees of freedom: the domain has one unit a stratum"));
    }
    let a = 0.5 * (1.0 - level);
    if p <= 0.0 || p >= 1.0 || v == 0.0 {
        return Ok(at_the_edge(p.clamp(0.0, 1.0), n / kish, level, df));
    }
    let t = t_quantile(1.0 - a, df);
    let se = v.sqrt();
    let n_eff = p * (1.0 - p) / v;
    let (lower, upper) = match method {
        Method::Mean => (p - t * se, p + t * se),
        Method::Logit => {
            let h = t * se / (p * (1.0 - p));
            (expit(logit(p) - h), expit(logit(p) + h))
        }
        Method::ArcSine => {
            let (x, h) = (p.sqrt().asin(), t * (v / (4.0 * p * (1.0 - p))).sqrt());
            ((x - h).sin().powi(2), (x + h).sin().powi(2))
        }
        Method::Beta => {
            let k = n_eff * (t_quantile(a, n - 1.0) / t_quantile(a, df)).powi(2);
            (beta_quantile(a, k * p, k * (1.0 - p) + 1.0), beta_quantile(1.0 - a, k * p + 1.0, k * (1.0 - p)))
        }
        Method::Wilson => {
            let t2 = t * t;
            let centre = (p + 0.5 * t2 / n_eff) / (1.0 + t2 / n_eff);
            let h = t / (1.0 + t2 / n_eff) * (p * (1.0 - p) / n_eff + t2 / (4.0 * n_eff * n_eff)).sqrt();
            (centre - h, centre + h)
        }
        Method::Likelihood => profile(p, n, t * t * n * v / (p * (1.0 - p)) * n / (n - 1.0)),
    };
    Ok(Proportion {
        value: p,
        se,
        interval: Interval { lower, upper, level, df },
        n_effective: n_eff,
        one_sided: false,
    })
}

/// Exact one-sided limit when nobody, or everybody, has the property.
fn at_the_edge(p: f64, n_eff: f64, level: f64, df: f64) -> Proportion {
    let limit = (1.0 - level).powf(1.0 / n_eff);
    let (lower, upper) = if p < 0.5 { (0.0, 1.0 - limit) } else { (limit, 1.0) };
    Proportion {
        value: p,
        se: 0.0,
        interval: Interval { lower, upper, level, df },
        n_effective: n_eff,
        one_sided: true,
    }
}

/// The two shares at which `n` binary observations with mean `p` have lost `drop` in deviance.
fn profile(p: f64, n: f64, drop: f64) -> (f64, f64) {
    let loss = |q: f64| 2.0 * n * (p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln()) - drop;
    let solve = |step: f64| {
        let centre = logit(p);
        let mut near = centre;
        let mut far = centre + step;
        while loss(expit(far)) < 0.0 && far.abs() < 700.0 {
            near = far;
            far += step;
        }
        for _ in 0..200 {
            let mid = 0.5 * (near + far);
            if loss(expit(mid)) < 0.0 {
                near = mid;
            } else {
                far = mid;
            }
        }
        expit(0.5 * (near + far))
    };
    (solve(-1.0), solve(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Sample = Sample { n: 200.0, kish: 1.3, df: 30.0 };

    #[test]
    fn every_method_stays_close_for_a_share_in_the_middle() {
        for m in [Method::Logit, Method::Likelihood, Method::ArcSine, Method::Beta, Method::Wilson] {
            let p = from_moments(0.5, 0.0004, SAMPLE, m, 0.95).unwrap();
            assert!((p.interval.lower - 0.459).abs() < 0.004, "{m:?} {:?}", p.interval);
            assert!((p.interval.upper - 0.541).abs() < 0.004, "{m:?} {:?}", p.interval);
        }
    }

    #[test]
    fn a_share_of_zero_has_an_upper_limit_and_says_that_it_is_one_sided() {
        let p = from_moments(0.0, 0.0, SAMPLE, Method::Logit, 0.95).unwrap();
        assert!(p.one_sided);
        assert_eq!(p.interval.lower, 0.0);
        assert!((p.interval.upper - (1.0 - 0.05f64.powf(1.3 / 200.0))).abs() < 1e-12);
    }

    #[test]
    fn a_design_without_degrees_of_freedom_is_refused() {
        let s = Sample { df: 0.0, ..SAMPLE };
        assert!(from_moments(0.3, 0.01, s, Method::Logit, 0.95).is_err());
    }
}
