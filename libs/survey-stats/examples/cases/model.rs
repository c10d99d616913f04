//! Formulas: columns of a statistic, and model matrices with treatment contrasts.

use crate::eval::Interp;
use crate::factors::interaction;
use crate::parse::{Expr, deparse};
use crate::value::{Env, Frame, Res, V};
use nalgebra::DMatrix;
use survey_stats::statistic::Columns;

/// The terms of a sum.
pub fn terms(e: &Expr) -> Vec<Expr> {
    match e {
        Expr::Binary(o, a, b) if o == "+" => {
            let mut t = terms(a);
            t.extend(terms(b));
            t
        }
        other => vec![other.clone()],
    }
}

fn formula(f: &V) -> Res<std::rc::Rc<Expr>> {
    match f {
        V::Formula(_, r) => Ok(r.clone()),
        _ => Err("a formula is needed".into()),
    }
}

/// Values of a formula's terms in a frame.
pub fn variables(it: &Interp, f: &V, frame: &Frame, env: &Env) -> Res<Vec<(String, V)>> {
    if let V::Frame(fr) = f {
        return Ok(fr.cols.clone());
    }
    if let V::Num(..) = f {
        return Ok(vec![("x".into(), f.clone())]);
    }
    let scope = env.with_frame(frame);
    terms(&*formula(f)?)
        .iter()
        .filter(|t| !matches!(t, Expr::Num(_)))
        .map(|t| {
            let v = it.eval(t, &scope)?.plain();
            let v = if v.len() == 1 && frame.nrow() > 1 { v.pick(&vec![0; frame.nrow()]) } else { v };
            Ok((deparse(t), v))
        })
        .collect()
}

/// Numeric columns and indicators of factors, named as coefficients.
pub fn columns(it: &Interp, f: &V, frame: &Frame, env: &Env) -> Res<Columns> {
    let mut out = Vec::new();
    for (name, v) in variables(it, f, frame, env)? {
        if v.is_categorical() {
            let (codes, levels) = v.factor()?;
            // An indicator of a logical has both levels even when one does not occur.
            let levels = if matches!(v, V::Bool(..)) { vec!["FALSE".into(), "TRUE".into()] } else { levels };
            let codes: Vec<Option<usize>> = if matches!(v, V::Bool(..)) {
                v.bools()?.iter().map(|b| b.map(usize::from)).collect()
            } else {
                codes
            };
            for (k, l) in levels.iter().enumerate() {
                out.push((
                    format!("{name}{l}"),
                    codes.iter().map(|c| c.map_or(f64::NAN, |c| if c == k { 1.0 } else { 0.0 })).collect(),
                ));
            }
        } else {
            out.push((name, v.nums()?));
        }
    }
    crate::value::lib(Columns::new(out))
}

/// One factor from a formula, crossing its terms.
pub fn grouping(it: &Interp, f: &V, frame: &Frame, env: &Env) -> Res<(Vec<Option<usize>>, Vec<String>)> {
    let parts: Vec<_> =
        variables(it, f, frame, env)?.iter().map(|v| v.1.factor()).collect::<Res<Vec<_>>>()?;
    if parts.len() == 1 {
        return Ok(parts[0].clone());
    }
    interaction(&parts, false).factor()
}

fn expand(t: &Expr) -> Vec<Vec<Expr>> {
    match t {
        Expr::Binary(o, a, b) if o == "*" || o == ":" => {
            let (x, y) = (expand(a), expand(b));
            let mut out = Vec::new();
            if o == "*" {
                out.extend(x.clone());
                out.extend(y.clone());
            }
            for p in &x {
                for q in &y {
                    let mut r = p.clone();
                    r.extend(q.clone());
                    out.push(r);
                }
            }
            out
        }
        Expr::Binary(o, a, b) if o == "+" => {
            let mut out = expand(a);
            out.extend(expand(b));
            out
        }
        other => vec![vec![other.clone()]],
    }
}

