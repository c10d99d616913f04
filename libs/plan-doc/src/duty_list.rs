//! A clause read from left to right: names, roles, and what nobody said.

use crate::clause::Clause;
use crate::doubt::{Doubt, DoubtCode};
use crate::reading::{Duty, Role};
use crate::roles::{Said, label_role, split_tail};
use crate::span::{Piece, Span, chars, cut, last_chars};
use crate::suffix;
use crate::unit::{Prefixes, is_collective, split_and, strong_unit, unit_like};
use crate::ways::{Ways, remark};
use crate::words::{first_of, has, starts, words};
use std::borrow::Cow;

/// A name as found, before roles are settled.
pub(crate) struct Named<'t> {
    name: Piece<'t>,
    role: Option<Role>,
    open: bool,
    holds: bool,
    /// Looks like a whole unit.
    like: bool,
    /// The end of its name, which stands only in a later one (区教育、科技局).
    suffix: &'static str,
}

impl<'t> Named<'t> {
    fn new(name: Piece<'t>, role: Option<Role>) -> Self {
        Named { name, role, open: false, holds: false, like: unit_like(name.s), suffix: "" }
    }
}

/// Without spaces.
pub(crate) fn squeeze(s: &str) -> Cow<'_, str> {
    if s.contains(' ') { Cow::Owned(s.chars().filter(|c| *c != ' ').collect()) } else { Cow::Borrowed(s) }
}

