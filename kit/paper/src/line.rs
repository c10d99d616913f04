//! Breaking text into lines. Chinese may break anywhere but before a closing mark and after an
//! opening one; a word of Latin letters or digits stays whole while it fits on a line.

use crate::face::{Face, Fonts, Role};

/// Marks that may not begin a line.
const CLOSING: &str = "，。、；：？！）》」』】〕〉”’％…—·,.;:?!)]}%℃";
/// Marks that may not end a line.
const OPENING: &str = "（《「『【〔〈“‘([{";

/// How a text is set.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub role: Role,
    /// Height of the letters in points.
    pub size: f32,
    /// Width of a full character in points; on the official grid a little less than its size.
    pub cell: f32,
    /// Whether words of Latin letters take whole half-cells, so that what follows stays on the grid.
    pub snap: bool,
}

/// Glyphs of one face, beginning at `x` from the line's start.
pub(crate) struct Run<'a> {
    pub face: &'a Face,
    pub x: f32,
    pub text: String,
    /// Glyph and advance in points, one a character.
    pub glyphs: Vec<(u32, f32)>,
}

/// A line: its runs and its width.
#[derive(Default)]
pub(crate) struct Line<'a> {
    pub runs: Vec<Run<'a>>,
    pub width: f32,
}

/// What is never broken: a full character, or a word with the space behind it.
struct Piece<'a> {
    letters: Vec<(char, &'a Face, u32, f32)>,
    width: f32,
    /// Room before the first letter, so that a word stands in the middle of its half-cells.
    before: f32,
    wide: bool,
}

impl Piece<'_> {
    fn is(&self, marks: &str, last: bool) -> bool {
        let letter = if last { self.letters.last() } else { self.letters.first() };
        letter.is_some_and(|(character, ..)| marks.contains(*character))
    }

    fn is_space(&self) -> bool {
        self.letters.iter().all(|(character, ..)| *character == ' ')
    }
}

/// Breaks a text into lines of `width` points; the first one begins `indent` points in.
pub(crate) fn lines<'a>(
    fonts: &'a Fonts,
    text: &str,
    style: Style,
    width: f32,
    indent: f32,
) -> Vec<Line<'a>> {
    let mut rows: Vec<(f32, Vec<Piece<'a>>)> = vec![(indent, Vec::new())];
    let mut used = indent;
    // a hair of room for rounding
    let limit = width + 0.01;
    for piece in pieces(fonts, text, style, width) {
        let too_long = used + piece.width > limit;
        if too_long && piece.is_space() {
            continue;
        }
        if too_long && rows.last().is_some_and(|(_, row)| !row.is_empty()) {
            let mut next = vec![];
            if let Some((_, row)) = rows.last_mut() {
                // what may not begin a line takes the character before it along
                let mut first_closes = piece.is(CLOSING, false);
                while row.len() > 1 && (first_closes || row.last().is_some_and(|last| last.is(OPENING, true)))
                {
                    let moved = row.pop();
                    first_closes = moved.as_ref().is_some_and(|moved| moved.is(CLOSING, false));
                    next.extend(moved);
                }
            }
            next.reverse();
            used = next.iter().map(|piece| piece.width).sum();
            rows.push((0.0, next));
        }
        used += piece.width;
        if let Some((_, row)) = rows.last_mut() {
            row.push(piece);
        }
    }
    rows.into_iter().map(|(indent, row)| joined(row, indent)).collect()
}

/// How wide a text is on one line.
pub(crate) fn width(fonts: &Fonts, text: &str, style: Style) -> f32 {
    pieces(fonts, text, style, f32::MAX).iter().map(|piece| piece.width).sum()
}

fn pieces<'a>(fonts: &'a Fonts, text: &str, style: Style, most: f32) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let mut open = false;
    for character in text.chars() {
        let character = if character.is_control() { ' ' } else { character };
        let Some(drawn) = fonts.draw(style.role, character) else { continue };
        let wide = drawn.width > 0.9 && !character.is_ascii();
        let advance = if wide { style.cell } else { drawn.width * style.size };
        let letter = (character, drawn.face, drawn.glyph.to_u32(), advance);
        match pieces.last_mut().filter(|piece| open && !wide && piece.width + advance <= most) {
            Some(piece) => {
                piece.letters.push(letter);
                piece.width += advance;
            }
            None => pieces.push(Piece { letters: vec![letter], width: advance, before: 0.0, wide }),
        }
        open = !wide && character != ' ';
    }
    if style.snap {
        for piece in pieces.iter_mut().filter(|piece| !piece.wide) {
            let half = style.cell / 2.0;
            let room = ((piece.width - 0.05) / half).ceil().max(1.0) * half;
            piece.before = (room - piece.width) / 2.0;
            piece.width = room;
        }
    }
    pieces
}

/// Puts pieces side by side; neighbours of one face become one run.
fn joined(row: Vec<Piece<'_>>, indent: f32) -> Line<'_> {
    let mut line = Line { runs: Vec::new(), width: indent };
    for piece in row {
        let mut x = line.width + piece.before;
        for (character, face, glyph, advance) in piece.letters {
            let near = |run: &&mut Run<'_>| {
                let end: f32 = run.x + run.glyphs.iter().map(|(_, advance)| advance).sum::<f32>();
                std::ptr::eq(run.face, face) && (end - x).abs() < 0.01
            };
            match line.runs.last_mut().filter(near) {
                Some(run) => {
                    run.text.push(character);
                    run.glyphs.push((glyph, advance));
                }
                None => {
                    line.runs.push(Run { face, x, text: character.into(), glyphs: vec![(glyph, advance)] })
                }
            }
            x += advance;
        }
        line.width += piece.width;
    }
    line
}
