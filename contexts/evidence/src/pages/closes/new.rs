//! The checklist before a period is closed, and the close itself.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Refusal};
use web::{Cx, Form, Page, ui};

use super::words;
use crate::close::Period;
use crate::{Filter, actions};

#[derive(Template)]
#[template(path = "pages/closes/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    period: String,
    /// The total to be closed; none when it may not be closed.
    total: Option<String>,
    n_submitted: String,
    n_unfinished: String,
    waiting_href: String,
}

/// `GET /desk/closes/new?period=`
pub async fn show(cx: Cx, Query(query): Query<BTreeMap<String, String>>) -> web::Result {
    let period = query.get("period").cloned().unwrap_or_default();
    draw(&cx, Form::new().and("period", period)).await
}

fn read(form: &Form) -> Result<Period, Refusal> {
    let typed = form.text("period");
    let unread = || Problem::new("evidence-filter-unreadable").at("period").with("typed", typed);
    Period::parse(typed).ok_or_else(|| unread().into())
}

/// `POST /desk/closes`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = match read(&form) {
        Ok(period) => {
            let closed = cx.submit(&form, move |tx, by| {
                actions::close::close(tx, by, period)?;
                Ok(format!("/desk/closes/{period}"))
            });
            closed.await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, form: Form) -> web::Result {
    let looked = match read(&form) {
        Ok(period) => cx.read(move |tx, by| actions::close::look(tx, by, period)).await,
        Err(refusal) => Err(refusal),
    };
    let days = Period::parse(form.text("period")).and_then(Period::days).unzip();
    let (before, form) = match looked {
        Ok(before) => (Some(before), form),
        Err(refusal) if form.problems().is_empty() => (None, form.refused(refusal)?),
        Err(_) => (None, form),
    };
    let waiting = Filter { from: days.0, to: days.1, state: Some("submitted"), ..Filter::default() };
    let body = New {
        cx,
        period: form.text("period").to_owned(),
        total: before.as_ref().map(|before| words(cx, before.total)),
        n_submitted: cx.number(before.as_ref().map_or(0, |before| before.n_submitted)),
        n_unfinished: cx.number(before.as_ref().map_or(0, |before| before.n_unfinished)),
        waiting_href: waiting.href(),
        form: &form,
    };
    cx.page(Page::new(cx.t("evidence-closes")).of_form(&form), body)
}
