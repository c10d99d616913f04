//! The general functions of the language: arithmetic, indexing, vectors, tables.

use crate::eval::{Args, Interp};
use crate::value::{Env, Frame, Names, Res, V, nums};
use nalgebra::DMatrix;
use std::rc::Rc;

pub fn unary(op: &str, x: &V) -> Res<V> {
    match op {
        "-" => match x {
            V::Mat(m, r, c) => Ok(V::Mat(-m, r.clone(), c.clone())),
            _ => Ok(V::Num(x.nums()?.iter().map(|v| -v).collect(), x.names())),
        },
        "!" => Ok(V::Bool(x.bools()?.iter().map(|b| b.map(|b| !b)).collect(), None)),
        _ => Ok(x.clone()),
    }
}

fn recycle(n: usize, i: usize) -> usize {
    if n == 0 { 0 } else { i % n }
}

pub fn binary(op: &str, a: &V, b: &V) -> Res<V> {
    match op {
        ":" => {
            let (f, t) = (a.num()?, b.num()?);
            let n = (t - f).abs().round() as usize;
            let s = if t >= f { 1.0 } else { -1.0 };
            return Ok(nums((0..=n).map(|i| f + s * i as f64).collect()));
        }
        "%in%" => {
            let t = b.strs();
            return Ok(V::Bool(a.strs().iter().map(|x| Some(t.contains(x))).collect(), None));
        }
        "%*%" => {
            let x = a.matrix()?;
            let y = b.matrix()?;
            let x = if x.ncols() != y.nrows() && x.nrows() == y.nrows() { x.transpose() } else { x };
            return Ok(V::Mat(x * y, None, None));
        }
        "&" | "|" => {
            let (x, y) = (a.bools()?, b.bools()?);
            let n = x.len().max(y.len());
            let f = |p: Option<bool>, q: Option<bool>| {
                if op == "&" {
                    if p == Some(false) || q == Some(false) { Some(false) } else { p.zip(q).map(|_| true) }
                } else if p == Some(true) || q == Some(true) {
                    Some(true)
                } else {
                    p.zip(q).map(|_| false)
                }
            };
            return Ok(V::Bool(
                (0..n).map(|i| f(x[recycle(x.len(), i)], y[recycle(y.len(), i)])).collect(),
                None,
            ));
        }
        "==" | "!=" | "<" | ">" | "<=" | ">=" => return compare(op, a, b),
        _ => {}
    }
    let f = |x: f64, y: f64| match op {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / y,
        "^" => x.powf(y),
        "%%" => x - y * (x / y).floor(),
        _ => (x / y).floor(),
    };
    let (x, y) = (a.nums()?, b.nums()?);
    if x.is_empty() || y.is_empty() {
        return Ok(nums(Vec::new()));
    }
    let n = x.len().max(y.len());
    let out: Vec<f64> = (0..n).map(|i| f(x[recycle(x.len(), i)], y[recycle(y.len(), i)])).collect();
    match (a, b) {
        (V::Mat(m, r, c), _) if m.len() == n => {
            Ok(V::Mat(DMatrix::from_vec(m.nrows(), m.ncols(), out), r.clone(), c.clone()))
        }
        (_, V::Mat(m, r, c)) if m.len() == n => {
            Ok(V::Mat(DMatrix::from_vec(m.nrows(), m.ncols(), out), r.clone(), c.clone()))
        }
        _ => Ok(V::Num(out, if x.len() == n { a.names() } else { b.names() })),
    }
}

