//! Raw text to paragraphs: one width of character, page marks out, broken lines joined.

use crate::doubt::{Doubt, DoubtCode};
use crate::glyph::{clean, is_terminal};
use crate::line::{Gap, Line, lines, part_columns};
use crate::mark;
use crate::span::{Span, chars, first_chars};

/// The text that every span points into.
pub(crate) struct Normal {
    /// Paragraphs parted by `\n`.
    pub text: String,
    /// Each paragraph.
    pub paras: Vec<Span>,
    /// What happened on the way.
    pub doubts: Vec<Doubt>,
}

pub(crate) fn normalise(raw: &str) -> Normal {
    let cleaned = clean(raw);
    let (lines, parted) = part_columns(lines(&cleaned));
    let wrap = wrap_width(&lines);
    let mut text = String::with_capacity(cleaned.len());
    let mut paras: Vec<Span> = Vec::new();
    let mut open = Open::default();
    for (i, line) in lines.iter().enumerate() {
        let joined = i > 0 && joins(&open, lines.get(i - 1), line, wrap);
        if joined {
            glue(&mut text, &line.text);
        } else {
            if let Some(last) = paras.last() {
                debug_assert!(last.end == text.len());
                text.push('\n');
            }
            paras.push(Span::new(text.len(), text.len()));
            open = Open::default();
        }
        open.feed(&line.text);
        text.push_str(&line.text);
        if let Some(last) = paras.last_mut() {
            last.end = text.len();
        }
    }
    let mut doubts = Vec::new();
    if parted {
        doubts.push(Doubt::new(DoubtCode::ColumnsParted, Span::new(0, text.len())));
    }
    if let Some(at) = text.find('\u{fffd}') {
        doubts.push(Doubt::new(DoubtCode::Undecodable, Span::new(at, at + '\u{fffd}'.len_utf8())));
    }
    Normal { text, paras, doubts }
}

/// A space only between two latin words that stood on two lines.
fn glue(text: &mut String, next: &str) {
    let before = text.chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
    if before && next.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.push(' ');
    }
}

/// Bracket state of the paragraph that is being put together.
#[derive(Default)]
struct Open {
    depth: usize,
    since: usize,
}

impl Open {
    fn feed(&mut self, line: &str) {
        for c in line.chars() {
            match c {
                '（' => {
                    if self.depth == 0 {
                        self.since = 0;
                    }
                    self.depth += 1;
                }
                '）' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.since += 1;
        }
    }

    /// A bracket that is still open and not so far back that it was forgotten.
    fn bracket(&self) -> bool {
        self.depth > 0 && self.since < 800
    }
}

/// Width in characters at which the whole document was broken, if it was.
fn wrap_width(lines: &[Line]) -> Option<usize> {
    let mut widths: Vec<usize> = lines.iter().map(|l| l.width).filter(|w| *w >= 16).collect();
    if widths.len() < 6 {
        return None;
    }
    widths.sort_unstable();
    let wide = widths.get(widths.len() * 19 / 20).copied()?;
    if wide > 120 {
        return None;
    }
    let broken = lines.iter().filter(|l| l.width * 20 >= wide * 17 && !l.ends_sentence()).count();
    (broken * 3 >= widths.len()).then_some(wide)
}

fn joins(open: &Open, before: Option<&Line>, line: &Line, wrap: Option<usize>) -> bool {
    let Some(before) = before else { return false };
    // rows of a table are whole
    let row = |text: &str| text.contains('\t') || text.matches('|').count() > 1;
    if row(&line.text) || row(&before.text) {
        return false;
    }
    // —国家平台” may be the rest of a name that was broken at its dash
    let one_dash = line.text.starts_with('—') && !line.text.starts_with("——");
    let rest_of_name = one_dash && wrap.is_some() && !before.ends_sentence();
    if (line.begins_anew() && !rest_of_name) || (line.text.starts_with('（') && before.ends_sentence()) {
        return false;
    }
    let full = wrap.is_some_and(|w| before.width * 20 >= w * 17);
    let ends_open = before.text.ends_with(['，', '、', '“', '《', '（', '—']);
    let ended = before.ends_sentence();
    // A line with a stop or a comma inside that does not end in one was broken by a machine.
    let broken = !ended
        && before.width >= 18
        && before.text.contains(['，', '。', '；'])
        && !is_label(&before.text)
        && !is_row(&before.text);
    match line.gap {
        Gap::None => {
            if open.bracket() || ends_open {
                return true;
            }
            match wrap {
                Some(_) if full && !ended => !(before.marked && before.width < 16),
                Some(w) if full && ended => before.width >= w && !line.indented && !before.short_heading(),
                _ => broken && !line.indented,
            }
        }
        Gap::Blank => (open.bracket() || ends_open) && !ended,
        Gap::Page => !ended && (open.bracket() || ends_open || full || broken || before.width >= 18),
    }
}

/// `责任单位：区科协` and the like have commas and no stop, and are whole.
fn is_label(text: &str) -> bool {
    first_chars(text, 8).contains('：') || chars(text) < 10 || mark::is_label(text)
}

/// A row of a table that was written with commas.
fn is_row(text: &str) -> bool {
    let commas = text.matches(['，', ',']).count();
    commas >= 3 && chars(text) < commas * 12
}

/// Whether the last sentence of a line is over.
pub(crate) fn ends_sentence(text: &str) -> bool {
    if text.ends_with('）') {
        // 每个县（区） may go on; （区科协牵头） does not
        let group = text.rfind('（').map_or("", |at| text.get(at..).unwrap_or(""));
        return chars(group) > 14
            || ["牵头", "配合", "负责", "责任", "参与", "单位", "部门"].iter().any(|w| group.contains(w))
            || chars(text) < 20;
    }
    text.chars().next_back().is_some_and(is_terminal)
}
