//! Item response.

use crate::eval::{Args, Interp, Matched};
use crate::irt_other as other;
use crate::irt_tables::{irt_table, se_table, slope_intercept};
use crate::value::{Env, Frame, Res, V, lib, list, num, nums, obj};
use nalgebra::DMatrix;
use std::rc::Rc;
use survey_stats::irt::{
    self, Fit, FitOptions, Item, Kind, Model, Parameter, Prior, Quadrature, Responses, ScoreMethod,
    StandardErrors, fit,
};
use survey_stats::special::logit;

/// The reference's nodes for calibration and for scores.
pub const CALIBRATION: Quadrature = Quadrature::Fixed { nodes: 61, low: -6.0, high: 6.0 };
pub const SCORING: Quadrature = Quadrature::Fixed { nodes: 121, low: -6.0, high: 6.0 };

/// A fitted model with its data.
#[derive(Clone)]
pub struct Mirt {
    pub fit: Fit,
    pub responses: Responses,
    pub group: Vec<usize>,
    pub groups: Vec<String>,
    pub with_se: bool,
}

pub fn columns(v: &V) -> Res<Vec<(String, Vec<f64>)>> {
    match v {
        V::Frame(f) => f.cols.iter().map(|c| Ok((c.0.clone(), c.1.nums()?))).collect(),
        V::Mat(m, _, names) => Ok((0..m.ncols())
            .map(|j| {
                let n = names.as_ref().map_or(format!("Item.{}", j + 1), |n| n[j].clone());
                (n, m.column(j).iter().copied().collect())
            })
            .collect()),
        V::Num(x, _) => {
            Ok(x.iter().enumerate().map(|(j, v)| (format!("Item.{}", j + 1), vec![*v])).collect())
        }
        _ => Err("no responses".into()),
    }
}

/// Places "1-5" or "1,3-4" as zero-based items.
fn span(s: &str) -> Vec<usize> {
    s.split(',')
        .filter_map(|p| {
            let mut e = p.trim().split('-').map(|x| x.trim().parse::<usize>().ok());
            let a = e.next().flatten()?;
            Some((a - 1)..e.next().flatten().unwrap_or(a))
        })
        .flatten()
        .collect()
}

/// The groups "(1-5,a1)" of a line of a model.
fn clauses(line: &str) -> Vec<Vec<String>> {
    line.split('(')
        .skip(1)
        .map(|c| c.split(')').next().unwrap_or("").split(',').map(|s| s.trim().to_string()).collect())
        .collect()
}

fn build(r: &Responses, kind: &str, guess: f64, syntax: Option<&str>) -> Res<Model> {
    let mut m = match kind {
        "3PL" => lib(Model::three_parameter(r, None, None))?,
        "Rasch" => Model::rasch(r),
        "gpcm" => Model::partial_credit(r),
        "2PL" | "graded" | "" => Model::two_parameter(r, guess),
        other => return Err(format!("item type {other}")),
    };
    for line in syntax.unwrap_or("").lines() {
        let line = line.trim();
        if line.starts_with("CONSTRAIN") {
            for c in clauses(line) {
                let at = if c.last().is_some_and(|n| n == "a1") { 0 } else { 1 };
                let items: Vec<usize> = c[..c.len() - 1].iter().flat_map(|s| span(s)).collect();
                m.share(0, &items, at);
            }
        } else if line.starts_with("PRIOR") {
            for c in clauses(line) {
                let k = c.iter().position(|s| ["a1", "d", "g", "u"].contains(&s.as_str())).ok_or("prior")?;
                let value = |i: usize| c.get(i).and_then(|s| s.parse::<f64>().ok()).ok_or("prior value");
                let (x, y) = (value(k + 2)?, value(k + 3)?);
                let prior = match c[k + 1].as_str() {
                    "norm" => Prior::Normal { mean: x, sd: y },
                    "lnorm" => Prior::LogNormal { mean: x, sd: y },
                    "beta" | "expbeta" => Prior::Beta { a: x, b: y },
                    other => return Err(format!("prior {other}")),
                };
                let at = ["a1", "d", "g", "u"].iter().position(|n| *n == c[k]).unwrap_or(0);
                for j in c[..k].iter().flat_map(|s| span(s)) {
                    if let Parameter::Free(f) = m.items[0][j].1[at] {
                        m.priors[f] = Some(prior);
                        if let (2, Prior::Normal { mean, .. }) = (at, prior) {
                            m.start[f] = mean;
                        }
                    }
                }
            }
        }
    }
    Ok(m)
}

