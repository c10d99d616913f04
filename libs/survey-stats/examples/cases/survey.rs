//! Linearised estimates.

use crate::design::{Des, Svy, svydesign, with_options};
use crate::eval::{Args, Interp, Matched};
use crate::model;
use crate::value::{Env, Res, V, lib, list, num, nums, obj};
use nalgebra::DMatrix;
use survey_stats::Estimates;
use survey_stats::deff::{SrsReference, mean_deff, total_deff};
use survey_stats::statistic::{
    ByDomain, Columns, Mean, PopulationCovariance, PopulationVariance, Ratio, Total,
};

/// Estimates with what their printing needs.
#[derive(Clone)]
pub struct Stat {
    pub est: Estimates,
    pub deff: Option<Vec<f64>>,
    pub groups: Option<(String, Vec<String>)>,
    pub df_residual: Option<f64>,
    pub fitted: Option<Vec<f64>>,
    pub residuals: Option<Vec<f64>>,
    /// names of the statistics of a table by group
    pub fields: Vec<String>,
    /// limits that came with the estimates
    pub limits: Option<Vec<(f64, f64)>>,
}

impl Stat {
    pub fn plain(est: Estimates) -> Stat {
        Stat {
            est,
            deff: None,
            groups: None,
            df_residual: None,
            fitted: None,
            residuals: None,
            fields: Vec::new(),
            limits: None,
        }
    }

    pub fn se(&self) -> Vec<f64> {
        (0..self.est.values.len())
            .map(|i| self.est.vcov[(i, i)])
            .map(|v| if v < 0.0 { f64::NAN } else { v.sqrt() })
            .collect()
    }
}

fn deff_kind(m: &Matched) -> Option<SrsReference> {
    match m.get("deff") {
        Some(V::Str(s, _)) if s[0].as_deref() == Some("replace") => Some(SrsReference::WithReplacement),
        Some(v) if v.truth() => Some(SrsReference::WithoutReplacement),
        _ => None,
    }
}

/// Missing estimates, where values are missing and not left out.
fn unknown(d: &Des, cols: &Columns) -> Option<Estimates> {
    let w = d.weights();
    let missing = |c: &Vec<f64>| c.iter().zip(&w).any(|(y, w)| *w != 0.0 && y.is_nan());
    cols.data().iter().any(missing).then(|| {
        let k = cols.names().len();
        Estimates {
            names: cols.names().to_vec(),
            values: vec![f64::NAN; k],
            vcov: DMatrix::from_element(k, k, f64::NAN),
            df: d.df(),
        }
    })
}

/// Mean, total or variance of a formula's columns.
fn simple(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["x", "design", "na.rm", "deff"]);
    let d = Des::of(&m.req("design")?)?;
    let cols = model::columns(it, &m.req("x")?, d.frame(), env)?;
    let d = d.without_missing(&[&cols], m.flag("na.rm"))?;
    if let Some(e) = unknown(&d, &cols) {
        return Ok(obj("stat", Stat::plain(e)));
    }
    let kind = deff_kind(&m);
    let mut deff = None;
    let est = match n {
        "svymean" => {
            if let (Some(k), Des::Svy(s)) = (kind, &d) {
                deff = Some(lib(mean_deff(&with_options(it, &s.design), &cols, k))?);
            }
            d.estimate(it, &Mean(cols))?
        }
        "svytotal" => {
            if let (Some(k), Des::Svy(s)) = (kind, &d) {
                deff = Some(lib(total_deff(&with_options(it, &s.design), &cols, k))?);
            }
            d.estimate(it, &Total(cols))?
        }
        _ => {
            // The reference counts rows before it leaves out missing ones, except under replicates.
            let full = Des::of(&m.req("design")?)?;
            let counted = if let Des::Rep(_) = d { &d } else { &full };
            let rows = counted.weights().iter().filter(|w| **w != 0.0).count() as f64;
            if cols.names().len() == 1 {
                let mut e = d.estimate(it, &PopulationVariance::new(cols).with_rows(rows))?;
                if let Des::Rep(_) = d {
                    e.names = vec![String::new()];
                }
                e
            } else {
                let names = cols.names().to_vec();
                let e = d.estimate(it, &PopulationCovariance::new(cols).with_rows(rows))?;
                let square = V::Mat(
                    DMatrix::from_column_slice(names.len(), names.len(), &e.values),
                    Some(names.clone()),
                    Some(names),
                );
                let s = obj("stat", Stat::plain(e));
                return Ok(list(vec![(".matrix", square), (".stat", s)]));
            }
        }
    };
    Ok(obj("stat", Stat { deff, ..Stat::plain(est) }))
}

