//! What a document says once about all its duty clauses: whose names go without a prefix, and whether the
//! unit that is named first leads.

use crate::span::{cut, first_chars};
use crate::words::{first_of, has, words};

/// How the clauses of one document are to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ways<'p> {
    /// The district's bare name, as far as the title tells.
    pub place: Option<&'p str>,
    /// 列第一位的为牵头单位: where nobody is said to lead, the first one does.
    pub first_leads: bool,
}

words! {
    /// Beginnings of the remark that the first unit leads.
    FIRST =
        "列第一 列首位 列在首 列在第一 列于首 排第一 排首位 排在第一 排在首 排名第一 第一个为 第一个单位为 首位为
        第一位为 第一家为 首个单位为 第一单位为 第一位单位为 首位单位为 第一个部门为 列第1位 排第1位"
}

impl<'p> Ways<'p> {
    /// Looks for the remark once, in the whole folded text.
    pub fn of(seen: &str, place: Option<&'p str>) -> Ways<'p> {
        Ways { place, first_leads: remark(seen).is_some() }
    }
}

/// Where the remark stands: `，列第一位的为牵头单位，下同`.
pub(crate) fn remark(s: &str) -> Option<usize> {
    let mut from = 0;
    while let Some((at, word)) = first_of(cut(s, from, s.len()), &FIRST) {
        let after = cut(s, from + at + word.len(), s.len());
        let said = first_chars(after, 14).split(['，', '。', '；']).next().unwrap_or("");
        if has(said, words!("牵头 主要责任 主责 负责单位 第一责任")) {
            return Some(from + at);
        }
        from += at + word.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remark_is_told_from_a_ranking() {
        assert!(Ways::of("（责任单位：市科协、市教育局，列第一位的为牵头单位，下同）", None).first_leads);
        assert!(Ways::of("排在首位的部门为牵头部门", None).first_leads);
        assert!(!Ways::of("科学素质水平排名第一，位列全省前列。由区科协牵头", None).first_leads);
    }
}
