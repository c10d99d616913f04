//! Places in the normalised text, and safe cutting of it.

use crate::tally::count;
use serde::Serialize;

/// A byte range into [`Reading::text`](crate::Reading::text), on character borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end: end.max(start) }
    }

    /// What stands there; empty when the span belongs to another text.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// Whether `other` lies inside.
    pub fn contains(&self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

/// Characters with their place, kept together while the text is taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'t> {
    pub s: &'t str,
    pub at: usize,
}

impl<'t> Piece<'t> {
    pub fn new(text: &'t str, span: Span) -> Self {
        Piece { s: span.of(text), at: span.start }
    }

    pub fn span(&self) -> Span {
        Span::new(self.at, self.at + self.s.len())
    }

    /// The part between two byte offsets of this piece.
    pub fn cut(&self, from: usize, to: usize) -> Piece<'t> {
        let to = to.min(self.s.len());
        let s = self.s.get(from.min(to)..to).unwrap_or("");
        Piece { s, at: self.at + from.min(to) }
    }

    pub fn trim(&self) -> Piece<'t> {
        let left = self.s.trim_start();
        let from = self.s.len() - left.len();
        self.cut(from, from + left.trim_end().len())
    }

    pub fn trim_any(&self, chars: &[char]) -> Piece<'t> {
        let left = self.s.trim_start_matches(chars);
        let from = self.s.len() - left.len();
        self.cut(from, from + left.trim_end_matches(chars).len())
    }
}

/// `s[a..b]`, empty when out of range or inside a character.
pub(crate) fn cut(s: &str, a: usize, b: usize) -> &str {
    count(0);
    s.get(a..b).unwrap_or("")
}

/// Length in characters.
pub(crate) fn chars(s: &str) -> usize {
    count(s.len());
    s.chars().count()
}

/// The last `n` characters of `s`.
pub(crate) fn last_chars(s: &str, n: usize) -> &str {
    count(n.min(s.len()));
    let from = s.char_indices().rev().nth(n.saturating_sub(1)).map_or(0, |(i, _)| i);
    if n == 0 { "" } else { cut(s, from, s.len()) }
}

/// The first `n` characters of `s`.
pub(crate) fn first_chars(s: &str, n: usize) -> &str {
    count(n.min(s.len()));
    cut(s, 0, s.char_indices().nth(n).map_or(s.len(), |(i, _)| i))
}

/// Whether a character is a Chinese one.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '〇' | '\u{20000}'..='\u{3ffff}')
}
