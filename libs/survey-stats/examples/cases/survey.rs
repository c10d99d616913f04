//! Designs and linearised estimates.

use crate::eval::{Args, Interp, Matched};
use crate::model;
use crate::parse::Expr;
use crate::rep::Rep;
use crate::value::{Env, Frame, Res, V, lib, list, num, nums, obj};
use nalgebra::DMatrix;
use std::rc::Rc;
use survey_stats::deff::{SrsReference, mean_deff, total_deff};
use survey_stats::design::{Design, DesignSpec, JointProbabilities, LonelyPsu, PpsVariance, Stage};
use survey_stats::statistic::{ByDomain, Columns, Mean, PopulationVariance, Ratio, Statistic, Total};
use survey_stats::{Estimates, special};

/// A design with its data.
#[derive(Clone)]
pub struct Svy {
    pub design: Design,
    pub frame: Rc<Frame>,
}

/// Estimates with what their printing needs.
#[derive(Clone)]
pub struct Stat {
    pub est: Estimates,
    pub deff: Option<Vec<f64>>,
    pub groups: Option<(String, Vec<String>)>,
    pub df_residual: Option<f64>,
    pub fitted: Option<Vec<f64>>,
}

impl Stat {
    pub fn plain(est: Estimates) -> Stat {
        Stat { est, deff: None, groups: None, df_residual: None, fitted: None }
    }

    pub fn se(&self) -> Vec<f64> {
        (0..self.est.values.len()).map(|i| self.est.vcov[(i, i)]).map(|v| if v < 0.0 { f64::NAN } else { v.sqrt() }).collect()
    }
}

/// A design or replicates.
#[derive(Clone)]
pub enum Des {
    Svy(Svy),
    Rep(Rep),
}

impl Des {
    pub fn of(v: &V) -> Res<Des> {
        if let Some(s) = v.down::<Svy>() {
            return Ok(Des::Svy((*s).clone()));
        }
        if let Some(r) = v.down::<Rep>() {
            return Ok(Des::Rep((*r).clone()));
        }
        Err("not a design".into())
    }

    pub fn value(self) -> V {
        match self {
            Des::Svy(s) => obj("design", s),
            Des::Rep(r) => obj("replicates", r),
        }
    }

    pub fn frame(&self) -> &Rc<Frame> {
        match self {
            Des::Svy(s) => &s.frame,
            Des::Rep(r) => &r.frame,
        }
    }

    pub fn weights(&self) -> Vec<f64> {
        match self {
            Des::Svy(s) => s.design.weights(),
            Des::Rep(r) => r.reps.weights(),
        }
    }

    pub fn df(&self) -> f64 {
        match self {
            Des::Svy(s) => s.design.df(),
            Des::Rep(r) => r.reps.df(),
        }
    }

    pub fn domain(&self, inside: &[bool]) -> Res<Des> {
        Ok(match self {
            Des::Svy(s) => Des::Svy(Svy { design: lib(s.design.domain(inside))?, frame: s.frame.clone() }),
            Des::Rep(r) => Des::Rep(Rep { reps: lib(r.reps.domain(inside))?, ..r.clone() }),
        })
    }

    pub fn estimate(&self, it: &Interp, s: &impl Statistic) -> Res<Estimates> {
        match self {
            Des::Svy(d) => lib(with_options(it, &d.design).estimate(s)),
            Des::Rep(r) => lib(r.reps.estimate(s)),
        }
    }

    /// Rows whose values are all present, when they are to be left out.
    pub fn without_missing(&self, cols: &[&Columns], na_rm: bool) -> Res<Des> {
        if !na_rm {
            return Ok(self.clone());
        }
        let n = self.weights().len();
        let inside: Vec<bool> =
            (0..n).map(|i| cols.iter().all(|c| c.data().iter().all(|y| !y[i].is_nan()))).collect();
        if inside.iter().all(|b| *b) { Ok(self.clone()) } else { self.domain(&inside) }
    }
}

/// The design under the lonely-unit options in force.
pub fn with_options(it: &Interp, d: &Design) -> Design {
    let rule = match it.lonely.borrow().as_str() {
        "remove" => LonelyPsu::Remove,
        "certainty" => LonelyPsu::Certainty,
        "adjust" => LonelyPsu::Adjust,
        "average" => LonelyPsu::Average,
        _ => LonelyPsu::Fail,
    };
    d.with_lonely(rule, *it.lonely_domain.borrow())
}

