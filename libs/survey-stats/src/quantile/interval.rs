//! Intervals for quantiles: Woodruff's inversion, the score test, and replicates.
//!
//! Woodruff (1952): an interval for the share at or below the quantile, carried back through the same
//! rule. The share's interval is symmetric, on the log-odds, on the arcsine, or Korn and Graubard's.
//! Score (Francisco and Fuller 1991): the values `q` at which the test of `P(Y > q) = 1 - p` is not
//! rejected. Sources: Woodruff (1952), *JASA* 47; Francisco and Fuller (1991), *Ann. Statist.* 19.

use super::Quantile;
use super::rules::{Rule, quantile};
use crate::design::Design;
use crate::error::{Error, Result, same_length};
use crate::estimate::Interval;
use crate::proportion::{Method, Sample, from_moments};
use crate::replicate::Replicates;
use crate::special::t_quantile;
use crate::statistic::{Columns, Mean};

/// How to form the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileInterval {
    /// Woodruff with a symmetric interval for the share
    #[default]
    Mean,
    /// Woodruff with Korn and Graubard's interval
    Beta,
    /// Woodruff on the log-odds
    Logit,
    /// Woodruff on the arcsine
    ArcSine,
    /// inverted score test
    Score,
    /// symmetric about the quantile with its replicate variance; not valid for the jackknife
    Replicates,
}

fn share_method(kind: QuantileInterval) -> Method {
    match kind {
        QuantileInterval::Beta => Method::Beta,
        QuantileInterval::Logit => Method::Logit,
        QuantileInterval::ArcSine => Method::ArcSine,
        QuantileInterval::Mean | QuantileInterval::Score | QuantileInterval::Replicates => Method::Mean,
    }
}

fn at_most(x: &[f64], q: f64) -> Columns {
    let v: Vec<f64> = x
        .iter()
        .map(|x| {
            if x.is_nan() {
                f64::NAN
            } else if *x <= q {
                1.0
            } else {
                0.0
            }
        })
        .collect();
    Columns::one("share", &v)
}

/// A quantile under a design. `df` defaults to the design's.
///
/// ```
/// use survey_stats::{design::Design, quantile::{self, QuantileInterval, Rule}};
/// let x: Vec<f64> = (1..=101).map(f64::from).collect();
/// let d = Design::srs(101, None, None).unwrap();
/// let q = quantile::estimate(&d, &x, 0.5, Rule::Math, QuantileInterval::Mean, 0.95, None).unwrap();
/// assert_eq!((q.value, q.interval.lower, q.interval.upper), (51.0, 41.0, 62.0));
/// ```
pub fn estimate(
    design: &Design,
    x: &[f64],
    p: f64,
    rule: Rule,
    kind: QuantileInterval,
    level: f64,
    df: Option<f64>,
) -> Result<Quantile> {
    same_length("values", design.len(), x.len())?;
    let w = design.weights();
    let value = quantile(x, &w, p, rule)?;
    let df = df.unwrap_or_else(|| design.df());
    let (lower, upper) = match kind {
        QuantileInterval::Score => score(design, x, p, rule, level, df)?,
        QuantileInterval::Replicates => {
            return Err(Error::invalid(
                "quantile interval", "replicates are needed; use estimate_replicates",
            ));
        }
        QuantileInterval::Mean
        | QuantileInterval::Beta
        | QuantileInterval::Logit
        | QuantileInterval::ArcSine => {
            let e = design.estimate(&Mean(at_most(x, value)))?;
            let n = design.n_active() as f64;
            woodruff(x, &w, e.values[0], e.vcov[(0, 0)], n, (df, design.df()), rule, kind, level)?
        }
    };
    Ok(finish(p, value, lower, upper, level, df))
}

/// A quantile under replicate weights.
///
/// ```
/// use survey_stats::{design::Design, quantile::{self, QuantileInterval, Rule}, replicate::Replicates};
/// let x: Vec<f64> = (1..=41).map(f64::from).collect();
/// let r = Replicates::jk1(&Design::srs(41, None, None).unwrap()).unwrap();
/// let q = quantile::estimate_replicates(&r, &x, 0.5, Rule::Math, QuantileInterval::Mean, 0.95).unwrap();
/// assert!(q.value == 21.0 && q.interval.lower < 21.0 && q.interval.upper > 21.0);
/// ```
pub fn estimate_replicates(
    replicates: &Replicates,
    x: &[f64],
    p: f64,
    rule: Rule,
    kind: QuantileInterval,
    level: f64,
) -> Result<Quantile> {
    let w = replicates.weights();
    let value = quantile(x, &w, p, rule)?;
    let df = replicates.df();
    if kind == QuantileInterval::Replicates {
        let v = replicates.variance_of(&[value], |w| Ok(vec![quantile(x, w, p, rule)?]))?;
        let h = t_quantile(0.5 + 0.5 * level, df) * v[(0, 0)].sqrt();
        return Ok(finish(p, value, value - h, value + h, level, df));
    }
    let e = replicates.estimate(&Mean(at_most(x, value)))?;
    let n = w.iter().filter(|w| **w != 0.0).count() as f64;
    let (lower, upper) = woodruff(x, &w, e.values[0], e.vcov[(0, 0)], n, (df, df), rule, kind, level)?;
    Ok(finish(p, value, lower, upper, level, df))
}

