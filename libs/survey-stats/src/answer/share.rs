//! The share at or above a cut point with a full error budget.
//!
//! From observed scores only sampling (with weighting) is uncertain. From item responses the share of each
//! set of plausible values is estimated under the design and combined by Rubin's rules: within sets it is
//! sampling, between sets measurement. Linking to an earlier scale adds the delta-method variance of the
//! share in the linking coefficients; a further model variance may be stated (for example from refitting
//! with another item model). The parts are variances and add up to the square of the standard error, so
//! that each can be shown for what it is. Sources: Rubin (1987); Mislevy (1991), *Psychometrika* 56;
//! OECD (2009), *PISA Data Analysis Manual*, ch. 8 and 13 (linking error).

use super::verdict::{Verdict, verdict};
use crate::deff::kish;
use crate::design::Design;
use crate::error::{Error, Result, same_length};
use crate::estimate::Interval;
use crate::imputation::combine;
use crate::proportion::{Method, Sample, from_moments};
use crate::statistic::{Columns, Mean};
use nalgebra::Matrix2;

/// Whether a score exactly on the cut counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Boundary {
    /// the cut itself counts
    #[default]
    AtOrAbove,
    /// only scores beyond the cut count
    Above,
}

impl Boundary {
    fn passes(self, score: f64, cut: f64) -> f64 {
        if score.is_nan() {
            return f64::NAN;
        }
        let yes = match self {
            Boundary::AtOrAbove => score >= cut,
            Boundary::Above => score > cut,
        };
        f64::from(u8::from(yes))
    }
}

/// Variances by source; they add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ErrorBudget {
    /// sampling and weighting
    pub sampling: f64,
    /// measurement of persons (between plausible values)
    pub scaling: f64,
    /// linking to another scale
    pub linking: f64,
    /// choice of model, when stated
    pub model: f64,
}

impl ErrorBudget {
    /// The total variance.
    pub fn total(&self) -> f64 {
        self.sampling + self.scaling + self.linking + self.model
    }
}

/// A share that cannot be shown without its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareAnswer {
    /// estimated share
    pub value: f64,
    /// standard error from all sources
    pub se: f64,
    /// interval from all sources
    pub interval: Interval,
    /// where the uncertainty comes from
    pub budget: ErrorBudget,
    /// people behind the figure
    pub n: usize,
    /// the share is 0 or 1 and only one limit is estimated
    pub one_sided: bool,
}

impl ShareAnswer {
    /// Is the target reached?
    pub fn verdict(&self, target: f64) -> Verdict {
        verdict(&self.interval, target)
    }
}

fn sample(design: &Design, df: f64) -> Result<Sample> {
    let w: Vec<f64> = design.weights().into_iter().filter(|w| *w != 0.0).collect();
    Ok(Sample { n: w.len() as f64, kish: kish(&w)?, df })
}

fn finish(
    design: &Design,
    value: f64,
    budget: ErrorBudget,
    df: f64,
    method: Method,
    level: f64,
) -> Result<ShareAnswer> {
    let p = from_moments(value, budget.total(), sample(design, df)?, method, level)?;
    Ok(ShareAnswer {
        value,
        se: budget.total().sqrt(),
        interval: p.interval,
        budget,
        n: design.n_active(),
        one_sided: p.one_sided,
    })
}

/// The share from observed scores.
///
/// ```
/// use survey_stats::{answer::{from_scores, Boundary, Verdict}, design::Design, proportion::Method};
/// let scores: Vec<f64> = (0..200).map(|i| (i % 100) as f64).collect();
/// let d = Design::srs(200, Some(vec![50.0; 200]), Some(10_000.0)).unwrap();
/// let a = from_scores(&d, &scores, 70.0, Boundary::AtOrAbove, Method::Beta, 0.95).unwrap();
/// assert!((a.value - 0.3).abs() < 1e-12);
/// assert_eq!(a.verdict(0.15), Verdict::Reached);
/// assert_eq!(a.verdict(0.32), Verdict::CannotSay);
/// ```
pub fn from_scores(
    design: &Design,
    scores: &[f64],
    cut: f64,
    boundary: Boundary,
    method: Method,
    level: f64,
) -> Result<ShareAnswer> {
    same_length("scores", design.len(), scores.len())?;
    let y: Vec<f64> = scores.iter().map(|s| boundary.passes(*s, cut)).collect();
    let e = design.estimate(&Mean(Columns::one("share", &y)))?;
    let budget = ErrorBudget { sampling: e.vcov[(0, 0)], ..ErrorBudget::default() };
    finish(design, e.values[0], budget, e.df, method, level)
}

