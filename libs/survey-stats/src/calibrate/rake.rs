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
    // Rows of one cell of the crossed margins move together, so that the cells are raked.
    let (cell, first) = cells(margins, start.len());
    let mut sums = vec![Sum::default(); first.len()];
    for (c, w) in cell.iter().zip(start) {
        sums[*c].add(*w);
    }
    let begin: Vec<f64> = sums.iter().map(|s| s.value()).collect();
    let crossed: Vec<Margin> = margins
        .iter()
        .map(|m| Margin { group: first.iter().map(|i| m.group[*i]).collect(), totals: m.totals.clone() })
        .collect();
    let limit = if o.tolerance < 1.0 { o.tolerance * sum(begin.iter().copied()) } else { o.tolerance };
    let mut w = begin.clone();
    let mut old = w.clone();
    let mut after = vec![w.clone(); margins.len()];
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    while c.iterations < o.max_iterations {
        for (k, m) in crossed.iter().enumerate() {
            w = m.scaled(k, &w)?;
            after[k].clone_from(&w);
        }
        c.iterations += 1;
        c.misfit = w.iter().zip(&old).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if c.misfit < limit {
            c.converged = true;
            break;
        }
        old.clone_from(&w);
    }
    if !c.converged && !o.accept_unconverged {
        return Err(Error::NotConverged { method: "raking", iterations: c.iterations, misfit: c.misfit });
    }
    let rows = |cells: &[f64]| -> Vec<f64> {
        let g: Vec<f64> =
            cells.iter().zip(&begin).map(|(w, b)| if *b == 0.0 { 1.0 } else { w / b }).collect();
        cell.iter().zip(start).map(|(c, w)| g[*c] * w).collect()
    };
    Ok(Raked { weights: rows(&w), after: after.iter().map(|a| rows(a)).collect(), convergence: c })
}

/// The cell of each row among those of the crossed margins that occur, and a row of each cell.
fn cells(margins: &[Margin], n: usize) -> (Vec<usize>, Vec<usize>) {
    let mut cell = vec![0; n];
    let mut count = usize::from(n > 0);
    for m in margins {
        let k = m.totals.len();
        let key = |i: usize, cell: &[usize]| cell[i] * k + m.group[i];
        // Where the crossing is sparse, a sorted list of what occurs takes the place of a table.
        if count.saturating_mul(k) <= 16 * n + 1024 {
            let mut place = vec![usize::MAX; count * k];
            count = 0;
            for i in 0..n {
                let p = &mut place[key(i, &cell)];
                if *p == usize::MAX {
                    *p = count;
                    count += 1;
                }
                cell[i] = *p;
            }
        } else {
            let keys: Vec<usize> = (0..n).map(|i| key(i, &cell)).collect();
            let mut seen = keys.clone();
            seen.sort_unstable();
            seen.dedup();
            count = seen.len();
            cell = keys.iter().map(|key| seen.binary_search(key).unwrap_or(0)).collect();
        }
    }
    let mut first = vec![0; count];
    for i in (0..n).rev() {
        first[cell[i]] = i;
    }
    (cell, first)
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
///
/// ```
/// use survey_stats::{calibrate::{rake_replicates, Margin, RakeOptions}, design::Design, replicate::Replicates};
/// let r = Replicates::jk1(&Design::srs(8, Some(vec![10.0; 8]), None).unwrap()).unwrap();
/// let sex = Margin { group: vec![0, 0, 0, 0, 1, 1, 1, 1], totals: vec![42.0, 38.0] };
/// let age = Margin { group: vec![0, 1, 0, 1, 0, 1, 0, 1], totals: vec![30.0, 50.0] };
/// let p = rake_replicates(&r, &[sex, age], &RakeOptions::default()).unwrap();
/// assert!((p.replicate(3).iter().sum::<f64>() - 80.0).abs() < 1e-6);
/// ```
pub fn rake_replicates(
    replicates: &Replicates,
    margins: &[Margin],
    options: &RakeOptions,
) -> Result<Replicates> {
    check(margins, replicates.len())?;
    Ok(replicates.reweighted(|w| Ok(run(w, margins, options)?.weights))?.with_fresh_df())
}