pub fn frame_of(x: &V) -> Res<Rc<Frame>> {
    Ok(Des::of(x)?.frame().clone())
}

pub fn subset(it: &Interp, x: &V, cond: &Expr, env: &Env) -> Res<V> {
    let d = Des::of(x)?;
    let keep = it.eval(cond, &env.with_frame(d.frame()))?.bools()?;
    let inside: Vec<bool> = keep.iter().map(|b| *b == Some(true)).collect();
    Ok(d.domain(&inside)?.value())
}

fn formula_vars(it: &Interp, f: Option<V>, frame: &Frame, env: &Env) -> Res<Vec<V>> {
    match f {
        None => Ok(Vec::new()),
        Some(f @ V::Formula(..)) => Ok(model::variables(it, &f, frame, env)?.into_iter().map(|v| v.1).collect()),
        Some(V::Frame(f)) => Ok(f.cols.iter().map(|c| c.1.clone()).collect()),
        Some(v) => Ok(vec![if v.len() == 1 { v.pick(&vec![0; frame.nrow()]) } else { v }]),
    }
}

fn codes(v: &V) -> Res<Vec<usize>> {
    v.factor()?.0.into_iter().map(|c| c.ok_or_else(|| "a design variable is missing".to_string())).collect()
}

fn svydesign(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["ids", "probs", "strata", "variables", "fpc", "data", "nest", "check.strata", "weights", "pps", "variance"]);
    let Some(V::Frame(frame)) = m.get("data") else { return Err("no data".into()) };
    let n = frame.nrow();
    let vars = |name: &str| formula_vars(it, m.get(name), &frame, env);
    let (ids, strata, fpc) = (vars("ids")?, vars("strata")?, vars("fpc")?);
    let weights = vars("weights")?;
    let probs = vars("probs")?;
    let one_prob = matches!(m.get("probs"), Some(V::Formula(_, ref r)) if matches!(**r, Expr::Num(_)));
    let weights = if let Some(w) = weights.first() {
        Some(w.nums()?)
    } else if one_prob {
        Some(vec![1.0; n])
    } else if !probs.is_empty() {
        let mut w = vec![1.0; n];
        for p in &probs {
            for (w, p) in w.iter_mut().zip(p.nums()?) {
                *w /= p;
            }
        }
        Some(w)
    } else {
        None
    };
    let pps = m.get("pps");
    if let Some(p) = &pps {
        let brewer = matches!(p, V::Str(..)) && p.str()? == "brewer";
        if !brewer && p.truth_or_object() {
            let pi = fpc.first().or(probs.first()).ok_or("no probabilities")?.nums()?;
            let yg = m.str_or("variance", "HT") == "YG";
            let est = if yg { PpsVariance::YatesGrundy } else { PpsVariance::HorvitzThompson };
            let joint = match p {
                V::Str(..) => JointProbabilities::overton(&pi, est),
                V::List(l) if l.first().is_some_and(|x| x.0 == "hr") => {
                    let s = match &l[0].1 {
                        V::Null => pi.iter().sum::<f64>() / pi.len() as f64,
                        v => v.num()?,
                    };
                    JointProbabilities::hartley_rao(&pi, s, est)
                }
                V::List(l) if l.first().is_some_and(|x| x.0 == "poisson") => JointProbabilities::poisson(&pi),
                v => {
                    let drop = v.get("tolerance").map_or(Ok(1e-4), |t| t.num())?;
                    lib(JointProbabilities::exact(&v.get("pij").ok_or("pij")?.matrix()?, est, drop))?
                }
            };
            return Ok(obj("design", Svy { design: lib(Design::pps(&pi, joint))?, frame }));
        }
    }
    let k = ids.len().max(1);
    let mut stages = Vec::new();
    for s in 0..k {
        stages.push(Stage {
            unit: ids.get(s).map(codes).transpose()?.unwrap_or_default(),
            stratum: strata.get(s.min(strata.len().saturating_sub(1))).map(codes).transpose()?.unwrap_or_default(),
            population: fpc.get(s).map(|v| v.nums()).transpose()?,
        });
    }
    let spec = DesignSpec {
        stages,
        weights,
        nest: m.flag("nest"),
        unequal_fractions: matches!(pps, Some(V::Str(..))),
        ..DesignSpec::default()
    };
    Ok(obj("design", Svy { design: lib(spec.build(n))?, frame }))
}

trait Truthy {
    fn truth_or_object(&self) -> bool;
}

impl Truthy for V {
    fn truth_or_object(&self) -> bool {
        matches!(self, V::List(_) | V::Str(..)) || self.truth()
    }
}

