//! Where a title ends and its text begins.

use crate::clause::Clause;
use crate::span::{Piece, Span, chars, cut, first_chars, is_han};
use crate::words::{first_of, words};

/// Title, where the body begins, and whether the title was cut from a long sentence.
pub(crate) fn title_of(rest: Piece<'_>, found: &[Clause]) -> (Span, usize, bool) {
    let clause = found.iter().map(|c| c.span.start).filter(|s| *s > rest.at).min();
    let limit = clause.map_or(rest.s.len(), |at| at - rest.at);
    let head = cut(rest.s, 0, limit);
    let stop = sentence_end(head).unwrap_or(head.len());
    let mut end = stop;
    let mut long = false;
    let colon = head.find('：').filter(|at| {
        chars(cut(head, 0, *at)) <= 26
            && *at < stop
            && !cut(head, 0, *at).contains(['，', '。', '（'])
            && *at + 3 < head.len()
    });
    let space = head.find(' ').filter(|at| {
        let before = cut(head, 0, *at);
        (4..=20).contains(&chars(before))
            && !before.contains(['，', '、', '：'])
            && chars(cut(head, *at, head.len())) > 30
    });
    let known =
        run_on(head).or_else(|| action_name(head)).filter(|at| chars(cut(head, 0, stop)) > at / 3 + 8);
    if let Some(at) = colon.or(space).or(known).filter(|at| *at < stop) {
        end = at;
    } else if chars(cut(head, 0, stop)) > 42 {
        long = true;
        let first =
            cut(head, 0, stop).find(['，', '；']).filter(|at| (4..=42).contains(&chars(cut(head, 0, *at))));
        end = first.unwrap_or(stop);
    }
    let title = rest.cut(0, end).trim().trim_any(&['。', '：', '；', '，', ':', ' ', '.']);
    let after = cut(rest.s, end, rest.s.len());
    let skip = after.len() - after.trim_start_matches(['。', '：', '；', '，', ' ', ':']).len();
    (title.span(), rest.at + end + skip, long)
}

/// A usual heading that the text was run on to: 一、指导思想坚持…
pub(crate) fn run_on(head: &str) -> Option<usize> {
    let words = words!(
        "指导思想和目标 原则和目标 指导思想 总体要求 工作目标 总体目标 主要目标 基本原则 目标任务 重点任务
        主要任务 保障措施 组织保障 机制保障 条件保障 组织实施 工作要求 提升行动 重点工程 工作原则
        总体思路"
    );
    let word = crate::words::starts(head, words)?;
    let next = cut(head, word.len(), head.len()).chars().next()?;
    (is_han(next) && !"和与及的、工行措".contains(next)).then_some(word.len())
}

/// （一）青少年科学素质提升行动激发…: the name of an action or a project in a first clause that is too long.
fn action_name(head: &str) -> Option<usize> {
    let clause = head.split(['，', '。', '；']).next().unwrap_or("");
    if chars(clause) < 22 {
        return None;
    }
    let (at, word) = first_of(first_chars(clause, 22), words!("提升行动 工程"))?;
    let end = at + word.len();
    (at > 6 && cut(clause, end, clause.len()).starts_with(is_han)).then_some(end)
}

/// The first 。 or ； outside of brackets and quotation marks.
pub(crate) fn sentence_end(s: &str) -> Option<usize> {
    let mut depth = 0i32;
    for (at, c) in s.char_indices() {
        match c {
            '（' | '“' | '《' | '【' => depth += 1,
            '）' | '”' | '》' | '】' => depth = (depth - 1).max(0),
            '。' | '！' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    s.find('。')
}
