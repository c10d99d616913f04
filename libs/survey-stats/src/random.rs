//! Random numbers that give the same draw on every machine and in every version.
//!
//! ChaCha with 12 rounds (Bernstein 2008) seeded by a number; uniforms are the top 53 bits. The scheme is
//! named [`VERSION`] and written beside every draw, so that a draw can be repeated to the unit.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Name of the generator and of the way in which uniforms are taken from it.
pub const VERSION: &str = "chacha12-u53-v1";

/// A reproducible stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(ChaCha12Rng);

impl Random {
    /// The stream of a seed.
    ///
    /// ```
    /// use survey_stats::random::Random;
    /// assert_eq!(Random::new(7).uniform(), Random::new(7).uniform());
    /// ```
    pub fn new(seed: u64) -> Random {
        Random(ChaCha12Rng::seed_from_u64(seed))
    }

    /// Uniform on `[0, 1)` with 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform on `0..n` without bias; zero when `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        if n < 2 {
            return 0;
        }
        let n = n as u64;
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let v = self.0.next_u64();
            if v < limit {
                return (v % n) as usize;
            }
        }
    }

    /// Standard normal, by inversion.
    pub fn normal(&mut self) -> f64 {
        let u = (self.uniform() * (1u64 << 53) as f64 + 0.5) / (1u64 << 53) as f64;
        crate::special::normal_quantile(u)
    }

    /// Marks `take` of `n` places chosen by simple random sampling (selection-rejection, in order).
    pub fn subset(&mut self, n: usize, take: usize) -> Vec<bool> {
        let mut left = take.min(n);
        (0..n)
            .map(|i| {
                let pick = self.uniform() * (n - i) as f64 <= left as f64 && left > 0;
                left -= usize::from(pick);
                pick
            })
            .collect()
    }
}
