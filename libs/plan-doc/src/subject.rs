//! What a number counts: the words before it, or behind it, without the words that only frame it.

use crate::amount::Unit;
use crate::frame::{Clause, step};
use crate::lexicon::kind_of;
use crate::noun::{DO, TRAIL, behind, behind_from, only_verbs, verb_and_noun};
use crate::number::Number;
use crate::place::find_each;
use crate::reading::TargetKind;
use crate::sentence::Sentence;
use crate::span::{chars, cut, first_chars, is_han, last_chars};
use crate::target::Scope;
use crate::words::{ends, has, starts, words};

/// What is counted, in which places, and the verb that does it.
pub(crate) struct Subject {
    pub words: String,
    pub per: Option<String>,
    pub verb: String,
}

/// The last money noun of the paragraph, for sentences that leave it out (人均增加0.1元).
#[derive(Default)]
pub(crate) struct Memory {
    money: Option<String>,
}

impl Memory {
    pub fn note(&mut self, sentence: &Sentence<'_>) {
        let s = sentence.piece.s;
        let Some(at) = s.rfind("经费") else { return };
        let head = last_chars(cut(s, 0, at), 6);
        let from = head
            .rfind(|c: char| !is_han(c) || "将持把的和与加大入定证保在纳列障到均".contains(c))
            .map_or(0, |i| i + cut(head, i, head.len()).chars().next().map_or(0, char::len_utf8));
        let word = format!("{}经费", cut(head, from, head.len()));
        if chars(&word) > 2 || self.money.is_none() {
            self.money = Some(word);
        }
    }
}

words! {
    /// Words before a subject that only say when, where or how firmly.
    LEAD =
        "力争 争取 确保 努力 全区 全市 全县 全省 全州 全旗 全盟 全镇 我区 我市 我县 我省 我国 本市 本区 本县
        全国 每年 每月 每季度 每学期 每学年 每半年 每周 每个月 其中 并 计划 累计 总计 共计 全年 年内 年均
        使 推动 逐步 至少 不少于 不低于 要 应 须 原则上 同时 再 拟 预期 在全区 在全市 在全县 在全省 、 和
        及 以及 ， 重点 分别 十四五期间 “十四五”期间 期间 五年内 三年内 五年 三年 规划期内 全域 均 都 各 新
        也 将 基本 到 按照 积极 大力 持续 稳步 进一步 着力 不断 平均 全部 基本实现 辖区 区域内"
}

/// Reads the subject of a number.
pub(crate) fn read(
    scope: &Scope<'_>,
    sentence: &Sentence<'_>,
    n: &Number,
    clause: &Clause,
    unit: &Unit,
    linked: Option<&str>,
    memory: &Memory,
) -> Option<Subject> {
    let s = sentence.piece.s;
    let original = |a: usize, b: usize| {
        let base = sentence.piece.at;
        cut(scope.text, base + a, base + b).chars().filter(|c| *c != ' ').collect::<String>()
    };
    let (mut a, mut b) = (clause.from, n.start);
    if let Some(word) = step(clause) {
        let at = cut(s, a, b).rfind(word).map_or(b, |i| a + i);
        let at = at.max(a);
        let end = trim_trail(s, a, at);
        let head = strip_compared(s, trim_lead(s, a, end), end);
        let words = original(head.0, head.1);
        if words.ends_with("人均") || words.is_empty() {
            let elided = memory.money.clone().unwrap_or_default();
            let words = if elided.is_empty() { words } else { format!("{words}{elided}{word}") };
            return Some(Subject { words: plain(words), per: None, verb: String::new() });
        }
        // 新增科普基地20个 has its noun behind
        if chars(&words) >= 2 && starts(&words, &DO).is_none_or(|v| v != words) {
            let (words, per) = each(&words);
            return Some(Subject { words: plain(words), per, verb: String::new() });
        }
    }
    let per = find_each(s, a, b).map(|(word, from, to, next)| {
        // 科技馆每个镇至少1处: the subject stands before
        if next >= b || trim_trail(s, next, b) <= next {
            b = trim_trail(s, a, word).max(a);
        } else {
            a = next;
        }
        original(from, to)
    });
    // 每个镇至少1处: nothing is left before the number
    if let (Some(_), true) = (&per, b <= a) {
        a = n.start;
        b = n.start;
    }
    a = trim_lead(s, a, b);
    b = trim_trail(s, a, b);
    let (verb, mut from) = verb_and_noun(s, a, b, unit.money);
    // 配备辅导员的学校比例: the verb is part of what the share is of
    let shared = unit.word == "%" && ends(cut(s, a, b), words!("率 比例 占比 比重")).is_some();
    if shared && !matches!(verb.as_str(), "提高" | "提升" | "推动" | "推进" | "实现" | "改善" | "完成")
    {
        from = a;
    }
    let after_verb = from;
    // 覆盖所有乡镇、80%的行政村: the figure begins a member of its own
    let member = cut(s, a, n.start).ends_with('、') && !verb.is_empty();
    let noun_empty = from >= b || member || only_verbs(cut(s, from, b));
    let (from, to) = if noun_empty { behind(s, n, unit) } else { (from, b) };
    let verb = if verb.is_empty() { linked.unwrap_or("").to_string() } else { verb };
    let mut noun = plain(original(from, to).replace("每年", ""));
    if noun.is_empty() && !verb.is_empty() {
        noun = plain(original(a, b));
        return Some(Subject { words: noun, per, verb });
    }
    let counted = kind_of(&noun, &unit.word, &verb) == TargetKind::Counted;
    // the verb in the document's own characters
    let own = original(after_verb.saturating_sub(verb.len()), after_verb);
    let written = if chars(&own) == chars(&verb) && after_verb > a { own } else { verb.clone() };
    // 按人口人均不少于3元安排科普经费: what the money is for stands behind
    if unit.money && noun.ends_with("人均") {
        noun.push_str(
            &money_behind(cut(s, unit.end, s.len()))
                .map_or(String::new(), |(from, to)| original(unit.end + from, unit.end + to)),
        );
    }
    let words = if counted && !noun.is_empty() && !noun.starts_with(&written) {
        format!("{written}{noun}")
    } else {
        noun
    };
    Some(Subject { words, per, verb })
}

