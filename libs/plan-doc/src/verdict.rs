//! Whether a document is a plan: duties and measures speak for it, the form of a law against it.

use crate::front::PLAN_WORDS;
use crate::mark::{Kind, mark};
use crate::reading::{ItemKind, NotAPlan, Reading, Verdict};
use crate::span::{Span, chars, first_chars, is_han};
use crate::words::{ends, has, words};

/// Judges a finished reading. `seen` is the folded text.
pub(crate) fn judge(reading: &Reading, seen: &str, paras: &[Span]) -> Verdict {
    match reason(reading, seen, paras) {
        Some(reason) => Verdict::NotAPlan { reason },
        None => Verdict::Plan,
    }
}

fn reason(reading: &Reading, seen: &str, paras: &[Span]) -> Option<NotAPlan> {
    let han = seen.chars().filter(|c| is_han(*c)).take(40).count();
    if han < 10 {
        return Some(if table(seen, paras) {
            NotAPlan::Table
        } else if han == 0 {
            NotAPlan::Empty
        } else {
            NotAPlan::Prose
        });
    }
    let owned = reading.items.iter().filter(|i| !i.duties.is_empty()).count();
    let measures =
        reading.items.iter().filter(|i| matches!(i.kind, ItemKind::Measure | ItemKind::Goal)).count();
    let title = reading.title.as_ref().map_or("", |t| t.text.as_str());
    let planned = planned(title);
    if law(reading, seen, paras, owned, planned) {
        return Some(NotAPlan::Law);
    }
    // a report on work done names its units too
    if told(title) && !planned {
        return Some(NotAPlan::Report);
    }
    if owned >= 2 {
        return None;
    }
    if table(seen, paras) {
        return Some(NotAPlan::Table);
    }
    if owned == 1 && planned {
        return None;
    }
    if report(title, seen) {
        return Some(NotAPlan::Report);
    }
    if news(seen) && !planned {
        return Some(NotAPlan::News);
    }
    let headings = reading.chapters.len() + reading.sections.len() + reading.items.len();
    if planned && measures > 0 && headings > 1 {
        return None;
    }
    if owned == 1 && measures >= 3 {
        return None;
    }
    // headings of a plan with numbers to reach, though the title was lost
    let aims =
        has(seen, words!("行动 工程 任务")) && has(seen, words!("保障 目标")) && reading.chapters.len() >= 2;
    if measures >= 3 && aims && !reading.targets.is_empty() && title.is_empty() {
        return None;
    }
    Some(if headings == 0 { NotAPlan::Prose } else { NotAPlan::NoMeasures })
}

/// Whether a title is a plan's.
fn planned(title: &str) -> bool {
    let bare = title.trim_end_matches(['）', '》', ' ']);
    let bare = bare.find('（').filter(|at| *at > 0).map_or(bare, |at| bare.get(..at).unwrap_or(bare));
    let word = ends(bare, &PLAN_WORDS).is_some()
        || bare.ends_with("行动")
        || has(title, words!("方案 行动计划 规划 纲要 工作要点 工作计划 实施意见"));
    word && ends(bare, words!("条例 办法 规定 细则 法 报告 总结 公告 解读 新闻")).is_none()
}

/// Articles, shall and may, and a day of coming into force; nobody is given a task by name.
fn law(reading: &Reading, seen: &str, paras: &[Span], owned: usize, planned: bool) -> bool {
    let title = reading.title.as_ref().map_or("", |t| t.text.as_str());
    let bare = title.trim_end_matches(|c: char| !is_han(c)).trim_end_matches(['）', '》']);
    let bare = bare.split('（').next().unwrap_or(bare);
    let named = ends(
        bare,
        words!("条例 法 规定 细则 规则 章程 决定 解释 办法 准则 守则 标准 规范 公约 暂行办法 制度"),
    )
    .is_some()
        && !has(bare, words!("方案 计划"));
    let head = first_chars(seen, 300);
    let named = named || has(head, words!("中华人民共和国主席令 国务院令 人民代表大会常务委员会公告 令第"));
    let total = reading.items.len().max(1);
    // a law may name a lead in passing; a plan names one for most points
    let assigned = owned * 2 >= total || owned >= 4;
    if assigned && (planned || !named) {
        return false;
    }
    // no law sets the units of an article apart in brackets or behind a label
    let apart = |span: &Span| {
        let clause = span.of(seen);
        clause.starts_with(['（', '【']) || first_chars(clause, 10).contains('：')
    };
    let set_apart =
        reading.items.iter().filter(|i| !i.duties.is_empty() && i.clauses.iter().any(apart)).count();
    if set_apart >= 3 && set_apart * 2 >= total {
        return false;
    }
    let articles = paras.iter().filter(|p| mark(p.of(seen)).is_some_and(|m| m.kind == Kind::Article)).count();
    let shall = seen.matches("应当").take(50).count();
    let force = has(seen, words!("起施行 起实施 本法 本条例 本办法 本规定 本细则 本章程"));
    if assigned && owned >= 4 && shall < 10 && !force {
        return false;
    }
    (articles >= 2 && (named || force || shall >= 3 || !planned))
        || (named && articles >= 1)
        || (named && force && shall >= 2)
}

