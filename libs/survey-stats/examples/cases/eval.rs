//! Evaluates the calls of a case.

use crate::base;
use crate::parse::{Arg, Expr};
use crate::value::{Closure, Env, Frame, Res, V, list, num, nums, text};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a case brings along: its data, its specification, and the options set by its calls.
pub struct Interp {
    pub data: BTreeMap<String, (String, Rc<Frame>)>,
    pub spec: serde_json::Value,
    pub lonely: RefCell<String>,
    pub lonely_domain: RefCell<bool>,
    pub rng: RefCell<crate::mt::Twister>,
}

/// Arguments of a call in order, some named.
#[derive(Clone, Default)]
pub struct Args(pub Vec<(Option<String>, V)>);

/// Arguments matched to parameter names.
pub struct Matched {
    named: BTreeMap<&'static str, V>,
    pub rest: Vec<(Option<String>, V)>,
}

impl Matched {
    pub fn get(&self, name: &str) -> Option<V> {
        self.named.get(name).cloned().filter(|v| !matches!(v, V::Null))
    }

    pub fn req(&self, name: &str) -> Res<V> {
        self.get(name).ok_or_else(|| format!("argument {name} is missing"))
    }

    pub fn num_or(&self, name: &str, default: f64) -> Res<f64> {
        self.get(name).map_or(Ok(default), |v| v.num())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v.truth())
    }

    pub fn str_or(&self, name: &str, default: &str) -> String {
        self.get(name).and_then(|v| v.str().ok()).unwrap_or_else(|| default.to_string())
    }
}

impl Args {
    /// Matches by exact name, then by unique beginning, then by place.
    pub fn matched(&self, formals: &[&'static str]) -> Matched {
        let mut named: BTreeMap<&'static str, V> = BTreeMap::new();
        let mut left: Vec<(Option<String>, V)> = Vec::new();
        for (n, v) in &self.0 {
            let hit = n.as_ref().and_then(|n| {
                formals.iter().find(|f| **f == n.as_str()).or_else(|| {
                    formals
                        .iter()
                        .find(|f| n.len() > 1 && f.starts_with(n.as_str()) && !named.contains_key(**f))
                })
            });
            match hit {
                Some(f) => {
                    named.insert(f, v.clone());
                }
                None => left.push((n.clone(), v.clone())),
            }
        }
        let mut rest = Vec::new();
        let mut free: Vec<&'static str> =
            formals.iter().copied().filter(|f| !named.contains_key(f)).collect();
        free.reverse();
        for (n, v) in left {
            match (n.is_none(), free.last().copied()) {
                (true, Some(f)) => {
                    free.pop();
                    named.insert(f, v);
                }
                _ => rest.push((n, v)),
            }
        }
        Matched { named, rest }
    }

    pub fn first(&self) -> Res<V> {
        self.0.first().map(|a| a.1.clone()).ok_or_else(|| "no argument".to_string())
    }
}

impl Interp {
    /// Runs the statements and returns the last value.
    pub fn run(&self, program: &[Expr]) -> Res<V> {
        let env = Env::new();
        let mut last = V::Null;
        for e in program {
            last = self.eval(e, &env)?;
        }
        Ok(last)
    }

