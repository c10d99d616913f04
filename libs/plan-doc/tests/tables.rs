//! Duties that stand in a table or in an appendix.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{DoubtCode, Reading, Verdict, parse};

/// `section/title: leads|supports` of every item that is one to do.
fn rows(reading: &Reading) -> Vec<String> {
    let one = |item: &plan_doc::Item| {
        let section = item.section.map_or("", |s| reading.sections[s].heading.title.as_str());
        let names = |names: Vec<&str>| names.join(" ");
        format!(
            "{section}/{}: {}|{}",
            item.title,
            names(item.leads().collect()),
            names(item.supports().collect())
        )
    };
    reading.items.iter().filter(|i| !i.duties.is_empty()).map(one).collect()
}

const PLAN: &str = "石桥县科普行动方案（2023—2025年）\n一、目标\n到2025年，建成科普馆3座。\n二、任务\n（一）实施青少年行动。开展馆校合作。\n（二）实施农民行动。办好田间课堂。\n三、保障\n（一）加强领导。健全机制。\n";

#[test]
fn a_table_behind_the_plan_hands_its_items_out() {
    let table = "附件\n任务分工表\n序号\t重点任务\t牵头单位\t配合单位\t完成时限\n1\t青少年行动\t县教育局\t县科协、团县委\t2025年底\n2\t《实施农民行动》\t县农业农村局\t县妇联、各乡镇\t2025年底\n";
    let reading = parse(&format!("{PLAN}{table}"));
    assert_eq!(
        rows(&reading),
        ["/实施青少年行动: 县教育局|县科协 团县委", "/实施农民行动: 县农业农村局|县妇联 各乡镇"]
    );
    let told: Vec<_> = reading.doubts.iter().filter(|d| d.code == DoubtCode::DutyElsewhere).collect();
    assert_eq!(told.len(), 2);
    assert!(!reading.doubts.iter().any(|d| d.code == DoubtCode::NoOwner));
    let duty = &reading.items[0].duties[0];
    assert_eq!(duty.span.of(&reading.text), "县教育局");
}

#[test]
fn a_plan_that_names_its_units_itself_needs_no_table() {
    let owned = PLAN
        .replace("馆校合作。", "馆校合作。（县教育局牵头）")
        .replace("田间课堂。", "田间课堂。（县农业农村局牵头）");
    let table = "附件\n分解表\n序号\t任务\t责任单位\n1\t馆校签约十家\t县科协\n2\t课堂办到村里\t县妇联\n";
    let reading = parse(&format!("{owned}{table}"));
    assert_eq!(rows(&reading), ["/实施青少年行动: 县教育局|", "/实施农民行动: 县农业农村局|"]);
}

#[test]
fn a_document_that_is_one_table_is_a_plan_with_sections() {
    let reading = parse(
        "石桥区2024年科普任务分解表\n\n序号\t工作任务\t具体内容\t牵头单位\t责任单位\n一\t青少年行动\n1\t加强科学教育\t举办科技节10场以上\t区教育局\t区科协、团区委\n二\t老年人行动\n2\t智慧助老\t培训老年人3000人次\t区民政局\t区卫健局、区委老干部局\n",
    );
    assert_eq!(reading.verdict, Verdict::Plan);
    assert_eq!(reading.title.as_ref().unwrap().text, "石桥区科普任务分解表");
    assert_eq!(
        rows(&reading),
        [
            "青少年行动/加强科学教育: 区教育局|区科协 团区委",
            "老年人行动/智慧助老: 区民政局|区卫健局 区委老干部局"
        ]
    );
    let values: Vec<_> = reading.targets.iter().map(|t| t.value.as_deref().unwrap()).collect();
    assert_eq!(values, ["10", "3000"]);
}

