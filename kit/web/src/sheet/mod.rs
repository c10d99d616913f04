//! Spreadsheets that people send: CSV in UTF-8 or GB18030, and XLSX.

mod workbook;

use kernel::Problem;

use crate::File;
use crate::aside::aside;

/// More lines than this are not taken at once.
const MOST_ROWS: usize = 50_000;
/// Content beyond so many columns is no table of ours.
const MOST_COLUMNS: usize = 100;

/// A table as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The first line.
    pub header: Vec<String>,
    /// The others that are not empty, each with its line number in the file (the header is line 1).
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Sheet {
    /// The column whose header is one of `names` (a template's header in any language).
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        let keys: Vec<String> = names.iter().map(|name| kernel::search_key(name)).collect();
        self.header.iter().position(|header| keys.contains(&kernel::search_key(header)))
    }
}

/// Reads a table.
///
/// # Errors
/// What is wrong: no table, too large, too long, too wide, a formula (naming its cell), an unknown encoding.
pub fn read(file: &File) -> Result<Sheet, Problem> {
    let bytes = &file.bytes;
    if bytes.is_empty() {
        return Err(Problem::new("sheet-empty"));
    }
    let lines = aside(|| if bytes.starts_with(b"PK") { workbook::read(bytes) } else { text(bytes) })?;
    let mut lines = lines.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    let (_, header) = lines.next().ok_or(Problem::new("sheet-empty"))?;
    let rows: Vec<_> = lines.collect();
    if rows.len() > MOST_ROWS {
        return Err(too_long());
    }
    Ok(Sheet { header, rows })
}

type Lines = Vec<(usize, Vec<String>)>;

fn text(bytes: &[u8]) -> Result<Lines, Problem> {
    if bytes.starts_with(b"%PDF") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) || bytes.contains(&0) {
        return Err(Problem::new("sheet-not-a-table"));
    }
    let decoded = match encoding_rs::UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text,
        None => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(Problem::new("sheet-encoding"))?,
    };
    let decoded = decoded.trim_start_matches('\u{feff}');
    let first = decoded.lines().next().unwrap_or_default();
    let tabs = first.matches('\t').count() > first.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(decoded.as_bytes());
    let mut lines = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|_| Problem::new("sheet-not-a-table"))?;
        // The reader's own count is late by the line ends that it passes over, so we count them.
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let rest = decoded.as_bytes().get(start..).unwrap_or_default();
        let start = start + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = decoded.as_bytes().get(counted..start).unwrap_or_default();
        line += passed.iter().filter(|byte| **byte == b'\n').count();
        counted = start;
        lines.push((line, record.iter().map(plain).collect()));
    }
    Ok(lines)
}

/// Takes away the mark that an export puts before a text that looks like a formula.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(crate::export::FORMULA) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

fn too_long() -> Problem {
    Problem::new("sheet-too-long").with("most", MOST_ROWS)
}

/// 0 is A, 26 is AA.
pub fn column_letters(column: usize) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File {
        File { name: "x".into(), content_type: String::new(), bytes: bytes.to_vec().into() }
    }

    #[test]
    fn a_table_in_gb18030_reads_as_in_utf_8() {
        let text = "单位,人数\r\n区科协,46\r\n\r\n区妇联,\"1,204\"\r\n";
        let gb = encoding_rs::GB18030.encode(text).0.into_owned();
        let sheet = read(&file(text.as_bytes())).unwrap();
        assert_eq!(read(&file(&gb)).unwrap(), sheet);
        assert_eq!(sheet.rows.last().unwrap(), &(4, vec!["区妇联".to_owned(), "1,204".to_owned()]));
        assert_eq!(sheet.column(&["heads", "人 数"]), Some(1));
    }

    #[test]
    fn a_formula_is_refused_by_its_cell() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let page = book.add_worksheet();
        page.write_string(0, 0, "单位").unwrap();
        page.write_formula(2, 1, "=1+1").unwrap();
        let problem = read(&file(&book.save_to_buffer().unwrap())).unwrap_err();
        assert_eq!(problem, Problem::new("sheet-formula").with("cell", "B3"));
    }

    #[test]
    fn what_is_no_table_says_so() {
        assert_eq!(read(&file(b"")).unwrap_err().key, "sheet-empty");
        assert_eq!(read(&file(b"%PDF-1.7 ...")).unwrap_err().key, "sheet-not-a-table");
        assert_eq!(read(&file(b"PK\x03\x04 broken")).unwrap_err().key, "sheet-not-a-table");
        assert_eq!(read(&file(b"a,b\n\xff\xff,1\n")).unwrap_err().key, "sheet-encoding");
    }

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        assert_eq!([0, 25, 26, 701, 702].map(column_letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
