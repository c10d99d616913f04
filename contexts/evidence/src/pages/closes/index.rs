//! The list of closed periods.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use web::{Cell, Cx, Format, Page, ui};

use super::{since, words};
use crate::{actions, store};

#[derive(Template)]
#[template(path = "pages/closes/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    lines: Vec<Line>,
    open: Vec<String>,
    may_close: bool,
}

struct Line {
    period: String,
    closed: String,
    since: String,
    by: String,
}

/// `GET /desk/closes`
pub async fn show(cx: Cx, Query(query): Query<BTreeMap<String, String>>) -> web::Result {
    let (closes, open) = cx
        .read(|tx, by| {
            let (closes, open) = actions::close::list(tx, by)?;
            let mut told = Vec::new();
            for one in closes {
                let now = store::close::total_of(tx, by.district(), &one.period)?;
                told.push((one, now));
            }
            Ok((told, open))
        })
        .await?;
    let lines: Vec<Line> = closes
        .into_iter()
        .map(|(one, now)| Line {
            closed: words(&cx, one.total),
            since: since(&cx, one.total, now),
            by: format!("{} {}", one.closed.name, one.closed.at.minute_text()),
            period: one.period,
        })
        .collect();
    if let Some(format) = query.get("format").and_then(|text| Format::parse(text)) {
        let keys =
            ["evidence-close-period", "evidence-close-closed", "evidence-close-since", "evidence-close-by"];
        let row = |line: Line| [line.period, line.closed, line.since, line.by].map(Cell::from).to_vec();
        let rows = lines.into_iter().map(row).collect();
        return cx.export(format, "closes", keys.map(|key| cx.t(key)).to_vec(), rows);
    }
    let body = Index {
        lines,
        open: open.iter().map(ToString::to_string).collect(),
        may_close: cx.may(crate::pages::KEEP_RULES),
        cx: &cx,
    };
    cx.page(Page::new(cx.t("evidence-closes")), body)
}