/// `开展讲座，每年不少于100场`: what the clause before does, where it has no number of its own.
pub(crate) fn before(scope: &Scope<'_>, sentence: &Sentence<'_>, clause: &Clause) -> Option<String> {
    let s = sentence.piece.s;
    let head = cut(s, 0, clause.from).trim_end_matches(['，', ' ']);
    let window = last_chars(head, 28);
    let at = window.rfind(['，', '：', '）', '。']);
    let from = head.len() - window.len()
        + at.map_or(0, |i| i + cut(window, i, window.len()).chars().next().map_or(0, char::len_utf8));
    let from = trim_lead(s, from, head.len());
    let words = cut(s, from, head.len());
    let whole = at.is_some() || head.len() == window.len();
    let bare = !words.chars().any(|c| c.is_ascii_digit()) && (4..=24).contains(&chars(words));
    (whole && bare && starts(words, &DO).is_some())
        .then(|| plain(cut(scope.text, sentence.piece.at + from, sentence.piece.at + head.len()).to_string()))
}

/// `以上安排科普专项经费`: the name of the money.
fn money_behind(after: &str) -> Option<(usize, usize)> {
    let near = first_chars(after, 24);
    let clause = near.split(['，', '；', '。', '、']).next().unwrap_or("");
    let to = clause.rfind("经费")? + "经费".len();
    let mut from = 0;
    while let Some(word) = starts(
        cut(clause, from, to),
        words!("以上 左右 的 标准 安排 列支 投入 落实 拨付 用于 作为 配套 预算 将"),
    ) {
        from += word.len();
    }
    (from < to).then_some((from, to))
}

/// Where a number's own words end: past its unit and 以上.
pub(crate) fn end_of(s: &str, n: &Number) -> usize {
    let end = crate::amount::unit(s, n).map_or(n.end, |u| u.end);
    let rest = cut(s, end, s.len());
    let sign = starts(rest, words!("以上 以内 左右 以下 及以上 及以下 之内 之上")).map_or(0, str::len);
    // the noun behind belongs to it too
    let noun = behind_from(s, end + sign);
    noun.1.max(end + sign)
}

