//! `GET /desk/plan/checklists`: every checklist with its versions.

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;
use web::{Cell, Cx, Format, Result, ui};

use crate::inspection::{Checklist, store};
use crate::pages::desk;

#[derive(Template)]
#[template(path = "inspection/pages/checklists.html")]
struct Checklists<'a> {
    cx: &'a Cx,
    newest: Vec<(&'a Checklist, Vec<&'a Checklist>)>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    format: Option<String>,
}

/// Shows them.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let all = cx.read(|tx, by| Ok(store::list_checklists(tx, by.district())?)).await?;
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let headers = ["title", "version", "total", "made"]
            .map(|key| cx.t(&format!("inspection-column-{key}")))
            .to_vec();
        let row = |one: &Checklist| -> Vec<Cell> {
            vec![
                one.title.clone().into(),
                Cell::Number(one.n),
                Cell::Number(one.total),
                one.made.at.day().into(),
            ]
        };
        return cx.export(format, "checklists", headers, all.iter().map(row).collect());
    }
    let mut newest: Vec<(&Checklist, Vec<&Checklist>)> = Vec::new();
    for one in &all {
        match newest.last_mut().filter(|(first, _)| first.family == one.family) {
            Some((_, earlier)) => earlier.push(one),
            None => newest.push((one, Vec::new())),
        }
    }
    cx.page(desk(cx.t("inspection-checklists")), Checklists { cx: &cx, newest })
}
