//! Automatic numbers of a .docx, written out as the reader of the page sees them.

use crate::xml::{Tag, attribute, each_tag};
use quick_xml::events::BytesStart;
use std::collections::{HashMap, HashSet};

const LEVELS: usize = 9;
/// Bytes of a number's pattern; a longer one is no number.
const MAX_TEXT: usize = 96;

#[derive(Clone, Default)]
struct Level {
    start: u32,
    format: String,
    text: String,
}

/// Lists by their number id, with their counters.
#[derive(Default)]
pub(crate) struct Numbering {
    lists: HashMap<String, Vec<Level>>,
    /// num id to list id
    nums: HashMap<u32, String>,
    restarts: HashMap<(u32, usize), u32>,
    counters: HashMap<String, Vec<Option<u32>>>,
    begun: HashSet<u32>,
}

impl Numbering {
    /// Reads `numbering.xml`; what is broken is left out.
    pub fn read(xml: &str) -> Numbering {
        let mut out = Numbering::default();
        let mut at = Place::default();
        each_tag(xml, |tag| match tag {
            Tag::Open(e) => out.start(e, &mut at),
            Tag::Close("abstractNum") => at.list = None,
            Tag::Close("num") => at.num = None,
            Tag::Close(_) => {}
        });
        out
    }

    fn start(&mut self, e: &BytesStart<'_>, at: &mut Place) {
        let value = || attribute(e, "val");
        let number = || value().and_then(|v| v.parse::<u32>().ok());
        match e.local_name().as_ref() {
            "abstractNum" => {
                at.list = attribute(e, "abstractNumId");
                at.num = None;
                if let Some(id) = &at.list {
                    self.lists.insert(id.clone(), vec![Level { start: 1, ..Level::default() }; LEVELS]);
                }
            }
            "num" => {
                at.list = None;
                at.num = attribute(e, "numId").and_then(|v| v.parse().ok());
            }
            "abstractNumId" => {
                if let (Some(num), Some(list)) = (at.num, value()) {
                    self.nums.insert(num, list);
                }
            }
            "lvl" | "lvlOverride" => {
                at.level = attribute(e, "ilvl").and_then(|v| v.parse().ok()).unwrap_or(0)
            }
            "startOverride" => {
                if let (Some(num), Some(start)) = (at.num, number()) {
                    self.restarts.insert((num, at.level), start);
                }
            }
            "start" => self.level(at, |l| l.start = number().unwrap_or(1)),
            "numFmt" => self.level(at, |l| l.format = value().unwrap_or_default()),
            "lvlText" => self.level(at, |l| l.text = value().unwrap_or_default()),
            _ => {}
        }
    }

    fn level(&mut self, at: &Place, change: impl FnOnce(&mut Level)) {
        let list = at.list.as_ref().and_then(|l| self.lists.get_mut(l));
        if let Some(level) = list.and_then(|l| l.get_mut(at.level)) {
            change(level);
        }
    }

    /// The mark of the next paragraph of a list; none when the list is unknown.
    pub fn next(&mut self, num: u32, level: usize) -> Option<String> {
        let list = self.nums.get(&num)?;
        let levels = self.lists.get(list)?;
        let counters = self.counters.entry(list.clone()).or_insert_with(|| vec![None; LEVELS]);
        if self.begun.insert(num) {
            for (at, counter) in counters.iter_mut().enumerate() {
                if let Some(start) = self.restarts.get(&(num, at)) {
                    *counter = start.checked_sub(1);
                }
            }
        }
        let this = levels.get(level).filter(|l| l.text.len() <= MAX_TEXT)?;
        for (at, counter) in counters.iter_mut().enumerate() {
            if at < level && counter.is_none() {
                *counter = levels.get(at).map(|l| l.start);
            } else if at == level {
                *counter = Some(counter.map_or(this.start, |n| n.saturating_add(1)));
            } else if at > level {
                *counter = None;
            }
        }
        if this.format == "bullet" {
            let dash = this.text.trim().starts_with(['—', '–', '-', '－', '─']);
            return Some(if dash { "——".into() } else { "• ".into() });
        }
        let mut text = this.text.clone();
        for at in 0..LEVELS {
            let sign = format!("%{}", at + 1);
            if text.contains(&sign) {
                let format = levels.get(at).map_or("decimal", |l| l.format.as_str());
                let n = counters.get(at).copied().flatten().unwrap_or(1);
                text = text.replace(&sign, &written(n, format));
            }
        }
        Some(text)
    }
}

