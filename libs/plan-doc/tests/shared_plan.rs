//! The real plan beside the repository, where it is there, must be read exactly.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

#[test]
fn the_real_plan_is_read_exactly() {
    // beside the repository, or beside a worktree's parent
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared/plan"));
    let Some(folder) = above.into_iter().find(|f| f.is_dir()) else { return };
    let (Ok(text), Ok(expected)) = (
        std::fs::read_to_string(folder.join("qilin-2021-2025.txt")),
        std::fs::read_to_string(folder.join("qilin-2021-2025.expected.json")),
    ) else {
        return;
    };
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let reading = plan_doc::parse(&text);
    assert_eq!(reading.verdict, plan_doc::Verdict::Plan);
    assert_eq!(plan_doc::to_json(&reading), expected);
    assert_eq!(reading.doubts, []);
}
