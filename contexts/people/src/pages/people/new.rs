//! `/desk/people/new`: opens an account; its temporary password is shown once.

use askama::Template;
use axum::extract::Query;
use kernel::{Refusal, Role, UnitId};
use serde::Deserialize;
use web::{Cx, Form, Page, ui};

use super::issued::{self, Issued};
use super::temporary;
use crate::accounts::{self, NewAccount};
use crate::pages::slow::slow;
use crate::pages::{Options, role_options, unit_options};
use crate::units;

#[derive(Template)]
#[template(path = "pages/people/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    units: Options,
    roles: Options,
}

/// A unit chosen beforehand.
#[derive(Deserialize)]
pub struct Given {
    unit: Option<String>,
}

async fn draw(cx: &Cx, form: &Form) -> web::Result {
    let all = cx.read(|tx, by| Ok(units::list(tx, by.district(), by.today())?)).await?;
    let none = std::iter::once((String::new(), cx.t("people-no-role")));
    let body = New {
        cx,
        form,
        units: unit_options(cx, "people-choose", &all),
        roles: none.chain(role_options(cx)).collect(),
    };
    cx.page(Page::new(cx.t("people-account-new")).of_form(form), body)
}

/// `GET /desk/people/new`
pub async fn show(cx: Cx, Query(given): Query<Given>) -> web::Result {
    draw(&cx, &Form::filled([("unit", given.unit.unwrap_or_default())])).await
}

/// `POST /desk/people/new`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let (login, name) = (form.text("login").to_owned(), form.text("name").to_owned());
    let (plain, hash) = temporary(&cx, form.once(), &login).await?;
    let unit = Some(form.text("unit")).filter(|id| !id.is_empty()).map(UnitId::from);
    let role = Role::parse(form.text("role"));
    if role.is_none() && !form.text("role").is_empty() {
        let problem = kernel::Problem::new("people-role-unknown").at("role").with("role", form.text("role"));
        return draw(&cx, &form.refused(problem.into())?).await;
    }
    if role.is_some() && unit.is_none() {
        let problem = kernel::Problem::new("people-import-role-needs-unit").at("unit");
        return draw(&cx, &form.refused(problem.into())?).await;
    }
    let new = NewAccount {
        login: login.clone(),
        name: name.clone(),
        roles: role.zip(unit.clone()).into_iter().collect(),
        unit,
        password: hash,
        must_change_password: true,
    };
    let done = cx.write(move |tx, by| accounts::create(tx, by, new.clone())).await;
    let sent_before = match &done {
        Ok(_) => false,
        Err(_) => is_issued(&cx, &login, &plain).await?,
    };
    match done {
        Err(refusal) if !sent_before => draw(&cx, &form.refused(refusal)?).await,
        Ok(_) | Err(_) => {
            let notice = cx.with("people-account-opened", &[("name", name.clone())]);
            issued::draw(&cx, notice, &[Issued { login, name, password: plain }])
        }
    }
}

/// Whether the account's password is this temporary one: then the form was only sent again.
pub(super) async fn is_issued(cx: &Cx, login: &str, plain: &str) -> Result<bool, Refusal> {
    let of = login.to_owned();
    let hash = cx
        .read(move |tx, by| match accounts::find_by_login(tx, by.district(), &of)? {
            Some(account) => Ok(accounts::password_hash(tx, by.district(), &account.id)?),
            None => Ok(None),
        })
        .await?;
    let plain = plain.to_owned();
    slow(move || accounts::password::verify(&plain, hash.as_ref())).await
}
