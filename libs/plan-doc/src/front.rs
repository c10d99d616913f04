//! What stands before the first chapter: metadata, title, period.

use crate::mark;
use crate::period::{five_year_plan, quoted, split_title, without_period, years};
use crate::reading::{Metadata, Period, Title};
use crate::span::{Piece, Span, chars, cut, first_chars, is_han};
use crate::words::{ends, has, words};

words! {
    /// Words that the title of a plan ends with, or nearly.
    pub(crate) PLAN_WORDS =
        "实施方案 工作方案 行动方案 行动计划 工作计划 实施计划 规划纲要 规划 方案 计划 纲要 工作要点 要点
        实施意见 意见 任务分工 分工方案 行动纲要 实施办法 若干措施 措施 任务清单 任务书 责任分解 工程"
}

/// What the front of a document says.
#[derive(Default)]
pub(crate) struct Front {
    pub title: Option<Title>,
    pub period: Option<Period>,
    pub inferred: bool,
    pub metadata: Vec<Metadata>,
    /// The title's other occurrence.
    pub twice: Option<Span>,
    /// Paragraphs that are neither: the preamble.
    pub preamble: Vec<Span>,
}

/// A title of more bytes is none.
const MAX_TITLE: usize = 360;

/// Beyond so many runs of short lines no title is looked for.
const MAX_BLOCKS: usize = 60;

/// A run of short lines that could be a title.
struct Block {
    text: String,
    span: Span,
}

/// Reads the paragraphs before the outline. `year` bounds are those of this century.
pub(crate) fn front(text: &str, seen: &str, paras: &[Span]) -> Front {
    let mut front = Front::default();
    let mut blocks: Vec<Block> = Vec::new();
    let mut fresh = true;
    for para in paras {
        let line = para.of(seen);
        if let Some(meta) = metadata(text, seen, *para) {
            front.metadata.push(meta);
            fresh = true;
        } else if blocks.len() < MAX_BLOCKS && is_title_line(line) {
            let whole = std::mem::take(&mut fresh)
                || blocks.last().is_some_and(|b| b.text.len() > MAX_TITLE || complete(&b.text, line));
            match blocks.last_mut().filter(|_| !whole) {
                Some(block) => {
                    block.text.push_str(&joined(para.of(text)));
                    block.span.end = para.end;
                }
                None => blocks.push(Block { text: joined(para.of(text)), span: *para }),
            }
        } else {
            front.preamble.push(*para);
            fresh = true;
        }
    }
    choose(text, seen, &mut front, &blocks);
    if front.period.is_none() {
        front.period = find_period(seen, &front, &blocks);
    }
    if front.period.is_none()
        && let Some(title) = &front.title
        && let Some((from, to)) = five_year_plan(&title.text)
    {
        front.period = Some(Period { from, to, span: Span::default() });
        front.inferred = true;
    }
    front
}

/// Whether a title block is whole, so that the next short line begins another one.
fn complete(block: &str, next: &str) -> bool {
    let bare = without_period(block);
    let period_only =
        without_period(next).trim_matches(['（', '）', ' ']).is_empty() || next.starts_with('（');
    if period_only {
        return false;
    }
    bare.ends_with("通知")
        || bare.ends_with("文件")
        || bare.ends_with("目录")
        || bare.ends_with("印发")
        || (ends(&bare, &PLAN_WORDS).is_some()
            && !next.starts_with(['的', '》'])
            && !next.ends_with("的通知")
            && ends(next, &PLAN_WORDS).is_some())
        || ((bare.ends_with("人民政府")
            || bare.ends_with("办公室")
            || bare.ends_with("委员会")
            || bare.ends_with("领导小组"))
            && next.starts_with(first_chars(&bare, 2)))
}

/// A line's words without the spaces of a centred heading.
fn joined(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line.trim().chars().peekable();
    while let Some(c) = rest.next() {
        let between = c == ' '
            && !(out.ends_with(|x: char| x.is_ascii_alphanumeric())
                && rest.peek().is_some_and(char::is_ascii_alphanumeric));
        if !between {
            out.push(c);
        }
    }
    out
}

