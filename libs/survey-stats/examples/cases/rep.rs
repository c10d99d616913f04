//! Replicate designs and calibration.

use crate::design::{Des, Svy};
use crate::eval::{Args, Interp};
use crate::model;
use crate::survey::{Stat, as_stat};
use crate::value::{Env, Frame, Res, V, lib, num, nums, obj};
use nalgebra::DMatrix;
use std::rc::Rc;
use survey_stats::calibrate::{
    Distance, Margin, Options, RakeOptions, calibrate, calibrate_replicates, poststratify,
    poststratify_replicates, rake, rake_replicates, trim_weights,
};
use survey_stats::replicate::Replicates;

/// Replicates with their data.
#[derive(Clone)]
pub struct Rep {
    pub reps: Replicates,
    pub frame: Rc<Frame>,
    pub combined: bool,
}

fn vars(it: &Interp, f: Option<V>, frame: &Frame, env: &Env) -> Res<Option<Vec<f64>>> {
    match f {
        None => Ok(None),
        Some(f @ V::Formula(..)) => {
            model::variables(it, &f, frame, env)?.first().map(|v| v.1.nums()).transpose()
        }
        Some(v) => Ok(Some(v.nums()?)),
    }
}

fn svrepdesign(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&[
        "variables", "repweights", "weights", "data", "type", "combined.weights", "rho", "scale", "rscales",
        "mse", "degf", "fpc", "fpctype",
    ]);
    let Some(V::Frame(frame)) = m.get("data") else { return Err("no data".into()) };
    let w = vars(it, m.get("weights"), &frame, env)?;
    let mat = match m.req("repweights")? {
        V::Str(s, _) => {
            let pat = s[0].clone().unwrap_or_default();
            let stem: String = pat.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let cols: Vec<Vec<f64>> = frame
                .cols
                .iter()
                .filter(|c| c.0.starts_with(&stem))
                .map(|c| c.1.nums())
                .collect::<Res<_>>()?;
            survey_stats::linalg::from_columns(&cols)
        }
        v => v.matrix()?,
    };
    let r = mat.ncols() as f64;
    let combined = m.get("combined.weights").is_none_or(|v| v.truth());
    let w = match w {
        Some(w) => w,
        None => (0..mat.nrows()).map(|i| mat.row(i).sum() / r).collect(),
    };
    let kind = m.str_or("type", "BRR");
    let rho = m.num_or("rho", 0.0)?;
    let (scale, rs) = match kind.as_str() {
        "BRR" => (1.0 / r, 1.0),
        "Fay" => (1.0 / (r * (1.0 - rho) * (1.0 - rho)), 1.0),
        "JK1" => ((r - 1.0) / r, 1.0),
        "bootstrap" => (1.0 / (r - 1.0), 1.0),
        "ACS" | "successive-difference" => (4.0 / r, 1.0),
        _ => (1.0, 1.0),
    };
    let scale = m.num_or("scale", scale)?;
    let rscales = m.get("rscales").map_or(Ok(vec![rs; r as usize]), |v| v.nums())?;
    let rscales = if rscales.len() == 1 { vec![rscales[0]; r as usize] } else { rscales };
    let df = m.get("degf").map(|v| v.num()).transpose()?;
    let reps = lib(Replicates::given(&w, &mat, combined, scale, &rscales, m.flag("mse"), df))?;
    Ok(obj("replicates", Rep { reps, frame, combined }))
}

fn as_svrepdesign(it: &Interp, a: &Args) -> Res<V> {
    let m = a.matched(&["design", "type", "fay.rho", "compress", "mse", "replicates"]);
    let Des::Svy(d) = Des::of(&m.req("design")?)? else { return Err("already replicates".into()) };
    let design = crate::design::with_options(it, &d.design);
    let kind = m.str_or("type", "auto");
    let reps = match kind.as_str() {
        "JK1" => Replicates::jk1(&design),
        "auto" if !design.is_stratified() => Replicates::jk1(&design),
        "JKn" | "auto" => Replicates::jkn(&design),
        "BRR" => Replicates::brr(&design, 0.0),
        "Fay" => Replicates::brr(&design, m.num_or("fay.rho", 0.0)?),
        other => return Err(format!("random replicates {other} without their weights")),
    };
    Ok(obj("replicates", Rep { reps: lib(reps)?.with_mse(m.flag("mse")), frame: d.frame, combined: false }))
}

