//! Item response in other packages' words: ltm, TAM, equateIRT, and the cases' own helpers.

use crate::eval::{Args, Interp};
use crate::irt::columns;
use crate::value::{Env, Frame, Res, V, lib, list, num, nums, obj};
use nalgebra::DMatrix;
use std::rc::Rc;
use survey_stats::irt::{
    self, FitOptions, Item, LinkMethod, Model, Quadrature, Responses, ScoreMethod, StandardErrors, fit,
};

struct Tam {
    fit: irt::LatentRegression,
    responses: Responses,
}

fn ltm(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    let data = match a.first()? {
        V::Formula(Some(l), _) => it.eval(&l, env)?,
        v => v,
    };
    let control = a.0.iter().find(|x| x.0.as_deref() == Some("control")).map_or(V::Null, |x| x.1.clone());
    let nodes = control.get("GHk").map_or(Ok(21.0), |v| v.num())? as usize;
    let r = lib(Responses::new(columns(&data)?))?;
    // A Rasch model with its slope given is a one-parameter model whose latent spread is that slope.
    let slope_given = n == "rasch" && a.0.iter().any(|x| x.0.as_deref() == Some("constraint"));
    let model = match n {
        "rasch" if slope_given => {
            let mut m = Model::rasch(&r);
            m.groups[0].variance = irt::Parameter::Fixed(1.0);
            m
        }
        "rasch" => Model::one_parameter(&r),
        "tpm" => lib(Model::three_parameter(&r, None, None))?,
        _ => Model::two_parameter(&r, 0.0),
    };
    let o = FitOptions {
        quadrature: Quadrature::GaussHermite { nodes },
        errors: StandardErrors::None,
        ..FitOptions::default()
    };
    let f = lib(fit(&model, &r, &[], &[], &o))?;
    if n == "tpm" {
        let t = DMatrix::from_fn(r.items(), 3, |i, j| {
            let it = &f.items[0][i];
            [it.guess(), it.difficulties()[0], it.slope()][j]
        });
        let names = ["Gussng", "Dffclt", "Dscrmn"].map(str::to_string).to_vec();
        let coef = V::Mat(t, Some(r.names().to_vec()), Some(names));
        return Ok(list(vec![(".value", coef), ("log.Lik", num(f.log_likelihood))]));
    }
    if n == "grm" {
        let most = f.items[0].iter().map(Item::categories).max().unwrap_or(2);
        let t = DMatrix::from_fn(r.items(), most, |i, j| {
            let it = &f.items[0][i];
            if j + 1 == most { it.slope() } else { it.difficulties().get(j).copied().unwrap_or(f64::NAN) }
        });
        let names = (1..most).map(|k| format!("Extrmt{k}")).chain(["Dscrmn".to_string()]).collect();
        let coef = V::Mat(t, Some(r.names().to_vec()), Some(names));
        return Ok(list(vec![(".value", coef), ("log.Lik", num(f.log_likelihood))]));
    }
    let t = DMatrix::from_fn(r.items(), 2, |i, j| {
        let it = &f.items[0][i];
        if j == 0 { it.difficulties()[0] } else { it.slope() }
    });
    let coef = V::Mat(t, Some(r.names().to_vec()), Some(vec!["Dffclt".into(), "Dscrmn".into()]));
    Ok(list(vec![(".value", coef), ("log.Lik", num(f.log_likelihood))]))
}

fn tam(a: &Args) -> Res<V> {
    let m = a.matched(&["resp", "Y", "pweights", "verbose", "control"]);
    let r = lib(Responses::new(columns(&m.req("resp")?)?))?;
    let x = m.get("Y").map_or(Ok(DMatrix::zeros(r.len(), 0)), |y| y.matrix())?;
    let w = m.get("pweights").map_or(Ok(Vec::new()), |w| w.nums())?;
    let q = Quadrature::Fixed { nodes: 21, low: -6.0, high: 6.0 };
    let f = lib(irt::latent_regression(&r, &x, &w, &q, 1e-8))?;
    Ok(obj("tam", Tam { fit: f, responses: r }))
}

fn method(s: &str) -> Res<LinkMethod> {
    Ok(match s {
        "mean-mean" => LinkMethod::MeanMean,
        "mean-gmean" => LinkMethod::MeanGeometric,
        "mean-sigma" => LinkMethod::MeanSigma,
        "Haebara" => LinkMethod::Haebara,
        "Stocking-Lord" => LinkMethod::StockingLord,
        other => return Err(format!("linking {other}")),
    })
}

/// Items of one form by name: guessing (log-odds) when given, intercept, slope.
fn form(f: &Frame, k: f64) -> Res<Vec<(String, Item)>> {
    let forms = f.col("form").ok_or("no forms")?.nums()?;
    let names = f.col("item").ok_or("no items")?.strs();
    let pars: Vec<Vec<f64>> = f.cols[2..].iter().map(|c| c.1.nums()).collect::<Res<_>>()?;
    Ok((0..forms.len())
        .filter(|i| forms[*i] == k)
        .map(|i| {
            let p: Vec<f64> = pars.iter().map(|c| c[i]).collect();
            let item = match p.len() {
                1 => Item::logistic(1.0, p[0], 0.0, 1.0),
                2 => Item::logistic(p[1], p[0], 0.0, 1.0),
                _ => Item::logistic(p[2], p[1], survey_stats::special::expit(p[0]), 1.0),
            };
            (names[i].clone().unwrap_or_default(), item)
        })
        .collect())
}

