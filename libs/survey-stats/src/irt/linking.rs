//! Bringing the scales of two forms together by their common items.
//!
//! A linear change `theta_2 = A theta_1 + B`: `a* = a/A`, `b* = A b + B`. Mean-mean uses the mean slopes, mean-gmean
//! their geometric means, mean-sigma the standard deviations of the difficulties. Haebara (1980) makes the
//! items' curves agree, Stocking and Lord (1983) the test's, over a normal distribution with Gauss-Hermite
//! points. Standard errors by the delta method from the items' covariances (Ogasawara 2001; Battauz 2013).

use super::item::{Item, Kind};
use super::quadrature::hermite;
use crate::error::{Error, Result, same_length};
use crate::estimate::Convergence;
use nalgebra::{DMatrix, Matrix2, Vector2};

/// How to link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMethod {
    /// ratio of mean slopes
    MeanMean,
    /// ratio of geometric mean slopes
    MeanGeometric,
    /// ratio of standard deviations of difficulties
    MeanSigma,
    /// item characteristic curves
    Haebara,
    /// test characteristic curve
    StockingLord,
}

/// Linking coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Linking {
    /// slope
    pub a: f64,
    /// intercept
    pub b: f64,
    /// covariance of `(A, B)`, when the items' covariances were given
    pub vcov: Option<Matrix2<f64>>,
    /// how the iteration ended
    pub convergence: Convergence,
}

/// Parameters `(a, b, g)` of the common items on one form.
type Form = Vec<(f64, f64, f64)>;

fn curve(t: f64, (a, b, g): (f64, f64, f64)) -> f64 {
    g + (1.0 - g) * crate::special::expit(a * (t - b))
}

fn sd(v: &[f64]) -> f64 {
    let m = v.iter().sum::<f64>() / v.len() as f64;
    (v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (v.len() as f64 - 1.0)).sqrt()
}

fn coefficients(
    first: &Form,
    second: &Form,
    method: LinkMethod,
    points: usize,
) -> Result<(f64, f64, Convergence)> {
    let n = first.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64, f64)) -> f64, v: &Form| v.iter().map(f).sum::<f64>() / n;
    let b = |v: &Form| v.iter().map(|x| x.1).collect::<Vec<f64>>();
    let exact = Convergence { converged: true, iterations: 0, misfit: 0.0 };
    let moments = |a: f64| (a, mean(&|x| x.1, second) - a * mean(&|x| x.1, first), exact);
    Ok(match method {
        LinkMethod::MeanMean => moments(mean(&|x| x.0, first) / mean(&|x| x.0, second)),
        LinkMethod::MeanGeometric => {
            moments((mean(&|x| x.0.ln(), first) - mean(&|x| x.0.ln(), second)).exp())
        }
        LinkMethod::MeanSigma => moments(sd(&b(second)) / sd(&b(first))),
        LinkMethod::Haebara | LinkMethod::StockingLord => curves(first, second, method, points)?,
    })
}

/// Newton's method on the gradient of the criterion, started from the moment solution.
fn curves(first: &Form, second: &Form, method: LinkMethod, points: usize) -> Result<(f64, f64, Convergence)> {
    let (nodes, weights) = hermite(points);
    // Gradient in (A, B) of half the weighted sum of squared differences.
    let gradient = |x: &Vector2<f64>| -> Vector2<f64> {
        let mut out = Vector2::zeros();
        for (t, w) in nodes.iter().zip(&weights) {
            let mut diff = Vec::with_capacity(first.len());
            let mut slope = Vec::with_capacity(first.len());
            for (f, s) in first.iter().zip(second) {
                let moved = (f.0 / x[0], x[0] * f.1 + x[1], f.2);
                let p = curve(*t, moved);
                // P depends on a1/A (t - A b1 - B) = a1 ((t - B)/A - b1).
                let l = (p - f.2) / (1.0 - f.2);
                let d = (1.0 - f.2) * l * (1.0 - l) * f.0;
                diff.push(curve(*t, *s) - p);
                slope.push(Vector2::new(d * (t - x[1]) / (x[0] * x[0]), d / x[0]));
            }
            if method == LinkMethod::Haebara {
                for (d, s) in diff.iter().zip(&slope) {
                    out += s * (w * d);
                }
            } else {
                let d: f64 = diff.iter().sum();
                let s: Vector2<f64> = slope.iter().sum();
                out += s * (w * d);
            }
        }
        out
    };
    let (a, b, _) = coefficients(first, second, LinkMethod::MeanMean, points)?;
    let mut x = Vector2::new(a, b);
    let mut c = Convergence { converged: false, iterations: 0, misfit: f64::INFINITY };
    while c.iterations < 100 {
        c.iterations += 1;
        let h = 1e-5;
        let g = gradient(&x);
        let mut jac = Matrix2::zeros();
        for k in 0..2 {
            let mut e = Vector2::zeros();
            e[k] = h;
            jac.set_column(k, &((gradient(&(x + e)) - gradient(&(x - e))) / (2.0 * h)));
        }
        let step = jac.try_inverse().ok_or(Error::Singular { what: "linking criterion" })? * g;
        x -= step;
        c.misfit = step.amax();
        if x[0] <= 0.0 {
            return Err(Error::invalid("linking", "the scales run in opposite directions"));
        }
        if c.misfit < 1e-11 {
            c.converged = true;
            return Ok((x[0], x[1], c));
        }
    }
    Err(Error::NotConverged {
        method: "characteristic-curve linking",
        iterations: c.iterations,
        misfit: c.misfit,
    })
}

