//! The record page of an attestation, and its steps.

use askama::Template;
use axum::extract::Path;
use web::{Cx, Form, Page, Safe, ui};

use super::state_tag;
use crate::pages::life::{self, May, Take};
use crate::pages::{entries::title, names::Names};
use crate::{Attestation, AttestationId, Stamp, actions::attestation, indicators, store};

#[derive(Template)]
#[template(path = "pages/attestations/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Attestation,
    heading: String,
    path: String,
    state: Safe,
    unit: String,
    timeline: Vec<(&'static str, &'a Stamp, Option<&'a str>)>,
    photos: Vec<String>,
    may: May,
    /// A closed period that it moves.
    closed: Option<String>,
}

/// `GET /desk/attestations/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/attestations/{id}/confirmation`
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| attestation::confirm(tx, by, at, form.text("reason"))).await
}

/// `POST /desk/attestations/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| attestation::withdraw(tx, by, at, form.text("reason"))).await
}

async fn step(cx: Cx, id: String, form: Form, take: Take<AttestationId>) -> web::Result {
    let id = AttestationId::from(id);
    match life::step(&cx, &form, ("/desk/attestations", &id), take).await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: AttestationId, form: Form) -> web::Result {
    let (one, all, names, photos, closed) = cx
        .read(move |tx, by| {
            let one = attestation::find(tx, by, &id)?;
            let names = Names::load(tx, by, [&one.unit])?;
            let photos = store::proof::list(tx, by.district(), ("attestation", id.as_str()))?;
            let closed = attestation::closed_for(tx, by, &one)?.pop();
            Ok((one, indicators::list(tx, by.district())?, names, photos, closed))
        })
        .await?;
    let indicator = all.iter().find(|indicator| indicator.id == one.indicator);
    let name = indicator.map_or_else(|| one.indicator.to_string(), |indicator| title(cx, indicator));
    let heading = cx.with("evidence-attestation-heading", &[("name", name), ("year", one.year.to_string())]);
    let body = Show {
        cx,
        form: &form,
        heading: heading.clone(),
        path: format!("/desk/attestations/{}", one.id),
        state: state_tag(cx, one.code()),
        unit: names.unit(cx, &one.unit),
        timeline: [("evidence-was-signed", &one.signed, None)]
            .into_iter()
            .chain(one.life().steps())
            .collect(),
        photos: photos.iter().map(|proof| format!("/desk/proofs/{}", proof.id)).collect(),
        may: May::of(cx, &one.unit, &one.signed, one.life()),
        closed,
        one: &one,
    };
    cx.page(Page::new(heading).of_form(&form), body)
}
