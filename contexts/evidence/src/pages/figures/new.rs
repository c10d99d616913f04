//! Recording a figure from outside.

use std::str::FromStr;

use askama::Template;
use kernel::{Problem, Problems, Refusal};
use rust_decimal::Decimal;
use web::{Cx, Form, Page, ui};

use super::index::subjects;
use crate::figure::{FigureDetails, Means, Subject};
use crate::pages::names::{Names, coded, or_any};
use crate::{actions, indicators};

#[derive(Template)]
#[template(path = "pages/figures/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    subjects: Vec<(String, String)>,
    whens: Vec<(String, String)>,
    means: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

/// `GET /desk/figures/new`
pub async fn show(cx: Cx) -> web::Result {
    draw(&cx, Form::new().and("baseline", "value")).await
}

/// `POST /desk/figures`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = match read(&form) {
        Ok(details) => {
            let recorded = cx.submit(&form, move |tx, by| {
                Ok(format!("/desk/figures/{}", actions::figure::record(tx, by, &details)?))
            });
            recorded.await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

/// A decimal as people type it; "N/A", "-" and "High" are no numbers.
fn decimal(form: &Form, name: &'static str) -> Result<Option<Decimal>, Problem> {
    let typed = form.text(name);
    if typed.is_empty() {
        return Ok(None);
    }
    let plain = kernel::search_key(typed).replace(',', "");
    let digits = plain.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
    let number = Decimal::from_str(&plain).ok().filter(|_| digits);
    number.map(Some).ok_or_else(|| Problem::new("evidence-figure-no-number").at(name).with("value", typed))
}

fn read(form: &Form) -> Result<FigureDetails, Refusal> {
    let mut problems = Problems::new();
    let of = problems.take(form.required("indicator", 64)).unwrap_or_default();
    let population = Subject::parse(&of).filter(|one| matches!(one, Subject::Resident | Subject::Registered));
    let subject = match (population, form.text("baseline")) {
        (Some(subject), _) => subject,
        (None, "baseline") => Subject::Baseline,
        (None, _) => Subject::Value,
    };
    let as_of = problems.take(form.required("as_of", 20).and_then(|_| form.day("as_of")));
    let value = problems.take(form.required("value", 30).and_then(|_| decimal(form, "value")));
    let (low, high) = (problems.take(decimal(form, "low")), problems.take(decimal(form, "high")));
    let interval = match (low.flatten(), high.flatten()) {
        (Some(low), Some(high)) => Some((low, high)),
        (None, None) => None,
        (Some(_), None) => {
            problems.add(Problem::new("error-missing").at("high"));
            None
        }
        (None, Some(_)) => {
            problems.add(Problem::new("error-missing").at("low"));
            None
        }
    };
    let means = problems.take(form.required("means", 30).and_then(|typed| {
        let unknown = || Problem::new("evidence-choice-unknown").at("means").with("typed", &typed);
        Means::parse(&typed).ok_or_else(unknown)
    }));
    let source = problems.take(form.required("source", 300));
    let publisher = problems.take(form.required("publisher", 100));
    let unit = problems.take(form.required("unit", 64));
    problems.check()?;
    let read = || {
        Some(FigureDetails {
            subject,
            indicator: population.is_none().then(|| of.into()),
            as_of: as_of??,
            value: value??,
            interval,
            means: means?,
            source: source?,
            publisher: publisher?,
            unit: unit?.into(),
        })
    };
    read().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

async fn draw(cx: &Cx, form: Form) -> web::Result {
    let (all, names) =
        cx.read(|tx, by| Ok((indicators::list(tx, by.district())?, Names::load(tx, by, [])?))).await?;
    let means = coded(cx, "evidence-figure-means-", Means::ALL.iter().map(|one| one.code()));
    let body = New {
        cx,
        form: &form,
        subjects: or_any(cx, "evidence-choose", subjects(cx, all.iter())),
        whens: coded(cx, "evidence-figure-when-", ["value", "baseline"]),
        means: or_any(cx, "evidence-choose", means),
        units: names.hosts(cx),
    };
    cx.page(Page::new(cx.t("evidence-figure-new")).of_form(&form), body)
}