/// The share from plausible values, one vector a draw, with further variances from linking and model.
///
/// ```
/// use survey_stats::{answer::from_plausible_values, design::Design, proportion::Method, random::Random};
/// let mut rng = Random::new(1);
/// let truth: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
/// let pvs: Vec<Vec<f64>> = (0..5).map(|_| truth.iter().map(|t| t + 0.5 * rng.normal()).collect()).collect();
/// let d = Design::srs(400, None, None).unwrap();
/// let a = from_plausible_values(&d, &pvs, 0.8, 0.0001, 0.0, Method::Logit, 0.95).unwrap();
/// assert!(a.budget.scaling > 0.0 && a.budget.linking == 0.0001);
/// assert!((a.se.powi(2) - a.budget.total()).abs() < 1e-12);
/// ```
pub fn from_plausible_values(
    design: &Design,
    draws: &[Vec<f64>],
    cut: f64,
    linking: f64,
    model: f64,
    method: Method,
    level: f64,
) -> Result<ShareAnswer> {
    if linking < 0.0 || model < 0.0 {
        return Err(Error::invalid("error budget", "variances cannot be negative"));
    }
    let sets = draws
        .iter()
        .map(|d| {
            let y: Vec<f64> = d.iter().map(|s| Boundary::AtOrAbove.passes(*s, cut)).collect();
            design.estimate(&Mean(Columns::one("share", &y)))
        })
        .collect::<Result<Vec<_>>>()?;
    let c = combine(&sets, design.df())?;
    let m = sets.len() as f64;
    let budget = ErrorBudget {
        sampling: c.within[(0, 0)],
        scaling: (1.0 + 1.0 / m) * c.between[(0, 0)],
        linking,
        model,
    };
    let df = if c.df[0].is_finite() { c.df[0].min(design.df()) } else { design.df() };
    finish(design, c.estimates.values[0], budget, df, method, level)
}

/// Variance of the share that linking adds: scores are `A theta + B` with covariance `vcov` of `(A, B)`.
///
/// The share at or above the cut moves with the cut's place on the own scale, `(cut - B) / A`; its slope there
/// is the density of ability at the cut, from the draws within `bandwidth` on either side.
///
/// ```
/// use nalgebra::Matrix2;
/// use survey_stats::{answer::linking_variance, design::Design};
/// let theta: Vec<f64> = (0..1001).map(|i| (i as f64 - 500.0) / 250.0).collect(); // density 1/4
/// let d = Design::srs(1001, None, None).unwrap();
/// let v = Matrix2::new(0.0, 0.0, 0.0, 4e-4);
/// let got = linking_variance(&d, &theta, 1.0, (1.0, 0.0), &v, 0.25).unwrap();
/// assert!((got - 4e-4 / 16.0).abs() < 1e-7);
/// ```
pub fn linking_variance(
    design: &Design,
    theta: &[f64],
    cut: f64,
    (a, b): (f64, f64),
    vcov: &Matrix2<f64>,
    bandwidth: f64,
) -> Result<f64> {
    same_length("abilities", design.len(), theta.len())?;
    if !(a > 0.0 && bandwidth > 0.0) {
        return Err(Error::invalid("linking", "the slope and the bandwidth must be positive"));
    }
    let place = (cut - b) / a;
    let w = design.weights();
    let total: f64 = w.iter().sum();
    let near: f64 = w.iter().zip(theta).filter(|x| (x.1 - place).abs() <= bandwidth).map(|x| x.0).sum();
    let density = near / total / (2.0 * bandwidth);
    // share = 1 - F((cut - B)/A): derivative f(place) * place / A in A, f(place) / A in B.
    let g = nalgebra::Vector2::new(density * place / a, density / a);
    Ok((g.transpose() * vcov * g)[(0, 0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_rule_decides_on_scores_that_lie_on_the_cut() {
        let d = Design::srs(4, None, None).unwrap();
        let s = [70.0, 70.0, 69.9, 80.0];
        let at = from_scores(&d, &s, 70.0, Boundary::AtOrAbove, Method::Logit, 0.95).unwrap();
        let above = from_scores(&d, &s, 70.0, Boundary::Above, Method::Logit, 0.95).unwrap();
        assert_eq!((at.value, above.value), (0.75, 0.25));
    }

    #[test]
    fn a_town_without_anybody_above_the_cut_gets_an_upper_limit() {
        let d = Design::srs(60, None, None).unwrap();
        let a = from_scores(&d, &[40.0; 60], 70.0, Boundary::AtOrAbove, Method::Beta, 0.95).unwrap();
        assert!(a.one_sided && a.interval.lower == 0.0 && (a.interval.upper - 0.0487).abs() < 1e-3);
        assert_eq!(a.verdict(0.15), Verdict::NotReached);
    }

    #[test]
    fn linking_adds_more_the_denser_people_stand_at_the_cut() {
        let d = Design::srs(1001, None, None).unwrap();
        let theta: Vec<f64> = (0..1001).map(|i| (i as f64 - 500.0) / 250.0).collect();
        let v = Matrix2::new(1e-4, 0.0, 0.0, 4e-4);
        // uniform density 1/4 on [-2, 2]
        let got = linking_variance(&d, &theta, 1.0, (1.0, 0.0), &v, 0.25).unwrap();
        assert!((got - 0.25 * 0.25 * (1e-4 + 4e-4)).abs() < 1e-6);
    }
}
