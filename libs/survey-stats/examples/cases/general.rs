//! More of the language's general functions: extremes by element, order statistics, linear algebra, distributions.

use crate::base::with_names;
use crate::eval::{Args, Interp};
use crate::value::{Env, Res, V, lib, num, nums};
use survey_stats::special;

fn map(v: &V, f: impl Fn(f64) -> f64) -> Res<V> {
    match v {
        V::Mat(m, r, c) => Ok(V::Mat(m.map(f), r.clone(), c.clone())),
        _ => Ok(V::Num(v.nums()?.into_iter().map(f).collect(), v.names())),
    }
}

/// The quantile that the language gives by default (Hyndman and Fan's seventh).
fn quantile(x: &[f64], p: f64) -> f64 {
    let mut x: Vec<f64> = x.iter().copied().filter(|v| !v.is_nan()).collect();
    x.sort_by(f64::total_cmp);
    let h = (x.len() as f64 - 1.0) * p;
    let low = h.floor() as usize;
    let next = x.get(low + 1).copied().unwrap_or(x[low]);
    x[low] + (h - h.floor()) * (next - x[low])
}

fn extreme(a: &Args, least: bool) -> Res<V> {
    let parts: Vec<Vec<f64>> = a.0.iter().map(|x| x.1.nums()).collect::<Res<_>>()?;
    let n = parts.iter().map(Vec::len).max().unwrap_or(0);
    let pick = |i: usize| {
        let v = parts.iter().map(|p| p[i % p.len()]);
        if least { v.fold(f64::INFINITY, f64::min) } else { v.fold(f64::NEG_INFINITY, f64::max) }
    };
    Ok(nums((0..n).map(pick).collect()))
}

fn tail(a: &Args, p: impl Fn(f64) -> f64) -> Res<V> {
    let upper = a.0.iter().any(|x| x.0.as_deref() == Some("lower.tail") && !x.1.truth());
    map(&a.first()?, |x| if upper { 1.0 - p(x) } else { p(x) })
}

