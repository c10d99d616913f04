//! Tags, bars, pages of a list, links to its files.

use super::{Safe, escape};
use crate::{Cx, Paging};

/// How a state is to be taken; shown by shape and colour, always beside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Done or on course.
    Ok,
    /// Behind or refused.
    Late,
    /// Waiting for somebody.
    Wait,
    /// Cannot be said.
    Unsure,
    /// Nobody has filled it: 未填.
    Unfilled,
    /// Over, and no longer counted.
    Quiet,
}

/// A state in word, shape and colour. `word` is already in the reader's language.
pub fn tag(tone: Tone, word: &str) -> Safe {
    let (class, shape) = match tone {
        Tone::Ok => ("ok", "✓"),
        Tone::Late => ("late", "！"),
        Tone::Wait => ("wait", "…"),
        Tone::Unsure => ("unsure", "？"),
        Tone::Unfilled => ("unfilled", "◌"),
        Tone::Quiet => ("quiet", "–"),
    };
    Safe(format!(
        r#"<span class="tag {class}"><span aria-hidden="true">{shape}</span> {}</span>"#,
        escape(word)
    ))
}

/// How far something is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar {
    /// Done, in thousandths of the goal.
    pub done: u32,
    /// Where the trajectory says it should be today, in thousandths.
    pub due: Option<u32>,
}

/// A bar; `words` says the same to those who do not see it.
pub fn bar(bar: Bar, words: &str) -> Safe {
    let mark = bar.due.map_or_else(String::new, |due| {
        format!(r#"<rect class="due" x="{}" y="0" width="6" height="14"/>"#, due.min(1000).saturating_sub(3))
    });
    Safe(format!(
        r#"<svg class="bar" role="img" aria-label="{}" viewBox="0 0 1000 14" preserveAspectRatio="none"><rect class="ground" y="2" width="1000" height="10" rx="5"/><rect class="done" y="2" width="{}" height="10" rx="5"/>{mark}</svg>"#,
        escape(words),
        bar.done.min(1000)
    ))
}

/// The links between a list's pages; nothing when there is one.
pub fn pager(cx: &Cx, paging: &Paging) -> Safe {
    let last = paging.last();
    if last == 1 {
        return Safe::default();
    }
    let link = |page: i64, key: &str, rel: &str| {
        let href = cx.here_with(&[("page", &page.to_string())]);
        format!(r#"<a href="{}" rel="{rel}">{}</a>"#, escape(&href), escape(&cx.t(key)))
    };
    let before = if paging.page > 1 { link(paging.page - 1, "list-before", "prev") } else { String::new() };
    let after = if paging.page < last { link(paging.page + 1, "list-after", "next") } else { String::new() };
    let here =
        [("page", cx.number(paging.page)), ("last", cx.number(last)), ("total", cx.number(paging.total))];
    Safe(format!(
        r#"<nav class="pager" aria-label="{}">{before}<span>{}</span>{after}</nav>"#,
        escape(&cx.t("list-pages")),
        escape(&cx.with("list-page", &here))
    ))
}

/// The links that give this list, with its filter, as a file.
pub fn export_links(cx: &Cx) -> Safe {
    let link = |format: &str, key: &str| {
        let href = cx.here_with(&[("format", format), ("page", "")]);
        format!(r#"<a href="{}" download>{}</a>"#, escape(&href), escape(&cx.t(key)))
    };
    Safe(format!(
        r#"<p class="exports"><span>{}</span> {} {} {}</p>"#,
        escape(&cx.t("list-export")),
        link("csv", "list-csv"),
        link("csv-gb", "list-csv-gb"),
        link("xlsx", "list-xlsx")
    ))
}
