//! Every plan under `test_data/ok` is read as its `.json` says; nothing under `test_data/err` is a plan.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};

fn folder(name: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.retain(|f| f.extension().is_some_and(|e| e == "txt"));
    assert!(!files.is_empty());
    files
}

fn read(file: &Path) -> plan_doc::Reading {
    let bytes = std::fs::read(file).unwrap();
    let text = plan_doc::decode(&bytes, &file.to_string_lossy()).unwrap();
    plan_doc::parse(&text.text)
}

#[test]
fn every_plan_is_read_as_its_json_says() {
    for file in folder("ok") {
        let reading = read(&file);
        assert_eq!(reading.verdict, plan_doc::Verdict::Plan, "{}", file.display());
        let expected = std::fs::read_to_string(file.with_extension("json")).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
        let found = plan_doc::to_json(&reading);
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&found[key], value, "{key} of {}", file.display());
        }
        assert_eq!(found.as_object().unwrap().len(), expected.as_object().unwrap().len());
    }
}

#[test]
fn what_is_no_plan_says_why() {
    for file in folder("err") {
        let expected = std::fs::read_to_string(file.with_extension("reason")).unwrap();
        let plan_doc::Verdict::NotAPlan { reason } = read(&file).verdict else {
            panic!("{} was taken for a plan", file.display());
        };
        assert_eq!(reason.code(), expected.trim(), "{}", file.display());
    }
}

#[test]
fn every_span_points_at_what_it_says() {
    for file in folder("ok").into_iter().chain(folder("err")) {
        let reading = read(&file);
        let text = reading.text.as_str();
        let plain = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
        for item in &reading.items {
            assert_eq!(plain(item.title_span.of(text)), plain(&item.title));
            for duty in &item.duties {
                assert_eq!(duty.span.of(text), duty.written);
                assert!(plain(&duty.unit).ends_with(&plain(&duty.written)));
            }
        }
        for target in &reading.targets {
            assert!(target.sentence.contains(target.span));
            assert!(!target.sentence.of(text).is_empty());
        }
        for heading in reading.chapters.iter().chain(reading.sections.iter().map(|s| &s.heading)) {
            assert_eq!(plain(heading.span.of(text)), plain(&heading.title));
        }
        for doubt in &reading.doubts {
            assert!(text.get(doubt.span.start..doubt.span.end).is_some(), "{doubt:?}");
        }
    }
}

#[test]
fn a_paragraph_before_dashed_goals_introduces_them() {
    let plan = "甲县科普方案（2021—2025年）\n一、目标\n（一）总体目标\n坚持协同推进。到2025年，全县公民具备科学素质的比例达到12%。\n——设施完善。馆站齐备。\n二、任务\n——办好活动。办好科技周。（县科协牵头）\n";
    let reading = plan_doc::parse(plan);
    let titles: Vec<&str> = reading.items.iter().map(|i| i.title.as_str()).collect();
    assert_eq!(titles, ["设施完善", "办好活动"]);
    assert_eq!(reading.targets.first().map(|t| t.item), Some(None));
}
