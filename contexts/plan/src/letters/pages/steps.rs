//! What is done with a letter, one function a form.

use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Refusal};
use web::{Cx, Form, Result};

use super::{fields, show};
use crate::letters::{LetterId, actions};

/// Does a step and comes back to the letter, or shows it with what is to be mended.
async fn step<F>(cx: Cx, id: String, form: Form, act: F) -> Result
where
    F: Fn(&mut Tx<'_>, &Caller, (&LetterId, i64), &Form) -> std::result::Result<(), Refusal>
        + Send
        + Sync
        + 'static,
{
    let (letter, typed) = (LetterId::from(id.as_str()), form.clone());
    let done = cx.submit(&form, move |tx, by| {
        let version = fields::version(&typed)?;
        act(tx, by, (&letter, version), &typed)?;
        Ok(format!("/desk/plan/letters/{letter}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => show::draw(&cx, LetterId::from(id), Some(form.refused(refusal)?)).await,
    }
}

/// `POST /desk/plan/letters/{id}`: rewrites the draft.
pub async fn write(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| {
        let total = fields::points(form, "total")?;
        let preamble = form.optional("preamble", 1000)?;
        actions::write(tx, by, seen, (&preamble, total), &fields::clauses(form)?)
    })
    .await
}

/// `POST .../issuance`
pub async fn issue(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, _| actions::issue(tx, by, seen)).await
}

/// `POST .../return`
pub async fn hand_back(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| actions::hand_back(tx, by, seen, &form.optional("words", 500)?))
        .await
}

/// `POST .../signature`
pub async fn sign(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, _| actions::sign(tx, by, seen)).await
}

/// `POST .../supplements`
pub async fn supplement(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| {
        let reason = form.optional("reason", 500)?;
        actions::supplement(tx, by, seen, &reason, &fields::clauses(form)?)
    })
    .await
}

/// `POST .../supplements/{n}/signature`
pub async fn sign_supplement(cx: Cx, Path((id, n)): Path<(String, i64)>, form: Form) -> Result {
    step(cx, id, form, move |tx, by, seen, _| actions::sign_supplement(tx, by, seen, n)).await
}

/// `POST .../supplements/{n}/refusal`
pub async fn refuse_supplement(cx: Cx, Path((id, n)): Path<(String, i64)>, form: Form) -> Result {
    step(cx, id, form, move |tx, by, seen, form| {
        actions::refuse_supplement(tx, by, seen, n, &form.optional("words", 500)?)
    })
    .await
}

/// `POST .../scoring`
pub async fn open_scoring(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, _| actions::open_scoring(tx, by, seen)).await
}

/// `POST .../self-score`
pub async fn score_self(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| actions::score_self(tx, by, seen, &fields::scores(form, "own")?))
        .await
}

/// `POST .../review`
pub async fn review(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| actions::review(tx, by, seen, &fields::scores(form, "review")?))
        .await
}

/// `POST .../acceptance`
pub async fn accept(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, _| actions::accept(tx, by, seen)).await
}

/// `POST .../appeal`
pub async fn appeal(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| actions::appeal(tx, by, seen, &form.optional("words", 1000)?))
        .await
}

/// `POST .../answer`
pub async fn answer(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    step(cx, id, form, |tx, by, seen, form| {
        let words = form.optional("words", 1000)?;
        actions::answer(tx, by, seen, &fields::scores(form, "last")?, &words)
    })
    .await
}
