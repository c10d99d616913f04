//! Setting blocks on pages, top to bottom.

use crate::face::{Fonts, Role};
use crate::line::{self, Line, Run, Style};
use crate::{Block, Document, table};

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;

/// The measures of a page.
pub(crate) struct Sheet {
    /// Edges of the text area, in points from the page's left and top.
    pub left: f32,
    pub top: f32,
    pub width: f32,
    /// From one line to the next, and how many there are.
    pub pitch: f32,
    pub n_lines: u16,
    /// Sizes of letters.
    pub body: f32,
    pub title: f32,
    pub small: f32,
    /// Whether everything stands on the official grid.
    pub official: bool,
}

/// GB/T 9704: text area of 156 by 225 mm, 37 mm from the top and 28 mm from the left, 22 lines of 28
/// characters, body in size 3 (16 points), title in size 2 (22 points).
pub(crate) const OFFICIAL: Sheet = Sheet {
    left: 28.0 * MM,
    top: 37.0 * MM,
    width: 156.0 * MM,
    pitch: 225.0 * MM / 22.0,
    n_lines: 22,
    body: 16.0,
    title: 22.0,
    small: 12.0,
    official: true,
};

/// A report: more on a page, wide enough for a table.
pub(crate) const REPORT: Sheet = Sheet {
    left: 20.0 * MM,
    top: 20.0 * MM,
    width: 170.0 * MM,
    pitch: 17.5,
    n_lines: 41,
    body: 10.5,
    title: 18.0,
    small: 9.0,
    official: false,
};

/// A4.
pub(crate) const PAPER: (f32, f32) = (210.0 * MM, 297.0 * MM);

impl Sheet {
    pub fn height(&self) -> f32 {
        self.pitch * f32::from(self.n_lines)
    }

    pub fn style(&self, role: Role, size: f32) -> Style {
        let on_grid = self.official && size == self.body;
        let cell = if on_grid { self.width / 28.0 } else { size };
        Style { role, size, cell, snap: on_grid }
    }
}

/// What a piece of the page is to a reader who does not see it.
pub(crate) enum Kind {
    Heading(u8, String),
    Paragraph,
    Table(String),
    Row,
    Head,
    Cell,
    Figure(String),
}

/// A node of the reading order.
pub(crate) struct Node {
    pub kind: Kind,
    pub parent: Option<usize>,
}

/// Something to draw. Without a node it is decoration.
pub(crate) enum Op<'a> {
    Text { run: Run<'a>, x: f32, baseline: f32, size: f32, node: Option<usize> },
    Rule { from: (f32, f32), to: (f32, f32), thick: f32 },
    Fill { at: (f32, f32), size: (f32, f32), grey: u8, node: Option<usize> },
}

/// Everything, set.
pub(crate) struct Set<'a> {
    pub pages: Vec<Vec<Op<'a>>>,
    pub nodes: Vec<Node>,
    /// Headings: words, page, distance from the page's top.
    pub outline: Vec<(String, usize, f32)>,
}

/// Where the next thing goes.
pub(crate) struct Flow<'a> {
    pub fonts: &'a Fonts,
    pub sheet: &'a Sheet,
    /// From the text area's top.
    pub y: f32,
    pub set: Set<'a>,
}

/// Sets a document.
pub(crate) fn set<'a>(fonts: &'a Fonts, document: &'a Document, sheet: &'a Sheet) -> Set<'a> {
    let set = Set { pages: vec![Vec::new()], nodes: Vec::new(), outline: Vec::new() };
    let mut flow = Flow { fonts, sheet, y: 0.0, set };
    for block in &document.blocks {
        flow.block(block);
    }
    flow.feet(document);
    flow.set
}

impl<'a> Flow<'a> {
    fn block(&mut self, block: &'a Block) {
        let sheet = self.sheet;
        match block {
            Block::Title(text) => self.title(text),
            Block::Centred(text) => self.centred(text, sheet.style(Role::Kai, sheet.body)),
            Block::Heading(level, text) => self.heading(*level, text),
            Block::Text(text) => {
                let style = sheet.style(Role::Body, sheet.body);
                self.paragraph(text, style, 2.0 * style.cell, Kind::Paragraph);
            }
            Block::Plain(text) => {
                self.paragraph(text, sheet.style(Role::Body, sheet.body), 0.0, Kind::Paragraph);
            }
            Block::Right(text, cells) => self.right(text, *cells),
            Block::Space => self.y += sheet.pitch,
            Block::Table { caption, columns, rows } => table::table(self, caption, columns, rows),
            Block::Bars { caption, bars } => table::bars(self, caption, bars),
        }
    }

    /// A new node of the reading order.
    pub fn node(&mut self, kind: Kind, parent: Option<usize>) -> usize {
        self.set.nodes.push(Node { kind, parent });
        self.set.nodes.len() - 1
    }

    /// Begins a new page unless this much fits on the current one.
    pub fn room(&mut self, height: f32) -> bool {
        let full = self.y + height > self.sheet.height() + 0.01 && self.y > 0.0;
        if full {
            self.set.pages.push(Vec::new());
            self.y = 0.0;
        }
        full
    }

    pub fn draw(&mut self, op: Op<'a>) {
        if let Some(page) = self.set.pages.last_mut() {
            page.push(op);
        }
    }

    /// Draws a line whose cell of `height` begins at `y`.
    pub fn line(
        &mut self,
        line: Line<'a>,
        (x, y): (f32, f32),
        (size, height): (f32, f32),
        node: Option<usize>,
    ) {
        let baseline = self.sheet.top + y + (height - size) / 2.0 + size * 0.86;
        for run in line.runs {
            let x = self.sheet.left + x + run.x;
            self.draw(Op::Text { run, x, baseline, size, node });
        }
    }