fn trim_lead(s: &str, mut a: usize, b: usize) -> usize {
    loop {
        let rest = cut(s, a, b);
        // 5年内, 三年
        if let Some(first) = crate::number::numbers(first_chars(rest, 6)).first().filter(|n| n.start == 0) {
            let after = cut(rest, first.end, rest.len());
            if let Some(word) =
                starts(after, words!("年内 年间 年来")).or_else(|| after.starts_with("年新").then_some("年"))
            {
                a += first.end + word.len();
                continue;
            }
        }
        // 市、区两级在…: who does it, when levels of government do
        let head = first_chars(rest, 16);
        if let Some(at) = head.find("两级").or_else(|| head.find("三级"))
            && at > 0
            && cut(head, 0, at).chars().all(|c| "省市县区镇乡村街道级（）、".contains(c))
            && trim_trail(s, a + at + "两级".len(), b) > a + at + "两级".len()
        {
            a += at + "两级".len();
            continue;
        }
        let year = rest.trim_start_matches(['到', '在', '至']);
        let digits = year.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 4 && cut(year, 4, year.len()).starts_with('年') {
            a = b - year.len() + 4 + '年'.len_utf8();
            let tail = cut(s, a, b);
            a += starts(tail, words!("底前 末前 底 末 前 内 起 度")).map_or(0, str::len);
            continue;
        }
        if rest.starts_with(' ') {
            a += 1;
            continue;
        }
        // （1）培训…, ①办班…, 一是建馆…: a mark in running text
        let bare = rest.trim_start_matches(|c: char| ('\u{2460}'..='\u{2473}').contains(&c));
        let bare = starts(bare, words!("一是 二是 三是 四是 五是 六是 七是"))
            .map_or(bare, |w| cut(bare, w.len(), bare.len()));
        let inner = bare.strip_prefix('（').unwrap_or("");
        let figures = inner.bytes().take_while(u8::is_ascii_digit).take(3).count();
        let bare =
            cut(inner, figures, inner.len()).strip_prefix('）').filter(|_| figures > 0).unwrap_or(bare);
        if bare.len() < rest.len() {
            a = b - bare.len();
            continue;
        }
        match starts(rest, &LEAD) {
            // 各类, 新型, 将军 are words of their own
            Some("各") if starts(rest, words!("各类 各级 各种")).is_some() => return a,
            Some("新")
                if starts(cut(rest, '新'.len_utf8(), rest.len()), &DO)
                    .is_none_or(|v| matches!(v, "建" | "增加" | "建成")) =>
            {
                return a;
            }
            Some("应") if rest.starts_with("应急") || rest.starts_with("应用") => return a,
            Some("重点") if starts(rest, words!("重点实验室 重点人群 重点学校")).is_some() => {
                return a;
            }
            Some("要") if rest.starts_with("要素") => return a,
            Some("都") if rest.starts_with("都市") => return a,
            Some("全年" | "五年" | "三年" | "平均" | "基本") if chars(rest) <= 2 => return a,
            Some(word) if a + word.len() <= b => a += word.len(),
            _ => return a,
        }
    }
}

pub(crate) fn trim_trail(s: &str, a: usize, mut b: usize) -> usize {
    loop {
        let rest = cut(s, a, b);
        if rest.ends_with(' ') {
            b -= 1;
            continue;
        }
        // 经费2025年达到: when, not what
        if let Some(head) = rest.strip_suffix('年')
            && last_chars(head, 4).parse::<u16>().is_ok_and(|y| (2000..=2100).contains(&y))
            && chars(head) > 6
        {
            let head = cut(head, 0, head.len() - 4);
            // 比2020年提高 is a comparison
            if !head.ends_with(['比', '较', '与', '自', '从', '以']) {
                b = a + head.trim_end_matches(['到', '至', '在']).len();
                continue;
            }
        }
        if rest.ends_with('与') && !rest.ends_with("参与") {
            b -= '与'.len_utf8();
            continue;
        }
        match ends(rest, &TRAIL) {
            Some("为") if rest.ends_with("行为") => return b,
            Some("各" | "要" | "并" | "可" | "再" | "均" | "达" | "在" | "完成") if chars(rest) <= 1 =>
            {
                return b;
            }
            Some("均") if rest.ends_with("人均") || rest.ends_with("平均") => return b,
            Some("要") if rest.ends_with("需要") || rest.ends_with("重要") => return b,
            Some("为" | "近" | "在" | "到" | "至" | "共" | "各" | "并" | "再" | "可" | "将" | "也")
                if ends(rest, words!("公共 附近 存在 所在 中共")).is_some() =>
            {
                return b;
            }
            Some(word) => b -= word.len(),
            None => return b,
        }
    }
}

/// `科普经费比2020年`: the comparison is no part of the subject.
fn strip_compared(s: &str, a: usize, b: usize) -> (usize, usize) {
    let rest = cut(s, a, b);
    match rest.rfind(['比', '较']) {
        Some(at) if has(cut(rest, at, rest.len()), words!("年 末 上")) => {
            let left = trim_trail(s, a, a + at);
            (a, left)
        }
        _ => (a, b),
    }
}

/// `各镇科普经费` keeps its place apart.
fn each(words: &str) -> (String, Option<String>) {
    (words.to_string(), None)
}

/// Without signs at its ends.
fn plain(words: String) -> String {
    // 经费由2020年的2元提高到…: where it came from is no part of it
    let words = words.split("由20").next().filter(|w| chars(w) > 2).map_or(words.as_str(), |w| w);
    let trimmed = words.trim_matches(['、', '，', '：', ' ', '的', '—', '-']);
    let unequal = trimmed.matches('“').count() != trimmed.matches('”').count();
    let wrapped =
        trimmed.starts_with('“') && trimmed.find('”').is_some_and(|at| at + '”'.len_utf8() == trimmed.len());
    let trimmed = if unequal || wrapped { trimmed.trim_matches(['“', '”']) } else { trimmed };
    first_chars(trimmed, 40).to_string()
}
