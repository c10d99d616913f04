//! Values of the cases' language: vectors, factors, frames, lists and the library's results.

use crate::parse::Expr;
use nalgebra::DMatrix;
use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Names of a vector's elements.
pub type Names = Option<Vec<String>>;

/// A result or the reason why it cannot be had.
pub type Res<T> = Result<T, String>;

/// A value.
#[derive(Clone)]
pub enum V {
    Null,
    Num(Vec<f64>, Names),
    Str(Vec<Option<String>>, Names),
    Bool(Vec<Option<bool>>, Names),
    Factor(Vec<Option<usize>>, Vec<String>),
    List(Vec<(String, V)>),
    Frame(Rc<Frame>),
    Mat(DMatrix<f64>, Names, Names),
    Formula(Option<Rc<Expr>>, Rc<Expr>),
    Quote(Rc<Expr>),
    Fun(Rc<Closure>),
    Builtin(String),
    /// kept as a vector in the answer even when it has one element
    AsIs(Box<V>),
    /// something of the library with a class name
    Obj(&'static str, Rc<dyn Any>),
}

/// A data frame.
#[derive(Clone, Default)]
pub struct Frame {
    pub cols: Vec<(String, V)>,
}

/// A user-defined function and where it was defined.
pub struct Closure {
    pub params: Vec<(String, Option<Expr>)>,
    pub body: Rc<Expr>,
    pub env: Env,
}

/// Scopes from the innermost outwards.
#[derive(Clone, Default)]
pub struct Env {
    pub scopes: Vec<Rc<std::cell::RefCell<BTreeMap<String, V>>>>,
}

impl Env {
    pub fn new() -> Env {
        Env { scopes: vec![Rc::default()] }
    }

    pub fn child(&self) -> Env {
        let mut scopes = vec![Rc::default()];
        scopes.extend(self.scopes.iter().cloned());
        Env { scopes }
    }

    pub fn get(&self, name: &str) -> Option<V> {
        self.scopes.iter().find_map(|s| s.borrow().get(name).cloned())
    }

    pub fn set(&self, name: &str, v: V) {
        if let Some(s) = self.scopes.first() {
            s.borrow_mut().insert(name.to_string(), v);
        }
    }

    /// The frame's columns as the innermost scope.
    pub fn with_frame(&self, f: &Frame) -> Env {
        let e = self.child();
        for (n, v) in &f.cols {
            e.set(n, v.clone());
        }
        e
    }
}

impl Frame {
    pub fn col(&self, name: &str) -> Option<&V> {
        self.cols.iter().find(|c| c.0 == name).map(|c| &c.1)
    }

    pub fn nrow(&self) -> usize {
        self.cols.first().map_or(0, |c| c.1.len())
    }

    pub fn rows(&self, keep: &[usize]) -> Frame {
        Frame { cols: self.cols.iter().map(|(n, v)| (n.clone(), v.pick(keep))).collect() }
    }
}

/// A plain numeric vector.
pub fn nums(v: Vec<f64>) -> V {
    V::Num(v, None)
}

/// One number.
pub fn num(v: f64) -> V {
    V::Num(vec![v], None)
}

/// One string.
pub fn text(s: &str) -> V {
    V::Str(vec![Some(s.to_string())], None)
}

/// A list with names.
pub fn list(items: Vec<(&str, V)>) -> V {
    V::List(items.into_iter().map(|(n, v)| (n.to_string(), v)).collect())
}

/// Wraps a library result.
pub fn obj<T: Any>(class: &'static str, v: T) -> V {
    V::Obj(class, Rc::new(v))
}

/// Error text of the library.
pub fn lib<T>(r: survey_stats::Result<T>) -> Res<T> {
    r.map_err(|e| e.to_string())
}

impl V {
    pub fn len(&self) -> usize {
        match self {
            V::Null => 0,
            V::Num(v, _) => v.len(),
            V::Str(v, _) => v.len(),
            V::Bool(v, _) => v.len(),
            V::Factor(v, _) => v.len(),
            V::List(v) => v.len(),
            V::Frame(f) => f.cols.len(),
            V::Mat(m, _, _) => m.len(),
            V::AsIs(v) => v.len(),
            _ => 1,
        }
    }

