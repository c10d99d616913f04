//! Groups: factors, their crossings, tables and what is applied by group.

use crate::base::{simplify, with_names};
use crate::eval::{Args, Interp};
use crate::value::{Env, Res, V, nums};

/// A function of groups, or nothing when the name is not one.
pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    let v = match n {
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
            let codes_only =
                matches!(m.get("labels"), Some(V::Bool(b, _)) if b.first() == Some(&Some(false)));
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
            if codes_only {
                let codes: Vec<Option<usize>> = codes;
                return Ok(Some(nums(
                    codes.iter().map(|c| c.map_or(f64::NAN, |c| c as f64 + 1.0)).collect(),
                )));
            }
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
        _ => return Ok(None),
    };
    Ok(Some(v))
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
