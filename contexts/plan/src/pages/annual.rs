//! `/desk/plan/years/{year}/units/{unit}`: a unit's year against its duties.

use askama::Template;
use axum::extract::{Path, Query};
use kernel::{Refusal, UnitId, Year};
use people::units::{self, Unit};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Result, Safe, ui};

use super::annual_form::{MONTHS, StoredLine, filled, lines_of, n_rows, state_tag, stored, with_open};
use super::{KEEP, desk};
use crate::actions::annual;
use crate::figures::{self, Board};
use crate::item::leads;
use crate::wording::WordingKind;
use crate::{AnnualPlan, AnnualState, ItemId, store};

#[derive(Template)]
#[template(path = "pages/annual.html")]
struct AnnualPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    plan: &'a AnnualPlan,
    unit: &'a Unit,
    title: String,
    state: Safe,
    handed_back: Option<&'a str>,
    /// Lines may be changed and saved.
    writable: bool,
    /// The year is over.
    over: bool,
    /// The version that a form of this page answers to.
    version: String,
    /// What is stored, when somebody else saved it while this was typed.
    stored: Option<Vec<StoredLine>>,
    corrections: Vec<Corrected>,
    items: Vec<(String, String)>,
    rows: Vec<usize>,
    months: [String; 12],
    open: Vec<(i64, String)>,
    years: Vec<Year>,
}

/// A correction after the year ended, in words.
struct Corrected {
    who: String,
    reason: String,
}

/// What the page is drawn from.
struct Loaded {
    board: Board,
    plan: AnnualPlan,
    unit: Unit,
    /// Each with the name of who made it.
    corrections: Vec<(crate::Correction, String)>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    format: Option<String>,
}

/// Shows the plan, or gives it as a file.
pub async fn show(cx: Cx, Path((year, unit)): Path<(Year, String)>, Query(choice): Query<Choice>) -> Result {
    if let Some(format) = choice.format.as_deref().and_then(Format::parse) {
        let loaded = load(&cx, year, unit.as_str().into()).await?;
        return export(&cx, &loaded, format);
    }
    draw(&cx, year, unit.as_str().into(), Form::new()).await
}

async fn load(cx: &Cx, year: Year, unit: UnitId) -> std::result::Result<Loaded, Refusal> {
    cx.read(move |tx, by| {
        let plan = annual::open(tx, by, &unit, year)?;
        let shown = figures::shown(tx, by, None)?.ok_or(Refusal::NotFound)?;
        let board = figures::board(tx, by, shown, Some(year))?.ok_or(Refusal::NotFound)?;
        if !board.period.includes(year) {
            return Err(Refusal::NotFound);
        }
        let unit = units::find(tx, by.district(), &unit, board.on)?.ok_or(Refusal::NotFound)?;
        let mut corrections = Vec::new();
        for one in store::list_corrections(tx, by.district(), &unit.id, year)? {
            let account = people::accounts::find(tx, by.district(), &one.by)?;
            let name = account.map(|account| account.name).unwrap_or_default();
            corrections.push((one, name));
        }
        Ok(Loaded { board, plan, unit, corrections })
    })
    .await
}

async fn draw(cx: &Cx, year: Year, unit: UnitId, form: Form) -> Result {
    let loaded = load(cx, year, unit).await?;
    let plan = &loaded.plan;
    let over = plan.is_over(cx.by.today());
    let (draft, handed_back) = match &plan.state {
        AnnualState::Draft { handed_back } => (true, handed_back.as_deref()),
        AnnualState::Submitted { .. } => (false, None),
    };
    let writable = if over { cx.may(KEEP) } else { draft };
    let open = unplanned(cx, &loaded);
    let items = items(cx, &loaded);
    // What was typed is kept; a step that sent no lines, and a fresh page, show the stored ones.
    let typed = n_rows(&form) > 0;
    let clash = typed && form.is_conflict();
    // Who has seen both may save over the other's; whoever has something else to mend has not.
    let kept = Some(form.text("version")).filter(|_| typed && !clash).map(str::to_owned);
    let version = kept.unwrap_or_else(|| plan.version.to_string());
    let form = if typed { form } else { filled(form, plan) };
    let ids: Vec<ItemId> = open.iter().map(|(_, id, _)| id.clone()).collect();
    // A row for each open measure and one more; whoever needs others saves and gets another.
    let (form, free) = match writable && !typed {
        true => (with_open(form, plan.lines.len(), &ids), ids.len() + 1),
        false => (form, 0),
    };
    let rows = (0..n_rows(&form) + free).collect();
    let page = AnnualPage {
        cx,
        form: &form,
        title: cx.with(
            "plan-annual-title",
            &[("unit", super::unit_name(cx, &loaded.unit, false)), ("year", year.to_string())],
        ),
        state: state_tag(cx, Some(plan)),
        handed_back,
        writable,
        over,
        version,
        stored: clash.then(|| stored(cx, plan, &items)),
        corrections: corrected(cx, &loaded),
        items,
        rows,
        months: MONTHS.map(|month| cx.with("plan-month", &[("n", month.to_string())])),
        open: open.into_iter().map(|(n, _, title)| (n, title)).collect(),
        years: loaded.board.period.years().collect(),
        unit: &loaded.unit,
        plan,
    };
    cx.page(desk(page.title.clone()).wide().of_form(&form), page)
}

