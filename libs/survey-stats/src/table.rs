//! Tests of association in two-way tables under a design.
//!
//! Pearson's statistic of the weighted table, scaled to the sample size, is compared with a weighted sum of
//! chi-squares whose weights are the eigenvalues of a generalised design-effect matrix. The second-order
//! correction of Rao and Scott (1984) refers `X^2 / tr(D)` to `F(d0, d0 nu)` with
//! `d0 = tr(D)^2 / tr(D^2)`; the first-order one refers `X^2 / mean(D)` to a chi-square. Wald tests compare
//! the cells' departures from independence with their linearised covariance (Koch, Freeman and Freeman
//! 1975), optionally adjusted for the design degrees of freedom (Thomas and Rao 1987).

use crate::error::{Error, Result, same_length};
use crate::linalg;
use crate::special::{chi2_sf, f_sf};
use crate::statistic::{Columns, Estimator, Mean, Statistic, Total};
use nalgebra::{DMatrix, DVector};

/// Which test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Test {
    /// second-order Rao-Scott, on the F scale
    #[default]
    RaoScottF,
    /// first-order Rao-Scott, on the chi-square scale
    RaoScottChiSquare,
    /// Wald
    Wald,
    /// Wald adjusted for the design degrees of freedom
    AdjustedWald,
    /// exact reference distribution: the weighted sum of chi-squares over a chi-square, by integration
    LinearCombination,
    /// the same by Kuonen's saddlepoint approximation
    Saddlepoint,
}

/// A test of association.
#[derive(Debug, Clone, PartialEq)]
pub struct TableTest {
    /// the statistic
    pub statistic: f64,
    /// numerator degrees of freedom
    pub df1: f64,
    /// denominator degrees of freedom, infinite for a chi-square
    pub df2: f64,
    /// upper tail probability
    pub p: f64,
    /// eigenvalues of the design-effect matrix (Rao-Scott tests only)
    pub deffs: Vec<f64>,
}

/// Indicators of the cells, rows varying fastest, and of nothing where a factor is missing.
fn cells(rows: &[usize], cols: &[usize], nr: usize, nc: usize) -> Result<Columns> {
    let codes: Vec<usize> = rows
        .iter()
        .zip(cols)
        .map(|(r, c)| if *r < nr && *c < nc { r + nr * c } else { usize::MAX })
        .collect();
    let names: Vec<String> = (0..nr * nc).map(|k| format!("{},{}", k % nr, k / nr)).collect();
    Ok(Columns::indicators("", &codes, &names))
}

/// Tests the association of two factors; codes at or above the number of levels are missing and left out.
///
/// ```
/// use survey_stats::{design::Design, table::{association, Test}};
/// let a = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
/// let b = [0, 0, 0, 0, 1, 0, 1, 1, 1, 1];
/// let d = Design::srs(10, None, None).unwrap();
/// let t = association(&d, &a, &b, 2, 2, Test::RaoScottF).unwrap();
/// assert!((t.statistic - 3.24).abs() < 1e-9 && (t.df2 - 9.0).abs() < 1e-9);
/// ```
pub fn association<D: Estimator>(
    design: &D,
    rows: &[usize],
    cols: &[usize],
    nr: usize,
    nc: usize,
    test: Test,
) -> Result<TableTest> {
    let weights = design.current_weights();
    same_length("table rows", weights.len(), rows.len())?;
    same_length("table columns", weights.len(), cols.len())?;
    if nr < 2 || nc < 2 {
        return Err(Error::invalid("table", "both factors need two levels"));
    }
    let known: Vec<bool> = rows.iter().zip(cols).map(|(r, c)| *r < nr && *c < nc).collect();
    let d = design.restricted(&known)?;
    let nu = design.degrees();
    let x = cells(rows, cols, nr, nc)?;
    match test {
        Test::Wald | Test::AdjustedWald => wald(&d, &x, nr, nc, nu, test == Test::AdjustedWald),
        Test::RaoScottF | Test::RaoScottChiSquare | Test::LinearCombination | Test::Saddlepoint => {
            rao_scott(&d, weights.iter().filter(|w| **w != 0.0).count() as f64, x, nr, nc, nu, test)
        }
    }
}

