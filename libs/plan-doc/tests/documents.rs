//! Whole documents: on one line, with a notice in front, and those that are no plans.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{NotAPlan, Verdict, parse};

const LONG: &str =
    "动员各方面力量把科普资源送到群众身边，让更多人学科学、爱科学、用科学，持续提升公共服务的质量和水平";

#[test]
fn a_plan_on_one_line_keeps_its_title_and_headings() {
    let plan = format!(
        "石桥县科普行动方案（2021—2025年）为提升公民科学素质，制定本方案。一、总体要求（一）指导思想。{LONG}。（二）主要目标。{LONG}。二、重点任务（一）青少年行动1.加强科学教育。{LONG}。（牵头单位：县教育局；责任单位：县科协）2.开展竞赛。{LONG}。（牵头单位：县科协）（二）农民行动3.培育农民。{LONG}。（牵头单位：县农业农村局）三、保障措施（一）加强领导。{LONG}。（二）加强考核。{LONG}。"
    );
    let reading = parse(&plan);
    assert_eq!(reading.title.as_ref().unwrap().text, "石桥县科普行动方案");
    assert_eq!(reading.period.as_ref().unwrap().written(), "2021—2025年");
    let chapters: Vec<&str> = reading.chapters.iter().map(|c| c.title.as_str()).collect();
    assert_eq!(chapters, ["总体要求", "重点任务", "保障措施"]);
    let sections: Vec<&str> = reading.sections.iter().map(|s| s.heading.title.as_str()).collect();
    assert_eq!(sections, ["指导思想", "主要目标", "青少年行动", "农民行动"]);
    let titles: Vec<&str> = reading.items.iter().map(|i| i.title.as_str()).collect();
    assert_eq!(titles, ["加强科学教育", "开展竞赛", "培育农民", "加强领导", "加强考核"]);
}

fn reason(text: &str) -> Option<NotAPlan> {
    match parse(text).verdict {
        Verdict::Plan => None,
        Verdict::NotAPlan { reason } => Some(reason),
    }
}

#[test]
fn a_report_that_names_its_units_is_still_a_report() {
    let body = "一、主要工作\n（一）青少年行动。举办科技节12场。（区教育局牵头，区科协配合）\n（二）农民行动。培训农民500人。（区农业农村局牵头）\n二、存在问题\n经费不足。\n";
    for title in
        ["2022年科普工作总结", "关于科普工作情况的报告", "科普工作领导小组会议纪要", "2022年度科普工作年报"]
    {
        assert_eq!(reason(&format!("{title}\n{body}")), Some(NotAPlan::Report), "{title}");
    }
    assert_eq!(reason(&format!("2023年科普工作方案\n{body}")), None);
}

#[test]
fn a_report_of_a_meeting_and_a_bulletin_say_what_they_are() {
    let news = "我区召开科普工作推进会\n\n4月6日，我区召开科普工作推进会。副区长出席会议并讲话。\n会议指出，2022年公民科学素质比例达到13.2%。\n会议要求，一、实施五大行动，由区教育局等部门牵头，区科协配合；二、建设科普馆3座。\n";
    assert_eq!(reason(news), Some(NotAPlan::News));
    let bulletin = "2022年石桥县国民经济和社会发展统计公报\n石桥县统计局\n2023年3月20日\n一、综合\n全年生产总值320亿元，增长4.2%。\n二、教育\n小学45所。\n三、人口\n常住人口42万人。\n";
    assert_eq!(reason(bulletin), Some(NotAPlan::Report));
}

#[test]
fn a_notice_that_hands_nothing_on_keeps_its_name() {
    let notice = "关于做好科普日活动的通知\n各单位：\n现通知如下。\n一、活动内容\n1.主场活动。办展。（区科协牵头）\n2.进校园。办讲座。（区教育局牵头）\n";
    assert_eq!(parse(notice).title.unwrap().text, "关于做好科普日活动的通知");
    let handed = "关于印发《石桥区科普方案》的通知\n各单位：\n现印发给你们。\n一、任务\n1.办展。做好展览。（区科协牵头）\n2.办班。做好培训。（区教育局牵头）\n";
    assert_eq!(parse(handed).title.unwrap().text, "石桥区科普方案");
}

#[test]
fn a_chapter_on_foundations_to_be_laid_is_work() {
    let plan = "石桥市科普方案（2021—2025年）\n一、发展基础\n（一）成效明显。馆站增加。\n二、夯实科普基础\n（一）建馆。新建场馆2座。\n（二）办展。办好展览。（市科协牵头）\n";
    let kinds: Vec<_> = parse(plan).items.iter().map(|i| i.kind).collect();
    use plan_doc::ItemKind::{Measure, Principle};
    assert_eq!(kinds.iter().filter(|k| **k == Measure).count(), 2);
    assert!(kinds.iter().all(|k| matches!(k, Measure | Principle)));
}
