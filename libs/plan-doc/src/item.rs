//! One item: its kind, its title on a line, its words without clauses.

use crate::class::Class;
use crate::outline::Node;
use crate::reading::{Duty, ItemKind};
use crate::span::{Span, chars, cut};
use crate::words::{has, words};

pub(crate) fn kind_of(node: &Node, section: &str, duties: &[Duty]) -> ItemKind {
    let principle = has(section, words!("原则")) && !has(section, words!("目标"));
    match node.class {
        Class::Goals | Class::Ground if principle => ItemKind::Principle,
        _ if !duties.is_empty() => ItemKind::Measure,
        Class::Goals => ItemKind::Goal,
        Class::Ground => ItemKind::Principle,
        Class::Safeguard => ItemKind::Safeguard,
        Class::Action => ItemKind::Measure,
    }
}

/// A title on one line, without the spaces of setting.
pub(crate) fn tidy(s: &str) -> String {
    let spaced = s.chars().filter(|c| *c == ' ').count();
    let plain: String = if spaced * 3 >= chars(s) && s.is_ascii() {
        s.to_string()
    } else {
        s.chars().filter(|c| *c != ' ' || s.is_ascii()).collect()
    };
    if s.chars().any(|c| c.is_ascii_alphabetic()) { s.trim().to_string() } else { plain }
}

/// The words after the title, without clauses.
pub(crate) fn body(text: &str, paras: &[Span], from: usize, clauses: &[Span]) -> String {
    let mut lines = Vec::new();
    let mut clauses = clauses.iter().peekable();
    for (i, para) in paras.iter().enumerate() {
        let mut at = if i == 0 { from.clamp(para.start, para.end) } else { para.start };
        let mut line = String::new();
        while let Some(clause) = clauses.next_if(|c| c.start < para.end) {
            if para.contains(*clause) {
                line.push_str(cut(text, at, clause.start));
                at = clause.end.max(at);
            }
        }
        line.push_str(cut(text, at, para.end));
        let line = line.trim();
        if !line.trim_matches(['。', '；', ' ']).is_empty() {
            lines.push(line.to_string());
        }
    }
    lines.join("\n")
}
