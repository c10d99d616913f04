//! A closed period: what was signed, what came since and why, and the file for whoever checks it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Refusal, UnitId};
use web::{Cx, Page};

use super::{sentence, since, words};
use crate::close::{Close, CloseFile, ClosedIndicator, Late, LateKind, Period, Snapshot};
use crate::fact::{Cell, Grain, Sums};
use crate::pages::names::Names;
use crate::{actions, indicators, moves, store};

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
    /// With whether the reader reaches the record.
    late: Vec<(Late, bool)>,
    /// The indicators as they are counted now.
    today: Vec<ClosedIndicator>,
    /// Their units.
    units: BTreeMap<String, String>,
    names: Names,
}

/// `GET /desk/closes/{period}`
pub async fn show(cx: Cx, Path(period): Path<String>) -> web::Result {
    let loaded = cx
        .read(move |tx, by| {
            let close = store::close::find(tx, by.district(), &period)?.ok_or(Refusal::NotFound)?;
            let snapshot = Snapshot::parse(&close.body).ok_or(Refusal::NotFound)?;
            let late = store::close::list_late(tx, by.district(), &period)?;
            let mut now: BTreeMap<Cell, Sums> =
                store::close::cells(tx, by.district(), &period)?.into_iter().collect();
            let of = Period::parse(&period).ok_or(Refusal::NotFound)?;
            let today = if matches!(of, Period::Month(..)) && late.is_empty() {
                // nothing happened in it since: what was counted then is what is counted now
                now.extend(snapshot.cells.iter().filter(|(cell, _)| cell.grain == Grain::Town).cloned());
                snapshot.indicators.clone()
            } else {
                let (towns, indicators) = actions::close::numbers(tx, by, of)?;
                now.extend(towns);
                indicators
            };
            let units = indicators::list(tx, by.district())?;
            let cells = snapshot.cells.iter().map(|(cell, _)| cell).chain(now.keys());
            let towns = cells.filter(|cell| cell.grain == Grain::Town);
            let towns: Vec<UnitId> = towns.map(|cell| cell.key.clone().into()).collect();
            let reach = |one: Late, tx: &mut db::Tx<'_>| {
                let (kind, id) = &one.source;
                let reached = match kind {
                    LateKind::Delivery => actions::delivery::find(tx, by, &id.as_str().into()).is_ok(),
                    LateKind::Entry => actions::entry::find(tx, by, &id.as_str().into()).is_ok(),
                    LateKind::Figure => actions::figure::find(tx, by, &id.as_str().into()).is_ok(),
                    LateKind::Attestation => actions::attestation::find(tx, by, &id.as_str().into()).is_ok(),
                };
                (one, reached)
            };
            let late = late.into_iter().map(|one| reach(one, tx)).collect();
            Ok(Loaded {
                now,
                late,
                today,
                units: units.into_iter().map(|one| (one.id.to_string(), one.unit)).collect(),
                names: Names::load(tx, by, &towns)?,
                close,
                snapshot,
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
        late: loaded.late.iter().map(|(late, reached)| late_line(&cx, late, *reached)).collect(),
        numbers: totals(&cx, &loaded).into_iter().chain(closed_figures(&cx, &loaded)).collect(),
        close,
        cx: &cx,
    };
    cx.page(Page::new(cx.with("evidence-close-heading", &[("period", close.period.clone())])), body)
}

/// What moved the period; it leads to the record for those alone who reach it.
fn late_line(cx: &Cx, late: &Late, reached: bool) -> LateLine {
    let (kind, id) = &late.source;
    let (folder, moved) = match kind {
        LateKind::Delivery => ("deliveries", since(cx, Sums::default(), late.moved)),
        LateKind::Entry => ("entries", cx.t("evidence-close-late-entry")),
        LateKind::Figure => ("figures", cx.t("evidence-close-late-figure")),
        LateKind::Attestation => ("attestations", cx.t("evidence-close-late-attestation")),
    };
    LateLine {
        href: if reached { format!("/desk/{folder}/{id}") } else { String::new() },
        moved,
        reason: late.reason.clone(),
        by: format!("{} {}", late.acted.name, late.acted.at.minute_text()),
    }
}

/// The totals of the district and of each purpose, those that came since too.
fn totals(cx: &Cx, loaded: &Loaded) -> Vec<Line> {
    let closed: BTreeMap<&Cell, Sums> =
        loaded.snapshot.cells.iter().map(|(cell, sums)| (cell, *sums)).collect();
    let mut cells: Vec<&Cell> = closed.keys().copied().chain(loaded.now.keys()).collect();
    cells.retain(|cell| cell.grain == Grain::All || (cell.grain == Grain::Town && cell.purpose.is_empty()));
    cells.sort();
    cells.dedup();
    let rule = cx.with("evidence-moves-rule-built-in", &[("n", loaded.snapshot.rule_version.to_string())]);
    let line = |cell: &&Cell| {
        let was = closed.get(*cell).copied().unwrap_or_default();
        let is = loaded.now.get(*cell).copied().unwrap_or_default();
        let name = match (cell.grain, cell.purpose.as_str()) {
            (Grain::Town, _) => loaded.names.unit(cx, &cell.key.clone().into()),
            (_, "") => cx.t("evidence-moves-district"),
            (_, id) => loaded.names.purpose(cx, &id.into()),
        };
        let href = moves::filter_of(cell).href();
        Line { name, href, closed: words(cx, was), since: since(cx, was, is), rule: rule.clone() }
    };
    cells.iter().map(line).collect()
}

/// The indicators of a closed period.
fn closed_figures(cx: &Cx, loaded: &Loaded) -> Vec<Line> {
    let shown = |one: &ClosedIndicator| {
        let unit = loaded.units.get(&one.id).map_or("", String::as_str);
        let value = one.value.as_ref().map(|value| format!("{value} {unit}").trim().to_owned());
        value.unwrap_or_else(|| cx.t("evidence-unfilled"))
    };
    let of = loaded.snapshot.indicators.iter();
    of.map(|one| {
        let now = loaded.today.iter().find(|now| now.id == one.id).filter(|now| now.value != one.value);
        Line {
            name: one.title.clone(),
            href: format!("/desk/indicators/{}", one.id),
            closed: shown(one),
            since: now.map(|now| cx.with("evidence-close-now", &[("value", shown(now))])).unwrap_or_default(),
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