    pub fn eval(&self, e: &Expr, env: &Env) -> Res<V> {
        match e {
            Expr::Num(v) => Ok(num(*v)),
            Expr::Str(s) => Ok(text(s)),
            Expr::Name(n) => self.name(n, env),
            Expr::Formula(l, r) => Ok(V::Formula(l.clone(), r.clone())),
            Expr::Function(p, b) => {
                Ok(V::Fun(Rc::new(Closure { params: p.clone(), body: b.clone(), env: env.clone() })))
            }
            Expr::Block(body) => {
                let mut last = V::Null;
                for b in body {
                    last = self.eval(b, env)?;
                }
                Ok(last)
            }
            Expr::If(c, a, b) => {
                if self.eval(c, env)?.truth() {
                    self.eval(a, env)
                } else {
                    b.as_ref().map_or(Ok(V::Null), |b| self.eval(b, env))
                }
            }
            Expr::For(var, seq, body) => {
                let s = self.eval(seq, env)?;
                for i in 0..s.len() {
                    env.set(var, s.pick(&[i]));
                    self.eval(body, env)?;
                }
                Ok(V::Null)
            }
            Expr::Assign(target, value) => {
                let v = self.eval(value, env)?;
                self.assign(target, v.clone(), env)?;
                Ok(v)
            }
            Expr::Unary(op, x) => {
                let x = self.eval(x, env)?;
                base::unary(op, &x)
            }
            Expr::Binary(op, a, b) if op == "&&" || op == "||" => {
                let a = self.eval(a, env)?.truth();
                let r = if op == "&&" {
                    a && self.eval(b, env)?.truth()
                } else {
                    a || self.eval(b, env)?.truth()
                };
                Ok(V::Bool(vec![Some(r)], None))
            }
            Expr::Binary(op, a, b) => base::binary(op, &self.eval(a, env)?, &self.eval(b, env)?),
            Expr::Dollar(x, n) => {
                let x = self.eval(x, env)?;
                if let Some(v) = x.get(n) {
                    return Ok(v);
                }
                match x {
                    V::Obj(..) => crate::field(self, &x, n),
                    V::List(_) | V::Frame(_) => Ok(V::Null),
                    _ => Err(format!("${n}")),
                }
            }
            Expr::Index(x, a) => {
                let x = self.eval(x, env)?;
                let ix = self.index_args(a, env)?;
                base::index(&x, &ix)
            }
            Expr::Index2(x, a) => {
                let x = self.eval(x, env)?;
                let ix = self.index_args(a, env)?;
                base::index2(&x, ix.first().and_then(Option::as_ref).ok_or("empty [[ ]]")?)
            }
            Expr::Call(f, a) => self.call_expr(f, a, env),
        }
    }

    fn index_args(&self, a: &[Arg], env: &Env) -> Res<Vec<Option<V>>> {
        a.iter()
            .filter(|a| a.name.as_deref() != Some("drop"))
            .map(|a| a.value.as_ref().map(|v| self.eval(v, env)).transpose())
            .collect()
    }

    fn name(&self, n: &str, env: &Env) -> Res<V> {
        let constant = |x: f64| Ok(num(x));
        match n {
            "TRUE" | "T" if env.get(n).is_none() => return Ok(V::Bool(vec![Some(true)], None)),
            "FALSE" | "F" if env.get(n).is_none() => return Ok(V::Bool(vec![Some(false)], None)),
            "NULL" => return Ok(V::Null),
            "NA" | "NA_real_" | "NaN" => return constant(f64::NAN),
            "Inf" => return constant(f64::INFINITY),
            "pi" if env.get(n).is_none() => return constant(std::f64::consts::PI),
            _ => {}
        }
        if let Some(v) = env.get(n) {
            return Ok(v);
        }
        if base::is_builtin(n) || crate::is_builtin(n) {
            return Ok(V::Builtin(n.to_string()));
        }
        crate::alias::find(self, n)
    }

    fn call_expr(&self, f: &Expr, a: &[Arg], env: &Env) -> Res<V> {
        let name = if let Expr::Name(n) = f { n.as_str() } else { "" };
        let first = || a.first().and_then(|a| a.value.clone()).ok_or_else(|| "no argument".to_string());
        match name {
            "quote" => return Ok(V::Quote(Rc::new(first()?))),
            "suppressWarnings" | "suppressMessages" | "invisible" => return self.eval(&first()?, env),
            "library" | "require" | "set.seed" if name != "set.seed" => return Ok(V::Null),
            "bquote" => return Err("bquote".into()),
            "subset" | "transform" | "with" | "update" => {
                let x = self.eval(&first()?, env)?;
                return crate::lazy(self, name, x, &a[1..], env);
            }
            // The population's sum of squares comes with the specification when its file does not.
            "HR" if self.spec["design"]["sum_p2_over_n"].is_f64() => {
                return crate::call(
                    self,
                    "HR",
                    &Args(vec![(None, num(self.spec["design"]["sum_p2_over_n"].as_f64().unwrap_or(0.0)))]),
                    env,
                );
            }
            "try" => return self.eval(&first()?, env),
            _ => {}
        }
        let mut args = Vec::with_capacity(a.len());
        // Small-area functions name columns of their `data` without a formula.
        let columns =
            match a.iter().find(|x| x.name.as_deref() == Some("data")).and_then(|x| x.value.as_ref()) {
                Some(d) if crate::NAMES_COLUMNS.contains(&name) => match self.eval(d, env)? {
                    V::Frame(f) => Some(f),
                    _ => None,
                },
                _ => None,
            };
        for arg in a {
            if let (Some(Expr::Name(n)), Some(f)) = (&arg.value, &columns)
                && let (Some(c), true) =
                    (f.col(n), env.get(n).is_none() && arg.name.as_deref() != Some("data"))
            {
                args.push((arg.name.clone(), c.clone()));
                continue;
            }
            if let ("svyglm", Some("subset"), Some(e)) = (name, arg.name.as_deref(), &arg.value) {
                args.push((arg.name.clone(), V::Quote(Rc::new(e.clone()))));
                continue;
            }
            if let Some(v) = &arg.value {
                args.push((arg.name.clone(), self.eval(v, env)?));
            }
        }
        let fv = match f {
            Expr::Name(n) => match env.get(n) {
                Some(v @ (V::Fun(_) | V::Builtin(_))) => v,
                _ => V::Builtin(n.clone()),
            },
            other => self.eval(other, env)?,
        };
        self.apply(&fv, Args(args), env)
    }

