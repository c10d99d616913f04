//! Arithmetic and summaries of numbers by name.

use crate::eval::{Args, Interp};
use crate::value::{Env, Res, V, num, nums};

fn map(v: &V, f: impl Fn(f64) -> f64) -> Res<V> {
    match v {
        V::Mat(m, r, c) => Ok(V::Mat(m.map(f), r.clone(), c.clone())),
        _ => Ok(V::Num(v.nums()?.into_iter().map(f).collect(), v.names())),
    }
}

fn numbers(a: &Args) -> Res<Vec<f64>> {
    let na_rm = a.0.iter().any(|x| x.0.as_deref() == Some("na.rm") && x.1.truth());
    let mut v = Vec::new();
    for (n, x) in &a.0 {
        if n.as_deref() != Some("na.rm") {
            v.extend(x.nums()?);
        }
    }
    Ok(if na_rm { v.into_iter().filter(|x| !x.is_nan()).collect() } else { v })
}

fn variance(v: &[f64]) -> f64 {
    let m = survey_stats::sum::sum(v.iter().copied()) / v.len() as f64;
    survey_stats::sum::sum(v.iter().map(|x| (x - m) * (x - m))) / (v.len() as f64 - 1.0)
}

/// A function of numbers, or nothing when the name is not one.
pub fn call(_it: &Interp, n: &str, a: &Args, _env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    let two = || Ok::<_, String>((a.first()?, a.0.get(1).map(|x| x.1.clone()).ok_or("second argument")?));
    let v = match n {
        "sum" => num(survey_stats::sum::sum(numbers(a)?)),
        "prod" => num(numbers(a)?.iter().product()),
        "mean" => {
            let v = numbers(a)?;
            num(survey_stats::sum::sum(v.iter().copied()) / v.len() as f64)
        }
        "var" => num(variance(&numbers(a)?)),
        "sd" => num(variance(&numbers(a)?).sqrt()),
        "median" => {
            let mut v = numbers(a)?;
            v.sort_by(f64::total_cmp);
            let h = v.len() / 2;
            num(if v.len() % 2 == 1 { v[h] } else { 0.5 * (v[h - 1] + v[h]) })
        }
        "min" => num(numbers(a)?.into_iter().fold(f64::INFINITY, f64::min)),
        "max" => num(numbers(a)?.into_iter().fold(f64::NEG_INFINITY, f64::max)),
        "range" => {
            let v = numbers(a)?;
            nums(vec![
                v.iter().copied().fold(f64::INFINITY, f64::min),
                v.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ])
        }
        "sqrt" => map(&x()?, f64::sqrt)?,
        "exp" => map(&x()?, f64::exp)?,
        "log" => map(&x()?, f64::ln)?,
        "abs" => map(&x()?, f64::abs)?,
        "floor" => map(&x()?, f64::floor)?,
        "ceiling" => map(&x()?, f64::ceil)?,
        "sin" => map(&x()?, f64::sin)?,
        "asin" => map(&x()?, f64::asin)?,
        "plogis" => map(&x()?, survey_stats::special::expit)?,
        "qlogis" => map(&x()?, survey_stats::special::logit)?,
        "dnorm" => map(&x()?, survey_stats::special::normal_pdf)?,
        "pnorm" => map(&x()?, survey_stats::special::normal_cdf)?,
        "qnorm" => map(&x()?, survey_stats::special::normal_quantile)?,
        "qt" => {
            let (p, df) = two()?;
            let df = df.num()?;
            map(&p, |p| survey_stats::special::t_quantile(p, df))?
        }
        "round" => {
            let d = a.0.get(1).map_or(Ok(0.0), |d| d.1.num())?;
            let k = 10f64.powf(d);
            map(&x()?, |v| (v * k).round() / k)?
        }
        "cumsum" => {
            let mut s = 0.0;
            nums(
                x()?.nums()?
                    .iter()
                    .map(|v| {
                        s += v;
                        s
                    })
                    .collect(),
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(v))
}
