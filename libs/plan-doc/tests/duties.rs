//! Who leads and who helps, in the ways of other places.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{DoubtCode, Reading, parse};

/// A plan whose first measure ends in `clause`.
fn with(clause: &str) -> Reading {
    parse(&format!(
        "石桥区科普工作方案（2021—2025年）\n一、重点任务\n（一）办好活动\n1.办好科技周。组织巡展。{clause}\n2.办好科普日。组织义诊。（区科协牵头）\n"
    ))
}

/// Leads, a bar, supports.
fn duties(clause: &str) -> String {
    let reading = with(clause);
    let item = &reading.items[0];
    let join = |names: Vec<&str>| names.join(" ");
    format!("{}|{}", join(item.leads().collect()), join(item.supports().collect()))
}

#[test]
fn bureaus_that_share_the_end_of_their_names_are_told_apart() {
    for (clause, expected) in [
        ("（区教育、科技局牵头，区财政局配合）", "区教育局 区科技局|区财政局"),
        ("（责任单位：市民政、教育、卫生健康局）", "|市民政局 市教育局 市卫生健康局"),
        ("（区科协牵头，区教育、农业农村局和区妇联配合）", "区科协|区教育局 区农业农村局 区妇联"),
        ("（省教育、科技厅按职责分工负责）", "|省教育厅 省科技厅"),
    ] {
        assert_eq!(duties(clause), expected, "{clause}");
    }
    let reading = with("（区教育、科技局牵头）");
    let inferred: Vec<_> = reading.doubts.iter().filter(|d| d.code == DoubtCode::PrefixInferred).collect();
    assert_eq!(inferred[0].args, [("written", "区教育".to_string()), ("unit", "区教育局".to_string())]);
    assert_eq!(inferred[0].span.of(&reading.text), "区教育");
}

#[test]
fn a_name_that_holds_a_list_sign_stays_whole_and_is_doubted() {
    let reading = with("（区民族、宗教局牵头）");
    assert_eq!(reading.items[0].leads().collect::<Vec<_>>(), ["区民族、宗教局"]);
    assert!(reading.doubts.iter().any(|d| d.code == DoubtCode::UnitHoldsSeparator));
}

#[test]
fn the_first_one_leads_where_the_document_says_so_once() {
    let remark = "（责任单位：区科协、区教育局，列第一位的为牵头单位，下同）";
    assert_eq!(duties(remark), "区科协|区教育局");
    let plan = format!(
        "石桥区科普方案（2021—2025年）\n一、任务\n1.办好展览。办展。{remark}\n2.培训农民。办班。（责任单位：区农业农村局、各镇（街道））\n3.宣传。播出。（责任单位：各有关单位、区融媒体中心、区科协）\n"
    );
    let leads: Vec<Vec<String>> =
        parse(&plan).items.iter().map(|i| i.leads().map(String::from).collect()).collect();
    assert_eq!(leads, [["区科协"], ["区农业农村局"], ["区融媒体中心"]]);
}

#[test]
fn a_lead_may_be_marked_behind_its_name() {
    for clause in [
        "（区科协（牵头）、区教育局、区妇联）",
        "（区科协〔牵头〕、区教育局、区妇联）",
        "【区科协[牵头]、区教育局、区妇联】",
        "〔牵头单位：区科协；责任单位：区教育局、区妇联〕",
        "［区科协（牵头单位），区教育局，区妇联］",
    ] {
        assert_eq!(duties(clause), "区科协|区教育局 区妇联", "{clause}");
    }
}

#[test]
fn two_half_sentences_name_lead_and_support() {
    assert_eq!(duties("区妇联牵头；区农业农村局、各镇（街道）参与"), "区妇联|区农业农村局 各镇（街道）");
    assert_eq!(duties("由区妇联牵头负责，区科协协助。"), "区妇联|区科协");
}

#[test]
fn one_name_for_many_is_not_cut_at_its_conjunction() {
    assert_eq!(
        duties("（区科协牵头，各有关部门和单位、各镇（街道）按职责分工负责）"),
        "区科协|各有关部门和单位 各镇（街道）"
    );
    assert_eq!(duties("（各有关部门和单位按职责分工负责）"), "|各有关部门和单位");
}

#[test]
fn a_name_with_its_own_place_takes_no_prefix() {
    assert_eq!(
        duties("（省委金融办牵头，广东金融监管局、上海证监局、国家税务总局石桥分局配合）"),
        "省委金融办|广东金融监管局 上海证监局 国家税务总局石桥分局"
    );
}
