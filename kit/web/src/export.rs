//! Lists as files: CSV (UTF-8 for today's programs, GB18030 for older ones) and XLSX.

use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Day, Problem, Refusal};
use rust_xlsxwriter::{Format as CellFormat, Workbook};

use crate::aside::aside;
use crate::{Cx, Result};

/// A file format, as written in the address: `?format=csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a mark, so that spreadsheets read it rightly.
    Csv,
    /// GB18030.
    CsvGb,
    /// Office Open XML.
    Xlsx,
}

impl Format {
    /// The format of `csv`, `csv-gb` or `xlsx`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "csv-gb" => Some(Self::CsvGb),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::CsvGb => "text/csv; charset=gb18030",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvGb => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A cell of an exported list.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A decimal number, as its digits.
    Decimal(String),
    /// A day.
    Day(Day),
    /// Nothing.
    Empty,
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(n) => n.to_string(),
            Self::Decimal(digits) => digits.clone(),
            Self::Day(day) => day.to_string(),
            Self::Empty => String::new(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Cell {
    fn from(n: i64) -> Self {
        Self::Number(n)
    }
}
impl From<Day> for Cell {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}
impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

/// What a formula begins with in one spreadsheet program or another, as OWASP lists it.
pub(crate) const FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// A text that a spreadsheet would take for a formula is marked as text; [`crate::sheet`] takes
/// the mark away again.
fn harmless(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
        Cell::Text(_) | Cell::Number(_) | Cell::Decimal(_) | Cell::Day(_) | Cell::Empty => cell.text(),
    }
}

fn csv(headers: &[String], rows: &[Vec<Cell>]) -> std::result::Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(headers)?;
    for row in rows {
        writer.write_record(row.iter().map(harmless))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn xlsx(headers: &[String], rows: &[Vec<Cell>]) -> std::result::Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    let bold = CellFormat::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_freeze_panes(1, 0)?;
    for (column, header) in (0u16..).zip(headers) {
        sheet.write_string_with_format(0, column, header, &bold)?;
    }
    for (line, row) in (1u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                #[allow(clippy::cast_precision_loss)] // a spreadsheet knows no other numbers
                Cell::Number(n) => sheet.write_number(line, column, *n as f64)?,
                Cell::Decimal(digits) => match digits.parse::<f64>() {
                    Ok(number) => sheet.write_number(line, column, number)?,
                    Err(_) => sheet.write_string(line, column, digits)?,
                },
                Cell::Text(_) | Cell::Day(_) => sheet.write_string(line, column, cell.text())?,
                Cell::Empty => continue,
            };
        }
    }
    sheet.autofit();
    book.save_to_buffer()
}

impl Cx {
    /// Answers with a list as a file named after `name` and today.
    ///
    /// # Errors
    /// When the file cannot be written, or has more than a million lines.
    pub fn export(&self, format: Format, name: &str, headers: Vec<String>, rows: Vec<Vec<Cell>>) -> Result {
        if rows.len() > 1_000_000 {
            return Err(Problem::new("error-export-too-long").with("n", rows.len()).into());
        }
        let broken = |error: Box<dyn std::error::Error + Send + Sync>| Refusal::Broken(error);
        let write = || match format {
            Format::Csv => {
                let text = csv(&headers, &rows).map_err(|e| broken(e.into()))?;
                Ok(format!("\u{feff}{text}").into_bytes())
            }
            Format::CsvGb => {
                let text = csv(&headers, &rows).map_err(|e| broken(e.into()))?;
                Ok(encoding_rs::GB18030.encode(&text).0.into_owned())
            }
            Format::Xlsx => xlsx(&headers, &rows).map_err(|e| broken(e.into())),
        };
        let bytes: Vec<u8> = aside(write)?;
        let file = format!("attachment; filename=\"{name}-{}.{}\"", self.by.today(), format.ending());
        Ok(([(CONTENT_TYPE, format.content_type().to_owned()), (CONTENT_DISPOSITION, file)], bytes)
            .into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_only_text() {
        let text = csv(&["a".into()], &[vec!["=1+1".into()], vec![Cell::Number(-3)]]).unwrap();
        assert_eq!(text, "a\r\n'=1+1\r\n-3\r\n");
        let text = csv(&["a".into()], &[vec!["＝1+1".into()], vec!["\r=1".into()]]).unwrap();
        assert_eq!(text, "a\r\n'＝1+1\r\n\"'\r=1\"\r\n");
    }
}