fn direc(a: &Args) -> Res<V> {
    let m = a.matched(&["mods", "which", "mod1", "mod2", "method", "D", "quadrature", "nq"]);
    let V::Frame(f) = m.req("mods")? else { return Err("forms".into()) };
    let w = m.req("which")?.nums()?;
    let (one, two) = (form(&f, w[0])?, form(&f, w[1])?);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (n, item) in &one {
        if let Some((_, other)) = two.iter().find(|t| t.0 == *n) {
            x.push(item.clone());
            y.push(other.clone());
        }
    }
    let nq = m.num_or("nq", 30.0)? as usize;
    let l = lib(irt::link(&x, &y, method(&m.str_or("method", "mean-mean"))?, nq, None))?;
    // Standard errors need the items' covariances, which the cases' files do not hold.
    let unknown = V::Mat(DMatrix::from_element(2, 2, f64::INFINITY), None, None);
    Ok(list(vec![("A", num(l.a)), ("B", num(l.b)), ("varAB", unknown)]))
}

fn dif(a: &Args, classical: bool) -> Res<V> {
    let x = a.first()?.matrix()?;
    let g = a.0.get(1).ok_or("groups")?.1.nums()?;
    let top = g.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let second: Vec<bool> = g.iter().map(|v| *v == top).collect();
    let score: Vec<usize> = (0..x.nrows()).map(|i| x.row(i).sum() as usize).collect();
    let mut rows = Vec::new();
    for j in 0..x.ncols() {
        let right: Vec<bool> = x.column(j).iter().map(|v| *v == 1.0).collect();
        if classical {
            let t = lib(irt::mantel_haenszel(&right, &score, &second, x.ncols()))?;
            rows.push(vec![t.chi2, t.odds_ratio, t.delta]);
        } else {
            let t = lib(irt::logistic_dif(&right, &score, &second))?;
            rows.push(vec![t.uniform, t.nonuniform, t.both, t.group]);
        }
    }
    let names: &[&str] =
        if classical { &["chisq", "or", "delta"] } else { &["uniform", "nonuniform", "both", "g"] };
    Ok(V::Mat(
        DMatrix::from_fn(rows.len(), names.len(), |i, j| rows[i][j]),
        None,
        Some(names.iter().map(|s| s.to_string()).collect()),
    ))
}

fn variance(v: &[f64]) -> f64 {
    let m = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (v.len() as f64 - 1.0)
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    Ok(Some(match n {
        "ltm" | "rasch" | "tpm" | "grm" => ltm(it, n, a, env)?,
        "tam.mml" => tam(a)?,
        "tam.wle" => {
            let t = a.first()?.down::<Tam>().ok_or("tam.wle")?;
            let s =
                lib(irt::score(&t.fit.items, (0.0, t.fit.variance.sqrt()), &t.responses, ScoreMethod::Wle))?;
            let theta: Vec<f64> = s.iter().map(|s| s.theta).collect();
            let e2 = s.iter().map(|s| s.se * s.se).sum::<f64>() / s.len() as f64;
            let rel = 1.0 - e2 / variance(&theta);
            V::Frame(Rc::new(Frame {
                cols: vec![
                    ("theta".into(), nums(theta)),
                    ("error".into(), nums(s.iter().map(|s| s.se).collect())),
                    ("WLE.rel".into(), nums(vec![rel; s.len()])),
                ],
            }))
        }
        "direc" => direc(a)?,
        "dif_mh" => dif(a, true)?,
        "dif_lr" => dif(a, false)?,
        _ => return Ok(None),
    }))
}

pub fn field(_it: &Interp, x: &V, n: &str) -> Res<Option<V>> {
    let Some(t) = x.down::<Tam>() else { return Ok(None) };
    let frame = |cols: Vec<(&str, Vec<f64>)>| {
        V::Frame(Rc::new(Frame { cols: cols.into_iter().map(|(n, v)| (n.to_string(), nums(v))).collect() }))
    };
    let eap: Vec<f64> = t.fit.eap.iter().map(|s| s.theta).collect();
    let sd: Vec<f64> = t.fit.eap.iter().map(|s| s.se).collect();
    Ok(Some(match n {
        "deviance" => num(t.fit.deviance),
        "variance" => num(t.fit.variance),
        "beta" => nums(std::iter::once(0.0).chain(t.fit.beta.iter().copied()).collect()),
        "xsi" => frame(vec![
            ("xsi", t.fit.items.iter().map(|i| i.difficulties()[0]).collect()),
            ("se.xsi", t.fit.difficulty_se.clone()),
        ]),
        "EAP.rel" => {
            let e = sd.iter().map(|s| s * s).sum::<f64>() / sd.len() as f64;
            num(variance(&eap) / (variance(&eap) + e))
        }
        "person" => frame(vec![("EAP", eap), ("SD.EAP", sd)]),
        _ => return Ok(None),
    }))
}
