//! `/desk/workdays`: which days are worked, by whose word; and entering a year.

use askama::Template;
use axum::extract::{Path, Query};
use kernel::workdays::{Arrangement, Run};
use kernel::{Problems, Refusal, Workdays, Year};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Safe, Tone, ui};

use crate::workdays::{self, Entered, Entry, read_runs, run_text};

#[derive(Template)]
#[template(path = "pages/workdays/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: &'a Form,
    year: Year,
    years: Vec<(String, String)>,
    source: Option<String>,
    entered: Option<String>,
    rows: Vec<Row>,
    n_worked: String,
    missing: Vec<Year>,
    may_enter: bool,
}

struct Row {
    days: String,
    name: String,
    kind: Safe,
}

#[derive(Template)]
#[template(path = "pages/workdays/edit.html")]
struct Edit<'a> {
    cx: &'a Cx,
    form: &'a Form,
    year: Year,
    title: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    year: Option<String>,
    format: Option<String>,
}

/// `GET /desk/workdays`
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> web::Result {
    let this = cx.by.today().year();
    let asked = choice.year.as_deref().and_then(|year| year.parse().ok());
    let year: Year = asked.filter(|year| (2021..=2099).contains(year)).unwrap_or(this);
    let (calendar, entered) = load(&cx, year).await?;
    let known = calendar.years().get(&year);
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        return export(&cx, format, year, known);
    }
    let mut years: Vec<Year> = calendar.years().keys().copied().collect();
    years.extend([this, year, this.saturating_add(1)]);
    years.sort_unstable();
    years.dedup();
    let form = Form::filled([("year", year.to_string())]);
    let (first, last) = (kernel::Day::new(year - 1, 12, 31), kernel::Day::new(year, 12, 31));
    let n_worked = first.zip(last).map_or(0, |(first, last)| calendar.working_days_between(first, last));
    let missing = [this, this.saturating_add(1)].into_iter();
    let body = Index {
        cx: &cx,
        form: &form,
        year,
        years: years.iter().map(|year| (year.to_string(), year.to_string())).collect(),
        source: known.map(|known| known.source.clone()),
        entered: entered
            .map(|one| cx.with("people-workdays-entered", &[("name", one.by), ("at", one.at.minute_text())])),
        rows: known.map(|known| rows(&cx, known)).unwrap_or_default(),
        n_worked: cx.number(n_worked),
        missing: missing.filter(|year| !calendar.years().contains_key(year)).collect(),
        may_enter: cx.may(crate::KEEPERS),
    };
    cx.page(Page::new(cx.t("people-workdays-title")), body)
}

async fn load(cx: &Cx, year: Year) -> Result<(Workdays, Option<Entered>), Refusal> {
    cx.read(move |tx, by| {
        Ok((workdays::calendar(tx, by.district())?, workdays::find(tx, by.district(), year)?))
    })
    .await
}

/// Days off and days worked in the order of the calendar; `true` for those off.
fn in_order(known: &Arrangement) -> Vec<(bool, &Run)> {
    let off = known.off.iter().map(|run| (true, run));
    let mut all: Vec<_> = off.chain(known.make_up.iter().map(|run| (false, run))).collect();
    all.sort_by_key(|(_, run)| run.from);
    all
}

fn rows(cx: &Cx, known: &Arrangement) -> Vec<Row> {
    let row = |(off, run): (bool, &Run)| Row {
        days: if run.from == run.to {
            run.from.to_string()
        } else {
            let ends = [("from", run.from.to_string()), ("to", run.to.to_string())];
            cx.with("people-workdays-span", &ends)
        },
        name: run.name.clone(),
        kind: if off {
            ui::tag(Tone::Quiet, &cx.t("people-workdays-off-tag"))
        } else {
            ui::tag(Tone::Wait, &cx.t("people-workdays-work-tag"))
        },
    };
    in_order(known).into_iter().map(row).collect()
}

fn export(cx: &Cx, format: Format, year: Year, known: Option<&Arrangement>) -> web::Result {
    let keys = ["from", "to", "kind", "name", "source"];
    let headers = keys.map(|key| cx.t(&format!("people-workdays-column-{key}"))).to_vec();
    let row = |known: &Arrangement, (off, run): (bool, &Run)| -> Vec<Cell> {
        let kind = if off { "people-workdays-off-tag" } else { "people-workdays-work-tag" };
        vec![
            run.from.into(),
            run.to.into(),
            cx.t(kind).into(),
            run.name.clone().into(),
            known.source.clone().into(),
        ]
    };
    let rows = known.map(|known| in_order(known).into_iter().map(|run| row(known, run)).collect());
    cx.export(format, &format!("workdays-{year}"), headers, rows.unwrap_or_default())
}

/// `GET /desk/workdays/{year}`
pub async fn edit(cx: Cx, Path(year): Path<Year>) -> web::Result {
    let (calendar, entered) = load(&cx, year).await?;
    let known = calendar.years().get(&year).cloned().unwrap_or_default();
    let lines = |runs: &[Run]| runs.iter().map(run_text).collect::<Vec<_>>().join("\n");
    let form = Form::filled([
        ("source", known.source.clone()),
        ("off", lines(&known.off)),
        ("work", lines(&known.make_up)),
        ("version", entered.map_or(0, |one| one.version).to_string()),
    ]);
    draw(&cx, year, &form)
}

/// `POST /desk/workdays/{year}`
pub async fn save(cx: Cx, Path(year): Path<Year>, form: Form) -> web::Result {
    let submitted = match read(year, &form) {
        Ok(entry) => {
            cx.submit(&form, move |tx, by| {
                workdays::enter(tx, by, &entry)?;
                Ok(format!("/desk/workdays?year={}", entry.year))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, year, &form.refused(refusal)?),
    }
}

fn read(year: Year, form: &Form) -> Result<Entry, Refusal> {
    let mut problems = Problems::new();
    let source = problems.take(form.required("source", 200));
    let off = problems.take(read_runs(form.raw("off"), year, "off"));
    let make_up = problems.take(read_runs(form.raw("work"), year, "work"));
    problems.check()?;
    let arrangement = Arrangement {
        source: source.unwrap_or_default(),
        off: off.unwrap_or_default(),
        make_up: make_up.unwrap_or_default(),
    };
    let version = form.text("version").parse().unwrap_or(0);
    Ok(Entry { year, arrangement, version })
}

fn draw(cx: &Cx, year: Year, form: &Form) -> web::Result {
    if !(2021..=2099).contains(&year) {
        return Err(Refusal::NotFound.into());
    }
    let title = cx.with("people-workdays-enter-title", &[("year", year.to_string())]);
    cx.page(Page::new(title.clone()).of_form(form), Edit { cx, form, year, title })
}
