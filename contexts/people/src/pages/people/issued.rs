//! Temporary passwords, shown once: nobody stores them, so the page itself carries them to the file.

use askama::Template;
use web::{Cell, Cx, Form, Format, Page, ui};

/// A temporary password and whose it is.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password.
    pub password: String,
}

#[derive(Template)]
#[template(path = "pages/people/issued.html")]
struct IssuedPage<'a> {
    cx: &'a Cx,
    notice: String,
    issued: &'a [Issued],
    list: String,
}

/// The page that shows them.
///
/// # Errors
/// A template that cannot be drawn.
pub fn draw(cx: &Cx, notice: String, issued: &[Issued]) -> web::Result {
    let line = |of: &Issued| format!("{}\t{}\t{}", of.login, of.name, of.password);
    let list: Vec<String> = issued.iter().map(line).collect();
    let page = Page::new(cx.t("people-issued-title"));
    cx.page(page, IssuedPage { cx, notice, issued, list: list.join("\n") })
}

/// `POST /desk/people/passwords`: the page's list as a file.
pub async fn download(cx: Cx, form: Form) -> web::Result {
    let headers = ["people-login", "people-person", "people-temporary-password"].map(|key| cx.t(key));
    let rows = form.text("list").lines().map(|line| line.split('\t').map(Cell::from).collect()).collect();
    let format = Format::parse(form.text("format")).unwrap_or(Format::Xlsx);
    cx.export(format, "passwords", headers.into(), rows)
}
