//! A closed period: what was signed, what came since and why, and the file for whoever checks it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::Refusal;
use web::{Cx, Page};

use super::{sentence, since, words};
use crate::close::{Close, CloseFile, Period, Snapshot};
use crate::fact::{Cell, Grain, Sums};
use crate::pages::indicators::index::figure;
use crate::pages::names::Names;
use crate::store::close::Late;
use crate::{indicators, moves, store};

#[derive(Template)]
#[template(path = "pages/closes/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    close: &'a Close,
    sentence: String,
    n_leaves: String,
    late: Vec<LateLine>,
    numbers: Vec<Line>,
}

struct LateLine {
    href: String,
    moved: String,
    reason: String,
    by: String,
}

struct Line {
    name: String,
    href: String,
    closed: String,
    since: String,
    rule: String,
}

/// What the page needs of the database.
struct Loaded {
    close: Close,
    snapshot: Snapshot,
    now: BTreeMap<Cell, Sums>,
    late: Vec<Late>,
    series: Vec<crate::Series>,
    names: Names,
}

/// `GET /desk/closes/{period}`
pub async fn show(cx: Cx, Path(period): Path<String>) -> web::Result {
    let loaded = cx
        .read(move |tx, by| {
            let close = store::close::find(tx, by.district(), &period)?.ok_or(Refusal::NotFound)?;
            let snapshot = Snapshot::parse(&close.body).ok_or(Refusal::NotFound)?;
            let series = match Period::parse(&period) {
                Some(Period::Year(year)) => indicators::values(tx, by, year)?,
                Some(Period::Month(..)) | None => Vec::new(),
            };
            Ok(Loaded {
                now: store::close::cells(tx, by.district(), &period)?.into_iter().collect(),
                late: store::close::list_late(tx, by.district(), &period)?,
                names: Names::load(tx, by, [])?,
                close,
                snapshot,
                series,
            })
        })
        .await?;
    let close = &loaded.close;
    let all =
        Cell { purpose: String::new(), period: close.period.clone(), grain: Grain::All, key: String::new() };
    let now = loaded.now.get(&all).copied().unwrap_or_default();
    let body = Show {
        sentence: sentence(&cx, &close.period, close.total, now),
        n_leaves: cx.number(i64::try_from(loaded.snapshot.head.size).unwrap_or(i64::MAX)),
        late: loaded.late.iter().map(|late| late_line(&cx, late)).collect(),
        numbers: totals(&cx, &loaded).into_iter().chain(closed_figures(&cx, &loaded)).collect(),
        close,
        cx: &cx,
    };
    cx.page(Page::new(cx.with("evidence-close-heading", &[("period", close.period.clone())])), body)
}

fn late_line(cx: &Cx, late: &Late) -> LateLine {
    LateLine {
        href: format!("/desk/deliveries/{}", late.source),
        moved: since(cx, Sums::default(), late.moved),
        reason: late.reason.clone(),
        by: format!("{} {}", late.acted.name, late.acted.at.minute_text()),
    }
}

/// The totals of the district and of each purpose, those that came since too.
fn totals(cx: &Cx, loaded: &Loaded) -> Vec<Line> {
    let closed: BTreeMap<&Cell, Sums> =
        loaded.snapshot.cells.iter().map(|(cell, sums)| (cell, *sums)).collect();
    let mut cells: Vec<&Cell> = closed.keys().copied().chain(loaded.now.keys()).collect();
    cells.retain(|cell| cell.grain == Grain::All);
    cells.sort();
    cells.dedup();
    let rule = cx.with("evidence-moves-rule-built-in", &[("n", loaded.snapshot.rule_version.to_string())]);
    let line = |cell: &&Cell| {
        let was = closed.get(*cell).copied().unwrap_or_default();
        let is = loaded.now.get(*cell).copied().unwrap_or_default();
        let name = match cell.purpose.as_str() {
            "" => cx.t("evidence-moves-district"),
            id => loaded.names.purpose(cx, &id.into()),
        };
        let href = moves::filter_of(cell).href();
        Line { name, href, closed: words(cx, was), since: since(cx, was, is), rule: rule.clone() }
    };
    cells.iter().map(line).collect()
}

/// The indicators of a closed year.
fn closed_figures(cx: &Cx, loaded: &Loaded) -> Vec<Line> {
    let of = loaded.snapshot.indicators.iter();
    of.map(|one| {
        let series = loaded.series.iter().find(|series| series.indicator.id.as_str() == one.id);
        let unit = series.map_or("", |series| series.indicator.unit.as_str());
        let point = series.and_then(|series| series.points.last());
        let now = point.map(|point| figure(cx, point.value, unit)).unwrap_or_default();
        let closed =
            one.value.as_ref().map_or_else(|| cx.t("evidence-unfilled"), |value| format!("{value} {unit}"));
        let closed = closed.trim().to_owned();
        let moved =
            if now == closed { String::new() } else { cx.with("evidence-close-now", &[("value", now)]) };
        Line {
            name: one.title.clone(),
            href: format!("/desk/indicators/{}", one.id),
            closed,
            since: moved,
            rule: one
                .rule
                .map(|n| cx.with("evidence-close-rule", &[("n", n.to_string())]))
                .unwrap_or_default(),
        }
    })
    .collect()
}

/// `GET /desk/closes/{period}/file`: for `qilin verify`.
pub async fn file(cx: Cx, Path(period): Path<String>) -> web::Result {
    let close = cx
        .read(move |tx, by| store::close::find(tx, by.district(), &period)?.ok_or(Refusal::NotFound))
        .await?;
    let file = CloseFile::new(&close, cx.by.seal.key());
    let body = serde_json::to_string_pretty(&file).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let name = format!("attachment; filename=\"qilin-close-{}.json\"", close.period);
    let headers = [(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, body).into_response())
}
