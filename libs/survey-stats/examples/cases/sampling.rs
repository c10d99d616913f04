//! Selection probabilities, draws and their estimators.

use crate::eval::{Args, Interp};
use crate::value::{Env, Res, V, lib, list, num, nums};
use survey_stats::calibrate::{Distance, Options, g_weights};
use survey_stats::sampling as s;

pub fn call(it: &Interp, n: &str, a: &Args, _env: &Env) -> Res<Option<V>> {
    let x = || a.first()?.nums();
    let at = |i: usize| a.0.get(i).map(|v| v.1.clone()).ok_or_else(|| "argument".to_string());
    let matrix = |m: nalgebra::DMatrix<f64>| V::Mat(m, None, None);
    Ok(Some(match n {
        "inclusionprobabilities" => nums(lib(s::inclusion_probabilities(&x()?, at(1)?.num()?))?),
        "UPsystematicpi2" => matrix(lib(s::systematic_joint(&x()?))?),
        "UPtillepi2" => {
            // The reference leaves the rows of certain units at zero; ours holds their probabilities.
            let pi = x()?;
            let mut j = lib(s::tille_joint(&pi))?;
            for k in (0..pi.len()).filter(|k| pi[*k] >= 1.0 - 1e-6) {
                j.row_mut(k).fill(0.0);
                j.column_mut(k).fill(0.0);
            }
            matrix(j)
        }
        "UPmidzunopi2" => matrix(lib(s::midzuno_joint(&x()?))?),
        "UPmaxentropypi2" => matrix(lib(s::conditional_poisson_joint_within(&x()?, 1e-6))?),
        "UPsampfordpi2" => matrix(lib(s::sampford_joint(&x()?))?),
        "UPsystematic" => {
            let pi = x()?;
            let u = it.rng.borrow_mut().unif();
            let chosen = lib(s::systematic(&pi, u))?;
            nums((0..pi.len()).map(|i| if chosen.contains(&i) { 1.0 } else { 0.0 }).collect())
        }
        "UPpoisson" => {
            let draw = |p: &f64| f64::from(u8::from(it.rng.borrow_mut().unif() < *p));
            nums(x()?.iter().map(draw).collect())
        }
        "HTestimator" => num(lib(s::horvitz_thompson(&x()?, &at(1)?.nums()?))?),
        "Hajekestimator" => {
            let m = a.matched(&["y", "pik", "N", "type"]);
            let mean = lib(s::hajek_mean(&m.req("y")?.nums()?, &m.req("pik")?.nums()?))?;
            match (m.get("N"), m.str_or("type", "mean").as_str()) {
                (Some(n), "total") => num(mean * n.num()?),
                _ => num(mean),
            }
        }
        "varHT" => {
            let m = a.matched(&["y", "pikl", "method"]);
            let (y, j) = (m.req("y")?.nums()?, m.req("pikl")?.matrix()?);
            num(if m.num_or("method", 1.0)? == 1.0 {
                lib(s::horvitz_thompson_variance(&y, &j))?
            } else {
                lib(s::yates_grundy_variance(&y, &j))?
            })
        }
        "varest" => {
            let m = a.matched(&["Ys", "Xs", "pik", "w"]);
            let mut y = m.req("Ys")?.nums()?;
            if let Some(x) = m.get("Xs") {
                // Residuals of the calibration regression take the place of the values.
                let x = x.matrix()?;
                let w = m.req("w")?.nums()?;
                let root = |i: usize| w[i].max(0.0).sqrt();
                let q =
                    survey_stats::linalg::basis(&nalgebra::DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| {
                        x[(i, j)] * root(i)
                    }));
                let r = survey_stats::linalg::residual(
                    &q,
                    &nalgebra::DMatrix::from_fn(y.len(), 1, |i, _| y[i] * root(i)),
                );
                for (i, y) in y.iter_mut().enumerate() {
                    *y = if root(i) == 0.0 { 0.0 } else { r[(i, 0)] / root(i) };
                }
            }
            num(lib(s::deville_variance(&y, &m.req("pik")?.nums()?))?)
        }
        "vartaylor_ratio" => {
            let (r, v) = lib(s::ratio_variance(&x()?, &at(1)?.nums()?, &at(2)?.matrix()?))?;
            list(vec![("ratio", num(r)), ("estvar", num(v))])
        }
        "ratioest" => {
            let m = a.matched(&["y", "x", "Tx", "pik"]);
            let pi = m.req("pik")?.nums()?;
            let (ty, tx) = (
                lib(s::horvitz_thompson(&m.req("y")?.nums()?, &pi))?,
                lib(s::horvitz_thompson(&m.req("x")?.nums()?, &pi))?,
            );
            num(m.req("Tx")?.num()? * ty / tx)
        }
        "calib" => {
            let m = a.matched(&["Xs", "d", "total", "q", "method", "bounds", "description", "max_iter"]);
            let xs = m.req("Xs")?.matrix()?;
            let b = m.get("bounds").map(|b| b.nums()).transpose()?;
            let (lower, upper) = b.map_or((f64::NEG_INFINITY, f64::INFINITY), |b| (b[0], b[1]));
            let method = m.str_or("method", "linear");
            let distance = match method.as_str() {
                "linear" | "truncated" => Distance::Linear,
                "raking" => Distance::Raking,
                "logit" => Distance::Logit,
                other => return Err(format!("calibration {other}")),
            };
            let bounded = method == "truncated" || method == "logit";
            let q = m.get("q").map(|q| q.nums()).transpose()?;
            let o = Options {
                distance,
                lower: if bounded { lower } else { f64::NEG_INFINITY },
                upper: if bounded { upper } else { f64::INFINITY },
                variance: q.map(|q| q.iter().map(|q| 1.0 / q).collect()),
                max_iterations: 500,
                tolerance: 1e-12,
                accept_unconverged: true,
                ..Options::default()
            };
            nums(lib(g_weights(&xs, &m.req("d")?.nums()?, &m.req("total")?.nums()?, &o))?.0)
        }
        _ => return Ok(None),
    }))
}