    pub fn plain(self) -> V {
        match self {
            V::AsIs(v) => v.plain(),
            v => v,
        }
    }

    /// Numbers of a vector; logicals become 0 and 1, missing becomes NaN.
    pub fn nums(&self) -> Res<Vec<f64>> {
        match self {
            V::Null => Ok(Vec::new()),
            V::Num(v, _) => Ok(v.clone()),
            V::Bool(v, _) => {
                Ok(v.iter().map(|b| b.map_or(f64::NAN, |b| if b { 1.0 } else { 0.0 })).collect())
            }
            V::Str(v, _) => Ok(v
                .iter()
                .map(|s| s.as_ref().and_then(|s| s.trim().parse().ok()).unwrap_or(f64::NAN))
                .collect()),
            V::Factor(v, _) => Ok(v.iter().map(|c| c.map_or(f64::NAN, |c| c as f64 + 1.0)).collect()),
            V::Mat(m, _, _) => Ok(m.iter().copied().collect()),
            V::AsIs(v) => v.nums(),
            V::List(l) => {
                let mut out = Vec::new();
                for (_, v) in l {
                    out.extend(v.nums()?);
                }
                Ok(out)
            }
            V::Frame(f) => {
                let mut out = Vec::new();
                for (_, v) in &f.cols {
                    out.extend(v.nums()?);
                }
                Ok(out)
            }
            V::Obj(c, _) => Err(format!("no numbers in {c}")),
            _ => Err("no numbers".into()),
        }
    }

    pub fn num(&self) -> Res<f64> {
        self.nums()?.first().copied().ok_or_else(|| "empty value".to_string())
    }

    pub fn strs(&self) -> Vec<Option<String>> {
        match self {
            V::Str(v, _) => v.clone(),
            V::Num(v, _) => v.iter().map(|x| if x.is_nan() { None } else { Some(show(*x)) }).collect(),
            V::Bool(v, _) => {
                v.iter().map(|b| b.map(|b| if b { "TRUE".into() } else { "FALSE".into() })).collect()
            }
            V::Factor(v, l) => v.iter().map(|c| c.map(|c| l[c].clone())).collect(),
            V::AsIs(v) => v.strs(),
            V::List(l) => l.iter().flat_map(|x| x.1.strs()).collect(),
            _ => Vec::new(),
        }
    }

    pub fn str(&self) -> Res<String> {
        self.strs().into_iter().flatten().next().ok_or_else(|| "no string".to_string())
    }

    pub fn bools(&self) -> Res<Vec<Option<bool>>> {
        match self {
            V::Bool(v, _) => Ok(v.clone()),
            V::AsIs(v) => v.bools(),
            _ => Ok(self.nums()?.iter().map(|x| if x.is_nan() { None } else { Some(*x != 0.0) }).collect()),
        }
    }

    pub fn truth(&self) -> bool {
        self.bools().ok().and_then(|b| b.first().copied().flatten()).unwrap_or(false)
    }

    pub fn names(&self) -> Names {
        match self {
            V::Num(_, n) | V::Str(_, n) | V::Bool(_, n) => n.clone(),
            V::List(l) => Some(l.iter().map(|x| x.0.clone()).collect()),
            V::Frame(f) => Some(f.cols.iter().map(|x| x.0.clone()).collect()),
            V::AsIs(v) => v.names(),
            _ => None,
        }
    }

