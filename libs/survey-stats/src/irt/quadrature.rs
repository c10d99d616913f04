//! Nodes on the ability scale.
//!
//! The default places equally spaced nodes up to six latent standard deviations either side of the latent
//! mean; with weights proportional to the normal density the rectangle rule is then accurate far beyond
//! what data can show. Software with nodes fixed on `[-6, 6]` cuts wide distributions short: `Fixed`
//! reproduces it. Gauss-Hermite nodes are exact for polynomials.

use crate::special::normal_pdf;

/// Where the nodes lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quadrature {
    /// `nodes` equally spaced points within `width` standard deviations of the latent mean
    Scaled {
        /// number of nodes
        nodes: usize,
        /// half width in standard deviations
        width: f64,
    },
    /// `nodes` equally spaced points on `[low, high]`, whatever the latent distribution
    Fixed {
        /// number of nodes
        nodes: usize,
        /// first node
        low: f64,
        /// last node
        high: f64,
    },
    /// Gauss-Hermite points of the latent normal distribution
    GaussHermite {
        /// number of nodes
        nodes: usize,
    },
}

impl Default for Quadrature {
    fn default() -> Self {
        Quadrature::Scaled { nodes: 61, width: 6.0 }
    }
}

impl Quadrature {
    /// Nodes for a latent mean and standard deviation.
    pub fn nodes(&self, mean: f64, sd: f64) -> Vec<f64> {
        match self {
            Quadrature::Scaled { nodes, width } => spaced(*nodes, mean - width * sd, mean + width * sd),
            Quadrature::Fixed { nodes, low, high } => spaced(*nodes, *low, *high),
            Quadrature::GaussHermite { nodes } => hermite(*nodes).0.iter().map(|z| mean + sd * z).collect(),
        }
    }

    /// Prior weights of nodes under a normal latent distribution; they sum to one.
    pub fn weights(&self, nodes: &[f64], mean: f64, sd: f64) -> Vec<f64> {
        if let Quadrature::GaussHermite { nodes: n } = self {
            return hermite(*n).1;
        }
        let w: Vec<f64> = nodes.iter().map(|x| normal_pdf((x - mean) / sd)).collect();
        let s: f64 = w.iter().sum();
        w.iter().map(|w| w / s).collect()
    }

    /// Whether the nodes move with the latent distribution.
    pub(crate) fn moves(&self) -> bool {
        !matches!(self, Quadrature::Fixed { .. })
    }
}

fn spaced(n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|i| low + (high - low) * i as f64 / (n as f64 - 1.0)).collect()
}

/// Nodes and weights for the standard normal density, from the eigenvalues of the Jacobi matrix
/// (Golub and Welsch 1969, *Math. Comp.* 23).
pub(crate) fn hermite(n: usize) -> (Vec<f64>, Vec<f64>) {
    let m = nalgebra::DMatrix::from_fn(
        n,
        n,
        |i, j| {
            if i.abs_diff(j) == 1 { (i.max(j) as f64).sqrt() } else { 0.0 }
        },
    );
    let e = m.symmetric_eigen();
    let mut pairs: Vec<(f64, f64)> =
        (0..n).map(|k| (e.eigenvalues[k], e.eigenvectors[(0, k)].powi(2))).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs.into_iter().unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_normal_are_met() {
        for q in [Quadrature::default(), Quadrature::GaussHermite { nodes: 30 }] {
            let x = q.nodes(0.4, 1.5);
            let w = q.weights(&x, 0.4, 1.5);
            let mean: f64 = x.iter().zip(&w).map(|(x, w)| x * w).sum();
            let var: f64 = x.iter().zip(&w).map(|(x, w)| (x - mean).powi(2) * w).sum();
            assert!((mean - 0.4).abs() < 1e-9 && (var - 2.25).abs() < 1e-6, "{q:?} {mean} {var}");
        }
    }
}
