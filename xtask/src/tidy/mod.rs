//! `cargo xtask tidy`: the house rules that the compiler cannot see, each finding with its mend.
mod docs;
mod edges;
mod source;
mod words;

use crate::sh;
use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

/// One file of the repository as text.
pub struct File {
    /// From the root of the repository, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Something to mend.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// File, from the root of the repository.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub mend: String,
    /// Said, but does not fail the check.
    pub warning: bool,
}

impl Finding {
    fn new(path: &str, line: usize, mend: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, mend: mend.into(), warning: false }
    }
}

/// Checks the whole repository; failure when anything but a warning is found.
pub fn run() -> sh::Done {
    let (paths, files) = repository()?;
    let metadata = sh::output(sh::cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let crates = edges::crates(&metadata)?;
    let mut findings: Vec<Finding> = files.iter().flat_map(source::check).collect();
    findings.extend(files.iter().flat_map(words::check));
    findings.extend(edges::check(&crates, files.iter().find(|file| file.path == "ARCHITECTURE.md")));
    let known = docs::Known::new(paths, &files, crates.into_keys().collect());
    findings.extend(files.iter().flat_map(|file| docs::check(file, &known)));
    findings.sort_by(|a, b| (!a.warning, &a.path, a.line).cmp(&(!b.warning, &b.path, b.line)));
    for Finding { path, line, mend, warning } in &findings {
        println!("{path}:{line}: {}{mend}", if *warning { "(warning) " } else { "" });
    }
    let failures = findings.iter().filter(|finding| !finding.warning).count();
    if failures == 0 {
        println!("tidy: {} files, nothing to mend", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {failures} to mend");
    Ok(ExitCode::FAILURE)
}

/// Every path that git knows or would add, and those of them that are text of our own.
fn repository() -> Result<(BTreeSet<String>, Vec<File>), String> {
    let mut git = Command::new("git");
    git.current_dir(sh::root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut paths = BTreeSet::new();
    let mut files = Vec::new();
    for path in sh::output(&mut git)?.split('\0').filter(|path| !path.is_empty()) {
        let Ok(bytes) = std::fs::read(sh::root().join(path)) else { continue };
        paths.insert(path.to_owned());
        if let Ok(text) = String::from_utf8(bytes)
            && !path.contains("/vendor/")
            && path != "Cargo.lock"
        {
            files.push(File { path: path.to_owned(), text });
        }
    }
    Ok((paths, files))
}
