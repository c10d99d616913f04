//! The steps of an order over HTTP.

use std::collections::BTreeSet;

use axum::extract::Path;
use kernel::{Problem, Problems, Refusal, UnitId};
use web::{Cx, Form, Result};

use super::show;
use crate::actions::{self, At, batch, community, department, team};
use crate::order::{OrderId, Visit};
use crate::pages::read_clock;
use crate::team::PersonId;

/// `POST .../contact`: who to call. Not kept by anybody: the answer is the page itself.
pub async fn contact(cx: Cx, Path(id): Path<String>, _form: Form) -> Result {
    let id = OrderId::from(id);
    let of = id.clone();
    let opened = cx.write(move |tx, by| actions::show_contact(tx, by, &of)).await;
    match opened {
        Ok(contact) => show::with_contact(&cx, id, &contact).await,
        Err(refusal) => show::again(&cx, id, Form::new().refused(refusal)?).await,
    }
}

/// `POST /desk/orders/{id}/{step}`: does a step and goes back to the record, or shows it with what has to
/// be mended.
pub async fn take(cx: Cx, Path((id, step)): Path<(String, String)>, form: Form) -> Result {
    let id = OrderId::from(id);
    let (of, sent) = (id.clone(), form.clone());
    let done = cx.submit(&form, move |tx, by| {
        take_step(tx, by, (&of, seen(&sent)), (&step, &sent))?;
        Ok(format!("/desk/orders/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => show::again(&cx, id, form.refused(refusal)?).await,
    }
}

/// The version that the person had before them.
pub(crate) fn seen(form: &Form) -> i64 {
    form.text("version").parse().unwrap_or(0)
}

/// Does a step of an order by the name that it has in addresses.
pub(crate) fn take_step(
    tx: &mut db::Tx<'_>,
    by: &kernel::Caller,
    at: At<'_>,
    (step, form): (&str, &Form),
) -> std::result::Result<(), Refusal> {
    let unit = Some(form.text("unit")).filter(|id| !id.is_empty()).map(UnitId::from);
    let reason = form.text("reason");
    match step {
        "question" => community::ask_back(tx, by, at, form.text("question")),
        "refusal" => community::refuse(tx, by, at, reason),
        "passing-on" => community::pass_on(tx, by, at, form.text("channel")),
        "merger" => community::merge(tx, by, at, &OrderId::from(form.text("into"))),
        "batch" => batch::join(tx, by, at, &form.all("with").into_iter().map(OrderId::from).collect()),
        "parting" => batch::part(tx, by, at),
        "dispatch" => {
            let units = form.all("department").into_iter().chain(form.all("other"));
            community::dispatch(tx, by, at, &units.map(UnitId::from).collect())
        }
        "call" => community::answer_call(tx, by, at.0, (form.text("outcome"), form.text("call"))),
        "claim" => department::claim(tx, by, at.0, unit.as_ref()),
        "hand-back" => department::hand_back(tx, by, at, reason),
        "recruitment" => {
            let teams = form.all("team").into_iter().map(UnitId::from).collect();
            department::recruit(tx, by, at, &teams)
        }
        "reassignment" => department::reassign(tx, by, at, (&UnitId::from(form.text("department")), reason)),
        "acceptance" => team::accept(tx, by, at.0, unit.as_ref()),
        "declining" => team::decline(tx, by, at, reason),
        "appointment" => {
            // Whoever does not see the order reads nothing of what is wrong with the form.
            actions::find(tx, by, at.0)?;
            let (visit, persons) = read_visit(form)?;
            team::schedule(tx, by, at, (visit, &persons))
        }
        "beginning" => team::begin(tx, by, at),
        "rating" => {
            let stars = form.count("stars").ok().flatten();
            team::rate(tx, by, at.0, (stars, form.text("words")))
        }
        _ => Err(Refusal::NotFound),
    }
}

fn read_visit(form: &Form) -> std::result::Result<(Visit, BTreeSet<PersonId>), Refusal> {
    let mut problems = Problems::new();
    let on = problems.take(form.day("on")).flatten();
    if on.is_none() && problems.is_empty() {
        problems.add(Problem::new("service-day-missing").at("on"));
    }
    let minute = read_clock(form.text("at"));
    if minute.is_none() {
        problems.add(Problem::new("service-clock-unreadable").at("at"));
    }
    let minutes = problems.take(form.count("minutes")).flatten();
    let persons = form.all("person").into_iter().map(PersonId::from).collect();
    match (on, minute) {
        (Some(on), Some(minute)) if problems.is_empty() => {
            Ok((Visit { on, minute, minutes: minutes.unwrap_or(0) }, persons))
        }
        (_, _) => {
            problems.check()?;
            Err(Problem::new("service-day-missing").at("on").into())
        }
    }
}
