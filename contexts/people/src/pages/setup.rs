//! `/setup`: the first page of an empty installation; gone once it is done.

use askama::Template;
use http::StatusCode;
use kernel::{Actor, Caller, Problem, Problems, Refusal};
use web::{Cx, Form, Page, ui};

use super::keep_session;
use super::slow::slow;
use crate::accounts::password;
use crate::sessions::{sign_in, tries};
use crate::setup::{NewDistrict, found};

#[derive(Template)]
#[template(path = "pages/setup.html")]
struct Setup<'a> {
    cx: &'a Cx,
    form: &'a Form,
}

fn draw(cx: &Cx, form: &Form, status: StatusCode) -> web::Result {
    cx.page(Page::new(cx.t("people-setup-title")).public().status(status), Setup { cx, form })
}

/// Only while there is no district.
fn open(cx: &Cx) -> Result<(), Refusal> {
    if cx.app.district().is_some() { Err(Refusal::NotFound) } else { Ok(()) }
}

/// `GET /setup`
pub async fn show(cx: Cx) -> web::Result {
    open(&cx)?;
    draw(&cx, &Form::new(), StatusCode::OK)
}

fn check(form: &Form) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    problems.take(form.required("name", 50));
    problems.take(form.required("login", 40));
    problems.take(form.required("person", 50));
    problems.take(password::check(form.raw("password"), form.text("login")));
    if form.raw("password") != form.raw("again") {
        problems.add(Problem::new("people-password-differs").at("again"));
    }
    problems.check()
}

/// `POST /setup`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    open(&cx)?;
    let seconds = cx.write(tries::count_setup).await?;
    if seconds > 0 {
        let problem = Problem::new("people-setup-wait").at("setup_code").with("seconds", seconds);
        return draw(&cx, &form.refused(problem.into())?, StatusCode::TOO_MANY_REQUESTS);
    }
    let (typed, code) = (form.text("setup_code"), &cx.app.config.setup_code);
    if !web::equal(&kernel::search_key(typed), &kernel::search_key(code)) {
        let problem = Problem::new("people-setup-code-wrong").at("setup_code");
        return draw(&cx, &form.refused(problem.into())?, StatusCode::UNPROCESSABLE_ENTITY);
    }
    cx.write(tries::forget_setup).await?;
    if let Err(refusal) = check(&form) {
        let form = form.refused(refusal)?;
        return draw(&cx, &form, form.status());
    }
    let (plain, rng) = (form.raw("password").to_owned(), cx.by.rng.clone());
    let hash = slow(move || password::hash(&plain, &*rng)).await?;
    let new = NewDistrict {
        name: form.text("name").to_owned(),
        code: form.text("code").to_owned(),
        is_demo: false,
        login: form.text("login").to_owned(),
        person: form.text("person").to_owned(),
        password: hash,
    };
    let founded = cx
        .write(move |tx, by| {
            let founded = found(tx, by, new.clone())?;
            let by = Caller { actor: Actor::public(founded.district.clone()), ..by.clone() };
            sign_in::first(tx, &by, &founded.administrator)
        })
        .await;
    match founded {
        Ok(session) => {
            cx.app.refresh_district().await?;
            let mut response = cx.redirect("/desk")?;
            keep_session(&cx, &mut response, &session.token, &session.device);
            Ok(response)
        }
        Err(refusal) => {
            let form = form.refused(refusal)?;
            draw(&cx, &form, form.status())
        }
    }
}
