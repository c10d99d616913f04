//! Duty clauses: who leads and who helps, in the twelve ways of writing it.

use crate::doubt::{Doubt, DoubtCode};
use crate::duty_list;
use crate::duty_list::{pieces, squeeze};
use crate::mark::LABELS;
use crate::reading::Duty;
use crate::span::{Piece, Span, chars, cut, last_chars};
use crate::unit::{is_collective, strong_unit};
use crate::ways::Ways;
use crate::words::{has, words};

/// One clause with the units that it names.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub span: Span,
    pub duties: Vec<Duty>,
    pub doubts: Vec<Doubt>,
}

words! {
    /// Words without which a bracket or a sentence is no clause, unless it is nothing but units.
    ROLE_WORDS = "牵头 负责 配合 责任 参与 参加 承办 主办 协办 分工 协助 协同 实施单位 落实单位"
}

/// All clauses of one paragraph. `text` and `seen` (folded) have the same bytes.
pub(crate) fn clauses(text: &str, seen: &str, para: Span, ways: Ways<'_>) -> Vec<Clause> {
    let piece = Piece::new(seen, para);
    let mut out: Vec<Clause> = Vec::new();
    let tail = piece.s.trim_end_matches(['。', '；', '，', ' ', ';']).len();
    for group in brackets(piece) {
        if let Some(clause) = bracketed(text, piece, group, tail, ways) {
            out.push(clause);
        }
    }
    for (from, to) in labelled(piece, &out) {
        let content = piece.cut(from, to);
        if let Some(clause) = duty_list::read(text, content, content.span(), false, ways) {
            out.push(clause);
        }
    }
    if out.is_empty()
        && let Some(content) = last_sentence(piece)
        && let Some(clause) = duty_list::read(text, content, content.span(), true, ways)
    {
        out.push(clause);
    }
    out.sort_by_key(|c| c.span.start);
    out
}

/// Outermost brackets, by offset, the signs included.
fn brackets(piece: Piece<'_>) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    for (at, c) in piece.s.char_indices() {
        match c {
            '（' | '【' | '［' | '〔' | '[' => stack.push(at),
            '）' | '】' | '］' | '〕' | ']' => {
                if let Some(from) = stack.pop()
                    && stack.is_empty()
                {
                    out.push((from, at + c.len_utf8()));
                }
            }
            _ => {}
        }
    }
    // an open bracket at the very end of the paragraph: its partner was lost
    if let Some(&from) = stack.last()
        && stack.len() == 1
        && piece.s.len() - from < 3000
    {
        out.push((from, piece.s.len()));
    }
    out
}

fn bracketed(
    text: &str,
    piece: Piece<'_>,
    (from, to): (usize, usize),
    tail: usize,
    ways: Ways<'_>,
) -> Option<Clause> {
    let group = piece.cut(from, to);
    let inner = group.trim_any(&['（', '【', '［', '〔', '[']).s;
    // the closing sign may belong to the last name
    let wide = |c: Option<char>| c.map_or(0, char::len_utf8);
    let closing = if ends_closed(group.s) { wide(group.s.chars().next_back()) } else { 0 };
    let content = group.cut(wide(group.s.chars().next()), group.s.len() - closing);
    let worded = has(inner, &ROLE_WORDS);
    let before = piece.cut(0, from).s.trim_end();
    // in the middle of a sentence a bracket explains a word
    let at_end = to >= tail;
    let after_stop = before.is_empty() || before.ends_with(['。', '；', '！', '”', '）']);
    if !(worded || at_end && bare(content.s)) {
        return None;
    }
    let strict = !worded || !(at_end || after_stop);
    let mut clause = duty_list::read(text, content, group.span(), strict, ways);
    if let Some(clause) = &mut clause
        && !ends_closed(group.s)
    {
        clause.doubts.push(Doubt::new(DoubtCode::BracketUnbalanced, group.span()).with("bracket", "（"));
    }
    if clause.is_none() && worded && at_end && (inner.contains("牵头") || inner.contains("责任单位")) {
        let doubt =
            Doubt::new(DoubtCode::ClauseUnreadable, group.span()).with("text", Span::of(&group.span(), text));
        return Some(Clause { span: group.span(), duties: Vec::new(), doubts: vec![doubt] });
    }
    clause
}

