//! Auditable draws: what was drawn from which frame, how, and with which seed.
//!
//! A [`Draw`] holds all that is needed to repeat it to the unit: the method, the seed, the version of the
//! random numbers, and a digest of the frame in its order. [`Draw::repeats`] draws again and compares.

use super::{conditional_poisson, inclusion_probabilities, pivotal, sampford, systematic};
use crate::error::{Error, Result};
use crate::random::{Random, VERSION};

/// A selection method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// simple random sampling without replacement; sizes are ignored
    Srs,
    /// systematic, proportional to size, in frame order
    Systematic,
    /// Sampford's method, proportional to size
    Sampford,
    /// ordered pivotal method, proportional to size
    Pivotal,
    /// maximum entropy, proportional to size
    MaximumEntropy,
    /// independent selection; the size of the sample is random
    Poisson,
    /// with replacement, proportional to size; a unit may occur several times
    WithReplacement,
}

/// A draw and all that is needed to repeat it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// method
    pub method: Method,
    /// seed
    pub seed: u64,
    /// version of the random numbers
    pub version: &'static str,
    /// FNV-1a digest of the sizes in frame order
    pub frame: u64,
    /// sample size asked for
    pub n: usize,
    /// selected units in frame order, repeated when drawn with replacement
    pub units: Vec<usize>,
    /// inclusion probability of each selected unit (expected number of draws with replacement)
    pub probabilities: Vec<f64>,
}

fn digest(sizes: &[f64]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in sizes.iter().flat_map(|s| s.to_bits().to_le_bytes()) {
        h ^= u64::from(byte);
        h = h.wrapping_mul(0x0100_0000_01b3);
    }
    h
}

/// Draws `n` units from a frame given by its sizes.
///
/// ```
/// use survey_stats::sampling::{draw, Method};
/// let sizes = [120.0, 80.0, 200.0, 60.0, 140.0];
/// let d = draw(&sizes, 2, Method::Sampford, 2026).unwrap();
/// assert_eq!(d.units.len(), 2);
/// assert!(d.repeats(&sizes).unwrap());
/// ```
pub fn draw(sizes: &[f64], n: usize, method: Method, seed: u64) -> Result<Draw> {
    let mut rng = Random::new(seed);
    if n == 0 || (method != Method::WithReplacement && n > sizes.len()) {
        return Err(Error::invalid("sample size", format!("{n} of {} units", sizes.len())));
    }
    let k = n as f64;
    let pi = match method {
        Method::Srs => vec![k / sizes.len() as f64; sizes.len()],
        Method::WithReplacement => {
            // Probabilities of one draw; certainty does not arise.
            inclusion_probabilities(sizes, 1.0)?.iter().map(|p| p * k).collect()
        }
        Method::Systematic
        | Method::Sampford
        | Method::Pivotal
        | Method::MaximumEntropy
        | Method::Poisson => inclusion_probabilities(sizes, k)?,
    };
    let units = match method {
        Method::Srs => {
            let s = rng.subset(sizes.len(), n);
            (0..sizes.len()).filter(|i| s[*i]).collect()
        }
        Method::Systematic => systematic(&pi, rng.uniform())?,
        Method::Sampford => sampford(&pi, &mut rng)?,
        Method::Pivotal => pivotal(&pi, &mut rng)?,
        Method::MaximumEntropy => conditional_poisson(&pi, &mut rng)?,
        Method::Poisson => (0..pi.len()).filter(|i| rng.uniform() < pi[*i]).collect(),
        Method::WithReplacement => {
            let mut s = 0.0;
            let c: Vec<f64> = pi
                .iter()
                .map(|p| {
                    s += p / k;
                    s
                })
                .collect();
            let mut u: Vec<usize> =
                (0..n).map(|_| c.partition_point(|v| *v <= rng.uniform() * s).min(c.len() - 1)).collect();
            u.sort_unstable();
            u
        }
    };
    let probabilities = units.iter().map(|i| pi[*i]).collect();
    Ok(Draw { method, seed, version: VERSION, frame: digest(sizes), n, units, probabilities })
}

impl Draw {
    /// Whether the same frame gives the same draw again; another frame is an error.
    pub fn repeats(&self, sizes: &[f64]) -> Result<bool> {
        if digest(sizes) != self.frame {
            return Err(Error::invalid("frame", "its sizes or their order differ from those of the draw"));
        }
        Ok(self.version == VERSION && draw(sizes, self.n, self.method, self.seed)? == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{conditional_poisson_joint, sampford_joint};

    #[test]
    fn every_method_selects_units_as_often_as_it_promises() {
        let sizes = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6];
        for method in [
            Method::Srs,
            Method::Systematic,
            Method::Sampford,
            Method::Pivotal,
            Method::MaximumEntropy,
            Method::Poisson,
        ] {
            let mut count = [0.0; 6];
            let mut pi = [0.0; 6];
            for seed in 0..4000 {
                let d = draw(&sizes, 3, method, seed).unwrap();
                for (u, p) in d.units.iter().zip(&d.probabilities) {
                    count[*u] += 1.0 / 4000.0;
                    pi[*u] = *p;
                }
            }
            for i in 0..6 {
                assert!((count[i] - pi[i]).abs() < 0.035, "{method:?}: unit {i} {} for {}", count[i], pi[i]);
            }
        }
    }

    #[test]
    fn joint_probabilities_are_met_by_the_draws() {
        let sizes = [3.0, 1.0, 4.0, 1.5, 2.6];
        let pi = inclusion_probabilities(&sizes, 2.0).unwrap();
        for (method, joint) in [
            (Method::Sampford, sampford_joint(&pi).unwrap()),
            (Method::MaximumEntropy, conditional_poisson_joint(&pi).unwrap()),
        ] {
            let mut together = 0.0;
            for seed in 0..6000 {
                let u = draw(&sizes, 2, method, seed).unwrap().units;
                together += if u.contains(&0) && u.contains(&2) { 1.0 / 6000.0 } else { 0.0 };
            }
            assert!((together - joint[(0, 2)]).abs() < 0.02, "{method:?}: {together} for {}", joint[(0, 2)]);
        }
    }

    #[test]
    fn a_draw_cannot_be_repeated_from_another_frame() {
        let d = draw(&[1.0, 2.0, 3.0], 1, Method::Systematic, 5).unwrap();
        assert!(d.repeats(&[2.0, 1.0, 3.0]).is_err());
    }
}
