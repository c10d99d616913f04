//! `/desk/settings/photo-area`: the box of degrees inside which the district's photos are expected.

use askama::Template;
use kernel::{Problem, Refusal};
use web::{Cx, Form, Page, Result, ui};

use crate::Area;
use crate::actions::photos;

#[derive(Template)]
#[template(path = "pages/area.html")]
struct AreaPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    is_set: bool,
}

/// The edges, as fields of the form and keys of their labels.
const EDGES: [(&str, &str); 4] = [
    ("south", "evidence-area-south"),
    ("north", "evidence-area-north"),
    ("west", "evidence-area-west"),
    ("east", "evidence-area-east"),
];
/// The longest source, in characters.
const MOST: usize = 200;

async fn draw(cx: &Cx, form: Form) -> Result {
    let area = cx.read(photos::area).await?;
    let is_set = area.is_some();
    let form = match area {
        Some(area) if form.problems().is_empty() => Form::filled([
            ("south", area.south.to_string()),
            ("north", area.north.to_string()),
            ("west", area.west.to_string()),
            ("east", area.east.to_string()),
            ("source", area.source),
        ]),
        Some(_) | None => form,
    };
    let page = Page::new(cx.t("evidence-area-title")).of_form(&form);
    cx.page(page, AreaPage { cx, form: &form, is_set })
}

/// Shows the form, with what is set.
pub async fn show(cx: Cx) -> Result {
    draw(&cx, Form::new()).await
}

/// `POST`: sets it.
pub async fn set(cx: Cx, form: Form) -> Result {
    let read = read(&form);
    let done = cx.submit(&form, move |tx, by| {
        let area = read.as_ref().map_err(|problems| Refusal::Invalid(problems.clone()))?;
        photos::set_area(tx, by, area)?;
        Ok("/desk/settings/photo-area".to_owned())
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

/// Degrees as people write them: digits of either width, with or without the sign of degrees.
fn read(form: &Form) -> std::result::Result<Area, Vec<Problem>> {
    let mut problems = Vec::new();
    let (south, north) = (edge(form, "south", 90.0), edge(form, "north", 90.0));
    let (west, east) = (edge(form, "west", 180.0), edge(form, "east", 180.0));
    let source = form.required("source", MOST);
    let source = source.map_err(|problem| problems.push(problem)).unwrap_or_default();
    let mut take = |edge: std::result::Result<f64, Problem>| {
        edge.map_err(|problem| problems.push(problem)).unwrap_or_default()
    };
    let (south, north, west, east) = (take(south), take(north), take(west), take(east));
    if problems.is_empty() && south >= north {
        problems.push(Problem::new("evidence-area-south-north").at("north"));
    } else if problems.is_empty() && west >= east {
        problems.push(Problem::new("evidence-area-west-east").at("east"));
    }
    if problems.is_empty() { Ok(Area { south, west, north, east, source }) } else { Err(problems) }
}

fn edge(form: &Form, name: &str, most: f64) -> std::result::Result<f64, Problem> {
    let text = form.text(name);
    if text.is_empty() {
        return Err(Problem::new("error-missing").at(name.to_owned()));
    }
    let degrees = kernel::search_key(text).replace('°', "").trim().parse::<f64>();
    degrees.ok().filter(|degrees| (-most..=most).contains(degrees)).ok_or_else(|| {
        let problem = Problem::new("evidence-area-no-degree").at(name.to_owned());
        problem.with("value", text).with("most", most)
    })
}
