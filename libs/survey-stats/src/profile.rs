//! Profile likelihood of a share on a grid, interpolated by a cubic spline, as regression software does it.
//!
//! The signed root of the deviance is computed at steps of a fifth of its largest useful value, joined by a
//! spline with the end conditions of Forsythe, Malcolm and Moler (1977), evaluated at three times as many
//! points, and inverted linearly. For small shares the limits differ from the exact ones in the third digit.

use crate::special::{expit, logit, normal_cdf, t_quantile};

/// Profile limits as regression software interpolates them, for comparison; [`Method::Likelihood`] is exact.
///
/// `p` is the share of `n` rows whose weights were scaled to sum to `total` (`n`, unless rows without an answer
/// took part in the scaling), `v` its design variance, `t` the quantile of the interval.
///
/// [`Method::Likelihood`]: crate::proportion::Method::Likelihood
///
/// ```
/// use survey_stats::proportion::likelihood_spline;
/// let (low, high) = likelihood_spline(0.2, 0.2 * 0.8 / 400.0, 400.0, 400.0, 1.96);
/// assert!((low - 0.163).abs() < 2e-3 && (high - 0.241).abs() < 2e-3);
/// ```
pub fn likelihood_spline(p: f64, v: f64, n: f64, total: f64, t: f64) -> (f64, f64) {
    let centre = logit(p);
    let se = v.sqrt() / (p * (1.0 - p));
    let cut = t * (total * v / (p * (1.0 - p))).sqrt();
    let dispersion = total / (n - 1.0);
    let deviance = |eta: f64| {
        let q = expit(eta);
        2.0 * total * (p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln())
    };
    let z_max = t_quantile(1.0 - normal_cdf(-cut) / 4.0, n - 1.0);
    let mut points = vec![(centre, 0.0)];
    for sign in [-1.0, 1.0] {
        let mut z: f64 = 0.0;
        let mut step = 0.0;
        while step < 9.0 && z.abs() < z_max {
            step += 1.0;
            let eta = centre + sign * step * z_max / 5.0 * se;
            z = sign * (deviance(eta).max(0.0) / dispersion).sqrt();
            points.push((eta, z));
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let k = 3 * x.len();
    let (low, high) = (x[0], x[x.len() - 1]);
    let fine: Vec<f64> = (0..k).map(|i| low + (high - low) * i as f64 / (k as f64 - 1.0)).collect();
    let curve = spline(&x, &y, &fine);
    let invert = |z: f64| {
        let i = curve.partition_point(|c| *c < z).clamp(1, k - 1);
        fine[i - 1] + (fine[i] - fine[i - 1]) * (z - curve[i - 1]) / (curve[i] - curve[i - 1])
    };
    (expit(invert(-cut)), expit(invert(cut)))
}

/// Cubic spline through `(x, y)`, whose ends follow the cubics through the four outer points.
fn spline(x: &[f64], y: &[f64], at: &[f64]) -> Vec<f64> {
    let n = x.len();
    let (mut b, mut c, mut d) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    d[0] = x[1] - x[0];
    c[1] = (y[1] - y[0]) / d[0];
    for i in 1..n - 1 {
        d[i] = x[i + 1] - x[i];
        b[i] = 2.0 * (d[i - 1] + d[i]);
        c[i + 1] = (y[i + 1] - y[i]) / d[i];
        c[i] = c[i + 1] - c[i];
    }
    b[0] = -d[0];
    b[n - 1] = -d[n - 2];
    c[0] = 0.0;
    c[n - 1] = 0.0;
    if n > 3 {
        c[0] = c[2] / (x[3] - x[1]) - c[1] / (x[2] - x[0]);
        c[n - 1] = c[n - 2] / (x[n - 1] - x[n - 3]) - c[n - 3] / (x[n - 2] - x[n - 4]);
        c[0] *= d[0] * d[0] / (x[3] - x[0]);
        c[n - 1] *= -d[n - 2] * d[n - 2] / (x[n - 1] - x[n - 4]);
    }
    for i in 1..n {
        let t = d[i - 1] / b[i - 1];
        b[i] -= t * d[i - 1];
        c[i] -= t * c[i - 1];
    }
    c[n - 1] /= b[n - 1];
    for i in (0..n - 1).rev() {
        c[i] = (c[i] - d[i] * c[i + 1]) / b[i];
    }
    let step: Vec<f64> = d[..n - 1].to_vec();
    for i in 0..n - 1 {
        b[i] = (y[i + 1] - y[i]) / step[i] - step[i] * (c[i + 1] + 2.0 * c[i]);
        d[i] = (c[i + 1] - c[i]) / step[i];
    }
    at.iter()
        .map(|v| {
            let i = x.partition_point(|k| *k <= *v).clamp(1, n - 1) - 1;
            let h = v - x[i];
            y[i] + h * (b[i] + h * (3.0 * c[i] + h * d[i]))
        })
        .collect()
}
