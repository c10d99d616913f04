//! `/desk/units/import`: units from a table.

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Refusal};
use serde::Deserialize;
use web::sheet::{self, Sheet};
use web::{Cell, Cx, Form, Format, Page, ui};

use super::new::split_aliases;
use crate::pages::{both_words, say_cells, some_lines};
use crate::units::UnitKind;
use crate::units::import::{self, Row, column};

/// The columns of the template, and of the export.
pub(super) const COLUMNS: [&str; 8] = [
    column::NAME,
    column::KIND,
    column::PARENT,
    column::FROM,
    column::SHORT,
    column::EN,
    column::CODE,
    column::ALIASES,
];

/// A larger file is no list of units.
pub const MOST_BYTES: usize = 8 << 20;

#[derive(Template)]
#[template(path = "pages/units/import.html")]
struct ImportPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    done: Option<String>,
    kinds: String,
}

/// The template, or what the last import did.
#[derive(Deserialize)]
pub struct Asked {
    format: Option<String>,
    created: Option<u32>,
    aliased: Option<u32>,
    same: Option<u32>,
}

fn draw(cx: &Cx, form: &Form, done: Option<String>) -> web::Result {
    let kinds: Vec<String> =
        UnitKind::ALL.into_iter().map(|kind| super::super::kind_word(cx, kind)).collect();
    let kinds = kinds.join("、");
    cx.page(Page::new(cx.t("people-units-import")).of_form(form), ImportPage { cx, form, done, kinds })
}

/// `GET /desk/units/import`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    if let Some(format) = asked.format.as_deref().and_then(Format::parse) {
        let example = |n: u8| Cell::Text(cx.t(&format!("people-units-example-{n}")));
        return cx.export(
            format,
            "units-template",
            super::index::headers(&cx),
            vec![(1..=8).map(example).collect()],
        );
    }
    let done = asked.created.map(|created| {
        let count = |n: Option<u32>| n.unwrap_or(0).to_string();
        let args = [
            ("created", created.to_string()),
            ("aliased", count(asked.aliased)),
            ("same", count(asked.same)),
        ];
        let nothing = created == 0 && asked.aliased.unwrap_or(0) == 0;
        cx.with(if nothing { "people-import-nothing" } else { "people-units-imported" }, &args)
    });
    draw(&cx, &Form::new(), done)
}

/// `POST /desk/units/import`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let submitted = match read(&cx, &form) {
        Ok(rows) => {
            cx.submit(&form, move |tx, by| {
                let done = import::run(tx, by, &rows)?;
                let (created, aliased, same) = (done.created, done.aliased, done.same);
                Ok(format!("/desk/units/import?created={created}&aliased={aliased}&same={same}"))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(say_cells(&cx, refusal))?, None),
    }
}

fn read(cx: &Cx, form: &Form) -> Result<Vec<Row>, Refusal> {
    let file = form.file("file").ok_or(Problem::new("people-import-no-file").at("file"))?;
    let sheet = sheet::read(file).map_err(|problem| problem.at("file"))?;
    let kinds: Vec<(UnitKind, [String; 2])> = UnitKind::ALL
        .into_iter()
        .map(|kind| (kind, both_words(cx, &format!("unit-kind-{}", kind.code()))))
        .collect();
    let columns = columns(cx, &sheet, &COLUMNS, &[column::NAME, column::KIND, column::FROM])?;
    let rows = sheet.rows.iter().map(|(line, cells)| {
        let cell = |key: &str| {
            let place =
                COLUMNS.iter().position(|of| *of == key).and_then(|n| columns.get(n).copied().flatten());
            place.and_then(|place| cells.get(place)).cloned().unwrap_or_default()
        };
        let written = kernel::search_key(&cell(column::KIND));
        let kind = kinds.iter().find(|(kind, words)| {
            kind.code() == written || words.iter().any(|word| kernel::search_key(word) == written)
        });
        Row {
            line: *line,
            name: cell(column::NAME),
            kind: kind.map(|(kind, _)| *kind),
            parent: cell(column::PARENT),
            from: cell(column::FROM),
            short_name: cell(column::SHORT),
            name_en: cell(column::EN),
            code: cell(column::CODE),
            aliases: split_aliases(&cell(column::ALIASES)),
        }
    });
    some_lines(rows.collect())
}

/// Where each column stands; those in `needed` must be there.
pub(crate) fn columns(
    cx: &Cx,
    sheet: &Sheet,
    keys: &[&str],
    needed: &[&str],
) -> Result<Vec<Option<usize>>, Refusal> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for key in keys {
        let words = both_words(cx, key);
        let place = sheet.column(&words.each_ref().map(String::as_str));
        if place.is_none() && needed.contains(key) {
            problems.push(Problem::new("people-import-no-column").at("file").with("column", cx.t(key)));
        }
        found.push(place);
    }
    if problems.is_empty() { Ok(found) } else { Err(Refusal::Invalid(problems)) }
}
