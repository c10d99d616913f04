//! Small areas.

use crate::eval::{Args, Interp, Matched};
use crate::figures::sums;
use crate::model;
use crate::value::{Env, Frame, Res, V, lib, list, num, nums};
use nalgebra::DMatrix;
use std::rc::Rc;
use survey_stats::small_area as sa;

fn frame(m: &Matched) -> Res<Rc<Frame>> {
    match m.get("data") {
        Some(V::Frame(f)) => Ok(f),
        _ => Err("no data".into()),
    }
}

fn options(m: &Matched) -> Res<sa::Options> {
    Ok(sa::Options {
        method: match m.str_or("method", "REML").as_str() {
            "ML" => sa::Method::Ml,
            "FH" => sa::Method::Moments,
            _ => sa::Method::Reml,
        },
        tolerance: m.num_or("PRECISION", 1e-4)?,
        max_iterations: m.num_or("MAXITER", 100.0)? as usize,
    })
}

struct Area {
    y: Vec<f64>,
    x: DMatrix<f64>,
    psi: Vec<f64>,
}

fn area(it: &Interp, m: &Matched, env: &Env) -> Res<Area> {
    let f = frame(m)?;
    let formula = m.req("formula")?;
    Ok(Area {
        y: model::response(it, &formula, &f, env)?,
        x: model::matrix(it, &formula, &f, env)?.1,
        psi: m.req("vardir")?.nums()?,
    })
}

fn fit_list(a: f64, beta: &[f64], vcov: &DMatrix<f64>, gof: [f64; 3], extra: Vec<(&str, V)>) -> V {
    let se: Vec<f64> = (0..beta.len()).map(|i| vcov[(i, i)].sqrt()).collect();
    let coef = V::Frame(Rc::new(Frame {
        cols: vec![("beta".into(), nums(beta.to_vec())), ("std.error".into(), nums(se))],
    }));
    let mut l = vec![
        ("refvar", num(a)),
        ("estcoef", coef),
        ("goodness", V::Num(gof.to_vec(), Some(vec!["loglike".into(), "AIC".into(), "BIC".into()]))),
        ("convergence", V::Bool(vec![Some(true)], None)),
    ];
    l.extend(extra);
    list(l)
}

fn fay_herriot(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "vardir", "method", "MAXITER", "PRECISION", "B", "data"]);
    let d = area(it, &m, env)?;
    let f = lib(sa::fay_herriot(&d.y, &d.psi, &d.x, &options(&m)?))?;
    let fit = fit_list(
        f.model_variance,
        &f.beta,
        &f.beta_vcov,
        [f.log_likelihood, f.aic, f.bic],
        vec![("iterations", num(f.convergence.iterations as f64))],
    );
    let est = list(vec![("eblup", nums(f.eblup)), ("fit", fit)]);
    Ok(if n == "mseFH" { list(vec![("est", est), ("mse", nums(f.mse))]) } else { est })
}

fn spatial(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "vardir", "proxmat", "method", "MAXITER", "PRECISION", "data"]);
    let d = area(it, &m, env)?;
    let f = lib(sa::spatial_fay_herriot(&d.y, &d.psi, &d.x, &m.req("proxmat")?.matrix()?, &options(&m)?))?;
    let fit = fit_list(
        f.model_variance,
        &f.beta,
        &f.beta_vcov,
        [f.log_likelihood, f.aic, f.bic],
        vec![("spatialcorr", num(f.rho)), ("iterations", num(f.convergence.iterations as f64))],
    );
    let est = list(vec![("eblup", nums(f.eblup)), ("fit", fit)]);
    Ok(if n == "mseSFH" { list(vec![("est", est), ("mse", nums(f.mse))]) } else { est })
}

fn spatiotemporal(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "D", "T", "vardir", "proxmat", "model", "MAXITER", "PRECISION", "data"]);
    let d = area(it, &m, env)?;
    let st = m.str_or("model", "ST") == "ST";
    let f = lib(sa::spatiotemporal_fay_herriot(
        &d.y,
        &d.psi,
        &d.x,
        &m.req("proxmat")?.matrix()?,
        st,
        &options(&m)?,
    ))?;
    let comp =
        V::Mat(
            DMatrix::from_fn(f.components.len(), 2, |i, j| {
                if j == 0 { f.components[i] } else { f.components_se[i] }
            }),
            None,
            None,
        );
    let coef = V::Mat(
        DMatrix::from_fn(f.beta.len(), 2, |i, j| if j == 0 { f.beta[i] } else { f.beta_vcov[(i, i)].sqrt() }),
        None,
        None,
    );
    Ok(list(vec![("eblup", nums(f.eblup)), ("fit", list(vec![("estvarcomp", comp), ("estcoef", coef)]))]))
}

