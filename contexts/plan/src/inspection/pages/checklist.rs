//! `/desk/plan/checklists/new` and `/desk/plan/checklists/{id}`: a version to be read, and the form of the next.

use askama::Template;
use axum::extract::Path;
use kernel::{Problem, Problems, Refusal};
use web::{Cx, Form, Result, ui};

use crate::inspection::actions::{self, NewChecklist};
use crate::inspection::{Checklist, ChecklistId, Item, ItemKind};
use crate::pages::{desk, options};

/// Rows of an empty form.
const ROWS: usize = 8;

#[derive(Template)]
#[template(path = "inspection/pages/checklist.html")]
struct ChecklistPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    title: String,
    shown: Option<&'a Checklist>,
    rows: Vec<usize>,
    kinds: Vec<(String, String)>,
}

/// `GET /desk/plan/checklists/new`
pub async fn new(cx: Cx) -> Result {
    draw(&cx, None, &Form::new())
}

/// `GET /desk/plan/checklists/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let id = ChecklistId::from(id);
    let one = cx.read(move |tx, by| actions::find_checklist(tx, by, &id)).await?;
    let mut form = Form::filled([
        ("follows", one.id.to_string()),
        ("title", one.title.clone()),
        ("total", one.total.to_string()),
    ]);
    for (row, item) in one.items.iter().enumerate() {
        form = form
            .and(&format!("words-{row}"), item.words.clone())
            .and(&format!("kind-{row}"), item.kind.code())
            .and(&format!("points-{row}"), item.points.to_string());
    }
    draw(&cx, Some(&one), &form)
}

fn draw(cx: &Cx, shown: Option<&Checklist>, form: &Form) -> Result {
    let used = form.names().filter(|name| name.starts_with("words-")).count();
    let rows = if used == 0 { ROWS } else { used + 2 };
    let title = match shown {
        Some(one) => one.title.clone(),
        None => cx.t("inspection-checklist-new"),
    };
    let kinds = options(cx, "inspection-kind-", ItemKind::ALL.map(ItemKind::code));
    let page = ChecklistPage { cx, form, title, shown, rows: (0..rows).collect(), kinds };
    cx.page(desk(page.title.clone()).of_form(form), page)
}

/// `POST /desk/plan/checklists`
pub async fn create(cx: Cx, form: Form) -> Result {
    let submitted = match read(&form) {
        Ok(new) => {
            cx.submit(&form, move |tx, by| {
                Ok(format!("/desk/plan/checklists/{}", actions::make(tx, by, &new)?))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, None, &form.refused(refusal)?),
    }
}

/// Reads the rows; those in which nothing was typed are left out.
fn read(form: &Form) -> std::result::Result<NewChecklist, Refusal> {
    let mut problems = Problems::new();
    let title = problems.take(form.required("title", 120));
    let missing = || Problem::new("error-missing").at("total");
    let total = problems.take(form.count("total").and_then(|total| total.ok_or_else(missing)));
    let mut items = Vec::new();
    let n_rows = form.names().filter(|name| name.starts_with("words-")).count();
    for row in 0..n_rows {
        let words = problems.take(form.optional(&format!("words-{row}"), 200)).unwrap_or_default();
        let points = problems.take(form.count(&format!("points-{row}"))).flatten();
        if words.is_empty() && points.is_none() {
            continue;
        }
        let kind = ItemKind::parse(form.text(&format!("kind-{row}"))).unwrap_or(ItemKind::Points);
        items.push(Item { n: 0, words, kind, points: points.unwrap_or(0) });
    }
    problems.check()?;
    let follows = Some(form.text("follows")).filter(|id| !id.is_empty()).map(ChecklistId::from);
    Ok(NewChecklist { follows, title: title.unwrap_or_default(), total: total.unwrap_or(0), items })
}