fn ends_closed(s: &str) -> bool {
    s.ends_with(['）', '】', '］', '〕', ']'])
}

/// Nothing but units, each beyond doubt.
fn bare(s: &str) -> bool {
    s.len() < 3000
        && pieces(Piece { s, at: 0 }).iter().filter(|(p, _)| !p.s.is_empty()).all(|(p, _)| {
            let name = p.s.trim_end_matches("等");
            strong_unit(name) || is_collective(name)
        })
        && !s.trim().is_empty()
}

/// `责任单位：…` in running text or on its own line: from the label to the end of its sentences.
fn labelled(piece: Piece<'_>, taken: &[Clause]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut from = None;
    for (at, _) in piece.s.match_indices('：') {
        // `taken` is in order: only the last clause that begins before can hold this sign
        let before = taken.partition_point(|c| c.span.start <= piece.at + at);
        if before > 0 && taken.get(before - 1).is_some_and(|c| piece.at + at < c.span.end) {
            continue;
        }
        let head = last_chars(cut(piece.s, 0, at), 12).trim_end();
        let word = squeeze(head);
        let Some(label) = LABELS.iter().filter(|l| word.ends_with(*l)).max_by_key(|l| l.len()) else {
            continue;
        };
        let start = at
            - tail_len(head, chars(label))
            - (cut(piece.s, 0, at).len() - cut(piece.s, 0, at).trim_end().len());
        let before = cut(piece.s, 0, start).trim_end();
        let apart = before.is_empty()
            || before.ends_with(['。', '；', '！', '，', '、', '）', '（', '【', '”', '：', '.'])
            || cut(piece.s, 0, start).ends_with([' ', '\t']);
        if !apart {
            continue;
        }
        if from.is_none() {
            from = Some(start);
        }
    }
    if let Some(from) = from {
        let rest = cut(piece.s, from, piece.s.len());
        // the list ends with its sentence, unless the next sentence is a label again
        let mut end = rest.len();
        for (at, stop) in rest.match_indices('。') {
            let next = cut(rest, at + stop.len(), rest.len()).trim_start_matches(['）', ' ']);
            if !crate::mark::is_label(next) {
                end = at;
                break;
            }
        }
        out.push((from, from + end));
    }
    out
}

/// Bytes of the last `n` characters that are no space.
fn tail_len(s: &str, n: usize) -> usize {
    let mut left = n;
    let mut len = 0;
    for c in s.chars().rev() {
        if left == 0 {
            break;
        }
        len += c.len_utf8();
        if c != ' ' {
            left -= 1;
        }
    }
    len
}

/// The last sentence of a paragraph, where it speaks of leading.
fn last_sentence(piece: Piece<'_>) -> Option<Piece<'_>> {
    let body = piece.s.trim_end_matches(['。', '；', ' ']);
    let stop = body.rfind(['。', '！']).map_or(0, |at| at + '。'.len_utf8());
    // 区科协牵头；区妇联参与: both halves name units
    let roles = words!("牵头 负责 配合 参与 参加 协助 协办");
    let halves = cut(body, stop, body.len()).split('；').all(|half| has(last_chars(half, 10), roles));
    let from = if halves && body.len() - stop < 3000 {
        stop
    } else {
        body.rfind('；').map_or(0, |at| at + '；'.len_utf8()).max(stop)
    };
    let last = piece.cut(from, body.len()).trim();
    // its opening bracket was lost
    let lost = last.s.matches('）').count() > last.s.matches('（').count();
    let last =
        if lost && last.s.ends_with('）') { last.cut(0, last.s.len() - '）'.len_utf8()) } else { last };
    let short = last.s.len() < 3000;
    (short && has(last.s, words!("牵头 负责 配合"))).then_some(last)
}