fn is_title_line(line: &str) -> bool {
    let n = chars(line);
    (2..=70).contains(&n)
        && line.chars().any(|c| is_han(c) || c.is_ascii_digit())
        && !line.ends_with(['。', '：', '；', '，', '、', '！'])
        && !line.contains(['。', '\t'])
        && !mark::is_attachment(line)
}

/// `发文字号：…`, `麒区政发〔2021〕15号`, a date, a place to sign.
fn metadata(text: &str, seen: &str, para: Span) -> Option<Metadata> {
    let line = para.of(seen).trim();
    let n = chars(line);
    if n == 0 || n > 120 {
        return None;
    }
    let value = para.of(text).trim();
    if let Some(at) = line.find('：') {
        let key: String = cut(line, 0, at).chars().filter(|c| *c != ' ').collect();
        let known = words!(
            "号 名称 标题 机构 单位 日期 时间 来源 分类 主题 词 字号 文号 索引 状态 浏览 作者 编辑 性
        体裁 级别 电话 人 密级 期限 责编 类别 点击 网址 公开 废止 栏目"
        );
        let short = (1..=10).contains(&chars(&key));
        let filled = cut(line, at + '：'.len_utf8(), line.len()).trim();
        if short
            && ends(&key, known).is_some()
            && !key.ends_with("各单位")
            && !key.starts_with('各')
            && (!filled.is_empty() || !key.ends_with("单位"))
        {
            let at = value.find('：').or_else(|| value.find(':')).unwrap_or(at);
            return Some(Metadata {
                key,
                value: cut(value, at, value.len()).trim_start_matches(['：', ':', ' ']).to_string(),
                span: para,
            });
        }
    }
    let bare = Metadata { key: String::new(), value: value.to_string(), span: para };
    let number =
        n <= 30 && (line.ends_with('号') || line.ends_with("号）")) && has(line, words!("〔 [ （20 【 第"));
    let stamped = n <= 12 && (has(line, words!("公开 不予公开 密级 内部")) && !has(line, &PLAN_WORDS));
    (number || stamped || is_date(line) || mark::is_attachment(line)).then_some(bare)
}

/// 2022年5月1日, 二〇二二年五月, 2022-05-01, also within brackets or followed by 印发.
pub(crate) fn is_date(line: &str) -> bool {
    let line = line.trim_matches(['（', '）', ' ']);
    let line = line.strip_suffix("印发").unwrap_or(line).trim();
    let n = chars(line);
    (6..=20).contains(&n)
        && line.chars().all(|c| c.is_ascii_digit() || "年月日 -/.:：〇零一二三四五六七八九十".contains(c))
        && (line.contains('年') && line.contains('月') || line.matches(['-', '/', '.']).count() == 2)
}

/// Bytes of a title at the beginning of a running text.
fn run_on(line: &str) -> Option<usize> {
    let head = first_chars(line, 80);
    ["为", "根据", "依据", "按照"]
        .iter()
        .flat_map(|w| head.match_indices(*w))
        .map(|(at, _)| at)
        .filter(|at| {
            let title = without_period(cut(head, 0, *at));
            let title = title.trim_end_matches('）');
            let bare = title
                .rfind('（')
                .filter(|_| cut(head, 0, *at).ends_with('）'))
                .map_or(title, |i| cut(title, 0, i));
            ends(bare, &PLAN_WORDS).is_some()
        })
        .min()
}

