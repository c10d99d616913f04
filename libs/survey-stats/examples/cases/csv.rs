//! Reads the cases' CSV files: a header, quoted text, empty cells are missing.

use crate::value::{Frame, Res, V};

fn split(line: &str) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut was) = (false, false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => {
                quoted = !quoted;
                was = true;
            }
            ',' if !quoted => {
                out.push((std::mem::take(&mut cell), was));
                was = false;
            }
            c => cell.push(c),
        }
    }
    out.push((cell, was));
    out
}

/// The file as a frame; a column is numeric when all its cells are numbers.
pub fn read(path: &std::path::Path) -> Res<Frame> {
    let s = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut lines = s.lines();
    let head = split(lines.next().unwrap_or_default());
    let rows: Vec<Vec<(String, bool)>> = lines.filter(|l| !l.is_empty()).map(split).collect();
    let mut cols = Vec::with_capacity(head.len());
    for (j, (name, _)) in head.iter().enumerate() {
        let cell = |r: &Vec<(String, bool)>| r.get(j).cloned().unwrap_or_default().0;
        let missing = |s: &str| s.is_empty() || s == "NA";
        let numeric = rows.iter().map(cell).all(|s| missing(&s) || s.parse::<f64>().is_ok());
        let v = if numeric {
            V::Num(
                rows.iter()
                    .map(|r| {
                        let s = cell(r);
                        if missing(&s) { f64::NAN } else { s.parse().unwrap_or(f64::NAN) }
                    })
                    .collect(),
                None,
            )
        } else {
            let text: Vec<Option<String>> =
                rows.iter().map(cell).map(|s| if missing(&s) { None } else { Some(s) }).collect();
            let (codes, levels) = V::Str(text, None).factor()?;
            V::Factor(codes, levels)
        };
        cols.push((name.clone(), v));
    }
    Ok(Frame { cols })
}
