//! `GET /hours`: anybody checks a volunteer's hours by the code on the proof.

use askama::Template;
use axum::extract::Query;
use kernel::Problem;
use serde::Deserialize;
use web::{Cx, Form, Result, ui};

use crate::pages::face;
use crate::pages::names::Names;
use crate::store;
use crate::team::{Duty, Person, half_hours};

/// What was typed.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "pages/public/hours.html")]
struct Hours<'a> {
    cx: &'a Cx,
    form: &'a Form,
    person: Option<&'a Person>,
    unit: String,
    total: String,
    lines: Vec<(String, String, String)>,
}

/// Shows it.
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result {
    let code: String = kernel::search_key(&asked.code).chars().filter(char::is_ascii_digit).collect();
    let found = cx
        .read(move |tx, by| {
            if code.is_empty() {
                return Ok(None);
            }
            let Some(person) = store::team::find_by_proof(tx, by.district(), &code)? else { return Ok(None) };
            let duties = store::duty::of_person(tx, by.district(), &person.id)?;
            let names = Names::load(tx, by, [&person.unit])?;
            Ok(Some((person, duties, names)))
        })
        .await?;
    let mut form = Form::filled([("code", asked.code.clone())]);
    if found.is_none() && !asked.code.is_empty() {
        form = form.refused(Problem::new("service-proof-unknown").at("code").into())?;
    }
    let duties: Vec<&Duty> = found.iter().flat_map(|(_, duties, _)| duties).collect();
    let minutes: i64 = duties.iter().filter_map(|duty| duty.minutes()).sum();
    let there = duties.iter().filter_map(|duty| Some((duty, duty.minutes()?)));
    let body = Hours {
        cx: &cx,
        form: &form,
        person: found.as_ref().map(|(person, _, _)| person),
        unit: found.as_ref().map(|(person, _, names)| names.of(&cx, &person.unit)).unwrap_or_default(),
        total: hours(minutes),
        lines: there
            .map(|(duty, minutes)| (duty.on.to_string(), duty.title.clone(), minutes.to_string()))
            .collect(),
    };
    cx.page(face(cx.t("service-hours")).of_form(&form), body)
}

/// Minutes as hours, to half an hour, rounded down: `12.5`.
pub(crate) fn hours(minutes: i64) -> String {
    let half = half_hours(minutes);
    let tenth = if half % 2 == 0 { "" } else { ".5" };
    format!("{}{tenth}", half / 2)
}
