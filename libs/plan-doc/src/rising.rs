//! Promises without a number: a direction to be kept, or every place to be covered.

use crate::lexicon::kind_of;
use crate::reading::{Comparator, Form, Target, TargetKind};
use crate::sentence::Sentence;
use crate::span::{Span, chars, cut, last_chars};
use crate::target::{Scope, Source};
use crate::words::{ends, has, starts, words};

words! {
    /// Words that a direction is said with.
    pub(crate) SIGNS = "逐年 持续 稳步 稳定 逐步 只增不减"
}
words! {
    UP = "增加 增长 提高 递增 上升 加大 提升 增多"
}
words! {
    DOWN = "下降 减少 降低 递减"
}
words! {
    LEAD =
        "保持 确保 实现 推动 促进 力争 使 保证 全区 全市 全县 全省 并 要 做到 推进 争取 同时 切实 进一步
        不断 加大 落实 建立 各级 将 努力 逐步 基本 充分 推动实现 最终 有效"
}

fn target(scope: &Scope<'_>, source: &Source, sentence: &Sentence<'_>, from: usize, to: usize) -> Target {
    Target {
        id: String::new(),
        item: source.item,
        section: source.section,
        kind: TargetKind::Attested,
        form: None,
        subject: String::new(),
        comparator: Comparator::Rising,
        value: None,
        unit: None,
        per: None,
        by: scope.period.map(|p| p.to.to_string()),
        scope: None,
        strength: None,
        approximate: false,
        sentence: sentence.piece.span(),
        span: Span::new(sentence.piece.at + from, sentence.piece.at + to),
    }
}

/// The words of the clause before `at`, without what frames them.
fn subject(sentence: &Sentence<'_>, at: usize) -> (usize, usize) {
    let s = sentence.piece.s;
    let window = last_chars(cut(s, 0, at), 50);
    let base = at - window.len();
    // 市、县财政: a list of levels is one subject
    let levels = |i: usize| {
        cut(window, 0, i).chars().next_back().is_some_and(|c| "省市县区州".contains(c))
            && cut(window, i, window.len()).starts_with('、')
    };
    let mut from = base
        + window
            .char_indices()
            .rev()
            .find(|(i, c)| matches!(c, '，' | '、' | '：' | '；') && !levels(*i))
            .map(|(i, _)| i)
            .map_or(0, |i| i + cut(window, i, window.len()).chars().next().map_or(0, char::len_utf8));
    while let Some(word) = starts(cut(s, from, at), &LEAD) {
        from += word.len();
    }
    let mut to = at;
    while let Some(word) = ends(cut(s, from, to), words!("的 实现 保持 得到 呈 总量 每年 达到 基本"))
    {
        to -= word.len();
    }
    (from, to)
}

/// `参与人数翻一番`: as much again; 翻两番 is four times as much.
pub(crate) fn doubled(scope: &Scope<'_>, source: &Source, sentence: &Sentence<'_>) -> Option<Target> {
    let s = sentence.piece.s;
    let (at, word, more) = [("翻一番", "100"), ("翻两番", "300"), ("翻番", "100")]
        .iter()
        .find_map(|(word, more)| s.find(word).map(|at| (at, *word, *more)))?;
    if sentence.quoted(at) {
        return None;
    }
    let head = cut(s, 0, at);
    let head = ends(head, words!("力争 争取 确保 力争实现 实现"))
        .map_or(head, |w| cut(head, 0, head.len() - w.len()));
    let (from, to) = subject(sentence, head.len());
    let to = crate::subject::trim_trail(s, from, to);
    let words = cut(scope.text, sentence.piece.at + from, sentence.piece.at + to);
    if !(2..=24).contains(&chars(words)) {
        return None;
    }
    let mut t = target(scope, source, sentence, at, at + word.len());
    t.kind = kind_of(words, "%", "");
    t.form = Some(Form::Increase);
    t.subject = words.to_string();
    t.comparator = Comparator::AtLeast;
    t.value = Some(more.into());
    t.unit = Some("%".into());
    t.strength = crate::frame::strength(cut(s, from, at)).map(str::to_string);
    t.by = crate::deadline::by_end(sentence, at).or(t.by);
    Some(t)
}

