//! The crate graph as built equals the edges drawn in ARCHITECTURE.md.
//!
//! Drawn means: a fenced block tagged `edges` with one line a crate, `evidence -> people, web, db, kernel`.
use super::{File, Finding};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What one crate of the workspace needs of the others.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// In the program.
    pub built: BTreeSet<String>,
    /// In tests only.
    pub tests: BTreeSet<String>,
}

/// Every crate of the workspace, read from `cargo metadata --no-deps`.
pub fn crates(metadata: &str) -> Result<BTreeMap<String, Needs>, String> {
    let value: Value = serde_json::from_str(metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut crates = BTreeMap::new();
    for package in list(&value, "packages") {
        let mut needs = Needs::default();
        for dependency in list(&package, "dependencies") {
            let of_workspace = dependency.get("path").is_some_and(Value::is_string);
            let in_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
            if of_workspace {
                if in_tests { &mut needs.tests } else { &mut needs.built }.insert(name(&dependency));
            }
        }
        crates.insert(name(&package), needs);
    }
    Ok(crates)
}

/// Compares what is built with what is drawn.
pub fn check(crates: &BTreeMap<String, Needs>, drawing: Option<&File>) -> Vec<Finding> {
    let Some(drawn) = drawing.and_then(|file| drawn(&file.text)) else {
        let lines = crates.iter().map(|(name, needs)| line(name, &needs.built)).collect::<Vec<_>>();
        let mend = format!("has no fenced block tagged `edges`; as built it would be:\n{}", lines.join("\n"));
        return vec![Finding::new("ARCHITECTURE.md", 1, mend)];
    };
    let mut found = Vec::new();
    let mut say = |line: usize, mend: String| found.push(Finding::new("ARCHITECTURE.md", line, mend));
    for (name, needs) in crates {
        let Some((at, edges)) = drawn.get(name) else {
            say(1, format!("the crate {name} is not drawn; as built: `{}`", line(name, &needs.built)));
            continue;
        };
        if *edges != needs.built {
            let built = line(name, &needs.built);
            say(*at, format!("drawn is not what is built: draw `{built}`, or take the edge out of the code"));
        }
        for other in needs.tests.difference(edges).filter(|other| *other != "testkit") {
            say(*at, format!("the tests of {name} lean on {other}, an edge that is not drawn"));
        }
    }
    for (name, (at, _)) in drawn.iter().filter(|(name, _)| !crates.contains_key(*name)) {
        say(*at, format!("there is no crate {name}: take the line out"));
    }
    found
}

fn line(name: &str, edges: &BTreeSet<String>) -> String {
    let edges = edges.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("{name} -> {edges}").trim_end().to_owned()
}

/// Crate to its line and edges, as drawn; None when there is no such block.
fn drawn(text: &str) -> Option<BTreeMap<String, (usize, BTreeSet<String>)>> {
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| line.trim() != "```edges");
    lines.next()?;
    let block = lines.take_while(|(_, line)| line.trim() != "```");
    let mut crates = BTreeMap::new();
    for (n, line) in block {
        let (name, edges) = line.split_once("->").unwrap_or((line, ""));
        let edges = edges.split(',').map(str::trim).filter(|edge| !edge.is_empty()).map(str::to_owned);
        if !name.trim().is_empty() {
            crates.insert(name.trim().to_owned(), (n + 1, edges.collect()));
        }
    }
    Some(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"packages":[
        {"name":"kernel","dependencies":[{"name":"jiff","kind":null}]},
        {"name":"db","dependencies":[{"name":"kernel","path":"kit/kernel","kind":null}]},
        {"name":"testkit","dependencies":[{"name":"db","path":"kit/db","kind":null}]},
        {"name":"plan","dependencies":[
            {"name":"kernel","path":"kit/kernel","kind":null},
            {"name":"db","path":"kit/db","kind":"dev"},
            {"name":"testkit","path":"kit/testkit","kind":"dev"}]}]}"#;

    fn against(drawing: &str) -> Vec<String> {
        let file = File { path: "ARCHITECTURE.md".into(), text: drawing.into() };
        let found = check(&crates(METADATA).unwrap(), Some(&file));
        found.into_iter().map(|found| format!("{}: {}", found.line, found.mend)).collect()
    }

    #[test]
    fn a_true_drawing_passes() {
        let text = "# A\n```edges\nkernel ->\ndb -> kernel\ntestkit -> db\nplan -> db, kernel\n```\n";
        assert_eq!(
            against(text),
            ["6: drawn is not what is built: draw `plan -> kernel`, or take the edge out of the code"]
        );
        let metadata = METADATA.replace(
            r#""kind":"dev"},
            {"name":"testkit""#, r#""kind":null},
            {"name":"testkit""#,
        );
        let file = File { path: "ARCHITECTURE.md".into(), text: text.into() };
        assert_eq!(check(&crates(&metadata).unwrap(), Some(&file)), []);
    }

    #[test]
    fn a_missing_edge_a_missing_crate_and_a_ghost_are_found() {
        let found = against("```edges\nkernel ->\ndb ->\nplan -> kernel\nghost -> kernel\n```\n");
        assert_eq!(
            found,
            [
                "3: drawn is not what is built: draw `db -> kernel`, or take the edge out of the code",
                "4: the tests of plan lean on db, an edge that is not drawn",
                "1: the crate testkit is not drawn; as built: `testkit -> db`",
                "5: there is no crate ghost: take the line out",
            ]
        );
    }

    #[test]
    fn without_a_drawing_the_built_edges_are_offered() {
        let found = check(&crates(METADATA).unwrap(), None);
        assert!(found.iter().any(|found| found.mend.contains("\ndb -> kernel\nkernel ->\nplan -> kernel\n")));
        assert_eq!(against("no block here").len(), 1);
    }
}
