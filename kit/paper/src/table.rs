//! Tables and charts.

use crate::face::Role;
use crate::flow::{Flow, Kind, Op};
use crate::line::{self, Line, Style};
use crate::{Align, Bar, Column};

/// Room inside a cell, in points.
const PAD: f32 = 4.0;
const LINE: f32 = 0.6;

/// A row that is broken into lines.
type Row<'a> = Vec<Vec<Line<'a>>>;

/// Sets a table; its heading is drawn again at the top of each further page.
pub(crate) fn table<'a>(
    flow: &mut Flow<'a>,
    caption: &'a str,
    columns: &'a [Column],
    rows: &'a [Vec<String>],
) {
    let sheet = flow.sheet;
    let body = sheet.style(Role::Body, sheet.small);
    let head = Style { role: Role::Hei, ..body };
    let height = body.size * 1.45;
    caption_line(flow, caption);
    let widths = widths(columns, sheet.width);
    let set = |texts: &mut dyn Iterator<Item = &'a str>, style: Style| -> Row<'a> {
        texts
            .zip(&widths)
            .map(|(text, width)| line::lines(flow.fonts, text, style, width - 2.0 * PAD, 0.0))
            .collect()
    };
    let heads = || set(&mut columns.iter().map(|column| column.head.as_str()), head);
    let set_rows: Vec<Row<'a>> =
        rows.iter().map(|row| set(&mut row.iter().map(String::as_str), body)).collect();
    let first = heads();
    let again: Vec<Row<'a>> = set_rows.iter().map(|_| heads()).collect();
    let node = flow.node(Kind::Table(caption.to_owned()), None);
    let needed = tall(&first, height) + set_rows.first().map_or(0.0, |row| tall(row, height));
    flow.room(needed);
    let grid = Grid { columns, widths: &widths, size: body.size, height };
    let row_node = flow.node(Kind::Row, Some(node));
    grid.row(flow, first, Some((row_node, true)), 235);
    for (row, again) in set_rows.into_iter().zip(again) {
        if flow.room(tall(&row, height)) {
            grid.row(flow, again, None, 235);
        }
        let row_node = flow.node(Kind::Row, Some(node));
        grid.row(flow, row, Some((row_node, false)), 255);
    }
    after(flow);
}

fn caption_line(flow: &mut Flow<'_>, caption: &str) {
    let sheet = flow.sheet;
    let style = Style { role: Role::Hei, ..sheet.style(Role::Hei, sheet.small) };
    let height = if sheet.official { sheet.pitch } else { style.size * 1.8 };
    flow.room(height * 3.0);
    let node = flow.node(Kind::Paragraph, None);
    for line in line::lines(flow.fonts, caption, style, sheet.width, 0.0) {
        flow.line(line, (0.0, flow.y), (style.size, height), Some(node));
        flow.y += height;
    }
}

fn after(flow: &mut Flow<'_>) {
    if flow.sheet.official {
        flow.snap();
    } else {
        flow.y += flow.sheet.pitch * 0.6;
    }
}

fn widths(columns: &[Column], whole: f32) -> Vec<f32> {
    let shares: f32 = columns.iter().map(|column| f32::from(column.share)).sum();
    columns.iter().map(|column| whole * f32::from(column.share) / shares.max(1.0)).collect()
}

/// How tall a row is.
fn tall(row: &Row<'_>, height: f32) -> f32 {
    let lines = row.iter().map(Vec::len).max().unwrap_or(1).max(1);
    (0..lines).fold(2.0 * PAD, |sum, _| sum + height)
}

struct Grid<'g> {
    columns: &'g [Column],
    widths: &'g [f32],
    size: f32,
    height: f32,
}

impl Grid<'_> {
    /// Draws a row. Without a node it repeats the heading.
    fn row<'a>(&self, flow: &mut Flow<'a>, row: Row<'a>, node: Option<(usize, bool)>, grey: u8) {
        let (y, tall) = (flow.y, tall(&row, self.height));
        let (left, top) = (flow.sheet.left, flow.sheet.top + y);
        let right = left + flow.sheet.width;
        if grey < 255 {
            flow.draw(Op::Fill { at: (left, top), size: (flow.sheet.width, tall), grey, node: None });
        }
        let mut x = 0.0;
        for ((lines, width), column) in row.into_iter().zip(self.widths).zip(self.columns) {
            let kind = |head| if head { Kind::Head } else { Kind::Cell };
            let node = node.map(|(row, head)| flow.node(kind(head), Some(row)));
            let mut line_y = y + PAD;
            for line in lines {
                let room = width - 2.0 * PAD - line.width;
                let shift = match column.align {
                    Align::Left => 0.0,
                    Align::Right => room,
                    Align::Centre => room / 2.0,
                };
                flow.line(line, (x + PAD + shift, line_y), (self.size, self.height), node);
                line_y += self.height;
            }
            flow.draw(Op::Rule { from: (left + x, top), to: (left + x, top + tall), thick: LINE });
            x += width;
        }
        for (from, to) in [
            ((left, top), (right, top)),
            ((left, top + tall), (right, top + tall)),
            ((right, top), (right, top + tall)),
        ] {
            flow.draw(Op::Rule { from, to, thick: LINE });
        }
        flow.y += tall;
    }
}

/// Sets bars, each with its label on the left and its figure on the right; a line marks what was
/// asked for.
pub(crate) fn bars<'a>(flow: &mut Flow<'a>, caption: &'a str, bars: &'a [Bar]) {
    let sheet = flow.sheet;
    let style = sheet.style(Role::Body, sheet.small);
    let height = style.size * 1.35;
    caption_line(flow, caption);
    let words: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.label, bar.value)).collect();
    let figure = flow.node(Kind::Figure(format!("{caption}: {}", words.join("; "))), None);
    let (label, value) = (sheet.width * 0.36, sheet.width * 0.16);
    let whole = sheet.width - label - value - 2.0 * PAD;
    for bar in bars {
        let lines = line::lines(flow.fonts, &bar.label, style, label - PAD, 0.0);
        let tall = lines.iter().fold(3.0, |sum, _| sum + height);
        flow.room(tall);
        let (y, left) = (flow.y, sheet.left + label);
        let mut line_y = y;
        for line in lines {
            flow.line(line, (0.0, line_y), (style.size, height), Some(figure));
            line_y += height;
        }
        let (top, thick) = (sheet.top + y + (tall - 3.0 - style.size) / 2.0, style.size);
        flow.draw(Op::Fill { at: (left, top), size: (whole, thick), grey: 232, node: Some(figure) });
        let length = whole * f32::from(bar.length.min(1000)) / 1000.0;
        if length > 0.0 {
            flow.draw(Op::Fill { at: (left, top), size: (length, thick), grey: 90, node: Some(figure) });
        }
        if let Some(mark) = bar.mark {
            let at = left + whole * f32::from(mark.min(1000)) / 1000.0;
            flow.draw(Op::Rule { from: (at, top - 2.0), to: (at, top + thick + 2.0), thick: 1.2 });
        }
        let figures = line::lines(flow.fonts, &bar.value, style, value, 0.0);
        for line in figures.into_iter().take(1) {
            let x = label + whole + PAD;
            flow.line(line, (x, y + (tall - 3.0 - height) / 2.0), (style.size, height), Some(figure));
        }
        flow.y += tall;
    }
    after(flow);
}
