//! Proportions, quantiles, regressions and tests.

use crate::design::{Des, with_options};
use crate::eval::{Args, Interp};
use crate::model;
use crate::parse::{Expr, deparse};
use crate::survey::Stat;
use crate::value::{Env, Res, V, lib, list, num, nums, obj, show};
use nalgebra::DMatrix;
use survey_stats::proportion::{self, Method, Sample};
use survey_stats::quantile::{self, QuantileInterval, Rule};
use survey_stats::regression::{Link, ModelMatrix, Regression};
use survey_stats::special;
use survey_stats::statistic::{Columns, Mean};
use survey_stats::table::{Test, association};

fn svyciprop(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "design", "method", "level", "df", "na.rm"]);
    let d = Des::of(&m.req("design")?)?;
    let v = model::variables(it, &m.req("formula")?, d.frame(), env)?;
    let y = v.first().ok_or("formula")?.1.nums()?;
    let c = Columns::one("p", &y);
    let kind = m.str_or("method", "logit");
    // Methods that fit a regression leave out missing values by themselves.
    let by_model = ["logit", "likelihood"].contains(&kind.as_str());
    let whole = d.clone();
    let d = d.without_missing(&[&c], m.flag("na.rm") || by_model)?;
    let w = d.weights();
    if y.iter().zip(&w).any(|(y, w)| *w != 0.0 && y.is_nan()) {
        let none = || num(f64::NAN);
        return Ok(list(vec![(".value", none()), (".ci", nums(vec![f64::NAN; 2])), (".se", none())]));
    }
    let method = match m.str_or("method", "logit").as_str() {
        "logit" | "xlogit" => Method::Logit,
        "likelihood" => Method::Likelihood,
        "asin" => Method::ArcSine,
        "beta" => Method::Beta,
        "wilson" => Method::Wilson,
        "mean" => Method::Mean,
        other => return Err(format!("interval {other}")),
    };
    let e = d.estimate(it, &Mean(c))?;
    let w: Vec<f64> = d.weights().into_iter().filter(|w| *w != 0.0).collect();
    let df = if method == Method::Beta { d.df() } else { m.num_or("df", whole.df())? };
    // The effective size counts the rows of the design, those with missing values too.
    let rows = whole.weights().iter().filter(|w| **w != 0.0).count() as f64;
    let n = if method == Method::Beta { rows } else { w.len() as f64 };
    let df = if method == Method::Beta { whole.df() } else { df };
    let s = Sample { n, kish: lib(survey_stats::deff::kish(&w))?, df };
    let p = lib(proportion::from_moments(e.values[0], e.vcov[(0, 0)], s, method, m.num_or("level", 0.95)?))?;
    let mut ci = vec![p.interval.lower, p.interval.upper];
    if let (Des::Rep(r), true, false) = (&d, by_model, p.one_sided) {
        let x = ModelMatrix::intercept(y.len());
        let odds = lib(r.reps.estimate(&Regression { y: y.clone(), x, link: Link::Logit }))?;
        let q = odds.vcov[(0, 0)] * (p.value * (1.0 - p.value)).powi(2);
        let i = lib(proportion::from_moments(p.value, q, s, method, p.interval.level))?.interval;
        ci = vec![i.lower, i.upper];
    } else if method == Method::Likelihood && !p.one_sided {
        // The reference interpolates its profile, with the information of its last step but one.
        let all: f64 = whole.weights().iter().sum();
        let used: f64 = w.iter().sum();
        let total = rows * used / all;
        let a = irls_information(&y, &d.weights(), p.value);
        let t = special::t_quantile(0.5 + 0.5 * p.interval.level, df);
        let (l, u) = proportion::likelihood_spline(p.value, p.se * p.se, s.n, total, t / a.sqrt());
        ci = vec![l, u];
    }
    Ok(V::List(vec![(".value".into(), num(p.value)), (".ci".into(), nums(ci)), (".se".into(), num(p.se))]))
}

