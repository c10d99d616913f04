//! The record page of a figure, and its steps.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use web::{Cx, Form, Page, Safe, ui};

use super::{against, state_tag, subject, value};
use crate::figure::Figure;
use crate::pages::life::{self, May, Take};
use crate::pages::names::Names;
use crate::{FigureId, Stamp, actions::figure, indicators, store};

#[derive(Template)]
#[template(path = "pages/figures/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Figure,
    path: String,
    heading: String,
    value: String,
    state: Safe,
    against: Vec<(String, String)>,
    facts: Vec<(&'static str, String)>,
    timeline: Vec<(&'static str, &'a Stamp, Option<&'a str>)>,
    may: May,
    /// A closed period that it moves.
    closed: Option<String>,
}

/// `GET /desk/figures/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/figures/{id}/confirmation`
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| figure::confirm(tx, by, at, form.text("reason"))).await
}

/// `POST /desk/figures/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| figure::withdraw(tx, by, at, form.text("reason"))).await
}

async fn step(cx: Cx, id: String, form: Form, take: Take<FigureId>) -> web::Result {
    let id = FigureId::from(id);
    match life::step(&cx, &form, ("/desk/figures", &id), take).await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: FigureId, form: Form) -> web::Result {
    let (one, all, found, known, names, closed) = cx
        .read(move |tx, by| {
            let one = figure::find(tx, by, &id)?;
            let all = store::figure::list(tx, by.district())?;
            let found = figure::list_contradictions(tx, by, &all)?;
            let names = Names::load(tx, by, [&one.details.unit])?;
            let closed = figure::closed_for(tx, by, &one)?.pop();
            Ok((one, all, found, indicators::list(tx, by.district())?, names, closed))
        })
        .await?;
    let known: BTreeMap<_, _> = known.into_iter().map(|one| (one.id.clone(), one)).collect();
    let told = &one.details;
    let body = Show {
        cx,
        form: &form,
        path: format!("/desk/figures/{}", one.id),
        heading: subject(cx, told, &known),
        value: value(cx, told, &known),
        state: state_tag(cx, one.code()),
        against: against(cx, &one.id, &found, &all),
        facts: vec![
            ("evidence-figure-as-of", told.as_of.to_string()),
            ("evidence-figure-means", cx.t(&format!("evidence-figure-means-{}", told.means.code()))),
            ("evidence-figure-source", told.source.clone()),
            ("evidence-figure-publisher", told.publisher.clone()),
            ("evidence-unit", names.unit(cx, &told.unit)),
        ],
        timeline: [("evidence-was-recorded", &one.recorded, None)]
            .into_iter()
            .chain(one.life().steps())
            .collect(),
        may: May::of(cx, &told.unit, &one.recorded, one.life()),
        closed,
        one: &one,
    };
    cx.page(Page::new(body.heading.clone()).of_form(&form), body)
}
