//! The steps of an inspection over HTTP.

use std::collections::BTreeMap;

use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Problems, Refusal};
use web::{Cx, Form, Result};

use super::show::draw;
use crate::inspection::InspectionId;
use crate::inspection::actions::{self, At, Filled};
use crate::supervision::proofs;

async fn take<F>(cx: Cx, id: String, form: Form, step: F) -> Result
where
    F: Fn(&mut Tx<'_>, &Caller, At<'_>) -> std::result::Result<String, Refusal> + Send + Sync + 'static,
{
    let id = InspectionId::from(id);
    let (of, seen) = (id.clone(), form.text("version").parse().unwrap_or(0));
    let done = cx.submit(&form, move |tx, by| step(tx, by, (&of, seen)));
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, Some(form.refused(refusal)?)).await,
    }
}

fn back(id: &InspectionId) -> String {
    format!("/desk/plan/inspections/{id}")
}

/// `POST .../answers`
pub async fn fill(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let filled = match (read(&form), proofs::of_form(&cx, &form).await) {
        (Ok(filled), Ok(photos)) => Filled { photos, ..filled },
        (Err(refusal), _) | (Ok(_), Err(refusal)) => {
            return draw(&cx, id.into(), Some(form.refused(refusal)?)).await;
        }
    };
    take(cx, id, form, move |tx, by, at| {
        actions::fill(tx, by, at, &filled)?;
        Ok(back(at.0))
    })
    .await
}

/// Points and findings by the number of the item; items without points are open.
fn read(form: &Form) -> std::result::Result<Filled, Refusal> {
    let mut problems = Problems::new();
    let mut answers = BTreeMap::new();
    let numbers = form.names().filter_map(|name| name.strip_prefix("finding-")?.parse::<i64>().ok());
    for n in numbers {
        let finding = problems.take(form.optional(&format!("finding-{n}"), 500)).unwrap_or_default();
        if let Some(given) = problems.take(form.count(&format!("given-{n}"))).flatten() {
            answers.insert(n, (given, finding));
        }
    }
    problems.check()?;
    Ok(Filled { answers, photos: Vec::new(), finish: form.text("finish") == "yes" })
}

/// `POST .../cancellation`
pub async fn cancel(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let words = form.text("words").to_owned();
    take(cx, id, form, move |tx, by, at| {
        actions::cancel(tx, by, at, &words)?;
        Ok(back(at.0))
    })
    .await
}

/// `POST .../comment`
pub async fn comment(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let words = form.text("comment").to_owned();
    take(cx, id, form, move |tx, by, at| {
        actions::comment(tx, by, at, &words)?;
        Ok(back(at.0))
    })
    .await
}

/// `POST .../findings/{n}`
pub async fn raise(cx: Cx, Path((id, n)): Path<(String, i64)>, form: Form) -> Result {
    take(cx, id, form, move |tx, by, at| {
        Ok(format!("/desk/plan/supervision/{}", actions::raise_finding(tx, by, at, n)?))
    })
    .await
}
