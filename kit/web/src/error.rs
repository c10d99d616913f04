//! Refusals become answers here and nowhere else: a page for people, JSON for programs, one line in
//! the log for what is our fault.
//!
//! Which refusal to use: [`kernel::Refusal::NotFound`] for what is not there or may not be seen;
//! `Forbidden` when it is seen but the step is another's; `Invalid` for something to mend in a form
//! (a handler draws the form again with [`crate::Form::refused`]; drawn here only when it does not);
//! `Conflict` when the state no longer fits; `Unavailable` when the store is full or busy; `Broken`
//! for a fault of ours.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use kernel::{Problem, Refusal};

use crate::{Cx, Page, rates};

/// What a handler answers.
pub type Result = std::result::Result<Response, Error>;

/// A refusal on its way to the layer that draws it.
#[derive(Debug)]
pub struct Error(pub Refusal);

impl Error {
    /// The session is over or was never there.
    pub(crate) const fn sign_in() -> Self {
        Self(Refusal::Conflict(Problem::new("error-sign-in")))
    }
}

impl<T: Into<Refusal>> From<T> for Error {
    fn from(refusal: T) -> Self {
        Self(refusal.into())
    }
}

/// Travels in the response until the layer draws it.
#[derive(Clone)]
struct Undrawn(Arc<Refusal>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(Undrawn(Arc::new(self.0)));
        response
    }
}

/// On an answer that refuses in the form of another standard: it goes out as it is.
#[derive(Clone, Copy)]
pub struct Drawn;

/// The status of a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Forbidden => StatusCode::FORBIDDEN,
        Refusal::Invalid(problems) if problems.iter().any(|p| p.key == "error-too-large") => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Refusal::Invalid(problems) if problems.iter().any(|p| p.key == "error-form-expired") => {
            StatusCode::FORBIDDEN
        }
        Refusal::Conflict(problem) if problem.key == rates::TOO_OFTEN => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Conflict(problem) if problem.key == "error-sign-in" => StatusCode::UNAUTHORIZED,
        Refusal::Conflict(_) => StatusCode::CONFLICT,
        Refusal::Unavailable(_) if no_room(refusal) => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether the disk is full: waiting does not help then, as it does when the system is busy.
fn no_room(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Unavailable(source)
        if matches!(source.downcast_ref::<db::Error>(), Some(db::Error::Full)))
}

/// What a person reads: the heading, and the sentences below it.
pub fn sentences(cx: &Cx, refusal: &Refusal) -> (String, Vec<String>) {
    let say = |problem: &Problem| cx.with(problem.key, &problem.args);
    match refusal {
        Refusal::NotFound => (cx.t("error-not-found"), vec![cx.t("error-not-found-help")]),
        Refusal::Forbidden => (cx.t("error-forbidden"), vec![cx.t("error-forbidden-help")]),
        Refusal::Invalid(problems) => (cx.t("error-invalid"), problems.iter().map(say).collect()),
        Refusal::Conflict(problem) => (cx.t("error-conflict"), vec![say(problem)]),
        Refusal::Unavailable(_) if no_room(refusal) => {
            (cx.t("error-no-room"), vec![cx.t("error-no-room-help")])
        }
        Refusal::Unavailable(_) => (cx.t("error-unavailable"), vec![cx.t("error-unavailable-help")]),
        Refusal::Broken(_) => (cx.t("error-broken"), vec![cx.t("error-broken-help")]),
    }
}

/// What has to be mended, for programs: each with its field, the key by which it is known, and its sentence.
fn fields(cx: &Cx, refusal: &Refusal) -> Vec<serde_json::Value> {
    let problems: &[Problem] = match refusal {
        Refusal::Invalid(problems) => problems,
        Refusal::Conflict(problem) => std::slice::from_ref(problem),
        Refusal::NotFound | Refusal::Forbidden | Refusal::Unavailable(_) | Refusal::Broken(_) => &[],
    };
    let told = |one: &Problem| serde_json::json!({ "field": one.field, "code": one.key, "detail": cx.with(one.key, &one.args) });
    problems.iter().map(told).collect()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    cx: &'a Cx,
    heading: String,
    sentences: Vec<String>,
    sign_in: bool,
}

/// Draws an answer that is still undrawn; others pass.
pub(crate) fn draw(cx: &Cx, mut response: Response) -> Response {
    let refusal = match response.extensions_mut().remove::<Undrawn>() {
        Some(Undrawn(refusal)) => refusal,
        None if response.extensions().get::<Drawn>().is_some() => return response,
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => Arc::new(Refusal::NotFound),
        // A path or query that does not parse leads nowhere.
        None if response.status() == StatusCode::BAD_REQUEST => Arc::new(Refusal::NotFound),
        None => return response,
    };
    log(&refusal, &cx.path);
    let status = if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        status(&refusal)
    };
    let (heading, sentences) = sentences(cx, &refusal);
    if cx.json {
        let body = serde_json::json!({
            "title": heading, "detail": sentences, "status": status.as_u16(), "problems": fields(cx, &refusal),
        });
        return (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    }
    let page = Page { public: !cx.path.starts_with("/desk"), ..Page::new(heading.clone()) }.status(status);
    let sign_in = status == StatusCode::UNAUTHORIZED;
    cx.page(page, ErrorPage { cx, heading, sentences, sign_in }).unwrap_or_else(|error| bare(&error.0))
}

/// The answer when not even a page can be drawn.
pub(crate) fn bare(refusal: &Refusal) -> Response {
    log(refusal, "");
    let status = status(refusal);
    let words = status.canonical_reason().unwrap_or_default();
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
}

fn log(refusal: &Refusal, path: &str) {
    match refusal {
        Refusal::Broken(source) => tracing::error!(path, %source, "a request failed"),
        Refusal::Unavailable(source) => tracing::warn!(path, %source, "a request had to be put off"),
        Refusal::NotFound | Refusal::Forbidden | Refusal::Invalid(_) | Refusal::Conflict(_) => {}
    }
}
