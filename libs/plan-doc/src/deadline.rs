//! Until when: the year that a sentence gives.

use crate::number::Number;
use crate::period::{five_year_plan, years};
use crate::sentence::Sentence;
use crate::span::{cut, first_chars, last_chars};
use crate::words::{ends, has, words};

/// The year, or year and month, that the sentence gives.
pub(crate) fn by(sentence: &Sentence<'_>, n: &Number) -> Option<String> {
    let head = last_chars(cut(sentence.piece.s, 0, n.start), 160);
    let plan = five_year_plan(head)
        .filter(|_| has(head, words!("末 期间 时期")) && !has(head, words!("基础 相比 比“ 较“ 同比")))
        .map(|(_, to)| to.to_string());
    let at = head.rfind('年').map(|at| cut(head, 0, at + '年'.len_utf8())).and_then(|h| deadline(h, head));
    at.or_else(|| {
        let after = first_chars(cut(sentence.piece.s, n.end, sentence.piece.s.len()), 60);
        let after = after.split(['，', '；']).next().unwrap_or("");
        let before_end = has(after, words!("年底前 年底 年末 年前 年内"));
        let year = years(after).filter(|_| before_end)?;
        Some(year.1.to_string())
    })
    .or(plan)
}

/// `2023年、2025年分别达到`: the years, in order, that the numbers after 分别 are for.
pub(crate) fn respective_years(s: &str) -> Option<(usize, Vec<String>)> {
    let at = s.find("分别")?;
    let head = last_chars(cut(s, 0, at), 80);
    let years: Vec<String> = crate::number::numbers(head)
        .iter()
        .filter(|n| n.end - n.start == 4 && n.value.whole().is_some_and(|y| (2000..=2100).contains(&y)))
        .map(|n| n.value.to_string())
        .collect();
    (years.len() > 1).then_some((at, years))
}

/// The last `到2025年` before a number; `比2020年` is none.
pub(crate) fn deadline(until: &str, head: &str) -> Option<String> {
    let mut rest = until;
    for _ in 0..6 {
        let at = rest.rfind('年')?;
        let digits = last_chars(cut(rest, 0, at), 4);
        let before = cut(rest, 0, at - digits.len().min(at));
        let year: Option<u16> = if digits.is_ascii() { digits.parse().ok() } else { None };
        let compared = ends(before.trim_end(), words!("比 较 与 在 以 自 从")).is_some();
        if let Some(year) = year.filter(|y| (2000..=2100).contains(y) && !compared) {
            let tail = cut(head, at + '年'.len_utf8(), head.len());
            let month = tail
                .find('月')
                .map(|m| cut(tail, 0, m))
                .and_then(|m| m.trim().parse::<u8>().ok())
                .filter(|m| (1..=12).contains(m));
            let from_range =
                cut(head, at + '年'.len_utf8(), head.len()).starts_with(['—', '-', '至', '起', '以']);
            if !from_range {
                return Some(month.map_or_else(|| year.to_string(), |m| format!("{year}-{m:02}")));
            }
        }
        rest = cut(rest, 0, at);
    }
    None
}

/// The deadline before a place in the sentence.
pub(crate) fn by_end(sentence: &Sentence<'_>, at: usize) -> Option<String> {
    let head = last_chars(cut(sentence.piece.s, 0, at), 160);
    head.rfind('年').map(|y| cut(head, 0, y + '年'.len_utf8())).and_then(|h| deadline(h, head))
}
