//! A call-back: what was held, without how many came; giving it to a unit; what was heard.

use askama::Template;
use axum::extract::Path;
use kernel::UnitId;
use web::{Cx, Form, Page, ui};

use super::rules::{self, Heard};
use super::{Callback, CallbackId, Source, State, actions};
use crate::Delivery;
use crate::pages::names::{Names, coded, or_any};

#[derive(Template)]
#[template(path = "callbacks/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Callback,
    title: String,
    is_demo: bool,
    facts: Vec<(&'static str, String)>,
    heard: Vec<(&'static str, String)>,
    may_assign: bool,
    may_call: bool,
    had_a_hand: bool,
    /// Whoever calls mostly does not see the delivery itself.
    sees: bool,
    units: Vec<(String, String)>,
    held: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    days: i64,
    uncalled: i64,
}

/// `GET /desk/callbacks/{id}`
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/callbacks/{id}/assignment`
pub(super) async fn assign(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = CallbackId::from(id);
    let (of, seen) = (id.clone(), crate::pages::seen(&form));
    let (unit, contact) = (form.text("unit").to_owned(), form.text("contact").to_owned());
    let done = cx
        .submit(&form, move |tx, by| {
            if unit.is_empty() {
                return Err(kernel::Problem::new("error-missing").at("unit").into());
            }
            actions::assign(tx, by, (&of, seen), (&UnitId::from(unit.clone()), &contact))?;
            Ok("/desk/callbacks?state=drawn".to_owned())
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

/// `POST /desk/callbacks/{id}/answer`
pub(super) async fn answer(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = CallbackId::from(id);
    let (of, seen, sent) = (id.clone(), crate::pages::seen(&form), form.clone());
    let done = async {
        let heads = form.count("heads")?;
        cx.submit(&form, move |tx, by| {
            let heard = Heard {
                held: sent.text("held"),
                heads,
                source: Source::parse(sent.text("source")),
                note: sent.text("note"),
            };
            actions::answer(tx, by, (&of, seen), &heard)?;
            Ok(format!("/desk/callbacks/{of}"))
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

async fn draw(cx: &Cx, id: CallbackId, form: Form) -> web::Result {
    let (one, delivery, names) = cx
        .read(move |tx, by| {
            let (one, delivery) = actions::load(tx, by, &id)?;
            let details = &delivery.details;
            let mut units: Vec<&UnitId> = vec![&details.town, &details.host];
            units.extend(assigned(&one).map(|assigned| &assigned.unit));
            let names = Names::load(tx, by, units)?;
            Ok((one, delivery, names))
        })
        .await?;
    let calls = match &one.state {
        State::Assigned(assigned) => Some(&assigned.unit),
        State::Drawn | State::Answered { .. } => None,
    };
    let may_call = calls.is_some_and(|unit| rules::may_call(&cx.by.actor, unit, &delivery));
    let outside = names.partners(cx).into_iter().filter(|(id, _)| {
        let unit = UnitId::from(id.clone());
        rules::is_outside(&unit, &delivery)
    });
    let body = Show {
        cx,
        title: delivery.details.title.clone(),
        is_demo: delivery.is_demo,
        facts: facts(cx, &one, &delivery, &names),
        heard: heard(cx, &one),
        may_assign: cx.may(super::pages::RUN) && !matches!(one.state, State::Answered { .. }),
        had_a_hand: calls.is_some() && !may_call,
        may_call,
        sees: crate::rules::sees(&cx.by.actor, &delivery.details),
        units: or_any(cx, "evidence-choose", outside.collect()),
        held: coded(cx, "evidence-callback-held-", ["yes", "no", "unknown"]),
        sources: or_any(
            cx,
            "evidence-choose",
            coded(cx, "evidence-callback-source-", Source::ALL.iter().map(|one| one.code())),
        ),
        days: rules::CONTACT_DAYS,
        uncalled: rules::UNCALLED_DAYS,
        form: &form,
        one: &one,
    };
    cx.page(Page::new(cx.t("evidence-callback")).of_form(&form), body)
}

fn assigned(one: &Callback) -> Option<&super::Assigned> {
    match &one.state {
        State::Drawn => None,
        State::Assigned(assigned) | State::Answered { by: assigned, .. } => Some(assigned),
    }
}

/// What is told to whoever calls: all but the heads.
fn facts(cx: &Cx, one: &Callback, delivery: &Delivery, names: &Names) -> Vec<(&'static str, String)> {
    let details = &delivery.details;
    let start = details.start.map(crate::pages::deliveries::form::clock).unwrap_or_default();
    let all = [
        ("evidence-kind", cx.t(&format!("evidence-kind-{}", details.kind.code()))),
        ("evidence-on", format!("{} {start}", details.on)),
        ("evidence-town", names.unit(cx, &details.town)),
        ("evidence-venue", details.venue.clone()),
        ("evidence-host", names.unit(cx, &details.host)),
        ("evidence-deliverers", crate::deliverer::text(&details.deliverers).replace('\n', "；")),
        ("evidence-callback-caller", assigned(one).map(|by| names.unit(cx, &by.unit)).unwrap_or_default()),
        ("evidence-callback-contact", one.contact.told(&cx.by, &one.id)),
    ];
    all.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// What was heard, beside what was reported: shown once it can no longer sway the call.
fn heard(cx: &Cx, one: &Callback) -> Vec<(&'static str, String)> {
    let State::Answered { answer, answered, .. } = &one.state else { return Vec::new() };
    let source = answer.source.map(|one| cx.t(&format!("evidence-callback-source-{}", one.code())));
    let all = [
        ("evidence-callback-found", cx.t(&format!("evidence-callback-outcome-{}", answer.outcome.code()))),
        ("evidence-callback-heard", answer.heard.map(|n| cx.number(n)).unwrap_or_default()),
        ("evidence-callback-reported", cx.number(one.reported)),
        ("evidence-callback-source", source.unwrap_or_default()),
        ("evidence-note", answer.note.clone()),
        ("evidence-callback-answered-by", format!("{} {}", answered.name, answered.at.minute_text())),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}
