//! Encodings of plain text: UTF-8, UTF-16 and GB18030, and Big5 where it reads better.

use crate::decode::Unreadable;
use crate::span::is_han;

/// How a text file was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, either byte order.
    Utf16,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
    /// Big5.
    Big5,
}

/// Text, its encoding, and whether characters were lost.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Encoding, bool), Unreadable> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        let (text, bad) = encoding_rs::UTF_8.decode_without_bom_handling(rest);
        return accept(text.into_owned(), Encoding::Utf8, bad, bytes);
    }
    if bytes.starts_with(b"\xff\xfe") {
        return utf16(bytes, encoding_rs::UTF_16LE);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return utf16(bytes, encoding_rs::UTF_16BE);
    }
    let wide = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].into_iter().find(|e| looks_wide(bytes, e));
    if let Some(encoding) = wide {
        return utf16(bytes, encoding);
    }
    if bytes.contains(&0) {
        return Err(Unreadable::Binary);
    }
    let at = match std::str::from_utf8(bytes) {
        Ok(text) => return accept(text.to_string(), Encoding::Utf8, false, bytes),
        Err(e) => e.valid_up_to(),
    };
    // cut off in the middle of the last character, or a few bytes spoilt: still UTF-8
    let (lossy, _) = encoding_rs::UTF_8.decode_without_bom_handling(bytes);
    let spoilt = lossy.chars().filter(|c| *c == '\u{fffd}').count();
    let han = lossy.chars().filter(|c| is_han(*c)).count();
    if han > 20 && spoilt * 50 < han {
        return accept(lossy.into_owned(), Encoding::Utf8, true, bytes);
    }
    let gb = candidate(bytes, encoding_rs::GB18030, Encoding::Gb18030);
    let big = candidate(bytes, encoding_rs::BIG5, Encoding::Big5);
    let best = if big.score > gb.score { big } else { gb };
    if best.score <= 0 {
        return Err(if control(&best.text) {
            Unreadable::Binary
        } else {
            Unreadable::UnknownEncoding { at }
        });
    }
    accept(best.text, best.encoding, best.bad, bytes)
}

fn accept(
    text: String,
    encoding: Encoding,
    bad: bool,
    _: &[u8],
) -> Result<(String, Encoding, bool), Unreadable> {
    if control(&text) { Err(Unreadable::Binary) } else { Ok((text, encoding, bad)) }
}

fn utf16(
    bytes: &[u8],
    encoding: &'static encoding_rs::Encoding,
) -> Result<(String, Encoding, bool), Unreadable> {
    let (text, bad) = encoding.decode_with_bom_removal(bytes);
    accept(text.into_owned(), Encoding::Utf16, bad, bytes)
}

/// UTF-16 without a mark: nearly every pair of bytes is Chinese, its punctuation, or ASCII.
fn looks_wide(bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> bool {
    let sample = bytes.get(..bytes.len().min(2000) & !1).unwrap_or(&[]);
    if sample.len() < 20 {
        return false;
    }
    let little = encoding == encoding_rs::UTF_16LE;
    let (mut good, mut marks) = (0usize, 0usize);
    for pair in sample.chunks_exact(2) {
        let Ok(pair) = <[u8; 2]>::try_from(pair) else { continue };
        let unit = if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
        good += usize::from(
            matches!(unit, 0x4e00..=0x9fff | 0x3000..=0x303f | 0xff00..=0xffef | 0x2010..=0x2026 | 0x20..=0x7e | 9 | 10 | 13),
        );
        marks += usize::from(matches!(unit, 0x3001 | 0x3002 | 0xff0c | 10 | 0x20));
    }
    good * 100 >= sample.len() / 2 * 97 && marks > 0
}

struct Candidate {
    text: String,
    encoding: Encoding,
    bad: bool,
    /// Frequent signs and characters of Chinese prose, less what could not be decoded.
    score: i64,
}

fn candidate(bytes: &[u8], encoding: &'static encoding_rs::Encoding, name: Encoding) -> Candidate {
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    let mut score = 0i64;
    for c in text.chars() {
        match c {
            '，' | '。' | '、' | '：' | '（' | '）' | '的' | '和' | '一' | '科' | '学' | '學' | '工'
            | '作' | '人' | '区' | '區' => score += 3,
            '\u{fffd}' => score -= 30,
            '\u{e000}'..='\u{f8ff}' => score -= 10,
            c if c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{b}') => score -= 30,
            _ => {}
        }
    }
    Candidate { text: text.into_owned(), encoding: name, bad, score }
}

/// Whether a text has so many control characters that it is none.
fn control(text: &str) -> bool {
    let bad = text
        .chars()
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{b}'))
        .count();
    bad > 4 && bad * 100 > text.chars().count()
}
