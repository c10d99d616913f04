//! Lines of the cleaned text, and what lies between them.

use crate::mark;
use crate::normalise::ends_sentence;
use crate::span::{chars, cut, is_han};

/// What separates a line from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    None,
    Blank,
    /// A form feed, a page number or a ruled line.
    Page,
}

/// One line, trimmed.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub text: String,
    pub gap: Gap,
    pub indented: bool,
    /// In characters.
    pub width: usize,
    /// Begins with a heading mark.
    pub marked: bool,
}

impl Line {
    fn new(raw: &str, gap: Gap) -> Line {
        // a row keeps the place of an empty first cell
        let text = raw.trim();
        let text = if text.contains('\t') { raw.trim_matches([' ', '\n', '\r']) } else { text };
        Line {
            indented: raw.starts_with("  ") || raw.starts_with('\t'),
            gap,
            width: chars(text),
            marked: mark::mark(text).is_some_and(|m| !m.lost),
            text: text.to_string(),
        }
    }

    pub fn ends_sentence(&self) -> bool {
        ends_sentence(&self.text)
    }

    /// Cannot be the rest of the line before.
    pub fn begins_anew(&self) -> bool {
        self.marked || mark::is_label(&self.text) || mark::is_attachment(&self.text)
    }

    pub fn short_heading(&self) -> bool {
        self.marked && self.width < 16
    }
}

/// Splits the cleaned text; page numbers and rules become gaps.
pub(crate) fn lines(cleaned: &str) -> Vec<Line> {
    let mut out = Vec::new();
    let mut gap = Gap::None;
    for (i, page) in cleaned.split('\u{c}').enumerate() {
        if i > 0 {
            gap = Gap::Page;
        }
        for raw in page.split('\n') {
            let text = raw.trim();
            if text.is_empty() {
                if gap == Gap::None {
                    gap = Gap::Blank;
                }
            } else if is_page_mark(text) {
                gap = Gap::Page;
            } else {
                for part in run_together(&without_inline_page(raw)) {
                    out.push(Line::new(part, gap));
                    gap = Gap::None;
                }
            }
        }
        // the split itself is a border only when another page follows
    }
    out
}

/// A whole document on one line: cut before the marks that follow a stop.
fn run_together(raw: &str) -> Vec<&str> {
    if raw.len() < 900 {
        return vec![raw];
    }
    let mut cuts = vec![0];
    let mut before = ' ';
    // the last cut was before a heading, and the figure that the next point would have
    let (mut heading, mut next) = (false, 1);
    for (at, c) in raw.char_indices() {
        let stopped = matches!(before, '。' | '；' | '）' | '”');
        // （一）青少年行动1.加强教育: the heading has no stop of its own
        let short = heading && at - cuts.last().copied().unwrap_or(0) <= 120;
        let titled = c.is_ascii_digit() && is_han(before) && short;
        let may = ((stopped || titled) && (c.is_ascii_digit() || "—一二三四五六七八九十".contains(c)))
            || (c == '（' && at > 0);
        if may {
            let rest = cut(raw, at, at + 24.min(raw.len() - at));
            let rest =
                if rest.is_empty() { crate::span::first_chars(cut(raw, at, raw.len()), 8) } else { rest };
            let found = mark::mark(rest).filter(|m| !m.lost);
            let kind = found.map(|m| m.kind);
            let number = found.and_then(|m| m.number).unwrap_or(0);
            let follows = !titled || stopped || number == 1 || number == next;
            if follows
                && matches!(
                    kind,
                    Some(mark::Kind::Han | mark::Kind::Digit | mark::Kind::ParenHan | mark::Kind::Dash)
                )
            {
                cuts.push(at);
                heading = matches!(kind, Some(mark::Kind::Han | mark::Kind::ParenHan));
                if kind == Some(mark::Kind::Digit) {
                    next = number + 1;
                }
            }
        }
        if c != ' ' {
            before = c;
        }
    }
    if cuts.len() < 6 {
        return vec![raw];
    }
    cuts.push(raw.len());
    cuts.windows(2).filter_map(|w| raw.get(*w.first()?..*w.last()?)).collect()
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '—' | '–' | '－' | '·' | '~' | '_' | '=' | '*' | '─')
}