fn rao_scott<D: Estimator>(
    d: &D,
    n: f64,
    x: Columns,
    nr: usize,
    nc: usize,
    nu: f64,
    test: Test,
) -> Result<TableTest> {
    let e = d.estimate_of(&Mean(x))?;
    let p = &e.values;
    let row = |r: usize| (0..nc).map(|c| p[r + nr * c]).sum::<f64>();
    let col = |c: usize| (0..nr).map(|r| p[r + nr * c]).sum::<f64>();
    let mut pearson = 0.0;
    for r in 0..nr {
        for c in 0..nc {
            let want = row(r) * col(c);
            if want == 0.0 {
                return Err(Error::invalid("table", "a row or a column is empty; leave that level out"));
            }
            pearson += n * (p[r + nr * c] - want).powi(2) / want;
        }
    }
    // Interaction contrasts orthogonal to the main effects.
    let k = nr * nc;
    let main = DMatrix::from_fn(k, nr + nc - 1, |i, j| {
        let (r, c) = (i % nr, i / nr);
        f64::from(u8::from(if j == 0 {
            true
        } else if j < nr {
            r == j
        } else {
            c == j - nr + 1
        }))
    });
    let m = (nr - 1) * (nc - 1);
    let inter = DMatrix::from_fn(k, m, |i, j| {
        let (r, c) = (i % nr, i / nr);
        f64::from(u8::from(r == j % (nr - 1) + 1 && c == j / (nr - 1) + 1))
    });
    let contrast = linalg::residual(&linalg::basis(&main), &inter);
    let inv = DMatrix::from_diagonal(&DVector::from_iterator(
        k,
        p.iter().map(|p| if *p == 0.0 { 0.0 } else { 1.0 / p }),
    ));
    let below = contrast.transpose() * &inv * &contrast / n;
    let above = contrast.transpose() * &inv * &e.vcov * &inv * &contrast;
    let deffs = linalg::generalised_eigenvalues(&below, &above, "table with empty cells")?;
    let trace: f64 = deffs.iter().sum();
    let d0 = trace * trace / deffs.iter().map(|d| d * d).sum::<f64>();
    Ok(match test {
        Test::RaoScottChiSquare => {
            let m = m as f64;
            TableTest {
                statistic: pearson,
                df1: m,
                df2: f64::INFINITY,
                p: chi2_sf(pearson * m / trace, m),
                deffs,
            }
        }
        Test::LinearCombination => {
            let p = chi_square_sum_over_f(pearson, &deffs, d0 * nu);
            TableTest { statistic: pearson, df1: m as f64, df2: d0 * nu, p, deffs }
        }
        Test::Saddlepoint => {
            let ddf = d0 * nu;
            let scale = trace / d0;
            let p = saddlepoint(pearson, &deffs, ddf).unwrap_or_else(|| f_sf(pearson / d0 / scale, d0, ddf));
            TableTest { statistic: pearson, df1: m as f64, df2: ddf, p, deffs }
        }
        Test::RaoScottF | Test::Wald | Test::AdjustedWald => {
            let f = pearson / trace;
            TableTest { statistic: f, df1: d0, df2: d0 * nu, p: f_sf(f, d0, d0 * nu), deffs }
        }
    })
}

fn wald<D: Estimator>(
    d: &D,
    x: &Columns,
    nr: usize,
    nc: usize,
    nu: f64,
    adjusted: bool,
) -> Result<TableTest> {
    let e = d.estimate_of(&Total(x.clone()))?;
    let t = Total(x.clone()).values(&d.current_weights())?;
    let n: f64 = t.iter().sum();
    let row: Vec<f64> = (0..nr).map(|r| (0..nc).map(|c| t[r + nr * c]).sum()).collect();
    let col: Vec<f64> = (0..nc).map(|c| (0..nr).map(|r| t[r + nr * c]).sum()).collect();
    let m = (nr - 1) * (nc - 1);
    let place = |k: usize| (k % (nr - 1) + 1, k / (nr - 1) + 1);
    let y = DVector::from_fn(m, |k, _| {
        let (r, c) = place(k);
        t[r + nr * c] - row[r] * col[c] / n
    });
    // Derivative of a cell's departure with respect to every cell total.
    let j = DMatrix::from_fn(m, nr * nc, |k, cell| {
        let (r, c) = place(k);
        let (r2, c2) = (cell % nr, cell / nr);
        let own = if r == r2 && c == c2 { 1.0 } else { 0.0 };
        let by_row = if r == r2 { col[c] / n } else { 0.0 };
        let by_col = if c == c2 { row[r] / n } else { 0.0 };
        own - by_row - by_col + row[r] * col[c] / (n * n)
    });
    let v = &j * e.vcov * j.transpose();
    let q = (y.transpose() * linalg::inverse(&v, "covariance of the table")? * &y)[(0, 0)];
    let df1 = m as f64;
    let (f, df2) = if adjusted { (q * (nu - df1 + 1.0) / (df1 * nu), nu - df1 + 1.0) } else { (q / df1, nu) };
    if df2 <= 0.0 {
        return Err(Error::invalid(
            "Wald test",
            "the table has more cells than the design has degrees of freedom",
        ));
    }
    Ok(TableTest { statistic: f, df1, df2, p: f_sf(f, df1, df2), deffs: Vec::new() })
}