/// A general function, or nothing when the name is not one.
pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    let at = |i: usize| a.0.get(i).map(|v| v.1.clone()).ok_or_else(|| format!("argument {} of {n}", i + 1));
    let value = match n {
        "cos" => map(&x()?, f64::cos)?,
        "tan" => map(&x()?, f64::tan)?,
        "atan" => map(&x()?, f64::atan)?,
        "acos" => map(&x()?, f64::acos)?,
        "log2" => map(&x()?, f64::log2)?,
        "log10" => map(&x()?, f64::log10)?,
        "log1p" => map(&x()?, f64::ln_1p)?,
        "expm1" => map(&x()?, f64::exp_m1)?,
        "trunc" => map(&x()?, f64::trunc)?,
        "sign" => map(&x()?, |v| if v == 0.0 { 0.0 } else { v.signum() })?,
        "log" if a.0.len() > 1 => {
            let base = at(1)?.num()?.ln();
            map(&x()?, |v| v.ln() / base)?
        }
        "dnorm" | "pnorm" | "qnorm" if a.0.len() > 1 => {
            let m = a.matched(&["x", "mean", "sd"]);
            let (mean, sd) = (m.num_or("mean", 0.0)?, m.num_or("sd", 1.0)?);
            let v = m.get("x").map_or_else(x, Ok)?;
            match n {
                "dnorm" => map(&v, |v| special::normal_pdf((v - mean) / sd) / sd)?,
                "qnorm" => map(&v, |v| mean + sd * special::normal_quantile(v))?,
                _ => tail(a, |v| special::normal_cdf((v - mean) / sd))?,
            }
        }
        "pt" => {
            let df = at(1)?.num()?;
            tail(a, |v| special::t_cdf(v, df))?
        }
        "pchisq" => {
            let df = at(1)?.num()?;
            tail(a, |v| 1.0 - special::chi2_sf(v, df))?
        }
        "pf" => {
            let (d1, d2) = (at(1)?.num()?, at(2)?.num()?);
            tail(a, |v| 1.0 - special::f_sf(v, d1, d2))?
        }
        "pbeta" | "qbeta" => {
            let (s, t) = (at(1)?.num()?, at(2)?.num()?);
            map(&x()?, |v| {
                if n == "pbeta" { special::beta_cdf(v, s, t) } else { special::beta_quantile(v, s, t) }
            })?
        }
        "pmin" | "pmax" => extreme(a, n == "pmin")?,
        "quantile" => {
            let m = a.matched(&["x", "probs", "na.rm", "names", "type"]);
            let v = m.req("x")?.nums()?;
            let p = m.get("probs").map_or(Ok(vec![0.0, 0.25, 0.5, 0.75, 1.0]), |p| p.nums())?;
            nums(p.iter().map(|p| quantile(&v, *p)).collect())
        }
        "cumprod" => {
            let mut s = 1.0;
            let next = |v: &f64| {
                s *= v;
                s
            };
            nums(x()?.nums()?.iter().map(next).collect())
        }
        "diff" => nums(x()?.nums()?.windows(2).map(|w| w[1] - w[0]).collect()),
        "cor" => {
            let (u, v) = (x()?.nums()?, at(1)?.nums()?);
            let k = u.len() as f64;
            let (mu, mv) = (u.iter().sum::<f64>() / k, v.iter().sum::<f64>() / k);
            let s = |f: &dyn Fn(usize) -> f64| (0..u.len()).map(f).sum::<f64>();
            let (uv, uu, vv) =
                (s(&|i| (u[i] - mu) * (v[i] - mv)), s(&|i| (u[i] - mu).powi(2)), s(&|i| (v[i] - mv).powi(2)));
            num(uv / (uu * vv).sqrt())
        }
        "crossprod" => {
            let m = x()?.matrix()?;
            let other = a.0.get(1).map_or_else(|| Ok(m.clone()), |y| y.1.matrix())?;
            V::Mat(m.transpose() * other, None, None)
        }
        "solve" => {
            let inverse = lib(survey_stats::linalg::inverse(&x()?.matrix()?, "matrix"))?;
            match a.0.get(1) {
                Some(b) => V::Mat(inverse * b.1.matrix()?, None, None),
                None => V::Mat(inverse, None, None),
            }
        }
        "prop.table" => match (x()?, a.0.get(1)) {
            (V::Mat(m, r, c), Some(by)) => {
                let rows = by.1.num()? == 1.0;
                let sum = |i: usize, j: usize| if rows { m.row(i).sum() } else { m.column(j).sum() };
                let p = nalgebra::DMatrix::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] / sum(i, j));
                V::Mat(p, r, c)
            }
            (v, _) => {
                let s: f64 = v.nums()?.iter().sum();
                map(&v, |v| v / s)?
            }
        },
        "ave" => {
            let f = a.0.iter().find(|v| v.0.as_deref() == Some("FUN")).map(|v| v.1.clone());
            let f = f.unwrap_or_else(|| V::Builtin("mean".into()));
            let keys: Vec<Vec<Option<String>>> =
                a.0.iter().skip(1).filter(|v| v.0.as_deref() != Some("FUN")).map(|v| v.1.strs()).collect();
            let v = x()?;
            let mut out = vec![f64::NAN; v.len()];
            for i in 0..v.len() {
                if out[i].is_nan() {
                    let same: Vec<usize> =
                        (0..v.len()).filter(|k| keys.iter().all(|key| key[*k] == key[i])).collect();
                    let r = it.apply(&f, Args(vec![(None, v.pick(&same))]), env)?.nums()?;
                    for (place, k) in same.iter().enumerate() {
                        out[*k] = r[place % r.len()];
                    }
                }
            }
            nums(out)
        }
        "duplicated" => {
            let s = x()?.strs();
            V::Bool((0..s.len()).map(|i| Some(s[..i].contains(&s[i]))).collect(), None)
        }
        "match" => {
            let (s, t) = (x()?.strs(), at(1)?.strs());
            nums(
                s.iter()
                    .map(|v| t.iter().position(|w| w == v).map_or(f64::NAN, |i| i as f64 + 1.0))
                    .collect(),
            )
        }
        "rank" => {
            let v = x()?.nums()?;
            let below = |y: f64| v.iter().filter(|z| **z < y).count() as f64;
            let equal = |y: f64| v.iter().filter(|z| **z == y).count() as f64;
            nums(v.iter().map(|y| below(*y) + 0.5 * (equal(*y) + 1.0)).collect())
        }
        "is.null" => V::Bool(vec![Some(matches!(x()?, V::Null))], None),
        "nlevels" => num(x()?.factor()?.1.len() as f64),
        "droplevels" => {
            let (c, l) = x()?.factor()?;
            let used: Vec<usize> = (0..l.len()).filter(|k| c.contains(&Some(*k))).collect();
            let place = |c: usize| used.iter().position(|u| *u == c);
            V::Factor(
                c.iter().map(|c| c.and_then(place)).collect(),
                used.iter().map(|k| l[*k].clone()).collect(),
            )
        }
        "do.call" => {
            let (f, V::List(l)) = (x()?, at(1)?) else { return Err("do.call needs a list".into()) };
            let f = if let V::Str(..) = f { V::Builtin(f.str()?) } else { f };
            let args = l.into_iter().map(|(n, v)| (Some(n).filter(|n| !n.is_empty()), v)).collect();
            it.apply(&f, Args(args), env)?
        }
        "Reduce" => {
            let (f, v) = (x()?, at(1)?);
            let f = if let V::Str(..) = f { V::Builtin(f.str()?) } else { f };
            let item = |i: usize| if let V::List(l) = &v { l[i].1.clone() } else { v.pick(&[i]) };
            let mut out = item(0);
            for i in 1..v.len() {
                out = it.apply(&f, Args(vec![(None, out), (None, item(i))]), env)?;
            }
            out
        }
        "mapply" => {
            let f = x()?;
            let parts: Vec<(Option<String>, V)> = a.0[1..].to_vec();
            let k = parts.iter().map(|p| p.1.len()).max().unwrap_or(0);
            let mut out = Vec::new();
            for i in 0..k {
                let item = |v: &V| match v {
                    V::List(l) => l[i % l.len()].1.clone(),
                    v => with_names(&v.pick(&[i % v.len()]), None),
                };
                let args = parts.iter().map(|(n, v)| (n.clone(), item(v))).collect();
                out.push((String::new(), it.apply(&f, Args(args), env)?));
            }
            crate::base::simplify(out, false)?
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}
