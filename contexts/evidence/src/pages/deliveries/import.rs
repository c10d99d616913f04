//! Deliveries from a table: the template, the upload, and what is wrong by line and column.

use askama::Template;
use axum::extract::Query;
use kernel::{Group, Problem, Refusal};
use web::{Cx, File, Form, Format, Locale, Page, sheet, ui};

use crate::actions::import::{Imported, Row, run};
use crate::reading::heads_field;
use crate::{Kind, Method};

#[derive(Template)]
#[template(path = "pages/deliveries/import.html")]
struct Import<'a> {
    cx: &'a Cx,
    form: &'a Form,
    columns: Vec<(String, String)>,
    problems: Vec<Wrong>,
    done: Option<Imported>,
}

/// A problem by its place in the table.
struct Wrong {
    line: String,
    column: String,
    sentence: String,
}

/// The columns of the table: the form's field and the key of the header.
fn columns() -> Vec<(&'static str, String)> {
    let own = [
        ("key", "evidence-import-key"),
        ("on", "evidence-on"),
        ("kind", "evidence-kind"),
        ("title", "evidence-delivery-title"),
        ("host", "evidence-host"),
        ("town", "evidence-town"),
        ("minutes", "evidence-minutes"),
        ("purpose", "evidence-purpose"),
        ("method", "evidence-method"),
    ];
    let more = [
        ("start", "evidence-start"),
        ("venue", "evidence-venue"),
        ("place", "evidence-place"),
        ("topic", "evidence-topic"),
        ("co_host", "evidence-co-hosts"),
        ("supporter", "evidence-supporters"),
        ("deliverers", "evidence-deliverers"),
        ("works", "evidence-works"),
        ("note", "evidence-note"),
    ];
    let groups = Group::ALL.iter().map(|group| (heads_field(*group), format!("group-{}", group.code())));
    let own = own.into_iter().map(|(field, key)| (field, key.to_owned()));
    own.chain(groups).chain(more.into_iter().map(|(field, key)| (field, key.to_owned()))).collect()
}

/// `GET /desk/deliveries/template`
pub async fn template(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let format = query.iter().find(|(name, _)| name == "format").and_then(|(_, text)| Format::parse(text));
    let headers = columns().iter().map(|(_, key)| cx.t(key)).collect();
    cx.export(format.unwrap_or(Format::Xlsx), "deliveries-template", headers, Vec::new())
}

/// `GET /desk/deliveries/import`
pub async fn show(cx: Cx) -> web::Result {
    draw(&cx, Form::new(), None)
}

/// `POST /desk/deliveries/import`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = async {
        let file = form.file("table").ok_or_else(|| Problem::new("error-missing").at("table"))?;
        let rows = rows(&cx, file)?;
        // not by the form's receipt: sent again, the table changes nothing and says so
        cx.write(move |tx, by| run(tx, by, &rows)).await
    };
    match done.await {
        Ok(done) => draw(&cx, form, Some(done)),
        Err(refusal) => draw(&cx, form.refused(refusal)?, None),
    }
}

/// The lines of the file, its columns found by their headers in either language.
fn rows(cx: &Cx, file: &File) -> Result<Vec<Row>, Refusal> {
    let sheet = sheet::read(file).map_err(|problem| problem.at("table"))?;
    let both = |key: &str| Locale::ALL.map(|locale| cx.app.words(locale).text(key));
    let mut places = Vec::new();
    for (field, key) in columns() {
        let names = both(&key);
        let place = sheet.column(&[&names[0], &names[1]]);
        let needed = ["key", "on", "kind", "title", "host", "town", "minutes", "purpose", "method"];
        if place.is_none() && needed.contains(&field) {
            return Err(Problem::new("evidence-import-column").at("table").with("name", cx.t(&key)).into());
        }
        places.extend(place.map(|place| (field, place)));
    }
    let coded = |field: &str, text: &str| match field {
        "kind" => code(text, "evidence-kind-", Kind::ALL.iter().map(|one| one.code()), &both),
        "method" => code(text, "evidence-method-", Method::ALL.iter().map(|one| one.code()), &both),
        _ => text.to_owned(),
    };
    let row = |(line, cells): (usize, Vec<String>)| {
        let cell = |place: usize| cells.get(place).map_or("", String::as_str);
        let mut row = Row { line, ..Row::default() };
        for (field, place) in &places {
            match *field {
                "key" => row.key = cell(*place).trim().to_owned(),
                field => row.fields.push((field.to_owned(), coded(field, cell(*place)))),
            }
        }
        row
    };
    Ok(sheet.rows.into_iter().map(row).collect())
}

/// The code whose word in either language was written; else the text, to be refused by name.
fn code(
    text: &str,
    prefix: &str,
    codes: impl Iterator<Item = &'static str>,
    both: &impl Fn(&str) -> [String; 2],
) -> String {
    let written = kernel::search_key(text);
    let mut codes = codes.map(|code| (code, both(&format!("{prefix}{code}"))));
    let named = codes.find(|(code, words)| {
        *code == written || words.iter().any(|word| kernel::search_key(word) == written)
    });
    named.map_or_else(|| text.to_owned(), |(code, _)| code.to_owned())
}

fn draw(cx: &Cx, form: Form, done: Option<Imported>) -> web::Result {
    let columns: Vec<_> = columns();
    // problems of lines stand in a table of their own, the others at the field
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    for problem in form.problems() {
        match problem.field.as_deref().and_then(|field| field.split_once(':')) {
            None => others.push(problem.clone()),
            Some((line, field)) => {
                let key = columns.iter().find(|(name, _)| *name == field);
                lines.push(Wrong {
                    line: line.to_owned(),
                    column: key.map(|(_, key)| cx.t(key)).unwrap_or_default(),
                    sentence: cx.with(problem.key, &problem.args),
                });
            }
        }
    }
    if !lines.is_empty() {
        others.push(Problem::new("evidence-import-refused").with("n", lines.len()));
    }
    let fresh = Form::new();
    let form = if others.is_empty() { fresh } else { fresh.refused(Refusal::Invalid(others))? };
    let explained = columns.iter().map(|(field, key)| {
        let hint = format!("evidence-import-help-{}", field.replace('_', "-"));
        let known = cx.app.words(cx.locale).has(&hint);
        (cx.t(key), if known { cx.t(&hint) } else { String::new() })
    });
    let body = Import { cx, form: &form, columns: explained.collect(), problems: lines, done };
    cx.page(Page::new(cx.t("evidence-import")).of_form(&form), body)
}
