//! `/desk/plan/supervision/new`: a coordinator raises an item by hand.

use askama::Template;
use axum::extract::Query;
use kernel::{Problem, Problems, Refusal, UnitId};
use people::units::{self, Unit, UnitKind};
use serde::Deserialize;
use web::{Cx, Form, Result, ui};

use crate::figures::{self, Board};
use crate::pages::{desk, unit_name};
use crate::supervision::actions::{self, NewItem, read_subject};
use crate::supervision::{Cause, Subject, SubjectKind};
use crate::wording::WordingKind;

#[derive(Template)]
#[template(path = "supervision/pages/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    units: Vec<(String, String)>,
    subjects: Vec<(String, String)>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    unit: Option<String>,
    subject: Option<String>,
}

/// What the form offers.
struct Loaded {
    units: Vec<Unit>,
    board: Option<Board>,
    n_days: i64,
}

async fn load(cx: &Cx) -> std::result::Result<Loaded, Refusal> {
    cx.read(|tx, by| {
        let board = match figures::shown(tx, by, None)? {
            Some(plan) => figures::board(tx, by, plan, None)?,
            None => None,
        };
        let units = units::list(tx, by.district(), by.today())?;
        Ok(Loaded { units, board, n_days: actions::setting(tx, by, Cause::Manual)?.n_days })
    })
    .await
}

/// Shows the form.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let loaded = load(&cx).await?;
    let form = Form::filled([
        ("unit", choice.unit.unwrap_or_default()),
        ("subject", choice.subject.unwrap_or_default()),
        ("days", loaded.n_days.to_string()),
    ]);
    draw(&cx, &loaded, &form)
}

fn draw(cx: &Cx, loaded: &Loaded, form: &Form) -> Result {
    let choose = || (String::new(), cx.t("plan-none-chosen"));
    let mut units = vec![choose()];
    let others = loaded.units.iter().filter(|unit| unit.kind != UnitKind::District);
    units.extend(others.map(|unit| (unit.id.to_string(), unit_name(cx, unit, false))));
    let mut subjects = vec![(String::new(), cx.t("supervision-no-subject"))];
    if let Some(board) = &loaded.board {
        subjects.extend(subjects_of(cx, board));
    }
    let page = New { cx, form, units, subjects };
    cx.page(desk(cx.t("supervision-new")).of_form(form), page)
}

/// Measures and targets of the board, as `measure:ID` and `target:ID`.
fn subjects_of(cx: &Cx, board: &Board) -> Vec<(String, String)> {
    let measures = board.sections.iter().flat_map(|section| &section.measures).map(|measure| {
        let item = &measure.item;
        let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
        (format!("measure:{}", item.id), format!("{}. {title}", item.n))
    });
    let targets = board.targets.iter().map(|figure| {
        let (id, subject) = (figure.target.id.as_str(), &figure.target.promise.subject);
        let title = board.words.title(cx.locale, WordingKind::Target, id, subject);
        (format!("target:{id}"), format!("{}：{title}", cx.t("supervision-subject-target")))
    });
    measures.chain(targets).collect()
}

/// `POST /desk/plan/supervision`
pub async fn create(cx: Cx, form: Form) -> Result {
    let loaded = load(&cx).await?;
    let submitted = match read(&form, loaded.board.as_ref()) {
        Ok(new) => {
            cx.submit(&form, move |tx, by| {
                Ok(format!("/desk/plan/supervision/{}", actions::raise(tx, by, &new)?))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &loaded, &form.refused(refusal)?),
    }
}

fn read(form: &Form, board: Option<&Board>) -> std::result::Result<NewItem, Refusal> {
    let mut problems = Problems::new();
    let unit = problems.take(form.required("unit", 64));
    let title = problems.take(form.optional("title", 120));
    let request = problems.take(form.required("request", 2000));
    let n_days = problems.take(form.count("days"));
    let typed = title.unwrap_or_default();
    let subject = match form.text("subject") {
        "" => Some(Subject { kind: SubjectKind::Other, id: String::new(), title: typed }),
        chosen => read_subject(chosen).zip(board).and_then(|((kind, id), board)| {
            let title = title_of(board, kind, id)?;
            Some(Subject { kind, id: id.to_owned(), title: title.to_owned() })
        }),
    };
    if subject.is_none() {
        problems.add(Problem::new("plan-choose").at("subject"));
    }
    problems.check()?;
    let new = || {
        Some(NewItem {
            unit: UnitId::from(unit?),
            subject: subject?,
            request: request?,
            n_days: n_days.flatten(),
        })
    };
    new().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

fn title_of<'a>(board: &'a Board, kind: SubjectKind, id: &str) -> Option<&'a str> {
    match kind {
        SubjectKind::Target => {
            let found = board.targets.iter().find(|one| one.target.id.as_str() == id);
            found.map(|one| one.target.promise.subject.as_str())
        }
        SubjectKind::Measure => {
            let mut measures = board.sections.iter().flat_map(|section| &section.measures);
            measures.find(|one| one.item.id.as_str() == id).map(|one| one.item.title.as_str())
        }
        SubjectKind::Line | SubjectKind::Inspection | SubjectKind::Other => None,
    }
}