fn finish(p: f64, value: f64, lower: f64, upper: f64, level: f64, df: f64) -> Quantile {
    let se = (upper - lower) / (2.0 * t_quantile(0.5 + 0.5 * level, df));
    Quantile { p, value, interval: Interval { lower, upper, level, df }, se }
}

#[allow(clippy::too_many_arguments)]
fn woodruff(
    x: &[f64],
    w: &[f64],
    share: f64,
    v: f64,
    n: f64,
    (df, design_df): (f64, f64),
    rule: Rule,
    kind: QuantileInterval,
    level: f64,
) -> Result<(f64, f64)> {
    if !(share > 0.0 && share < 1.0) || v <= 0.0 {
        return Ok((f64::NAN, f64::NAN));
    }
    // The Korn-Graubard factor belongs to the design even when another df is asked for.
    let df = if kind == QuantileInterval::Beta { design_df } else { df };
    let ci = from_moments(share, v, Sample { n, kish: 1.0, df }, share_method(kind), level)?.interval;
    let back = |q: f64| if (0.0..=1.0).contains(&q) { quantile(x, w, q, rule) } else { Ok(f64::NAN) };
    Ok((back(ci.lower)?, back(ci.upper)?))
}

fn score(design: &Design, x: &[f64], p: f64, rule: Rule, level: f64, df: f64) -> Result<(f64, f64)> {
    let inside: Vec<f64> = (0..x.len()).filter(|i| design.active()[*i]).map(|i| x[i]).collect();
    let one = vec![1.0; inside.len()];
    let iqr = quantile(&inside, &one, 0.75, Rule::Hf7)? - quantile(&inside, &one, 0.25, Rule::Hf7)?;
    let low = inside.iter().copied().fold(f64::INFINITY, f64::min) + iqr / 100.0;
    let high = inside.iter().copied().fold(f64::NEG_INFINITY, f64::max) - iqr / 100.0;
    let w = design.weights();
    let t = t_quantile(0.5 + 0.5 * level, df);
    let test = |theta: f64, limit: f64| -> Result<f64> {
        let u: Vec<f64> = x
            .iter()
            .map(|x| if x.is_nan() { f64::NAN } else { f64::from(u8::from(*x > theta)) - (1.0 - p) })
            .collect();
        let e = design.estimate(&Mean(Columns::one("u", &u)))?;
        Ok(e.values[0] / e.se()?[0] - limit)
    };
    let tol = 1.0 / (100.0 * (inside.len() as f64).sqrt());
    let n = inside.len() as f64;
    let mut out = [f64::NAN; 2];
    for (k, limit) in [t, -t].into_iter().enumerate() {
        let root = brent(|q| test(q, limit), low, high, tol)?;
        let share = inside.iter().filter(|x| **x <= root).count() as f64 / n;
        out[k] = quantile(x, &w, share, rule)?;
    }
    Ok((out[0], out[1]))
}

/// Brent's root finder (1973, *Algorithms for Minimization without Derivatives*, ch. 4).
fn brent(f: impl Fn(f64) -> Result<f64>, low: f64, high: f64, tol: f64) -> Result<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a)?, f(b)?);
    if fa * fb > 0.0 {
        return Err(Error::invalid(
            "score interval", "the test does not change sign over the range of the data",
        ));
    }
    let (mut c, mut fc) = (a, fa);
    for _ in 0..1000 {
        let before = b - a;
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let act = 2.0 * f64::EPSILON * b.abs() + 0.5 * tol;
        let mut step = 0.5 * (c - b);
        if step.abs() <= act || fb == 0.0 {
            return Ok(b);
        }
        if before.abs() >= act && fa.abs() > fb.abs() {
            let cb = c - b;
            let (mut p, mut q);
            if a == c {
                let t1 = fb / fa;
                p = cb * t1;
                q = 1.0 - t1;
            } else {
                let (t1, t2, t3) = (fb / fc, fb / fa, fa / fc);
                p = t2 * (cb * t3 * (t3 - t1) - (b - a) * (t1 - 1.0));
                q = (t3 - 1.0) * (t1 - 1.0) * (t2 - 1.0);
            }
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if p < 0.75 * cb * q - (act * q).abs() / 2.0 && p < (before * q / 2.0).abs() {
                step = p / q;
            }
        }
        if step.abs() < act {
            step = if step > 0.0 { act } else { -act };
        }
        a = b;
        fa = fb;
        b += step;
        fb = f(b)?;
        if (fb > 0.0 && fc > 0.0) || (fb < 0.0 && fc < 0.0) {
            c = a;
            fc = fa;
        }
    }
    Err(Error::NotConverged { method: "score interval", iterations: 1000, misfit: fb })
}
