//! The peers' side: programs of other languages that time themselves on the same files.

use std::path::Path;
use std::process::Command;

/// One timing with the figures that both sides must share.
pub struct Measured {
    pub name: String,
    /// CPU seconds, nothing when it could not be measured
    pub seconds: Option<f64>,
    pub figures: Vec<f64>,
    pub trouble: String,
}

/// Runs a script that stands beside this file on the folder of the data.
pub fn run(program: &str, script: &str, folder: &Path) -> Vec<Measured> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/peers").join(script);
    let missing = |why: String| {
        vec![Measured { name: script.into(), seconds: None, figures: Vec::new(), trouble: why }]
    };
    match Command::new(program).arg(beside).arg(folder).output() {
        Err(e) => missing(format!("{program}: {e}")),
        Ok(o) => {
            let text = String::from_utf8_lossy(&o.stdout).to_string();
            let rows: Vec<Measured> = text.lines().filter_map(row).collect();
            if rows.is_empty() {
                missing(String::from_utf8_lossy(&o.stderr).chars().take(300).collect())
            } else {
                rows
            }
        }
    }
}

fn row(line: &str) -> Option<Measured> {
    let mut parts = line.split('\t');
    let name = parts.next()?.to_string();
    let seconds: Option<f64> = parts.next()?.parse().ok();
    let rest = parts.next().unwrap_or_default();
    let figures =
        if seconds.is_some() { rest.split(',').filter_map(|f| f.parse().ok()).collect() } else { Vec::new() };
    Some(Measured { name, seconds, figures, trouble: rest.to_string() })
}