/// `— 3 —`, `第3页 共10页`, `3 / 12`, `12`, `————`, `[分页符]`.
fn is_page_mark(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    if text.chars().all(|c| is_dash(c) || c == ' ') {
        return true;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if (1..=4).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || is_dash(c) || c == ' ')
        && !text.starts_with('*')
    {
        return digits <= 3 || text.chars().any(is_dash);
    }
    let bare: String = text.chars().filter(|c| !c.is_ascii_digit() && !is_dash(*c) && *c != ' ').collect();
    let worded = matches!(
        bare.as_str(),
        "第页"
            | "第页共页"
            | "共页第页"
            | "第页/共页"
            | "第页，共页"
            | "/"
            | "（第页）"
            | "第页（共页）"
            | "页"
            | "Page"
            | "page"
            | "PAGE"
    );
    (worded && digits > 0)
        || matches!(
            text,
            "[分页符]"
                | "【分页符】"
                | "［分页符］"
                | "分页符"
                | "[分页]"
                | "【分页】"
                | "<分页>"
                | "[page break]"
        )
}

/// Takes `— 12 —` out of the middle of a line.
fn without_inline_page(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['—', '-']) {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let dash = tail.chars().next().map_or(1, char::len_utf8);
        let first = cut(tail, 0, dash);
        let after = cut(tail, dash, tail.len());
        let inner = after.trim_start_matches(' ');
        let n = inner.bytes().take_while(u8::is_ascii_digit).take(4).count();
        let tail_after = cut(inner, n, inner.len()).trim_start_matches(' ');
        let between = out.chars().next_back().is_some_and(|c| !c.is_ascii_digit() && c != '—' && c != '-')
            && (1..=3).contains(&n)
            && tail_after.starts_with(first)
            && cut(tail_after, dash, tail_after.len()).trim_start().starts_with(is_han);
        if between {
            let kept = out.trim_end().len();
            out.truncate(kept);
            rest = cut(tail_after, dash, tail_after.len()).trim_start();
        } else {
            out.push_str(first);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Where a line has a wide hole, its two halves.
fn hole(text: &str) -> Option<(&str, &str)> {
    let at = text.find("    ").or_else(|| text.find('\t'))?;
    let left = cut(text, 0, at).trim_end();
    let right = cut(text, at, text.len()).trim_start();
    let enough = |s: &str| chars(s) >= 8 && s.chars().any(is_han);
    (enough(left) && enough(right) && !right.contains("    ") && !right.contains('\t'))
        .then_some((left, right))
}

/// Runs of four or more lines with a hole were two columns: left ones first, then right ones.
pub(crate) fn part_columns(lines: Vec<Line>) -> (Vec<Line>, bool) {
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    let mut parted = false;
    // from the header of a table on, tabs part cells
    let mut table = false;
    let mut rest = lines.into_iter().peekable();
    while let Some(line) = rest.next() {
        table |= crate::table::is_header(&line.text);
        if table || hole(&line.text).is_none() {
            out.push(line);
            continue;
        }
        let mut run = vec![line];
        while let Some(next) = rest.next_if(|l| l.gap != Gap::Page && hole(&l.text).is_some()) {
            run.push(next);
        }
        if run.len() < 4 {
            out.append(&mut run);
            continue;
        }
        parted = true;
        let halves: Vec<(Line, Line)> = run
            .iter()
            .filter_map(|l| hole(&l.text).map(|(a, b)| (Line::new(a, l.gap), Line::new(b, Gap::None))))
            .collect();
        let (left, right): (Vec<Line>, Vec<Line>) = halves.into_iter().unzip();
        out.extend(left);
        out.extend(right);
    }
    (out, parted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_gaps_and_figures_are_not() {
        for mark in ["— 3 —", "- 12 -", "第3页 共10页", "3/12", "7", "————————"] {
            assert!(is_page_mark(mark), "{mark}");
        }
        for text in ["2021", "2021—2025", "2021—2025年", "一、总体要求", "——公民科学素质", "1. 措施"]
        {
            assert!(!is_page_mark(text), "{text}");
        }
    }

    #[test]
    fn a_page_number_inside_a_sentence_is_taken_out() {
        assert_eq!(without_inline_page("推进科普— 12 —工作"), "推进科普工作");
        assert_eq!(without_inline_page("（2021—2025年）"), "（2021—2025年）");
        assert_eq!(without_inline_page("——公民科学素质。"), "——公民科学素质。");
    }
}
