//! A file's bytes to text: what it is decides, not what it is called.

use crate::docx;
use crate::encoding::{self, Encoding};

/// The largest file that is looked at, in bytes.
pub const MAX_FILE: usize = 32 << 20;

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Raw text for [`parse`](crate::parse).
    pub text: String,
    /// What the file was.
    pub format: Format,
}

/// What kind of file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    Plain {
        /// Its encoding, as found out.
        encoding: Encoding,
        /// Whether some characters could not be decoded and stand as U+FFFD.
        damaged: bool,
    },
    /// A Word document, .docx.
    Docx,
}

/// Why a file cannot be read. [`code`](Self::code) and [`args`](Self::args) are for message catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing in it.
    Empty,
    /// More bytes than [`MAX_FILE`].
    TooLarge {
        /// Bytes found.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A PDF, whatever its name.
    Pdf,
    /// The old binary format of Word, Excel, PowerPoint or WPS.
    OldOffice {
        /// The ending of its name, lower case: `doc`, `xls`, `wps` ….
        extension: String,
    },
    /// A document with a password.
    Encrypted,
    /// Rich text format.
    Rtf,
    /// A web page.
    Html,
    /// A picture.
    Image {
        /// `png`, `jpeg`, `gif`, `bmp`, `webp`, `tiff`.
        kind: &'static str,
    },
    /// A spreadsheet, .xlsx.
    Spreadsheet,
    /// Slides, .pptx.
    Slides,
    /// OpenDocument text or sheet.
    OpenDocument,
    /// An archive of something else.
    Archive {
        /// `zip`, `7z`, `rar`, `gzip`.
        kind: &'static str,
    },
    /// An archive that unpacks to far more than it should.
    ZipBomb {
        /// The part inside that grew too large, or the archive itself.
        part: String,
        /// Bytes allowed.
        limit: u64,
    },
    /// An archive with too many parts.
    TooManyParts {
        /// Parts found.
        parts: usize,
        /// Parts allowed.
        limit: usize,
    },
    /// A .docx that is broken.
    Damaged {
        /// The part that cannot be read.
        part: String,
    },
    /// Neither text nor anything known.
    Binary,
    /// Text in an encoding that is not UTF-8, UTF-16, GB18030 or Big5.
    UnknownEncoding {
        /// Offset of the first byte that does not fit UTF-8.
        at: usize,
    },
}

impl Unreadable {
    /// A stable name for catalogues.
    pub fn code(&self) -> &'static str {
        match self {
            Unreadable::Empty => "empty",
            Unreadable::TooLarge { .. } => "too-large",
            Unreadable::Pdf => "pdf",
            Unreadable::OldOffice { .. } => "old-office",
            Unreadable::Encrypted => "encrypted",
            Unreadable::Rtf => "rtf",
            Unreadable::Html => "html",
            Unreadable::Image { .. } => "image",
            Unreadable::Spreadsheet => "spreadsheet",
            Unreadable::Slides => "slides",
            Unreadable::OpenDocument => "open-document",
            Unreadable::Archive { .. } => "archive",
            Unreadable::ZipBomb { .. } => "zip-bomb",
            Unreadable::TooManyParts { .. } => "too-many-parts",
            Unreadable::Damaged { .. } => "damaged",
            Unreadable::Binary => "binary",
            Unreadable::UnknownEncoding { .. } => "unknown-encoding",
        }
    }

    /// Names and values for the message.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Unreadable::Empty
            | Unreadable::Pdf
            | Unreadable::Encrypted
            | Unreadable::Rtf
            | Unreadable::Html
            | Unreadable::Spreadsheet
            | Unreadable::Slides
            | Unreadable::OpenDocument
            | Unreadable::Binary => Vec::new(),
            Unreadable::TooLarge { size, limit } => {
                vec![("size", size.to_string()), ("limit", limit.to_string())]
            }
            Unreadable::OldOffice { extension } => vec![("extension", extension.clone())],
            Unreadable::Image { kind } | Unreadable::Archive { kind } => vec![("kind", (*kind).to_string())],
            Unreadable::ZipBomb { part, limit } => vec![("part", part.clone()), ("limit", limit.to_string())],
            Unreadable::TooManyParts { parts, limit } => {
                vec![("parts", parts.to_string()), ("limit", limit.to_string())]
            }
            Unreadable::Damaged { part } => vec![("part", part.clone())],
            Unreadable::UnknownEncoding { at } => vec![("at", at.to_string())],
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())?;
        self.args().iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

impl std::error::Error for Unreadable {}

/// Reads a file of text or Word. The name serves only to call an unreadable file by its right ending.
pub fn decode(bytes: &[u8], file_name: &str) -> Result<Text, Unreadable> {
    if bytes.len() > MAX_FILE {
        return Err(Unreadable::TooLarge { size: bytes.len(), limit: MAX_FILE });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return docx::text(bytes).map(|text| Text { text, format: Format::Docx });
    }
    if let Some(other) = by_magic(bytes, file_name) {
        return Err(other);
    }
    let (text, encoding, damaged) = encoding::decode(bytes)?;
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0').is_empty() {
        return Err(Unreadable::Empty);
    }
    if is_html(&text) {
        return Err(Unreadable::Html);
    }
    Ok(Text { text, format: Format::Plain { encoding, damaged } })
}

/// Files that say what they are in their first bytes.
fn by_magic(bytes: &[u8], file_name: &str) -> Option<Unreadable> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or(bytes);
    let image = |kind| Some(Unreadable::Image { kind });
    let archive = |kind| Some(Unreadable::Archive { kind });
    let known: &[(&[u8], Option<Unreadable>)] = &[
        (b"%PDF-", Some(Unreadable::Pdf)),
        (b"{\\rtf", Some(Unreadable::Rtf)),
        (b"\x89PNG\r\n\x1a\n", image("png")),
        (b"\xff\xd8\xff", image("jpeg")),
        (b"GIF87a", image("gif")),
        (b"GIF89a", image("gif")),
        (b"II*\0", image("tiff")),
        (b"MM\0*", image("tiff")),
        (b"7z\xbc\xaf\x27\x1c", archive("7z")),
        (b"Rar!\x1a\x07", archive("rar")),
        (b"\x1f\x8b\x08", archive("gzip")),
        (b"\x7fELF", Some(Unreadable::Binary)),
        (b"MZ\x90\0", Some(Unreadable::Binary)),
    ];
    if let Some((_, found)) = known.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return found.clone();
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return image("webp");
    }
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return image("bmp");
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let locked = bytes.windows(name.len()).take(1 << 20).any(|w| w == name);
        let extension = file_name.rsplit_once('.').map_or(String::new(), |(_, e)| e.to_ascii_lowercase());
        return Some(if locked { Unreadable::Encrypted } else { Unreadable::OldOffice { extension } });
    }
    // some programs write a line before the PDF's own beginning
    head.windows(5).any(|w| w == b"%PDF-").then_some(Unreadable::Pdf)
}

fn is_html(text: &str) -> bool {
    let head: String = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .chars()
        .take(64)
        .collect::<String>()
        .to_ascii_lowercase();
    head.starts_with("<!doctype html")
        || head.starts_with("<html")
        || (head.starts_with("<?xml") && text.contains("<html"))
}
