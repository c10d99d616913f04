//! The record page of an entry, and its steps.

use askama::Template;
use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Problem};
use web::{Cx, Form, Page, Safe, ui};

use super::{state_tag, title};
use crate::pages::life::{self, Take};
use crate::pages::names::Names;
use crate::{Entry, EntryId, EntryState, Stamp, actions::entry, indicators, rules, store};

#[derive(Template)]
#[template(path = "pages/entries/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    entry: &'a Entry,
    path: String,
    state: Safe,
    facts: Vec<(&'static str, String)>,
    timeline: Vec<(&'static str, &'a Stamp, Option<&'a str>)>,
    photos: Vec<String>,
    may_verify: bool,
    /// The last closed period in which it was in force.
    closed: Option<String>,
    may_end: bool,
    may_withdraw: bool,
    waits_for_other: bool,
}

/// `GET /desk/entries/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/entries/{id}/verification`
pub async fn verify(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| entry::verify(tx, by, at, form.text("reason"))).await
}

/// `POST /desk/entries/{id}/end`
pub async fn end(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let end = |tx: &mut Tx<'_>, by: &Caller, at: (&EntryId, i64), form: &Form| {
        let on = form.day("to")?.ok_or_else(|| Problem::new("error-missing").at("to"))?;
        entry::end(tx, by, at, (on, form.text("reason")))
    };
    step(cx, id, form, end).await
}

/// `POST /desk/entries/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, form| entry::withdraw(tx, by, at, form.text("reason"))).await
}

async fn step(cx: Cx, id: String, form: Form, take: Take<EntryId>) -> web::Result {
    let id = EntryId::from(id);
    match life::step(&cx, &form, ("/desk/entries", &id), take).await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: EntryId, form: Form) -> web::Result {
    let (one, all, names, photos, closed) = cx
        .read(move |tx, by| {
            let one = entry::find(tx, by, &id)?;
            let units = [Some(&one.details.unit), one.details.town.as_ref()];
            let names = Names::load(tx, by, units.into_iter().flatten())?;
            let photos = store::proof::list(tx, by.district(), ("entry", id.as_str()))?;
            let days = (one.details.from, one.details.to);
            let closed = crate::actions::close::closed_within(tx, by.district(), days)?.pop();
            Ok((one, indicators::list(tx, by.district())?, names, photos, closed))
        })
        .await?;
    let details = &one.details;
    let verifies = cx.by.actor.reach(rules::VERIFIERS).includes(&details.unit);
    let own = cx.by.actor.account.as_ref() == Some(&one.recorded.by);
    let waits = matches!(one.state(), EntryState::Recorded);
    let indicator = all.iter().find(|indicator| indicator.id == details.indicator);
    let facts = [
        ("evidence-indicator", indicator.map(|one| title(cx, one)).unwrap_or_default()),
        ("evidence-unit", names.unit(cx, &details.unit)),
        ("evidence-town", details.town.as_ref().map(|town| names.unit(cx, town)).unwrap_or_default()),
        ("evidence-entry-from", details.from.to_string()),
        ("evidence-entry-to", details.to.map(|to| to.to_string()).unwrap_or_default()),
        ("evidence-entry-proof", details.proof.clone()),
    ];
    let body = Show {
        cx,
        form: &form,
        path: format!("/desk/entries/{}", one.id),
        state: state_tag(cx, one.state().code()),
        facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
        timeline: timeline(&one),
        photos: photos.iter().map(|proof| format!("/desk/proofs/{}", proof.id)).collect(),
        may_verify: verifies && waits && !own,
        closed,
        may_end: verifies && matches!(one.state(), EntryState::Verified { .. }),
        may_withdraw: verifies && !matches!(one.state(), EntryState::Withdrawn { .. }),
        waits_for_other: waits && own,
        entry: &one,
    };
    cx.page(Page::new(details.title.clone()).of_form(&form), body)
}

fn timeline(one: &Entry) -> Vec<(&'static str, &Stamp, Option<&str>)> {
    let mut line = vec![("evidence-was-recorded", &one.recorded, None)];
    match one.state() {
        EntryState::Recorded => {}
        EntryState::Verified { verified } => line.push(("evidence-was-verified", verified, None)),
        EntryState::Ended { verified, ended, reason } => {
            line.push(("evidence-was-verified", verified, None));
            line.push(("evidence-was-ended", ended, Some(reason.as_str())));
        }
        EntryState::Withdrawn { verified, withdrawn, reason } => {
            line.extend(verified.iter().map(|verified| ("evidence-was-verified", verified, None)));
            line.push(("evidence-was-withdrawn", withdrawn, Some(reason.as_str())));
        }
    }
    line
}