pub const PLACES: [&str; 4] = ["a1", "d", "g", "u"];

/// The parameter table of a model of right-or-wrong items.
fn table(m: &Model, names: &[String]) -> V {
    let mut rows: Vec<(String, String, f64, bool)> = Vec::new();
    let value = |p: Parameter| match p {
        Parameter::Free(f) => (m.start[f], true),
        Parameter::Fixed(v) => (v, false),
    };
    for (j, (_, par)) in m.items[0].iter().enumerate() {
        for (i, p) in par.iter().enumerate() {
            let (v, est) = value(*p);
            let v = if i >= 2 { survey_stats::special::expit(v) } else { v };
            rows.push((names[j].clone(), PLACES.get(i).unwrap_or(&"d").to_string(), v, est));
        }
    }
    rows.push(("GROUP".into(), "MEAN_1".into(), value(m.groups[0].mean).0, value(m.groups[0].mean).1));
    rows.push((
        "GROUP".into(),
        "COV_11".into(),
        value(m.groups[0].variance).0,
        value(m.groups[0].variance).1,
    ));
    let words = |w: Vec<String>| V::Str(w.into_iter().map(Some).collect(), None);
    V::Frame(Rc::new(Frame {
        cols: vec![
            ("item".into(), words(rows.iter().map(|r| r.0.clone()).collect())),
            ("name".into(), words(rows.iter().map(|r| r.1.clone()).collect())),
            ("value".into(), nums(rows.iter().map(|r| r.2).collect())),
            ("est".into(), V::Bool(rows.iter().map(|r| Some(r.3)).collect(), None)),
        ],
    }))
}

/// Applies an edited parameter table.
fn apply_table(m: &mut Model, t: &Frame, names: &[String]) -> Res<()> {
    let col = |n: &str| t.col(n).cloned().ok_or_else(|| format!("no column {n}"));
    let (item, name, value, est) =
        (col("item")?.strs(), col("name")?.strs(), col("value")?.nums()?, col("est")?.bools()?);
    for (j, own) in names.iter().enumerate() {
        let rows: Vec<usize> =
            (0..item.len()).filter(|i| item[*i].as_deref() == Some(own.as_str())).collect();
        let fixed = rows.iter().all(|i| est[*i] != Some(true));
        let at = |p: &str| rows.iter().find(|i| name[**i].as_deref() == Some(p)).map(|i| value[*i]);
        if fixed {
            let it = Item {
                kind: Kind::Logistic,
                parameters: vec![
                    at("a1").ok_or("a1")?,
                    at("d").ok_or("d")?,
                    logit(at("g").unwrap_or(0.0)),
                    logit(at("u").unwrap_or(1.0)),
                ],
            };
            lib(m.fix_item(0, j, &it))?;
        }
    }
    let freed = (0..item.len()).any(|i| name[i].as_deref() == Some("MEAN_1") && est[i] == Some(true));
    if freed {
        m.free_group(0);
    }
    Ok(())
}

fn options(m: &Matched) -> FitOptions {
    let se = m.flag("SE");
    let kind = m.str_or("SE.type", "Oakes");
    let limits = m
        .get("technical")
        .and_then(|t| t.get("theta_lim"))
        .and_then(|v| v.nums().ok())
        .unwrap_or(vec![-6.0, 6.0]);
    let nodes = m.num_or("quadpts", 61.0).unwrap_or(61.0) as usize;
    FitOptions {
        quadrature: Quadrature::Fixed { nodes, low: limits[0], high: limits[1] },
        errors: match (se, kind.as_str()) {
            (false, _) => StandardErrors::None,
            (true, "sandwich" | "sandwich.Louis" | "MLR") => StandardErrors::SandwichFrequency,
            (true, _) => StandardErrors::Observed,
        },
        ..FitOptions::default()
    }
}

const FORMALS: &[&str] = &[
    "data", "model", "itemtype", "guess", "SE", "SE.type", "pars", "survey.weights", "TOL", "technical",
    "verbose", "group", "invariance", "quadpts",
];