/// Information of a share at the last step but one of reweighted least squares, over that at the end.
fn irls_information(y: &[f64], w: &[f64], p: f64) -> f64 {
    let rows: Vec<usize> = (0..y.len()).filter(|i| w[*i] != 0.0).collect();
    let scale = rows.len() as f64 / rows.iter().map(|i| w[*i]).sum::<f64>();
    let w: Vec<f64> = rows.iter().map(|i| w[*i] * scale).collect();
    let y: Vec<f64> = rows.iter().map(|i| y[*i]).collect();
    let total: f64 = w.iter().sum();
    let mut eta: Vec<f64> =
        w.iter().zip(&y).map(|(w, y)| special::logit((w * y + 0.5) / (w + 1.0))).collect();
    let deviance = |q: f64| -2.0 * total * (p * q.ln() + (1.0 - p) * (1.0 - q).ln());
    let mut before = f64::INFINITY;
    for _ in 0..25 {
        let m: Vec<f64> = eta.iter().map(|e| special::expit(*e)).collect();
        let v: Vec<f64> = m.iter().zip(&w).map(|(m, w)| w * m * (1.0 - m)).collect();
        let info: f64 = v.iter().sum();
        let top: f64 = (0..y.len()).map(|i| v[i] * eta[i] + w[i] * (y[i] - m[i])).sum();
        let beta = top / info;
        let now = deviance(special::expit(beta));
        if (now - before).abs() / (now.abs() + 0.1) < 1e-8 {
            return total * p * (1.0 - p) / info;
        }
        before = now;
        eta = vec![beta; y.len()];
    }
    1.0
}

fn rule(s: &str) -> Res<Rule> {
    Ok(match s {
        "math" => Rule::Math,
        "school" => Rule::School,
        "shahvaish" => Rule::ShahVaish,
        "hf1" => Rule::Hf1,
        "hf2" => Rule::Hf2,
        "hf3" => Rule::Hf3,
        "hf4" => Rule::Hf4,
        "hf5" => Rule::Hf5,
        "hf6" => Rule::Hf6,
        "hf7" => Rule::Hf7,
        "hf8" => Rule::Hf8,
        "hf9" => Rule::Hf9,
        other => return Err(format!("quantile rule {other}")),
    })
}

fn svyquantile(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a
        .matched(&["x", "design", "quantiles", "alpha", "interval.type", "na.rm", "ci", "se", "qrule", "df"]);
    let d = Des::of(&m.req("design")?)?;
    let cols = model::columns(it, &m.req("x")?, d.frame(), env)?;
    let d = d.without_missing(&[&cols], m.flag("na.rm"))?;
    let p = m.req("quantiles")?.nums()?;
    let q = rule(&m.str_or("qrule", "math"))?;
    let ci = m.get("ci").is_none_or(|v| v.truth());
    let kind = match m.str_or("interval.type", "mean").as_str() {
        "beta" => QuantileInterval::Beta,
        "xlogit" => QuantileInterval::Logit,
        "asin" => QuantileInterval::ArcSine,
        "score" => QuantileInterval::Score,
        "quantile" => QuantileInterval::Replicates,
        _ => QuantileInterval::Mean,
    };
    let level = 1.0 - m.num_or("alpha", 0.05)?;
    let df = m.get("df").map(|v| v.num()).transpose()?;
    let mut out = Vec::new();
    for (name, y) in cols.names().iter().zip(cols.data()) {
        let labels: Vec<String> = p.iter().map(|p| show(*p)).collect();
        if !ci {
            let v: Vec<f64> =
                p.iter().map(|p| lib(quantile::quantile(y, &d.weights(), *p, q))).collect::<Res<_>>()?;
            out.push((name.clone(), V::Mat(DMatrix::from_row_slice(1, v.len(), &v), None, Some(labels))));
            continue;
        }
        let rows: Vec<quantile::Quantile> = p
            .iter()
            .map(|p| match &d {
                Des::Svy(s) => {
                    lib(quantile::estimate(&with_options(it, &s.design), y, *p, q, kind, level, df))
                }
                Des::Rep(r) => lib(quantile::estimate_replicates(&r.reps, y, *p, q, kind, level)),
            })
            .collect::<Res<_>>()?;
        let t = DMatrix::from_fn(rows.len(), 4, |i, j| {
            let r = &rows[i];
            [r.value, r.interval.lower, r.interval.upper, r.se][j]
        });
        let half = (1.0 - level) * 50.0;
        let cn = vec![
            "quantile".to_string(),
            format!("ci.{}", show((half * 100.0).round() / 100.0)),
            format!("ci.{}", show(((100.0 - half) * 100.0).round() / 100.0)),
            if matches!(d, Des::Rep(_)) && p.len() > 1 {
                format!("se.{}", show(((100.0 - half) * 100.0).round() / 100.0))
            } else {
                "se".to_string()
            },
        ];
        out.push((name.clone(), V::Mat(t, Some(labels), Some(cn))));
    }
    Ok(V::List(out))
}