fn bounds(v: Option<V>) -> Res<(f64, f64)> {
    match v {
        None => Ok((f64::NEG_INFINITY, f64::INFINITY)),
        Some(V::List(l)) => Ok((
            l.iter().find(|x| x.0 == "lower").map_or(Ok(f64::NEG_INFINITY), |x| x.1.num())?,
            l.iter().find(|x| x.0 == "upper").map_or(Ok(f64::INFINITY), |x| x.1.num())?,
        )),
        Some(v) => {
            let b = v.nums()?;
            Ok((b[0], b[1]))
        }
    }
}

/// Totals of a model matrix from margins given as tables (population counts of categories).
fn margin_totals(formulas: &[(String, V)], population: &[(String, V)], names: &[String]) -> Res<Vec<f64>> {
    let mut out = vec![f64::NAN; names.len()];
    for (k, ((_, f), (_, p))) in formulas.iter().zip(population).enumerate() {
        let V::Formula(_, e) = f else { return Err("margin".into()) };
        let name = crate::parse::deparse(e);
        let (labels, freq) = match p {
            V::Frame(p) => (p.cols[0].1.strs(), p.cols.last().ok_or("margin")?.1.nums()?),
            v => (v.names().unwrap_or_default().into_iter().map(Some).collect(), v.nums()?),
        };
        for (l, t) in labels.iter().zip(&freq) {
            let col = format!("{name}{}", l.clone().unwrap_or_default());
            if let Some(i) = names.iter().position(|n| *n == col) {
                out[i] = *t;
            }
        }
        if k == 0 && names.first().is_some_and(|n| n == "(Intercept)") {
            out[0] = freq.iter().sum();
        }
    }
    Ok(out)
}

fn calibrate_call(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&[
        "design", "formula", "population", "aggregate.stage", "stage", "variance", "bounds", "calfun",
        "maxit", "epsilon", "verbose", "force", "trim", "bounds.const", "aggregate.index",
    ]);
    let d = Des::of(&m.req("design")?)?;
    let formula = m.req("formula")?;
    let (names, x) = match &formula {
        V::List(l) => {
            let mut sum = None;
            for (_, f) in l {
                let V::Formula(_, e) = f else { return Err("formula".into()) };
                sum = Some(match sum {
                    None => e.clone(),
                    Some(s) => Rc::new(crate::parse::Expr::Binary("+".into(), s, e.clone())),
                });
            }
            model::matrix(it, &V::Formula(None, sum.ok_or("formula")?), d.frame(), env)?
        }
        f => model::matrix(it, f, d.frame(), env)?,
    };
    let population = m.req("population")?;
    let totals = match (&formula, &population) {
        (V::List(f), V::List(p)) => margin_totals(f, p, &names)?,
        (_, p) => {
            let v = p.nums()?;
            match p.names() {
                Some(n) if names.iter().all(|x| n.contains(x)) => {
                    names.iter().map(|x| v[n.iter().position(|y| y == x).unwrap_or(0)]).collect()
                }
                _ => v,
            }
        }
    };
    let distance = match m.get("calfun") {
        None => Distance::Linear,
        Some(v) => {
            let s = if let V::Builtin(b) = &v { b.clone() } else { v.str()? };
            match s.trim_start_matches("cal.") {
                "linear" => Distance::Linear,
                "raking" => Distance::Raking,
                "logit" => Distance::Logit,
                "sinh" => Distance::Sinh,
                other => return Err(format!("calibration distance {other}")),
            }
        }
    };
    let (lower, upper) = bounds(m.get("bounds"))?;
    let bounds_on_weights = m.flag("bounds.const");
    let variance = m.get("variance").map(|v| v.nums()).transpose()?.map(|l| {
        if l.len() == x.nrows() {
            l
        } else {
            (0..x.nrows()).map(|i| (0..x.ncols()).map(|j| x[(i, j)] * l[j]).sum()).collect()
        }
    });
    let aggregate = match (m.get("aggregate.stage"), &d) {
        (Some(_), Des::Svy(s)) => Some(s.design.psu().to_vec()),
        _ => match m.get("aggregate.index") {
            Some(f) => {
                Some(model::grouping(it, &f, d.frame(), env)?.0.into_iter().map(|c| c.unwrap_or(0)).collect())
            }
            None => None,
        },
    };
    let trim = m.get("trim").map(|v| v.nums()).transpose()?.map(|t| (t[0], t[1]));
    let o = Options {
        distance,
        lower,
        upper,
        bounds_on_weights,
        variance,
        aggregate,
        trim,
        max_iterations: m.num_or("maxit", 50.0)? as usize,
        tolerance: m.num_or("epsilon", 1e-7)?,
        accept_unconverged: m.flag("force"),
    };
    Ok(match d {
        Des::Svy(s) => {
            let c = lib(calibrate(&s.design, &x, &totals, &o))?;
            obj("design", Svy { design: c.design, frame: s.frame })
        }
        Des::Rep(r) => {
            let reps = lib(calibrate_replicates(&r.reps, &x, &totals, &o))?;
            obj("replicates", Rep { reps, ..r })
        }
    })
}