/// Links form 1 to the scale of form 2 by their common items, given in the same order.
///
/// `covariance` holds the covariances of `(a, b)` of the common items, item by item (`a` and `b` of the first,
/// of the second, and so on), on both forms; without it the result has no standard errors.
///
/// ```
/// use survey_stats::irt::{link, Item, LinkMethod};
/// let one: Vec<Item> = [(1.0, 0.5), (1.4, -0.3), (0.8, 0.2)].iter().map(|(a, d)| Item::logistic(*a, *d, 0.0, 1.0)).collect();
/// // the same items on a scale with theta_2 = 2 theta_1 + 1: a/2, b -> 2 b + 1
/// let two: Vec<Item> = one.iter().map(|i| { let (a, b) = (i.slope() / 2.0, 2.0 * i.difficulties()[0] + 1.0);
///     Item::logistic(a, -a * b, 0.0, 1.0) }).collect();
/// let l = link(&one, &two, LinkMethod::StockingLord, 30, None).unwrap();
/// assert!((l.a - 2.0).abs() < 1e-8 && (l.b - 1.0).abs() < 1e-8);
/// ```
pub fn link(
    first: &[Item],
    second: &[Item],
    method: LinkMethod,
    points: usize,
    covariance: Option<(&DMatrix<f64>, &DMatrix<f64>)>,
) -> Result<Linking> {
    same_length("common items", first.len(), second.len())?;
    if first.len() < 2 || first.iter().chain(second).any(|i| i.kind != Kind::Logistic) {
        return Err(Error::invalid("linking", "at least two common right-or-wrong items are needed"));
    }
    let form = |items: &[Item]| -> Form {
        items.iter().map(|i| (i.slope(), i.difficulties()[0], i.guess())).collect()
    };
    let (one, two) = (form(first), form(second));
    if one.iter().chain(&two).any(|x| x.0 <= 0.0) && method == LinkMethod::MeanGeometric {
        return Err(Error::invalid("linking", "a slope is not positive"));
    }
    let (a, b, convergence) = coefficients(&one, &two, method, points)?;
    let vcov = match covariance {
        None => None,
        Some((v1, v2)) => Some(delta(&one, &two, method, points, v1, v2)?),
    };
    Ok(Linking { a, b, vcov, convergence })
}

/// Delta method with central differences in the items' parameters.
fn delta(
    one: &Form,
    two: &Form,
    method: LinkMethod,
    points: usize,
    v1: &DMatrix<f64>,
    v2: &DMatrix<f64>,
) -> Result<Matrix2<f64>> {
    let k = 2 * one.len();
    let mut total = Matrix2::zeros();
    for (which, v) in [(0, v1), (1, v2)] {
        same_length("covariance of the common items", k, v.nrows())?;
        let mut j = DMatrix::zeros(2, k);
        for c in 0..k {
            let h = 1e-5;
            let at = |step: f64| -> Result<(f64, f64)> {
                let (mut f, mut s) = (one.clone(), two.clone());
                let target = if which == 0 { &mut f } else { &mut s };
                if c % 2 == 0 {
                    target[c / 2].0 += step;
                } else {
                    target[c / 2].1 += step;
                }
                let (a, b, _) = coefficients(&f, &s, method, points)?;
                Ok((a, b))
            };
            let (up, down) = (at(h)?, at(-h)?);
            j[(0, c)] = (up.0 - down.0) / (2.0 * h);
            j[(1, c)] = (up.1 - down.1) / (2.0 * h);
        }
        let part = &j * v * j.transpose();
        total += Matrix2::new(part[(0, 0)], part[(0, 1)], part[(1, 0)], part[(1, 1)]);
    }
    Ok(total)
}
