//! Sentences of a paragraph, with the parts that only quote or name something marked.

use crate::span::{Piece, Span};

/// One sentence without its stop.
pub(crate) struct Sentence<'t> {
    pub piece: Piece<'t>,
    /// Inside “”, 《》, 〔〕: offsets into the sentence.
    quotes: Vec<(usize, usize)>,
}

impl Sentence<'_> {
    /// Whether the byte at `at` is part of a quotation or a name.
    pub fn quoted(&self, at: usize) -> bool {
        let before = self.quotes.partition_point(|(from, _)| *from <= at);
        before > 0 && self.quotes.get(before - 1).is_some_and(|(_, to)| at < *to)
    }
}

/// Stops outside of quotation marks; a quotation that never ends is none.
pub(crate) fn sentences(seen: &str, para: Span) -> Vec<Sentence<'_>> {
    let whole = Piece::new(seen, para);
    let quotes = quotes(whole.s);
    let mut out = Vec::new();
    let mut from = 0;
    let mut next = 0;
    let mut push = |from: usize, to: usize| {
        let piece = whole.cut(from, to);
        while quotes.get(next).is_some_and(|q| q.1 <= from) {
            next += 1;
        }
        let own = quotes
            .iter()
            .skip(next)
            .take_while(|q| q.0 < to)
            .map(|q| (q.0.saturating_sub(from), q.1 - from))
            .collect();
        if !piece.s.trim().is_empty() {
            out.push(Sentence { piece, quotes: own });
        }
    };
    let mut quote = 0;
    for (at, c) in whole.s.char_indices() {
        while quotes.get(quote).is_some_and(|q| q.1 <= at) {
            quote += 1;
        }
        let inside = quotes.get(quote).is_some_and(|q| q.0 <= at);
        if !inside && matches!(c, '。' | '！' | '？' | '；' | '\n' | ';') {
            push(from, at);
            from = at + c.len_utf8();
        }
    }
    push(from, whole.s.len());
    out
}

/// Quotations of at most 120 characters, outermost, in order.
fn quotes(s: &str) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<(char, usize, usize)> = None;
    let mut straight = None;
    for (n, (at, c)) in s.char_indices().enumerate() {
        if let Some((_, _, begun)) = open
            && n > begun + 120
        {
            open = None;
        }
        let close = match c {
            '“' => Some('”'),
            '《' => Some('》'),
            '〔' => Some('〕'),
            '「' => Some('」'),
            '『' => Some('』'),
            '‘' => Some('’'),
            '[' => Some(']'),
            '"' if straight.is_none() => Some('"'),
            _ => None,
        };
        match (open, close) {
            (Some((end, from, _)), _) if c == end => {
                if !promises(s.get(from..at).unwrap_or("")) {
                    out.push((from, at + c.len_utf8()));
                }
                open = None;
                straight = None;
            }
            (None, Some(end)) => {
                if c == '"' {
                    straight = Some(at);
                }
                open = Some((end, at, n));
            }
            _ => {}
        }
        if open.is_none() {
            straight = None;
        }
    }
    out
}

/// A long quotation that says what shall be reached is read like any sentence.
fn promises(quotation: &str) -> bool {
    quotation.starts_with('“')
        && quotation.len() > 72
        && ["达到", "不少于", "不低于", "超过"].iter().any(|w| quotation.contains(w))
        && quotation.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_inside_a_quotation_ends_nothing() {
        let s = "开展“三下乡。四进村”活动。培训300人；建设2处";
        let found: Vec<&str> = sentences(s, Span::new(0, s.len())).iter().map(|x| x.piece.s).collect();
        assert_eq!(found, ["开展“三下乡。四进村”活动", "培训300人", "建设2处"]);
    }

    #[test]
    fn an_unclosed_quotation_hides_nothing_for_long() {
        let s = format!("“{}。培训300人", "字".repeat(200));
        let list = sentences(&s, Span::new(0, s.len()));
        assert_eq!(list.len(), 2);
        assert!(!list[1].quoted(6));
    }
}