    /// Goes down to the next line of the grid, after what does not keep to it.
    pub fn snap(&mut self) {
        self.y = ((self.y - 0.01) / self.sheet.pitch).ceil().max(0.0) * self.sheet.pitch;
    }

    fn paragraph(&mut self, text: &str, style: Style, indent: f32, kind: Kind) {
        let pitch = self.sheet.pitch;
        let node = self.node(kind, None);
        for line in line::lines(self.fonts, text, style, self.sheet.width, indent) {
            self.room(pitch);
            self.line(line, (0.0, self.y), (style.size, pitch), Some(node));
            self.y += pitch;
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        let (sheet, pitch) = (self.sheet, self.sheet.pitch);
        let role = match level {
            0 | 1 => Role::Hei,
            2 => Role::Kai,
            _ => Role::Body,
        };
        // not alone at a page's end
        self.room(pitch * 3.0);
        let style = if sheet.official {
            sheet.style(role, sheet.body)
        } else {
            self.y += if self.y > 0.0 { pitch * 0.4 } else { 0.0 };
            sheet.style(role, sheet.body + 2.0 / f32::from(level.max(1)))
        };
        self.set.outline.push((text.to_owned(), self.set.pages.len() - 1, sheet.top + self.y));
        let indent = if sheet.official { 2.0 * style.cell } else { 0.0 };
        self.paragraph(text, style, indent, Kind::Heading(level.saturating_add(1).min(6), text.to_owned()));
    }

    fn title(&mut self, text: &str) {
        let sheet = self.sheet;
        let style = sheet.style(Role::Title, sheet.title);
        let pitch = if sheet.official { sheet.pitch } else { sheet.title * 1.5 };
        let words = text.replace('\n', "");
        self.set.outline.push((words.clone(), self.set.pages.len() - 1, sheet.top + self.y));
        let node = self.node(Kind::Heading(1, words), None);
        for line in text.split('\n').flat_map(|part| balanced(self.fonts, part, style, sheet.width)) {
            self.room(pitch);
            let x = (sheet.width - line.width) / 2.0;
            self.line(line, (x, self.y), (style.size, pitch), Some(node));
            self.y += pitch;
        }
    }

    fn centred(&mut self, text: &str, style: Style) {
        let node = self.node(Kind::Paragraph, None);
        for line in balanced(self.fonts, text, style, self.sheet.width) {
            self.room(self.sheet.pitch);
            let x = (self.sheet.width - line.width) / 2.0;
            self.line(line, (x, self.y), (style.size, self.sheet.pitch), Some(node));
            self.y += self.sheet.pitch;
        }
    }

    fn right(&mut self, text: &str, cells: u8) {
        let style = self.sheet.style(Role::Body, self.sheet.body);
        let node = self.node(Kind::Paragraph, None);
        let room = self.sheet.width - f32::from(cells) * style.cell;
        for line in line::lines(self.fonts, text, style, room, 0.0) {
            self.room(self.sheet.pitch);
            let x = room - line.width;
            self.line(line, (x, self.y), (style.size, self.sheet.pitch), Some(node));
            self.y += self.sheet.pitch;
        }
    }

    /// Page numbers outside of the text area: on the right of odd pages and the left of even ones for
    /// a letter; on the right beside the code for a report.
    fn feet(&mut self, document: &Document) {
        let sheet = self.sheet;
        let n_pages = self.set.pages.len();
        for at in 0..n_pages {
            let n = at + 1;
            let (size, text) = if sheet.official {
                (14.0, format!("— {n} —"))
            } else {
                (9.0, format!("{n} / {n_pages}"))
            };
            let style = Style { role: Role::Body, size, cell: size, snap: false };
            let width = line::width(self.fonts, &text, style);
            let right = sheet.width - width - if sheet.official { size } else { 0.0 };
            let x = if sheet.official && n % 2 == 0 { size } else { right };
            let y = sheet.height() + if sheet.official { 7.0 * MM } else { 5.0 * MM };
            self.foot(at, &text, style, (x, y));
            if let Some(foot) = &document.foot {
                let style = Style { role: Role::Body, size: 9.0, cell: 9.0, snap: false };
                let below = if sheet.official { 7.0 * MM } else { 0.0 };
                self.foot(at, foot, style, (0.0, y + below));
            }
        }
    }

    fn foot(&mut self, page: usize, text: &str, style: Style, (x, y): (f32, f32)) {
        let baseline = self.sheet.top + y + style.size;
        let lines = line::lines(self.fonts, text, style, self.sheet.width, 0.0);
        let runs = lines.into_iter().take(1).flat_map(|line| line.runs);
        if let Some(page) = self.set.pages.get_mut(page) {
            page.extend(runs.map(|run| {
                let x = self.sheet.left + x + run.x;
                Op::Text { run, x, baseline, size: style.size, node: None }
            }));
        }
    }
}

/// Lines of about the same length, the upper ones not shorter, as titles are set.
fn balanced<'a>(fonts: &'a Fonts, text: &str, style: Style, width: f32) -> Vec<Line<'a>> {
    let lines = line::lines(fonts, text, style, width, 0.0);
    let n = lines.len();
    if n < 2 {
        return lines;
    }
    let whole = line::width(fonts, text, style);
    let mut narrow = whole / n as f32;
    while narrow < width {
        let tried = line::lines(fonts, text, style, narrow, 0.0);
        if tried.len() <= n {
            return tried;
        }
        narrow += style.cell / 2.0;
    }
    lines
}
