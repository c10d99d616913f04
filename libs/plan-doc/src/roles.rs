//! The words of a duty clause that say who leads.

use crate::reading::Role;
use crate::span::{Piece, chars, cut};
use crate::unit::strong_unit;
use crate::words::{ends, first_of, starts, words};

/// What a word says about the units beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Lead,
    Support,
    /// 责任单位, 按职责分工负责: responsible, but not said to lead.
    Responsible,
}

impl Said {
    pub fn role(self) -> Option<Role> {
        match self {
            Said::Lead => Some(Role::Lead),
            Said::Support => Some(Role::Support),
            Said::Responsible => None,
        }
    }
}

/// The role of a label before a colon; none when it is no label of units.
pub(crate) fn label_role(word: &str) -> Option<Said> {
    let word = word.trim_start_matches(['（', '【', '(']);
    if chars(word) > 10 {
        return None;
    }
    let known = word.ends_with("单位")
        || word.ends_with("部门")
        || word.ends_with("分工")
        || word.ends_with("主体")
        || matches!(word, "牵头" | "配合" | "主办" | "承办" | "协办" | "责任" | "参与" | "落实");
    if !known {
        return None;
    }
    let said = if word.contains("及配合") || word.contains("和配合") {
        Said::Responsible
    } else if ["牵头", "主办", "主责", "主管", "第一责任"].iter().any(|w| word.contains(w)) {
        Said::Lead
    } else if ["配合", "参与", "参加", "协", "支持", "承办"].iter().any(|w| word.contains(w)) {
        Said::Support
    } else {
        Said::Responsible
    };
    Some(said)
}

/// What stood after a name.
pub(crate) struct Tail {
    pub said: Option<Said>,
    /// 等, 等单位: more than are named.
    pub open: bool,
}

words! {
    /// Words that a tail may begin with.
    BEGIN =
        "等有关部门和单位 等相关部门和单位 等部门和单位 等单位和部门 等有关部门 等相关部门 等有关单位
        等相关单位 等成员单位 等责任单位 等部门 等单位 等 按照各自职责分工 按照职责分工 按各自职责分工
        按各自职责 按职责分工 按照职责 按职责 按分工 依据职责 依职责 根据职责分工 根据职责 各负其责
        分工负责 牵头 负责 配合 参与 参加 协助 协同 协办 主办 承办 支持 落实 共同 联合 具体 分别 为牵头单位
        为责任单位 为配合单位 为主 （牵头） （配合） （牵头单位） （配合单位） （责任单位） 〔牵头〕 〔配合〕 [牵头]
        [配合] 【牵头】 【配合】 ［牵头］ ［配合］ （参与） （牵头部门） 作为 结合实际 分工 各自"
}

/// First characters of [`BEGIN`].
const BEGIN_CHARS: &str = "等按依根各分牵负配参协主承支落共联具为（〔[【［作结";

words! {
    /// Words that a tail may go on with.
    GO_ON = "组织 实施 推进 完成 做好 抓好 相关工作 有关工作 工作 单位 部门 职责 落实 推动 和 、 具体 指导"
}

/// Parts a name from what is said after it: `区科协等单位按职责分工负责`.
pub(crate) fn split_tail(piece: Piece<'_>) -> (Piece<'_>, Tail) {
    let mut best = None;
    // a tail is short; only the last characters can belong to it
    for (at, c) in piece.s.char_indices().rev().take(26) {
        if !BEGIN_CHARS.contains(c) {
            continue;
        }
        let rest = cut(piece.s, at, piece.s.len());
        let named = starts(rest, words!("牵头 责任 配合 参与"))
            .is_some_and(|w| matches!(cut(rest, w.len(), rest.len()), "单位" | "部门"));
        if at > 0 && !named && starts(rest, &BEGIN).is_some() && whole_tail(rest) && !inside_word(piece.s, at)
        {
            best = Some(at);
        }
    }
    let Some(at) = best else { return (piece, Tail { said: None, open: false }) };
    let tail = cut(piece.s, at, piece.s.len());
    let said = if ["牵头", "主办", "为主"].iter().any(|w| tail.contains(w)) {
        Some(Said::Lead)
    } else if ["配合", "参与", "参加", "协助", "协同", "协办", "支持", "承办"]
        .iter()
        .any(|w| tail.contains(w))
    {
        Some(Said::Support)
    } else if ["职责", "分工", "各负其责", "责任单位", "各自", "分别", "结合实际"]
        .iter()
        .any(|w| tail.contains(w))
    {
        Some(Said::Responsible)
    } else if tail.contains("负责") {
        Some(Said::Lead)
    } else if ["落实", "实施", "完成"].iter().any(|w| tail.contains(w)) {
        Some(Said::Responsible)
    } else {
        None
    };
    (piece.cut(0, at).trim(), Tail { said, open: tail.starts_with("等") })
}

/// Whether `rest` is made of tail words from beginning to end.
fn whole_tail(rest: &str) -> bool {
    let mut rest = rest;
    while !rest.is_empty() {
        let Some(word) = starts(rest, &BEGIN).into_iter().chain(starts(rest, &GO_ON)).max_by_key(|w| w.len())
        else {
            return false;
        };
        rest = cut(rest, word.len(), rest.len()).trim_start();
    }
    true
}

/// 科技支持中心 and 社会联合… : the word is part of a name.
fn inside_word(s: &str, at: usize) -> bool {
    let head = cut(s, 0, at);
    let rest = cut(s, at, s.len());
    rest.starts_with("联合会") || (rest.starts_with("等") && ends(head, words!("高 中 平 初 同")).is_some())
}

/// `A会同B`: where 会同 stands and how long it is.
pub(crate) fn joins_others(s: &str) -> Option<(usize, usize)> {
    let (at, _) = first_of(s, words!("会同"))?;
    let right = cut(s, at + "会同".len(), s.len());
    (at > 0 && chars(right) >= 2).then_some((at, "会同".len()))
}

/// Whether two neighbours may be one name that holds 、 (区民族、宗教局).
pub(crate) fn may_hold(left: &str, right: &str) -> bool {
    let leveled = left.starts_with(['省', '市', '区', '县', '州']);
    leveled
        && chars(left) <= 6
        && strong_unit(right)
        && !right.starts_with(['省', '市', '区', '县', '州', '团', '各'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(s: &str) -> (String, Option<Said>, bool) {
        let (name, tail) = split_tail(Piece { s, at: 0 });
        (name.s.to_string(), tail.said, tail.open)
    }

    #[test]
    fn every_beginning_is_let_through() {
        assert!(BEGIN.iter().all(|w| w.starts_with(|c| BEGIN_CHARS.contains(c))));
    }

    #[test]
    fn a_name_ends_where_its_role_begins() {
        for (s, name, said, open) in [
            ("区科协牵头", "区科协", Some(Said::Lead), false),
            ("区科协等单位参加", "区科协", Some(Said::Support), true),
            ("区教体局按职责分工负责", "区教体局", Some(Said::Responsible), false),
            ("区科协等部门按职责分工负责", "区科协", Some(Said::Responsible), true),
            ("区科协负责", "区科协", Some(Said::Lead), false),
            ("社会组织参与", "社会组织", Some(Said::Support), false),
            ("区妇女联合会", "区妇女联合会", None, false),
            ("区科协（牵头）", "区科协", Some(Said::Lead), false),
            ("区科协负责组织实施", "区科协", Some(Said::Lead), false),
            ("区教育局", "区教育局", None, false),
        ] {
            assert_eq!(tail(s), (name.to_string(), said, open), "{s}");
        }
    }
}
