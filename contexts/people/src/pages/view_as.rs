//! `/desk/view-as`: an administrator looks with a role's eyes.

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Role, UnitId};
use serde::Deserialize;
use web::{Cx, Form, Page, ui};

use super::{Options, role_options, unit_options};
use crate::{sessions, units};

#[derive(Template)]
#[template(path = "pages/view_as.html")]
struct ViewAs<'a> {
    cx: &'a Cx,
    form: &'a Form,
    roles: Options,
    units: Options,
}

/// Chosen beforehand.
#[derive(Deserialize)]
pub struct Given {
    role: Option<String>,
    unit: Option<String>,
}

async fn draw(cx: &Cx, form: &Form) -> web::Result {
    let all = cx.read(|tx, by| Ok(units::list(tx, by.district(), by.today())?)).await?;
    let body = ViewAs { cx, form, roles: role_options(cx), units: unit_options(cx, "people-choose", &all) };
    cx.page(Page::new(cx.t("people-view-as-title")).of_form(form), body)
}

/// `GET /desk/view-as`
pub async fn show(cx: Cx, Query(given): Query<Given>) -> web::Result {
    let form =
        Form::filled([("role", given.role.unwrap_or_default()), ("unit", given.unit.unwrap_or_default())]);
    draw(&cx, &form).await
}

/// `POST /desk/view-as`
pub async fn begin(cx: Cx, form: Form) -> web::Result {
    let (role, unit) = (Role::parse(form.text("role")), UnitId::from(form.text("unit")));
    let csrf = cx.csrf.clone();
    let submitted = cx
        .submit(&form, move |tx, by| {
            let role = role.ok_or(Problem::new("people-role-missing").at("role"))?;
            sessions::view_as(tx, by, &csrf, role, &unit)?;
            Ok("/desk".to_owned())
        })
        .await;
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

/// `POST /desk/view-as/leave`
pub async fn leave(cx: Cx, form: Form) -> web::Result {
    drop(form);
    let csrf = cx.csrf.clone();
    cx.write(move |tx, by| sessions::leave(tx, by, &csrf)).await?;
    cx.redirect("/desk/view-as")
}
