//! Raking: post-stratification to several margins in turn until all are met (iterative proportional fitting).
//!
//! A sweep scales the weights to each margin. Sweeps end when no cell of the crossed margins moves by more
//! than the tolerance: an absolute count when it is at least 1, a fraction of the total weight below. The
//! default of some software (10 sweeps, tolerance 1) stops early; ours is strict. The variance removes the
//! margins' means in turn, ten times, which is close to but not the same as one joint regression.
//! Sources: Deming and Stephan (1940), *Ann. Math. Statist.* 11; Ireland and Kullback (1968), *Biometrika* 55.

use super::Calibrated;
use super::poststratify::Margin;
use crate::design::{Calibration, Design};
use crate::error::{Error, Result};
use crate::estimate::Convergence;
use crate::replicate::Replicates;
use crate::sum::{Sum, sum};
use std::collections::BTreeMap;

/// When raking stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakeOptions {
    /// sweeps at most
    pub max_iterations: usize,
    /// largest change of a cell; at least 1 counts people, below 1 a fraction of the total
    pub tolerance: f64,
    /// return what was reached instead of an error
    pub accept_unconverged: bool,
}

impl Default for RakeOptions {
    fn default() -> Self {
        RakeOptions { max_iterations: 500, tolerance: 1e-10, accept_unconverged: false }
    }
}

struct Raked {
    weights: Vec<f64>,
    after: Vec<Vec<f64>>,
    convergence: Convergence,
}

fn run(start: &[f64], margins: &[Margin], o: &RakeOptions) -> Result<Raked> {
    // Cells of the crossed margins, only those that occur.
    let mut place: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let cell: Vec<usize> = (0..start.len())
        .map(|i| {
            let key: Vec<usize> = margins.iter().map(|m| m.group[i]).collect();
            let next = place.len();
            *place.entry(key).or_insert(next)
        })
        .collect();
    let table = |w: &[f64]| {
        let mut t = vec![Sum::default(); place.len()];
        for (c, w) in cell.iter().zip(w) {
            t[*c].add(*w);
        }
        t.iter().map(|s| s.value()).collect::<Vec<f64>>()
    };
    let limit = if o.tolerance < 1.0 { o.tolerance * sum(start.iter().copied()) } else { o.tolerance };
    let mut w = start.to_vec();
    let mut old = table(&w);
    let mut after = vec![w.clone(); margins.len()];
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    while c.iterations < o.max_iterations {
        for (k, m) in margins.iter().enumerate() {
            w = m.scaled(k, &w)?;
            after[k].clone_from(&w);
        }
        c.iterations += 1;
        let new = table(&w);
        c.misfit = new.iter().zip(&old).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if c.misfit < limit {
            c.converged = true;
            break;
        }
        old = new;
    }
    if !c.converged && !o.accept_unconverged {
        return Err(Error::NotConverged { method: "raking", iterations: c.iterations, misfit: c.misfit });
    }
    Ok(Raked { weights: w, after, convergence: c })
}

fn check(margins: &[Margin], n: usize) -> Result<()> {
    let total = |m: &Margin| sum(m.totals.iter().copied());
    for (k, m) in margins.iter().enumerate() {
        m.check(k, n)?;
        if (total(m) - total(&margins[0])).abs() > 1e-6 * total(&margins[0]) {
            return Err(Error::invalid(
                "margins",
                format!("margin {k} sums to {}, the first to {}", total(m), total(&margins[0])),
            ));
        }
    }
    if margins.is_empty() { Err(Error::Empty { what: "margins" }) } else { Ok(()) }
}

/// Rakes a design to its margins.
///
/// ```
/// use survey_stats::{calibrate::{rake, Margin, RakeOptions}, design::Design};
/// let d = Design::srs(4, Some(vec![25.0; 4]), None).unwrap();
/// let sex = Margin { group: vec![0, 0, 1, 1], totals: vec![48.0, 52.0] };
/// let age = Margin { group: vec![0, 1, 0, 1], totals: vec![30.0, 70.0] };
/// let r = rake(&d, &[sex, age], &RakeOptions::default()).unwrap();
/// assert!((r.design.weights()[0] - 14.4).abs() < 1e-8 && r.convergence.converged);
/// ```
pub fn rake(design: &Design, margins: &[Margin], options: &RakeOptions) -> Result<Calibrated> {
    check(margins, design.len())?;
    let before = design.weights();
    let r = run(&before, margins, options)?;
    let mut d = design.with_weights(r.weights.clone())?;
    let g = r.weights.iter().zip(&before).map(|(a, b)| if *b == 0.0 { 1.0 } else { a / b }).collect();
    d.calibrations.push(Calibration::Margins {
        margins: margins.iter().map(|m| m.group.clone()).zip(r.after).collect(),
    });
    Ok(Calibrated { design: d, g, convergence: r.convergence })
}

/// Rakes the full sample and every replicate; each must converge.
pub fn rake_replicates(
    replicates: &Replicates,
    margins: &[Margin],
    options: &RakeOptions,
) -> Result<Replicates> {
    check(margins, replicates.len())?;
    Ok(replicates.reweighted(|w| Ok(run(w, margins, options)?.weights))?.with_fresh_df())
}