fn mirt(a: &Args) -> Res<V> {
    let m = a.matched(FORMALS);
    let r = lib(Responses::new(columns(&m.req("data")?)?))?;
    let syntax = m.get("model").and_then(|v| if let V::Str(..) = v { v.str().ok() } else { None });
    let mut model = build(&r, &m.str_or("itemtype", ""), m.num_or("guess", 0.0)?, syntax.as_deref())?;
    match m.get("pars") {
        Some(V::Frame(t)) => apply_table(&mut model, &t, r.names())?,
        Some(_) => return Ok(table(&model, r.names())),
        None => {}
    }
    let w = m.get("survey.weights").map_or(Ok(Vec::new()), |w| w.nums())?;
    let o = options(&m);
    let fitted = fit(&model, &r, &w, &[], &o);
    // Without priors the guessing of easy items is hardly identified: estimates, but no standard errors.
    let (f, with_se) = match fitted {
        Err(survey_stats::Error::NotPositiveDefinite { .. }) => {
            (lib(fit(&model, &r, &w, &[], &FitOptions { errors: StandardErrors::None, ..o }))?, true)
        }
        other => (lib(other)?, m.flag("SE")),
    };
    let f = as_the_reference_has_it(f)?;
    let n = r.len();
    Ok(obj("mirt", Mirt { fit: f, responses: r, group: vec![0; n], groups: vec!["all".into()], with_se }))
}

/// The covariance with the reference's second derivative of log-normal priors, whose middle term
/// `(ln x - m) / (s^2 x^2)` has the opposite sign there; DESIGN.md says why ours differs.
fn as_the_reference_has_it(mut f: Fit) -> Res<Fit> {
    let Some(v) = &f.vcov else { return Ok(f) };
    let mut info = lib(survey_stats::linalg::inverse(v, "covariance of the items"))?;
    let mut changed = false;
    for (i, p) in f.model.priors.iter().enumerate() {
        if let Some(Prior::LogNormal { mean, sd }) = p {
            let x = f.estimates[i];
            info[(i, i)] += 2.0 * (x.ln() - mean) / (sd * sd * x * x);
            changed = true;
        }
    }
    if changed {
        f.vcov = Some(lib(survey_stats::linalg::inverse(&info, "information of the items"))?);
    }
    Ok(f)
}

fn multiple_group(a: &Args) -> Res<V> {
    let m =
        a.matched(&["data", "model", "group", "itemtype", "invariance", "TOL", "technical", "verbose", "SE"]);
    let r = lib(Responses::new(columns(&m.req("data")?)?))?;
    let g = m.req("group")?;
    let (codes, groups) = V::Str(g.strs(), None).factor()?;
    let group: Vec<usize> = codes.into_iter().map(|c| c.unwrap_or(0)).collect();
    let inv: Vec<String> =
        m.get("invariance").map_or(Vec::new(), |v| v.strs().into_iter().flatten().collect());
    let all = inv.iter().any(|s| s == "slopes") && inv.iter().any(|s| s == "intercepts");
    let invariant: Vec<bool> = r.names().iter().map(|n| all || inv.contains(n)).collect();
    let base = build(&r, &m.str_or("itemtype", ""), 0.0, None)?;
    let mut model = base.several_groups(groups.len(), &invariant);
    for g in 1..groups.len() {
        if !inv.iter().any(|s| s == "free_means") {
            model.groups[g].mean = Parameter::Fixed(0.0);
        }
        if !inv.iter().any(|s| s == "free_var") {
            model.groups[g].variance = Parameter::Fixed(1.0);
        }
    }
    let f = lib(fit(&model, &r, &[], &group, &options(&m)))?;
    Ok(obj("mirt", Mirt { fit: f, responses: r, group, groups, with_se: false }))
}

fn dif(a: &Args) -> Res<V> {
    let m = a.matched(&["MGmodel", "which.par", "scheme", "items2test"]);
    let base = m.req("MGmodel")?.down::<Mirt>().ok_or("DIF")?;
    let add = m.str_or("scheme", "add") == "add";
    let which: Vec<String> =
        m.get("which.par").map_or(Vec::new(), |v| v.strs().into_iter().flatten().collect());
    let items: Vec<usize> = match m.get("items2test") {
        Some(v @ V::Str(..)) => v
            .strs()
            .iter()
            .flatten()
            .filter_map(|s| base.responses.names().iter().position(|n| n == s))
            .collect(),
        Some(v) => v.nums()?.iter().map(|x| *x as usize - 1).collect(),
        None => (0..base.responses.items()).collect(),
    };
    let (mut x2, mut df) = (Vec::new(), Vec::new());
    for j in items {
        let mut c = base.fit.model.clone();
        if add {
            c.constrain_item(j);
        } else {
            c.free_item(j, |i| which.iter().any(|w| w == PLACES[i.min(3)]));
        }
        let o = FitOptions { quadrature: CALIBRATION, errors: StandardErrors::None, ..FitOptions::default() };
        let f = lib(fit(&c, &base.responses, &[], &base.group, &o))?;
        x2.push(2.0 * (base.fit.log_likelihood - f.log_likelihood).abs());
        df.push((base.fit.estimates.len() as f64 - f.estimates.len() as f64).abs());
    }
    Ok(list(vec![("X2", nums(x2)), ("df", nums(df))]))
}

