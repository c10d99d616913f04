//! `/desk/units/new`: enters a unit.

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Problems, Refusal, UnitId};
use serde::Deserialize;
use web::{Cx, Form, Page, ui};

use crate::pages::{Options, kind_options, unit_options};
use crate::units::{self, NewUnit, UnitKind};

#[derive(Template)]
#[template(path = "pages/units/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    kinds: Options,
    parents: Options,
}

/// Fields that are filled beforehand: a name from a plan, a parent.
#[derive(Deserialize)]
pub struct Given {
    name: Option<String>,
    parent: Option<String>,
    kind: Option<String>,
    from: Option<String>,
}

async fn draw(cx: &Cx, form: &Form) -> web::Result {
    let all = cx.read(|tx, by| Ok(units::list(tx, by.district(), by.today())?)).await?;
    let kinds = kind_options(cx, "people-choose", false);
    let parents = unit_options(cx, "people-unit-under-district", &all);
    cx.page(Page::new(cx.t("people-unit-new")).of_form(form), New { cx, form, kinds, parents })
}

/// `GET /desk/units/new`
pub async fn show(cx: Cx, Query(given): Query<Given>) -> web::Result {
    let form = Form::filled([
        ("name", given.name.unwrap_or_default()),
        ("parent", given.parent.unwrap_or_default()),
        ("kind", given.kind.unwrap_or_default()),
        ("from", given.from.unwrap_or_default()),
    ]);
    draw(&cx, &form).await
}

/// `POST /desk/units/new`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let submitted = match read(&form) {
        Ok(new) => {
            cx.submit(&form, move |tx, by| Ok(format!("/desk/units/{}", units::create(tx, by, new.clone())?)))
                .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

/// The unit that a form describes.
pub(super) fn read(form: &Form) -> Result<NewUnit, Refusal> {
    let mut problems = Problems::new();
    let kind = UnitKind::parse(form.text("kind"));
    if kind.is_none() {
        problems.add(Problem::new("people-unit-kind-missing").at("kind"));
    }
    let from = problems.take(form.day("from")).flatten();
    if from.is_none() && problems.is_empty() {
        problems.add(Problem::new("error-missing").at("from"));
    }
    let (Some(kind), Some(from), true) = (kind, from, problems.is_empty()) else {
        problems.check()?;
        return Err(Problem::new("error-missing").at("from").into());
    };
    let optional = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    Ok(NewUnit {
        kind,
        name: form.text("name").to_owned(),
        short_name: form.text("short_name").to_owned(),
        name_en: optional("name_en"),
        parent: optional("parent").map(UnitId::from),
        code: optional("code"),
        from,
        aliases: split_aliases(form.text("aliases")),
    })
}

/// Aliases in one field: by line, `；`, `;`, `、` or `|`.
pub(super) fn split_aliases(text: &str) -> Vec<String> {
    let parts = text.split(['\n', '；', ';', '、', '|']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