/// Whether a title is that of a report, of minutes, of a speech.
fn told(title: &str) -> bool {
    let bare = title.trim_end_matches(['）', '》', ' ']);
    let bare = bare.find(['（', '〔']).filter(|at| *at > 0).map_or(bare, |at| bare.get(..at).unwrap_or(bare));
    ends(
        bare,
        words!(
            "总结 工作总结 报告 汇报 纪要 讲话 公报 简报 述职 通报 情况 要闻 综述 年报 致辞 解读 说明 公告 公示 答记者问
            总结和打算 总结及计划 工作情况"
        ),
    )
    .is_some()
        && !has(bare, &PLAN_WORDS)
        || has(bare, words!("工作总结 情况报告 情况的报告 情况汇报 会议纪要 统计公报 年度报告"))
}

/// A speech, a report of work done, a notice to the public.
fn report(title: &str, seen: &str) -> bool {
    let bare = title.trim_end_matches(['）', '》', ' ']);
    let head = first_chars(seen, 160);
    ends(bare, words!("总结 工作报告 报告 通报 讲话 公告 公示 纪要 汇报 述职 简报 致辞 说明 解读 答记者问 综述 调研 评估 年报")).is_some()
        || has(head, words!("工作总结 工作汇报 工作情况汇报 情况报告 政策解读 会议纪要 答记者问 的讲话 情况通报 政府工作报告"))
        || (seen.matches("上半年").count() + seen.matches("今年以来").count() > 2)
}

/// A dateline, a reporter.
fn news(seen: &str) -> bool {
    let head = first_chars(seen, 600);
    let tail: String = seen.chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
    let signs = [
        "记者", "本报讯", "讯（", "新华社", "通讯员", "电（", "据悉", "来源：", "责任编辑", "编辑：",
        "中新网", "近日", "日前", "讯 ",
    ];
    let n = signs.iter().filter(|w| head.contains(**w) || tail.contains(**w)).count();
    // 召开…会 in the headline, 会议指出 in the text
    let meeting = ["会议指出", "会议强调", "会议要求", "会议听取", "出席会议", "主持会议"];
    let met = meeting.iter().filter(|w| seen.contains(**w)).count() >= 2
        && has(first_chars(seen, 120), words!("召开 举行 举办"));
    n >= 2 || met || has(head, words!("本报讯 新华社 （记者 记者从 中新网"))
}

/// Cells: tabs, or short lines that are mostly figures.
fn table(seen: &str, paras: &[Span]) -> bool {
    let lines = paras.len();
    if lines < 3 {
        return false;
    }
    let mut cells = 0usize;
    let mut short = 0usize;
    for para in paras {
        let line = para.of(seen);
        let tabs = line.matches(['\t', ',', '|', '，', '｜']).count();
        let figures = line
            .chars()
            .filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | ',' | '\t' | ' ' | '，' | '|'))
            .count();
        cells += usize::from(
            line.contains('\t') || (tabs >= 3 && !line.contains('。') && chars(line) < tabs * 12),
        );
        short += usize::from(chars(line) <= 12 && figures * 2 >= chars(line).max(1));
    }
    cells * 2 > lines || short * 2 > lines || (cells + short) * 3 > lines * 2
}
