//! Drawing samples: inclusion probabilities, selection methods, joint probabilities, allocation, sample size.

mod allocation;
mod conditional_poisson;
mod draw;
mod elimination;
mod estimators;
mod inclusion;
mod pivotal;
mod sampford;
mod sample_size;
mod systematic;

pub use allocation::{Allocation, allocate};
pub use conditional_poisson::{
    conditional_poisson, conditional_poisson_joint, conditional_poisson_joint_within,
};
pub use draw::{Draw, Method, draw};
pub use elimination::{midzuno_joint, tille_joint};
pub use estimators::{
    deville_variance, hajek_mean, horvitz_thompson, horvitz_thompson_variance, ratio_variance,
    yates_grundy_variance,
};
pub use inclusion::inclusion_probabilities;
pub use pivotal::pivotal;
pub use sampford::{sampford, sampford_joint};
pub use sample_size::{Precision, sample_size};
pub use systematic::{systematic, systematic_joint};

use crate::error::{Error, Result};

/// Units whose probability is neither 0 nor 1, up to rounding, and the sum of those probabilities.
fn open_units(pi: &[f64]) -> Result<(Vec<usize>, f64)> {
    if let Some(row) = pi.iter().position(|p| !(*p >= -1e-12 && *p <= 1.0 + 1e-12)) {
        return Err(Error::invalid("inclusion probabilities", format!("unit {row} has {}", pi[row])));
    }
    let open: Vec<usize> = (0..pi.len()).filter(|i| pi[*i] > 1e-6 && pi[*i] < 1.0 - 1e-6).collect();
    let n = crate::sum::sum(open.iter().map(|i| pi[*i]));
    Ok((open, n))
}

/// As [`open_units`], for designs of fixed size: the sum must be a whole number.
fn fixed_size(pi: &[f64]) -> Result<(Vec<usize>, usize)> {
    let (open, n) = open_units(pi)?;
    if (n - n.round()).abs() > 1e-6 {
        return Err(Error::invalid(
            "inclusion probabilities",
            format!("they sum to {n} besides the certain units; a fixed size needs a whole number"),
        ));
    }
    Ok((open, n.round() as usize))
}

/// Joint probabilities of all units from those of the open ones: certain units multiply.
fn embed(pi: &[f64], open: &[usize], inner: &nalgebra::DMatrix<f64>) -> nalgebra::DMatrix<f64> {
    let n = pi.len();
    let mut j = nalgebra::DMatrix::from_fn(n, n, |a, b| if a == b { pi[a] } else { pi[a] * pi[b] });
    for (a, i) in open.iter().enumerate() {
        for (b, k) in open.iter().enumerate() {
            j[(*i, *k)] = inner[(a, b)];
        }
    }
    j
}