fn margin(it: &Interp, f: &V, pop: &V, d: &Des, env: &Env, k: usize) -> Res<Margin> {
    let parts: Vec<V> = model::variables(it, f, d.frame(), env)?.into_iter().map(|v| v.1).collect();
    let key = |cols: &[Vec<Option<String>>], i: usize| {
        cols.iter().map(|c| c[i].clone().unwrap_or_default()).collect::<Vec<_>>().join("\u{1}")
    };
    let rows: Vec<Vec<Option<String>>> = parts.iter().map(V::strs).collect();
    let n = rows[0].len();
    let (plabels, freq): (Vec<String>, Vec<f64>) = match pop {
        V::Frame(p) => {
            let cols: Vec<Vec<Option<String>>> =
                p.cols[..p.cols.len() - 1].iter().map(|c| c.1.strs()).collect();
            let f = p.cols.last().ok_or("margin")?.1.nums()?;
            ((0..f.len()).map(|i| key(&cols, i)).collect(), f)
        }
        v => (v.names().ok_or("a margin needs names")?, v.nums()?),
    };
    let labels: Vec<String> = (0..n).map(|i| key(&rows, i)).collect();
    let lr: Vec<&str> = labels.iter().map(String::as_str).collect();
    let totals: Vec<(&str, f64)> = plabels.iter().map(String::as_str).zip(freq).collect();
    lib(Margin::from_labels(k, &lr, &totals))
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    Ok(Some(match n {
        "svrepdesign" => svrepdesign(it, a, env)?,
        "as.svrepdesign" => as_svrepdesign(it, a)?,
        "calibrate" => calibrate_call(it, a, env)?,
        "postStratify" => {
            let m = a.matched(&["design", "strata", "population", "partial"]);
            let d = Des::of(&m.req("design")?)?;
            let mg = margin(it, &m.req("strata")?, &m.req("population")?, &d, env, 0)?;
            match d {
                Des::Svy(s) => {
                    obj("design", Svy { design: lib(poststratify(&s.design, &mg))?.design, frame: s.frame })
                }
                Des::Rep(r) => {
                    obj("replicates", Rep { reps: lib(poststratify_replicates(&r.reps, &mg))?, ..r })
                }
            }
        }
        "rake" => {
            let m = a.matched(&["design", "sample.margins", "population.margins", "control"]);
            let d = Des::of(&m.req("design")?)?;
            let (V::List(f), V::List(p)) = (m.req("sample.margins")?, m.req("population.margins")?) else {
                return Err("margins".into());
            };
            let margins: Vec<Margin> = f
                .iter()
                .zip(&p)
                .enumerate()
                .map(|(k, (f, p))| margin(it, &f.1, &p.1, &d, env, k))
                .collect::<Res<_>>()?;
            let control = m.get("control").unwrap_or(V::Null);
            let opt = |n: &str, default: f64| control.get(n).map_or(Ok(default), |v| v.num());
            let o = RakeOptions {
                max_iterations: opt("maxit", 10.0)? as usize,
                tolerance: opt("epsilon", 1.0)?,
                accept_unconverged: true,
            };
            match d {
                Des::Svy(s) => {
                    obj("design", Svy { design: lib(rake(&s.design, &margins, &o))?.design, frame: s.frame })
                }
                Des::Rep(r) => {
                    obj("replicates", Rep { reps: lib(rake_replicates(&r.reps, &margins, &o))?, ..r })
                }
            }
        }
        "trimWeights" => {
            let m = a.matched(&["design", "upper", "lower", "strict"]);
            let Des::Svy(s) = Des::of(&m.req("design")?)? else { return Err("trimming replicates".into()) };
            let (lo, up) = (m.num_or("lower", f64::NEG_INFINITY)?, m.num_or("upper", f64::INFINITY)?);
            obj(
                "design",
                Svy { design: lib(trim_weights(&s.design, lo, up, m.flag("strict")))?, frame: s.frame },
            )
        }
        "weights" => {
            let m = a.matched(&["object", "type"]);
            let Des::Rep(r) = Des::of(&m.req("object")?)? else { return Ok(None) };
            let k = r.reps.count();
            match m.str_or("type", "replication").as_str() {
                "sampling" => nums(r.reps.weights()),
                "analysis" => V::Mat(
                    survey_stats::linalg::from_columns(
                        &(0..k).map(|j| r.reps.replicate(j)).collect::<Vec<_>>(),
                    ),
                    None,
                    None,
                ),
                _ => {
                    let w = r.reps.weights();
                    V::Mat(
                        DMatrix::from_fn(w.len(), k, |i, j| {
                            r.reps.multiplier(i, j) * if r.combined { w[i] } else { 1.0 }
                        }),
                        None,
                        None,
                    )
                }
            }
        }
        "ncol" => match a.first()? {
            V::Obj("repweights", r) => match r.downcast_ref::<usize>() {
                Some(k) => num(*k as f64),
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
        "withReplicates" => {
            let m = a.matched(&["design", "theta"]);
            let Des::Rep(r) = Des::of(&m.req("design")?)? else { return Err("replicates are needed".into()) };
            let theta = m.req("theta")?;
            let at = |w: &[f64]| -> Res<Vec<f64>> {
                match &theta {
                    V::Quote(e) => {
                        let scope = env.with_frame(&r.frame);
                        scope.set(".weights", nums(w.to_vec()));
                        it.eval(e, &scope)?.nums()
                    }
                    f => it
                        .apply(
                            f,
                            Args(vec![(None, nums(w.to_vec())), (None, V::Frame(r.frame.clone()))]),
                            env,
                        )?
                        .nums(),
                }
            };
            let full = at(&r.reps.weights())?;
            let thetas: Vec<Vec<f64>> =
                (0..r.reps.count()).map(|k| at(&r.reps.replicate(k))).collect::<Res<_>>()?;
            let vcov = r.reps.spread(&full, &thetas, full.len());
            let names = vec![String::new(); full.len()];
            obj("stat", Stat::plain(survey_stats::Estimates { names, values: full, vcov, df: r.reps.df() }))
        }
        "MIcombine" => {
            let m = a.matched(&["results", "variances", "df.complete"]);
            let V::List(l) = m.req("results")? else { return Err("results".into()) };
            let parts: Vec<survey_stats::Estimates> =
                l.iter().map(|x| as_stat(&x.1).map(|s| s.est)).collect::<Res<_>>()?;
            let df = m.num_or("df.complete", f64::INFINITY)?;
            let c = lib(survey_stats::imputation::combine_with(
                &parts,
                df,
                survey_stats::imputation::SmallSample::BetweenOnly,
            ))?;
            let names = Some(c.estimates.names.clone());
            V::List(vec![
                (".stat".into(), obj("stat", Stat::plain(c.estimates))),
                ("df".into(), V::Num(c.df, names.clone())),
                ("missinfo".into(), V::Num(c.missing_information, names)),
            ])
        }
        _ => return Ok(None),
    }))
}

pub fn field(_it: &Interp, x: &V, n: &str) -> Res<Option<V>> {
    let Some(r) = x.down::<Rep>() else { return Ok(None) };
    Ok(match n {
        "scale" => Some(num(r.reps.scale())),
        "rscales" => Some(nums(r.reps.rscales().to_vec())),
        "repweights" => Some(obj("repweights", r.reps.count())),
        "pweights" => Some(nums(r.reps.weights())),
        "degf" => Some(num(r.reps.df())),
        _ => r.frame.col(n).cloned(),
    })
}
