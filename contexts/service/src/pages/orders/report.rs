//! `POST /desk/orders/{id}/report`: what happened, with photos.

use std::collections::BTreeMap;

use axum::extract::Path;
use evidence::{Kind, Method, Photo, PurposeId};
use kernel::{Group, Problem, Problems, Refusal};
use web::{Cx, Form, Result};

use super::show;
use crate::actions::delivery::{self, Report};
use crate::order::OrderId;
use crate::pages::read_clock;
use crate::team::PersonId;

/// The most photos of one report.
const MOST: usize = 6;

/// Takes it.
pub async fn send(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = OrderId::from(id);
    // Whoever does not see the order reads nothing of what is wrong with the form.
    let of = id.clone();
    cx.read(move |tx, by| crate::actions::find(tx, by, &of).map(|_| ())).await?;
    let read = match photos(&cx, &form).await {
        Ok(photos) => read(&form, photos),
        Err(refusal) => Err(refusal),
    };
    let submitted = match read {
        Ok(report) => {
            let (of, seen) = (id.clone(), super::steps::seen(&form));
            cx.submit(&form, move |tx, by| {
                delivery::report(tx, by, (&of, seen), &report)?;
                Ok(format!("/desk/orders/{of}"))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => show::again(&cx, id, form.refused(refusal)?).await,
    }
}

async fn photos(cx: &Cx, form: &Form) -> std::result::Result<Vec<Photo>, Refusal> {
    let files: Vec<_> = form.files("photo").into_iter().map(|file| file.bytes.clone()).collect();
    if files.len() > MOST {
        return Err(Problem::new("evidence-photos-many").at("photo").with("most", MOST).into());
    }
    if files.is_empty() {
        return Ok(Vec::new());
    }
    cx.read(move |_, _| files.iter().map(|bytes| Ok(evidence::examine_photo(bytes)?)).collect()).await
}

fn read(form: &Form, photos: Vec<Photo>) -> std::result::Result<Report, Refusal> {
    let mut problems = Problems::new();
    let mut heads = BTreeMap::new();
    for group in Group::ALL {
        let n = problems.take(form.count(&format!("heads-{}", group.code()))).flatten();
        if let Some(n) = n.filter(|n| *n > 0) {
            heads.insert(group, n);
        }
    }
    let mut times = BTreeMap::new();
    for id in form.all("person") {
        let mut clock = |name: String| {
            let read = read_clock(form.text(&name));
            if read.is_none() {
                problems.add(Problem::new("service-clock-unreadable").at(name));
            }
            read
        };
        if let (Some(came), Some(left)) = (clock(format!("in-{id}")), clock(format!("out-{id}"))) {
            times.insert(PersonId::from(id), (came, left));
        }
    }
    let venue = problems.take(form.optional("venue", 100));
    let note = problems.take(form.optional("note", 500));
    problems.check()?;
    Ok(Report {
        kind: Kind::parse(form.text("kind")).unwrap_or(Kind::Lecture),
        venue: venue.unwrap_or_default(),
        heads,
        method: Method::parse(form.text("method")).unwrap_or(Method::Estimate),
        purposes: form.all("purpose").into_iter().map(PurposeId::from).collect(),
        times,
        note: note.unwrap_or_default(),
        photos,
    })
}
