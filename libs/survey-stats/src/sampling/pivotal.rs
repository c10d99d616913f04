//! The pivotal method: units duel in the order of the frame until each is in or out.
//!
//! Two units with probabilities `a` and `b` are replaced by `(0, a + b)` or `(a + b, 0)` when `a + b < 1`,
//! by `(1, a + b - 1)` or `(a + b - 1, 1)` otherwise, with the chances that keep expectations. In frame order
//! neighbours are seldom taken together, an implicit stratification.
//! Source: Deville and Tillé (1998), *Biometrika* 85; Chauvet (2012), *Bernoulli* 18.

use super::fixed_size;
use crate::error::Result;
use crate::random::Random;

/// Draws a sample by the ordered pivotal method.
///
/// ```
/// use survey_stats::{random::Random, sampling::pivotal};
/// let s = pivotal(&[0.5, 0.5, 0.4, 0.6, 1.0], &mut Random::new(3)).unwrap();
/// assert_eq!(s.len(), 3);
/// assert!(s.contains(&4));
/// ```
pub fn pivotal(pi: &[f64], rng: &mut Random) -> Result<Vec<usize>> {
    let (open, _) = fixed_size(pi)?;
    let mut p = pi.to_vec();
    let mut holder: Option<usize> = None;
    for i in open {
        let Some(j) = holder else {
            holder = Some(i);
            continue;
        };
        let s = p[i] + p[j];
        let u = rng.uniform();
        if s < 1.0 - 1e-9 {
            let (win, lose) = if u * s < p[i] { (i, j) } else { (j, i) };
            p[win] = s;
            p[lose] = 0.0;
            holder = Some(win);
        } else {
            let (win, rest) = if u * (2.0 - s) < 1.0 - p[j] { (i, j) } else { (j, i) };
            p[win] = 1.0;
            p[rest] = s - 1.0;
            holder = if p[rest] > 1e-9 { Some(rest) } else { None };
        }
    }
    if let Some(i) = holder {
        // Whole up to rounding, because the probabilities sum to a whole number.
        p[i] = p[i].round();
    }
    Ok((0..pi.len()).filter(|i| p[*i] > 0.5).collect())
}