    /// Calls a function value.
    pub fn apply(&self, f: &V, args: Args, env: &Env) -> Res<V> {
        match f {
            V::Fun(c) => {
                let scope = c.env.child();
                let mut used = vec![false; c.params.len()];
                let mut positional = Vec::new();
                for (n, v) in args.0 {
                    match n.and_then(|n| c.params.iter().position(|p| p.0 == n)) {
                        Some(i) => {
                            used[i] = true;
                            scope.set(&c.params[i].0, v);
                        }
                        None => positional.push(v),
                    }
                }
                for v in positional {
                    if let Some(i) = used.iter().position(|u| !u) {
                        used[i] = true;
                        scope.set(&c.params[i].0, v);
                    }
                }
                for (i, (n, d)) in c.params.iter().enumerate() {
                    if let (false, Some(d)) = (used[i], d) {
                        let v = self.eval(d, &scope)?;
                        scope.set(n, v);
                    }
                }
                self.eval(&c.body, &scope)
            }
            V::Builtin(n) => match base::call(self, n, &args, env)? {
                Some(v) => Ok(v),
                None => crate::call(self, n, &args, env),
            },
            _ => Err("not a function".into()),
        }
    }

    fn assign(&self, target: &Expr, v: V, env: &Env) -> Res<()> {
        match target {
            Expr::Name(n) => env.set(n, v),
            Expr::Str(n) => env.set(n, v),
            Expr::Call(f, a) if **f == Expr::Name("names".into()) => {
                let t = a[0].value.as_ref().ok_or("names")?;
                let x = base::with_names(
                    &self.eval(t, env)?,
                    Some(v.strs().into_iter().map(Option::unwrap_or_default).collect()),
                );
                self.assign(t, x, env)?;
            }
            Expr::Call(f, a) => return Err(format!("assignment to {f:?} of {}", a.len())),
            Expr::Dollar(x, n) => {
                let cur = self.eval(x, env).unwrap_or(V::List(Vec::new()));
                let new = set_field(cur, n, v)?;
                self.assign(x, new, env)?;
            }
            Expr::Index2(x, a) => {
                let cur = self.eval(x, env).unwrap_or(V::List(Vec::new()));
                let key = self.index_args(a, env)?;
                let n = key.first().and_then(Option::as_ref).ok_or("index")?.str()?;
                let new = set_field(cur, &n, v)?;
                self.assign(x, new, env)?;
            }
            Expr::Index(x, a) => {
                let cur = self.eval(x, env)?;
                let ix = self.index_args(a, env)?;
                let new = base::set_index(&cur, &ix, &v)?;
                self.assign(x, new, env)?;
            }
            other => return Err(format!("cannot assign to {other:?}")),
        }
        Ok(())
    }
}

fn set_field(cur: V, n: &str, v: V) -> Res<V> {
    match cur {
        V::Frame(f) => {
            let mut f = (*f).clone();
            let rows = f.nrow();
            let v = if v.len() == 1 && rows > 1 { v.pick(&vec![0; rows]) } else { v };
            match f.cols.iter_mut().find(|c| c.0 == n) {
                Some(c) => c.1 = v,
                None => f.cols.push((n.to_string(), v)),
            }
            Ok(V::Frame(Rc::new(f)))
        }
        V::List(mut l) => {
            match l.iter_mut().find(|c| c.0 == n) {
                Some(c) => c.1 = v,
                None => l.push((n.to_string(), v)),
            }
            Ok(V::List(l))
        }
        V::Null => Ok(list(vec![(n, v)])),
        V::Num(x, names) => base::set_index(&V::Num(x, names), &[Some(text(n))], &v),
        _ => Err(format!("cannot set ${n}")),
    }
}

/// A vector of numbers from 1 to `n`.
pub fn seq_len(n: usize) -> V {
    nums((1..=n).map(|i| i as f64).collect())
}