/// The cases' summary of a fitted model.
fn summary(x: &Mirt) -> V {
    let items = &x.fit.items[0];
    let rows = Some(x.responses.names().to_vec());
    let mat = |(m, c): (DMatrix<f64>, Vec<String>)| V::Mat(m, rows.clone(), Some(c));
    let (mean, sd) = x.fit.latent[0];
    let mut l = vec![
        ("loglik", num(x.fit.log_likelihood)),
        ("AIC", num(x.fit.aic())),
        ("BIC", num(x.fit.bic())),
        ("slope_intercept", mat(slope_intercept(items))),
        ("irt", mat(irt_table(items))),
        ("group_mean", V::AsIs(Box::new(num(mean)))),
        ("group_cov", V::AsIs(Box::new(num(sd * sd)))),
    ];
    if x.with_se {
        l.push(("se", mat(se_table(x))));
        let group = |p: Parameter| V::AsIs(Box::new(num(x.fit.se(p).unwrap_or(f64::NAN))));
        l.push(("se_group_mean", group(x.fit.model.groups[0].mean)));
        l.push(("se_group_cov", group(x.fit.model.groups[0].variance)));
    }
    list(l)
}

pub fn score(x: &Mirt, data: &V, method: &str) -> Res<Vec<irt::Score>> {
    let r = match data {
        V::Null => x.responses.clone(),
        v => {
            let mut c = columns(v)?;
            // New answers are coded from the lowest category of the calibration.
            let low = if x.fit.items[0].iter().any(|i| i.categories() > 2) {
                c.iter()
                    .flat_map(|c| c.1.iter().copied())
                    .filter(|v| !v.is_nan())
                    .fold(f64::INFINITY, f64::min)
                    .min(1.0)
            } else {
                0.0
            };
            for (_, v) in &mut c {
                v.iter_mut().for_each(|x| *x -= low);
            }
            lib(Responses::for_scoring(c))?
        }
    };
    let method = match method {
        "EAP" => ScoreMethod::Eap(SCORING),
        "MAP" => ScoreMethod::Map,
        "ML" => ScoreMethod::Ml,
        "WLE" => ScoreMethod::WleCurvature,
        other => return Err(format!("scores {other}")),
    };
    lib(irt::score(&x.fit.items[0], x.fit.latent[0], &r, method))
}

fn fscores(a: &Args) -> Res<V> {
    let m = a.matched(&[
        "object", "method", "full.scores", "response.pattern", "plausible.draws", "full.scores.SE", "verbose",
    ]);
    let x = m.req("object")?.down::<Mirt>().ok_or("fscores")?;
    if let Some(k) = m.get("plausible.draws") {
        let draws = irt::plausible_values(
            &x.fit.items[0],
            x.fit.latent[0],
            &x.responses,
            &SCORING,
            k.num()? as usize,
            808,
        );
        return Ok(V::List(draws.into_iter().map(|d| (String::new(), nums(d))).collect()));
    }
    let method = m.str_or("method", "EAP");
    if method == "EAPsum" {
        let s = irt::eap_sum(&x.fit.items[0], x.fit.latent[0], &SCORING);
        return Ok(V::Frame(Rc::new(Frame {
            cols: vec![
                ("Sum.Scores".into(), nums(s.iter().map(|s| s.points as f64).collect())),
                ("F1".into(), nums(s.iter().map(|s| s.theta).collect())),
                ("SE_F1".into(), nums(s.iter().map(|s| s.se).collect())),
            ],
        })));
    }
    let s = score(&x, &m.get("response.pattern").unwrap_or(V::Null), &method)?;
    Ok(V::Mat(
        DMatrix::from_fn(s.len(), 2, |i, j| if j == 0 { s[i].theta } else { s[i].se }),
        None,
        Some(vec!["F1".into(), "SE_F1".into()]),
    ))
}

fn coefficients(x: &Mirt) -> V {
    let rows = Some(x.responses.names().to_vec());
    let group = |g: usize| {
        let (m, c) = slope_intercept(&x.fit.items[g]);
        let (mean, sd) = x.fit.latent[g];
        list(vec![
            ("items", V::Mat(m, rows.clone(), Some(c))),
            ("means", V::Num(vec![mean], Some(vec!["F1".into()]))),
            ("cov", V::Mat(DMatrix::from_element(1, 1, sd * sd), None, None)),
        ])
    };
    if x.groups.len() == 1 {
        return group(0);
    }
    V::List(x.groups.iter().enumerate().map(|(g, n)| (n.clone(), group(g))).collect())
}

pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    let m0 = || a.first()?.down::<Mirt>().ok_or_else(|| "a fitted model is needed".to_string());
    let at = |i: usize| a.0.get(i).map(|v| v.1.clone()).ok_or_else(|| "argument".to_string());
    Ok(Some(match n {
        "mirt.model" => a.first()?,
        "mirt" => mirt(a)?,
        "multipleGroup" => multiple_group(a)?,
        "DIF" => dif(a)?,
        "ip" => summary(&*m0()?),
        "sc" => {
            let m = a.matched(&["m", "pat", "method"]);
            let x = m.req("m")?.down::<Mirt>().ok_or("sc")?;
            let s = score(&x, &m.req("pat")?, &m.str_or("method", "EAP"))?;
            list(vec![
                ("theta", V::AsIs(Box::new(nums(s.iter().map(|s| s.theta).collect())))),
                ("se", V::AsIs(Box::new(nums(s.iter().map(|s| s.se).collect())))),
            ])
        }
        "coef" => coefficients(&*m0()?),
        "extract.mirt" => {
            let x = m0()?;
            match at(1)?.str()?.as_str() {
                "logLik" => num(x.fit.log_likelihood),
                "logPrior" => num(x.fit.log_posterior - x.fit.log_likelihood),
                "AIC" => num(x.fit.aic()),
                "BIC" => num(x.fit.bic()),
                "nest" => num(x.fit.estimates.len() as f64),
                other => return Err(format!("extract {other}")),
            }
        }
        "logLik" => num(m0()?.fit.log_likelihood),
        "testinfo" | "expected.test" => {
            let x = m0()?;
            let t = at(1)?.nums()?;
            let f = if n == "testinfo" { irt::information } else { irt::expected_score };
            let low = 0.0;
            nums(t.iter().map(|t| f(&x.fit.items[0], *t) + low).collect())
        }
        "empirical_rxx" => {
            let s = at(0)?.matrix()?;
            let s: Vec<irt::Score> =
                (0..s.nrows()).map(|i| irt::Score { theta: s[(i, 0)], se: s[(i, 1)] }).collect();
            num(irt::empirical_reliability(&s, &[]))
        }
        "marginal_rxx" => {
            let x = m0()?;
            num(irt::marginal_reliability(&x.fit.items[0], x.fit.latent[0]))
        }
        "fscores" => fscores(a)?,
        "itemfit" => {
            let x = m0()?;
            let est: Vec<usize> = x.fit.model.items[0]
                .iter()
                .map(|(_, p)| p.iter().filter(|p| matches!(p, Parameter::Free(_))).count())
                .collect();
            let f = lib(irt::s_x2(&x.fit.items[0], x.fit.latent[0], &x.responses, &est, &CALIBRATION))?;
            V::Frame(Rc::new(Frame {
                cols: vec![
                    ("item".into(), V::Str(x.responses.names().iter().cloned().map(Some).collect(), None)),
                    ("S_X2".into(), nums(f.iter().map(|f| f.statistic).collect())),
                    ("df.S_X2".into(), nums(f.iter().map(|f| f.df).collect())),
                    ("p.S_X2".into(), nums(f.iter().map(|f| f.p).collect())),
                ],
            }))
        }
        "extract.item" => {
            let x = m0()?;
            let j = match at(1)? {
                v @ V::Str(..) => {
                    let s = v.str()?;
                    x.responses.names().iter().position(|n| *n == s).ok_or("item")?
                }
                v => v.num()? as usize - 1,
            };
            obj("item", x.fit.items[0][j].clone())
        }
        "probtrace" | "iteminfo" => {
            let item = a.first()?.down::<Item>().ok_or("item")?;
            let t = at(1)?.nums()?;
            if n == "iteminfo" {
                nums(t.iter().map(|t| item.information(*t)).collect())
            } else {
                let p: Vec<Vec<f64>> = t.iter().map(|t| item.probabilities(*t)).collect();
                let names = (0..item.categories()).map(|k| format!("P.{k}")).collect();
                V::Mat(DMatrix::from_fn(t.len(), item.categories(), |i, j| p[i][j]), None, Some(names))
            }
        }
        _ => return other::call(it, n, a, env),
    }))
}

pub fn field(it: &Interp, x: &V, n: &str) -> Res<Option<V>> {
    other::field(it, x, n)
}
