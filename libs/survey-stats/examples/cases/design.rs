//! Designs: how a sample was drawn, its subsets and its options.

use crate::eval::{Args, Interp};
use crate::model;
use crate::parse::Expr;
use crate::rep::Rep;
use crate::value::{Env, Frame, Res, V, lib, obj};
use std::rc::Rc;
use survey_stats::Estimates;
use survey_stats::design::{Design, DesignSpec, JointProbabilities, LonelyPsu, PpsVariance, Stage};
use survey_stats::statistic::{Columns, Statistic};

/// A design with its data.
#[derive(Clone)]
pub struct Svy {
    pub design: Design,
    pub frame: Rc<Frame>,
}

/// A design or replicates.
#[derive(Clone)]
pub enum Des {
    Svy(Svy),
    Rep(Rep),
}

impl Des {
    pub fn of(v: &V) -> Res<Des> {
        if let Some(s) = v.down::<Svy>() {
            return Ok(Des::Svy((*s).clone()));
        }
        if let Some(r) = v.down::<Rep>() {
            return Ok(Des::Rep((*r).clone()));
        }
        Err("not a design".into())
    }

    pub fn value(self) -> V {
        match self {
            Des::Svy(s) => obj("design", s),
            Des::Rep(r) => obj("replicates", r),
        }
    }

    pub fn frame(&self) -> &Rc<Frame> {
        match self {
            Des::Svy(s) => &s.frame,
            Des::Rep(r) => &r.frame,
        }
    }

    pub fn weights(&self) -> Vec<f64> {
        match self {
            Des::Svy(s) => s.design.weights(),
            Des::Rep(r) => r.reps.weights(),
        }
    }

    pub fn df(&self) -> f64 {
        match self {
            Des::Svy(s) => s.design.df(),
            Des::Rep(r) => r.reps.df(),
        }
    }

    pub fn domain(&self, inside: &[bool]) -> Res<Des> {
        Ok(match self {
            Des::Svy(s) => Des::Svy(Svy { design: lib(s.design.domain(inside))?, frame: s.frame.clone() }),
            Des::Rep(r) => Des::Rep(Rep { reps: lib(r.reps.domain(inside))?, ..r.clone() }),
        })
    }

    pub fn estimate(&self, it: &Interp, s: &impl Statistic) -> Res<Estimates> {
        match self {
            Des::Svy(d) => lib(with_options(it, &d.design).estimate(s)),
            Des::Rep(r) => lib(r.reps.estimate(s)),
        }
    }

    /// Rows whose values are all present, when they are to be left out.
    pub fn without_missing(&self, cols: &[&Columns], na_rm: bool) -> Res<Des> {
        if !na_rm {
            return Ok(self.clone());
        }
        let n = self.weights().len();
        let inside: Vec<bool> =
            (0..n).map(|i| cols.iter().all(|c| c.data().iter().all(|y| !y[i].is_nan()))).collect();
        if inside.iter().all(|b| *b) { Ok(self.clone()) } else { self.domain(&inside) }
    }
}

/// The design under the lonely-unit options in force.
pub fn with_options(it: &Interp, d: &Design) -> Design {
    let rule = match it.lonely.borrow().as_str() {
        "remove" => LonelyPsu::Remove,
        "certainty" => LonelyPsu::Certainty,
        "adjust" => LonelyPsu::Adjust,
        "average" => LonelyPsu::Average,
        _ => LonelyPsu::Fail,
    };
    d.with_lonely(rule, *it.lonely_domain.borrow())
}

pub fn frame_of(x: &V) -> Res<Rc<Frame>> {
    Ok(Des::of(x)?.frame().clone())
}

pub fn subset(it: &Interp, x: &V, cond: &Expr, env: &Env) -> Res<V> {
    let d = Des::of(x)?;
    let keep = it.eval(cond, &env.with_frame(d.frame()))?.bools()?;
    let inside: Vec<bool> = keep.iter().map(|b| *b == Some(true)).collect();
    Ok(d.domain(&inside)?.value())
}

/// Adds variables, computed from those of the design.
pub fn update(it: &Interp, x: &V, a: &[crate::parse::Arg], env: &Env) -> Res<V> {
    let mut d = Des::of(x)?;
    let mut f = (**d.frame()).clone();
    for arg in a {
        let (n, e) = (arg.name.clone().ok_or("update")?, arg.value.as_ref().ok_or("update")?);
        let v = it.eval(e, &env.with_frame(&f))?.plain();
        f.cols.retain(|c| c.0 != n);
        f.cols.push((n, v));
    }
    match &mut d {
        Des::Svy(s) => s.frame = Rc::new(f),
        Des::Rep(r) => r.frame = Rc::new(f),
    }
    Ok(d.value())
}