fn svyratio(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m =
        a.matched(&["numerator", "denominator", "design", "separate", "na.rm", "formula", "covmat", "deff"]);
    // In domain estimation the numerator comes as `formula`.
    let (num_f, den_f, des) = match (m.get("numerator"), m.get("denominator"), m.get("design")) {
        (Some(n), Some(V::Obj(c, o)), None) => (n, m.req("formula")?, V::Obj(c, o)),
        (n, d, s) => {
            (n.or(m.get("formula")).ok_or("numerator")?, d.ok_or("denominator")?, s.ok_or("design")?)
        }
    };
    let d = Des::of(&des)?;
    let (y, x) = (model::columns(it, &num_f, d.frame(), env)?, model::columns(it, &den_f, d.frame(), env)?);
    let d = d.without_missing(&[&y, &x], m.flag("na.rm"))?;
    if m.flag("separate") {
        let Des::Svy(s) = &d else { return Err("separate ratios of replicates".into()) };
        let strata = s.design.strata().to_vec();
        let mut parts = Vec::new();
        for h in 0..=strata.iter().copied().max().unwrap_or(0) {
            let inside: Vec<bool> = strata.iter().map(|k| *k == h).collect();
            let r = Ratio { numerators: y.clone(), denominators: x.clone() };
            let e = d.domain(&inside)?.estimate(it, &r)?;
            parts.push((String::new(), obj("stat", Stat::plain(e))));
        }
        return Ok(list(vec![(".separate", V::List(parts))]));
    }
    let deff = match (deff_kind(&m), &d) {
        (Some(k), Des::Svy(s)) => {
            let e = d.estimate(it, &Ratio { numerators: y.clone(), denominators: x.clone() })?;
            let big: f64 =
                x.data()[0].iter().zip(d.weights()).map(|(x, w)| if w == 0.0 { 0.0 } else { x * w }).sum();
            let r: Vec<f64> =
                y.data()[0].iter().zip(&x.data()[0]).map(|(y, x)| (y - e.values[0] * x) / big).collect();
            Some(lib(total_deff(&with_options(it, &s.design), &Columns::one("r", &r), k))?)
        }
        _ => None,
    };
    if let Some(deff) = deff {
        let e = d.estimate(it, &Ratio { numerators: y, denominators: x })?;
        return Ok(obj("stat", Stat { deff: Some(deff), ..Stat::plain(e) }));
    }
    Ok(obj("stat", Stat::plain(d.estimate(it, &Ratio { numerators: y, denominators: x })?)))
}

fn svyby(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&[
        "formula", "by", "design", "FUN", "covmat", "keep.var", "vartype", "drop.empty.groups", "na.rm",
    ]);
    let d = Des::of(&m.req("design")?)?;
    let (codes, levels) = model::grouping(it, &m.req("by")?, d.frame(), env)?;
    let by_name = match m.req("by")? {
        V::Formula(_, e) => crate::parse::deparse(&e),
        _ => "by".into(),
    };
    let w = d.weights();
    let used: Vec<usize> =
        (0..levels.len()).filter(|k| (0..w.len()).any(|i| w[i] != 0.0 && codes[i] == Some(*k))).collect();
    let names: Vec<String> = used.iter().map(|k| levels[*k].clone()).collect();
    let f = m.req("FUN")?;
    let mut parts: Vec<Stat> = Vec::new();
    for k in &used {
        let inside: Vec<bool> = codes.iter().map(|c| *c == Some(*k)).collect();
        let mut args = vec![(None, m.req("formula")?), (None, d.domain(&inside)?.value())];
        if let V::Builtin(n) = &f
            && n == "svyratio"
        {
            args[0].0 = Some("formula".into());
            args[1].0 = Some("design".into());
        }
        args.extend(m.rest.iter().cloned());
        if m.flag("na.rm") {
            args.push((Some("na.rm".into()), V::Bool(vec![Some(true)], None)));
        }
        let v = it.apply(&f, Args(args), env)?;
        parts.push(as_stat(&v)?);
    }
    let p = parts.first().map_or(0, |s| s.est.values.len());
    let k = used.len();
    let mut est =
        Estimates { names: Vec::new(), values: Vec::new(), vcov: DMatrix::zeros(k * p, k * p), df: d.df() };
    let mut deff = Vec::new();
    for j in 0..p {
        for (g, s) in parts.iter().enumerate() {
            est.names.push(if p == 1 {
                names[g].clone()
            } else {
                format!("{}:{}", names[g], s.est.names[j])
            });
            est.values.push(s.est.values[j]);
            let i = j * k + g;
            est.vcov[(i, i)] = s.est.vcov[(j, j)];
            if let Some(x) = &s.deff {
                deff.push(x[j]);
            }
        }
    }
    let builtin = if let V::Builtin(n) = &f { n.as_str() } else { "" };
    if m.flag("covmat") && matches!(builtin, "svymean" | "svytotal") {
        let cols = model::columns(it, &m.req("formula")?, d.frame(), env)?;
        let d = d.without_missing(&[&cols], m.flag("na.rm"))?;
        let group: Vec<usize> = codes
            .iter()
            .map(|c| c.and_then(|c| used.iter().position(|u| *u == c)).unwrap_or(usize::MAX))
            .collect();
        est.vcov = if builtin == "svymean" {
            d.estimate(it, &lib(ByDomain::new(Mean(cols), &group, &names))?)?.vcov
        } else {
            d.estimate(it, &lib(ByDomain::new(Total(cols), &group, &names))?)?.vcov
        };
    }
    let fields = parts.first().map_or(Vec::new(), |s| s.est.names.clone());
    let limits: Option<Vec<(f64, f64)>> =
        (0..p).flat_map(|j| parts.iter().map(move |s| s.limits.as_ref().map(|l| l[j]))).collect();
    let deff = if deff.len() == k * p && p > 0 { Some(deff) } else { None };
    Ok(obj("stat", Stat { groups: Some((by_name, names)), deff, limits, fields, ..Stat::plain(est) }))
}

