//! The document's text cut into paragraphs with marks, so that every understanding links to its sentence.

use plan_doc::Span;

/// A place in the text that something points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub span: Span,
    /// The anchor that it carries: `t-item-3`.
    pub anchor: String,
    /// The anchor on the other side that it leads to.
    pub leads_to: String,
    /// What it is.
    pub kind: MarkKind,
}

/// What a mark shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// An item's title.
    Item,
    /// A target's number.
    Target,
    /// Something unsure.
    Doubt,
}

impl MarkKind {
    /// Its word in class names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Target => "target",
            Self::Doubt => "doubt",
        }
    }
}

/// A line of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Its pieces in order.
    pub pieces: Vec<Piece>,
}

/// A stretch of text, marked or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// The mark on them.
    pub mark: Option<Mark>,
}

/// Cuts `text` into paragraphs and puts the marks in. Where marks overlap the earlier one stays,
/// and at one place the shorter one; a mark over several lines is cut at the first line's end.
pub fn paragraphs(text: &str, mut marks: Vec<Mark>) -> Vec<Paragraph> {
    marks.retain(|mark| text.is_char_boundary(mark.span.start) && text.is_char_boundary(mark.span.end));
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    let mut marks = marks.into_iter().peekable();
    let mut at = 0;
    let mut paragraphs = Vec::new();
    for line in text.split('\n') {
        let end = at + line.len();
        let mut pieces = Vec::new();
        let mut from = at;
        while let Some(mark) = marks.next_if(|mark| mark.span.start < end) {
            let to = mark.span.end.min(end);
            if mark.span.start < from || to <= mark.span.start {
                continue;
            }
            push(&mut pieces, text.get(from..mark.span.start), None);
            push(&mut pieces, text.get(mark.span.start..to), Some(mark));
            from = to;
        }
        push(&mut pieces, text.get(from..end), None);
        if !pieces.is_empty() {
            paragraphs.push(Paragraph { pieces });
        }
        at = end + 1;
    }
    paragraphs
}

fn push(pieces: &mut Vec<Piece>, text: Option<&str>, mark: Option<Mark>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Piece { text: text.to_owned(), mark });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: usize, end: usize) -> Mark {
        let anchor = format!("t-{start}");
        Mark { span: Span { start, end }, anchor, leads_to: String::new(), kind: MarkKind::Item }
    }

    fn shape(text: &str, marks: Vec<Mark>) -> Vec<Vec<(String, bool)>> {
        paragraphs(text, marks)
            .into_iter()
            .map(|p| p.pieces.into_iter().map(|piece| (piece.text, piece.mark.is_some())).collect())
            .collect()
    }

    #[test]
    fn no_word_is_lost_and_marks_stand_in_their_line() {
        let text = "abc\n\ndefgh\nxy";
        let shape = shape(text, vec![mark(6, 8), mark(0, 1)]);
        let piece = |text: &str, marked| (text.to_owned(), marked);
        assert_eq!(
            shape,
            [
                vec![piece("a", true), piece("bc", false)],
                vec![piece("d", false), piece("ef", true), piece("gh", false)],
                vec![piece("xy", false)],
            ]
        );
    }

    #[test]
    fn overlapping_marks_and_marks_inside_a_character_do_not_break_the_text() {
        let words: String =
            shape("科普计划\n第二行", vec![mark(0, 6), mark(3, 9), mark(1, 2), mark(9, 20), mark(90, 95)])
                .concat()
                .into_iter()
                .map(|(text, _)| text)
                .collect();
        assert!(words.contains("科普") && words.contains("第二行"), "{words}");
    }
}