fn unit_level(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&["formula", "dom", "selectdom", "meanxpop", "popnsize", "B", "method", "data"]);
    let f = frame(&m)?;
    let formula = m.req("formula")?;
    let y = model::response(it, &formula, &f, env)?;
    let x = model::matrix(it, &formula, &f, env)?.1;
    let dom = m.req("dom")?.nums()?;
    let (V::Frame(xm), V::Frame(pn)) = (m.req("meanxpop")?, m.req("popnsize")?) else {
        return Err("population".into());
    };
    let ids = xm.cols[0].1.nums()?;
    let means = V::Frame(Rc::new(Frame { cols: xm.cols[1..].to_vec() })).matrix()?;
    let means = if means.ncols() + 1 == x.ncols() { means.insert_column(0, 1.0) } else { means };
    let pids = pn.cols[0].1.nums()?;
    let sizes_all = pn.cols[1].1.nums()?;
    let sizes: Vec<f64> =
        ids.iter().map(|i| sizes_all[pids.iter().position(|p| p == i).unwrap_or(0)]).collect();
    let at: Vec<usize> = dom
        .iter()
        .map(|d| ids.iter().position(|i| i == d).ok_or("area without means"))
        .collect::<Result<_, _>>()?;
    let reml = m.str_or("method", "REML") == "REML";
    let fit = lib(sa::unit_level(&y, &x, &at, &means, &sizes, reml))?;
    // The areas asked for, in their order; by default those of the sample as they occur.
    let want: Vec<f64> = match m.get("selectdom") {
        Some(s) => s.nums()?,
        None => dom
            .iter()
            .enumerate()
            .filter(|(i, d)| dom.iter().position(|e| e == *d) == Some(*i))
            .map(|x| *x.1)
            .collect(),
    };
    let place: Vec<usize> =
        want.iter().map(|w| ids.iter().position(|i| i == w).ok_or("area")).collect::<Result<_, _>>()?;
    let pick = |v: &[f64]| nums(place.iter().map(|p| v[*p]).collect());
    let mut sampled: Vec<usize> = at.clone();
    sampled.sort_unstable();
    sampled.dedup();
    let eblup = V::Frame(Rc::new(Frame {
        cols: vec![
            ("domain".into(), nums(want.clone())),
            ("eblup".into(), pick(&fit.eblup)),
            ("sampsize".into(), pick(&fit.n.iter().map(|n| *n as f64).collect::<Vec<_>>())),
        ],
    }));
    let random = nums(sampled.iter().map(|d| fit.effects[*d]).collect());
    let est = list(vec![
        ("eblup", eblup),
        (
            "fit",
            list(vec![
                ("fixed", nums(fit.beta.clone())),
                ("refvar", num(fit.area_variance)),
                ("errorvar", num(fit.unit_variance)),
                ("random", V::Frame(Rc::new(Frame { cols: vec![("(Intercept)".into(), random)] }))),
                ("loglike", num(fit.log_likelihood)),
            ]),
        ),
    ]);
    if n == "eblupBHF" {
        return Ok(est);
    }
    let b = m.num_or("B", 200.0)? as usize;
    let mse = lib(sa::bootstrap_mse(&fit, &x, &at, &means, &sizes, b.max(2000), 123))?;
    let mse =
        V::Frame(Rc::new(Frame { cols: vec![("domain".into(), nums(want)), ("mse".into(), pick(&mse))] }));
    Ok(list(vec![("est", est), ("mse", mse)]))
}

/// The cases' summary of an area-level fit.
fn summary(v: &V) -> Res<V> {
    let get = |v: &V, n: &str| v.get(n).ok_or_else(|| format!("no {n}"));
    let est = get(v, "est")?;
    let fit = get(&est, "fit")?;
    let coef = get(&fit, "estcoef")?;
    let gof = get(&fit, "goodness")?.nums()?;
    let as_is = |v: V| V::AsIs(Box::new(v));
    Ok(list(vec![
        ("converged", get(&fit, "convergence")?),
        ("iterations", get(&fit, "iterations")?),
        ("sigma2_u", get(&fit, "refvar")?),
        ("rho", fit.get("spatialcorr").unwrap_or(V::Null)),
        ("beta", as_is(get(&coef, "beta")?)),
        ("beta_se", as_is(get(&coef, "std.error")?)),
        ("loglik", num(gof[0])),
        ("AIC", num(gof[1])),
        ("BIC", num(gof[2])),
        ("eblup", sums(&get(&est, "eblup")?.nums()?, "sum_i_times_v", "first", 60)),
        ("mse", sums(&get(v, "mse")?.nums()?, "sum_i_times_v", "first", 60)),
    ]))
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    Ok(Some(match n {
        "mseFH" | "eblupFH" => fay_herriot(it, n, a, env)?,
        "mseSFH" | "eblupSFH" => spatial(it, n, a, env)?,
        "eblupSTFH" => spatiotemporal(it, a, env)?,
        "eblupBHF" | "pbmseBHF" => unit_level(it, n, a, env)?,
        "fh" => summary(&a.first()?)?,
        _ => return Ok(None),
    }))
}
