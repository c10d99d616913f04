//! Runs reference cases through the library and says which agree.
//!
//! `cargo run --release -p survey-stats --example cases -- DIR` reads every `*.json` of DIR, evaluates what the case asks for
//! (`feature`, `spec`, and the calls in `reference.call`, a small part of R), and compares every number with
//! `expected` (or `expected_alt`) within the case's tolerance. One line a case:
//! `id agree|differ|unsupported worst-error`, where the error is relative to the expected number. The exit code is 1
//! when a case differs.
// An interpreter falls through to "no such function", and indexes vectors whose lengths it has just made.
#![allow(missing_docs, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]

mod alias;
mod base;
mod compare;
mod csv;
mod design;
mod eval;
mod factors;
mod figures;
mod general;
mod irt;
mod irt_other;
mod irt_tables;
mod model;
mod mt;
mod numbers;
mod parse;
mod rep;
mod sampling;
mod small_area;
mod survey;
mod tables;
mod tests_survey;
mod value;
mod vectors;

use eval::{Args, Interp};
use parse::Arg;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use value::{Env, Frame, Res, V};

/// Functions of the statistics packages, by name.
pub fn call(it: &Interp, n: &str, a: &Args, env: &Env) -> Res<V> {
    for f in [survey::call, rep::call, tests_survey::call, sampling::call, small_area::call, irt::call] {
        if let Some(v) = f(it, n, a, env)? {
            return Ok(v);
        }
    }
    Err(format!("function {n}"))
}

/// Functions whose arguments may be bare names of columns of their `data`.
pub const NAMES_COLUMNS: &[&str] =
    &["mseFH", "eblupFH", "mseSFH", "eblupSFH", "eblupSTFH", "eblupBHF", "pbmseBHF", "pbmseSTFH", "pbmseFH"];

/// Functions that may be passed as values.
pub fn is_builtin(n: &str) -> bool {
    [
        "svymean", "svytotal", "svyratio", "svyquantile", "svyvar", "coef", "SE", "vcov", "degf", "cal.sinh",
        "cal.raking", "cal.linear", "cal.logit", "svyciprop", "svyglm", "weights", "confint",
        "quasibinomial", "binomial", "gaussian", "quasipoisson", "poisson",
    ]
    .contains(&n)
}

/// A field of one of the library's results.
pub fn field(it: &Interp, x: &V, n: &str) -> Res<V> {
    for f in [survey::field, rep::field, irt::field] {
        if let Some(v) = f(it, x, n)? {
            return Ok(v);
        }
    }
    Err(format!("field {n}"))
}

/// Functions that evaluate their arguments inside a data frame or a design.
pub fn lazy(it: &Interp, name: &str, x: V, a: &[Arg], env: &Env) -> Res<V> {
    if name == "update" {
        return design::update(it, &x, a, env);
    }
    if name == "subset" && matches!(x, V::Obj(..)) {
        let cond = a.first().and_then(|a| a.value.as_ref()).ok_or("subset")?;
        return design::subset(it, &x, cond, env);
    }
    let frame = match &x {
        V::Frame(f) => f.clone(),
        V::List(l) => Rc::new(Frame { cols: l.clone() }),
        V::Obj(..) => design::frame_of(&x)?,
        _ => return Err(name.to_string()),
    };
    let inner = env.with_frame(&frame);
    match name {
        "with" => it.eval(a.first().and_then(|a| a.value.as_ref()).ok_or("with")?, &inner),
        "subset" => {
            let keep = it.eval(a.first().and_then(|a| a.value.as_ref()).ok_or("subset")?, &inner)?.bools()?;
            let at: Vec<usize> = (0..frame.nrow()).filter(|i| keep[*i % keep.len()] == Some(true)).collect();
            Ok(V::Frame(Rc::new(frame.rows(&at))))
        }
        _ => {
            let mut f = (*frame).clone();
            for arg in a {
                let (n, e) = (arg.name.clone().ok_or("transform")?, arg.value.as_ref().ok_or("transform")?);
                let v = it.eval(e, &inner)?.plain();
                let v = if v.len() == 1 { v.pick(&vec![0; f.nrow()]) } else { v };
                match f.cols.iter_mut().find(|c| c.0 == n) {
                    Some(c) => c.1 = v,
                    None => f.cols.push((n, v)),
                }
            }
            Ok(V::Frame(Rc::new(f)))
        }
    }
}

fn load(dir: &Path, case: &serde_json::Value) -> Res<Interp> {
    let mut data = BTreeMap::new();
    if let Some(roles) = case["data"].as_object() {
        for (role, file) in roles {
            if let Some(file) = file.as_str() {
                let stem =
                    Path::new(file).file_stem().map(|s| s.to_string_lossy().to_string()).unwrap_or_default();
                data.insert(role.clone(), (stem, Rc::new(csv::read(&dir.join(file))?)));
            }
        }
    }
    Ok(Interp {
        data,
        spec: case["spec"].clone(),
        lonely: std::cell::RefCell::new("fail".into()),
        lonely_domain: std::cell::RefCell::new(false),
        rng: std::cell::RefCell::new(mt::Twister::new(1)),
    })
}

