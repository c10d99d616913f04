//! Recording an entry.

use askama::Template;
use kernel::{Problems, Refusal};
use web::{Cx, Form, Page, ui};

use super::registered;
use crate::pages::names::{Names, or_any};
use crate::{EntryDetails, Indicator, actions, indicators};

#[derive(Template)]
#[template(path = "pages/entries/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    choices: Vec<(String, String)>,
    units: Vec<(String, String)>,
    towns: Vec<(String, String)>,
}

/// `GET /desk/entries/new`
pub async fn show(cx: Cx) -> web::Result {
    draw(&cx, Form::new()).await
}

/// `POST /desk/entries`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = async {
        let details = read(&form)?;
        let photos = crate::pages::photos(&cx, &form).await?;
        cx.submit(&form, move |tx, by| {
            Ok(format!("/desk/entries/{}", actions::entry::record(tx, by, &details, &photos)?))
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

fn read(form: &Form) -> Result<EntryDetails, Refusal> {
    let mut problems = Problems::new();
    let indicator = problems.take(form.required("indicator", 64));
    let title = problems.take(form.required("title", 100));
    let unit = problems.take(form.required("unit", 64));
    let proof = problems.take(form.required("proof", 300));
    let from = problems.take(form.required("from", 20).and_then(|_| form.day("from")));
    let to = problems.take(form.day("to"));
    problems.check()?;
    let town = Some(form.text("town")).filter(|town| !town.is_empty());
    let read = || {
        Some(EntryDetails {
            indicator: indicator?.into(),
            title: title?,
            unit: unit?.into(),
            town: town.map(Into::into),
            from: from??,
            to: to?,
            proof: proof?,
        })
    };
    read().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

async fn draw(cx: &Cx, form: Form) -> web::Result {
    let (all, names): (Vec<Indicator>, Names) =
        cx.read(|tx, by| Ok((indicators::list(tx, by.district())?, Names::load(tx, by, [])?))).await?;
    let body = New {
        cx,
        form: &form,
        choices: or_any(cx, "evidence-choose", registered(cx, &all)),
        units: names.hosts(cx),
        towns: or_any(cx, "evidence-no-town", names.towns(cx)),
    };
    cx.page(Page::new(cx.t("evidence-entry-new")).of_form(&form), body)
}
