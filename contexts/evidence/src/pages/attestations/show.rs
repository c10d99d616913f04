//! The record page of an attestation, and its steps.

use askama::Template;
use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Refusal};
use web::{Cx, Form, Page, Safe, ui};

use super::state_tag;
use crate::pages::{entries::title, names::Names};
use crate::{
    Attestation, AttestationId, AttestationState, Stamp, actions::attestation, indicators, rules, store,
};

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
    may_confirm: bool,
    may_withdraw: bool,
    waits_for_other: bool,
}

/// `GET /desk/attestations/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/attestations/{id}/confirmation`
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, _| attestation::confirm(tx, by, at)).await
}

/// `POST /desk/attestations/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, attestation::withdraw).await
}

/// A step of an attestation: at which version, with which reason.
type Take = fn(&mut Tx<'_>, &Caller, (&AttestationId, i64), &str) -> Result<(), Refusal>;

async fn step(cx: Cx, id: String, form: Form, take: Take) -> web::Result {
    let id = AttestationId::from(id);
    let (taken, version, reason) = (id.clone(), crate::pages::seen(&form), form.text("reason").to_owned());
    let done = cx
        .submit(&form, move |tx, by| {
            take(tx, by, (&taken, version), &reason)?;
            Ok(format!("/desk/attestations/{taken}"))
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: AttestationId, form: Form) -> web::Result {
    let (one, all, names, photos) = cx
        .read(move |tx, by| {
            let one = attestation::find(tx, by, &id)?;
            let names = Names::load(tx, by, [&one.unit])?;
            let photos = store::proof::list(tx, by.district(), ("attestation", id.as_str()))?;
            Ok((one, indicators::list(tx, by.district())?, names, photos))
        })
        .await?;
    let verifies = cx.by.actor.reach(rules::VERIFIERS).includes(&one.unit);
    let own = cx.by.actor.account.as_ref() == Some(&one.signed.by);
    let waits = matches!(one.state(), AttestationState::Signed);
    let indicator = all.iter().find(|indicator| indicator.id == one.indicator);
    let name = indicator.map_or_else(|| one.indicator.to_string(), |indicator| title(cx, indicator));
    let heading = cx.with("evidence-attestation-heading", &[("name", name), ("year", one.year.to_string())]);
    let body = Show {
        cx,
        form: &form,
        heading: heading.clone(),
        path: format!("/desk/attestations/{}", one.id),
        state: state_tag(cx, one.state().code()),
        unit: names.unit(cx, &one.unit),
        timeline: timeline(&one),
        photos: photos.iter().map(|proof| format!("/desk/proofs/{}", proof.id)).collect(),
        may_confirm: verifies && waits && !own,
        may_withdraw: verifies && !matches!(one.state(), AttestationState::Withdrawn { .. }),
        waits_for_other: waits && own,
        one: &one,
    };
    cx.page(Page::new(heading).of_form(&form), body)
}

fn timeline(one: &Attestation) -> Vec<(&'static str, &Stamp, Option<&str>)> {
    let mut line = vec![("evidence-was-signed", &one.signed, None)];
    match one.state() {
        AttestationState::Signed => {}
        AttestationState::Confirmed { confirmed } => line.push(("evidence-was-confirmed", confirmed, None)),
        AttestationState::Withdrawn { confirmed, withdrawn, reason } => {
            line.extend(confirmed.iter().map(|confirmed| ("evidence-was-confirmed", confirmed, None)));
            line.push(("evidence-was-withdrawn", withdrawn, Some(reason.as_str())));
        }
    }
    line
}
