//! Numbers in Chinese text: 300, 1.5万, 1,200, 三百, 两千, 百分之十五, 八成.

use crate::span::cut;

/// A number and where it stands in the text that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub start: usize,
    pub end: usize,
    pub value: Decimal,
    /// Written 百分之… or …成: the unit is already in it.
    pub percent: bool,
    /// Written in Chinese numerals.
    pub han: bool,
}

/// An exact decimal, `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: u128,
    scale: u32,
}

impl Decimal {
    pub fn integer(n: u64) -> Decimal {
        Decimal { digits: u128::from(n), scale: 0 }
    }

    fn parse(text: &str) -> Option<Decimal> {
        let plain: String = text.chars().filter(|c| *c != ',' && *c != '，').collect();
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        if whole.len() + part.len() > 24 {
            return None;
        }
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Decimal { digits, scale: u32::try_from(part.len()).ok()? })
    }

    /// Times a power of ten.
    pub fn shift(self, zeros: u32) -> Decimal {
        let taken = self.scale.min(zeros);
        let digits = self.digits.saturating_mul(10u128.saturating_pow(zeros - taken));
        Decimal { digits, scale: self.scale - taken }
    }

    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub fn is(self, n: u64) -> bool {
        self.digits == u128::from(n).saturating_mul(10u128.saturating_pow(self.scale))
    }

    /// As a whole number, where it is one that fits.
    pub fn whole(self) -> Option<u64> {
        let one = 10u128.checked_pow(self.scale)?;
        self.digits.is_multiple_of(one).then(|| u64::try_from(self.digits / one).ok()).flatten()
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = 10u128.saturating_pow(self.scale).max(1);
        let part = self.digits % one;
        if part == 0 {
            return write!(f, "{}", self.digits / one);
        }
        let part = format!("{part:0width$}", width = self.scale as usize);
        write!(f, "{}.{}", self.digits / one, part.trim_end_matches('0'))
    }
}

