//! Closed months and years: the list, the checklist before a close, and the page of a closed period.

pub mod index;
pub mod new;
pub mod show;

use web::Cx;

use crate::fact::Sums;

/// `132 场，5,204 人次`
pub(crate) fn words(cx: &Cx, sums: Sums) -> String {
    let args = [("n", cx.number(sums.sessions)), ("heads", cx.number(sums.person_times))];
    cx.with("evidence-close-total", &args)
}

/// What came since, with its sign: `+2 场，+61 人次`; empty when nothing did.
pub(crate) fn since(cx: &Cx, closed: Sums, now: Sums) -> String {
    let signed = |n: i64| if n < 0 { format!("−{}", cx.number(-n)) } else { format!("+{}", cx.number(n)) };
    if closed == now {
        return String::new();
    }
    let args = [
        ("n", signed(now.sessions - closed.sessions)),
        ("heads", signed(now.person_times - closed.person_times)),
    ];
    cx.with("evidence-close-total", &args)
}

/// `2025-11 月报：已关闭 132 场，5,204 人次；之后 +2 场，+61 人次`
pub(crate) fn sentence(cx: &Cx, period: &str, closed: Sums, now: Sums) -> String {
    let since = since(cx, closed, now);
    let args = [("period", period.to_owned()), ("closed", words(cx, closed)), ("since", since.clone())];
    cx.with(if since.is_empty() { "evidence-close-sentence" } else { "evidence-close-sentence-moved" }, &args)
}
