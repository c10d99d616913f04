//! Two versions of a plan side by side.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{Change, Role, diff, parse};

const OLD: &str = "清河县科普工作方案（2021—2025年）\n一、重点任务\n（一）青少年行动\n——开展科技竞赛。每年举办竞赛10场。（县教育局牵头，县科协、团县委配合）\n——建设校园科学角。建设科学角20个。（县教育局牵头）\n（二）农民行动\n——培育高素质农民。培训高素质农民500人以上。（县农业农村局牵头，县科协配合）\n——办好科普大集。每年赶集。（县科协牵头）\n";

fn changed(from: &str, to: &str) -> Vec<Change> {
    diff(&parse(OLD), &parse(&OLD.replace(from, to)))
}

#[test]
fn the_same_plan_has_no_changes() {
    assert_eq!(diff(&parse(OLD), &parse(OLD)), []);
}

#[test]
fn a_number_changed_is_a_target_changed_and_an_item_reworded() {
    let changes = changed("500人以上", "800人以上");
    assert!(changes.contains(&Change::ItemReworded { old: 2, new: 2, title: false }));
    assert!(matches!(changes.as_slice(), [_, Change::TargetChanged { .. }]), "{changes:?}");
}

#[test]
fn a_unit_taken_in_left_out_or_promoted_is_said() {
    let changes = changed("县教育局牵头，县科协、团县委配合", "县教育局、县科协牵头，县妇联配合");
    assert_eq!(
        changes,
        [
            Change::DutyChanged { new: 0, unit: "县科协".into(), role: Role::Lead },
            Change::DutyAdded { new: 0, unit: "县妇联".into(), role: Role::Support },
            Change::DutyRemoved { old: 0, unit: "团县委".into(), role: Role::Support },
        ]
    );
}

#[test]
fn an_item_is_added_removed_moved_or_reworded() {
    let added = changed("——办好科普大集", "——组建科普剧团。排演剧目。（县文旅局牵头）\n——办好科普大集");
    assert_eq!(added, [Change::ItemAdded { new: 3 }]);
    let removed = changed("——办好科普大集。每年赶集。（县科协牵头）\n", "");
    assert_eq!(removed, [Change::ItemRemoved { old: 3 }]);
    let reworded = changed("建设校园科学角", "加快建设校园科学角");
    assert_eq!(reworded, [Change::ItemReworded { old: 1, new: 1, title: true }]);
    let line = "——办好科普大集。每年赶集。（县科协牵头）\n";
    let moved = OLD.replace(line, "").replace("（二）农民行动\n", &format!("{line}（二）农民行动\n"));
    assert_eq!(diff(&parse(OLD), &parse(&moved)), [Change::ItemMoved { old: 3, new: 2 }]);
}

#[test]
fn a_new_title_or_period_is_said() {
    let changes = changed("2021—2025年", "2021—2026年");
    assert!(matches!(changes.first(), Some(Change::Retitled { .. })));
}
