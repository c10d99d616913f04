//! The marks that headings and items begin with.

use crate::number::han_integer;
use crate::span::{cut, first_chars, is_han};
use crate::words::words;

/// Families of marks, from the outermost to the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// 第一章, 第一部分
    Part,
    /// 一、
    Han,
    /// 第一节
    Clause,
    /// （一）, 行动一：
    ParenHan,
    /// 第一条
    Article,
    /// 1.
    Digit,
    /// 1.1
    Dotted,
    /// ——
    Dash,
    /// •
    Bullet,
    /// （1）, 1）
    ParenDigit,
    /// ①
    Circle,
    /// No mark at all: a paragraph that is an item by its shape.
    Plain,
}

/// A mark at the beginning of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub kind: Kind,
    /// None when there is none, or when its digits were lost.
    pub number: Option<u32>,
    /// The mark has a number's place, but no number in it.
    pub lost: bool,
    /// Bytes up to the words.
    pub len: usize,
}

fn is_han_digit(c: char) -> bool {
    matches!(
        c,
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '〇' | '零' | '廿'
    )
}

/// A run of Chinese or Arabic figures: its value and length in bytes.
fn figures(s: &str) -> Option<(u32, usize, bool)> {
    let han: usize = s.chars().take_while(|c| is_han_digit(*c)).take(6).map(char::len_utf8).sum();
    if han > 0 {
        return Some((u32::try_from(han_integer(cut(s, 0, han))?).ok()?, han, true));
    }
    let n = s.bytes().take_while(u8::is_ascii_digit).take(4).count();
    Some((cut(s, 0, n).parse().ok()?, n, false))
}

fn found(kind: Kind, number: u32, len: usize) -> Option<Mark> {
    Some(Mark { kind, number: Some(number), lost: false, len })
}

/// The mark that `s` begins with; `s` is folded and trimmed.
pub(crate) fn mark(s: &str) -> Option<Mark> {
    let mut mark = match s.chars().next()? {
        '第' => ordinal(s),
        '（' | '〔' | '[' | '【' => bracketed(s),
        '—' | '-' | '–' | '－' => dash(s),
        '•' | '●' | '◆' | '■' | '★' | '▲' | '◇' | '○' | '□' | '➢' | '✓' | '·' | '▪' | '◎' | '※' | '➤'
        | '*' => bullet(s),
        c @ '\u{2460}'..='\u{2473}' => found(Kind::Circle, (c as u32).wrapping_sub(0x245f), 3),
        c @ '\u{2776}'..='\u{277f}' => found(Kind::Circle, (c as u32).wrapping_sub(0x2775), 3),
        c @ '\u{2474}'..='\u{2487}' => found(Kind::ParenDigit, (c as u32).wrapping_sub(0x2473), 3),
        c @ '\u{2488}'..='\u{249b}' => found(Kind::Digit, (c as u32).wrapping_sub(0x2487), 3),
        c @ '\u{3220}'..='\u{3229}' => found(Kind::ParenHan, (c as u32).wrapping_sub(0x321f), 3),
        '.' | '、' => lost(s),
        '行' | '任' | '工' | '专' | '措' | '重' => named(s),
        _ => plain(s),
    }?;
    // the words begin after any space
    let rest = cut(s, mark.len, s.len());
    mark.len += rest.len() - rest.trim_start().len();
    Some(mark)
}

/// 一、 and 1. and 1） and 1.1
fn plain(s: &str) -> Option<Mark> {
    let (n, len, han) = figures(s)?;
    let spaced = cut(s, len, s.len());
    let rest = spaced.trim_start();
    let len = s.len() - rest.len();
    let sign = rest.chars().next()?;
    let after = cut(rest, sign.len_utf8(), rest.len());
    match sign {
        '、' | '.' if han => found(Kind::Han, n, len + sign.len_utf8()),
        '）' if !han => found(Kind::ParenDigit, n, len + sign.len_utf8()),
        '、' if n < 300 => found(Kind::Digit, n, len + sign.len_utf8()),
        '.' if n < 300 && after.starts_with(|c: char| c.is_ascii_digit()) => dotted(s, after),
        '.' if n < 300 && !after.is_empty() => found(Kind::Digit, n, len + 1),
        _ => None,
    }
}

