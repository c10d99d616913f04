//! `cargo xtask gen`: docs/generated, each file printed by the program itself.
use crate::sh;
use std::process::ExitCode;

/// A generated document and the words after `qilin` that print it.
const DOCUMENTS: &[(&str, &[&str])] = &[];

/// Writes every document, or with `check` fails when one is out of date.
pub fn run(check: bool) -> sh::Done {
    let mut stale = Vec::new();
    for (name, words) in DOCUMENTS {
        let fresh =
            sh::output(sh::cargo().args(["run", "--quiet", "--package", "server", "--"]).args(*words))?;
        let path = sh::root().join("docs/generated").join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == fresh) {
            continue;
        }
        if check {
            stale.push(*name);
        } else {
            write(&path, &fresh)?;
        }
    }
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("Out of date in docs/generated: {}. Mend it with `cargo xtask gen`.", stale.join(", ")))
}

fn write(path: &std::path::Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
