//! Vectors, lists and their names.

use crate::base::{binary, combine, with_names};
use crate::eval::{Args, Interp, seq_len};
use crate::value::{Env, Res, V, num, nums};
use std::rc::Rc;

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

/// A function of vectors, or nothing when the name is not one.
pub fn call(_it: &Interp, n: &str, a: &Args, _env: &Env) -> Res<Option<V>> {
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
        "unclass" | "identity" | "force" => {
            let v = x()?;
            v.get(".matrix").unwrap_or(v)
        }
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
        _ => return Ok(None),
    };
    Ok(Some(v))
}
