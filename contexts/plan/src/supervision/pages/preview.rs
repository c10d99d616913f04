//! `/desk/plan/supervision/preview`: what the program would raise today, and raising it now.

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, ui};

use super::reason_words;
use crate::pages::{desk, unit_name};
use crate::supervision::raising::{self, Preview};

#[derive(Template)]
#[template(path = "supervision/pages/preview.html")]
struct PreviewPage<'a> {
    cx: &'a Cx,
    in_force: bool,
    rows: Vec<Row>,
}

struct Row {
    unit: String,
    title: String,
    cause: String,
    because: String,
    href: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    format: Option<String>,
}

/// Shows it; nothing is written.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let preview = cx.read(raising::preview).await?;
    let (in_force, rows) = match preview {
        Preview::NoPlan => (false, Vec::new()),
        Preview::Would(units, found) => {
            let row = |one: &crate::supervision::Candidate| Row {
                unit: units.get(&one.unit).map(|unit| unit_name(&cx, unit, true)).unwrap_or_default(),
                title: one.subject.title.clone(),
                cause: cx.t(&format!("supervision-cause-{}", one.cause.code())),
                because: reason_words(&cx, &one.reason),
                href: one.reason.href.clone(),
            };
            (true, found.iter().map(row).collect())
        }
    };
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let keys = ["unit", "subject", "cause", "because"];
        let headers = keys.map(|key| cx.t(&format!("supervision-column-{key}"))).to_vec();
        let row = |row: Row| -> Vec<Cell> {
            [row.unit, row.title, row.cause, row.because].map(Cell::from).to_vec()
        };
        return cx.export(format, "supervision-preview", headers, rows.into_iter().map(row).collect());
    }
    cx.page(desk(cx.t("supervision-preview")), PreviewPage { cx: &cx, in_force, rows })
}

/// `POST /desk/plan/supervision/preview`
pub async fn raise(cx: Cx, form: Form) -> Result {
    let sent = cx.submit(&form, |tx, by| {
        raising::raise_now(tx, by)?;
        Ok("/desk/plan/supervision?state=open".to_owned())
    });
    Ok(sent.await?)
}
