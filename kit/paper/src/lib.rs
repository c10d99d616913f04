//! What is printed and signed: official letters by GB/T 9704 and reports, as tagged PDF (PDF/UA-1).
//!
//! A [`Document`] is data, a list of [`Block`]s; nothing in a text is ever read as an instruction.
//! [`letter`] sets it on the official grid of 22 lines of 28 characters, [`report`] on a denser page
//! with tables and charts. Both look first whether the fonts have every character, and refuse with
//! [`Missing`] instead of printing boxes. The same document gives the same bytes.
//!
//! Four subsets of open fonts are built in (see `fonts/OFL.txt`). A FangSong that is installed on the
//! machine is used for the body, because the standard asks for it and there is no open one; rare
//! characters of names are looked for in the machine's fonts.

mod face;
mod flow;
mod line;
mod model;
mod table;
mod write;

pub use face::Fonts;
pub use model::{Align, Bar, Block, Column, Document};

/// A character that no font has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The character.
    pub character: char,
    /// The text in which it stands, as long as it is there.
    pub text: String,
}

/// Why a document was not printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Characters that no font has, each once, in the order in which they stand.
    Missing(Vec<Gap>),
    /// What the writer found wrong: a fault of ours.
    Writer(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(gaps) => {
                f.write_str("no font has: ")?;
                gaps.iter().try_for_each(|gap| write!(f, "{} (in {}) ", gap.character, gap.text))
            }
            Self::Writer(why) => write!(f, "the PDF was not written: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// Sets a document as an official letter: A4, 22 lines of 28 characters, bytes of a PDF.
///
/// # Errors
/// [`Error::Missing`] names characters that no font has.
pub fn letter(fonts: &Fonts, document: &Document) -> Result<Vec<u8>, Error> {
    print(fonts, document, &flow::OFFICIAL)
}

/// Sets a document as a report: A4, smaller type, tables across the page, bytes of a PDF.
///
/// # Errors
/// [`Error::Missing`] names characters that no font has.
pub fn report(fonts: &Fonts, document: &Document) -> Result<Vec<u8>, Error> {
    print(fonts, document, &flow::REPORT)
}

fn print(fonts: &Fonts, document: &Document, sheet: &flow::Sheet) -> Result<Vec<u8>, Error> {
    let gaps = fonts.gaps(document.texts());
    if !gaps.is_empty() {
        return Err(Error::Missing(gaps));
    }
    write::pdf(document, &flow::set(fonts, document, sheet))
}

#[cfg(test)]
mod tests;
