//! The list of entries, by indicator, and those in force on a day.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Reach};
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, ui};

use super::{registered, state_tag};
use crate::pages::names::{Names, or_any};
use crate::{IndicatorId, indicators, rules, store};

#[derive(Template)]
#[template(path = "pages/entries/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    choices: Vec<(String, String)>,
    lines: Vec<Line>,
    n: i64,
    partial: Option<String>,
    paging: Paging,
    may_record: bool,
}

struct Line {
    href: String,
    title: String,
    indicator: String,
    unit: String,
    town: String,
    from: String,
    to: String,
    state_code: &'static str,
    state: Safe,
    is_demo: bool,
}

/// `GET /desk/entries`
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let indicator = Some(text("indicator")).filter(|id| !id.is_empty()).map(IndicatorId::from);
    let on = Day::parse(text("on"));
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let (entries, n, whole, all, names) = cx
        .read(move |tx, by| {
            let reach = rules::reading(&by.actor);
            let filter = (indicator.as_ref(), on);
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let entries = store::entry::list(tx, by.district(), &reach, filter, span)?;
            let n = store::entry::count(tx, by.district(), &reach, filter)?;
            // a number of the whole district leads here with a day: a shorter list says so
            let whole = match reach {
                Reach::Units(_) if on.is_some() => {
                    store::entry::count(tx, by.district(), &Reach::All, filter)?
                }
                Reach::Units(_) | Reach::All => n,
            };
            let all = indicators::list(tx, by.district())?;
            let units: Vec<_> = entries
                .iter()
                .flat_map(|one| [Some(&one.details.unit), one.details.town.as_ref()])
                .flatten()
                .collect();
            let names = Names::load(tx, by, units)?;
            Ok((entries, n, whole, all, names))
        })
        .await?;
    let choices = registered(&cx, &all);
    let named = |id: &IndicatorId| {
        let found = choices.iter().find(|(value, _)| value == id.as_str());
        found.map_or_else(|| id.to_string(), |(_, words)| words.clone())
    };
    let lines: Vec<Line> = entries
        .iter()
        .map(|entry| Line {
            href: format!("/desk/entries/{}", entry.id),
            title: entry.details.title.clone(),
            indicator: named(&entry.details.indicator),
            unit: names.unit(&cx, &entry.details.unit),
            town: entry.details.town.as_ref().map(|town| names.unit(&cx, town)).unwrap_or_default(),
            from: entry.details.from.to_string(),
            to: entry.details.to.map(|to| to.to_string()).unwrap_or_default(),
            state_code: entry.state().code(),
            state: state_tag(&cx, entry.state().code()),
            is_demo: entry.is_demo,
        })
        .collect();
    if let Some(format) = format {
        return file(&cx, format, lines);
    }
    let form = Form::new().and("indicator", text("indicator")).and("on", text("on"));
    let may_record = cx.may(crate::pages::RECORD);
    let choices = or_any(&cx, "evidence-any", choices);
    let partial =
        (n < whole).then(|| cx.with("evidence-entries-partial", &crate::pages::of_all(&cx, n, whole)));
    let body = Index { cx: &cx, form, choices, lines, n, partial, paging: paging.of(n), may_record };
    cx.page(Page::new(cx.t("evidence-entries")), body)
}

fn file(cx: &Cx, format: Format, lines: Vec<Line>) -> web::Result {
    let keys = [
        "evidence-indicator", "evidence-entry-title", "evidence-unit", "evidence-town",
        "evidence-entry-from", "evidence-entry-to", "evidence-state",
    ];
    let headers = keys.map(|key| cx.t(key)).to_vec();
    let row = |line: Line| -> Vec<Cell> {
        let state = cx.t(&format!("evidence-entry-{}", line.state_code));
        [line.indicator, line.title, line.unit, line.town, line.from, line.to, state].map(Cell::from).to_vec()
    };
    cx.export(format, "entries", headers, lines.into_iter().map(row).collect())
}
