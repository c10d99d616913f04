//! Proposals: a target's kind from its unit and verb, its id from the words of its subject.
//!
//! The id is built from the first entry whose words all occur in the subject, then a word for what is
//! special about the number. Nothing here knows a particular plan; an unknown subject is called after
//! its kind.

use crate::reading::{Comparator, Form, Target, TargetKind};
use crate::words::{has, starts, words};

/// Words of a subject and the name they stand for; the first match counts, so special ones come first.
const NOUNS: &[(&[&str], &str)] = &[
    (&["具备科学素质"], "literacy-share"),
    (&["科学素质", "比例"], "literacy-share"),
    (&["科学素质", "率"], "literacy-share"),
    (&["科学素养", "比例"], "literacy-share"),
    (&["科学素养", "达标率"], "literacy-share"),
    (&["健康素养"], "health-literacy-share"),
    (&["科技特派团"], "commissioner-team"),
    (&["科技特派员"], "commissioners"),
    (&["书屋"], "book-rooms"),
    (&["科技辅导员"], "science-teachers"),
    (&["科学教师"], "science-teachers"),
    (&["骨干教师"], "science-teachers"),
    (&["科技副校长"], "science-heads"),
    (&["科学副校长"], "science-heads"),
    (&["农民"], "farmers"),
    (&["农村", "妇女"], "rural-women"),
    (&["农技人员"], "farm-advisers"),
    (&["乡土人才"], "rural-talents"),
    (&["职工"], "workers"),
    (&["产业工人"], "workers"),
    (&["高技能人才"], "skilled-workers"),
    (&["老年人"], "elders"),
    (&["老年大学"], "elders-schools"),
    (&["领导干部"], "officials"),
    (&["公务员"], "officials"),
    (&["科普信息员"], "information-workers"),
    (&["科普员"], "science-workers"),
    (&["科普宣传员"], "science-workers"),
    (&["志愿服务队"], "volunteer-teams"),
    (&["志愿者", "队"], "volunteer-teams"),
    (&["志愿者"], "volunteers"),
    (&["志愿服务"], "volunteer-service"),
    (&["科普专家"], "experts"),
    (&["专家工作站"], "expert-stations"),
    (&["科普大篷车"], "science-vans"),
    (&["流动科技馆"], "mobile-museum"),
    (&["数字科技馆"], "digital-museum"),
    (&["农村中学科技馆"], "school-museums"),
    (&["科技馆"], "museum"),
    (&["科技（小）馆"], "museum"),
    (&["科普馆"], "museum"),
    (&["科普场馆"], "venues"),
    (&["科普教育基地"], "education-bases"),
    (&["科普基地"], "science-bases"),
    (&["研学"], "study-bases"),
    (&["实训基地"], "training-bases"),
    (&["示范基地"], "demonstration-bases"),
    (&["科普示范县"], "model-counties"),
    (&["科普示范社区"], "model-communities"),
    (&["科普示范村"], "model-villages"),
    (&["科普示范学校"], "model-schools"),
    (&["科普示范"], "models"),
    (&["科普e站"], "e-stations"),
    (&["科普中国"], "science-china"),
    (&["活动站"], "activity-rooms"),
    (&["科普大学"], "science-colleges"),
    (&["科普画廊"], "galleries"),
    (&["科普活动室"], "activity-rooms"),
    (&["科普书屋"], "book-rooms"),
    (&["科技小院"], "science-yards"),
    (&["农技协"], "farm-associations"),
    (&["专业技术协会"], "farm-associations"),
    (&["工作室"], "studios"),
    (&["讲座"], "lectures"),
    (&["报告会"], "lectures"),
    (&["宣讲"], "talks"),
    (&["展览"], "exhibitions"),
    (&["巡展"], "exhibitions"),
    (&["竞赛"], "contests"),
    (&["大赛"], "contests"),
    (&["培训班"], "courses"),
    (&["课程"], "courses"),
    (&["科普活动"], "activities"),
    (&["主题活动"], "activities"),
    (&["活动"], "activities"),
    (&["作品"], "works"),
    (&["图书"], "books"),
    (&["节目"], "programmes"),
    (&["专栏"], "columns"),
    (&["网站"], "websites"),
    (&["公众号"], "channels"),
    (&["科普协会"], "associations"),
    (&["科协组织"], "associations"),
    (&["科普", "人才"], "science-talents"),
    (&["科普", "队伍"], "science-talents"),
    (&["专职", "科普"], "science-workers"),
    (&["科普", "人员"], "science-workers"),
    (&["人均", "经费"], "per-capita"),
    (&["经费"], "funding"),
    (&["投入"], "funding"),
    (&["资金"], "funding"),
    (&["覆盖率"], "coverage-share"),
    (&["普及率"], "coverage-share"),
    (&["满意"], "satisfaction"),
    (&["培训"], "trained"),
];