#[test]
fn a_table_drawn_with_bars_is_read_like_one_with_tabs() {
    let reading = parse(
        "石桥市科普任务清单（2024年）\n\n| 序号 | 重点任务 | 具体举措 | 牵头单位 | 配合单位 |\n| --- | --- | --- | --- | --- |\n| 1 | 科学教育 | 组建社团50个 | 市教育局 | 市科协、市科技局 |\n| 2 | 科学教育 | 举办讲座80场 | 市科协 | 无 |\n| 3 | 乡村科普 | 培训农民1.2万人次 | 市农业农村局 | 市妇联 |\n",
    );
    assert_eq!(
        rows(&reading),
        [
            "科学教育/组建社团50个: 市教育局|市科协 市科技局",
            "科学教育/举办讲座80场: 市科协|",
            "乡村科普/培训农民1.2万人次: 市农业农村局|市妇联"
        ]
    );
}

#[test]
fn a_table_inside_a_chapter_belongs_to_it_and_empty_cells_go_on() {
    let reading = parse(
        "石桥县健康行动方案（2021—2025年）\n一、目标\n到2025年健康素养水平达到30%。\n二、主要任务\n分工如下：\n序号\t行动名称\t工作任务\t责任单位\t时限\n1\t知识普及行动\t建立专家库，专家不少于50名\t县卫健局（牵头）、县科协\t2022年\n\t\t开展健康讲座，每年不少于100场\t县卫健局、县融媒体中心\t每年\n三、保障\n（一）加强领导。健全机制。\n（二）加强宣传。营造氛围。\n",
    );
    assert_eq!(
        rows(&reading),
        [
            "知识普及行动/建立专家库，专家不少于50名: 县卫健局|县科协",
            "知识普及行动/开展健康讲座，每年不少于100场: |县卫健局 县融媒体中心"
        ]
    );
    assert_eq!(reading.items[0].chapter.map(|c| reading.chapters[c].title.as_str()), Some("主要任务"));
    let lectures = reading.targets.iter().find(|t| t.value.as_deref() == Some("100")).unwrap();
    assert_eq!((lectures.subject.as_str(), lectures.per.as_deref()), ("开展健康讲座", Some("年")));
}

#[test]
fn a_list_in_an_appendix_hands_the_items_out() {
    let list = "附件：1.任务分工\n2.通讯录\n附件1\n任务分工\n一、青少年行动\n牵头单位：县教育局\n配合单位：县科协、团县委\n二、农民行动\n牵头单位：县农业农村局；配合单位：县妇联\n附件2\n通讯录\n1.县教育局：张某 12345678\n";
    let reading = parse(&format!("{PLAN}{list}"));
    assert_eq!(
        rows(&reading),
        ["/实施青少年行动: 县教育局|县科协 团县委", "/实施农民行动: 县农业农村局|县妇联"]
    );
}

#[test]
fn a_table_of_figures_is_still_no_plan() {
    let reading = parse(
        "石桥区科普统计表\n序号\t名称\t数量\t填报单位\n1\t科普画廊\t12\t区科协\n2\t科普员\t30\t区教育局\n",
    );
    assert!(matches!(reading.verdict, Verdict::NotAPlan { .. }), "{:?}", reading.items);
}

#[test]
fn a_column_of_leads_leads_even_where_they_share_the_work() {
    let reading = parse(
        "石桥市任务清单（2024年）\n序号\t领域\t重点任务\t具体举措\t牵头单位\t配合单位\n1\t科学教育\t办好比赛\t举办比赛5场\t市教育局、市科协按职责分工负责\t无\n2\t科学教育\t办好比赛\t培训裁判20名\t市科协\t市教育局\n",
    );
    assert_eq!(
        rows(&reading),
        ["办好比赛/举办比赛5场: 市教育局 市科协|", "办好比赛/培训裁判20名: 市科协|市教育局"]
    );
    assert_eq!(reading.chapters.iter().map(|c| c.title.as_str()).collect::<Vec<_>>(), ["科学教育"]);
}
