//! Every path and command that the documents name exists.
//!
//! A path or command is named in backticks, a path also as a link, a command also as a line of a fenced
//! block.
use super::{File, Finding};
use std::collections::BTreeSet;

/// What may be named.
pub struct Known {
    /// Files and folders, from the root.
    paths: BTreeSet<String>,
    crates: BTreeSet<String>,
    chores: BTreeSet<String>,
    commands: BTreeSet<String>,
}

const CARGO: &[&str] = &[
    "add", "bench", "build", "check", "clean", "clippy", "deny", "doc", "fmt", "fuzz", "install", "insta",
    "metadata", "nextest", "run", "test", "tree", "update", "xtask",
];

impl Known {
    /// `paths` are all files of the repository, `files` those that are text.
    pub fn new(files_of_git: BTreeSet<String>, files: &[File], crates: BTreeSet<String>) -> Self {
        let mut paths = files_of_git;
        for file in paths.clone() {
            let folders = file.match_indices('/').filter_map(|(at, _)| file.get(..at));
            paths.extend(folders.map(str::to_owned));
        }
        let chores = <crate::Chores as clap::CommandFactory>::command();
        let chores = chores.get_subcommands().map(|chore| chore.get_name().to_owned()).collect();
        let server = files.iter().filter(|file| file.path.starts_with("server/src/"));
        let commands = server.flat_map(|file| subcommands(&file.text)).collect();
        Self { paths, crates, chores, commands }
    }

    fn has_path(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        self.paths.iter().any(|known| {
            let have: Vec<&str> = known.split('/').collect();
            // a document may name a path from the folder it speaks of
            have.len() >= wanted.len()
                && have.iter().rev().zip(wanted.iter().rev()).all(|(have, wanted)| matches(have, wanted))
        })
    }

    fn has_top(&self, name: &str) -> bool {
        self.paths.contains(name)
    }
}

/// Whether a name fits a pattern in which one `*` stands for anything.
fn matches(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
    }
}

/// The commands that a source file gives to clap: variants of an enum that derives Subcommand.
fn subcommands(source: &str) -> Vec<String> {
    let mut lines = source.lines();
    let mut found = Vec::new();
    while lines.any(|line| line.contains("derive(") && line.contains("Subcommand")) {
        let body = lines.by_ref().skip_while(|line| !line.contains("enum ")).skip(1);
        for line in body.take_while(|line| *line != "}") {
            let variant =
                line.strip_prefix("    ").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
            let name: Option<String> =
                variant.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect());
            found.extend(name.map(|name| kebab(&name)));
        }
    }
    found
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Documents that speak of the code as it is now; decisions and the changelog speak of their day.
fn is_document(path: &str) -> bool {
    let history = ["docs/decisions/", "docs/generated/", "CHANGELOG"];
    path.ends_with(".md")
        && !history.iter().any(|folder| path.starts_with(folder))
        && (path.starts_with("docs/") || !path.contains('/') || path.ends_with("/README.md"))
}

/// What a document names and does not exist.
pub fn check(file: &File, known: &Known) -> Vec<Finding> {
    let mut found = Vec::new();
    if !is_document(&file.path) {
        return found;
    }
    let mut fenced = false;
    for (n, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let mends: Vec<String> = if fenced {
            command(line, known).into_iter().collect()
        } else {
            let spans = line.split('`').skip(1).step_by(2).flat_map(|span| span_mends(span, known));
            spans.chain(links(line).filter_map(|link| broken(&file.path, link, known))).collect()
        };
        found.extend(mends.into_iter().map(|mend| Finding::new(&file.path, n + 1, mend)));
    }
    found
}

/// Targets of Markdown links and pictures.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// A link into the repository that leads nowhere; links are read from the folder of their document.
fn broken(document: &str, link: &str, known: &Known) -> Option<String> {
    let target = link.split('#').next().unwrap_or(link).trim_end_matches('/');
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let mut path: Vec<&str> = document.split('/').collect();
    path.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    let path = path.join("/");
    (!known.paths.contains(&path)).then(|| format!("links to `{link}`, which does not exist"))
}

fn span_mends(span: &str, known: &Known) -> Vec<String> {
    let missing = braces(span).into_iter().filter(|path| is_path(path, known) && !known.has_path(path));
    let paths = missing.map(|path| format!("names `{path}`, which does not exist"));
    paths.chain(command(span, known)).collect()
}

/// `a/{b,c}` stands for `a/b` and `a/c`.
fn braces(span: &str) -> Vec<String> {
    let parts = span.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    match parts {
        Some((head, (middle, tail))) => {
            middle.split(',').map(|one| format!("{head}{}{tail}", one.trim())).collect()
        }
        None => vec![span.to_owned()],
    }
}

/// Whether the words are meant as a path of this repository.
fn is_path(span: &str, known: &Known) -> bool {
    let plain = !span.contains(|c: char| c.is_whitespace() || "<>()$=:…\"'".contains(c));
    let ours = [".rs", ".md", ".html", ".sql", ".ftl", ".css", ".js"].iter().any(|end| span.ends_with(end));
    let top = span.split_once('/').is_some_and(|(first, _)| known.has_top(first));
    let hidden = span.starts_with('/') || span.starts_with('.') && !top;
    plain && !hidden && !span.contains("NNNN") && (ours || top)
}

