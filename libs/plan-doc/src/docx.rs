//! Text of a .docx: paragraphs, cells, boxes; automatic numbers written out; deletions left out.

use crate::decode::Unreadable;
use crate::numbering::{Numbering, Styles};
use crate::xml::{attribute, each_event};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;
use zip::result::ZipError;

/// Parts in an archive.
const MAX_PARTS: usize = 4096;
/// Bytes of one unpacked part.
const MAX_PART: u64 = 64 << 20;
/// A part may grow this many times, or to this size in any case.
const MAX_RATIO: u64 = 250;
const FREE_SIZE: u64 = 4 << 20;

/// Columns that one cell may be wide.
const MAX_COLUMNS: usize = 64;
/// Bytes that merged cells may say again, in the whole document.
const MAX_REPEATED: usize = 1 << 20;
/// Bytes of a row whose cells may go on below.
const MAX_MERGED: usize = 4000;

type Archive<'b> = zip::ZipArchive<std::io::Cursor<&'b [u8]>>;

/// The document's text, paragraphs parted by `\n`.
pub(crate) fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    let damaged = |part: &str| Unreadable::Damaged { part: part.to_string() };
    let declared = declared_parts(bytes);
    if declared > MAX_PARTS {
        return Err(Unreadable::TooManyParts { parts: declared, limit: MAX_PARTS });
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_err(|_| damaged("zip"))?;
    if archive.len() > MAX_PARTS {
        return Err(Unreadable::TooManyParts { parts: archive.len(), limit: MAX_PARTS });
    }
    let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
    let Some(main) = main_part(&names) else { return Err(other(&names)) };
    let document = part(&mut archive, &main)?.ok_or_else(|| damaged(&main))?;
    let folder = main.rsplit_once('/').map_or("", |(f, _)| f).to_string();
    let numbering = part(&mut archive, &format!("{folder}/numbering.xml"))?.unwrap_or_default();
    let styles = part(&mut archive, &format!("{folder}/styles.xml"))?.unwrap_or_default();
    // a broken list of numbers costs the numbers, not the text
    let styles = Styles::read(&styles);
    let numbering = Numbering::read(&numbering);
    let mut walker = Walker::new(numbering, styles);
    each_event(&document, |event| walker.event(event)).map_err(|()| damaged(&main))?;
    Ok(walker.finish())
}

/// What the end of the archive says about its parts, before anything is built from it.
fn declared_parts(bytes: &[u8]) -> usize {
    let tail = bytes.get(bytes.len().saturating_sub(66_000)..).unwrap_or(bytes);
    let at = tail.windows(4).rposition(|w| w == b"PK\x05\x06");
    at.and_then(|at| tail.get(at + 10..at + 12))
        .and_then(|b| <[u8; 2]>::try_from(b).ok())
        .map_or(0, |b| usize::from(u16::from_le_bytes(b)))
}

fn main_part(names: &[String]) -> Option<String> {
    let plain = names.iter().find(|n| n.as_str() == "word/document.xml");
    plain.or_else(|| names.iter().find(|n| n.starts_with("word/document") && n.ends_with(".xml"))).cloned()
}

/// What the archive is, when it is no Word document.
fn other(names: &[String]) -> Unreadable {
    let holds = |start: &str| names.iter().any(|n| n.starts_with(start));
    match () {
        () if holds("xl/") => Unreadable::Spreadsheet,
        () if holds("ppt/") => Unreadable::Slides,
        () if holds("content.xml") && holds("mimetype") => Unreadable::OpenDocument,
        () if holds("word/") || holds("[Content_Types].xml") => {
            Unreadable::Damaged { part: "word/document.xml".into() }
        }
        () => Unreadable::Archive { kind: "zip" },
    }
}

/// One part as text; none when it is not there.
fn part(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, Unreadable> {
    let damaged = || Unreadable::Damaged { part: name.to_string() };
    let Some(index) = archive.index_for_name(name) else { return Ok(None) };
    let file = archive.by_index(index).map_err(|e| {
        let locked = matches!(e, ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED));
        if locked { Unreadable::Encrypted } else { damaged() }
    })?;
    let limit = file.compressed_size().saturating_mul(MAX_RATIO).clamp(FREE_SIZE, MAX_PART);
    let bomb = || Unreadable::ZipBomb { part: name.to_string(), limit };
    if file.size() > limit {
        return Err(bomb());
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
    if bytes.len() as u64 > limit {
        return Err(bomb());
    }
    let (text, _, _) = crate::encoding::decode(&bytes).map_err(|_| damaged())?;
    Ok(Some(text))
}

/// One paragraph while it is open.
#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    list: Option<(u32, usize)>,
    /// Paragraphs of a box that hangs on this one.
    after: Vec<String>,
}