/// `1.1 words`, but not `1.5万人`.
fn dotted(s: &str, mut after: &str) -> Option<Mark> {
    let mut number = None;
    loop {
        let n = after.bytes().take_while(u8::is_ascii_digit).take(3).count();
        if n == 0 {
            break;
        }
        number = cut(after, 0, n).parse().ok();
        after = cut(after, n, after.len());
        match after.strip_prefix('.') {
            Some(rest) => after = rest,
            None => break,
        }
    }
    let spaced = after.starts_with([' ', '、']);
    let words = after.trim_start_matches([' ', '、']);
    let counted = words.starts_with([
        '万', '亿', '千', '百', '元', '%', '倍', '个', '人', '名', '年', '米', '公', '平', '小',
    ]);
    (words.starts_with(is_han) && (spaced || !counted)).then_some(Mark {
        kind: Kind::Dotted,
        number,
        lost: false,
        len: s.len() - words.len(),
    })
}

/// 第一章 第一部分 第一节 第一条
fn ordinal(s: &str) -> Option<Mark> {
    let body = cut(s, '第'.len_utf8(), s.len());
    let (n, digits, _) = figures(body.trim_start())?;
    let digits = digits + body.len() - body.trim_start().len();
    let rest = cut(body, digits, body.len()).trim_start();
    let (kind, word) = [
        ("部分", Kind::Part),
        ("章", Kind::Part),
        ("篇", Kind::Part),
        ("编", Kind::Part),
        ("节", Kind::Clause),
        ("条", Kind::Article),
    ]
    .into_iter()
    .find(|(w, _)| rest.starts_with(w))
    .map(|(w, k)| (k, w))?;
    let after = cut(rest, word.len(), rest.len());
    // 第十条规定的…, 第三条、第四条: a sentence about an article
    if after.starts_with(['规', '第', '所', '至', '的', '和', '之', '款', '及'])
        || (kind == Kind::Article && after.starts_with('、'))
    {
        return None;
    }
    let words = after.trim_start_matches(['、', '：', '.', ' ']);
    found(kind, n, s.len() - words.len())
}

/// （一） （1） 【一】
fn bracketed(s: &str) -> Option<Mark> {
    let open = s.chars().next()?;
    let close = match open {
        '（' => '）',
        '〔' => '〕',
        '[' => ']',
        _ => '】',
    };
    let inner = cut(s, open.len_utf8(), s.len());
    let at = first_chars(inner, 8).find(close)?;
    let word = cut(inner, 0, at).trim();
    let len = open.len_utf8() + at + close.len_utf8();
    let rest = cut(s, len, s.len());
    let tail = rest.len() - rest.trim_start_matches(['、', '.', ' ']).len();
    if word.is_empty() && open == '（' {
        let worded = rest.trim_start().starts_with(is_han);
        return worded.then_some(Mark { kind: Kind::ParenHan, number: None, lost: true, len: len + tail });
    }
    let (n, used, han) = figures(word)?;
    if used != word.len() || n > 200 || rest.trim().is_empty() {
        return None;
    }
    found(if han { Kind::ParenHan } else { Kind::ParenDigit }, n, len + tail)
}

fn dash(s: &str) -> Option<Mark> {
    let rest = s.trim_start_matches(['—', '-', '–', '－']);
    let words = rest.trim_start();
    let long = s.len() - rest.len();
    if !words.starts_with(|c: char| {
        is_han(c) || matches!(c, '“' | '《' | '（' | '"' | '「') || c.is_ascii_alphanumeric()
    }) {
        return None;
    }
    let kind = if long == 1 { Kind::Bullet } else { Kind::Dash };
    // -5 is a number, not a point
    if words.starts_with(|c: char| c.is_ascii_digit()) && kind == Kind::Bullet {
        return None;
    }
    Some(Mark { kind, number: None, lost: false, len: s.len() - words.len() })
}

fn bullet(s: &str) -> Option<Mark> {
    let words = s.trim_start_matches(|c: char| {
        !is_han(c) && !c.is_ascii_alphanumeric() && !matches!(c, '“' | '《' | '（')
    });
    (!words.is_empty()).then_some(Mark {
        kind: Kind::Bullet,
        number: None,
        lost: false,
        len: s.len() - words.len(),
    })
}

/// `. words`, `、words`: the figure was lost in copying.
fn lost(s: &str) -> Option<Mark> {
    let kind = if s.starts_with('.') { Kind::Digit } else { Kind::Han };
    let words = s.trim_start_matches(['.', '、']).trim_start();
    let once = s.len() - s.trim_start_matches(['.', '、']).len() <= '、'.len_utf8();
    (once && words.starts_with(is_han)).then_some(Mark {
        kind,
        number: None,
        lost: true,
        len: s.len() - words.len(),
    })
}

