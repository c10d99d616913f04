//! Where the plan proper begins and ends in its document.

use crate::mark::{Kind, Mark, is_attachment, is_label, mark};
use crate::span::{Span, chars, cut, is_han};

/// Index of the first heading, and one past the last paragraph of the plan proper.
pub(crate) fn bounds(seen: &str, paras: &[Span], cells: &[bool]) -> (usize, usize) {
    let line = |i: usize| paras.get(i).map_or("", |p| p.of(seen));
    let cell = |i: usize| cells.get(i) == Some(&true);
    let heading =
        |i: usize| mark(line(i)).filter(|m| m.kind <= Kind::Dotted && !is_contents_line(line(i)) && !cell(i));
    let any = |from: usize| (from..paras.len()).find(|i| heading(*i).is_some());
    let mut first = any(0);
    // a table of contents: the headings come again after it
    let contents =
        (0..paras.len().min(60)).find(|i| line(*i).chars().filter(|c| *c != ' ').eq("目录".chars()));
    if let (Some(at), Some(_)) = (contents, first)
        && let Some(entry) = any(at)
        && let Some(m) = mark(line(entry))
    {
        let words = |i: usize, m: Mark| {
            cut(line(i), m.len, line(i).len()).trim_end_matches(|c: char| !is_han(c)).to_string()
        };
        let name = words(entry, m);
        let again = (entry + 1..paras.len()).find(|i| {
            mark(line(*i))
                .is_some_and(|n| (n.kind, n.number) == (m.kind, m.number) && words(*i, n).starts_with(&name))
        });
        first = again.or(first);
    }
    let first = first
        .or_else(|| (0..paras.len()).find(|i| mark(line(*i)).is_some() && !cell(*i)))
        .unwrap_or(paras.len());
    let mut end = (first + 1..paras.len())
        .find(|i| is_attachment(line(*i)) || line(*i).starts_with("抄送："))
        .unwrap_or(paras.len());
    while end > first + 1 && is_signature(line(end - 1)) {
        end -= 1;
    }
    (first, end)
}

/// `一、总体要求…………3`
pub(crate) fn is_contents_line(line: &str) -> bool {
    let numbered = line.trim_end().ends_with(|c: char| c.is_ascii_digit());
    numbered && (line.contains("……") || line.contains("....") || line.contains('\t') || line.contains("····"))
}

/// A date or an issuer at the end.
pub(crate) fn is_signature(line: &str) -> bool {
    let line = line.trim();
    crate::front::is_date(line)
        || line.is_empty()
        || (chars(line) <= 24
            && mark(line).is_none()
            && !is_label(line)
            && !line.contains(['。', '，', '；', '：'])
            && line.ends_with(['府', '室', '会', '局', '协', '委', '组', '发'])
            && !line.contains('、'))
        || (line.starts_with("（此件") || line.starts_with("（联系人"))
}
