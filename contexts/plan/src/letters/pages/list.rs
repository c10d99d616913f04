//! `/desk/plan/letters`: the letters of a year, and drafting those that are missing.

use askama::Template;
use axum::extract::Query;
use kernel::Year;
use people::units::{self, Unit};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, Tone, ui};

use crate::letters::rules::points_text;
use crate::letters::store::{self, Listed};
use crate::letters::{LetterState, actions};
use crate::pages::{desk, unit_name};
use crate::{figures, plan::Period};

#[derive(Template)]
#[template(path = "letters/pages/list.html")]
struct ListPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    year: Year,
    years: Vec<(String, String)>,
    states: Vec<(String, String)>,
    rows: Vec<Row>,
    paging: Paging,
    keeps: bool,
    empty: bool,
}

struct Row {
    listed: Listed,
    name: String,
    state: Safe,
    word: String,
    points: String,
}

/// What may be chosen in the address.
#[derive(Clone, Default, Deserialize)]
pub struct Choice {
    year: Option<Year>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    text: String,
    page: Option<i64>,
    format: Option<String>,
}

struct Loaded {
    year: Year,
    period: Option<Period>,
    letters: Vec<(Listed, Option<Unit>)>,
}

/// A letter's state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, code: &str) -> Safe {
    let tone = match code {
        "in_force" | "closed" => Tone::Ok,
        "appealed" => Tone::Late,
        "draft" => Tone::Unfilled,
        _ => Tone::Wait,
    };
    ui::tag(tone, &cx.t(&format!("plan-letter-state-{code}")))
}

/// Shows the list, or gives it as a file.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    draw(&cx, choice, Form::new()).await
}

async fn load(cx: &Cx, wanted: Option<Year>) -> std::result::Result<Loaded, kernel::Refusal> {
    cx.read(move |tx, by| {
        let period = figures::shown(tx, by, None)?.and_then(|plan| plan.period);
        let today = by.today().year();
        let year = period.map_or(today, |period| figures::year_of(period, wanted, by.today()));
        let mut letters = Vec::new();
        for letter in store::list(tx, by.district(), Some(year))? {
            if actions::sees(by, &letter.unit, &letter.state) {
                let unit = units::find_any(tx, by.district(), &letter.unit, by.today())?;
                letters.push((letter, unit));
            }
        }
        Ok(Loaded { year, period, letters })
    })
    .await
}

async fn draw(cx: &Cx, choice: Choice, form: Form) -> Result {
    let loaded = load(cx, choice.year).await?;
    let empty = loaded.letters.is_empty();
    let rows = rows(cx, loaded.letters, &choice);
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        return export(cx, rows, format);
    }
    let paging = Paging::at(choice.page).of(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let from = usize::try_from(paging.offset()).unwrap_or(0);
    let size = usize::try_from(paging.size).unwrap_or(50);
    let mut states = vec![(String::new(), cx.t("plan-letter-any-state"))];
    states.extend(crate::pages::options(cx, "plan-letter-state-", LetterState::CODES));
    let form = form
        .and("year", loaded.year.to_string())
        .and("state", choice.state.clone())
        .and("text", choice.text.clone());
    let years =
        loaded.period.map(|period| period.years().map(|year| (year.to_string(), year.to_string())).collect());
    let page = ListPage {
        cx,
        form: &form,
        year: loaded.year,
        years: years.unwrap_or_default(),
        states,
        rows: rows.into_iter().skip(from).take(size).collect(),
        paging,
        keeps: actions::keeps(&cx.by),
        empty,
    };
    cx.page(desk(cx.t("plan-nav-letters")).of_form(&form), page)
}

fn rows(cx: &Cx, letters: Vec<(Listed, Option<Unit>)>, choice: &Choice) -> Vec<Row> {
    let text = choice.text.trim().to_owned();
    letters
        .into_iter()
        .map(|(listed, unit)| Row {
            name: unit.map(|unit| unit_name(cx, &unit, false)).unwrap_or_default(),
            state: state_tag(cx, &listed.state),
            word: cx.t(&format!("plan-letter-state-{}", listed.state)),
            points: match (listed.last, listed.proposed) {
                (Some(last), _) => points_text(last),
                (None, Some(proposed)) => {
                    cx.with("plan-letter-proposed-sum", &[("n", points_text(proposed))])
                }
                (None, None) => String::new(),
            },
            listed,
        })
        .filter(|row| choice.state.is_empty() || row.listed.state == choice.state)
        .filter(|row| text.is_empty() || row.name.contains(&text))
        .collect()
}

/// `POST`: drafts the letters that are missing.
pub async fn draft(cx: Cx, form: Form) -> Result {
    let typed: Option<Year> = form.text("year").parse().ok();
    let year = typed.unwrap_or_else(|| cx.by.today().year());
    let done = cx.submit(&form, move |tx, by| {
        actions::draft_all(tx, by, year)?;
        Ok(format!("/desk/plan/letters?year={year}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let choice = Choice { year: Some(year), ..Choice::default() };
            draw(&cx, choice, form.refused(refusal)?).await
        }
    }
}

fn export(cx: &Cx, rows: Vec<Row>, format: Format) -> Result {
    let keys = ["plan-letter-column-number", "plan-column-unit", "plan-column-year", "plan-column-status"];
    let more = ["plan-letter-column-points", "plan-letter-column-proposed", "plan-letter-column-final"];
    let headers = keys.into_iter().chain(more).map(|key| cx.t(key)).collect();
    let points = |score: Option<i64>| score.map(|score| Cell::Decimal(points_text(score)));
    let row = |row: Row| {
        vec![
            Cell::Number(row.listed.number),
            row.name.into(),
            Cell::Number(row.listed.year.into()),
            row.word.into(),
            Cell::Decimal(points_text(row.listed.total)),
            points(row.listed.proposed).unwrap_or(Cell::Empty),
            points(row.listed.last).unwrap_or(Cell::Empty),
        ]
    };
    cx.export(format, "letters", headers, rows.into_iter().map(row).collect())
}