/// The right-hand side as terms and whether an intercept belongs.
fn structure(e: &Expr) -> (Vec<Vec<Expr>>, bool) {
    let mut intercept = true;
    let mut out: Vec<Vec<Expr>> = Vec::new();
    let mut stack = vec![(e.clone(), false)];
    let mut flat = Vec::new();
    while let Some((e, minus)) = stack.pop() {
        match e {
            Expr::Binary(o, a, b) if o == "+" || o == "-" => {
                stack.push(((*b).clone(), if o == "-" { !minus } else { minus }));
                stack.push(((*a).clone(), minus));
            }
            Expr::Unary(o, a) if o == "-" => stack.push(((*a).clone(), !minus)),
            other => flat.push((other, minus)),
        }
    }
    for (t, minus) in flat {
        match t {
            Expr::Num(1.0) => intercept = !minus,
            Expr::Num(0.0) => intercept = minus,
            t => {
                for x in expand(&t) {
                    if !out.contains(&x) {
                        out.push(x);
                    }
                }
            }
        }
    }
    out.sort_by_key(Vec::len);
    (out, intercept)
}

type Named = Vec<(String, Vec<f64>)>;

fn coded(name: &str, v: &V, full: bool) -> Res<Named> {
    if !v.is_categorical() {
        return Ok(vec![(name.to_string(), v.nums()?)]);
    }
    let (codes, levels) = v.factor()?;
    Ok(levels
        .iter()
        .enumerate()
        .skip(usize::from(!full))
        .map(|(k, l)| {
            let c = codes.iter().map(|c| c.map_or(f64::NAN, |c| if c == k { 1.0 } else { 0.0 })).collect();
            (format!("{name}{l}"), c)
        })
        .collect())
}

/// The model matrix with treatment contrasts; the first factor is coded in full without an intercept.
pub fn matrix(it: &Interp, f: &V, frame: &Frame, env: &Env) -> Res<(Vec<String>, DMatrix<f64>)> {
    let (terms, intercept) = structure(&*formula(f)?);
    let scope = env.with_frame(frame);
    let n = frame.nrow();
    let mut cols: Named = Vec::new();
    if intercept {
        cols.push(("(Intercept)".into(), vec![1.0; n]));
    }
    let mut coded_in_full = intercept;
    for t in &terms {
        let mut block: Named = Vec::new();
        for e in t {
            let v = it.eval(e, &scope)?.plain();
            let v = if v.len() == 1 { v.pick(&vec![0; n]) } else { v };
            let full = v.is_categorical()
                && ((t.len() == 1 && !coded_in_full)
                    || (t.len() > 1 && !has_margin(&terms, t, e, intercept)));
            if t.len() == 1 && v.is_categorical() {
                coded_in_full = true;
            }
            let part = coded(&deparse(e), &v, full)?;
            block = if block.is_empty() {
                part
            } else {
                part.iter()
                    .flat_map(|(pn, pv)| {
                        block.iter().map(move |(bn, bv)| {
                            (format!("{bn}:{pn}"), bv.iter().zip(pv).map(|(a, b)| a * b).collect())
                        })
                    })
                    .collect()
            };
        }
        cols.extend(block);
    }
    let names = cols.iter().map(|c| c.0.clone()).collect();
    let data: Vec<Vec<f64>> = cols.into_iter().map(|c| c.1).collect();
    Ok((names, survey_stats::linalg::from_columns(&data)))
}

/// Whether the term without `e` is in the model, so that `e` needs contrasts only.
fn has_margin(terms: &[Vec<Expr>], t: &[Expr], e: &Expr, intercept: bool) -> bool {
    let rest: Vec<Expr> = t.iter().filter(|x| *x != e).cloned().collect();
    if rest.is_empty() { intercept } else { terms.contains(&rest) }
}

/// The left-hand side as numbers.
pub fn response(it: &Interp, f: &V, frame: &Frame, env: &Env) -> Res<Vec<f64>> {
    match f {
        V::Formula(Some(l), _) => {
            let v = it.eval(l, &env.with_frame(frame))?.plain();
            if let V::Factor(c, _) = &v {
                return Ok(c.iter().map(|c| c.map_or(f64::NAN, |c| if c > 0 { 1.0 } else { 0.0 })).collect());
            }
            v.nums()
        }
        _ => Err("a response is needed".into()),
    }
}
