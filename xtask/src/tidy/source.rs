//! Rules of one file alone: its opening, its length, and words that stand in the wrong room.
use super::{File, Finding};

const LONG: usize = 300;
const TOO_LONG: usize = 500;

/// Words that may not stand in a file of these kinds outside these folders.
struct Ban {
    words: &'static [&'static str],
    /// File names end so.
    kinds: &'static [&'static str],
    /// Paths that begin so may, or that hold it when it begins with `/`.
    except: &'static [&'static str],
    /// Whether a comment counts.
    comments: bool,
    mend: &'static str,
}

// Each word is written in two halves, so that this file does not find itself.
const BANS: &[Ban] = &[
    Ban {
        words: &[
            concat!("to", "do!("),
            concat!("unimple", "mented!("),
            concat!("#[ig", "nore"),
            concat!("FIX", "ME"),
            concat!("XX", "X"),
        ],
        kinds: &[".rs"],
        except: &[],
        comments: true,
        mend: "a stub, a test that does not run, or a note to self: finish it or delete it",
    },
    Ban {
        words: &[concat!("rusq", "lite"), concat!("tokio_", "postgres"), concat!("sql", "x::")],
        kinds: &[".rs"],
        except: &["kit/db/", "kit/testkit/"],
        comments: false,
        mend: "only kit/db names a database; ask it for what is missing",
    },
    Ban {
        words: &[concat!("rusq", "lite"), concat!("tokio-", "postgres"), concat!("sql", "x ")],
        kinds: &["/Cargo.toml"],
        except: &["kit/db/", "kit/testkit/"],
        comments: false,
        mend: "only kit/db depends on a database's driver",
    },
    Ban {
        words: &[
            concat!("std::", "env"),
            concat!("env::", "var"),
            concat!("env::", "args"),
            concat!("env::", "temp_dir"),
            concat!("env::", "current_dir"),
        ],
        kinds: &[".rs"],
        except: &[
            "server/", "xtask/", "kit/testkit/", "kit/db/src/tests/", "kit/db/tests/",
            "contexts/messages/tests/", "/examples/",
        ],
        comments: false,
        mend: "only the server's configuration reads the environment; take the value as an argument",
    },
    Ban {
        words: &[concat!("System", "Time::now"), concat!("Timestamp", "::now"), concat!("Zoned", "::now")],
        kinds: &[".rs"],
        except: &["kit/kernel/"],
        comments: false,
        mend: "the clock is handed in: take a kernel::Clock",
    },
    Ban {
        // time that passes, for patience and measuring: the ground and the edge have it, a context has not
        words: &[concat!("Instant", "::now")],
        kinds: &[".rs"],
        except: &["kit/", "server/", "xtask/", "/examples/"],
        comments: false,
        mend: "the clock is handed in: take a kernel::Clock",
    },
    Ban {
        words: &[
            concat!("src=\"", "http"),
            concat!("href=\"", "http"),
            concat!("src='", "http"),
            concat!("href='", "http"),
            concat!("url(", "http"),
            concat!("url(\"", "http"),
            concat!("src = \"", "http"),
            concat!("href = \"", "http"),
        ],
        kinds: &[".html", ".css", ".js", ".svg"],
        except: &[],
        comments: true,
        mend: "no page reaches for an outside host: ship the file, or name the source in words",
    },
    Ban {
        words: &[
            concat!("/ho", "me/"),
            concat!("/ro", "ot/"),
            concat!("/Us", "ers/"),
            concat!("/t", "mp/"),
            concat!("/wo", "rk/"),
        ],
        kinds: &[""],
        except: &[],
        comments: true,
        mend: "a path of one machine: use a path from the root, an argument, or a temporary folder",
    },
];

/// All findings in one file.
pub fn check(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    if file.path.ends_with(".rs") {
        found.extend(opening(file));
        found.extend(length(file));
    }
    for ban in BANS {
        let applies = ban.kinds.iter().any(|kind| file.path.ends_with(kind))
            && !ban
                .except
                .iter()
                .any(|folder| file.path.starts_with(folder) || in_folder(&file.path, folder));
        if applies {
            found.extend(banned(file, ban));
        }
    }
    found
}

/// Whether a path passes through a folder of this name (`/examples/`).
fn in_folder(path: &str, folder: &str) -> bool {
    folder.starts_with('/') && path.contains(folder)
}

fn opening(file: &File) -> Option<Finding> {
    let opens = file.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 4);
    (!opens).then(|| Finding::new(&file.path, 1, "opens without a `//!` sentence that says what it is for"))
}

