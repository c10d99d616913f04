//! Variance under unequal-probability sampling without replacement from joint inclusion probabilities.
//!
//! With `D_ij = 1 - pi_i pi_j / pi_ij` and influence values `u_i` (already divided by `pi_i`):
//! Horvitz-Thompson `sum_ij D_ij u_i u_j`; Yates-Grundy-Sen `-1/2 sum_ij D_ij (u_i - u_j)^2` for designs of
//! fixed size. Either may come out negative; the error says so instead of showing a zero.
//!
//! Sources: Horvitz and Thompson (1952), *JASA* 47; Yates and Grundy (1953), *JRSS B* 15; Overton (1985);
//! Hartley and Rao (1962), *Ann. Math. Statist.* 33.

use super::{Design, DesignSpec, Stage};
use crate::error::{Error, Result};
use crate::sum::Sum;
use nalgebra::DMatrix;

/// Which estimator of the variance to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PpsVariance {
    /// Horvitz-Thompson
    HorvitzThompson,
    /// Yates-Grundy-Sen, for designs of fixed size
    YatesGrundy,
}

/// Joint inclusion information of the sampled rows.
#[derive(Debug, Clone)]
pub struct JointProbabilities {
    /// `1 - pi_i pi_j / pi_ij`, with `1 - pi_i` on the diagonal
    d: DMatrix<f64>,
    estimator: PpsVariance,
}

impl JointProbabilities {
    /// From the exact matrix of joint probabilities, with `pi_i` on its diagonal.
    ///
    /// Entries of `D` smaller in size than `drop` count as zero. Zero keeps everything and is the
    /// recommended choice; some software drops entries below 1e-4 to keep the matrix sparse.
    pub fn exact(joint: &DMatrix<f64>, estimator: PpsVariance, drop: f64) -> Result<JointProbabilities> {
        let n = joint.nrows();
        if joint.ncols() != n || n == 0 {
            return Err(Error::invalid("joint probabilities", "the matrix must be square and not empty"));
        }
        if let Some(k) = joint.iter().position(|p| !(*p > 0.0 && *p <= 1.0 + 1e-9)) {
            return Err(Error::invalid(
                "joint probabilities",
                format!("entry ({}, {}) is not in (0, 1]: such a pair cannot be in the sample", k % n, k / n),
            ));
        }
        let d = DMatrix::from_fn(n, n, |i, j| {
            let v = 1.0 - joint[(i, i)] * joint[(j, j)] / joint[(i, j)];
            if v.abs() < drop { 0.0 } else { v }
        });
        Ok(JointProbabilities { d, estimator })
    }

    /// Overton's approximation `pi_ij = pi_i pi_j (n - 1) / (n - (pi_i + pi_j)/2)`.
    pub fn overton(pi: &[f64], estimator: PpsVariance) -> JointProbabilities {
        JointProbabilities::overton_within(pi, &vec![0; pi.len()], estimator)
    }

    /// Overton's approximation inside each stratum; units of different strata are drawn independently.
    pub fn overton_within(pi: &[f64], strata: &[usize], estimator: PpsVariance) -> JointProbabilities {
        JointProbabilities::hartley(pi, strata, estimator, |a, b, n| (n - 0.5 * (a + b)) / (n - 1.0))
    }

    /// Hartley and Rao's approximation; `sum_p2_over_n` is `sum(pi_k^2) / n` over the population.
    pub fn hartley_rao(pi: &[f64], sum_p2_over_n: f64, estimator: PpsVariance) -> JointProbabilities {
        let ratio = move |a, b, n| (n - a - b + sum_p2_over_n) / (n - 1.0);
        JointProbabilities::hartley(pi, &vec![0; pi.len()], estimator, ratio)
    }

    fn hartley(
        pi: &[f64],
        strata: &[usize],
        estimator: PpsVariance,
        ratio: impl Fn(f64, f64, f64) -> f64,
    ) -> JointProbabilities {
        let n = pi.len();
        let size = |i: usize| strata.iter().filter(|s| **s == strata[i]).count() as f64;
        let sizes: Vec<f64> = (0..n).map(size).collect();
        let d = DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                1.0 - pi[i]
            } else if strata[i] == strata[j] {
                1.0 - ratio(pi[i], pi[j], sizes[i])
            } else {
                0.0
            }
        });
        JointProbabilities { d, estimator }
    }

    /// Independent (Poisson) selection.
    pub fn poisson(pi: &[f64]) -> JointProbabilities {
        let n = pi.len();
        let d = DMatrix::from_fn(n, n, |i, j| if i == j { 1.0 - pi[i] } else { 0.0 });
        JointProbabilities { d, estimator: PpsVariance::HorvitzThompson }
    }

    pub(crate) fn variance(
        &self,
        u: &DMatrix<f64>,
        active: &[bool],
        calibrated: bool,
    ) -> Result<DMatrix<f64>> {
        let (n, p) = u.shape();
        if self.d.nrows() != n {
            return Err(Error::Length { what: "joint probabilities", expected: n, found: self.d.nrows() });
        }
        let mut v = DMatrix::zeros(p, p);
        for a in 0..p {
            for b in a..p {
                let mut s = Sum::default();
                for i in 0..n {
                    for j in 0..n {
                        // Pairs that lie outside the domain together have no influence, unless calibrated.
                        if !(active[i] || active[j] || calibrated) {
                            continue;
                        }
                        let d = self.d[(i, j)];
                        s.add(match self.estimator {
                            PpsVariance::HorvitzThompson => d * u[(i, a)] * u[(j, b)],
                            PpsVariance::YatesGrundy => {
                                -0.5 * d * (u[(i, a)] - u[(j, a)]) * (u[(i, b)] - u[(j, b)])
                            }
                        });
                    }
                }
                v[(a, b)] = s.value();
                v[(b, a)] = s.value();
            }
        }
        Ok(v)
    }
}

impl Design {
    /// An element sample drawn with unequal probabilities `pi`; the weights are `1 / pi`.
    ///
    /// ```
    /// use survey_stats::design::{Design, JointProbabilities, PpsVariance};
    /// let pi = [0.2, 0.5, 0.3];
    /// let d = Design::pps(&pi, JointProbabilities::overton(&pi, PpsVariance::YatesGrundy)).unwrap();
    /// assert_eq!(d.weights(), [5.0, 2.0, 1.0 / 0.3]);
    /// ```
    pub fn pps(pi: &[f64], joint: JointProbabilities) -> Result<Design> {
        if let Some(row) = pi.iter().position(|p| !(*p > 0.0 && *p <= 1.0)) {
            return Err(Error::invalid("inclusion probabilities", format!("row {row} is not in (0, 1]")));
        }
        if joint.d.nrows() != pi.len() {
            return Err(Error::Length {
                what: "joint probabilities",
                expected: pi.len(),
                found: joint.d.nrows(),
            });
        }
        let mut d = Design::srs(pi.len(), Some(pi.iter().map(|p| 1.0 / p).collect()), None)?;
        d.joint = Some(joint);
        Ok(d)
    }

    /// The same drawn inside strata, which then lower the degrees of freedom.
    pub fn pps_in_strata(pi: &[f64], strata: &[usize], joint: JointProbabilities) -> Result<Design> {
        let plain = Design::pps(pi, joint)?;
        let stage = Stage { stratum: strata.to_vec(), ..Stage::default() };
        let spec =
            DesignSpec { stages: vec![stage], weights: Some(plain.weights()), ..DesignSpec::default() };
        Ok(Design { joint: plain.joint, ..spec.build(pi.len())? })
    }
}
