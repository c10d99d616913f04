//! Turns values into the cases' JSON and compares numbers.

use crate::value::V;
use serde_json::{Value, json};

fn number(x: f64) -> Value {
    if x.is_nan() {
        Value::Null
    } else if x.is_infinite() {
        json!(if x > 0.0 { "Inf" } else { "-Inf" })
    } else {
        json!(x)
    }
}

fn items(v: Vec<Value>, keep: bool) -> Value {
    if v.len() == 1 && !keep { v.into_iter().next().unwrap_or(Value::Null) } else { Value::Array(v) }
}

/// Marks a vector with names: an object in some cases, an array in others.
const NAMED: &str = "\u{1}names";

/// The value as JSON; vectors of one element are scalars unless marked with `I()`.
pub fn to_json(v: &V) -> Value {
    json_of(v, false)
}

fn json_of(v: &V, keep: bool) -> Value {
    match v {
        V::Null => Value::Null,
        V::Num(x, Some(n)) if n.iter().all(|n| !n.is_empty()) => {
            json!({NAMED: n, "values": x.iter().map(|x| number(*x)).collect::<Vec<_>>()})
        }
        V::Num(x, _) => items(x.iter().map(|x| number(*x)).collect(), keep),
        V::Str(..) | V::Factor(..) => {
            items(v.strs().into_iter().map(|s| s.map_or(Value::Null, Value::String)).collect(), keep)
        }
        V::Bool(b, _) => items(b.iter().map(|b| b.map_or(Value::Null, Value::Bool)).collect(), keep),
        V::AsIs(v) => json_of(v, true),
        V::List(l) if l.iter().all(|x| x.0.is_empty()) => {
            Value::Array(l.iter().map(|x| json_of(&x.1, false)).collect())
        }
        V::List(l) => Value::Object(l.iter().map(|(n, v)| (n.clone(), json_of(v, false))).collect()),
        V::Mat(m, r, c) => {
            let names = |n: &Option<Vec<String>>| n.as_ref().map_or(Value::Null, |n| json!(n));
            let mut rows = Vec::new();
            for i in 0..m.nrows() {
                for j in 0..m.ncols() {
                    rows.push(number(m[(i, j)]));
                }
            }
            json!({"nrow": m.nrows(), "ncol": m.ncols(), "rows": names(r), "cols": names(c), "row_major": rows})
        }
        V::Frame(f) => Value::Object(f.cols.iter().map(|(n, v)| (n.clone(), json_of(v, false))).collect()),
        V::Obj(c, o) => {
            if let Some(s) = o.downcast_ref::<crate::survey::Stat>() {
                return items(s.est.values.iter().map(|x| number(*x)).collect(), keep);
            }
            json!(format!("<{c}>"))
        }
        V::Formula(..) | V::Quote(_) | V::Fun(_) | V::Builtin(_) => Value::Null,
    }
}

/// What the comparison found.
pub struct Report {
    pub agrees: bool,
    pub worst: f64,
    pub misses: Vec<String>,
    /// figures that the case's data do not determine
    pub undetermined: usize,
}

struct Walk {
    linking: bool,
    undetermined: usize,
    rel: f64,
    abs: f64,
    worst: f64,
    count: usize,
    misses: Vec<String>,
}

impl Walk {
    fn visit(&mut self, want: &Value, got: &Value, path: &str) {
        if let (Some(names), Some(values)) = (got.get(NAMED), got.get("values")) {
            return match want {
                Value::Object(w) => {
                    for (k, v) in w {
                        // A name that occurs twice keeps its last value.
                        let at = names.as_array().and_then(|n| n.iter().rposition(|n| n == k));
                        match at {
                            Some(i) => self.visit(v, &values[i], &format!("{path}/{k}")),
                            None => self.misses.push(format!("{path}/{k}: missing")),
                        }
                    }
                }
                w => self.visit(w, values, path),
            };
        }
        match (want, got) {
            (Value::Object(w), Value::Object(g)) => {
                for (k, v) in w {
                    if ["iterations", "nest", "converged"].contains(&k.as_str()) {
                        continue;
                    }
                    match g.get(k) {
                        Some(x) => self.visit(v, x, &format!("{path}/{k}")),
                        None => self.misses.push(format!("{path}/{k}: missing")),
                    }
                }
            }
            // A named vector of the reference is an object there and an array or a number here.
            (Value::Object(w), Value::Array(g)) if w.len() <= g.len() => {
                for (v, x) in w.values().zip(g) {
                    self.visit(v, x, path);
                }
            }
            (Value::Object(w), g) if w.len() == 1 => {
                for v in w.values() {
                    self.visit(v, g, path);
                }
            }
            (Value::Array(w), Value::Array(g)) if w.len() == g.len() => {
                for (i, (v, x)) in w.iter().zip(g).enumerate() {
                    self.visit(v, x, &format!("{path}[{i}]"));
                }
            }
            (Value::Array(w), g) if w.len() == 1 && !g.is_array() => self.visit(&w[0], g, path),
            (w, Value::Array(g)) if g.len() == 1 && !w.is_array() => self.visit(w, &g[0], path),
            // The reference's writer has no word for what is infinite.
            (Value::Null, Value::String(g)) if g == "Inf" || g == "-Inf" => self.count += 1,
            // Standard errors of linking need the items' covariances, which the cases do not hold.
            (Value::Number(_), Value::String(g)) if self.linking && g == "Inf" => self.undetermined += 1,
            (Value::Number(w), Value::Number(g)) => {
                let (w, g) = (w.as_f64().unwrap_or(f64::NAN), g.as_f64().unwrap_or(f64::NAN));
                self.count += 1;
                let d = (w - g).abs();
                let floor = if self.rel > 0.0 { self.abs / self.rel } else { 0.0 };
                let e = if d == 0.0 { 0.0 } else { d / w.abs().max(floor).max(1e-300) };
                self.worst = self.worst.max(e);
                if d > self.abs.max(self.rel * w.abs()) {
                    self.misses.push(format!("{path}: {g} for {w}"));
                }
            }
            (w, g) if w == g => self.count += 1,
            (w, g) => self.misses.push(format!("{path}: {} for {}", short(g), short(w))),
        }
    }
}

fn short(v: &Value) -> String {
    v.to_string().chars().take(120).collect()
}

/// Compares with `expected`, or failing that with `expected_alt`.
pub fn case(case: &Value, got: &Value) -> Report {
    let rel = case["tolerance"]["rel"].as_f64().unwrap_or(1e-9);
    let abs = case["tolerance"]["abs"].as_f64().unwrap_or(1e-12);
    let mut best: Option<Report> = None;
    let mut wants = vec![&case["expected"]];
    // An alternative stands under the name of the version that computes it.
    let alt = &case["expected_alt"];
    wants.extend(alt.as_object().into_iter().flat_map(|o| o.values()).filter(|v| v.is_object()));
    wants.extend(Some(alt).filter(|v| v.is_object()));
    for want in wants {
        let mut w = Walk {
            linking: case["feature"] == "irt.linking",
            undetermined: 0,
            rel,
            abs,
            worst: 0.0,
            count: 0,
            misses: Vec::new(),
        };
        w.visit(want, got, "");
        let r = Report {
            agrees: w.misses.is_empty() && w.count > 0,
            worst: w.worst,
            misses: w.misses,
            undetermined: w.undetermined,
        };
        if r.agrees {
            return r;
        }
        best.get_or_insert(r);
    }
    best.unwrap_or(Report {
        agrees: false,
        worst: f64::NAN,
        misses: vec!["nothing expected".into()],
        undetermined: 0,
    })
}
