//! The clause around a number: how often, where, how firmly.

use crate::aim::VERBS_STRONG;
use crate::number::Number;
use crate::sentence::Sentence;
use crate::span::{cut, is_han, last_chars};
use crate::words::{ends, has, starts, words};

/// The part of a sentence that a number stands in.
pub(crate) struct Clause {
    /// Offset of its first byte in the sentence.
    pub from: usize,
    /// Words from there to the number.
    pub before: String,
    pub yearly: bool,
    pub average: bool,
    pub by_year: bool,
    pub cumulative: bool,
    /// 月, 季度, 周, 学期
    pub often: Option<&'static str>,
}

/// From the last comma, or from the end of the number before in a list.
pub(crate) fn clause(sentence: &Sentence<'_>, n: &Number, linked: Option<usize>) -> Clause {
    let s = sentence.piece.s;
    let head = cut(s, 0, n.start);
    // a window keeps this linear on absurd sentences
    let window = last_chars(head, 120);
    let base = head.len() - window.len();
    let comma = window.rfind(['，', '：', ',', '?', '？']).map_or(base, |at| {
        base + at + window.get(at..).and_then(|w| w.chars().next()).map_or(1, char::len_utf8)
    });
    let bracket = window
        .rfind('（')
        .filter(|at| !cut(window, *at, window.len()).contains('）'))
        .map_or(base, |at| base + at + '（'.len_utf8());
    let from = comma.max(bracket).max(linked.unwrap_or(0)).min(n.start);
    let before = cut(s, from, n.start);
    let wide = window;
    let often = [
        ("每月", "月"),
        ("每季度", "季度"),
        ("每周", "周"),
        ("每学期", "学期"),
        ("每学年", "学年"),
        ("每半年", "半年"),
        ("每个月", "月"),
    ]
    .into_iter()
    .find(|(w, _)| before.contains(w))
    .map(|(_, p)| p);
    Clause {
        from,
        yearly: has(
            before,
            words!(
                "每年 年均 每一年 年度 逐年 全年 年接待 年服务 年培训 年开放 年举办 年参观 年组织 年发放 年访问 年受益 年授课"
            ),
        ) || has(wide, words!("每年"))
            && !has(before, words!("累计 共计"))
            && !before.contains('到')
            && !has(before, &VERBS_STRONG),
        average: has(before, words!("年均")),
        by_year: before.contains("20") && before.contains('年'),
        cumulative: has(before, words!("累计 共计 总计")),
        often,
        before: before.to_string(),
    }
}

/// 增加, 提高 right before the number: it is a difference.
pub(crate) fn step(clause: &Clause) -> Option<&'static str> {
    let tail = clause.before.trim_end_matches([' ', '约', '近', '了']);
    let tail = ends(tail, words!("不少于 不低于 至少 超过 达到 达"))
        .map_or(tail, |w| cut(tail, 0, tail.len() - w.len()));
    ends(tail, words!("增加 提高 增长 提升 递增 上升 新增 增幅 下降 降低 减少"))
        .filter(|w| !(*w == "提高" && tail.ends_with("不断提高")))
}

/// 全区, 全市 …: the area that the sentence speaks of.
pub(crate) fn scope(before: &str, region: bool) -> Option<&'static str> {
    let area = if region { "region" } else { "district" };
    [
        ("全区", area),
        ("我区", area),
        ("全市", "city"),
        ("我市", "city"),
        ("全县", "county"),
        ("我县", "county"),
        ("全省", "province"),
        ("我省", "province"),
        ("全州", "prefecture"),
        ("全旗", "banner"),
        ("全盟", "league"),
        ("全国", "country"),
        ("我国", "country"),
        ("全镇", "town"),
        ("全乡", "town"),
        ("全街道", "street"),
        ("本市", "city"),
        ("本区", area),
        ("本省", "province"),
        ("本县", "county"),
    ]
    .into_iter()
    .find(|(word, _)| before.contains(word))
    .map(|(_, scope)| scope)
}

/// A word that softens the promise.
pub(crate) fn strength(before: &str) -> Option<&'static str> {
    ["力争", "争取", "努力", "原则上", "确保", "鼓励", "预期", "计划", "拟"]
        .into_iter()
        .find(|w| before.contains(w))
        .filter(|w| {
            !(matches!(*w, "计划" | "鼓励" | "努力" | "拟"))
                || starts(before, words!("计划 鼓励 努力 拟")).is_some()
        })
}

/// Whether a character may stand in a subject.
pub(crate) fn in_word(c: char) -> bool {
    is_han(c)
        || c.is_ascii_alphanumeric()
        || matches!(c, '（' | '）' | '“' | '”' | '、' | '·' | '—' | '+' | '-' | '《' | '》' | '/')
}