fn digit(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn power(c: char) -> Option<u32> {
    Some(match c {
        '十' | '拾' => 1,
        '百' | '佰' => 2,
        '千' | '仟' => 3,
        '万' => 4,
        '亿' => 8,
        _ => return None,
    })
}

/// The value of a run of Chinese numerals; none when it is no number.
pub(crate) fn han_integer(s: &str) -> Option<u64> {
    if s == "廿" {
        return Some(20);
    }
    if s.chars().count() > 20 {
        return None;
    }
    let (mut total, mut section, mut last) = (0u64, 0u64, None::<u64>);
    let mut plain = s.chars().all(|c| digit(c).is_some());
    let mut any = false;
    for c in s.chars() {
        if let Some(d) = digit(c) {
            any = true;
            last = Some(if plain { last.unwrap_or(0).checked_mul(10)?.checked_add(d)? } else { d });
        } else {
            let p = power(c)?;
            any = true;
            plain = false;
            if p >= 4 {
                let unit = 10u64.checked_pow(p)?;
                let head = section.checked_add(last.take().unwrap_or(0))?;
                total = total.checked_add(head.max(1).checked_mul(unit)?)?;
                section = 0;
            } else {
                section =
                    section.checked_add(last.take().unwrap_or(1).checked_mul(10u64.checked_pow(p)?)?)?;
            }
        }
    }
    any.then_some(total.checked_add(section)?.checked_add(last.unwrap_or(0))?)
}

fn is_han_numeral(c: char) -> bool {
    digit(c).is_some() || power(c).is_some()
}

/// 万, 亿, 千万 … after Arabic digits: bytes and zeros.
fn multiplier(s: &str) -> (usize, u32) {
    let (mut len, mut zeros) = (0, 0);
    for c in s.chars().take(3) {
        match power(c) {
            Some(p) if p >= 2 => {
                zeros += p;
                len += c.len_utf8();
            }
            _ => break,
        }
    }
    (len, zeros)
}

fn arabic(s: &str, at: usize) -> Option<Number> {
    let rest = cut(s, at, s.len());
    let bytes = rest.as_bytes();
    let is_digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut len = 0;
    let mut dot = false;
    loop {
        if is_digit(len) {
            len += 1;
        } else if len > 0
            && bytes.get(len) == Some(&b',')
            && (1..=3).all(|i| is_digit(len + i))
            && !is_digit(len + 4)
        {
            len += 4;
        } else if len > 0 && !dot && bytes.get(len) == Some(&b'.') && is_digit(len + 1) {
            dot = true;
            len += 1;
        } else {
            break;
        }
    }
    let value = Decimal::parse(cut(rest, 0, len));
    let (more, zeros) = multiplier(cut(rest, len, rest.len()));
    let end = at + len + more;
    value
        .map(|v| Number { start: at, end, value: v.shift(zeros), percent: false, han: false })
        .or(Some(Number { start: at, end, value: Decimal::integer(0), percent: false, han: false }))
}

fn han(s: &str, at: usize) -> Option<Number> {
    let rest = cut(s, at, s.len());
    let len: usize = rest.chars().take_while(|c| is_han_numeral(*c)).take(64).map(char::len_utf8).sum();
    let word = cut(rest, 0, len);
    // 百分之十五
    if let Some(tail) = rest.strip_prefix("百分之") {
        let at = at + "百分之".len();
        let first = tail.chars().next()?;
        let inner = if first.is_ascii_digit() { arabic(s, at)? } else { plain_han(s, at)? };
        return Some(Number { start: inner.start - "百分之".len(), percent: true, ..inner });
    }
    if word.is_empty() {
        return None;
    }
    let after = cut(rest, len, rest.len());
    // 三分之一 is a share that is not read
    if after.starts_with("分之") {
        return None;
    }
    let n = plain_han(s, at)?;
    let tenths = after.strip_prefix('成').filter(|t| t.starts_with(['以', '左', '，', '。', '、', '；']));
    if tenths.is_some() && word.chars().count() == 1 {
        return Some(Number { end: n.end + '成'.len_utf8(), value: n.value.shift(1), percent: true, ..n });
    }
    Some(n)
}

fn plain_han(s: &str, at: usize) -> Option<Number> {
    let rest = cut(s, at, s.len());
    let len: usize = rest.chars().take_while(|c| is_han_numeral(*c)).take(64).map(char::len_utf8).sum();
    let value = han_integer(cut(rest, 0, len))?;
    Some(Number { start: at, end: at + len, value: Decimal::integer(value), percent: false, han: true })
}

/// Every number in `s`, from left to right.
pub(crate) fn numbers(s: &str) -> Vec<Number> {
    crate::tally::count(s.len());
    let mut out = Vec::new();
    let mut skip = 0;
    for (at, c) in s.char_indices() {
        if at < skip {
            continue;
        }
        let found = if c.is_ascii_digit() {
            arabic(s, at)
        } else if is_han_numeral(c) {
            han(s, at).or_else(|| {
                // no number: pass the whole run, so that it is looked at once
                let run: usize =
                    cut(s, at, s.len()).chars().take_while(|c| is_han_numeral(*c)).map(char::len_utf8).sum();
                skip = at + run;
                None
            })
        } else {
            None
        };
        if let Some(n) = found {
            skip = n.end.max(at + 1);
            out.push(n);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str) -> Vec<String> {
        numbers(s).iter().map(|n| format!("{}{}", n.value, if n.percent { "%" } else { "" })).collect()
    }

    #[test]
    fn chinese_and_arabic_numbers_are_the_same_numbers() {
        for (s, n) in [
            ("三百人", "300"),
            ("两千名", "2000"),
            ("1.5万人次", "15000"),
            ("15%", "15"),
            ("百分之十五", "15%"),
            ("百分之12.5", "12.5%"),
            ("1,200个", "1200"),
            ("一千零五十", "1050"),
            ("十二", "12"),
            ("二十", "20"),
            ("三万五千", "35000"),
            ("0.10元", "0.1"),
            ("2亿", "200000000"),
            ("八成以上", "80%"),
            ("二〇二五", "2025"),
            ("5千万", "50000000"),
        ] {
            assert_eq!(read(s), [n], "{s}");
        }
    }

    #[test]
    fn absurd_numbers_do_no_harm() {
        let long = "9".repeat(5000);
        assert_eq!(numbers(&long).len(), 1);
        let long = "九".repeat(5000) + "亿亿亿亿";
        assert!(numbers(&long).len() < 5000);
        assert_eq!(han_integer("亿亿亿亿亿亿"), Some(600_000_000));
    }

    #[test]
    fn a_decimal_is_written_without_idle_zeros() {
        assert_eq!(Decimal::parse("2.50").unwrap().to_string(), "2.5");
        assert_eq!(Decimal::parse("1.5").unwrap().shift(4).to_string(), "15000");
        assert_eq!(Decimal::parse("0.05").unwrap().to_string(), "0.05");
    }
}
