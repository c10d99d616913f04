//! Data frames and matrices; settings of the session.

use crate::base::binary;
use crate::eval::{Args, Interp};
use crate::value::{Env, Frame, Res, V, num, nums};
use nalgebra::DMatrix;
use std::rc::Rc;

/// A function of tables, or nothing when the name is not one.
pub fn call(it: &Interp, n: &str, a: &Args, _env: &Env) -> Res<Option<V>> {
    let x = || a.first();
    let two = || Ok::<_, String>((a.first()?, a.0.get(1).map(|x| x.1.clone()).ok_or("second argument")?));
    let v = match n {
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
            V::Mat(m, _, _) => num(m.nrows() as f64),
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
