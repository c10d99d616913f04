//! `/desk/units/{id}/rename`, `move`, `merge`, `split`, `close`: what becomes of a unit from a day on.

use askama::Template;
use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Day, Problem, Problems, Refusal, UnitId};
use web::{Cx, Form, Page, ui};

use super::{load, new};
use crate::pages::{Options, kind_options, unit_options};
use crate::units::{self, Change, Renamed, Unit};

/// What is done, by the last part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Rename,
    Move,
    Merge,
    Split,
    Close,
}

impl Step {
    fn parse(word: &str) -> Result<Self, Refusal> {
        match word {
            "rename" => Ok(Self::Rename),
            "move" => Ok(Self::Move),
            "merge" => Ok(Self::Merge),
            "split" => Ok(Self::Split),
            "close" => Ok(Self::Close),
            _ => Err(Refusal::NotFound),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Move => "move",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Close => "close",
        }
    }
}

#[derive(Template)]
#[template(path = "pages/units/change.html")]
struct ChangePage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    unit: &'a Unit,
    step: Step,
    title: String,
    key: String,
    help: String,
    others: Options,
    kinds: Options,
    ways: Options,
}

async fn draw(cx: &Cx, id: &UnitId, step: Step, form: &Form) -> web::Result {
    let of = id.clone();
    let (unit, all) = cx
        .read(move |tx, by| {
            let unit = load(tx, by, &of, by.today())?;
            Ok((unit, units::list(tx, by.district(), by.today())?))
        })
        .await?;
    let all: Vec<Unit> = all.into_iter().filter(|other| other.id != unit.id).collect();
    let ways = ["rename", "correct"].map(|way| (way.to_owned(), cx.t(&format!("people-unit-way-{way}"))));
    let key = format!("unit-step-{}", step.word());
    let title = cx.with("unit-step-title", &[("step", cx.t(&key)), ("name", unit.name.clone())]);
    let body = ChangePage {
        cx,
        form,
        unit: &unit,
        step,
        title: title.clone(),
        help: format!("{key}-help"),
        key,
        others: unit_options(cx, "people-choose", &all),
        kinds: kind_options(cx, "people-choose", false),
        ways: ways.into(),
    };
    cx.page(Page::new(title).of_form(form), body)
}

/// `GET /desk/units/{id}/{step}`
pub async fn show(cx: Cx, Path((id, step)): Path<(String, String)>) -> web::Result {
    let (id, step) = (UnitId::from(id), Step::parse(&step)?);
    let of = id.clone();
    let (unit, seen) = cx
        .read(move |tx, by| {
            let unit = load(tx, by, &of, by.today())?;
            let seen = units::record_version(tx, by.district(), &of)?.ok_or(Refusal::NotFound)?;
            Ok((unit, seen))
        })
        .await?;
    let mut form = Form::filled([("seen", seen.to_string()), ("way", "rename".to_owned())]);
    if step == Step::Rename {
        form = form
            .and("name", unit.name)
            .and("short_name", unit.short_name)
            .and("name_en", unit.name_en.unwrap_or_default())
            .and("code", unit.code.unwrap_or_default());
    }
    draw(&cx, &id, step, &form).await
}

/// `POST /desk/units/{id}/{step}`
pub async fn create(cx: Cx, Path((id, step)): Path<(String, String)>, form: Form) -> web::Result {
    let (id, step) = (UnitId::from(id), Step::parse(&step)?);
    let submitted = match read(&id, step, &form, cx.by.today()) {
        Ok(change) => {
            let sent = form.clone();
            cx.submit(&form, move |tx, by| act(tx, by, step, change.clone(), &sent)).await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &id, step, &form.refused(refusal)?).await,
    }
}

fn is_correction(step: Step, form: &Form) -> bool {
    step == Step::Rename && form.text("way") == "correct"
}

fn read(id: &UnitId, step: Step, form: &Form, today: Day) -> Result<Change, Refusal> {
    let mut problems = Problems::new();
    let on = if is_correction(step, form) {
        Some(today)
    } else {
        let on = problems.take(form.day("on"));
        if on == Some(None) {
            problems.add(Problem::new("error-missing").at("on"));
        }
        on.flatten()
    };
    let reason = problems.take(form.optional("reason", 200));
    problems.check()?;
    Ok(Change {
        unit: id.clone(),
        seen: form.text("seen").parse().unwrap_or(0),
        on: on.unwrap_or(today),
        reason: reason.unwrap_or_default(),
    })
}

/// Does it, and says where to go.
fn act(tx: &mut Tx<'_>, by: &Caller, step: Step, change: Change, form: &Form) -> Result<String, Refusal> {
    let id = change.unit.clone();
    let other = |field: &'static str| {
        let chosen = UnitId::from(form.text(field));
        if chosen.as_str().is_empty() { Err(Problem::new("error-missing").at(field)) } else { Ok(chosen) }
    };
    match step {
        Step::Rename => {
            let optional = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
            let names = Renamed {
                name: form.text("name").to_owned(),
                short_name: form.text("short_name").to_owned(),
                name_en: optional("name_en"),
                code: optional("code"),
            };
            if is_correction(step, form) {
                units::correct(tx, by, change, names)?;
            } else {
                units::rename(tx, by, change, names)?;
            }
        }
        Step::Move => units::move_under(tx, by, change, &other("parent")?)?,
        Step::Merge => units::merge(tx, by, change, &other("into")?)?,
        Step::Split => {
            let filled = form.clone().and("from", change.on.to_string());
            let new = units::split(tx, by, change, new::read(&filled)?)?;
            return Ok(format!("/desk/units/{new}"));
        }
        Step::Close => units::close(tx, by, change)?,
    }
    Ok(format!("/desk/units/{id}"))
}