words! {
    TEACH = "培训 轮训 培养"
}

words! {
    /// Verbs whose every doing can be recorded as a delivery.
    DELIVERED =
        "培训 轮训 培养 举办 开展 组织 举行 服务 惠及 受益 发放 覆盖 接待 参与 参加 巡展 巡讲 播出 制作 创作
        出版 发布 编印 拍摄 录制 刊发 播放 表彰 动员 带动 帮扶 承办 放映 送 推广 印发 走进 办 编写 吸引
        提供 征集 推出"
}

/// How it would be known: a proposal from the unit, the verb and the words.
pub(crate) fn kind_of(words: &str, unit: &str, verb: &str) -> TargetKind {
    let words = &crate::fold::fold(words);
    let money = has(words, words!("经费 投入 资金 预算"));
    let by_doing = DELIVERED.contains(verb)
        || (verb.is_empty() && DELIVERED.iter().take(4).any(|v| words.starts_with(v)));
    match unit {
        "元" => TargetKind::Financial,
        "%" | "个百分点" | "‰" | "倍" if money => TargetKind::Financial,
        "%" | "个百分点" | "‰" | "倍" | "/10万" => TargetKind::Measured,
        "" if has(words, words!("比例 率 水平")) => TargetKind::Measured,
        "" if has(words, words!("数量 人数 基地 场馆 队伍 馆 人员")) => TargetKind::Registered,
        "" => TargetKind::Attested,
        "人次" | "场" | "次" | "期" | "场次" | "班次" | "课次" | "条次" | "节" | "堂" | "讲" | "学时"
        | "课时" | "小时" | "天" | "分钟" => TargetKind::Counted,
        _ if by_doing => TargetKind::Counted,
        "篇" | "集" | "册" | "份" | "件" | "幅" | "部" | "字" | "万字"
            if has(words, words!("作品 图书 读物 文章 视频 资料 短片 微")) =>
        {
            TargetKind::Counted
        }
        "亩" | "公顷" | "吨" => TargetKind::Measured,
        _ => TargetKind::Registered,
    }
}

/// The name a target is offered under.
pub(crate) fn proposed_id(target: &Target) -> String {
    let words = crate::fold::fold(&target.subject);
    let words = words.as_str();
    let noun = NOUNS.iter().find(|(all, _)| all.iter().all(|w| words.contains(w))).map(|(_, name)| *name);
    let money = target.kind == TargetKind::Financial;
    if money && target.form == Some(Form::YearlyStep) {
        return "funding-step".into();
    }
    if money && target.comparator == Comparator::Rising {
        return "funding-rises".into();
    }
    if let (true, Some("per-capita")) = (money, noun) {
        return format!("{}per-capita", level(words));
    }
    let base = noun.map_or_else(|| target.kind.code().to_string(), str::to_string);
    let trained = target.kind == TargetKind::Counted && starts(words, &TEACH).is_some() && base != "trained";
    let suffix = match target.form {
        _ if trained => "-trained".to_string(),
        Some(Form::Coverage) => target.per.as_deref().map_or(String::new(), |p| format!("-per-{}", place(p))),
        Some(Form::Monotone) if target.comparator == Comparator::Falling => "-falls".into(),
        Some(Form::Monotone) => "-rises".into(),
        Some(Form::Yearly) => "-yearly".into(),
        Some(Form::YearlyStep) => "-step".into(),
        Some(Form::Increase) => "-growth".into(),
        Some(Form::Decrease) => "-decline".into(),
        Some(Form::Cumulative) | None => String::new(),
    };
    format!("{base}{suffix}")
}

fn level(words: &str) -> &'static str {
    let head = words.split("人均").next().unwrap_or("");
    match () {
        () if has(head, words!("镇 乡 街道")) => "town-",
        () if head.starts_with('县') => "county-",
        () if head.contains('省') => "province-",
        () if head.contains('市') => "city-",
        () if head.contains('县') => "county-",
        () if head.contains('区') => "district-",
        () => "",
    }
}

fn place(per: &str) -> &'static str {
    match () {
        () if has(per, words!("镇 乡 街道 苏木")) && !per.starts_with("村") => "town",
        () if has(per, words!("村 社区")) => "community",
        () if has(per, words!("校 中小学 幼儿园")) => "school",
        () if has(per, words!("县 区 市 旗")) => "county",
        () if has(per, words!("企业 公司")) => "firm",
        () if has(per, words!("万人 人")) => "head",
        () => "unit",
    }
}