fn compare(op: &str, a: &V, b: &V) -> Res<V> {
    let n = if a.len() == 0 || b.len() == 0 { 0 } else { a.len().max(b.len()) };
    let stringy = |v: &V| matches!(v, V::Str(..) | V::Factor(..));
    if stringy(a) || stringy(b) {
        let (x, y) = (a.strs(), b.strs());
        let f = |p: &Option<String>, q: &Option<String>| {
            p.as_ref().zip(q.as_ref()).map(|(p, q)| match op {
                "==" => p == q,
                "!=" => p != q,
                "<" => p < q,
                ">" => p > q,
                "<=" => p <= q,
                _ => p >= q,
            })
        };
        return Ok(V::Bool(
            (0..n).map(|i| f(&x[recycle(x.len(), i)], &y[recycle(y.len(), i)])).collect(),
            None,
        ));
    }
    let (x, y) = (a.nums()?, b.nums()?);
    let f = |p: f64, q: f64| {
        if p.is_nan() || q.is_nan() {
            return None;
        }
        Some(match op {
            "==" => p == q,
            "!=" => p != q,
            "<" => p < q,
            ">" => p > q,
            "<=" => p <= q,
            _ => p >= q,
        })
    };
    Ok(V::Bool((0..n).map(|i| f(x[recycle(x.len(), i)], y[recycle(y.len(), i)])).collect(), None))
}

/// Zero-based places that an index selects among `n`, by name, logical or number.
pub fn places(ix: &Option<V>, n: usize, names: &Names) -> Res<Vec<usize>> {
    let Some(ix) = ix else { return Ok((0..n).collect()) };
    match ix.clone().plain() {
        V::Str(s, _) => s
            .iter()
            .flatten()
            .map(|s| {
                names
                    .as_ref()
                    .and_then(|x| x.iter().position(|y| y == s))
                    .ok_or_else(|| format!("no element {s}"))
            })
            .collect(),
        V::Bool(b, _) => Ok((0..n).filter(|i| b[recycle(b.len(), *i)] == Some(true)).collect()),
        v => {
            let x = v.nums()?;
            if x.iter().any(|x| *x < 0.0) {
                let out: Vec<usize> = x.iter().map(|x| (-x) as usize).collect();
                return Ok((0..n).filter(|i| !out.contains(&(i + 1))).collect());
            }
            Ok(x.iter().filter(|x| **x >= 1.0).map(|x| *x as usize - 1).collect())
        }
    }
}

pub fn index(x: &V, ix: &[Option<V>]) -> Res<V> {
    let none = None;
    if let Some(m) = x.get(".matrix") {
        return index(&m, ix);
    }
    match (x, ix.len()) {
        (V::Factor(_, levels), 1) => {
            // A factor indexed by a factor looks up by code, by text otherwise.
            let at = places(&ix[0], x.len(), &None)?;
            let _ = levels;
            Ok(x.pick(&at))
        }
        (V::Frame(f), 2) => {
            let r = places(&ix[0], f.nrow(), &none)?;
            let c = places(&ix[1], f.cols.len(), &x.names())?;
            let cols: Vec<(String, V)> =
                c.iter().map(|j| (f.cols[*j].0.clone(), f.cols[*j].1.pick(&r))).collect();
            if cols.len() == 1 && ix[1].is_some() {
                return Ok(cols[0].1.clone());
            }
            Ok(V::Frame(Rc::new(Frame { cols })))
        }
        (V::Mat(m, rn, cn), 2) => {
            let r = places(&ix[0], m.nrows(), rn)?;
            let c = places(&ix[1], m.ncols(), cn)?;
            let sub = DMatrix::from_fn(r.len(), c.len(), |i, j| m[(r[i], c[j])]);
            let nm = |n: &Names, at: &[usize]| n.as_ref().map(|n| at.iter().map(|i| n[*i].clone()).collect());
            if c.len() == 1 {
                return Ok(V::Num(sub.iter().copied().collect(), nm(rn, &r)));
            }
            if r.len() == 1 {
                return Ok(V::Num(sub.iter().copied().collect(), nm(cn, &c)));
            }
            Ok(V::Mat(sub, nm(rn, &r), nm(cn, &c)))
        }
        (_, 1) => Ok(x.pick(&places(&ix[0], x.len(), &x.names())?)),
        _ => Err("index".into()),
    }
}

