//! Numbers to be reached, in the sentences of other places.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{Target, parse};

fn targets(body: &str) -> Vec<Target> {
    parse(&format!(
        "石桥县科普方案（2021—2025年）\n一、重点任务\n（一）各项工作\n1.做实项目。{body}（县科协牵头）\n2.办好科普日。组织义诊。（县科协牵头）\n"
    ))
    .targets
}

/// `subject sign value unit form per by` of each, what is missing left out.
fn said(body: &str) -> Vec<String> {
    let one = |t: &Target| {
        let parts = [
            Some(t.subject.clone()),
            Some(t.comparator.code().to_string()),
            t.value.clone(),
            t.unit.clone(),
            t.form.map(|f| f.code().to_string()),
            t.per.clone(),
            t.by.clone().filter(|by| by != "2025"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    targets(body).iter().map(one).collect()
}

#[test]
fn two_amounts_joined_by_a_conjunction_have_each_their_own_noun() {
    assert_eq!(said("引进20名讲解员和30名策展人。"), ["讲解员 = 20 名", "策展人 = 30 名"]);
    assert_eq!(said("建设5座科普馆与12个科普角。"), ["科普馆 = 5 座", "科普角 = 12 个"]);
    assert_eq!(said("市、县（区）两级筹集建设800套宿舍和90套公寓。"), ["宿舍 = 800 套", "公寓 = 90 套"]);
}

#[test]
fn a_list_goes_on_with_a_figure_after_a_comma() {
    assert_eq!(
        said("选派40名教师赴外地研修，600名辅导员参加本地培训，20名馆员参加交流。"),
        ["教师 = 40 名", "辅导员 = 600 名", "馆员 = 20 名"]
    );
}

#[test]
fn two_years_and_two_shares_of_one_thing_belong_together() {
    assert_eq!(
        said("到2023年和2025年，居民健康素养水平分别不低于24%和30%；吸烟率分别低于24.5%和20%。"),
        [
            "居民健康素养水平 >= 24 % 2023", "居民健康素养水平 >= 30 %", "吸烟率 < 24.5 % 2023",
            "吸烟率 < 20 %"
        ]
    );
    assert_eq!(
        said("到2023年和2025年，婴儿死亡率分别控制在3.8‰及以下和3.5‰及以下。"),
        ["婴儿死亡率 <= 3.8 ‰ 2023", "婴儿死亡率 <= 3.5 ‰"]
    );
}

#[test]
fn a_rate_of_a_hundred_thousand_is_read_with_its_base() {
    assert_eq!(said("孕产妇死亡率下降到12/10万以下。"), ["孕产妇死亡率 <= 12 /10万"]);
}

#[test]
fn parts_after_among_them_are_parts_of_the_same_thing() {
    assert_eq!(
        said("建成科普教育基地20家以上，其中省级5家、市级10家。"),
        ["科普教育基地 >= 20 家", "省级科普教育基地 = 5 家", "市级科普教育基地 = 10 家"]
    );
}

#[test]
fn money_by_head_keeps_its_name_for_the_second_place() {
    assert_eq!(
        said("县级人均科普经费2025年达到2元以上，乡镇不低于1元。"),
        ["县级人均科普经费 >= 2 元/人", "乡镇人均科普经费 >= 1 元/人"]
    );
    assert_eq!(
        said("县财政按人口人均不少于3元安排科普专项经费。"),
        ["县财政按人口人均科普专项经费 >= 3 元/人"]
    );
}

#[test]
fn a_figure_a_year_and_a_figure_doubled_are_forms_of_their_own() {
    assert_eq!(said("培训老年人5万人次/年。"), ["培训老年人 >= 50000 人次 yearly 年".replace(">=", "=")]);
    assert_eq!(said("参与人数力争翻一番。"), ["参与人数 >= 100 % increase"]);
    assert_eq!(said("科普场馆数量到2024年翻两番。"), ["科普场馆数量 >= 300 % increase 2024"]);
}

#[test]
fn the_floor_space_of_a_building_is_no_building_of_space() {
    assert_eq!(said("建筑面积2.5万平方米以上。"), ["建筑面积 >= 25000 平方米"]);
}

#[test]
fn a_goal_for_a_later_year_speaks_of_the_thing_before() {
    let plan = "石桥市科普方案（2021—2025年）\n一、总体要求\n（一）指导思想。服务大局。\n（二）工作目标。到2023年，全市公民具备科学素质的比例达到12.5%；到2025年达到15%。\n二、任务\n1.办展。办好展览。（市科协牵头）\n2.办班。办好培训。（市科协牵头）\n";
    let read = parse(plan).targets;
    let pairs: Vec<_> = read
        .iter()
        .map(|t| (t.subject.as_str(), t.value.as_deref().unwrap(), t.by.as_deref().unwrap()))
        .collect();
    let subject = "公民具备科学素质的比例";
    assert_eq!(pairs, [(subject, "12.5", "2023"), (subject, "15", "2025")]);
}

#[test]
fn another_level_counts_the_same_thing() {
    assert_eq!(
        said("新增国家级科普教育基地2家、省级20家。"),
        ["国家级科普教育基地 = 2 家", "省级科普教育基地 = 20 家"]
    );
    assert_eq!(said("创建省级实验校15所，市级50所。"), ["省级实验校 = 15 所", "市级实验校 = 50 所"]);
}

#[test]
fn a_share_keeps_the_verb_that_it_is_of() {
    assert_eq!(said("配备科技辅导员的中小学校比例达90%以上。"), ["配备科技辅导员的中小学校比例 >= 90 %"]);
    assert_eq!(said("提高数字化设备占比至75%。"), ["数字化设备占比 = 75 %"]);
}

#[test]
fn full_coverage_is_said_once() {
    assert_eq!(said("实现社区科普角100%全覆盖。"), ["科普角 >= 100 % coverage 社区"]);
}

#[test]
fn money_for_each_person_and_year_is_money_by_head() {
    assert_eq!(
        said("县财政科普专项经费按每年人均5元标准核定，乡镇每人每年不低于1元。"),
        ["县财政科普专项经费 = 5 元/人 yearly 年", "乡镇科普专项经费 >= 1 元/人 yearly 年"]
    );
}

#[test]
fn a_verb_alone_counts_what_was_counted_before() {
    assert_eq!(
        said("新建主题公园8个，2023年、2024年、2025年分别建成2个、3个、3个。")[1..],
        ["主题公园 = 2 个 2023", "主题公园 = 3 个 2024", "主题公园 = 3 个"]
    );
}

#[test]
fn from_one_amount_to_another_is_a_promise_of_the_second() {
    assert_eq!(said("县级人均科普经费由2020年的2元提高到2025年的3元。"), ["县级人均科普经费 >= 3 元/人"]);
}