/// 逐年增加, and for money also 持续增长, 稳步增长.
pub(crate) fn find(scope: &Scope<'_>, source: &Source, sentence: &Sentence<'_>) -> Vec<Target> {
    let s = sentence.piece.s;
    let mut out = Vec::new();
    for word in SIGNS.iter() {
        for (at, _) in s.match_indices(word).take(8) {
            if sentence.quoted(at) {
                continue;
            }
            let after = cut(s, at + word.len(), s.len());
            let after = starts(after, words!("稳定 稳步 有所 适度 、稳定 不断"))
                .map_or(after, |w| cut(after, w.len(), after.len()));
            let up = word == "只增不减" || starts(after, &UP).is_some();
            let down = starts(after, &DOWN).is_some();
            let (from, to) = subject(sentence, at);
            let words: String = cut(scope.text, sentence.piece.at + from, sentence.piece.at + to)
                .chars()
                .filter(|c| *c != ' ')
                .collect();
            let money = has(cut(s, from, to), words!("经费 投入 资金 预算"));
            let sure = word == "逐年" || money;
            let noun = (2..=24).contains(&chars(&words)) && !words.contains('“');
            // 逐年增加10% has a number of its own
            let numbered = starts(after, &UP).is_some_and(|w| {
                cut(after, w.len(), after.len())
                    .trim_start_matches(['到', '至', ' '])
                    .starts_with(|c: char| c.is_ascii_digit())
            });
            if (up || down) && sure && noun && !numbered {
                let mut t = target(scope, source, sentence, at, at + word.len());
                t.kind = if money { TargetKind::Financial } else { kind_of(&words, "", "") };
                t.form = Some(Form::Monotone);
                t.subject = words;
                t.comparator = if up { Comparator::Rising } else { Comparator::Falling };
                t.scope = crate::frame::scope(cut(s, 0, at), scope.region)
                    .filter(|_| has(last_chars(cut(s, 0, from), 6), words!("全 我")))
                    .map(str::to_string);
                out.push(t);
            }
        }
    }
    out.sort_by_key(|t| t.span.start);
    out
}

words! {
    PLACES =
        "镇（街道） 乡镇（街道） 乡（镇、街道） 乡镇（街道、园区） 街道（乡镇） 街道（镇） 镇街 乡镇街道
        乡镇 街道 村（社区） 社区（村） 行政村 村社区 社区 村 县（市、区） 区县 县区 县市区 县域 市县
        中小学校 中小学 学校 义务教育阶段学校 县级 苏木乡镇 县（区） 区（县） 县（市） 村居 镇村 城乡社区"
}

/// `实现镇（街道）科技馆全覆盖`: one in every place.
pub(crate) fn full_coverage(scope: &Scope<'_>, source: &Source, sentence: &Sentence<'_>) -> Option<Target> {
    let s = sentence.piece.s;
    let at = s.find("全覆盖")?;
    if sentence.quoted(at) {
        return None;
    }
    let (mut from, mut to) = subject(sentence, at);
    while let Some(word) = ends(cut(s, from, to), words!("100% 基本 实现 达到")) {
        to -= word.len();
    }
    if starts(cut(s, from, to), words!("每个 各")).is_some() {
        from += starts(cut(s, from, to), words!("每个 各")).map_or(0, str::len);
    }
    let stretch = cut(s, from, to);
    let per = match (starts(stretch, &PLACES), ends(stretch, &PLACES)) {
        (Some(word), _) => {
            from += word.len();
            word
        }
        (None, Some(word)) => {
            to -= word.len();
            word
        }
        (None, None) => return None,
    };
    let stretch = cut(s, from, to);
    let stretch =
        ends(stretch, words!("在 对 各")).map_or(stretch, |w| cut(stretch, 0, stretch.len() - w.len()));
    let stretch = starts(stretch, words!("的")).map_or(stretch, |w| cut(stretch, w.len(), stretch.len()));
    let begin = cut(s, from, to).find(stretch).map_or(from, |i| from + i);
    let words: String =
        cut(scope.text, sentence.piece.at + begin, sentence.piece.at + begin + stretch.len()).to_string();
    if !(2..=20).contains(&chars(&words)) || has(&words, words!("“ ，")) {
        return None;
    }
    let mut t = target(scope, source, sentence, at, at + "全覆盖".len());
    t.kind = kind_of(&words, "个", "");
    t.form = Some(Form::Coverage);
    t.subject = words;
    t.comparator = Comparator::AtLeast;
    t.value = Some("100".into());
    t.unit = Some("%".into());
    t.per = Some(per.to_string());
    t.by = crate::deadline::by_end(sentence, at).or(t.by);
    Some(t)
}