fn glm(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "design", "family", "subset", "control"]);
    let mut d = Des::of(&m.req("design")?)?;
    if let Some(V::Quote(cond)) = m.get("subset") {
        let keep = it.eval(&cond, &env.with_frame(d.frame()))?.bools()?;
        d = d.domain(&keep.iter().map(|b| *b == Some(true)).collect::<Vec<_>>())?;
    }
    let f = m.req("formula")?;
    let y = model::response(it, &f, d.frame(), env)?;
    let (names, x) = model::matrix(it, &f, d.frame(), env)?;
    let fam = match m.get("family") {
        Some(V::Builtin(n)) => n,
        Some(v) => v.str()?,
        None => "gaussian".into(),
    };
    let link = match fam.trim_start_matches("quasi") {
        "gaussian" | "gaussian:identity" => Link::Identity,
        "binomial" | "binomial:logit" => Link::Logit,
        "binomial:probit" => Link::Probit,
        "binomial:cloglog" => Link::ComplementaryLogLog,
        "poisson" | "poisson:log" => Link::Log,
        other => return Err(format!("family {other}")),
    };
    let n = y.len();
    let whole: Vec<bool> = (0..n).map(|i| !y[i].is_nan() && x.row(i).iter().all(|v| !v.is_nan())).collect();
    let d = if whole.contains(&false) { d.domain(&whole)? } else { d };
    let k = x.ncols() as f64;
    let reg = Regression { y, x: lib(ModelMatrix::new(names, x))?, link };
    let est = d.estimate(it, &reg)?;
    let fitted: Vec<f64> = (0..n)
        .map(|i| {
            let eta: f64 = reg.x.x.row(i).iter().zip(&est.values).map(|(x, b)| x * b).sum();
            link.mean(eta)
        })
        .collect();
    let df = d.df() + 1.0 - k;
    // Rows that the domain leaves out have no fitted value.
    let w = d.weights();
    let inside = |i: &usize| w[*i] != 0.0;
    let residuals = (link == Link::Identity).then(|| {
        let rows: Vec<usize> = (0..n).filter(inside).collect();
        let mean = w.iter().sum::<f64>() / rows.len() as f64;
        rows.iter().map(|i| (w[*i] / mean).sqrt() * (reg.y[*i] - fitted[*i])).collect::<Vec<f64>>()
    });
    let fitted = (0..n).filter(inside).map(|i| fitted[i]).collect();
    Ok(obj("stat", Stat { df_residual: Some(df), fitted: Some(fitted), residuals, ..Stat::plain(est) }))
}

/// What is printed of a regression: coefficients with their tests.
fn summary(_it: &Interp, x: &V) -> Res<V> {
    let s = crate::survey::as_stat(x)?;
    let df = s.df_residual.ok_or("summary")?;
    let se = s.se();
    let k = se.len();
    let t = |i: usize| s.est.values[i] / se[i];
    let m = DMatrix::from_fn(k, 4, |i, j| match j {
        0 => s.est.values[i],
        1 => se[i],
        2 => t(i),
        _ => 2.0 * special::t_cdf(-t(i).abs(), df),
    });
    let cols = ["Estimate", "Std. Error", "t value", "Pr(>|t|)"].map(str::to_string).to_vec();
    Ok(list(vec![("coefficients", V::Mat(m, Some(s.est.names), Some(cols))), ("df.residual", num(df))]))
}

fn ttest(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "design"]);
    let f = m.req("formula")?;
    let V::Formula(Some(_), rhs) = &f else { return Err("formula".into()) };
    let d = m.req("design")?;
    let (value, se, df) = if matches!(**rhs, Expr::Num(_)) {
        let des = Des::of(&d)?;
        let y = model::response(it, &f, des.frame(), env)?;
        let e = des.estimate(it, &Mean(Columns::one("y", &y)))?;
        (e.values[0], e.vcov[(0, 0)].sqrt(), des.df() - 1.0)
    } else {
        let g = glm(it, &Args(vec![(None, f), (None, d)]), env)?;
        let s = crate::survey::as_stat(&g)?;
        (s.est.values[1], s.se()[1], s.df_residual.ok_or("df")?)
    };
    let t = special::t_quantile(0.975, df);
    Ok(list(vec![
        ("statistic", num(value / se)),
        ("parameter", num(df)),
        ("p.value", num(2.0 * special::t_cdf(-(value / se).abs(), df))),
        ("estimate", num(value)),
        ("conf.int", nums(vec![value - t * se, value + t * se])),
    ]))
}

