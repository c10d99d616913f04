//! The record page of a figure, and its steps.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Refusal};
use web::{Cx, Form, Page, Safe, ui};

use super::{against, state_tag, subject, value};
use crate::figure::{Figure, FigureState};
use crate::pages::names::Names;
use crate::{FigureId, Stamp, actions::figure, indicators, rules, store};

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
    may_confirm: bool,
    may_withdraw: bool,
    waits_for_other: bool,
}

/// `GET /desk/figures/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/figures/{id}/confirmation`
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, _| figure::confirm(tx, by, at)).await
}

/// `POST /desk/figures/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, figure::withdraw).await
}

/// A step of a figure: at which version, with which reason.
type Take = fn(&mut Tx<'_>, &Caller, (&FigureId, i64), &str) -> Result<(), Refusal>;

async fn step(cx: Cx, id: String, form: Form, take: Take) -> web::Result {
    let id = FigureId::from(id);
    let (taken, version, reason) = (id.clone(), crate::pages::seen(&form), form.text("reason").to_owned());
    let done = cx
        .submit(&form, move |tx, by| {
            take(tx, by, (&taken, version), &reason)?;
            Ok(format!("/desk/figures/{taken}"))
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: FigureId, form: Form) -> web::Result {
    let (one, all, found, known, names) = cx
        .read(move |tx, by| {
            let one = figure::find(tx, by, &id)?;
            let all = store::figure::list(tx, by.district())?;
            let found = figure::list_contradictions(tx, by, &all)?;
            let names = Names::load(tx, by, [&one.details.unit])?;
            Ok((one, all, found, indicators::list(tx, by.district())?, names))
        })
        .await?;
    let known: BTreeMap<_, _> = known.into_iter().map(|one| (one.id.clone(), one)).collect();
    let told = &one.details;
    let verifies = cx.by.actor.reach(rules::VERIFIERS).includes(&told.unit);
    let own = cx.by.actor.account.as_ref() == Some(&one.recorded.by);
    let waits = matches!(one.state(), FigureState::Recorded);
    let body = Show {
        cx,
        form: &form,
        path: format!("/desk/figures/{}", one.id),
        heading: subject(cx, told, &known),
        value: value(cx, told, &known),
        state: state_tag(cx, one.state().code()),
        against: against(cx, &one.id, &found, &all),
        facts: vec![
            ("evidence-figure-as-of", told.as_of.to_string()),
            ("evidence-figure-means", cx.t(&format!("evidence-figure-means-{}", told.means.code()))),
            ("evidence-figure-source", told.source.clone()),
            ("evidence-figure-publisher", told.publisher.clone()),
            ("evidence-unit", names.unit(cx, &told.unit)),
        ],
        timeline: timeline(&one),
        may_confirm: verifies && waits && !own,
        may_withdraw: verifies && !matches!(one.state(), FigureState::Withdrawn { .. }),
        waits_for_other: waits && own,
        one: &one,
    };
    cx.page(Page::new(body.heading.clone()).of_form(&form), body)
}

fn timeline(one: &Figure) -> Vec<(&'static str, &Stamp, Option<&str>)> {
    let mut line = vec![("evidence-was-recorded", &one.recorded, None)];
    match one.state() {
        FigureState::Recorded => {}
        FigureState::Confirmed { confirmed } => line.push(("evidence-was-verified", confirmed, None)),
        FigureState::Withdrawn { confirmed, withdrawn, reason } => {
            line.extend(confirmed.iter().map(|stamp| ("evidence-was-verified", stamp, None)));
            line.push(("evidence-was-withdrawn", withdrawn, Some(reason.as_str())));
        }
    }
    line
}
