//! Years: the period in a title, and five-year plans by their number.

use crate::number::numbers;
use crate::reading::Period;
use crate::span::{Span, cut};

/// Parts the title from its period.
pub(crate) fn split_title(text: &str, span: Span) -> (String, Option<Period>) {
    let period = years(text).filter(|(_, _, at)| !quoted(text, at.start));
    let title = match &period {
        Some((_, _, at)) => {
            let (a, b) = widen(text, *at);
            format!("{}{}", cut(text, 0, a), cut(text, b, text.len()))
        }
        None => text.to_string(),
    };
    let title = title.trim().trim_matches(['—', '-', ' ']).to_string();
    (title, period.map(|(from, to, _)| Period { from, to, span }))
}

pub(crate) fn without_period(text: &str) -> String {
    split_title(text.trim(), Span::default()).0
}

/// Whether the place lies inside 《》.
pub(crate) fn quoted(text: &str, at: usize) -> bool {
    let head = cut(text, 0, at);
    head.matches('《').count() > head.matches('》').count()
}

/// The brackets around a period belong to it.
pub(crate) fn widen(text: &str, at: Span) -> (usize, usize) {
    let left = cut(text, 0, at.start).trim_end();
    let right = cut(text, at.end, text.len());
    let inner = right.trim_start();
    for (open, close) in [('（', '）'), ('〔', '〕'), ('[', ']'), ('【', '】'), ('(', ')')] {
        if left.ends_with(open)
            && let Some(rest) = inner.strip_prefix(close)
        {
            return (left.len() - open.len_utf8(), text.len() - rest.len());
        }
    }
    (at.start, at.end)
}

/// The last `2021—2025年` of a text: `2021-2025`, `2021年—2025年`, `2021至2025年`, or one lone year.
pub(crate) fn years(text: &str) -> Option<(u16, u16, Span)> {
    let mut found = None;
    let mut last: Option<(u16, usize, usize)> = None;
    let mut lone = None;
    for n in numbers(text) {
        let Some(year) =
            n.value.whole().and_then(|y| u16::try_from(y).ok()).filter(|y| (1990..=2100).contains(y))
        else {
            continue;
        };
        if n.end - n.start < 4 {
            continue;
        }
        let after = cut(text, n.end, text.len());
        let end = n.end + if after.starts_with('年') { '年'.len_utf8() } else { 0 };
        if let Some((from, start, before_end)) = last {
            let between = cut(text, before_end, n.start).trim_matches(['年', ' ']);
            let range = !between.is_empty()
                && between.chars().all(|c| matches!(c, '—' | '-' | '–' | '~' | '～' | '至' | '到' | '－'));
            if range && from < year {
                found = Some((from, year, Span::new(start, end)));
            }
        }
        if after.starts_with("年度") || after.starts_with('年') {
            let end = if after.starts_with("年度") { n.end + "年度".len() } else { end };
            lone = Some((year, year, Span::new(n.start, end)));
        }
        last = Some((year, n.start, end));
    }
    found.or(lone)
}

/// “十四五” is 2021 to 2025.
pub(crate) fn five_year_plan(text: &str) -> Option<(u16, u16)> {
    [("十三五", 2016), ("十四五", 2021), ("十五五", 2026), ("十六五", 2031), ("十二五", 2011)]
        .into_iter()
        .find(|(word, _)| text.contains(word))
        .map(|(_, from)| (from, from + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_read_in_every_writing() {
        for s in [
            "方案（2021—2025年）", "方案2021-2025", "方案（2021年—2025年）", "方案（2021至2025年）",
            "方案〔2021-2025年〕",
        ] {
            let (title, period) = split_title(s, Span::default());
            assert_eq!(title, "方案", "{s}");
            assert_eq!(period.unwrap().written(), "2021—2025年", "{s}");
        }
    }

    #[test]
    fn the_upper_documents_period_is_not_this_plans() {
        let (title, period) = split_title("贯彻《规划纲要（2021—2035年）》实施方案", Span::default());
        assert_eq!(title, "贯彻《规划纲要（2021—2035年）》实施方案");
        assert!(period.is_none());
    }
}