    /// Elements at zero-based places.
    pub fn pick(&self, at: &[usize]) -> V {
        let nm = |n: &Names| {
            n.as_ref().map(|n| at.iter().map(|i| n.get(*i).cloned().unwrap_or_default()).collect())
        };
        match self {
            V::Num(v, n) => {
                V::Num(at.iter().map(|i| v.get(*i).copied().unwrap_or(f64::NAN)).collect(), nm(n))
            }
            V::Str(v, n) => V::Str(at.iter().map(|i| v.get(*i).cloned().flatten()).collect(), nm(n)),
            V::Bool(v, n) => V::Bool(at.iter().map(|i| v.get(*i).copied().flatten()).collect(), nm(n)),
            V::Factor(v, l) => {
                V::Factor(at.iter().map(|i| v.get(*i).copied().flatten()).collect(), l.clone())
            }
            V::List(v) => V::List(at.iter().filter_map(|i| v.get(*i).cloned()).collect()),
            V::Frame(f) => {
                V::Frame(Rc::new(Frame { cols: at.iter().filter_map(|i| f.cols.get(*i).cloned()).collect() }))
            }
            V::Mat(m, _, _) => nums(at.iter().map(|i| m.as_slice()[*i]).collect()),
            V::AsIs(v) => v.pick(at),
            v => v.clone(),
        }
    }

    /// As a factor with levels in order.
    pub fn factor(&self) -> Res<(Vec<Option<usize>>, Vec<String>)> {
        match self {
            V::Factor(c, l) => Ok((c.clone(), l.clone())),
            V::Num(v, _) => {
                let mut u: Vec<f64> = v.iter().copied().filter(|x| !x.is_nan()).collect();
                u.sort_by(f64::total_cmp);
                u.dedup();
                let codes = v.iter().map(|x| u.iter().position(|y| y == x)).collect();
                Ok((codes, u.iter().map(|x| show(*x)).collect()))
            }
            V::AsIs(v) => v.factor(),
            V::Str(..) | V::Bool(..) => {
                let s = self.strs();
                let mut u: Vec<String> = s.iter().flatten().cloned().collect();
                u.sort();
                u.dedup();
                Ok((s.iter().map(|x| x.as_ref().and_then(|x| u.iter().position(|y| y == x))).collect(), u))
            }
            _ => Err("not a factor".into()),
        }
    }

    pub fn is_categorical(&self) -> bool {
        match self {
            V::Factor(..) | V::Str(..) | V::Bool(..) => true,
            V::AsIs(v) => v.is_categorical(),
            _ => false,
        }
    }

    /// As a matrix: a frame's columns, a matrix, or one column.
    pub fn matrix(&self) -> Res<DMatrix<f64>> {
        match self {
            V::Mat(m, _, _) => Ok(m.clone()),
            V::Frame(f) => {
                let cols: Vec<Vec<f64>> = f.cols.iter().map(|c| c.1.nums()).collect::<Res<_>>()?;
                Ok(survey_stats::linalg::from_columns(&cols))
            }
            V::AsIs(v) => v.matrix(),
            v => {
                let x = v.nums()?;
                Ok(DMatrix::from_vec(x.len(), 1, x))
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<V> {
        match self {
            V::List(l) => l.iter().find(|x| x.0 == name).map(|x| x.1.clone()),
            V::Frame(f) => f.col(name).cloned(),
            V::AsIs(v) => v.get(name),
            _ => None,
        }
    }

    pub fn down<T: Any>(&self) -> Option<Rc<T>> {
        match self {
            V::Obj(_, o) => o.clone().downcast::<T>().ok(),
            V::AsIs(v) => v.down(),
            _ => None,
        }
    }
}

/// A number as R prints it in names: 15 significant digits, no trailing zeros.
pub fn show(x: f64) -> String {
    if x == x.trunc() && x.abs() < 1e15 {
        return format!("{}", x as i64);
    }
    let s = format!("{x:.14e}");
    let y: f64 = s.parse().unwrap_or(x);
    format!("{y}")
}

/// A number with so many significant digits, in powers of ten when it has more before the point.
pub fn general(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let e = format!("{x:.*e}", digits - 1);
    let (m, p) = e.split_once('e').unwrap_or((&e, "0"));
    let p: i32 = p.parse().unwrap_or(0);
    let strip = |s: &str| {
        if s.contains('.') {
            s.trim_end_matches('0').trim_end_matches('.').to_string()
        } else {
            s.to_string()
        }
    };
    if p < -4 || p >= digits as i32 {
        return format!("{}e{}{:02}", strip(m), if p < 0 { '-' } else { '+' }, p.abs());
    }
    strip(&format!("{x:.*}", (digits as i32 - 1 - p).max(0) as usize))
}