/// The corrections after the year's end, in words.
fn corrected(cx: &Cx, loaded: &Loaded) -> Vec<Corrected> {
    let words = |(one, name): &(crate::Correction, String)| Corrected {
        who: cx.with(
            "plan-annual-corrected",
            &[
                ("at", one.at.minute_text()),
                ("name", name.clone()),
                ("before", cx.number(one.n_before)),
                ("after", cx.number(one.n_after)),
            ],
        ),
        reason: one.reason.clone(),
    };
    loaded.corrections.iter().map(words).collect()
}

/// Measures to choose from: the unit's own first, then all others.
fn items(cx: &Cx, loaded: &Loaded) -> Vec<(String, String)> {
    let board = &loaded.board;
    let mut all: Vec<_> = board.sections.iter().flat_map(|section| &section.measures).collect();
    all.sort_by_key(|measure| (measure.item.role_of(&loaded.unit.id).is_none(), measure.item.n));
    let mut options = vec![(String::new(), cx.t("plan-none-chosen"))];
    options.extend(all.into_iter().map(|measure| {
        let item = &measure.item;
        let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
        let role = item.role_of(&loaded.unit.id).map(|role| cx.t(&format!("plan-role-{}", role.code())));
        let role = role.map(|role| format!("（{role}）")).unwrap_or_default();
        (item.id.to_string(), format!("{}. {title}{role}", item.n))
    }));
    options
}

/// What the unit leads and has not arranged yet.
fn unplanned(cx: &Cx, loaded: &Loaded) -> Vec<(i64, ItemId, String)> {
    let measures = loaded.board.sections.iter().flat_map(|section| &section.measures);
    measures
        .map(|measure| &measure.item)
        .filter(|item| item.role_of(&loaded.unit.id).is_some_and(leads))
        .filter(|item| !loaded.plan.lines.iter().any(|line| line.item == item.id))
        .map(|item| {
            (
                item.n,
                item.id.clone(),
                loaded.board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title),
            )
        })
        .collect()
}

/// `POST`: keeps the lines.
pub async fn write(cx: Cx, Path((year, unit)): Path<(Year, String)>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let typed = lines_of(&form);
    let (of, version) = (unit.clone(), form.count("version")?.unwrap_or(0));
    let done = cx.submit(&form, move |tx, by| {
        let lines = typed.as_ref().map_err(|problems| Refusal::Invalid(problems.clone()))?;
        annual::write(tx, by, &of, year, version, lines)?;
        Ok(format!("/desk/plan/years/{year}/units/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, year, unit, form.refused(refusal)?).await,
    }
}

/// `POST .../correction`: mends a year that is over, with a reason.
pub async fn correct(cx: Cx, Path((year, unit)): Path<(Year, String)>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let typed = lines_of(&form);
    let (of, version) = (unit.clone(), form.count("version")?.unwrap_or(0));
    let reason = form.optional("reason", 300);
    let done = cx.submit(&form, move |tx, by| {
        let lines = typed.as_ref().map_err(|problems| Refusal::Invalid(problems.clone()))?;
        let reason = reason.clone()?;
        annual::correct(tx, by, (&of, year), version, lines, &reason)?;
        Ok(format!("/desk/plan/years/{year}/units/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, year, unit, form.refused(refusal)?).await,
    }
}

/// `POST .../submission`
pub async fn submit(cx: Cx, Path((year, unit)): Path<(Year, String)>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let (of, version) = (unit.clone(), form.count("version")?.unwrap_or(0));
    let done = cx.submit(&form, move |tx, by| {
        annual::submit(tx, by, &of, year, version)?;
        Ok(format!("/desk/plan/years/{year}/units/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, year, unit, form.refused(refusal)?).await,
    }
}

/// `POST .../return`
pub async fn hand_back(cx: Cx, Path((year, unit)): Path<(Year, String)>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let (of, reason) = (unit.clone(), form.optional("reason", 300)?);
    let done = cx.submit(&form, move |tx, by| {
        annual::hand_back(tx, by, &of, year, &reason)?;
        Ok(format!("/desk/plan/years/{year}/units/{of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, year, unit, form.refused(refusal)?).await,
    }
}

fn export(cx: &Cx, loaded: &Loaded, format: Format) -> Result {
    let mut headers = vec![cx.t("plan-column-measure"), cx.t("plan-line-what")];
    headers.extend(MONTHS.map(|month| cx.with("plan-month", &[("n", month.to_string())])));
    headers.push(cx.t("plan-column-planned"));
    headers.push(cx.t("plan-column-planned-heads"));
    let titles = items(cx, loaded);
    let rows = loaded.plan.lines.iter().map(|line| {
        let title = titles.iter().find(|(id, _)| id == line.item.as_str());
        let mut row: Vec<Cell> = vec![title.map(|(_, title)| title.clone()).unwrap_or_default().into()];
        row.push(line.what.clone().into());
        row.extend(line.months.map(Cell::Number));
        row.push(Cell::Number(line.total()));
        row.push(line.n_heads.map_or(Cell::Empty, Cell::Number));
        row
    });
    cx.export(format, &format!("annual-{}", loaded.plan.year), headers, rows.collect())
}
