//! Twelve rules for a weighted quantile.
//!
//! Rows are sorted by value and carry cumulative weight `C_k` of total `W`. A rule either picks a value
//! (`Math`, `School`, `Hf1` to `Hf3`, `ShahVaish`) or interpolates linearly between points `(p_k, x_k)`.
//! With equal weights `Hf1` to `Hf9` are the nine definitions of Hyndman and Fyfe (1996), *American
//! Statistician* 50; `Math` is `Hf1` and `School` is `Hf2`. `ShahVaish` follows Shah and Vaish (2006) with
//! raw weights in its offset, as software has it.
//!
//! `C_k = p W` is decided within `1e-12 W`, not by exact equality: a sum of weights is not exact.

use crate::error::{Error, Result, all_finite, same_length};
use crate::sum::Sum;

/// A quantile rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// smallest value with at least `p` of the weight at or below it
    #[default]
    Math,
    /// as `Math`, averaging where `p` is met exactly
    School,
    /// step function at midpoints, after Shah and Vaish
    ShahVaish,
    /// inverse of the empirical distribution function
    Hf1,
    /// averaging at discontinuities
    Hf2,
    /// nearest even order statistic
    Hf3,
    /// linear interpolation of the distribution function
    Hf4,
    /// linear, knots at midpoints
    Hf5,
    /// linear, knots at `C_k / (W + w_n)`
    Hf6,
    /// linear, knots at `C_{k-1} / C_{n-1}`
    Hf7,
    /// linear, approximately median-unbiased
    Hf8,
    /// linear, approximately unbiased for normal data
    Hf9,
}

struct Sorted {
    x: Vec<f64>,
    w: Vec<f64>,
    cum: Vec<f64>,
}

fn sorted(x: &[f64], w: &[f64]) -> Sorted {
    let mut o: Vec<usize> = (0..x.len()).filter(|i| w[*i] != 0.0).collect();
    o.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let w: Vec<f64> = o.iter().map(|i| w[*i]).collect();
    Sorted { x: o.iter().map(|i| x[*i]).collect(), cum: cumulate(&w), w }
}

fn cumulate(w: &[f64]) -> Vec<f64> {
    let mut s = Sum::default();
    w.iter()
        .map(|w| {
            s.add(*w);
            s.value()
        })
        .collect()
}

/// The weighted quantile; rows without weight count for nothing.
///
/// ```
/// use survey_stats::quantile::{quantile, Rule};
/// let x = [3.0, 1.0, 2.0, 4.0];
/// let w = [1.0; 4];
/// assert_eq!(quantile(&x, &w, 0.5, Rule::Math).unwrap(), 2.0);
/// assert_eq!(quantile(&x, &w, 0.5, Rule::School).unwrap(), 2.5);
/// assert_eq!(quantile(&x, &w, 0.25, Rule::Hf7).unwrap(), 1.75);
/// ```
pub fn quantile(x: &[f64], w: &[f64], p: f64, rule: Rule) -> Result<f64> {
    same_length("weights", x.len(), w.len())?;
    all_finite("weights", w)?;
    if let Some(row) = (0..x.len()).find(|i| w[*i] != 0.0 && !x[*i].is_finite()) {
        return Err(Error::NotFinite { what: "values", row });
    }
    if w.iter().any(|w| *w < 0.0) {
        return Err(Error::invalid(
            "quantile",
            "a negative weight has no distribution function; bound the calibration",
        ));
    }
    let s = sorted(x, w);
    let n = s.x.len();
    if n == 0 {
        return Err(Error::Empty { what: "domain" });
    }
    if n == 1 {
        return Ok(s.x[0]);
    }
    let total = s.cum[n - 1];
    Ok(match rule {
        Rule::Math | Rule::Hf1 => {
            let (low, up, exact) = around(&s, p);
            if exact { s.x[low] } else { s.x[up] }
        }
        Rule::School | Rule::Hf2 => {
            let (low, up, exact) = around(&s, p);
            if exact { 0.5 * (s.x[low] + s.x[up]) } else { s.x[up] }
        }
        Rule::Hf3 => {
            let t = merged(&s);
            let (low, up, exact) = around(&t, p);
            if exact && low % 2 == 1 { t.x[low] } else { t.x[up] }
        }
        Rule::Hf4 => {
            let (low, up, _) = around(&s, p);
            let (a, b) = (p - s.cum[low] / total, s.cum[up] / total - p);
            if a + b == 0.0 { s.x[low] } else { (s.x[low] * b + s.x[up] * a) / (a + b) }
        }
        Rule::Hf5 => interpolate(&knots(&s, |c, w| (c - 0.5 * w) / total), &s.x, p),
        Rule::Hf6 => interpolate(&knots(&s, |c, _| c / (total + s.w[n - 1])), &s.x, p),
        Rule::Hf7 => interpolate(&knots(&s, |c, w| (c - w) / s.cum[n - 2]), &s.x, p),
        Rule::Hf8 => interpolate(&knots(&s, |c, w| (c - w / 3.0) / (total + s.w[n - 1] / 3.0)), &s.x, p),
        Rule::Hf9 => interpolate(&knots(&s, |c, w| (c - w * 0.375) / (total + s.w[n - 1] / 4.0)), &s.x, p),
        Rule::ShahVaish => {
            let mean = total / n as f64;
            let k = knots(&s, |c, w| (c / mean + 0.5 - 0.5 * w) / (n as f64 + 1.0));
            step(&k, &s.x, p)
        }
    })
}

