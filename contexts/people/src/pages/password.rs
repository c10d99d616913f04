//! `/password`: one's own password; the only page for who has a temporary one.

use askama::Template;
use http::{HeaderMap, StatusCode};
use kernel::{Problem, Problems, Refusal};
use web::{Cx, Form, Page, ui};

use super::slow::slow;
use super::{DEVICE_COOKIE, keep_session, retry_after};
use crate::accounts::{self, password};
use crate::sessions::sign_in::{self, Step};

#[derive(Template)]
#[template(path = "pages/password.html")]
struct PasswordPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    login: &'a str,
    must: bool,
}

fn draw(cx: &Cx, form: &Form, login: &str, status: StatusCode) -> web::Result {
    let must = cx.signed_in.as_ref().is_some_and(|session| session.must_change_password);
    let page = Page::new(cx.t("people-password-title")).status(status);
    cx.page(page, PasswordPage { cx, form, login, must })
}

/// The login of who is signed in; empty while a role is previewed, which has none.
async fn own_login(cx: &Cx) -> Result<String, Refusal> {
    if cx.by.actor.viewing_for.is_some() {
        return Ok(String::new());
    }
    cx.read(|tx, by| {
        let id = by.actor.account.clone().ok_or(Refusal::NotFound)?;
        Ok(accounts::find(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?.login)
    })
    .await
}

/// `GET /password`
pub async fn show(cx: Cx) -> web::Result {
    let login = own_login(&cx).await?;
    draw(&cx, &Form::new(), &login, StatusCode::OK)
}

fn check(form: &Form, login: &str) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    let (current, new) = (form.raw("current"), form.raw("password"));
    problems.take(password::check(new, login));
    if new != form.raw("again") {
        problems.add(Problem::new("people-password-differs").at("again"));
    }
    if current == new && !new.is_empty() {
        problems.add(Problem::new("people-password-same").at("password"));
    }
    problems.check()
}

/// `POST /password`
pub async fn change(cx: Cx, headers: HeaderMap, form: Form) -> web::Result {
    let login = own_login(&cx).await?;
    if let Err(refusal) = check(&form, &login) {
        let form = form.refused(refusal)?;
        return draw(&cx, &form, &login, form.status());
    }
    let device = web::cookie(&headers, DEVICE_COOKIE).unwrap_or_default().to_owned();
    let of = login.clone();
    let begun = match cx.write(move |tx, by| sign_in::begin(tx, by, &of, &device)).await? {
        Step::Look(begun) => begun,
        Step::Wait { seconds } => {
            let problem = Problem::new("people-sign-in-wait").at("current").with("seconds", seconds);
            let form = form.refused(problem.into())?;
            return Ok(retry_after(draw(&cx, &form, &login, StatusCode::TOO_MANY_REQUESTS)?, seconds));
        }
    };
    let (current, looked) = (form.raw("current").to_owned(), begun.clone());
    if !slow(move || looked.is_right(&current)).await? {
        cx.write(move |tx, by| sign_in::fail(tx, by, &begun)).await?;
        let problem = Problem::new("people-password-wrong").at("current");
        return draw(&cx, &form.refused(problem.into())?, &login, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (new, rng) = (form.raw("password").to_owned(), cx.by.rng.clone());
    let hash = slow(move || password::hash(&new, &*rng)).await?;
    match cx.write(move |tx, by| sign_in::change_password(tx, by, &begun, &hash)).await {
        Ok(session) => {
            let mut response = cx.redirect("/desk")?;
            keep_session(&cx, &mut response, &session.token, &session.device);
            Ok(response)
        }
        Err(refusal) => {
            let form = form.refused(refusal)?;
            draw(&cx, &form, &login, form.status())
        }
    }
}
