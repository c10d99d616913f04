//! Signing an attestation.

use askama::Template;
use kernel::{Problem, Problems, Refusal, Year};
use web::{Cx, Form, Page, ui};

use crate::actions::attestation::{NewAttestation, sign};
use crate::pages::{entries::title, names::Names, names::or_any};
use crate::{Source, indicators};

#[derive(Template)]
#[template(path = "pages/attestations/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    choices: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

/// `GET /desk/attestations/new`
pub async fn show(cx: Cx) -> web::Result {
    let year = cx.by.today().year().to_string();
    draw(&cx, Form::new().and("year", year)).await
}

/// `POST /desk/attestations`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = async {
        let mut new = read(&form)?;
        new.photos = crate::pages::photos(&cx, &form).await?;
        cx.submit(&form, move |tx, by| Ok(format!("/desk/attestations/{}", sign(tx, by, &new)?))).await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

fn read(form: &Form) -> Result<NewAttestation, Refusal> {
    let mut problems = Problems::new();
    let indicator = problems.take(form.required("indicator", 64));
    let unit = problems.take(form.required("unit", 64));
    let body = problems.take(form.required("body", 4000));
    let evidence = problems.take(form.optional("evidence", 1000));
    let year = problems.take(form.required("year", 8).and_then(|typed| {
        let unread = || Problem::new("evidence-year-outside").at("year").with("typed", &typed);
        typed.parse::<Year>().map_err(|_| unread())
    }));
    problems.check()?;
    let read = || {
        Some(NewAttestation {
            indicator: indicator?.into(),
            year: year?,
            unit: unit?.into(),
            body: body?,
            evidence: evidence?,
            photos: Vec::new(),
        })
    };
    read().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

async fn draw(cx: &Cx, form: Form) -> web::Result {
    let (all, names) =
        cx.read(|tx, by| Ok((indicators::list(tx, by.district())?, Names::load(tx, by, [])?))).await?;
    let attested = all.iter().filter(|one| one.source == Source::Attested);
    let choices = attested.map(|one| (one.id.to_string(), title(cx, one))).collect();
    let choices = or_any(cx, "evidence-choose", choices);
    let body = New { cx, form: &form, choices, units: names.hosts(cx) };
    cx.page(Page::new(cx.t("evidence-attestation-new")).of_form(&form), body)
}