pub fn index2(x: &V, ix: &V) -> Res<V> {
    let at = places(&Some(ix.clone()), x.len(), &x.names())?;
    let i = *at.first().ok_or("empty index")?;
    match x {
        V::List(l) => l.get(i).map(|x| x.1.clone()).ok_or_else(|| "index out of range".into()),
        V::Frame(f) => f.cols.get(i).map(|x| x.1.clone()).ok_or_else(|| "index out of range".into()),
        _ => Ok(x.pick(&[i])),
    }
}

pub fn set_index(x: &V, ix: &[Option<V>], v: &V) -> Res<V> {
    if ix.len() == 2 {
        let mut m = x.matrix()?;
        let V::Mat(_, rn, cn) = x.clone() else { return Err("assignment into a frame".into()) };
        let (r, c) = (places(&ix[0], m.nrows(), &rn)?, places(&ix[1], m.ncols(), &cn)?);
        let y = v.nums()?;
        for (k, (j, i)) in c.iter().flat_map(|j| r.iter().map(move |i| (j, i))).enumerate() {
            m[(*i, *j)] = y[recycle(y.len(), k)];
        }
        return Ok(V::Mat(m, rn, cn));
    }
    let at = places(&ix[0], x.len(), &x.names())?;
    match (x, v.clone().plain()) {
        (V::Bool(b, n), V::Bool(y, _)) => {
            let mut b = b.clone();
            for (k, i) in at.iter().enumerate() {
                b[*i] = y[recycle(y.len(), k)];
            }
            Ok(V::Bool(b, n.clone()))
        }
        (V::Str(s, n), y) => {
            let mut s = s.clone();
            let y = y.strs();
            for (k, i) in at.iter().enumerate() {
                s[*i] = y[recycle(y.len(), k)].clone();
            }
            Ok(V::Str(s, n.clone()))
        }
        (_, y) => {
            let mut a = x.nums()?;
            let y = y.nums()?;
            for (k, i) in at.iter().enumerate() {
                if *i >= a.len() {
                    a.resize(*i + 1, f64::NAN);
                }
                a[*i] = y[recycle(y.len(), k)];
            }
            if let V::Mat(m, r, c) = x {
                return Ok(V::Mat(DMatrix::from_vec(m.nrows(), m.ncols(), a), r.clone(), c.clone()));
            }
            Ok(V::Num(a, x.names()))
        }
    }
}

pub fn with_names(x: &V, n: Names) -> V {
    match x.clone().plain() {
        V::Num(v, _) => V::Num(v, n),
        V::Str(v, _) => V::Str(v, n),
        V::Bool(v, _) => V::Bool(v, n),
        V::List(l) => {
            let n = n.unwrap_or_else(|| vec![String::new(); l.len()]);
            V::List(l.into_iter().zip(n).map(|(x, n)| (n, x.1)).collect())
        }
        v => v,
    }
}