fn formula_vars(it: &Interp, f: Option<V>, frame: &Frame, env: &Env) -> Res<Vec<V>> {
    match f {
        None => Ok(Vec::new()),
        Some(f @ V::Formula(..)) => {
            Ok(model::variables(it, &f, frame, env)?.into_iter().map(|v| v.1).collect())
        }
        Some(V::Frame(f)) => Ok(f.cols.iter().map(|c| c.1.clone()).collect()),
        Some(v) => Ok(vec![if v.len() == 1 { v.pick(&vec![0; frame.nrow()]) } else { v }]),
    }
}

fn codes(v: &V) -> Res<Vec<usize>> {
    v.factor()?.0.into_iter().map(|c| c.ok_or_else(|| "a design variable is missing".to_string())).collect()
}

pub fn svydesign(it: &Interp, a: &Args, env: &Env) -> Res<V> {
    let m = a.matched(&[
        "ids", "probs", "strata", "variables", "fpc", "data", "nest", "check.strata", "weights", "pps",
        "variance",
    ]);
    let Some(V::Frame(frame)) = m.get("data") else { return Err("no data".into()) };
    let n = frame.nrow();
    let vars = |name: &str| formula_vars(it, m.get(name), &frame, env);
    let (ids, strata, fpc) = (vars("ids")?, vars("strata")?, vars("fpc")?);
    let weights = vars("weights")?;
    let probs = vars("probs")?;
    let one_prob = matches!(m.get("probs"), Some(V::Formula(_, ref r)) if matches!(**r, Expr::Num(_)));
    let weights = if let Some(w) = weights.first() {
        Some(w.nums()?)
    } else if one_prob {
        Some(vec![1.0; n])
    } else if !probs.is_empty() {
        let mut w = vec![1.0; n];
        for p in &probs {
            for (w, p) in w.iter_mut().zip(p.nums()?) {
                *w /= p;
            }
        }
        Some(w)
    } else {
        None
    };
    let pps = m.get("pps");
    if let Some(p) = &pps {
        let brewer = matches!(p, V::Str(..)) && p.str()? == "brewer";
        if !brewer && p.truth_or_object() {
            let pi = fpc.first().or(probs.first()).ok_or("no probabilities")?.nums()?;
            let yg = m.str_or("variance", "HT") == "YG";
            let est = if yg { PpsVariance::YatesGrundy } else { PpsVariance::HorvitzThompson };
            let joint = match p {
                V::Str(..) => match strata.first().map(codes).transpose()? {
                    Some(h) => JointProbabilities::overton_within(&pi, &h, est),
                    None => JointProbabilities::overton(&pi, est),
                },
                V::List(l) if l.first().is_some_and(|x| x.0 == "hr") => {
                    let s = match &l[0].1 {
                        V::Null => pi.iter().sum::<f64>() / pi.len() as f64,
                        v => v.num()?,
                    };
                    JointProbabilities::hartley_rao(&pi, s, est)
                }
                V::List(l) if l.first().is_some_and(|x| x.0 == "poisson") => JointProbabilities::poisson(&pi),
                v => {
                    let drop = v.get("tolerance").map_or(Ok(1e-4), |t| t.num())?;
                    lib(JointProbabilities::exact(&v.get("pij").ok_or("pij")?.matrix()?, est, drop))?
                }
            };
            let design = match strata.first().map(codes).transpose()? {
                Some(h) => lib(Design::pps_in_strata(&pi, &h, joint))?,
                None => lib(Design::pps(&pi, joint))?,
            };
            return Ok(obj("design", Svy { design, frame }));
        }
    }
    let k = ids.len().max(1);
    let mut stages = Vec::new();
    for s in 0..k {
        stages.push(Stage {
            unit: ids.get(s).map(codes).transpose()?.unwrap_or_default(),
            stratum: strata
                .get(s.min(strata.len().saturating_sub(1)))
                .map(codes)
                .transpose()?
                .unwrap_or_default(),
            population: fpc.get(s).map(|v| v.nums()).transpose()?,
        });
    }
    let spec = DesignSpec {
        stages,
        weights,
        nest: m.flag("nest"),
        unequal_fractions: matches!(pps, Some(V::Str(..))),
        ..DesignSpec::default()
    };
    Ok(obj("design", Svy { design: lib(spec.build(n))?, frame }))
}

trait Truthy {
    fn truth_or_object(&self) -> bool;
}

impl Truthy for V {
    fn truth_or_object(&self) -> bool {
        matches!(self, V::List(_) | V::Str(..)) || self.truth()
    }
}
