//! The general functions by name.

use crate::base::{binary, combine, simplify, with_names};
use crate::eval::{Args, Interp, seq_len};
use crate::value::{Env, Frame, Res, V, num, nums};
use nalgebra::DMatrix;
use std::rc::Rc;

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

fn order(v: &V, decreasing: bool) -> Res<Vec<usize>> {
    let mut o: Vec<usize> = (0..v.len()).collect();
    if matches!(v, V::Str(..)) {
        let s = v.strs();
        o.sort_by(|a, b| s[*a].cmp(&s[*b]));
    } else {
        let x = v.nums()?;
        o.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    }
    if decreasing {
        o.reverse();
    }
    Ok(o)
}

/// A general function, or nothing when the name is not one.
pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    let two = || Ok::<_, String>((a.first()?, a.0.get(1).map(|x| x.1.clone()).ok_or("second argument")?));
    let v = match n {
        "c" => combine(&a.0)?,
        "list" => V::List(a.0.iter().map(|(n, v)| (n.clone().unwrap_or_default(), v.clone())).collect()),
        "I" => V::AsIs(Box::new(x()?)),
        "unlist" => match x()? {
            V::List(l) => combine(
                &l.into_iter().map(|(n, v)| (Some(n).filter(|n| !n.is_empty()), v)).collect::<Vec<_>>(),
            )?,
            v => v,
        },
        "as.numeric" | "as.vector" | "drop" | "as.integer" | "as.double" if !matches!(x()?, V::Obj(..)) => {
            let v = x()?.plain();
            match (&v, n) {
                // A result whose first entry is its value (a proportion, combined estimates).
                (V::List(l), _) if l.first().is_some_and(|e| e.0 == ".value") => l[0].1.clone(),
                (V::Str(..), "as.vector") => v,
                (V::Factor(c, l), _) if l.iter().all(|s| s.parse::<f64>().is_err()) || n == "as.integer" => {
                    nums(c.iter().map(|c| c.map_or(f64::NAN, |c| c as f64 + 1.0)).collect())
                }
                _ => nums(v.nums()?),
            }
        }
        "as.character" => V::Str(x()?.strs(), None),
        "as.logical" => V::Bool(x()?.bools()?, None),
        "unname" => with_names(&x()?, None),
        "unclass" | "identity" | "force" => x()?,
        "names" | "colnames" => match x()? {
            V::Mat(_, _, Some(c)) => V::Str(c.into_iter().map(Some).collect(), None),
            v => v.names().map_or(V::Null, |n| V::Str(n.into_iter().map(Some).collect(), None)),
        },
        "rownames" => match x()? {
            V::Mat(_, Some(r), _) => V::Str(r.into_iter().map(Some).collect(), None),
            _ => V::Null,
        },
        "levels" => V::Str(x()?.factor()?.1.into_iter().map(Some).collect(), None),
        "setNames" => {
            let (v, n) = two()?;
            with_names(&v, Some(n.strs().into_iter().map(Option::unwrap_or_default).collect()))
        }
        "length" => num(x()?.len() as f64),
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
        "is.na" => V::Bool(
            match x()? {
                v @ (V::Str(..) | V::Factor(..)) => v.strs().iter().map(|s| Some(s.is_none())).collect(),
                v => v.nums()?.iter().map(|v| Some(v.is_nan())).collect(),
            },
            None,
        ),
        "any" => V::Bool(vec![Some(x()?.bools()?.contains(&Some(true)))], None),
        "all" => V::Bool(vec![Some(x()?.bools()?.iter().all(|b| *b == Some(true)))], None),
        "which" => {
            let b = x()?.bools()?;
            nums((0..b.len()).filter(|i| b[*i] == Some(true)).map(|i| i as f64 + 1.0).collect())
        }
        "which.max" | "which.min" => {
            let o = order(&x()?, n == "which.max")?;
            num(o.first().map_or(f64::NAN, |i| *i as f64 + 1.0))
        }
        "rev" => {
            let v = x()?;
            v.pick(&(0..v.len()).rev().collect::<Vec<_>>())
        }
        "order" | "sort" => {
            let dec = a.0.iter().any(|x| x.0.as_deref() == Some("decreasing") && x.1.truth());
            let v = x()?;
            let o = order(&v, dec)?;
            if n == "sort" { v.pick(&o) } else { nums(o.iter().map(|i| *i as f64 + 1.0).collect()) }
        }
        "unique" => {
            let v = x()?;
            let s = v.strs();
            v.pick(
                &(0..s.len()).filter(|i| s.iter().position(|t| *t == s[*i]) == Some(*i)).collect::<Vec<_>>(),
            )
        }
        "head" | "tail" => {
            let v = x()?;
            let k = a.0.get(1).map_or(Ok(6.0), |k| k.1.num())? as usize;
            match &v {
                V::Frame(f) => {
                    let m = f.nrow();
                    let at: Vec<usize> = if n == "head" {
                        (0..k.min(m)).collect()
                    } else {
                        (m.saturating_sub(k)..m).collect()
                    };
                    V::Frame(Rc::new(f.rows(&at)))
                }
                _ => {
                    let m = v.len();
                    let at: Vec<usize> = if n == "head" {
                        (0..k.min(m)).collect()
                    } else {
                        (m.saturating_sub(k)..m).collect()
                    };
                    v.pick(&at)
                }
            }
        }
        "rep" | "rep_len" => {
            let m = a.matched(&["x", "times", "each", "length.out"]);
            let v = m.req("x")?;
            let each = m.num_or("each", 1.0)? as usize;
            let base: Vec<usize> = (0..v.len()).flat_map(|i| vec![i; each]).collect();
            let times = m.get("times").map_or(Ok(vec![1.0]), |t| t.nums())?;
            let mut at: Vec<usize> = if times.len() > 1 {
                base.iter().zip(&times).flat_map(|(i, t)| vec![*i; *t as usize]).collect()
            } else {
                base.repeat(times[0] as usize)
            };
            if let Some(l) = m.get("length.out") {
                let l = l.num()? as usize;
                at = (0..l).map(|i| base[i % base.len()]).collect();
            }
            v.pick(&at)
        }
        "seq" => {
            let m = a.matched(&["from", "to", "by", "length.out"]);
            let from = m.num_or("from", 1.0)?;
            match (
                m.get("to"),
                m.get("by"),
                m.get("length.out")
                    .or_else(|| m.rest.iter().find(|r| r.0.as_deref() == Some("len")).map(|r| r.1.clone())),
            ) {
                (Some(to), None, Some(l)) => {
                    let (to, l) = (to.num()?, l.num()?);
                    nums((0..l as usize).map(|i| from + (to - from) * i as f64 / (l - 1.0)).collect())
                }
                (Some(to), Some(by), _) => {
                    let (to, by) = (to.num()?, by.num()?);
                    nums((0..=((to - from) / by + 1e-10) as usize).map(|i| from + by * i as f64).collect())
                }
                (Some(to), None, None) => return binary(":", &num(from), &to).map(Some),
                _ => seq_len(m.req("from")?.len().max(from as usize)),
            }
        }
        "seq_len" => seq_len(x()?.num()? as usize),
        "seq_along" => seq_len(x()?.len()),
        "ifelse" => {
            let m = a.matched(&["test", "yes", "no"]);
            let (t, y, no) = (m.req("test")?.bools()?, m.req("yes")?, m.req("no")?);
            if matches!(y, V::Str(..)) {
                let (y, no) = (y.strs(), no.strs());
                V::Str(
                    t.iter()
                        .enumerate()
                        .map(|(i, b)| {
                            b.and_then(|b| if b { y[i % y.len()].clone() } else { no[i % no.len()].clone() })
                        })
                        .collect(),
                    None,
                )
            } else {
                let (y, no) = (y.nums()?, no.nums()?);
                nums(
                    t.iter()
                        .enumerate()
                        .map(|(i, b)| {
                            b.map_or(f64::NAN, |b| if b { y[i % y.len()] } else { no[i % no.len()] })
                        })
                        .collect(),
                )
            }
        }
        "paste" | "paste0" => {
            let mut sep = if n == "paste" { " ".to_string() } else { String::new() };
            let mut parts = Vec::new();
            for (k, v) in &a.0 {
                match k.as_deref() {
                    Some("sep") => sep = v.str()?,
                    Some("collapse") => {}
                    _ => parts.push(v.strs()),
                }
            }
            let len = parts.iter().map(Vec::len).max().unwrap_or(0);
            V::Str(
                (0..len)
                    .map(|i| {
                        Some(
                            parts
                                .iter()
                                .map(|p| p[i % p.len()].clone().unwrap_or_else(|| "NA".into()))
                                .collect::<Vec<_>>()
                                .join(&sep),
                        )
                    })
                    .collect(),
                None,
            )
        }
        "factor" | "as.factor" => {
            let m = a.matched(&["x", "levels", "labels"]);
            let v = m.req("x")?;
            match m.get("levels") {
                Some(l) => {
                    let l: Vec<String> = l.strs().into_iter().flatten().collect();
                    V::Factor(
                        v.strs()
                            .iter()
                            .map(|s| s.as_ref().and_then(|s| l.iter().position(|t| t == s)))
                            .collect(),
                        l,
                    )
                }
                None => {
                    let (c, l) = v.factor()?;
                    V::Factor(c, l)
                }
            }
        }
        "interaction" => {
            let drop = a.0.iter().any(|x| x.0.as_deref() == Some("drop") && x.1.truth());
            let parts: Vec<_> =
                a.0.iter().filter(|x| x.0.is_none()).map(|x| x.1.factor()).collect::<Res<_>>()?;
            interaction(&parts, drop)
        }
        "cut" => {
            let m = a.matched(&["x", "breaks", "labels", "include.lowest", "right"]);
            let b = m.req("breaks")?.nums()?;
            let right = m.get("right").is_none_or(|v| v.truth());
            let labels: Vec<String> = match m.get("labels") {
                Some(l @ V::Str(..)) => l.strs().into_iter().flatten().collect(),
                _ => b
                    .windows(2)
                    .map(|w| {
                        let (l, r) = (crate::value::general(w[0], 3), crate::value::general(w[1], 3));
                        if right { format!("({l},{r}]") } else { format!("[{l},{r})") }
                    })
                    .collect(),
            };
            let lowest = m.flag("include.lowest");
            let codes = m
                .req("x")?
                .nums()?
                .iter()
                .map(|x| {
                    b.windows(2).position(|w| {
                        if right {
                            (*x > w[0] || (lowest && *x == b[0] && w[0] == b[0])) && *x <= w[1]
                        } else {
                            *x >= w[0] && *x < w[1]
                        }
                    })
                })
                .collect();
            V::Factor(codes, labels)
        }
        "table" => {
            let (c, l) = x()?.factor()?;
            V::Num(
                (0..l.len()).map(|k| c.iter().filter(|c| **c == Some(k)).count() as f64).collect(),
                Some(l),
            )
        }
        "tapply" => {
            let m = a.matched(&["X", "INDEX", "FUN"]);
            let v = m.req("X")?;
            let (c, l) = m.req("INDEX")?.factor()?;
            let f = m.req("FUN")?;
            let mut out = Vec::new();
            for k in 0..l.len() {
                let at: Vec<usize> = (0..c.len()).filter(|i| c[*i] == Some(k)).collect();
                out.push(it.apply(&f, Args(vec![(None, v.pick(&at))]), env)?.num()?);
            }
            V::Num(out, Some(l))
        }
        "sapply" | "lapply" | "vapply" => {
            let m = a.matched(&["X", "FUN"]);
            let (v, f) = (m.req("X")?.plain(), m.req("FUN")?);
            let names = v.names().filter(|n| n.iter().any(|n| !n.is_empty()));
            let text = matches!(v, V::Str(..));
            let mut out = Vec::new();
            for i in 0..v.len() {
                let e = match &v {
                    V::List(l) => l[i].1.clone(),
                    V::Frame(f) => f.cols[i].1.clone(),
                    v => v.pick(&[i]),
                };
                let mut args =
                    vec![(None, with_names(&e, e.names().filter(|_| matches!(v, V::List(_) | V::Frame(_)))))];
                args.extend(m.rest.iter().filter(|r| r.0.as_deref() != Some("USE.NAMES")).cloned());
                let name = names
                    .as_ref()
                    .map(|n| n[i].clone())
                    .or_else(|| if text && n == "sapply" { v.strs()[i].clone() } else { None });
                out.push((name.unwrap_or_default(), it.apply(&f, Args(args), env)?));
            }
            if n == "lapply" { V::List(out) } else { simplify(out, names.is_some() || text)? }
        }
        "apply" => {
            let m = a.matched(&["X", "MARGIN", "FUN"]);
            let (x, by, f) = (m.req("X")?, m.req("MARGIN")?.num()?, m.req("FUN")?);
            let mat = x.matrix()?;
            let k = if by == 1.0 { mat.nrows() } else { mat.ncols() };
            let mut out = Vec::new();
            for i in 0..k {
                let v: Vec<f64> = if by == 1.0 {
                    mat.row(i).iter().copied().collect()
                } else {
                    mat.column(i).iter().copied().collect()
                };
                out.push((String::new(), it.apply(&f, Args(vec![(None, nums(v))]), env)?));
            }
            simplify(out, false)?
        }
        "data.frame" | "cbind" | "cbind.data.frame" => {
            let mut cols: Vec<(String, V)> = Vec::new();
            for (k, (name, v)) in a.0.iter().enumerate() {
                match v {
                    V::Frame(f) => cols.extend(f.cols.clone()),
                    V::Mat(m, _, cn) => {
                        for j in 0..m.ncols() {
                            let nm = cn.as_ref().map_or(format!("V{}", j + 1), |c| c[j].clone());
                            cols.push((nm, nums(m.column(j).iter().copied().collect())));
                        }
                    }
                    v => cols.push((name.clone().unwrap_or(format!("V{}", k + 1)), v.clone().plain())),
                }
            }
            let rows = cols.iter().map(|c| c.1.len()).max().unwrap_or(0);
            for c in &mut cols {
                if c.1.len() == 1 && rows > 1 {
                    c.1 = c.1.pick(&vec![0; rows]);
                }
            }
            V::Frame(Rc::new(Frame { cols }))
        }
        "as.matrix" | "as.data.frame" => match (x()?, n) {
            (V::Frame(f), "as.matrix") => {
                let names = f.cols.iter().map(|c| c.0.clone()).collect();
                V::Mat(V::Frame(f.clone()).matrix()?, None, Some(names))
            }
            (v, _) => v,
        },
        "matrix" => {
            let m = a.matched(&["data", "nrow", "ncol", "byrow"]);
            let d = m.req("data")?.nums()?;
            let nr = m.get("nrow").map(|v| v.num()).transpose()?;
            let nc = m.get("ncol").map(|v| v.num()).transpose()?;
            let (nr, nc) = match (nr, nc) {
                (Some(r), Some(c)) => (r as usize, c as usize),
                (Some(r), None) => (r as usize, d.len().div_ceil(r as usize)),
                (None, Some(c)) => (d.len().div_ceil(c as usize), c as usize),
                _ => (d.len(), 1),
            };
            let byrow = m.flag("byrow");
            V::Mat(
                DMatrix::from_fn(nr, nc, |i, j| d[(if byrow { i * nc + j } else { j * nr + i }) % d.len()]),
                None,
                None,
            )
        }
        "t" => match x()? {
            V::Mat(m, r, c) => V::Mat(m.transpose(), c, r),
            v => V::Mat(v.matrix()?.transpose(), None, v.names()),
        },
        "diag" => match x()? {
            V::Mat(m, r, _) => V::Num(m.diagonal().iter().copied().collect(), r),
            v => V::Mat(DMatrix::from_diagonal(&v.nums()?.into()), None, None),
        },
        "outer" => {
            let (u, v) = two()?;
            let (u, v) = (u.nums()?, v.nums()?);
            let op = a.0.get(2).and_then(|x| x.1.str().ok()).unwrap_or("*".into());
            let mut m = DMatrix::zeros(u.len(), v.len());
            for i in 0..u.len() {
                for j in 0..v.len() {
                    m[(i, j)] = binary(&op, &num(u[i]), &num(v[j]))?.num()?;
                }
            }
            V::Mat(m, None, None)
        }
        "sweep" => {
            let m = a.matched(&["x", "MARGIN", "STATS", "FUN"]);
            let mut x = m.req("x")?.matrix()?;
            let (by, s, f) = (m.req("MARGIN")?.num()?, m.req("STATS")?.nums()?, m.str_or("FUN", "-"));
            for i in 0..x.nrows() {
                for j in 0..x.ncols() {
                    let k = if by == 1.0 { i } else { j };
                    x[(i, j)] = binary(&f, &num(x[(i, j)]), &num(s[k % s.len()]))?.num()?;
                }
            }
            V::Mat(x, None, None)
        }
        "rowSums" | "rowMeans" | "colSums" | "colMeans" => {
            let m = x()?.matrix()?;
            let s: Vec<f64> = if n.starts_with("row") {
                m.row_iter().map(|r| r.sum()).collect()
            } else {
                m.column_iter().map(|c| c.sum()).collect()
            };
            let k = if n.starts_with("row") { m.ncols() } else { m.nrows() } as f64;
            nums(if n.ends_with("Means") { s.iter().map(|v| v / k).collect() } else { s })
        }
        "nrow" | "NROW" => match x()? {
            V::Frame(f) => num(f.nrow() as f64),
            V::Mat(m, _, _) => num(m.nrow_() as f64),
            V::Obj(..) => return Ok(None),
            v => num(v.len() as f64),
        },
        "ncol" | "NCOL" => match x()? {
            V::Frame(f) => num(f.cols.len() as f64),
            V::Mat(m, _, _) => num(m.ncols() as f64),
            V::Obj(..) => return Ok(None),
            _ => num(1.0),
        },
        "set.seed" => {
            *it.rng.borrow_mut() = crate::mt::Twister::new(x()?.num()? as u32);
            V::Null
        }
        "runif" => {
            let k = x()?.num()? as usize;
            nums((0..k).map(|_| it.rng.borrow_mut().unif()).collect())
        }
        "options" => {
            for (k, v) in &a.0 {
                match k.as_deref() {
                    Some("survey.lonely.psu") => *it.lonely.borrow_mut() = v.str()?,
                    Some("survey.adjust.domain.lonely") => *it.lonely_domain.borrow_mut() = v.truth(),
                    _ => {}
                }
            }
            V::Null
        }
        "stop" => return Err(x()?.str()?),
        _ => return Ok(None),
    };
    Ok(Some(v))
}

trait Rows {
    fn nrow_(&self) -> usize;
}

impl Rows for DMatrix<f64> {
    fn nrow_(&self) -> usize {
        self.nrows()
    }
}

/// The crossing of factors, the first varying fastest.
pub fn interaction(parts: &[(Vec<Option<usize>>, Vec<String>)], drop: bool) -> V {
    let mut codes: Vec<Option<usize>> = parts[0].0.clone();
    let mut levels = parts[0].1.clone();
    for (c, l) in &parts[1..] {
        let k = levels.len();
        codes = codes.iter().zip(c).map(|(a, b)| a.zip(*b).map(|(a, b)| a + k * b)).collect();
        levels = l.iter().flat_map(|b| levels.iter().map(move |a| format!("{a}.{b}"))).collect();
    }
    if drop {
        let used: Vec<usize> = (0..levels.len()).filter(|k| codes.contains(&Some(*k))).collect();
        codes = codes.iter().map(|c| c.and_then(|c| used.iter().position(|u| *u == c))).collect();
        levels = used.iter().map(|k| levels[*k].clone()).collect();
    }
    V::Factor(codes, levels)
}