/// Upper tail of `sum l_k chi2_1` against `x`, when the scale is itself estimated with `ddf` degrees of freedom.
///
/// `P(sum l_k Z_k^2 > x chi2_ddf / ddf)` by Imhof's (1961) inversion, *Biometrika* 48.
fn chi_square_sum_over_f(x: f64, l: &[f64], ddf: f64) -> f64 {
    let mut terms: Vec<(f64, f64)> = l.iter().map(|l| (*l, 1.0)).collect();
    let mut at = x;
    if ddf.is_finite() {
        terms.push((-x / ddf, ddf));
        at = 0.0;
    }
    let f = |u: f64| {
        let theta = 0.5 * terms.iter().map(|(l, h)| h * (l * u).atan()).sum::<f64>() - 0.5 * at * u;
        let rho = terms.iter().map(|(l, h)| 0.25 * h * (l * l * u * u).ln_1p()).sum::<f64>().exp();
        theta.sin() / (u * rho)
    };
    // Substitute u = s / (1 - s) and add up with a fine midpoint rule.
    let scale = 1.0 / terms.iter().map(|(l, h)| l.abs() * h.sqrt()).fold(1e-300, f64::max);
    let n = 200_000;
    let mut s = crate::sum::Sum::default();
    for k in 0..n {
        let z = (k as f64 + 0.5) / n as f64;
        let u = scale * z / (1.0 - z);
        s.add(f(u) * scale / ((1.0 - z) * (1.0 - z)));
    }
    (0.5 + s.value() / n as f64 / std::f64::consts::PI).clamp(0.0, 1.0)
}

/// Upper tail of `sum l_k chi2_1 - (x/ddf) chi2_ddf` at zero by a saddlepoint.
///
/// With `K` the cumulant function and `z` the root of `K'(z) = 0`, the tail is
/// `1 - Phi(w + log(v/w)/w)`, `w = sign(z) sqrt(-2 K(z))`, `v = z sqrt(K''(z))`. Nothing near the mean, where the
/// formula is singular. Source: Kuonen (1999), *Biometrika* 86.
fn saddlepoint(x: f64, l: &[f64], ddf: f64) -> Option<f64> {
    let whole = ddf.trunc();
    let mut terms: Vec<(f64, f64)> = l.iter().map(|l| (*l, 1.0)).collect();
    terms.push((-x / ddf, whole));
    let top = terms.iter().map(|t| t.0).fold(f64::NEG_INFINITY, f64::max);
    for t in &mut terms {
        t.0 /= top;
    }
    let cumulant = |z: f64| -0.5 * terms.iter().map(|(l, h)| h * (1.0 - 2.0 * z * l).ln()).sum::<f64>();
    let first = |z: f64| terms.iter().map(|(l, h)| h * l / (1.0 - 2.0 * z * l)).sum::<f64>();
    let second = |z: f64| 2.0 * terms.iter().map(|(l, h)| h * (l / (1.0 - 2.0 * z * l)).powi(2)).sum::<f64>();
    let mut low =
        0.99999 * terms.iter().filter(|t| t.0 < 0.0).map(|t| 0.5 / t.0).fold(f64::NEG_INFINITY, f64::max);
    let mut high =
        0.99999 * terms.iter().filter(|t| t.0 > 0.0).map(|t| 0.5 / t.0).fold(f64::INFINITY, f64::min);
    if !(low.is_finite() && high.is_finite()) || first(low) > 0.0 || first(high) < 0.0 {
        return None;
    }
    for _ in 0..200 {
        let mid = 0.5 * (low + high);
        if first(mid) < 0.0 {
            low = mid;
        } else {
            high = mid;
        }
    }
    let z = 0.5 * (low + high);
    if z.abs() < 1e-4 {
        return None;
    }
    let w = z.signum() * (-2.0 * cumulant(z)).max(0.0).sqrt();
    let v = z * second(z).sqrt();
    Some(1.0 - crate::special::normal_cdf(w + (v / w).ln() / w))
}