/// A column of a table of estimates: limits, standard errors, coefficients of variation.
fn figure(s: &Stat, n: &str) -> V {
    let se = s.se();
    let z = survey_stats::special::normal_quantile(0.975);
    let k = se.len();
    let at = |i: usize| match (n, &s.limits) {
        ("se", _) => se[i],
        ("cv", _) => se[i] / s.est.values[i],
        (_, Some(l)) => {
            if n.starts_with("ci_l") {
                l[i].0
            } else {
                l[i].1
            }
        }
        (_, None) => s.est.values[i] + if n.starts_with("ci_l") { -z } else { z } * se[i],
    };
    nums((0..k).map(at).collect())
}

/// Estimates and standard errors of whatever a function returned.
pub fn as_stat(v: &V) -> Res<Stat> {
    if let Some(s) = v.down::<Stat>() {
        return Ok((*s).clone());
    }
    if let (Some(p), Some(se)) = (v.get(".value"), v.get(".se")) {
        let se = se.num()?;
        let est = Estimates {
            names: vec!["p".into()],
            values: vec![p.num()?],
            vcov: DMatrix::from_element(1, 1, se * se),
            df: f64::INFINITY,
        };
        let ci = v.get(".ci").map(|c| c.nums()).transpose()?.filter(|c| c.len() == 2);
        return Ok(Stat { limits: ci.map(|c| vec![(c[0], c[1])]), ..Stat::plain(est) });
    }
    if let Some(s) = v.get(".stat") {
        return as_stat(&s);
    }
    if let V::List(l) = v {
        // Quantiles: one table a variable with value, limits and standard error.
        let mut e = Estimates {
            names: Vec::new(),
            values: Vec::new(),
            vcov: DMatrix::zeros(0, 0),
            df: f64::INFINITY,
        };
        let mut se = Vec::new();
        for (n, t) in l {
            let V::Mat(m, rows, _) = t else { return Err("no estimates".into()) };
            for i in 0..m.nrows() {
                let r = rows.as_ref().map_or(String::new(), |r| format!(".{}", r[i]));
                e.names.push(format!("{n}{r}"));
                e.values.push(m[(i, 0)]);
                se.push(if m.ncols() > 3 { m[(i, 3)] } else { f64::NAN });
            }
        }
        e.vcov =
            DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(se.len(), se.iter().map(|s| s * s)));
        return Ok(Stat::plain(e));
    }
    Err("no estimates".into())
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    Ok(Some(match n {
        "svydesign" => svydesign(it, a, env)?,
        "ppsmat" => {
            let mut l = vec![("pij", x()?)];
            if let Some(t) = a.0.get(1) {
                l.push(("tolerance", t.1.clone()));
            }
            list(l)
        }
        "HR" if it.spec["design"]["sum_p2_over_n"].is_null() || !a.0.is_empty() => {
            list(vec![("hr", a.first().unwrap_or(V::Null))])
        }
        "HR" => {
            let given = it.spec["design"]["sum_p2_over_n"].as_f64();
            list(vec![("hr", a.first().ok().or(given.map(num)).unwrap_or(V::Null))])
        }
        "poisson_sampling" => list(vec![("poisson", V::Null)]),
        "svymean" | "svytotal" | "svyvar" => simple(it, n, a, env)?,
        "svyratio" => svyratio(it, a, env)?,
        "svyby" => svyby(it, a, env)?,
        "st" => crate::figures::st(a)?,
        "wt" => crate::figures::sums(&x()?.nums()?, "sum_i_times_w", "first20", 20),
        "vx" => {
            let k = a.0.get(1).map_or(Ok(60.0), |k| k.1.num())?;
            crate::figures::sums(&x()?.nums()?, "sum_i_times_v", "first", k as usize)
        }
        "vc" | "vcov" => match x()? {
            V::Mat(m, r, c) => V::Mat(m, r, c),
            v => {
                let s = as_stat(&v)?;
                V::Mat(s.est.vcov.clone(), Some(s.est.names.clone()), Some(s.est.names))
            }
        },
        "coef" => match x()? {
            V::List(l) if l.iter().any(|e| e.0 == ".value") => l[0].1.clone(),
            v @ V::Obj("mirt", _) => return crate::irt::call(it, n, &Args(vec![(None, v)]), env),
            v => {
                let s = as_stat(&v)?;
                V::Num(s.est.values.clone(), Some(s.est.names))
            }
        },
        "SE" => {
            let s = as_stat(&x()?)?;
            V::Num(s.se(), Some(s.est.names))
        }
        "cv" => {
            let s = as_stat(&x()?)?;
            V::Num(s.se().iter().zip(&s.est.values).map(|(s, v)| s / v).collect(), Some(s.est.names))
        }
        "attr" => {
            let name = a.0.get(1).ok_or("attr")?.1.str()?;
            match name.as_str() {
                "ci" => x()?.get(".ci").ok_or("no interval")?,
                "var" => V::Mat(as_stat(&x()?)?.est.vcov, None, None),
                other => return Err(format!("attribute {other}")),
            }
        }
        "deff" => nums(as_stat(&x()?)?.deff.ok_or("no design effects")?),
        "as.numeric" | "as.vector" => match x()? {
            V::List(l) => l.first().map(|x| x.1.clone()).ok_or("as.numeric")?,
            v => nums(as_stat(&v)?.est.values),
        },
        "degf" => num(Des::of(&x()?)?.df()),
        "nrow" | "dim" | "NROW" => {
            num(Des::of(&x()?)?.weights().iter().filter(|w| **w != 0.0).count() as f64)
        }
        "confint" => crate::figures::confint(a)?,
        "weights" => {
            let m = a.matched(&["object", "type"]);
            if let V::Obj("replicates", _) = m.req("object")? {
                return Ok(None);
            }
            let Des::Svy(d) = Des::of(&m.req("object")?)? else { return Ok(None) };
            let w = d.design.weights();
            // A subset of an uncalibrated design drops its rows.
            nums(if d.design.active().contains(&false) {
                w.into_iter().filter(|w| *w != 0.0).collect()
            } else {
                w
            })
        }
        "svycontrast" => crate::figures::contrast(it, a, env)?,
        "predict" => {
            let m = a.matched(&["object", "total"]);
            if let Some(V::List(parts)) = m.req("object")?.get(".separate") {
                let t = m.req("total")?.nums()?;
                let (mut sum, mut v) = (0.0, 0.0);
                for ((_, p), t) in parts.iter().zip(t) {
                    let s = as_stat(p)?;
                    sum += s.est.values[0] * t;
                    v += (s.se()[0] * t).powi(2);
                }
                return Ok(Some(list(vec![("total", num(sum)), ("se", num(v.sqrt()))])));
            }
            let s = as_stat(&m.req("object")?)?;
            let t = m.req("total")?.num()?;
            list(vec![("total", num(s.est.values[0] * t)), ("se", num(s.se()[0] * t))])
        }
        _ => return Ok(None),
    }))
}