/// Cuts at list signs outside of brackets; the sign before each piece comes with it.
pub(crate) fn pieces<'t>(content: Piece<'t>) -> Vec<(Piece<'t>, char)> {
    crate::tally::count(content.s.len());
    let mut out = Vec::new();
    let mut depth = 0usize;
    let (mut from, mut sign) = (0, '、');
    for (at, c) in content.s.char_indices() {
        match c {
            '（' | '【' | '〔' | '［' | '[' => depth += 1,
            '）' | '】' | '〕' | '］' | ']' => depth = depth.saturating_sub(1),
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
pub(crate) fn is_time(s: &str) -> bool {
    let digits = s.chars().any(|c| c.is_ascii_digit()) && has(s, words!("年 月"));
    digits
        || has(s, words!("时限 完成时间 完成期限 时间节点 时间进度"))
        || starts(s, words!("长期 持续 常态化 全年 按时 按计划 年底前 每年 逐年")).is_some() && !unit_like(s)
}

/// Reads a clause's content; `strict` asks every name to look like a unit.
pub(crate) fn read(
    text: &str,
    content: Piece<'_>,
    span: Span,
    strict: bool,
    ways: Ways<'_>,
) -> Option<Clause> {
    // （…。以下均需各市落实，不再列出）: said once for all that follow
    let aside = first_of(content.s, words!("。以下 ；以下 ，以下 ，下同 ；下同 。下同 ，不再"));
    let aside = aside.map(|(at, _)| at).into_iter().chain(remark(content.s)).min();
    let content =
        content.cut(0, aside.unwrap_or(content.s.len())).trim_any(&['，', '；', '。', ' ', '（', '、']);
    let mut list = List { content, names: Vec::new(), label: None, waiting: 0, said: false };
    for (piece, sign) in pieces(content) {
        list.take(piece, sign);
    }
    list.settle_rest();
    list.share_ends();
    let names = list.names;
    if names.is_empty() || names.len() > 400 {
        return None;
    }
    let good = names.iter().filter(|n| n.like).count();
    let wild = names.iter().any(|n| n.name.s.len() > 135);
    if strict && (good < names.len() || wild || !(list.said || names.iter().all(|n| strong_unit(n.name.s)))) {
        return None;
    }
    if good * 2 < names.len() || good == 0 || wild && good * 4 < names.len() * 3 {
        return None;
    }
    Some(finish(text, names, span, ways))
}

/// Reads a cell of units; `said` is what its column says of them, where the cell itself says nothing.
pub(crate) fn read_cell(text: &str, content: Piece<'_>, said: Said, ways: Ways<'_>) -> Option<Clause> {
    let content = content.trim_any(&['。', '；', '、', ' ']);
    if content.s.is_empty() || matches!(content.s, "/" | "—" | "-" | "无") {
        return None;
    }
    let mut list =
        List { content, names: Vec::new(), label: Some(said), waiting: 0, said: said != Said::Responsible };
    for (piece, sign) in pieces(content) {
        list.take(piece, sign);
    }
    // what the column says holds for those of whom the cell only says that they are responsible
    for named in &mut list.names {
        named.role = named.role.or(said.role());
    }
    list.settle_rest();
    list.share_ends();
    let good = list.names.iter().filter(|n| n.like).count();
    (good * 2 >= list.names.len() && good > 0 && list.names.len() <= 400)
        .then(|| finish(text, list.names, content.span(), ways))
}

/// The state while a clause is read from left to right.
pub(crate) struct List<'t> {
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
        let word = starts(piece.s, words!("并由 由 并会同 会同 联合 同时 以及 具体由"))
            .filter(|w| !piece.s.starts_with("联合会") && chars(piece.s) > chars(w) + 1);
        if let Some(word) = word {
            if word.ends_with("会同") {
                self.label = Some(Said::Support);
                self.said = true;
                self.waiting = self.names.len();
            }
            piece = piece.cut(word.len(), piece.s.len()).trim();
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
                && !last.like
                && last.role.is_none()
                && crate::roles::may_hold(last.name.s, part.s)
                && !(suffix::is_stem(last.name.s) && suffix::end_of(part.s).is_some())
            {
                let base = self.content.at;
                last.name = self.content.cut(last.name.at - base, part.span().end - base);
                last.holds = true;
                last.like = unit_like(last.name.s);
                continue;
            }
            self.names.push(Named::new(part, role));
        }
        if let Some(last) = self.names.last_mut() {
            last.open = open;
        }
    }

    /// 区教育、科技、财政局: the last one's end belongs to those before it too.
    fn share_ends(&mut self) {
        let mut end = None;
        for named in self.names.iter_mut().rev() {
            if named.like {
                end = suffix::end_of(named.name.s);
            } else if let Some(word) = end.filter(|_| suffix::is_stem(named.name.s)) {
                named.suffix = word;
                named.like = true;
            } else {
                end = None;
            }
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
pub(crate) fn finish(text: &str, names: Vec<Named<'_>>, span: Span, ways: Ways<'_>) -> Clause {
    let mut doubts = Vec::new();
    let mut prefixes = Prefixes::new(ways.place);
    let mut duties: Vec<Duty> = Vec::new();
    let single: Vec<usize> =
        (0..names.len()).filter(|i| names.get(*i).is_some_and(|n| !is_collective(n.name.s))).collect();
    let unsaid = names.iter().all(|n| n.role.is_none());
    let mixed = names.iter().any(|n| n.role.is_none()) && !unsaid;
    for (i, named) in names.iter().enumerate() {
        let at = named.name.span();
        let written = at.of(text).to_string();
        let bare = format!("{}{}", squeeze(&written), named.suffix);
        let whole = format!("{}{}", squeeze(named.name.s), named.suffix);
        let completed = prefixes
            .complete(&whole)
            .map(|full| restore(&full, &bare))
            .or_else(|| (!named.suffix.is_empty()).then(|| bare.clone()));
        let unit = completed.clone().unwrap_or_else(|| bare.clone());
        let collective = is_collective(named.name.s) || (completed.is_some() && is_collective(&unit));
        // beside supporters the responsible one leads; alone it leads too
        let first = ways.first_leads && single.first() == Some(&i);
        let leads = mixed || (unsaid && (single == [i] || first));
        let role = named.role.unwrap_or(if leads { Role::Lead } else { Role::Support });
        if completed.is_some() {
            doubts.push(
                Doubt::new(DoubtCode::PrefixInferred, at)
                    .with("written", squeeze(&written))
                    .with("unit", &unit),
            );
        }
        if collective {
            doubts.push(Doubt::new(DoubtCode::CollectiveUnit, at).with("unit", &unit));
        } else if !named.like {
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
pub(crate) fn restore(full: &str, bare: &str) -> String {
    let prefix = cut(full, 0, full.len().saturating_sub(bare.len()));
    format!("{prefix}{bare}")
}