/// Lines that are being gathered: the document's, or a cell's; and the cells of its open row.
#[derive(Default)]
struct Sink {
    lines: Vec<String>,
    row: Vec<Vec<String>>,
    /// The row above, for cells that go on from it.
    above: Vec<Vec<String>>,
    /// This cell goes on from the one above.
    merged: bool,
    /// Columns that this cell is wide.
    wide: usize,
}

struct Walker {
    numbering: Numbering,
    styles: Styles,
    sinks: Vec<Sink>,
    open: Vec<Paragraph>,
    /// How deep in elements whose content is left out.
    skipped: usize,
    in_text: bool,
    in_run: usize,
    in_props: usize,
    hidden: bool,
    /// Bytes said again for merged cells.
    repeated: usize,
}

impl Walker {
    fn new(numbering: Numbering, styles: Styles) -> Self {
        Walker {
            numbering,
            styles,
            sinks: vec![Sink::default()],
            open: Vec::new(),
            skipped: 0,
            in_text: false,
            in_run: 0,
            in_props: 0,
            hidden: false,
            repeated: 0,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(e) => self.start(&e, false),
            Event::Empty(e) => self.start(&e, true),
            Event::End(e) => self.end(e.local_name().as_ref()),
            Event::Text(t) => self.push(&t.xml10_content()),
            Event::CData(t) => self.push(&t.into_inner()),
            Event::GeneralRef(r) => {
                if let Some(c) = crate::xml::reference(&r) {
                    self.push(c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.in_text
            && self.skipped == 0
            && !self.hidden
            && let Some(p) = self.open.last_mut()
        {
            p.text.push_str(text);
        }
    }

    fn sign(&mut self, c: char) {
        if self.in_run > 0
            && self.in_props == 0
            && self.skipped == 0
            && !self.hidden
            && let Some(p) = self.open.last_mut()
        {
            p.text.push(c);
        }
    }

    fn start(&mut self, e: &BytesStart<'_>, empty: bool) {
        let local = e.local_name();
        let name = local.as_ref();
        let gone = matches!(name, "del" | "moveFrom" | "Fallback") && self.in_props == 0;
        // how it was set before a tracked change
        let before = is_change(name);
        if gone || before {
            self.skipped += usize::from(!empty);
            return;
        }
        if self.skipped > 0 && matches!(name, "vanish" | "pStyle" | "numId" | "ilvl" | "vMerge" | "gridSpan")
        {
            return;
        }
        match name {
            "p" if !empty => self.open.push(Paragraph::default()),
            "r" if !empty => {
                self.in_run += 1;
                self.hidden = false;
            }
            "t" => self.in_text = !empty,
            "pPr" | "rPr" | "sectPr" | "tblPr" => self.in_props += usize::from(!empty),
            "vanish" if self.in_run > 0 => {
                self.hidden = !matches!(attribute(e, "val").as_deref(), Some("0" | "false"))
            }
            "pStyle" => {
                let style = attribute(e, "val");
                self.with(|p| p.style = style);
            }
            "numId" => {
                let id = attribute(e, "val").and_then(|v| v.parse().ok());
                self.with(|p| p.list = id.map(|id| (id, p.list.map_or(0, |l| l.1))));
            }
            "ilvl" => {
                let level = attribute(e, "val").and_then(|v| v.parse().ok()).unwrap_or(0);
                self.with(|p| p.list = Some((p.list.map_or(u32::MAX, |l| l.0), level)));
            }
            "br" if matches!(attribute(e, "type").as_deref(), Some("page" | "column")) => self.sign('\u{c}'),
            "br" | "cr" => self.sign('\n'),
            "tab" => self.sign(' '),
            "noBreakHyphen" => self.sign('-'),
            "tc" if !empty => self.sinks.push(Sink::default()),
            "vMerge" => {
                let goes_on = attribute(e, "val").is_none_or(|v| v == "continue");
                if let Some(cell) = self.sinks.last_mut().filter(|_| self.open.is_empty()) {
                    cell.merged = goes_on;
                }
            }
            "gridSpan" => {
                let wide = attribute(e, "val").and_then(|v| v.parse().ok()).unwrap_or(1);
                if let Some(cell) = self.sinks.last_mut().filter(|_| self.open.is_empty()) {
                    cell.wide = wide;
                }
            }
            _ => {}
        }
    }

    fn with(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if self.in_props > 0
            && let Some(p) = self.open.last_mut()
        {
            change(p);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "del" | "moveFrom" | "Fallback" => self.skipped = self.skipped.saturating_sub(1),
            name if is_change(name) => self.skipped = self.skipped.saturating_sub(1),
            "p" => self.close(),
            "r" => {
                self.in_run = self.in_run.saturating_sub(1);
                self.hidden = false;
            }
            "t" => self.in_text = false,
            "pPr" | "rPr" | "sectPr" | "tblPr" => self.in_props = self.in_props.saturating_sub(1),
            "tc" if self.sinks.len() > 1 => {
                let cell = self.sinks.pop().unwrap_or_default();
                if let Some(sink) = self.sinks.last_mut() {
                    let blank = cell.lines.iter().all(|l| l.trim().is_empty());
                    let above = sink.above.get(sink.row.len()).filter(|_| cell.merged && blank);
                    let size = above.map_or(0, |lines| lines.iter().map(String::len).sum());
                    self.repeated += size;
                    let above = above.filter(|_| self.repeated <= MAX_REPEATED);
                    sink.row.push(above.cloned().unwrap_or(cell.lines));
                    // the columns under a wide cell keep their places
                    let more = cell.wide.clamp(1, MAX_COLUMNS) - 1;
                    sink.row.extend(std::iter::repeat_n(Vec::new(), more));
                }
            }
            "tr" => {
                if let Some(sink) = self.sinks.last_mut() {
                    let row = std::mem::take(&mut sink.row);
                    // a short row is kept for the cells below; a layout's long texts are not said twice
                    let short = row.iter().flatten().map(String::len).sum::<usize>() < MAX_MERGED;
                    sink.above = if short { row.clone() } else { Vec::new() };
                    sink.lines.extend(row_lines(row));
                }
            }
            "tbl" => {
                if let Some(sink) = self.sinks.last_mut() {
                    sink.above = Vec::new();
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(mut p) = self.open.pop() else { return };
        // lines of a table of contents come again as headings
        if self.skipped > 0 || p.style.as_deref().is_some_and(|s| self.styles.is_contents(s)) {
            return;
        }
        let styled = p.style.as_deref().and_then(|s| self.styles.list(s));
        let list = match (p.list, styled) {
            (Some((u32::MAX, level)), Some((id, _))) => Some((id, level)),
            (Some((u32::MAX, _)), None) => None,
            (Some(own), _) => Some(own),
            (None, styled) => styled,
        };
        if !p.text.trim().is_empty()
            && let Some((id, level)) = list.filter(|(id, _)| *id > 0)
            && let Some(number) = self.numbering.next(id, level)
        {
            p.text.insert_str(0, &number);
        }
        let lines = std::iter::once(p.text).chain(p.after);
        match self.open.last_mut() {
            Some(outer) => outer.after.extend(lines),
            None => {
                if let Some(sink) = self.sinks.last_mut() {
                    sink.lines.extend(lines);
                }
            }
        }
    }

    fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        let mut lines = Vec::new();
        for sink in self.sinks {
            lines.extend(sink.lines);
            lines.extend(row_lines(sink.row));
        }
        lines.join("\n")
    }
}

/// Elements that hold properties as they were before a tracked change.
fn is_change(name: &str) -> bool {
    matches!(
        name,
        "pPrChange"
            | "rPrChange"
            | "tblPrChange"
            | "trPrChange"
            | "tcPrChange"
            | "sectPrChange"
            | "numberingChange"
    )
}

/// A row of short cells is one line with tabs; a cell that holds a text keeps its lines.
fn row_lines(row: Vec<Vec<String>>) -> Vec<String> {
    let full = row.iter().filter(|c| c.iter().any(|l| !l.trim().is_empty())).count();
    // a cell of many lines is a text, unless the lines are as short as names
    let text = |c: &Vec<String>| c.len() > 5 && c.iter().any(|l| l.trim().chars().count() > 24);
    if full <= 1 || row.iter().any(text) {
        return row.into_iter().flatten().collect();
    }
    let cells: Vec<String> = row.iter().map(|c| c.join(" ").replace(['\n', '\u{c}'], " ")).collect();
    vec![cells.join("\t")]
}
