//! Both catalogues are whole: the same keys, and every key that the code and the templates name.

use std::collections::BTreeSet;
use std::path::Path;

use web::{Catalogue, Locale};

const TEXTS: [(Locale, &str); 2] = [
    (
        Locale::Zh,
        concat!(
            include_str!("../../locales/zh-CN.ftl"),
            include_str!("../../locales/rules.zh-CN.ftl"),
            include_str!("../../locales/flags.zh-CN.ftl"),
            include_str!("../../locales/callbacks.zh-CN.ftl"),
            include_str!("../../locales/closes.zh-CN.ftl"),
            include_str!("../../locales/figures.zh-CN.ftl"),
            include_str!("../../locales/messages.zh-CN.ftl"),
            include_str!("../../locales/open.zh-CN.ftl")
        ),
    ),
    (
        Locale::En,
        concat!(
            include_str!("../../locales/en.ftl"),
            include_str!("../../locales/rules.en.ftl"),
            include_str!("../../locales/flags.en.ftl"),
            include_str!("../../locales/callbacks.en.ftl"),
            include_str!("../../locales/closes.en.ftl"),
            include_str!("../../locales/figures.en.ftl"),
            include_str!("../../locales/messages.en.ftl"),
            include_str!("../../locales/open.en.ftl")
        ),
    ),
];

fn keys(text: &str) -> BTreeSet<&str> {
    let named = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    named.filter_map(|line| Some(line.split_once(" =")?.0)).collect()
}

/// Every quoted key of this context in a folder; those that end in a dash are beginnings.
fn used(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            used(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            let text = std::fs::read_to_string(&path).unwrap();
            let ours = |part: &&str| {
                ["evidence-", "todo-", "nav-"].iter().any(|start| part.starts_with(start))
                    && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            };
            found.extend(text.split('"').filter(ours).map(str::to_owned));
        }
    }
}

#[test]
fn both_languages_say_the_same_things() {
    let [zh, en] = TEXTS.map(|(_, text)| keys(text));
    assert_eq!(zh, en);
}

#[test]
fn both_catalogues_can_be_read() {
    for (locale, text) in TEXTS {
        Catalogue::new(locale, &[text]).unwrap();
    }
}

#[test]
fn every_sentence_that_is_asked_for_is_there() {
    let mut asked = BTreeSet::new();
    used(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut asked);
    let there = keys(TEXTS[0].1);
    let missing: Vec<_> = asked
        .iter()
        .filter(|key| match key.strip_suffix('-') {
            Some(_) => !there.iter().any(|one| one.starts_with(key.as_str())),
            None => !there.contains(key.as_str()),
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(asked.len() > 150);
}

#[test]
fn a_refusal_is_said_with_its_step_in_both_languages() {
    let args =
        |step: &str| [("step", step.to_owned()), ("name", "王五".to_owned()), ("at", "2025".to_owned())];
    let [zh, en] = TEXTS.map(|(locale, text)| Catalogue::new(locale, &[text]).unwrap());
    assert_eq!(
        zh.with("evidence-conflict-verified", &args("verify")),
        "王五 已于 2025 核验，不能再核验。有误请撤销后重新填报。"
    );
    assert!(en.with("evidence-conflict-draft", &args("send_back")).starts_with("It cannot be returned:"));
}

#[test]
fn every_column_of_this_context_is_classified() {
    let classified = include_str!("../../columns.toml");
    let mut table = "";
    let mut listed = BTreeSet::new();
    for line in classified.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
        } else if let Some((column, _)) = line.split_once(" = {") {
            listed.insert(format!("{table}.{column}"));
        }
    }
    testkit::both(super::cast::STREAMS, |db| {
        let columns = db.schema().unwrap();
        let ours = columns.iter().filter(|column| column.table.starts_with("evidence_"));
        let stored: BTreeSet<String> =
            ours.map(|column| format!("{}.{}", column.table, column.column)).collect();
        assert_eq!(stored, listed);
    });
}
