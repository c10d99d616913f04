//! Workbooks (XLSX), read cell by cell: what a file claims about its size is never believed, since
//! two cells in opposite corners of a sheet would fill the memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx, XlsxError};
use kernel::Problem;

use super::{Lines, MOST_COLUMNS, MOST_ROWS, column_letters, plain, too_long};

/// An unpacked workbook larger than this is refused, and so is one whose cells together hold more
/// text: a string that many cells share stands in the file only once.
const MOST_UNPACKED: u64 = 64 << 20;

/// The lines of the first sheet that are not empty.
pub(super) fn read(bytes: &[u8]) -> Result<Lines, Problem> {
    check_unpacked(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(not_a_table)?;
    let name = book.sheet_names().first().cloned().ok_or(Problem::new("sheet-empty"))?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(not_a_table)?;
    let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut left = MOST_UNPACKED;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(not_a_table)? {
        let place = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let (row, column) = (place(cell.pos.0), place(cell.pos.1));
        let named = |problem: Problem| problem.with("cell", format!("{}{}", column_letters(column), row + 1));
        if cell.formula.is_some() {
            return Err(named(Problem::new("sheet-formula")));
        }
        let text = cell_text(&Data::from(cell.value));
        if text.is_empty() {
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(named(Problem::new("sheet-too-wide").with("most", MOST_COLUMNS)));
        }
        let long = u64::try_from(text.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(long).ok_or(Problem::new("sheet-too-large"))?;
        let line = lines.entry(row + 1).or_default();
        if line.len() <= column {
            line.resize(column + 1, String::new());
        }
        if let Some(place) = line.get_mut(column) {
            *place = text;
        }
        // One line more is the header.
        if lines.len() > MOST_ROWS + 1 {
            return Err(too_long());
        }
    }
    Ok(lines.into_iter().collect())
}

fn not_a_table(_: XlsxError) -> Problem {
    Problem::new("sheet-not-a-table")
}

/// Unpacks the parts, keeping nothing, to refuse a bomb before it is opened.
fn check_unpacked(bytes: &[u8]) -> Result<(), Problem> {
    let not_a_table = || Problem::new("sheet-not-a-table");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_a_table())?;
    let mut left = MOST_UNPACKED;
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(|_| not_a_table())?;
        let name = part.name().map_err(|_| not_a_table())?.to_ascii_lowercase();
        let strings = name.ends_with("sharedstrings.xml");
        let (mut part, mut kept) = (part.take(left + 1), Vec::new());
        let read = if strings {
            part.read_to_end(&mut kept).map_err(|_| not_a_table())?.try_into().unwrap_or(u64::MAX)
        } else {
            std::io::copy(&mut part, &mut std::io::sink()).map_err(|_| not_a_table())?
        };
        left = left.checked_sub(read).ok_or(Problem::new("sheet-too-large"))?;
        if !announces_what_it_holds(&kept) {
            return Err(not_a_table());
        }
    }
    Ok(())
}

/// Whether the table of strings has room for as many as it announces: memory for that many is set
/// aside before the first is read. A string takes at least the five bytes of `<si/>`.
fn announces_what_it_holds(strings: &[u8]) -> bool {
    // Text of two bytes a character, which no spreadsheet writes, would hide the word.
    if strings.contains(&0) {
        return false;
    }
    let word = b"uniqueCount";
    let after = strings.windows(word.len()).enumerate().filter(|(_, at)| at == word);
    after.filter_map(|(at, _)| strings.get(at + word.len()..)).all(|rest| {
        let value = rest.iter().skip_while(|b| b.is_ascii_whitespace() || b"='\"".contains(b));
        let digits = value.take_while(|b| b.is_ascii_digit());
        let count =
            digits.fold(0_usize, |n, digit| n.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        count <= strings.len() / 5
    })
}

fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTimeIso(text) => plain(text.split('T').next().unwrap_or_default()),
        Data::String(text) | Data::DurationIso(text) => plain(text),
        Data::Int(n) => n.to_string(),
        Data::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Data::Float(n) => n.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A workbook as a stranger may put it together: its cells and its table of strings.
    fn book(cells: &str, strings: &str) -> Vec<u8> {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let parts = [
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="r" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="s"/></sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="s" Type="{relations}/worksheet" Target="worksheets/a.xml"/></Relationships>"#
                ),
            ),
            ("xl/sharedStrings.xml", strings.to_owned()),
            (
                "xl/worksheets/a.xml",
                format!(r#"<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>"#),
            ),
        ];
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    const WORDS: &str = r#"<sst uniqueCount="2"><si><t>单位</t></si><si><t>区科协</t></si></sst>"#;

    fn cell(place: &str, string: usize) -> String {
        let row = place.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        format!(r#"<row r="{row}"><c r="{place}" t="s"><v>{string}</v></c></row>"#)
    }

    #[test]
    fn a_cell_in_the_last_corner_of_a_sheet_takes_no_more_memory_than_another() {
        let far = book(&(cell("A1", 0) + &cell("XFD1048576", 1)), WORDS);
        let problem = read(&far).unwrap_err();
        assert_eq!(problem.key, "sheet-too-wide");
        assert!(problem.args.contains(&("cell", "XFD1048576".to_owned())), "{problem:?}");
        let below = book(&(cell("A1", 0) + &cell("B1048576", 1)), WORDS);
        let line = (1_048_576, vec![String::new(), "区科协".to_owned()]);
        assert_eq!(read(&below).unwrap(), [(1, vec!["单位".to_owned()]), line]);
    }

    #[test]
    fn a_format_or_a_space_left_in_a_far_cell_is_no_content() {
        let blank = r#"<row r="9"><c r="XFD9" s="0"/><c r="A9" t="inlineStr"><is><t> </t></is></c></row>"#;
        assert_eq!(read(&book(&(cell("A1", 0) + blank), WORDS)).unwrap().len(), 1);
    }

    #[test]
    fn a_table_of_strings_that_announces_more_than_it_holds_is_not_opened() {
        for count in ["=\"99999999999999\"", " = '123456789012345678901234567890'"] {
            let words = WORDS.replace("=\"2\"", count);
            let problem = read(&book(&cell("A1", 0), &words)).unwrap_err();
            assert_eq!(problem.key, "sheet-not-a-table", "{words}");
        }
    }

    #[test]
    fn a_string_that_all_cells_share_is_counted_for_each() {
        let words = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(1 << 20));
        let cells: String = (1..=30).map(|row| cell(&format!("A{row}"), 0)).collect();
        assert_eq!(read(&book(&cells, &words)).unwrap_err().key, "sheet-too-large");
    }

    #[test]
    fn more_lines_than_are_taken_at_once_are_not_gathered_first() {
        let cells: String = (1..=MOST_ROWS + 2).map(|row| cell(&format!("A{row}"), 0)).collect();
        assert_eq!(read(&book(&cells, WORDS)).unwrap_err(), too_long());
    }

    #[test]
    fn a_shared_formula_is_a_formula() {
        let shared = r#"<row r="2"><c r="C2"><f t="shared" si="4000000000"/><v>1</v></c></row>"#;
        let problem = read(&book(&(cell("A1", 0) + shared), WORDS)).unwrap_err();
        assert_eq!(problem, Problem::new("sheet-formula").with("cell", "C2"));
    }

    #[test]
    fn a_day_written_with_a_time_is_that_day() {
        let day = Data::DateTimeIso("2025-09-01T00:00:00".to_owned());
        assert_eq!(cell_text(&day), "2025-09-01");
    }
}