fn chisq(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "design", "statistic", "na.rm"]);
    let d = Des::of(&m.req("design")?)?;
    let v = model::variables(it, &m.req("formula")?, d.frame(), env)?;
    let (rc, rl) = v[0].1.factor()?;
    let (cc, cl) = v.get(1).ok_or("two factors are needed")?.1.factor()?;
    let code = |c: &[Option<usize>]| -> Vec<usize> { c.iter().map(|c| c.unwrap_or(usize::MAX)).collect() };
    let name = m.str_or("statistic", "F");
    let test = match name.as_str() {
        "F" => Test::RaoScottF,
        "Chisq" => Test::RaoScottChiSquare,
        "Wald" => Test::Wald,
        "adjWald" => Test::AdjustedWald,
        "lincom" => Test::LinearCombination,
        "saddlepoint" => Test::Saddlepoint,
        other => return Err(format!("statistic {other}")),
    };
    let (r, c, nr, nc) = (code(&rc), code(&cc), rl.len(), cl.len());
    let t = match &d {
        Des::Svy(s) => lib(association(&with_options(it, &s.design), &r, &c, nr, nc, test))?,
        Des::Rep(x) => lib(association(&x.reps, &r, &c, nr, nc, test))?,
    };
    let parameter = match name.as_str() {
        "Chisq" => nums(vec![t.df1]),
        "lincom" | "saddlepoint" => V::Null,
        _ => nums(vec![t.df1, t.df2]),
    };
    Ok(list(vec![("statistic", num(t.statistic)), ("parameter", parameter), ("p.value", num(t.p))]))
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    Ok(Some(match n {
        "svyciprop" => svyciprop(it, a, env)?,
        "svyquantile" => svyquantile(it, a, env)?,
        "svyglm" => glm(it, a, env)?,
        "quasibinomial" | "binomial" | "gaussian" | "quasipoisson" | "poisson" => match a.first() {
            Ok(link) => crate::value::text(&format!("{n}:{}", link.str()?)),
            Err(_) => crate::value::text(n),
        },
        "residuals" | "resid" => match crate::survey::as_stat(&a.first()?)?.residuals {
            Some(r) => nums(r),
            None => return Err("residuals of this model".into()),
        },
        "summary" => summary(it, &a.first()?)?,
        "svyttest" => ttest(it, a, env)?,
        "svychisq" => chisq(it, a, env)?,
        "fitted" => match crate::survey::as_stat(&a.first()?)?.fitted {
            Some(f) => nums(f),
            None => return Err("no fitted values".into()),
        },
        "regTermTest" => {
            let m = a.matched(&["model", "test.terms", "null", "df", "method"]);
            let s = crate::survey::as_stat(&m.req("model")?)?;
            let V::Formula(_, e) = m.req("test.terms")? else { return Err("terms".into()) };
            let t: Vec<String> = model::terms(&e).iter().map(deparse).collect();
            let at: Vec<usize> = (0..s.est.names.len())
                .filter(|i| t.iter().any(|t| s.est.names[*i].starts_with(t.as_str())))
                .collect();
            let c = DMatrix::from_fn(at.len(), s.est.names.len(), |i, j| if at[i] == j { 1.0 } else { 0.0 });
            let mut est = s.est.clone();
            est.df = m.num_or("df", s.df_residual.unwrap_or(f64::INFINITY))?;
            let w = lib(est.wald(&c))?;
            if w.df2.is_infinite() {
                let p = special::chi2_sf(w.f * w.df1, w.df1);
                list(vec![("chisq", num(w.f * w.df1)), ("df", num(w.df1)), ("p", num(p))])
            } else {
                list(vec![("Ftest", num(w.f)), ("df", num(w.df1)), ("ddf", num(w.df2)), ("p", num(w.p))])
            }
        }
        "svytable" => {
            let m = a.matched(&["formula", "design", "Ntotal", "round"]);
            let d = Des::of(&m.req("design")?)?;
            let v = model::variables(it, &m.req("formula")?, d.frame(), env)?;
            let (rc, rl) = v[0].1.factor()?;
            let (cc, cl) =
                v.get(1).map_or(Ok((vec![Some(0); rc.len()], vec!["n".to_string()])), |v| v.1.factor())?;
            let mut t = DMatrix::zeros(rl.len(), cl.len());
            for (i, w) in d.weights().iter().enumerate() {
                if let (Some(r), Some(c)) = (rc[i], cc[i]) {
                    t[(r, c)] += w;
                }
            }
            if let Some(n) = m.get("Ntotal") {
                let s = n.num()? / t.sum();
                t *= s;
            }
            if m.flag("round") {
                t.iter_mut().for_each(|v: &mut f64| *v = v.round());
            }
            if cl.len() == 1 {
                V::Num(t.iter().copied().collect(), Some(rl))
            } else {
                V::Mat(t, Some(rl), Some(cl))
            }
        }
        _ => return Ok(None),
    }))
}
