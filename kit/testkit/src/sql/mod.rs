//! Every SQL statement of the workspace, found in its sources, and whether a database takes it.
mod literal;

use db::Db;
use literal::{Literal, literals};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders with statements of the program. `kit/db` keeps what only one database understands.
const ROOMS: [&str; 4] = ["contexts", "kit/jobs", "kit/web", "server"];

/// What may stand for a part that is known only at run time: a column, a condition, nothing.
const FILLINGS: [&str; 4] = ["1", "true", "''", ""];

/// A statement as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// File, from the root of the workspace, and line: `contexts/plan/src/store.rs:12`.
    pub place: String,
    /// The text, constants filled in; what is known only at run time is `\u{0}`.
    pub sql: String,
}

/// Every statement in the sources of the program, tests left out.
///
/// What a builder joins at run time (`sql.push("insert into t values ")`) is no statement yet and is not
/// among them: the store's own tests run those on both databases.
pub fn statements() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for room in ROOMS {
        sources(&root.join(room), &mut files);
    }
    files.sort();
    files.iter().flat_map(|file| in_file(&root, file)).collect()
}

/// Prepares each statement, without running it; gives `place: what the database says` for each refused.
pub fn refused(db: &Db, statements: &[Statement]) -> Vec<String> {
    let refusal = |sql: String| {
        let prepared = db.write_now(move |tx| Ok(tx.prepare(&sql)?));
        prepared.err().map(|refusal| format!("{refusal:?}"))
    };
    let mut refused = Vec::new();
    for Statement { place, sql } in statements {
        let composed = sql.contains('\0');
        let tries = if composed { FILLINGS.as_slice() } else { &[""] };
        let said: Vec<_> = tries.iter().map_while(|filling| refusal(sql.replace('\0', filling))).collect();
        if let (Some(first), true) = (said.first(), said.len() == tries.len()) {
            let mend = "; it is pieced together at run time: write it whole, or of constants";
            refused.push(format!("{place}: {first}{}", if composed { mend } else { "" }));
        }
    }
    refused
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_test = path.file_stem().is_some_and(|name| name == "tests" || name == "examples");
        if path.is_dir() && !is_test {
            sources(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
            files.push(path);
        }
    }
}

/// Statements of one file; constants may be those of another file of its folder.
fn in_file(root: &Path, file: &Path) -> Vec<Statement> {
    let read = |file: &Path| {
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // tests at a file's end are left out
        text.split("#[cfg(test)]\nmod tests {").next().map(str::to_owned).unwrap_or_default()
    };
    let mut beside = Vec::new();
    if let Some(folder) = file.parent() {
        sources(folder, &mut beside);
    }
    let beside: Vec<String> = beside.iter().filter(|other| *other != file).map(|other| read(other)).collect();
    let path = file.strip_prefix(root).unwrap_or(file).display();
    let found = found(&read(file), &beside);
    found.into_iter().map(|(line, sql)| Statement { place: format!("{path}:{line}"), sql }).collect()
}

/// Line and text of each statement in a source.
fn found(source: &str, beside: &[String]) -> Vec<(usize, String)> {
    let own = literals(source);
    let others = beside.iter().flat_map(|text| literals(text));
    let foreign: Vec<Literal> = others.filter(|literal| literal.before.contains("const ")).collect();
    // the file's own come last: of one name, they count
    let all = foreign.iter().chain(&own);
    let constants = all.filter_map(|literal| Some((name(literal)?, literal.text.as_str()))).collect();
    own.iter()
        .filter(|literal| !is_piece(literal))
        .map(|literal| (literal.line, whole(literal, &constants)))
        .filter(|(_, text)| is_sql(text))
        .collect()
}

/// Whether a literal is handed to a builder.
fn is_piece(literal: &Literal) -> bool {
    let handed = literal.before.rsplit_once(".push(").map(|(_, rest)| rest.trim());
    handed.is_some_and(|rest| ["", "&format!(", "format!("].contains(&rest))
}

