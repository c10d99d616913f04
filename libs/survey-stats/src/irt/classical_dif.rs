//! Does an item favour one group at equal ability? Observed-score methods.
//!
//! Mantel and Haenszel (1959) on tables of item by group within total scores, the studied item included,
//! without the scores that tell nothing; continuity correction one half; the common odds ratio also as
//! `delta = -2.35 ln(or)` of the first (reference) group over the second (Holland and Thayer 1988). Logistic regression
//! (Swaminathan and Rogers 1990): likelihood ratios for adding the group, then its interaction with the score.

use crate::error::{Error, Result, same_length};
use crate::special::{chi2_sf, expit};
use nalgebra::{DMatrix, DVector};

/// A Mantel-Haenszel test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MantelHaenszel {
    /// chi-square with one degree of freedom
    pub chi2: f64,
    /// its tail probability
    pub p: f64,
    /// common odds ratio of a right answer, second group over first
    pub odds_ratio: f64,
    /// on the delta scale; negative when the item is harder for the second group
    pub delta: f64,
}

/// Likelihood-ratio tests by logistic regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticDif {
    /// chi-square for the group (1 degree of freedom)
    pub uniform: f64,
    /// chi-square for the interaction (1)
    pub nonuniform: f64,
    /// both (2)
    pub both: f64,
    /// coefficient of the group
    pub group: f64,
}

/// Tests one item; `score` is the matching variable, `second` marks the second group.
///
/// ```
/// use survey_stats::irt::mantel_haenszel;
/// let right = [true, false, true, true, false, true, true, false];
/// let score = [1, 1, 1, 1, 1, 1, 1, 1];
/// let second = [false, false, false, false, true, true, true, true];
/// let t = mantel_haenszel(&right, &score, &second, 2).unwrap();
/// assert!((t.odds_ratio - 1.0 / 3.0).abs() < 1e-12 && t.delta < 0.0);
/// ```
pub fn mantel_haenszel(
    right: &[bool],
    score: &[usize],
    second: &[bool],
    max: usize,
) -> Result<MantelHaenszel> {
    same_length("scores", right.len(), score.len())?;
    same_length("groups", right.len(), second.len())?;
    let (mut observed, mut expected, mut variance, mut top, mut bottom) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for s in 1..max {
        // wrong/right by first/second
        let mut t = [[0.0_f64; 2]; 2];
        for i in (0..right.len()).filter(|i| score[*i] == s) {
            t[usize::from(right[i])][usize::from(second[i])] += 1.0;
        }
        let n: f64 = t.iter().flatten().sum();
        let groups = [t[0][0] + t[1][0], t[0][1] + t[1][1]];
        if groups.contains(&0.0) || n < 2.0 {
            continue;
        }
        let wrong = t[0][0] + t[0][1];
        observed += t[0][0];
        expected += wrong * groups[0] / n;
        variance += wrong * (n - wrong) * groups[0] * groups[1] / (n * n * (n - 1.0));
        top += t[0][0] * t[1][1] / n;
        bottom += t[0][1] * t[1][0] / n;
    }
    if variance == 0.0 {
        return Err(Error::invalid("Mantel-Haenszel", "no score has both groups and both answers"));
    }
    let gap = (observed - expected).abs();
    let chi2 = (gap - gap.min(0.5)).powi(2) / variance;
    let odds_ratio = top / bottom;
    Ok(MantelHaenszel { chi2, p: chi2_sf(chi2, 1.0), odds_ratio, delta: 2.35 * odds_ratio.ln() })
}

fn deviance(y: &[f64], x: &DMatrix<f64>) -> Result<(f64, DVector<f64>)> {
    let p = x.ncols();
    let mut b = DVector::zeros(p);
    for _ in 0..100 {
        let m: Vec<f64> = (x * &b).iter().map(|e| expit(*e)).collect();
        let s = x.transpose() * DVector::from_fn(y.len(), |i, _| y[i] - m[i]);
        let mut info = DMatrix::zeros(p, p);
        for i in 0..y.len() {
            let r = x.row(i).transpose();
            info.ger(m[i] * (1.0 - m[i]), &r, &r, 1.0);
        }
        let step =
            info.cholesky().ok_or(Error::Separation { what: "logistic regression of an item" })?.solve(&s);
        b += &step;
        if step.amax() < 1e-10 {
            let d = (0..y.len())
                .map(|i| {
                    let e = (x.row(i) * &b)[(0, 0)];
                    2.0 * (e.max(0.0) + (-e.abs()).exp().ln_1p() - y[i] * e)
                })
                .sum();
            return Ok((d, b));
        }
    }
    Err(Error::Separation { what: "logistic regression of an item" })
}

/// Logistic-regression tests of one item.
///
/// ```
/// use survey_stats::irt::logistic_dif;
/// let score: Vec<usize> = (0..200).map(|i| i % 5).collect();
/// let second: Vec<bool> = (0..200).map(|i| i % 2 == 0).collect();
/// let right: Vec<bool> = (0..200).map(|i| (i * 7) % 11 < 2 + i % 5 + usize::from(i % 2 == 0)).collect();
/// let t = logistic_dif(&right, &score, &second).unwrap();
/// assert!(t.uniform >= 0.0 && t.nonuniform >= 0.0 && (t.both - t.uniform - t.nonuniform).abs() < 1e-6);
/// ```
pub fn logistic_dif(right: &[bool], score: &[usize], second: &[bool]) -> Result<LogisticDif> {
    same_length("scores", right.len(), score.len())?;
    same_length("groups", right.len(), second.len())?;
    let y: Vec<f64> = right.iter().map(|r| f64::from(u8::from(*r))).collect();
    let x = DMatrix::from_fn(y.len(), 4, |i, j| {
        let (s, g) = (score[i] as f64, f64::from(u8::from(second[i])));
        [1.0, s, g, s * g][j]
    });
    let (d0, _) = deviance(&y, &x.columns(0, 2).into_owned())?;
    let (d1, b1) = deviance(&y, &x.columns(0, 3).into_owned())?;
    let (d2, _) = deviance(&y, &x)?;
    Ok(LogisticDif { uniform: d0 - d1, nonuniform: d1 - d2, both: d0 - d2, group: b1[2] })
}
