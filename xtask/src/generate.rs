//! `cargo xtask gen`: docs/generated, each document printed by the program itself.
use crate::sh;
use std::process::{Command, ExitCode};

/// A document that the program prints.
struct Document {
    file: &'static str,
    /// Title and the sentence under it.
    head: &'static str,
    /// The words after `qilin`.
    words: &'static [&'static str],
    /// Whether what is printed is plain text, not Markdown.
    plain: bool,
}

const DOCUMENTS: &[Document] = &[
    Document {
        file: "routes.md",
        head: "# Routes\n\nEvery address, who may call it, and the largest body that it takes.",
        words: &["routes"],
        plain: false,
    },
    Document {
        file: "columns.md",
        head: "# Columns\n\nEvery column of the database: who may see it, how long it is kept, whether it is exported.",
        words: &["columns"],
        plain: false,
    },
    Document {
        file: "config.md",
        head: "# Configuration\n\nEvery option of `qilin serve`, on the command line or in the environment.",
        words: &["serve", "--help"],
        plain: true,
    },
];

/// Writes every document, or with `check` fails when one is out of date.
pub fn run(check: bool) -> sh::Done {
    sh::run(sh::cargo().args(["build", "--quiet", "--package", "server"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| sh::root().join("target"), Into::into);
    let qilin = target.join("debug/qilin");
    let mut stale = Vec::new();
    for document in DOCUMENTS {
        let printed = sh::output(Command::new(&qilin).args(document.words))?;
        let fresh = page(document, &printed);
        let path = sh::root().join("docs/generated").join(document.file);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == fresh) {
            continue;
        }
        if check {
            stale.push(document.file);
        } else {
            write(&path, &fresh)?;
        }
    }
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("Out of date in docs/generated: {}. Mend it with `cargo xtask gen`.", stale.join(", ")))
}

fn page(document: &Document, printed: &str) -> String {
    let body = printed.trim();
    let body = if document.plain { format!("```text\n{body}\n```") } else { body.to_owned() };
    format!("{}\n\nWritten by `cargo xtask gen`; a change here is lost.\n\n{body}\n", document.head)
}

fn write(path: &std::path::Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
