//! Duty clauses: who leads and who helps, in the twelve ways of writing it.

use crate::doubt::{Doubt, DoubtCode};
use crate::mark::LABELS;
use crate::reading::{Duty, Role};
use crate::roles::{Said, label_role, split_tail};
use crate::span::{Piece, Span, chars, cut, last_chars};
use crate::unit::{Prefixes, is_collective, split_and, strong_unit, unit_like};
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

/// A name as found, before roles are settled.
struct Named<'t> {
    name: Piece<'t>,
    role: Option<Role>,
    open: bool,
    holds: bool,
}

/// All clauses of one paragraph. `text` and `seen` (folded) have the same bytes.
pub(crate) fn clauses(text: &str, seen: &str, para: Span, place: Option<&str>) -> Vec<Clause> {
    let piece = Piece::new(seen, para);
    let mut out: Vec<Clause> = Vec::new();
    let tail = piece.s.trim_end_matches(['。', '；', '，', ' ', ';']).len();
    for group in brackets(piece) {
        if let Some(clause) = bracketed(text, piece, group, tail, place) {
            out.push(clause);
        }
    }
    for (from, to) in labelled(piece, &out) {
        let content = piece.cut(from, to);
        if let Some(clause) = read(text, content, content.span(), false, place) {
            out.push(clause);
        }
    }
    if out.is_empty()
        && let Some(content) = last_sentence(piece)
        && let Some(clause) = read(text, content, content.span(), true, place)
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
            '（' | '【' | '［' => stack.push(at),
            '）' | '】' | '］' => {
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
    place: Option<&str>,
) -> Option<Clause> {
    let group = piece.cut(from, to);
    let inner = group.trim_any(&['（', '【', '［']).s;
    // the closing sign may belong to the last name
    let content =
        group.cut('（'.len_utf8(), group.s.len() - if ends_closed(group.s) { '）'.len_utf8() } else { 0 });
    let worded = has(inner, &ROLE_WORDS);
    let before = piece.cut(0, from).s.trim_end();
    // in the middle of a sentence a bracket explains a word
    let at_end = to >= tail;
    let after_stop = before.is_empty() || before.ends_with(['。', '；', '！', '”', '）']);
    if !(worded || at_end && bare(content.s)) {
        return None;
    }
    let strict = !worded || !(at_end || after_stop);
    let mut clause = read(text, content, group.span(), strict, place);
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
    s.ends_with(['）', '】', '］'])
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
        if !(before.is_empty()
            || before.ends_with(['。', '；', '！', '，', '、', '）', '（', '【', '”', '：', ' ', '\t', '.']))
            && !cut(piece.s, 0, start).ends_with([' ', '\t'])
        {
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

fn squeeze(s: &str) -> String {
    s.chars().filter(|c| *c != ' ').collect()
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
    let from = body.rfind(['。', '；', '！']).map_or(0, |at| at + '。'.len_utf8());
    let last = piece.cut(from, body.len()).trim();
    let short = last.s.len() < 3000;
    (short && has(last.s, words!("牵头 负责 配合"))).then_some(last)
}

/// Cuts at list signs outside of brackets; the sign before each piece comes with it.
fn pieces<'t>(content: Piece<'t>) -> Vec<(Piece<'t>, char)> {
    let mut out = Vec::new();
    let mut depth = 0usize;
    let (mut from, mut sign) = (0, '、');
    for (at, c) in content.s.char_indices() {
        match c {
            '（' | '【' => depth += 1,
            '）' | '】' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let list = matches!(c, '、' | '，' | ',' | '；' | ';' | '。' | '\n' | '\t' | '/' | '｜' | '|');
        let spaced = c == ' ' && (unit_like(last_chars(cut(content.s, from, at), 20).trim()) || at == from);
        if depth == 0 && (list || spaced) {
            out.push((content.cut(from, at).trim(), sign));
            from = at + c.len_utf8();
            sign = c;
        }
    }
    out.push((content.cut(from, content.s.len()).trim(), sign));
    out
}

/// 完成时限：2023年12月, 长期坚持, 2025年底前完成: when, not who.
fn is_time(s: &str) -> bool {
    let digits = s.chars().any(|c| c.is_ascii_digit()) && has(s, words!("年 月"));
    digits
        || has(s, words!("时限 完成时间 完成期限 时间节点 时间进度"))
        || crate::words::starts(s, words!("长期 持续 常态化 全年 按时 按计划 年底前 每年 逐年")).is_some()
            && !unit_like(s)
}

/// Reads a clause's content; `strict` asks every name to look like a unit.
fn read(text: &str, content: Piece<'_>, span: Span, strict: bool, place: Option<&str>) -> Option<Clause> {
    // （…。以下均需各市落实，不再列出）: said once for all that follow
    let aside = ["。以下", "；以下", "，以下", "，下同", "；下同", "。下同", "，不再"]
        .iter()
        .filter_map(|w| content.s.find(w))
        .min();
    let content = content.cut(0, aside.unwrap_or(content.s.len()));
    let mut list = List { content, names: Vec::new(), label: None, waiting: 0, said: false };
    for (piece, sign) in pieces(content) {
        list.take(piece, sign);
    }
    list.settle_rest();
    let names = list.names;
    if names.is_empty() || names.len() > 400 {
        return None;
    }
    let good = names.iter().filter(|n| unit_like(n.name.s)).count();
    let wild = names.iter().any(|n| chars(n.name.s) > 45);
    if strict && (good < names.len() || wild || !(list.said || names.iter().all(|n| strong_unit(n.name.s)))) {
        return None;
    }
    if good * 2 < names.len() || good == 0 || wild && good * 4 < names.len() * 3 {
        return None;
    }
    Some(finish(text, names, span, place))
}

/// The state while a clause is read from left to right.
struct List<'t> {
    content: Piece<'t>,
    names: Vec<Named<'t>>,
    /// The role of a label such as 配合单位：, which holds until the next one.
    label: Option<Said>,
    /// Names from here on wait for a word such as 牵头 after them.
    waiting: usize,
    /// Some role was said in words.
    said: bool,
}

impl<'t> List<'t> {
    fn take(&mut self, piece: Piece<'t>, sign: char) {
        let mut piece = piece;
        if matches!(sign, '；' | ';' | '。' | '\n') && self.label.is_none() {
            self.waiting = self.names.len();
        }
        while let Some(at) = piece.s.find('：') {
            let word = squeeze(piece.cut(0, at).s);
            let Some(said) = label_role(&word) else { break };
            self.label = Some(said);
            self.said = true;
            self.waiting = self.names.len();
            piece = piece.cut(at + '：'.len_utf8(), piece.s.len()).trim();
        }
        piece = self.lead_in(piece);
        if piece.s.is_empty() || is_time(piece.s) {
            return;
        }
        let (name, tail) = split_tail(piece);
        let from = self.names.len();
        if let Some((at, word)) = crate::roles::joins_others(name.s) {
            // 区科协会同区教育局: the first leads, the others help
            self.push(name.cut(0, at), tail.open, Some(Role::Lead));
            self.label = Some(Said::Support);
            self.push(name.cut(at + word, name.s.len()), tail.open, Some(Role::Support));
            self.said = true;
            self.waiting = self.names.len();
            return;
        }
        self.push(name, tail.open, None);
        match tail.said {
            Some(said) => {
                self.said = true;
                let role = said.role();
                let first = if self.label == Some(Said::Support) && said != Said::Support {
                    from
                } else {
                    self.waiting
                };
                for n in self.names.iter_mut().skip(first) {
                    if n.role.is_none() || said == Said::Lead {
                        n.role = role;
                    }
                }
                self.waiting = self.names.len();
            }
            None => {
                let held = self.label.and_then(|l| l.role());
                for n in self.names.iter_mut().skip(from) {
                    n.role = n.role.or(held);
                }
            }
        }
    }

    /// 由A牵头, 会同B: words before a name.
    fn lead_in(&mut self, piece: Piece<'t>) -> Piece<'t> {
        let mut piece = piece;
        for word in ["并由", "由", "并会同", "会同", "联合", "同时", "以及", "具体由"] {
            if piece.s.starts_with(word) && !piece.s.starts_with("联合会") && chars(piece.s) > chars(word) + 1
            {
                if word.contains("会同") {
                    self.label = Some(Said::Support);
                    self.said = true;
                    self.waiting = self.names.len();
                }
                piece = piece.cut(word.len(), piece.s.len()).trim();
                break;
            }
        }
        piece
    }

    fn push(&mut self, name: Piece<'t>, open: bool, role: Option<Role>) {
        for (from, to) in split_and(name.s) {
            let part = name.cut(from, to).trim();
            if part.s.is_empty() {
                continue;
            }
            // 区民族、宗教局: the first half alone is no unit
            if let Some(last) = self.names.last_mut()
                && !unit_like(last.name.s)
                && last.role.is_none()
                && crate::roles::may_hold(last.name.s, part.s)
            {
                let base = self.content.at;
                last.name = self.content.cut(last.name.at - base, part.span().end - base);
                last.holds = true;
                continue;
            }
            self.names.push(Named { name: part, role, open: false, holds: false });
        }
        if let Some(last) = self.names.last_mut() {
            last.open = open;
        }
    }

    /// Names after the last word of role: beside a lead they help.
    fn settle_rest(&mut self) {
        let led = self.names.iter().any(|n| n.role == Some(Role::Lead));
        if led {
            for n in &mut self.names {
                n.role = n.role.or(Some(Role::Support));
            }
        }
    }
}

/// Names to duties: prefixes, roles that nobody said, doubts.
fn finish(text: &str, names: Vec<Named<'_>>, span: Span, place: Option<&str>) -> Clause {
    let mut doubts = Vec::new();
    let mut prefixes = Prefixes::new(place);
    let mut duties: Vec<Duty> = Vec::new();
    let single: Vec<usize> =
        (0..names.len()).filter(|i| names.get(*i).is_some_and(|n| !is_collective(n.name.s))).collect();
    let unsaid = names.iter().all(|n| n.role.is_none());
    let mixed = names.iter().any(|n| n.role.is_none()) && !unsaid;
    for (i, named) in names.iter().enumerate() {
        let at = named.name.span();
        let written = at.of(text).to_string();
        let bare = squeeze(&written);
        let completed = prefixes.complete(&squeeze(named.name.s)).map(|full| restore(&full, &bare));
        let unit = completed.clone().unwrap_or_else(|| bare.clone());
        let collective = is_collective(named.name.s) || is_collective(&unit);
        // beside supporters the responsible one leads; alone it leads too
        let role =
            named.role.unwrap_or(if mixed || (unsaid && single == [i]) { Role::Lead } else { Role::Support });
        if completed.is_some() {
            doubts.push(Doubt::new(DoubtCode::PrefixInferred, at).with("written", &bare).with("unit", &unit));
        }
        if collective {
            doubts.push(Doubt::new(DoubtCode::CollectiveUnit, at).with("unit", &unit));
        } else if !unit_like(named.name.s) {
            doubts.push(Doubt::new(DoubtCode::UnitCut, at).with("unit", &unit));
        }
        if named.holds {
            doubts.push(Doubt::new(DoubtCode::UnitHoldsSeparator, at).with("unit", &unit));
        }
        if named.open {
            doubts.push(Doubt::new(DoubtCode::ListOpen, at).with("unit", &unit));
        }
        duties.push(Duty { unit, written, role, span: at, collective });
    }
    Clause { span, duties, doubts }
}

/// A completed name in the document's own characters: only the prefix is new.
fn restore(full: &str, bare: &str) -> String {
    let prefix = cut(full, 0, full.len().saturating_sub(bare.len()));
    format!("{prefix}{bare}")
}