/// What is wrong with a line that calls `cargo` or `qilin`; None for any other line.
fn command(line: &str, known: &Known) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim().trim_start_matches("$ ");
    let mut words = line.split_whitespace().skip_while(|word| *word == "sudo" || word.contains('='));
    let program = words.next()?;
    let words: Vec<&str> = words.collect();
    if program.rsplit('/').next() == Some("qilin") {
        return qilin(&words, known);
    }
    if program != "cargo" {
        return None;
    }
    let verb = words.iter().find(|word| !word.starts_with(['+', '-']))?;
    if !CARGO.contains(verb) && !is_placeholder(verb) {
        return Some(format!("`cargo {verb}` is not a command this project uses"));
    }
    let mut after = words.iter().skip_while(|word| *word != verb).skip(1);
    if *verb == "xtask" {
        let chore = after.next().filter(|word| !is_placeholder(word))?;
        let missing = !known.chores.contains(*chore);
        return missing.then(|| format!("`cargo xtask {chore}` does not exist; see `cargo xtask help`"));
    }
    let flags = words.iter().zip(words.iter().skip(1));
    for (_, name) in flags.filter(|(flag, _)| matches!(**flag, "-p" | "--package")) {
        if !known.crates.contains(*name) && !is_placeholder(name) {
            return Some(format!("there is no crate `{name}`"));
        }
    }
    let program: Vec<&str> = after.skip_while(|word| **word != "--").skip(1).copied().collect();
    if *verb == "run" { qilin(&program, known) } else { None }
}

fn qilin(words: &[&str], known: &Known) -> Option<String> {
    let name = words.first().filter(|word| !is_placeholder(word))?;
    let missing = !known.commands.contains(*name);
    missing.then(|| format!("`qilin {name}` does not exist; the commands are those of server/src"))
}

/// Words that stand for something else: FILE, <name>, an option, an ellipsis.
fn is_placeholder(word: &str) -> bool {
    word.starts_with(['-', '<', '[', '…', '.'])
        || word == "help"
        || word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let paths =
            ["README.md", "kit/db/src/dialect.rs", "contexts/plan/src/store.rs", "contexts/plan/README.md"];
        let cli = "#[derive(Subcommand)]\nenum Command {\n    /// Opens.\n    Serve {\n        listen: String,\n    },\n    ImportPlan(Args),\n}\n";
        let files = [File { path: "server/src/cli.rs".into(), text: cli.into() }];
        let crates = ["evidence".to_owned()].into();
        Known::new(paths.map(str::to_owned).into(), &files, crates)
    }

    fn mends(line: &str) -> Vec<String> {
        let file = File { path: "docs/running.md".into(), text: line.into() };
        check(&file, &known()).into_iter().map(|found| found.mend).collect()
    }

    #[test]
    fn paths_that_exist_pass() {
        for line in [
            "see `kit/db/src/dialect.rs` and `kit/db/` and `src/store.rs` and `store.rs`",
            "any `contexts/*/src/store.rs`, `contexts/plan/{README.md,src/store.rs}`",
            "not paths: `text/html`, `GET /orders/{id}`, `/var/lib/qilin/data`, `https://example/x.md`, `a.b`",
        ] {
            assert_eq!(mends(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn paths_that_do_not_exist_are_found() {
        for (line, path) in [
            ("see `kit/db/src/gone.rs`", "kit/db/src/gone.rs"),
            ("see `contexts/ghost/`", "contexts/ghost/"),
            ("see `gone.md`", "gone.md"),
            ("see `contexts/plan/{README.md,gone.sql}`", "contexts/plan/gone.sql"),
            ("any `contexts/*/src/gone.rs`", "contexts/*/src/gone.rs"),
        ] {
            assert_eq!(mends(line), [format!("names `{path}`, which does not exist")], "{line}");
        }
    }

    #[test]
    fn links_are_followed_from_the_document() {
        for link in ["../README.md", "../kit/db/", "../README.md#words", "https://example/x", "#here"] {
            assert_eq!(mends(&format!("see [x]({link}).")), Vec::<String>::new(), "{link}");
        }
        for link in ["README.md", "../gone.png"] {
            assert_eq!(mends(&format!("![x]({link})")), [format!("links to `{link}`, which does not exist")]);
        }
    }

    #[test]
    fn commands_that_exist_pass() {
        for line in [
            "`cargo xtask test -p evidence`, `cargo test -p evidence`, `cargo xtask <chore>`",
            "`qilin serve --listen 127.0.0.1:1`, `qilin --help`, `qilin COMMAND`",
            "```\n$ cargo run --release -- serve   # opens\nQILIN_DATABASE=x ./target/release/qilin import-plan FILE\n```",
        ] {
            assert_eq!(mends(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn commands_that_do_not_exist_are_found() {
        for (line, part) in [
            ("`cargo xtask dance`", "cargo xtask dance"),
            ("`cargo dance`", "cargo dance"),
            ("`cargo test -p ghost`", "no crate `ghost`"),
            ("`qilin dance`", "qilin dance"),
            ("```\ncargo run --release -- dance\n```", "qilin dance"),
            ("```\nsudo qilin dance\n```", "qilin dance"),
        ] {
            let found = mends(line);
            assert!(matches!(found.as_slice(), [one] if one.contains(part)), "{line}: {found:?}");
        }
    }

    #[test]
    fn only_documents_of_today_are_read() {
        for (path, read) in [
            ("README.zh-CN.md", true),
            ("contexts/plan/README.md", true),
            ("docs/decisions/0001-x.md", false),
            ("CHANGELOG.md", false),
            ("contexts/plan/src/lib.rs", false),
        ] {
            assert_eq!(is_document(path), read, "{path}");
        }
    }
}