pub fn field(_it: &Interp, x: &V, n: &str) -> Res<Option<V>> {
    if let Some(s) = x.down::<Svy>() {
        return Ok(match n {
            "prob" => Some(nums(s.design.weights().iter().map(|w| 1.0 / w).collect())),
            "variables" => Some(V::Frame(s.frame.clone())),
            _ => s.frame.col(n).cloned(),
        });
    }
    if let Some(s) = x.down::<Stat>() {
        return Ok(match n {
            "df.residual" | "df.resid" => s.df_residual.map(num),
            "fitted.values" => s.fitted.clone().map(nums),
            "coefficients" => Some(V::Num(s.est.values.clone(), Some(s.est.names.clone()))),
            _ if n.starts_with("ci_l") || n.starts_with("ci_u") || n == "se" || n == "cv" => {
                Some(figure(&s, n))
            }
            _ => match &s.groups {
                Some((_, g)) if s.fields.iter().any(|f| f == n) => {
                    let j = s.fields.iter().position(|f| f == n).unwrap_or(0);
                    Some(nums(s.est.values[j * g.len()..(j + 1) * g.len()].to_vec()))
                }
                Some((by, g)) if by == n => Some(V::Str(g.iter().cloned().map(Some).collect(), None)),
                _ => None,
            },
        });
    }
    Ok(None)
}