fn run(dir: &Path, case: &serde_json::Value) -> Res<V> {
    let lines: Vec<&str> = case["reference"]["call"]
        .as_array()
        .map(|l| l.iter().filter_map(|s| s.as_str()).collect())
        .unwrap_or_default();
    if lines.is_empty() {
        return Err("the case has no calls".into());
    }
    load(dir, case)?.run(&parse::program(&lines.join("\n"))?)
}

fn main() -> std::process::ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(dir) = args.next() else {
        eprintln!("usage: cases DIR [PART-OF-ID or =ID]");
        return std::process::ExitCode::from(2);
    };
    let only = args.next();
    std::panic::set_hook(Box::new(|_| {}));
    let dir = Path::new(&dir);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .map(|d| {
            d.filter_map(|e| e.ok())
                .map(|e| e.path())
                .filter(|p| p.extension().is_some_and(|x| x == "json"))
                .collect()
        })
        .unwrap_or_default();
    files.sort();
    let (mut agree, mut differ, mut unsupported) = (0, 0, 0);
    for f in files {
        let Some(case) =
            std::fs::read_to_string(&f).ok().and_then(|s| serde_json::from_str::<serde_json::Value>(&s).ok())
        else {
            continue;
        };
        let Some(id) = case["id"].as_str() else { continue };
        let wanted = |o: &String| o.strip_prefix('=').map_or(id.contains(o.as_str()), |exact| id == exact);
        if !only.as_ref().is_none_or(wanted) {
            continue;
        }
        // A call that this reader misunderstands is one case's trouble, not the run's.
        let answer = std::panic::catch_unwind(|| run(dir, &case).map(|v| compare::to_json(&v)))
            .unwrap_or_else(|_| Err("its calls are not understood".into()));
        match answer {
            Ok(got) => {
                let r = compare::case(&case, &got);
                if r.agrees {
                    agree += 1;
                    let note = match r.undetermined {
                        0 => String::new(),
                        k => format!(" ({k} figures left out: the case lacks the covariances they need)"),
                    };
                    println!("{id} agree {:.1e}{note}", r.worst);
                } else {
                    differ += 1;
                    println!("{id} differ {:.1e}", r.worst);
                    if only.is_some() {
                        for m in r.misses.iter().take(40) {
                            println!("    {m}");
                        }
                    }
                }
            }
            Err(e) => {
                unsupported += 1;
                println!("{id} unsupported - {e}");
            }
        }
    }
    println!("{agree} agree, {differ} differ, {unsupported} unsupported");
    std::process::ExitCode::from(u8::from(differ > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases whose reference is known to be off; DESIGN.md says why.
    const EXPLAINED: &[&str] = &["o-irt-sat12-3pl-prior", "o-tam-latent-regression"];

    #[test]
    fn the_shared_reference_cases_agree_where_they_are_present() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/survey_cases");
        let files =
            std::fs::read_dir(&dir).map(|d| d.filter_map(|e| e.ok()).map(|e| e.path()).collect::<Vec<_>>());
        for f in files.unwrap_or_default().iter().filter(|p| p.extension().is_some_and(|x| x == "json")) {
            let case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(f).unwrap()).unwrap();
            let id = case["id"].as_str().unwrap();
            if EXPLAINED.contains(&id) {
                continue;
            }
            let got = run(&dir, &case).unwrap_or_else(|e| panic!("{id}: {e}"));
            let r = compare::case(&case, &compare::to_json(&got));
            assert!(r.agrees, "{id}: {:?}", r.misses.first());
        }
    }

    #[test]
    fn the_calls_of_a_case_are_understood() {
        let it = Interp {
            data: BTreeMap::new(),
            spec: serde_json::Value::Null,
            lonely: std::cell::RefCell::new("fail".into()),
            lonely_domain: std::cell::RefCell::new(false),
            rng: std::cell::RefCell::new(mt::Twister::new(5)),
        };
        let text = "x <- data.frame(g=c(1,1,2,2), y=c(1,3,2,6), w=rep(2,4))\n\
                    d <- svydesign(id=~1, weights=~w, data=x); m <- svymean(~y, subset(d, g == 2))\n\
                    list(mean=as.numeric(m), n=nrow(x), total=sum(sapply(1:3, function(i) i^2)))";
        let v = it.run(&parse::program(text).unwrap()).unwrap();
        assert_eq!(compare::to_json(&v), serde_json::json!({"mean": 4.0, "n": 4.0, "total": 14.0}));
    }
}