fn knots(s: &Sorted, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    s.cum.iter().zip(&s.w).map(|(c, w)| f(*c, *w)).collect()
}

/// Places just at or below and above `p`, and whether the lower one meets it.
fn around(s: &Sorted, p: f64) -> (usize, usize, bool) {
    let n = s.cum.len();
    let target = p * s.cum[n - 1];
    let slack = 1e-12 * s.cum[n - 1];
    let low = s.cum.partition_point(|c| *c <= target + slack).saturating_sub(1);
    (low, (low + 1).min(n - 1), (s.cum[low] - target).abs() <= slack)
}

/// Rows with the same value joined.
fn merged(s: &Sorted) -> Sorted {
    let mut x: Vec<f64> = Vec::new();
    let mut w: Vec<f64> = Vec::new();
    for (v, k) in s.x.iter().zip(&s.w) {
        match (x.last(), w.last_mut()) {
            (Some(last), Some(sum)) if last == v => *sum += k,
            _ => {
                x.push(*v);
                w.push(*k);
            }
        }
    }
    Sorted { cum: cumulate(&w), x, w }
}

/// Knots at the same place count as one with the mean of their values.
fn tidy(k: &[f64], x: &[f64]) -> Vec<(f64, f64)> {
    let mut pairs: Vec<(f64, f64)> = k.iter().copied().zip(x.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(pairs.len());
    for group in pairs.chunk_by(|a, b| a.0 == b.0) {
        let mean = group.iter().map(|g| g.1).sum::<f64>() / group.len() as f64;
        out.push((group[0].0, mean));
    }
    out
}

fn interpolate(k: &[f64], x: &[f64], p: f64) -> f64 {
    let t = tidy(k, x);
    let i = t.partition_point(|a| a.0 <= p);
    if i == 0 {
        return t[0].1;
    }
    if i == t.len() {
        return t[i - 1].1;
    }
    let ((a, y), (b, z)) = (t[i - 1], t[i]);
    y + (z - y) * (p - a) / (b - a)
}

fn step(k: &[f64], x: &[f64], p: f64) -> f64 {
    let t = tidy(k, x);
    t[t.partition_point(|a| a.0 <= p).saturating_sub(1)].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nine_definitions_agree_with_the_textbook_on_equal_weights() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let want = [
            (Rule::Hf1, 3.0),
            (Rule::Hf2, 3.0),
            (Rule::Hf4, 2.5),
            (Rule::Hf5, 3.0),
            (Rule::Hf6, 2.75),
            (Rule::Hf7, 3.25),
            (Rule::Hf8, 2.9166666666666665),
            (Rule::Hf9, 2.9375),
        ];
        for (rule, q) in want {
            let got = quantile(&x, &[2.0; 10], 0.25, rule).unwrap();
            assert!((got - q).abs() < 1e-12, "{rule:?}: {got} is not {q}");
        }
    }

    #[test]
    fn a_cumulative_weight_that_misses_by_rounding_counts_as_met() {
        // 0.1 + 0.2 is not 0.3 in binary, yet half of 0.6 is met by the first two rows.
        let q = quantile(&[1.0, 2.0, 3.0], &[0.1, 0.2, 0.3], 0.5, Rule::School).unwrap();
        assert_eq!(q, 2.5);
    }

    #[test]
    fn rows_without_weight_and_their_missing_values_are_left_out() {
        let q = quantile(&[1.0, f64::NAN, 3.0], &[1.0, 0.0, 1.0], 0.9, Rule::Math).unwrap();
        assert_eq!(q, 3.0);
        assert!(quantile(&[1.0, f64::NAN], &[1.0, 1.0], 0.5, Rule::Math).is_err());
    }
}
