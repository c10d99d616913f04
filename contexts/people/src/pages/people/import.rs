//! `/desk/people/import`: accounts from a table; their temporary passwords are shown once.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Refusal, Role};
use serde::Deserialize;
use web::sheet;
use web::{Cell, Cx, Form, Format, Page, ui};

use super::issued::{self, Issued};
use super::new::is_issued;
use super::temporary;
use crate::accounts::import::{self, Row, column};
use crate::accounts::password::temporary_of;
use crate::pages::units::import::columns;
use crate::pages::{both_words, role_word, say_cells, some_lines};

/// The columns of the template, and the first ones of the export.
pub(super) const COLUMNS: [&str; 4] = [column::LOGIN, column::NAME, column::UNIT, column::ROLE];

/// A larger file is no list of accounts.
pub const MOST_BYTES: usize = 4 << 20;

/// Each new account's password is hashed, which is slow on purpose.
const MOST_NEW: usize = 300;

#[derive(Template)]
#[template(path = "pages/people/import.html")]
struct ImportPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    roles: String,
}

/// The template's format.
#[derive(Deserialize)]
pub struct Asked {
    format: Option<String>,
}

fn draw(cx: &Cx, form: &Form) -> web::Result {
    let roles: Vec<String> = Role::ALL.into_iter().map(|role| role_word(cx, role)).collect();
    let page = Page::new(cx.t("people-accounts-import")).of_form(form);
    cx.page(page, ImportPage { cx, form, roles: roles.join("、") })
}

/// `GET /desk/people/import`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    if let Some(format) = asked.format.as_deref().and_then(Format::parse) {
        let headers = COLUMNS.iter().map(|key| cx.t(key)).collect();
        let example = |n: u8| Cell::Text(cx.t(&format!("people-accounts-example-{n}")));
        return cx.export(format, "people-template", headers, vec![(1..=4).map(example).collect()]);
    }
    draw(&cx, &Form::new())
}

/// `POST /desk/people/import`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    match take_in(&cx, &form).await {
        Ok((notice, issued)) => issued::draw(&cx, notice, &issued),
        Err(refusal) => draw(&cx, &form.refused(say_cells(&cx, refusal))?),
    }
}

async fn take_in(cx: &Cx, form: &Form) -> Result<(String, Vec<Issued>), Refusal> {
    let rows = read(cx, form)?;
    let asked = rows.clone();
    let logins = cx.read(move |tx, by| import::new_logins(tx, by, &asked)).await?;
    if logins.len() > MOST_NEW {
        let problem = Problem::new("people-import-too-many").at("file").with("most", MOST_NEW);
        return Err(problem.with("n", logins.len()).into());
    }
    let mut plain = BTreeMap::new();
    let mut hashes = BTreeMap::new();
    for (key, login) in logins {
        let (password, hash) = temporary(cx, form.once(), &login).await?;
        plain.insert(key.clone(), password);
        hashes.insert(key, hash);
    }
    let taken = rows.clone();
    let done = cx.write(move |tx, by| import::run(tx, by, &taken, &hashes)).await?;
    let mut issued: Vec<Issued> = Vec::new();
    for opened in &done.opened {
        let password = plain.get(&kernel::search_key(&opened.login)).cloned().unwrap_or_default();
        issued.push(Issued { login: opened.login.clone(), name: opened.name.clone(), password });
    }
    if issued.is_empty() {
        issued = sent_before(cx, form, &rows).await?;
    }
    let n = |n: usize| n.to_string();
    let args = [("opened", n(issued.len())), ("given", n(done.given)), ("same", n(done.same))];
    let nothing = issued.is_empty() && done.given == 0;
    Ok((cx.with(if nothing { "people-import-nothing" } else { "people-accounts-imported" }, &args), issued))
}

/// The passwords of accounts that the first sending of this very form opened.
async fn sent_before(cx: &Cx, form: &Form, rows: &[Row]) -> Result<Vec<Issued>, Refusal> {
    let asked = rows.to_vec();
    let waiting = cx.read(move |tx, by| import::waiting(tx, by, &asked)).await?;
    let mut issued = Vec::new();
    for account in waiting.into_iter().take(MOST_NEW) {
        let password = temporary_of(form.once(), &account.login, &*cx.by.rng);
        if is_issued(cx, &account.login, &password).await? {
            issued.push(Issued { login: account.login, name: account.name, password });
        }
    }
    Ok(issued)
}

fn read(cx: &Cx, form: &Form) -> Result<Vec<Row>, Refusal> {
    let file = form.file("file").ok_or(Problem::new("people-import-no-file").at("file"))?;
    let sheet = sheet::read(file).map_err(|problem| problem.at("file"))?;
    let roles: Vec<(Role, [String; 2])> =
        Role::ALL.into_iter().map(|role| (role, both_words(cx, &format!("role-{}", role.code())))).collect();
    let columns = columns(cx, &sheet, &COLUMNS, &[column::LOGIN, column::NAME])?;
    let rows = sheet.rows.iter().map(|(line, cells)| {
        let cell = |key: &str| {
            let place =
                COLUMNS.iter().position(|of| *of == key).and_then(|n| columns.get(n).copied().flatten());
            place.and_then(|place| cells.get(place)).map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        let written = cell(column::ROLE);
        let key = kernel::search_key(&written);
        let role = roles.iter().find(|(role, words)| {
            role.code() == key || words.iter().any(|word| kernel::search_key(word) == key)
        });
        Row {
            line: *line,
            login: cell(column::LOGIN),
            name: cell(column::NAME),
            unit: cell(column::UNIT),
            role: role.map(|(role, _)| *role),
            role_written: written,
        }
    });
    some_lines(rows.collect())
}