fn choose(text: &str, seen: &str, front: &mut Front, blocks: &[Block]) {
    let score = |b: &Block| -> i32 {
        let bare = without_period(&b.text);
        let quoted = bare.contains('》') && bare.ends_with("通知");
        let word = ends(bare.trim_end_matches(['）', ' ']), &PLAN_WORDS).is_some()
            || has(&b.text, &PLAN_WORDS) && bare.contains('（');
        match (word, bare.ends_with("通知"), quoted) {
            (true, false, _) if chars(&bare) >= 6 => 3,
            (_, true, _) if has(&bare, &PLAN_WORDS) => 2,
            _ if has(&bare, &PLAN_WORDS) && chars(&bare) >= 6 => 2,
            _ if chars(&bare) >= 6 => 1,
            _ => 0,
        }
    };
    let best = blocks.iter().rev().max_by_key(|b| score(b)).filter(|b| score(b) > 0);
    let Some(best) = best else {
        // a title that the text was run on to: …实施方案为贯彻落实…
        if let Some((words, span)) = front.preamble.first().and_then(|p| {
            run_on(p.of(seen)).map(|n| (cut(p.of(text), 0, n), Span::new(p.start, p.start + n)))
        }) {
            let (title, period) = split_title(words, span);
            front.title = Some(Title { text: title, span });
            front.period = period;
            return;
        }
        let from_meta =
            front.metadata.iter().find(|m| has(&m.key, words!("标题 名称")) && !m.value.is_empty());
        if let Some(meta) = from_meta {
            let (title, period) = split_title(&meta.value, meta.span);
            front.title = Some(Title { text: title, span: meta.span });
            front.period = period;
        }
        return;
    };
    let inner = promulgated(&best.text);
    let (title, period) = split_title(&inner, best.span);
    front.twice = blocks
        .iter()
        .find(|b| b.span != best.span && without_period(&b.text) == title)
        .map(|b| b.span)
        .or_else(|| front.metadata.iter().find(|m| without_period(&m.value) == title).map(|m| m.span));
    front.title = Some(Title { text: title, span: best.span });
    front.period = period;
}

/// `某政府关于印发《某方案》的通知` names the plan inside.
fn promulgated(text: &str) -> String {
    let bare = text.trim();
    let notice = bare.strip_suffix("的通知").or_else(|| bare.strip_suffix("通知"));
    let Some(inner) = notice else { return bare.to_string() };
    let handed_on = ["关于印发", "关于下发", "关于转发", "关于发布", "印发", "转发"];
    let Some(after) = handed_on.iter().find_map(|w| inner.split_once(w).map(|(_, r)| r)) else {
        // 关于做好某事的通知 is the name of the notice itself
        return bare.to_string();
    };
    let after = after.trim();
    let unquoted = after.strip_prefix('《').and_then(|s| s.strip_suffix('》')).unwrap_or(after);
    unquoted.to_string()
}

/// A period on a line of its own, or in the preamble's name of this plan.
fn find_period(seen: &str, front: &Front, blocks: &[Block]) -> Option<Period> {
    blocks
        .iter()
        .rev()
        .find_map(|b| {
            let (from, to, _) = years(&b.text)?;
            (from < to && !quoted(&b.text, b.text.find(&from.to_string())?)).then_some(Period {
                from,
                to,
                span: b.span,
            })
        })
        .or_else(|| {
            front.title.as_ref().filter(|t| t.text.contains('《')).and_then(|t| {
                let inside = years(&t.text)?;
                t.text.ends_with('》').then_some(Period { from: inside.0, to: inside.1, span: t.span })
            })
        })
        .or_else(|| {
            let name = front.title.as_ref().map(|t| t.text.clone())?;
            front.preamble.iter().find_map(|p| {
                let piece = Piece::new(seen, *p);
                let at = piece.s.find(name.as_str())?;
                let tail = first_chars(cut(piece.s, at + name.len(), piece.s.len()), 16);
                let (from, to, _) = years(tail)?;
                (from < to && tail.starts_with('（')).then_some(Period { from, to, span: *p })
            })
        })
}

/// 麒麟 of 麒麟区全民科学素质行动实施方案.
pub(crate) fn place(title: &str) -> Option<String> {
    let (at, _) = title
        .char_indices()
        .skip(1)
        .take(9)
        .find(|(_, c)| matches!(c, '省' | '市' | '区' | '县' | '州' | '旗' | '盟'))?;
    let head = cut(title, 0, at);
    (chars(head) >= 2 && head.chars().all(is_han)).then(|| head.to_string())
}
