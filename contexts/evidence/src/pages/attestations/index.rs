//! The list of attestations.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use web::{Cell, Cx, Format, Page, Paging, Safe, ui};

use super::state_tag;
use crate::pages::{entries::title, names::Names};
use crate::{Indicator, IndicatorId, indicators, rules, store};

#[derive(Template)]
#[template(path = "pages/attestations/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    lines: Vec<Line>,
    paging: Paging,
    may_record: bool,
}

struct Line {
    href: String,
    indicator: String,
    unit: String,
    year: String,
    body: String,
    signed: String,
    state_code: &'static str,
    state: Safe,
}

/// `GET /desk/attestations`
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let of = Some(text("indicator")).filter(|id| !id.is_empty()).map(IndicatorId::from);
    let (list, n, all, names) = cx
        .read(move |tx, by| {
            let reach = rules::reading(&by.actor);
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let list = store::attestation::list(tx, by.district(), &reach, of.as_ref(), span)?;
            let n = store::attestation::count(tx, by.district(), &reach, of.as_ref())?;
            let names = Names::load(tx, by, list.iter().map(|one| &one.unit))?;
            Ok((list, n, indicators::list(tx, by.district())?, names))
        })
        .await?;
    let named = |id: &IndicatorId| {
        let found = all.iter().find(|one: &&Indicator| one.id == *id);
        found.map_or_else(|| id.to_string(), |one| title(&cx, one))
    };
    let lines: Vec<Line> = list
        .into_iter()
        .map(|one| Line {
            href: format!("/desk/attestations/{}", one.id),
            indicator: named(&one.indicator),
            unit: names.unit(&cx, &one.unit),
            year: one.year.to_string(),
            signed: one.signed.name.clone(),
            state_code: one.state().code(),
            state: state_tag(&cx, one.state().code()),
            body: one.body,
        })
        .collect();
    if let Some(format) = format {
        return file(&cx, format, lines);
    }
    let may_record = cx.may(crate::pages::RECORD);
    let body = Index { cx: &cx, lines, paging: paging.of(n), may_record };
    cx.page(Page::new(cx.t("evidence-attestations")), body)
}

fn file(cx: &Cx, format: Format, lines: Vec<Line>) -> web::Result {
    let keys = [
        "evidence-indicator", "evidence-attestation-year", "evidence-unit", "evidence-attestation-body",
        "evidence-attestation-signer", "evidence-state",
    ];
    let row = |line: Line| -> Vec<Cell> {
        let state = cx.t(&format!("evidence-attestation-{}", line.state_code));
        [line.indicator, line.year, line.unit, line.body, line.signed, state].map(Cell::from).to_vec()
    };
    let rows = lines.into_iter().map(row).collect();
    cx.export(format, "attestations", keys.map(|key| cx.t(key)).to_vec(), rows)
}
