//! Joint probabilities of Tillé's elimination procedure and of Midzuno's.
//!
//! Elimination drops one unit at a time; at step `i` the survivors' probabilities `a` for a sample of
//! `N - i` divide those of the step before, and pairs survive with `1 - v_k - v_l`. Midzuno's method is
//! its complement. Source: Tillé (1996), *Biometrika* 83; Tillé (2006), sect. 6.2-6.3.

use super::{embed, inclusion_probabilities, open_units};
use crate::error::Result;
use nalgebra::DMatrix;

/// Joint inclusion probabilities of the elimination procedure.
///
/// ```
/// use survey_stats::sampling::tille_joint;
/// let j = tille_joint(&[0.5, 0.7, 0.8]).unwrap();
/// assert!((j.sum() - 4.0).abs() < 1e-9);
/// ```
pub fn tille_joint(pi: &[f64]) -> Result<DMatrix<f64>> {
    let (open, n) = open_units(pi)?;
    let p: Vec<f64> = open.iter().map(|i| pi[*i]).collect();
    let big = p.len();
    let steps = (big as f64 - n).round() as usize;
    let mut before = vec![1.0; big];
    let mut joint = DMatrix::from_element(big, big, 1.0);
    for i in 1..=steps {
        let a = inclusion_probabilities(&p, (big - i) as f64)?;
        let v: Vec<f64> = a.iter().zip(&before).map(|(a, b)| 1.0 - a / b).collect();
        for k in 0..big {
            for l in 0..big {
                joint[(k, l)] *= 1.0 - v[k] - v[l];
            }
        }
        before = a;
    }
    for (k, p) in p.iter().enumerate() {
        joint[(k, k)] = *p;
    }
    Ok(embed(pi, &open, &joint))
}

/// Joint inclusion probabilities of Midzuno's method.
///
/// ```
/// use survey_stats::sampling::midzuno_joint;
/// let j = midzuno_joint(&[0.6, 0.7, 0.7]).unwrap();
/// assert!((j[(0, 1)] + j[(0, 2)] - 0.6).abs() < 1e-12); // two of three are drawn
/// ```
pub fn midzuno_joint(pi: &[f64]) -> Result<DMatrix<f64>> {
    let complement: Vec<f64> = pi.iter().map(|p| 1.0 - p).collect();
    let j = tille_joint(&complement)?;
    Ok(DMatrix::from_fn(pi.len(), pi.len(), |a, b| pi[a] + pi[b] - 1.0 + j[(a, b)]))
}