/// `c()` and `unlist()`: lists are joined, vectors concatenated with their names.
pub fn combine(items: &[(Option<String>, V)]) -> Res<V> {
    let is_list = |v: &V| matches!(v, V::List(_) | V::Obj(..) | V::Mat(_, _, Some(_)) | V::Frame(_));
    if items.iter().any(|x| is_list(&x.1)) {
        let mut out = Vec::new();
        for (n, v) in items {
            match v {
                V::List(l) => {
                    for (i, (inner, v)) in l.iter().enumerate() {
                        let name = match (n, inner.is_empty()) {
                            (None, _) => inner.clone(),
                            (Some(n), true) if l.len() == 1 => n.clone(),
                            (Some(n), true) => format!("{n}{}", i + 1),
                            (Some(n), false) => format!("{n}.{inner}"),
                        };
                        out.push((name, v.clone()));
                    }
                }
                V::Null => {}
                v => out.push((n.clone().unwrap_or_default(), v.clone())),
            }
        }
        return Ok(V::List(out));
    }
    if items.iter().any(|x| matches!(x.1, V::Formula(..) | V::Quote(_))) {
        return Ok(V::List(items.iter().map(|(n, v)| (n.clone().unwrap_or_default(), v.clone())).collect()));
    }
    let text = items.iter().any(|x| matches!(x.1, V::Str(..)));
    let any_names = items.iter().any(|x| x.0.is_some() || x.1.names().is_some());
    let mut names = Vec::new();
    for (n, v) in items {
        let inner = v.names();
        for i in 0..v.len() {
            let own = inner.as_ref().map(|x| x[i].clone()).filter(|s| !s.is_empty());
            names.push(match (n, own) {
                (Some(n), Some(o)) => format!("{n}.{o}"),
                (Some(n), None) if v.len() == 1 => n.clone(),
                (Some(n), None) => format!("{n}{}", i + 1),
                (None, o) => o.unwrap_or_default(),
            });
        }
    }
    let names = if any_names { Some(names) } else { None };
    if text {
        return Ok(V::Str(items.iter().flat_map(|x| x.1.strs()).collect(), names));
    }
    if items.iter().all(|x| matches!(x.1, V::Bool(..))) && !items.is_empty() {
        let mut b = Vec::new();
        for (_, v) in items {
            b.extend(v.bools()?);
        }
        return Ok(V::Bool(b, names));
    }
    let mut v = Vec::new();
    for (_, x) in items {
        v.extend(x.nums()?);
    }
    Ok(V::Num(v, names))
}

/// `sapply`'s last step: equal scalars become a vector, equal vectors a matrix.
pub fn simplify(l: Vec<(String, V)>, named: bool) -> Res<V> {
    let len = l.first().map_or(0, |x| x.1.len());
    let atomic = |v: &V| matches!(v, V::Num(..) | V::Str(..) | V::Bool(..) | V::AsIs(_));
    if l.is_empty() || len == 0 || !l.iter().all(|x| x.1.len() == len && atomic(&x.1)) {
        return Ok(V::List(l));
    }
    if len == 1 {
        let inner: Vec<String> = l.iter().filter_map(|x| x.1.names().map(|n| n[0].clone())).collect();
        let names = if named {
            Some(l.iter().map(|x| x.0.clone()).collect())
        } else if inner.len() == l.len() {
            Some(inner)
        } else {
            None
        };
        if matches!(l[0].1, V::Str(..)) {
            return Ok(V::Str(l.iter().flat_map(|x| x.1.strs()).collect(), names));
        }
        if l.iter().all(|x| matches!(x.1, V::Bool(..))) {
            return Ok(V::Bool(l.iter().map(|x| x.1.bools().map(|b| b[0])).collect::<Res<_>>()?, names));
        }
        return Ok(V::Num(l.iter().map(|x| x.1.num()).collect::<Res<_>>()?, names));
    }
    let cols: Vec<Vec<f64>> = l.iter().map(|x| x.1.nums()).collect::<Res<_>>()?;
    let rows = l[0].1.names();
    let cn = if named { Some(l.iter().map(|x| x.0.clone()).collect()) } else { None };
    Ok(V::Mat(survey_stats::linalg::from_columns(&cols), rows, cn))
}

const BUILTINS: &[&str] = &[
    "prod", "paste", "c", "rowMeans", "sum", "mean", "min", "max", "length", "sqrt", "range", "var", "sd",
    "as.numeric", "as.character", "rev", "sort", "unlist", "abs", "exp", "log", "round", "which", "any",
    "all", "is.na", "rowSums", "colSums", "head", "median",
];

/// Functions of this file that may be passed as values.
pub fn is_builtin(n: &str) -> bool {
    BUILTINS.contains(&n)
}

/// A general function by name, or nothing when there is none.
pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    for f in [
        crate::general::call,
        crate::numbers::call,
        crate::vectors::call,
        crate::factors::call,
        crate::tables::call,
    ] {
        if let Some(v) = f(it, n, a, env)? {
            return Ok(Some(v));
        }
    }
    Ok(None)
}
