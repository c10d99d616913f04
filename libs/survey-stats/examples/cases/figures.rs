//! Figures as the cases print them: tables of estimates, check sums, intervals, contrasts.

use crate::design::Des;
use crate::eval::{Args, Interp};
use crate::survey::{Stat, as_stat};
use crate::value::{Env, Res, V, list, num, nums, obj};
use nalgebra::DMatrix;
use survey_stats::{Estimates, special};

/// The cases' table of estimates: standard errors, t and normal intervals, design effects.
pub fn st(a: &Args) -> Res<V> {
    let m = a.matched(&["x", "d", "deff"]);
    let s = as_stat(&m.req("x")?)?;
    let df = m.get("d").map(|d| Des::of(&d).map(|d| d.df())).transpose()?;
    let z = special::normal_quantile(0.975);
    let t = df.map_or(z, |df| special::t_quantile(0.975, df));
    let rows = (0..s.est.values.len())
        .map(|i| {
            let (v, se) = (s.est.values[i], s.se()[i]);
            let mut r = vec![
                (
                    "name",
                    if s.est.names[i].is_empty() { V::Null } else { crate::value::text(&s.est.names[i]) },
                ),
                ("estimate", num(v)),
                ("se", num(se)),
                ("ci_lower_t", num(v - t * se)),
                ("ci_upper_t", num(v + t * se)),
                ("ci_lower_normal", num(v - z * se)),
                ("ci_upper_normal", num(v + z * se)),
            ];
            if let (Some(d), true) = (&s.deff, m.flag("deff")) {
                r.push(("deff", num(d[i])));
            }
            (String::new(), list(r))
        })
        .collect();
    Ok(list(vec![("df", df.map_or(V::Null, num)), ("estimates", V::List(rows))]))
}

/// The cases' check sums of a vector of weights or values.
pub fn sums(v: &[f64], by: &str, first: &str, k: usize) -> V {
    let s = |f: &dyn Fn(usize) -> f64| survey_stats::sum::sum((0..v.len()).map(f));
    list(vec![
        ("n", num(v.len() as f64)),
        ("sum", num(s(&|i| v[i]))),
        ("sum_sq", num(s(&|i| v[i] * v[i]))),
        ("min", num(v.iter().copied().fold(f64::INFINITY, f64::min))),
        ("max", num(v.iter().copied().fold(f64::NEG_INFINITY, f64::max))),
        (by, num(s(&|i| (i as f64 + 1.0) * v[i]))),
        (first, V::AsIs(Box::new(nums(v[..k.min(v.len())].to_vec())))),
    ])
}

/// Intervals of whatever has estimates.
pub fn confint(a: &Args) -> Res<V> {
    let m = a.matched(&["object", "parm", "level", "df", "method", "ddf"]);
    let x = m.req("object")?;
    if let V::List(l) = &x {
        if let Some(ci) = l.iter().find(|e| e.0 == ".ci") {
            return Ok(ci.1.clone());
        }
        if let (Some(ci), Some(e), Some(df)) = (x.get("conf.int"), x.get("estimate"), x.get("parameter")) {
            let (ci, e, df) = (ci.nums()?, e.num()?, df.num()?);
            let level = m.num_or("level", 0.95)?;
            let half = 0.5 * (ci[1] - ci[0]) * special::t_quantile(0.5 + 0.5 * level, df)
                / special::t_quantile(0.975, df);
            return Ok(nums(vec![e - half, e + half]));
        }
        let mut rows = Vec::new();
        for (_, t) in l {
            if let V::Mat(t, _, _) = t {
                rows.extend((0..t.nrows()).map(|i| (t[(i, 1)], t[(i, 2)])));
            }
        }
        return Ok(V::Mat(
            DMatrix::from_fn(rows.len(), 2, |i, j| if j == 0 { rows[i].0 } else { rows[i].1 }),
            None,
            None,
        ));
    }
    let s = as_stat(&x)?;
    let level = m.num_or("level", 0.95)?;
    let df = match (m.get("df").or(m.get("ddf")), s.df_residual) {
        (Some(v), _) => v.num()?,
        (None, Some(d)) => d,
        (None, None) => f64::INFINITY,
    };
    let t = special::t_quantile(0.5 + 0.5 * level, df);
    let se = s.se();
    let keep: Vec<usize> = match m.get("parm") {
        Some(p) => crate::base::places(&Some(p), se.len(), &Some(s.est.names.clone()))?,
        None => (0..se.len()).collect(),
    };
    let names = keep.iter().map(|i| s.est.names[*i].clone()).collect();
    Ok(V::Mat(
        DMatrix::from_fn(keep.len(), 2, |i, j| {
            s.est.values[keep[i]] + if j == 0 { -t } else { t } * se[keep[i]]
        }),
        Some(names),
        None,
    ))
}

/// Linear and smooth contrasts.
pub fn contrast(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["stat", "contrasts"]);
    let s = as_stat(&m.req("stat")?)?;
    let all = match m.req("contrasts")? {
        V::List(l) => l,
        v => vec![("contrast".to_string(), v)],
    };
    let k = s.est.values.len();
    let mut grad = DMatrix::zeros(all.len(), k);
    let mut values = Vec::new();
    for (r, (_, c)) in all.iter().enumerate() {
        match c {
            V::Quote(e) => {
                let at = |x: &[f64]| -> Res<f64> {
                    let scope = env.child();
                    for (n, v) in s.est.names.iter().zip(x) {
                        scope.set(n, num(*v));
                    }
                    it.eval(e, &scope)?.num()
                };
                values.push(at(&s.est.values)?);
                for j in 0..k {
                    let h = 1e-3 * s.est.values[j].abs().max(1e-3);
                    let f = |t: f64| {
                        let mut x = s.est.values.clone();
                        x[j] += t * h;
                        at(&x)
                    };
                    // Eighth-order central difference.
                    let c = [0.8, -0.2, 4.0 / 105.0, -1.0 / 280.0];
                    let mut g = 0.0;
                    for (i, c) in c.iter().enumerate() {
                        let t = i as f64 + 1.0;
                        g += c * (f(t)? - f(-t)?);
                    }
                    grad[(r, j)] = g / h;
                }
            }
            c => {
                let v = c.nums()?;
                for (i, v) in v.iter().enumerate() {
                    let at = match c.names() {
                        Some(n) => s
                            .est
                            .names
                            .iter()
                            .position(|x| *x == n[i])
                            .ok_or_else(|| format!("no estimate {}", n[i]))?,
                        None => i,
                    };
                    grad[(r, at)] = *v;
                }
                values.push((0..k).map(|j| grad[(r, j)] * s.est.values[j]).sum());
            }
        }
    }
    let vcov = &grad * &s.est.vcov * grad.transpose();
    let names =
        all.iter().map(|x| if x.0.is_empty() { "contrast".to_string() } else { x.0.clone() }).collect();
    Ok(obj("stat", Stat::plain(Estimates { names, values, vcov, df: s.est.df })))
}