/// The name that a literal is given: `const NAME: &str =` or `let name =`.
fn name(literal: &Literal) -> Option<&str> {
    let head = literal.before.strip_suffix('=')?.trim_end();
    let head = head.strip_suffix("&str").and_then(|head| head.trim_end().strip_suffix(':')).unwrap_or(head);
    let (kind, name) = head.rsplit_once(' ')?;
    (kind.ends_with("const") || kind.ends_with("let")).then_some(name)
}

/// A literal as the database sees it: of `format!`, the holes filled.
fn whole(literal: &Literal, constants: &BTreeMap<&str, &str>) -> String {
    if !literal.before.ends_with("format!(") {
        return literal.text.clone();
    }
    let mut out = String::new();
    let text = literal.text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut rest = text.as_str();
    while let Some((head, tail)) = rest.split_once('{') {
        let (hole, after) = tail.split_once('}').unwrap_or((tail, ""));
        out.push_str(head);
        out.push_str(constants.get(hole).copied().unwrap_or("\0"));
        rest = after;
    }
    out.push_str(rest);
    out.replace('\u{1}', "{").replace('\u{2}', "}")
}

/// A statement, not a sentence that begins with the same word.
fn is_sql(text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let starts = |word: &str, also: &str| text.starts_with(word) && text.contains(also);
    starts("select ", " from ")
        || starts("insert into ", "(")
        || starts("update ", " set ")
        || starts("delete from ", "")
        || starts("with ", " as (")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        found(source, &[]).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn statements_are_told_from_sentences() {
        let source = r#"
            tx.query("select a from t", &[]);
            tx.execute("update t set a = 1", &[]);
            say("select a file"); say("update the plan"); say("with care"); say("delete from");
            // "delete from t"
            sql.push("insert into t (a) values ", []); sql.push(&format!("select {a} from "), []);
            all.push(tx.query("select b from t", &[]));
            tx.execute("delete from t", &[]);
            tx.query("with x as (select 1 as a) select a from x", &[])
        "#;
        assert_eq!(
            texts(source),
            [
                "select a from t", "update t set a = 1", "select b from t", "delete from t",
                "with x as (select 1 as a) select a from x"
            ]
        );
    }

    #[test]
    fn constants_are_filled_in_and_other_holes_marked() {
        let source = r#"
            const COLUMNS: &str = "a, b";
            fn one() { let sql = format!("select {COLUMNS} from t order by {} -- {{}}", rank()); }
            fn two() { let from = "from t where a = 1"; format!("select a {from}") }
        "#;
        assert_eq!(texts(source), ["select a, b from t order by \0 -- {}", "select a from t where a = 1"]);
        let beside = ["pub const COLUMNS: &str = \"c\";".to_owned()];
        let found = found("f(format!(\"select {COLUMNS} from t\"))", &beside);
        assert_eq!(found, [(1, "select c from t".to_owned())]);
    }

    #[test]
    fn a_broken_statement_is_named_with_its_place_on_both_databases() {
        const STREAM: db::Stream = db::Stream {
            context: "sample",
            files: &[(
                "0001_sample.sql",
                "create table sample (district_id text not null primary key, n bigint);",
            )],
        };
        let statement =
            |line: usize, sql: &str| Statement { place: format!("a.rs:{line}"), sql: sql.to_owned() };
        let statements = [
            statement(1, "select n from sample where district_id = $1"),
            statement(2, "select m from sample"),
            statement(3, "select n from sample order by \0"),
            statement(4, "select n from sample \0 where"),
            statement(5, "insert into sample (district_id, n) values ($1, $2)"),
        ];
        crate::both(&[STREAM], move |db| {
            let refused = refused(db, &statements);
            let places: Vec<_> = refused.iter().map(|line| line.split(": ").next().unwrap()).collect();
            assert_eq!(places, ["a.rs:2", "a.rs:4"], "{refused:?}");
            assert!(refused.first().is_some_and(|line| line.contains("\"m\"") || line.contains(" m")));
        });
    }
}