fn length(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let mut finding = Finding::new(&file.path, lines, format!("{lines} lines: split by noun into a folder"));
    finding.warning = lines <= TOO_LONG;
    (lines > LONG).then_some(finding)
}

fn banned(file: &File, ban: &Ban) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, line) in file.text.lines().enumerate() {
        if !ban.comments && line.trim_start().starts_with("//") {
            continue;
        }
        if let Some(word) = ban.words.iter().find(|word| stands_in(line, word)) {
            found.push(Finding::new(&file.path, n + 1, format!("`{}`: {}", word.trim(), ban.mend)));
        }
    }
    found
}

/// Whether the line has the word, not as the tail of a longer name (`/usr/tmp/`, `StdInstant::now`).
fn stands_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mends(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        check(&file)
            .into_iter()
            .map(|found| format!("{}:{} {}", found.path, found.line, found.mend))
            .collect()
    }

    fn finds(path: &str, line: &str, part: &str) {
        let found = mends(path, &format!("//! A file.\n{line}\n"));
        assert!(
            matches!(found.as_slice(), [one] if one.starts_with(&format!("{path}:2 ")) && one.contains(part)),
            "{path}: {line}: {found:?}"
        );
    }

    fn passes(path: &str, line: &str) {
        assert_eq!(mends(path, &format!("//! A file.\n{line}\n")), Vec::<String>::new(), "{path}: {line}");
    }

    #[test]
    fn a_file_without_an_opening_sentence_is_found() {
        assert_eq!(mends("kit/web/src/lib.rs", "//! Web.\n").len(), 0);
        for text in ["", "//!\n", "// Web.\n", "use x;\n//! Web.\n"] {
            assert_eq!(mends("kit/web/src/lib.rs", text).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn a_long_file_is_a_warning_and_a_very_long_one_a_failure() {
        let warned = |lines: usize| {
            let file = File { path: "a.rs".into(), text: "//! A.\n".repeat(lines) };
            check(&file).first().map(|found| found.warning)
        };
        assert_eq!(warned(300), None);
        assert_eq!(warned(301), Some(true));
        assert_eq!(warned(500), Some(true));
        assert_eq!(warned(501), Some(false));
    }

    #[test]
    fn stubs_and_tests_that_do_not_run_are_found() {
        finds("a.rs", concat!("    to", "do!()"), "finish it");
        finds("a.rs", concat!("#[ig", "nore = \"slow\"]"), "finish it");
        finds("a.rs", concat!("// FIX", "ME later"), "finish it");
        passes("a.rs", "let todo = 1;");
    }

    #[test]
    fn a_database_is_named_in_its_room_only() {
        let line = concat!("use rusq", "lite::Connection;");
        finds("contexts/evidence/src/store.rs", line, "kit/db");
        passes("kit/db/src/sqlite.rs", line);
        finds("server/Cargo.toml", concat!("tokio-", "postgres.workspace = true"), "kit/db");
        passes("Cargo.toml", concat!("tokio-", "postgres = \"0.7\""));
    }

    #[test]
    fn the_environment_and_the_clock_are_handed_in() {
        finds("contexts/plan/src/lib.rs", concat!("let x = std::", "env::var(\"X\");"), "argument");
        passes("libs/plan-doc/examples/read.rs", concat!("let x = std::", "env::args();"));
        passes("server/src/config.rs", concat!("let x = std::", "env::var(\"X\");"));
        finds("contexts/plan/src/page.rs", concat!("let t = Instant", "::now();"), "kernel::Clock");
        finds("kit/web/src/page.rs", concat!("let t = System", "Time::now();"), "kernel::Clock");
        passes("kit/web/src/serve.rs", concat!("let patience = Instant", "::now();"));
        passes("kit/kernel/src/clock.rs", concat!("let t = System", "Time::now();"));
        passes("contexts/plan/src/page.rs", concat!("// never Instant", "::now() here"));
    }

    #[test]
    fn a_page_that_reaches_for_an_outside_host_is_found() {
        finds("kit/web/src/shell.html", concat!("<script src=\"", "https://cdn.example/x.js\">"), "outside");
        finds("kit/web/src/a.css", concat!("body { background: url(", "http://example/x) }"), "outside");
        passes("kit/web/src/shell.html", "<script src=\"/assets/x.js\">");
        passes("kit/web/src/page.rs", concat!("href=\"", "https://example"));
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        finds("docs/running.md", concat!("see /ho", "me/anna/qilin"), "one machine");
        finds("contexts/plan/src/lib.rs", concat!("\"/t", "mp/x\""), "one machine");
        passes("docs/running.md", concat!("see /var/t", "mp/x and net", "wo", "rk/x"));
    }
}