fn deff_kind(m: &Matched) -> Option<SrsReference> {
    match m.get("deff") {
        Some(V::Str(s, _)) if s[0].as_deref() == Some("replace") => Some(SrsReference::WithReplacement),
        Some(v) if v.truth() => Some(SrsReference::WithoutReplacement),
        _ => None,
    }
}

/// Mean, total or variance of a formula's columns.
fn simple(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["x", "design", "na.rm", "deff"]);
    let d = Des::of(&m.req("design")?)?;
    let cols = model::columns(it, &m.req("x")?, d.frame(), env)?;
    let d = d.without_missing(&[&cols], m.flag("na.rm"))?;
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
        _ => d.estimate(it, &PopulationVariance(cols))?,
    };
    Ok(obj("stat", Stat { deff, ..Stat::plain(est) }))
}

fn svyratio(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["numerator", "denominator", "design", "separate", "na.rm", "formula"]);
    // In domain estimation the numerator comes as `formula`.
    let (num_f, den_f, des) = match (m.get("numerator"), m.get("denominator"), m.get("design")) {
        (Some(n), Some(V::Obj(c, o)), None) => (n, m.req("formula")?, V::Obj(c, o)),
        (n, d, s) => (n.or(m.get("formula")).ok_or("numerator")?, d.ok_or("denominator")?, s.ok_or("design")?),
    };
    let d = Des::of(&des)?;
    let (y, x) = (model::columns(it, &num_f, d.frame(), env)?, model::columns(it, &den_f, d.frame(), env)?);
    let d = d.without_missing(&[&y, &x], m.flag("na.rm"))?;
    Ok(obj("stat", Stat::plain(d.estimate(it, &Ratio { numerators: y, denominators: x })?)))
}

fn svyby(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "by", "design", "FUN", "covmat", "keep.var", "vartype", "drop.empty.groups", "na.rm"]);
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
            && n == "svyratio" {
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
    let mut est = Estimates { names: Vec::new(), values: Vec::new(), vcov: DMatrix::zeros(k * p, k * p), df: d.df() };
    let mut deff = Vec::new();
    for j in 0..p {
        for (g, s) in parts.iter().enumerate() {
            est.names.push(if p == 1 { names[g].clone() } else { format!("{}:{}", names[g], s.est.names[j]) });
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
        let group: Vec<usize> =
            codes.iter().map(|c| c.and_then(|c| used.iter().position(|u| *u == c)).unwrap_or(usize::MAX)).collect();
        est.vcov = if builtin == "svymean" {
            d.estimate(it, &lib(ByDomain::new(Mean(cols), &group, &names))?)?.vcov
        } else {
            d.estimate(it, &lib(ByDomain::new(Total(cols), &group, &names))?)?.vcov
        };
    }
    let deff = if deff.len() == k * p && p > 0 { Some(deff) } else { None };
    Ok(obj("stat", Stat { groups: Some((by_name, names)), deff, ..Stat::plain(est) }))
}

/// Estimates and standard errors of whatever a function returned.
pub fn as_stat(v: &V) -> Res<Stat> {
    if let Some(s) = v.down::<Stat>() {
        return Ok((*s).clone());
    }
    if let Some(s) = v.get(".stat") {
        return as_stat(&s);
    }
    if let V::List(l) = v {
        // Quantiles: one table a variable with value, limits and standard error.
        let mut e = Estimates { names: Vec::new(), values: Vec::new(), vcov: DMatrix::zeros(0, 0), df: f64::INFINITY };
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
        e.vcov = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(se.len(), se.iter().map(|s| s * s)));
        return Ok(Stat::plain(e));
    }
    Err("no estimates".into())
}

