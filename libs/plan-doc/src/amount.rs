//! What a number counts in: its unit, and whether it is exact.

use crate::number::Number;
use crate::span::cut;
use crate::words::{starts, words};

/// What one of it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub word: String,
    /// Bytes from the end of the number to the end of the unit.
    pub end: usize,
    pub money: bool,
    /// 万元 is 元 with four more zeros.
    pub zeros: u32,
}

words! {
    /// Words for what is counted, longest first within each beginning.
    pub(crate) UNITS =
        "个百分点 人次 场次 班次 课次 条次 人 名 位 户 家 所 处 座 个 场 次 期 支 件 套 台 辆 部 篇 册 本 种
        条 块 门 份 批 对 间 片 幅 节 堂 讲 项 款 集 只 组 队 村 镇 街道 社区 学时 课时 小时 分钟 天 亩
        公顷 公里 平方米 ㎡ m² 万字 字 倍 吨 站 例 米 元 % ‰ 分贝 点 员 档 栏"
}

/// A range such as 3—5名: the words after its second number.
pub(crate) fn range<'s>(s: &'s str, n: &Number) -> Option<&'s str> {
    let after = cut(s, n.end, s.len());
    let sign = starts(after, words!("— - – ~ ～ 至 到 %— %- %~ %至"))?;
    let rest = cut(after, sign.len(), after.len());
    let len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    (len > 0).then(|| cut(rest, len, rest.len()))
}

/// The unit behind a number, past 余 and spaces.
pub(crate) fn unit(s: &str, n: &Number) -> Option<Unit> {
    if n.percent {
        return Some(Unit { word: "%".into(), end: n.end, money: false, zeros: 0 });
    }
    let after = range(s, n).unwrap_or(cut(s, n.end, s.len()));
    let at = s.len() - after.len();
    let skipped = after.trim_start_matches([' ', '余', '多', '几']);
    let (skipped, more) = match skipped.chars().next() {
        Some('万') => (cut(skipped, 3, skipped.len()), 4),
        Some('亿') => (cut(skipped, 3, skipped.len()), 8),
        Some('千') => (cut(skipped, 3, skipped.len()), 3),
        _ => (skipped, 0),
    };
    let skipped = skipped.trim_start_matches([' ', '余', '多']);
    if let Some(word) = starts(skipped, words!("/10万 /十万")) {
        let end = s.len() - skipped.len() + word.len();
        return Some(Unit { word: "/10万".into(), end, money: false, zeros: more });
    }
    let word = starts(skipped, &UNITS)?;
    let end = at + after.len() - skipped.len() + word.len();
    Some(Unit { word: word.to_string(), end, money: word == "元", zeros: more })
}

/// 左右, 约, 近.
pub(crate) fn approximate(s: &str, n: &Number, unit: &Unit) -> bool {
    let after = cut(s, unit.end, s.len());
    let before = cut(s, 0, n.start).trim_end();
    after.starts_with("左右")
        || cut(s, n.end, s.len()).starts_with("左右")
        || before.ends_with('约')
        || before.ends_with('近')
        || before.ends_with("大约")
}
