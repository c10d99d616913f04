//! `/login` and `/logout`: in and out of a session.

use askama::Template;
use axum::extract::Query;
use http::{HeaderMap, StatusCode};
use kernel::Problem;
use serde::Deserialize;
use web::{Cx, Form, Page, ui};

use super::slow::slow;
use super::{DEVICE_COOKIE, keep_session, retry_after};
use crate::sessions;
use crate::sessions::sign_in::{self, Step};

/// A longer password is nobody's.
const LONGEST: usize = 1000;

#[derive(Template)]
#[template(path = "pages/login.html")]
struct Login<'a> {
    cx: &'a Cx,
    form: &'a Form,
    to: &'a str,
}

/// Where to go on.
#[derive(Deserialize)]
pub struct To {
    to: Option<String>,
}

fn draw(cx: &Cx, form: &Form, status: StatusCode) -> web::Result {
    let page = Page::new(cx.t("people-login-title")).public().status(status);
    cx.page(page, Login { cx, form, to: form.text("to") })
}

/// A way back only to this site.
fn local(to: &str) -> &str {
    if web::is_local(to) && !to.starts_with("/login") { to } else { "/desk" }
}

/// `GET /login`
pub async fn show(cx: Cx, Query(query): Query<To>) -> web::Result {
    let to = query.to.unwrap_or_default();
    if cx.signed_in.is_some() {
        return cx.redirect(local(&to));
    }
    draw(&cx, &Form::filled([("to", to)]), StatusCode::OK)
}

/// `POST /login`
pub async fn sign_in(cx: Cx, headers: HeaderMap, form: Form) -> web::Result {
    let login = form.text("login").to_owned();
    let password = form.raw("password").to_owned();
    let device = web::cookie(&headers, DEVICE_COOKIE).unwrap_or_default().to_owned();
    let step = cx.write(move |tx, by| sign_in::begin(tx, by, &login, &device)).await?;
    let begun = match step {
        Step::Look(begun) => begun,
        Step::Wait { seconds } => {
            let problem = Problem::new("people-sign-in-wait").with("seconds", seconds);
            let form = form.refused(problem.into())?;
            return Ok(retry_after(draw(&cx, &form, StatusCode::TOO_MANY_REQUESTS)?, seconds));
        }
    };
    let looked = begun.clone();
    let right =
        slow(move || looked.is_right(&password).map(|right| right && password.len() <= LONGEST)).await?;
    if !right {
        cx.write(move |tx, by| sign_in::fail(tx, by, &begun)).await?;
        return draw(&cx, &form.refused(sign_in::wrong().into())?, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let earlier = cx.signed_in.is_some().then(|| cx.csrf.clone());
    let opened = cx
        .write(move |tx, by| {
            if let Some(csrf) = &earlier {
                sessions::end(tx, by.district(), csrf)?;
            }
            sign_in::succeed(tx, by, &begun)
        })
        .await;
    match opened {
        Ok(session) => {
            let mut response = cx.redirect(local(form.text("to")))?;
            keep_session(&cx, &mut response, &session.token, &session.device);
            Ok(response)
        }
        Err(refusal) => {
            let form = form.refused(refusal)?;
            draw(&cx, &form, form.status())
        }
    }
}

/// `POST /logout`
pub async fn sign_out(cx: Cx, form: Form) -> web::Result {
    drop(form);
    if cx.signed_in.is_some() {
        let csrf = cx.csrf.clone();
        cx.write(move |tx, by| sessions::sign_out(tx, by, &csrf)).await?;
    }
    let mut response = cx.redirect("/login")?;
    cx.set_cookie(&mut response, web::SESSION_COOKIE, "", Some(0));
    Ok(response)
}