/// The cases' table of estimates: standard errors, t and normal intervals, design effects.
fn st(a: &Args) -> Res<V> {
    let m = a.matched(&["x", "d", "deff"]);
    let s = as_stat(&m.req("x")?)?;
    let df = m.get("d").map(|d| Des::of(&d).map(|d| d.df())).transpose()?;
    let z = special::normal_quantile(0.975);
    let t = df.map_or(z, |df| special::t_quantile(0.975, df));
    let rows = (0..s.est.values.len())
        .map(|i| {
            let (v, se) = (s.est.values[i], s.se()[i]);
            let mut r = vec![
                ("name", crate::value::text(&s.est.names[i])),
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

fn confint(a: &Args) -> Res<V> {
    let m = a.matched(&["object", "parm", "level", "df", "method", "ddf"]);
    let x = m.req("object")?;
    if let V::List(l) = &x {
        if let Some(ci) = l.iter().find(|e| e.0 == ".ci") {
            return Ok(ci.1.clone());
        }
        let mut rows = Vec::new();
        for (_, t) in l {
            if let V::Mat(t, _, _) = t {
                rows.extend((0..t.nrows()).map(|i| (t[(i, 1)], t[(i, 2)])));
            }
        }
        return Ok(V::Mat(DMatrix::from_fn(rows.len(), 2, |i, j| if j == 0 { rows[i].0 } else { rows[i].1 }), None, None));
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
        DMatrix::from_fn(keep.len(), 2, |i, j| s.est.values[keep[i]] + if j == 0 { -t } else { t } * se[keep[i]]),
        Some(names),
        None,
    ))
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
        "HR" if it.spec["design"]["sum_p2_over_n"].is_null() || !a.0.is_empty() => list(vec![("hr", a.first().unwrap_or(V::Null))]),
        "HR" => {
            let given = it.spec["design"]["sum_p2_over_n"].as_f64();
            list(vec![("hr", a.first().ok().or(given.map(num)).unwrap_or(V::Null))])
        }
        "poisson_sampling" => list(vec![("poisson", V::Null)]),
        "svymean" | "svytotal" | "svyvar" => simple(it, n, a, env)?,
        "svyratio" => svyratio(it, a, env)?,
        "svyby" => svyby(it, a, env)?,
        "st" => st(a)?,
        "wt" => sums(&x()?.nums()?, "sum_i_times_w", "first20", 20),
        "vx" => {
            let k = a.0.get(1).map_or(Ok(60.0), |k| k.1.num())?;
            sums(&x()?.nums()?, "sum_i_times_v", "first", k as usize)
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
        "deff" => nums(as_stat(&x()?)?.deff.ok_or("no design effects")?),
        "as.numeric" | "as.vector" => match x()? {
            V::List(l) => l.first().map(|x| x.1.clone()).ok_or("as.numeric")?,
            v => nums(as_stat(&v)?.est.values),
        },
        "degf" => num(Des::of(&x()?)?.df()),
        "nrow" | "dim" | "NROW" => num(Des::of(&x()?)?.weights().iter().filter(|w| **w != 0.0).count() as f64),
        "confint" => confint(a)?,
        "weights" => {
            let m = a.matched(&["object", "type"]);
            if let V::Obj("replicates", _) = m.req("object")? {
                return Ok(None);
            }
            let Des::Svy(d) = Des::of(&m.req("object")?)? else { return Ok(None) };
            let w = d.design.weights();
            // A subset of an uncalibrated design drops its rows.
            nums(if d.design.active().contains(&false) { w.into_iter().filter(|w| *w != 0.0).collect() } else { w })
        }
        "update" => {
            let Des::Svy(d) = Des::of(&x()?)? else { return Err("update".into()) };
            let mut f = (*d.frame).clone();
            for (n, v) in &a.0[1..] {
                f.cols.push((n.clone().ok_or("update")?, v.clone()));
            }
            obj("design", Svy { frame: Rc::new(f), ..d })
        }
        "svycontrast" => contrast(it, a, env)?,
        "predict" => {
            let m = a.matched(&["object", "total"]);
            let s = as_stat(&m.req("object")?)?;
            let t = m.req("total")?.num()?;
            list(vec![("total", num(s.est.values[0] * t)), ("se", num(s.se()[0] * t))])
        }
        _ => return Ok(None),
    }))
}

fn contrast(it: &Interp, a: &Args, env: &Env) -> Res<V> {
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
                        Some(n) => s.est.names.iter().position(|x| *x == n[i]).ok_or_else(|| format!("no estimate {}", n[i]))?,
                        None => i,
                    };
                    grad[(r, at)] = *v;
                }
                values.push((0..k).map(|j| grad[(r, j)] * s.est.values[j]).sum());
            }
        }
    }
    let vcov = &grad * &s.est.vcov * grad.transpose();
    let names = all.iter().map(|x| if x.0.is_empty() { "contrast".to_string() } else { x.0.clone() }).collect();
    Ok(obj("stat", Stat::plain(Estimates { names, values, vcov, df: s.est.df })))
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
            _ => match &s.groups {
                Some((by, g)) if by == n => Some(V::Str(g.iter().cloned().map(Some).collect(), None)),
                _ => None,
            },
        });
    }
    Ok(None)
}
