//! The steps of an item over HTTP.

use axum::extract::Path;
use db::Tx;
use evidence::DeliveryId;
use kernel::{Caller, Problem, Refusal};
use web::{Cx, Form, Result};

use super::show::draw;
use crate::supervision::actions::{self, Answer, At};
use crate::supervision::{SupervisionId, proofs};

/// Does a step and goes back to the record, or shows the record with what has to be mended.
async fn take<F>(cx: Cx, id: String, form: Form, field: &'static str, step: F) -> Result
where
    F: Fn(&mut Tx<'_>, &Caller, At<'_>) -> std::result::Result<(), Refusal> + Send + Sync + 'static,
{
    let id = SupervisionId::from(id);
    let (of, seen) = (id.clone(), form.text("version").parse().unwrap_or(0));
    let done = cx.submit(&form, move |tx, by| {
        step(tx, by, (&of, seen))?;
        Ok(format!("/desk/plan/supervision/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(at_field(refusal, field))?).await,
    }
}

/// The rules speak of `words`; the record has several forms, each with a name of its own for them.
fn at_field(refusal: Refusal, field: &'static str) -> Refusal {
    match refusal {
        Refusal::Invalid(mut problems) => {
            for problem in problems.iter_mut().filter(|one| one.field.as_deref() == Some("words")) {
                problem.field = Some(field.into());
            }
            Refusal::Invalid(problems)
        }
        other @ (Refusal::NotFound
        | Refusal::Forbidden
        | Refusal::Conflict(_)
        | Refusal::Unavailable(_)
        | Refusal::Broken(_)) => other,
    }
}

/// `POST .../acknowledgement`
pub async fn acknowledge(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    take(cx, id, form, "words", actions::acknowledge).await
}

/// `POST .../reply`
pub async fn reply(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let photos = match proofs::of_form(&cx, &form).await {
        Ok(photos) => photos,
        Err(refusal) => return draw(&cx, id.into(), form.refused(refusal)?).await,
    };
    let answer = Answer {
        words: form.text("answer").to_owned(),
        deliveries: form.all("delivery").into_iter().map(DeliveryId::from).collect(),
        photos,
    };
    take(cx, id, form, "answer", move |tx, by, at| actions::reply(tx, by, at, &answer)).await
}

/// `POST .../extension`
pub async fn ask(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let missing = || Problem::new("supervision-until-missing").at("until");
    let until = match form.day("until").and_then(|until| until.ok_or_else(missing)) {
        Ok(until) => until,
        Err(problem) => return draw(&cx, id.into(), form.refused(problem.into())?).await,
    };
    let words = form.text("why").to_owned();
    take(cx, id, form, "why", move |tx, by, at| actions::ask_extension(tx, by, at, until, &words)).await
}

/// `POST .../decision`
pub async fn decide(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let (granted, words) = (form.text("grant") == "yes", form.text("words").to_owned());
    take(cx, id, form, "words", move |tx, by, at| actions::decide_extension(tx, by, at, granted, &words))
        .await
}

/// `POST .../closure`
pub async fn close(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let words = form.text("words").to_owned();
    take(cx, id, form, "words", move |tx, by, at| actions::close(tx, by, at, &words)).await
}

/// `POST .../return`
pub async fn send_back(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let words = form.text("words").to_owned();
    take(cx, id, form, "words", move |tx, by, at| actions::send_back(tx, by, at, &words)).await
}

/// `POST .../withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let words = form.text("reason").to_owned();
    take(cx, id, form, "reason", move |tx, by, at| actions::withdraw(tx, by, at, &words)).await
}