#[derive(Default)]
struct Place {
    list: Option<String>,
    num: Option<u32>,
    level: usize,
}

/// A number in one of Word's formats.
fn written(n: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "ideographDigital"
        | "japaneseDigitalTenThousand"
        | "chineseLegalSimplified"
        | "ideographLegalTraditional"
        | "koreanDigital2" => han(n),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&n) => {
            char::from_u32(0x245f + n).map_or(String::new(), String::from)
        }
        "lowerLetter" | "upperLetter" if (1..=26).contains(&n) => {
            let base = if format == "lowerLetter" { 0x60 } else { 0x40 };
            char::from_u32(base + n).map_or(String::new(), String::from)
        }
        _ => n.to_string(),
    }
}

/// 十二 for 12, up to 9999.
fn han(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    if n == 0 || n > 9999 {
        return n.to_string();
    }
    let digit = |d: u32| DIGITS.get(d as usize).copied().unwrap_or("");
    let mut out = String::new();
    let mut gap = false;
    for (power, word) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let d = n / power % 10;
        if d == 0 {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('零');
        }
        if !(power == 10 && d == 1 && out.is_empty()) {
            out.push_str(digit(d));
        }
        out.push_str(word);
    }
    out
}

/// The lists that paragraph styles bring with them.
#[derive(Default)]
pub(crate) struct Styles {
    own: HashMap<String, (Option<u32>, usize)>,
    based: HashMap<String, String>,
    /// Styles of a table of contents.
    contents: HashSet<String>,
}

impl Styles {
    /// Reads `styles.xml`; what is broken is left out.
    pub fn read(xml: &str) -> Styles {
        let mut out = Styles::default();
        let mut style: Option<String> = None;
        each_tag(xml, |tag| match tag {
            Tag::Open(e) => match e.local_name().as_ref() {
                "style" => style = attribute(e, "styleId"),
                "name" => {
                    let contents =
                        attribute(e, "val").is_some_and(|v| v.to_ascii_lowercase().starts_with("toc "));
                    if let Some(id) = style.clone().filter(|_| contents) {
                        out.contents.insert(id);
                    }
                }
                name @ ("basedOn" | "numId" | "ilvl") => {
                    let (Some(id), Some(value)) = (&style, attribute(e, "val")) else { return };
                    match name {
                        "basedOn" => drop(out.based.insert(id.clone(), value)),
                        "numId" => out.own.entry(id.clone()).or_default().0 = value.parse().ok(),
                        _ => out.own.entry(id.clone()).or_default().1 = value.parse().unwrap_or(0),
                    }
                }
                _ => {}
            },
            Tag::Close("style") => style = None,
            Tag::Close(_) => {}
        });
        out
    }

    /// Whether a style is one of a table of contents.
    pub fn is_contents(&self, style: &str) -> bool {
        self.contents.contains(style)
    }

    /// Number id and level of a style, its own or from the style that it is based on.
    pub fn list(&self, style: &str) -> Option<(u32, usize)> {
        let mut at = style;
        for _ in 0..12 {
            if let Some((Some(id), level)) = self.own.get(at) {
                return Some((*id, *level));
            }
            at = self.based.get(at)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counting_is_written_as_word_writes_it() {
        for (n, s) in [
            (1, "一"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (45, "四十五"),
            (105, "一百零五"),
            (110, "一百一十"),
        ] {
            assert_eq!(han(n), s);
        }
    }
}