/// 行动一：… 任务三、…
fn named(s: &str) -> Option<Mark> {
    let word = ["专项行动", "重点任务", "重点工程", "重点行动", "行动", "任务", "工程", "措施"]
        .into_iter()
        .find(|w| s.starts_with(w))?;
    let (n, len, _) = figures(cut(s, word.len(), s.len()))?;
    let rest = cut(s, word.len() + len, s.len());
    let words = rest.trim_start_matches(['：', '、', '.', ' ', ':']);
    (words.len() < rest.len() && words.starts_with(|c: char| is_han(c) || c == '“')).then_some(())?;
    found(Kind::ParenHan, n, s.len() - words.len())
}

words! {
    /// Words that introduce a line of units.
    pub(crate) LABELS =
        "牵头单位 牵头部门 主要牵头单位 责任单位 责任部门 配合单位 配合部门 参与单位 参加单位 参与部门
        参加部门 协办单位 主办单位 承办单位 协助单位 支持单位 落实单位 实施单位 责任主体 主责单位 主责部门
        工作分工 责任分工 任务分工 分工 牵头 配合 协同单位 协同部门 牵头责任单位 配合责任单位 责任领导单位
        完成单位 负责单位 负责部门 第一责任单位 主体责任单位 协作单位 牵头及配合单位 责任单位及部门
        主要责任单位 主管单位 主管部门 组织单位"
}

/// Whether a line begins with one of [`LABELS`] and a colon.
pub(crate) fn is_label(s: &str) -> bool {
    let head = first_chars(s.trim_start_matches(['（', '【', '[', ' ']), 10);
    match head.find(['：', ':']) {
        Some(at) => {
            let word: String = cut(head, 0, at).chars().filter(|c| *c != ' ').collect();
            LABELS.contains(word.as_str())
        }
        None => false,
    }
}

/// 附件, 附件1：…, 附：…
pub(crate) fn is_attachment(s: &str) -> bool {
    let Some(rest) = s.strip_prefix('附') else { return false };
    let rest = rest
        .trim_start()
        .strip_prefix('件')
        .or_else(|| rest.trim_start().strip_prefix('表'))
        .unwrap_or(rest)
        .trim_start();
    let bare = rest.trim_start_matches(|c: char| c.is_ascii_digit() || is_han_digit(c)).trim_start();
    s.chars().count() < 60
        && (bare.is_empty()
            || bare.starts_with(['：', ':', '.'])
            || (bare.len() < rest.len() && s.starts_with("附件")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(s: &str) -> Option<(Kind, Option<u32>)> {
        mark(s).map(|m| (m.kind, m.number))
    }

    #[test]
    fn every_mark_is_known() {
        assert_eq!(kind("一、总体要求"), Some((Kind::Han, Some(1))));
        assert_eq!(kind("十二、保障"), Some((Kind::Han, Some(12))));
        assert_eq!(kind("（三）农民"), Some((Kind::ParenHan, Some(3))));
        assert_eq!(kind("1. 实施"), Some((Kind::Digit, Some(1))));
        assert_eq!(kind("45、实施"), Some((Kind::Digit, Some(45))));
        assert_eq!(kind("（2）实施"), Some((Kind::ParenDigit, Some(2))));
        assert_eq!(kind("3）实施"), Some((Kind::ParenDigit, Some(3))));
        assert_eq!(kind("——平衡发展。"), Some((Kind::Dash, None)));
        assert_eq!(kind("第十二条 组织"), Some((Kind::Article, Some(12))));
        assert_eq!(kind("第三章 任务"), Some((Kind::Part, Some(3))));
        assert_eq!(kind("②实施"), Some((Kind::Circle, Some(2))));
        assert_eq!(kind("1.2 实施"), Some((Kind::Dotted, Some(2))));
        assert_eq!(kind("行动一：青少年"), Some((Kind::ParenHan, Some(1))));
    }

    #[test]
    fn sentences_are_no_marks() {
        for s in [
            "一是加强", "2025年", "1.5万人", "（区科协牵头）", "（2021—2025年）", "第十条规定", "一带一路",
            "30名", "-5度", "",
        ] {
            assert_eq!(mark(s), None, "{s}");
        }
    }

    #[test]
    fn the_words_begin_after_the_mark() {
        for (s, words) in
            [("（一） 农民", "农民"), ("1．实施", ""), ("——  提升", "提升"), ("第一条  组织", "组织")]
        {
            let Some(m) = mark(s) else { continue };
            assert_eq!(&s[m.len..], words);
        }
    }

    #[test]
    fn attachments_are_told_from_words() {
        assert!(is_attachment("附件") && is_attachment("附件1：任务分解表") && is_attachment("附：名单"));
        assert!(!is_attachment("附近社区开展活动") && !is_attachment("附件所列任务由各单位完成"));
    }
}
