//! At least, at most, more than: the words that compare.

use crate::amount::{Unit, range};
use crate::frame::Clause;
use crate::number::Number;
use crate::reading::Comparator;
use crate::span::{chars, cut, first_chars, last_chars};
use crate::words::{Words, last_of, starts, words};

words! {
    /// Before the number: at least.
    pub(crate) AT_LEAST =
        "至少 不少于 不低于 不小于 达到 达 达至 提高到 提升到 提高至 提升至 增加到 增加至 增至 增长到 增长至
        发展到 扩大到 扩大至 壮大到 保持在 稳定在 最低 最少 低于不 不得少于 不得低于 不能少于 ≥ >= 上升到
        上升至 提到 到达 完成率 不应少于 不应低于"
}

words! {
    pub(crate) MORE_THAN = "超过 突破 高于 多于 大于 超 >"
}

words! {
    pub(crate) AT_MOST =
        "不超过 不高于 不多于 不大于 不得超过 不得高于 控制在 控制到 至多 最多 降低到 降低至 下降到 下降至
        降到 降至 压减到 ≤ <= 不突破"
}

words! {
    pub(crate) LESS_THAN = "低于 少于 小于 <"
}

pub(crate) fn sign_before(before: &str) -> Option<Comparator> {
    // 提高到2025年的3元: the year stands between
    let bare =
        before.strip_suffix("年的").map_or(before, |b| b.trim_end_matches(|c: char| c.is_ascii_digit()));
    let whole = last_chars(bare, 12);
    let near = |words: &Words| {
        last_of(whole, words)
            .map(|(at, w)| (at + w.len(), w.len()))
            .filter(|(e, _)| chars(cut(whole, *e, whole.len())) <= 4)
    };
    let order = [
        (near(&AT_MOST), Comparator::AtMost),
        (near(&AT_LEAST), Comparator::AtLeast),
        (near(&MORE_THAN), Comparator::MoreThan),
        (near(&LESS_THAN), Comparator::LessThan),
    ];
    order
        .into_iter()
        .filter_map(|(m, c)| m.map(|m| (m, c)))
        .max_by_key(|((end, len), _)| (*end, *len))
        .map(|(_, c)| c)
}

pub(crate) fn sign_after(after: &str) -> Option<Comparator> {
    let after = after.trim_start_matches([' ', '（']);
    if starts(after, words!("以上 及以上 或以上 之上 起")).is_some() && !after.starts_with("起来")
    {
        return Some(Comparator::AtLeast);
    }
    if starts(after, words!("以内 以下 之内 及以下")).is_some() {
        return Some(Comparator::AtMost);
    }
    None
}

/// How the number compares.
pub(crate) fn comparator(s: &str, clause: &Clause, n: &Number, unit: &Unit) -> Comparator {
    let mut after = cut(s, unit.end, s.len());
    // 20场（次）以上
    if let Some(rest) = after.strip_prefix('（')
        && let Some(at) = first_chars(rest, 5).find('）')
    {
        after = cut(rest, at + '）'.len_utf8(), rest.len());
    }
    let between = cut(s, n.end, unit.end);
    if let Some(sign) = sign_before(&clause.before) {
        return sign;
    }
    if let Some(sign) = sign_after(after).or_else(|| sign_after(cut(s, n.end, s.len()))) {
        return sign;
    }
    if between.contains(['余', '多']) || range(s, n).is_some() {
        Comparator::AtLeast
    } else {
        Comparator::Exactly
    }
}
