//! Combining estimates over plausible values or imputations (Rubin's rules).
//!
//! With `M` sets of estimates: the mean; within variance `U`, between variance `B`, total
//! `T = U + (1 + 1/M) B`. Relative increase `r = (1 + 1/M) B / U`; degrees of freedom
//! `(M - 1)(1 + 1/r)^2`, or Barnard and Rubin's (1999) when the complete data have few of their own.
//! Missing information is `(r + 2/(df + 3)) / (r + 1)`.
//! Sources: Rubin (1987), *Multiple Imputation*; Barnard and Rubin (1999), *Biometrika* 86.

use crate::error::{Error, Result, same_length};
use crate::estimate::Estimates;
use nalgebra::DMatrix;

/// Estimates combined over plausible values.
#[derive(Debug, Clone)]
pub struct Combined {
    /// combined estimates with the total covariance; `df` is the smallest of the estimates'
    pub estimates: Estimates,
    /// degrees of freedom of each estimate
    pub df: Vec<f64>,
    /// share of the information that is missing
    pub missing_information: Vec<f64>,
    /// mean covariance within a set (sampling)
    pub within: DMatrix<f64>,
    /// covariance between sets (measurement)
    pub between: DMatrix<f64>,
}

/// How the complete data's degrees of freedom are reduced by what is not observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmallSample {
    /// Barnard and Rubin: times `1 - (1 + 1/M) B / T`
    #[default]
    BarnardRubin,
    /// times `U / (U + B)`, as some software has it
    BetweenOnly,
}

/// Combines `M` sets of estimates; `df_complete` is the degrees of freedom of one set, infinite when many.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::{imputation::combine, Estimates};
/// let e = |v: f64| Estimates { names: vec!["mean".into()], values: vec![v], vcov: dmatrix![4.0], df: 20.0 };
/// let c = combine(&[e(10.0), e(11.0), e(12.0)], f64::INFINITY).unwrap();
/// assert_eq!(c.estimates.values, [11.0]);
/// assert!((c.estimates.vcov[(0, 0)] - (4.0 + 4.0 / 3.0)).abs() < 1e-12);
/// ```
pub fn combine(sets: &[Estimates], df_complete: f64) -> Result<Combined> {
    combine_with(sets, df_complete, SmallSample::BarnardRubin)
}

/// As [`combine`], with a choice of the small-sample rule.
///
/// ```
/// use nalgebra::dmatrix;
/// use survey_stats::{imputation::{combine_with, SmallSample}, Estimates};
/// let e = |v: f64| Estimates { names: vec!["mean".into()], values: vec![v], vcov: dmatrix![4.0], df: 20.0 };
/// let sets = [e(10.0), e(11.0), e(12.0)];
/// let strict = combine_with(&sets, 20.0, SmallSample::BarnardRubin).unwrap();
/// let lax = combine_with(&sets, 20.0, SmallSample::BetweenOnly).unwrap();
/// assert!(strict.df[0] < lax.df[0]);
/// ```
pub fn combine_with(sets: &[Estimates], df_complete: f64, rule: SmallSample) -> Result<Combined> {
    let first = sets.first().ok_or(Error::Empty { what: "plausible values" })?;
    let (m, p) = (sets.len() as f64, first.values.len());
    if sets.len() < 2 {
        return Err(Error::invalid("plausible values", "two sets are needed to see how they differ"));
    }
    for s in sets {
        same_length("estimates", p, s.values.len())?;
    }
    let values: Vec<f64> = (0..p).map(|j| crate::sum::sum(sets.iter().map(|s| s.values[j])) / m).collect();
    let within = DMatrix::from_fn(p, p, |a, b| crate::sum::sum(sets.iter().map(|s| s.vcov[(a, b)])) / m);
    let between = DMatrix::from_fn(p, p, |a, b| {
        crate::sum::sum(sets.iter().map(|s| (s.values[a] - values[a]) * (s.values[b] - values[b])))
            / (m - 1.0)
    });
    let vcov = &within + &between * (1.0 + 1.0 / m);
    let mut df = Vec::with_capacity(p);
    let mut missing_information = Vec::with_capacity(p);
    for j in 0..p {
        let r = (1.0 + 1.0 / m) * between[(j, j)] / within[(j, j)];
        let mut d = (m - 1.0) * (1.0 + 1.0 / r).powi(2);
        if df_complete.is_finite() {
            let kept = match rule {
                SmallSample::BarnardRubin => within[(j, j)] / vcov[(j, j)],
                SmallSample::BetweenOnly => within[(j, j)] / (within[(j, j)] + between[(j, j)]),
            };
            let observed = kept * (df_complete + 1.0) / (df_complete + 3.0) * df_complete;
            d = if d.is_infinite() { observed } else { 1.0 / (1.0 / d + 1.0 / observed) };
        }
        missing_information.push((r + 2.0 / (d + 3.0)) / (r + 1.0));
        df.push(d);
    }
    let smallest = df.iter().copied().fold(f64::INFINITY, f64::min);
    let estimates = Estimates { names: first.names.clone(), values, vcov, df: smallest };
    Ok(Combined { estimates, df, missing_information, within, between })
}
