//! `GET /desk/plan/supervision/{id}`: the record page: state, the one next action, facts, timeline.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse;
use db::Tx;
use evidence::{Filter as Deliveries, PurposeId};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Caller, Reach, Refusal, UnitId, Workdays};
use people::units::Unit;
use web::{Cx, Form, Result, Safe, ui};

use super::{clock_words, number, reason_words, state_tag};
use crate::pages::{desk, unit_name, unit_names};
use crate::store::proof::{self, PlanProofId};
use crate::supervision::store::step::{self, Step};
use crate::supervision::{State, SubjectKind, Supervision, SupervisionId, actions};
use crate::{ItemId, figures};

#[derive(Template)]
#[template(path = "supervision/pages/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Supervision,
    path: String,
    number: String,
    state: Safe,
    clock: String,
    because: String,
    facts: Vec<(String, String, String)>,
    unknown: Vec<kernel::Year>,
    timeline: Vec<(String, &'a Step)>,
    photos: Vec<String>,
    shown: Vec<(String, String)>,
    choices: Vec<(String, String)>,
    may: May,
}

/// Which step is the reader's.
struct May {
    acknowledge: bool,
    answer: bool,
    ask: bool,
    decide: bool,
    judge: bool,
    withdraw: bool,
    waits_for_other: bool,
}

/// What the page is drawn from.
struct Loaded {
    one: Supervision,
    steps: Vec<Step>,
    units: BTreeMap<UnitId, Unit>,
    calendar: Workdays,
    photos: Vec<PlanProofId>,
    shown: Vec<(String, String)>,
    choices: Vec<(String, String)>,
    subject_href: String,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `GET /desk/plan/proofs/{id}`: a photo, for whoever sees what it proves.
pub async fn proof(cx: Cx, Path(id): Path<String>) -> Result {
    let id = PlanProofId::from(id);
    let (kind, bytes) = cx
        .read(move |tx, by| {
            let (content_type, bytes, kind, subject) = proof::bytes(tx, by, &id)?;
            match kind.as_str() {
                "supervision" => actions::find(tx, by, &subject.into()).map(|_| ())?,
                "inspection" => crate::inspection::actions::find_shown(tx, by, &subject.into())?,
                _ => return Err(Refusal::NotFound),
            }
            Ok((content_type, bytes))
        })
        .await?;
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, "inline".into())], bytes).into_response())
}

fn load(tx: &mut Tx<'_>, by: &Caller, id: &SupervisionId) -> std::result::Result<Loaded, Refusal> {
    let one = actions::find(tx, by, id)?;
    let steps = step::list(tx, by.district(), id)?;
    let units = unit_names(tx, by, [&one.unit, &one.held.unit].into_iter())?;
    let mut shown = Vec::new();
    for delivery in step::deliveries(tx, by.district(), id)? {
        // Withdrawn since, or out of the reader's reach: the link would lead nowhere.
        if let Ok(found) = evidence::actions::delivery::find(tx, by, &delivery) {
            let words = format!("{} {}", found.details.on, found.details.title);
            shown.push((format!("/desk/deliveries/{delivery}"), words));
        }
    }
    let choices =
        if actions::is_unit_side(&by.actor, &one.unit) { deliveries(tx, by, &one)? } else { Vec::new() };
    Ok(Loaded {
        calendar: people::workdays::calendar(tx, by.district())?,
        photos: proof::list(tx, by, ("supervision", id.as_str()))?,
        subject_href: subject_href(tx, by, &one)?,
        steps,
        units,
        shown,
        choices,
        one,
    })
}

/// The measure that an item is about.
fn measure_of(one: &Supervision) -> Option<&str> {
    match one.subject.kind {
        SubjectKind::Measure => Some(&one.subject.id),
        SubjectKind::Line => one.subject.id.split_once('/').map(|(_, item)| item),
        SubjectKind::Target | SubjectKind::Inspection | SubjectKind::Other => None,
    }
}

fn subject_href(tx: &mut Tx<'_>, by: &Caller, one: &Supervision) -> std::result::Result<String, Refusal> {
    let id = &one.subject.id;
    match one.subject.kind {
        SubjectKind::Target => Ok(format!("/desk/plan/targets/{id}")),
        SubjectKind::Inspection => Ok(format!("/desk/plan/inspections/{id}")),
        SubjectKind::Other => Ok(String::new()),
        SubjectKind::Measure | SubjectKind::Line => {
            let item = measure_of(one).map(ItemId::from);
            let plan = figures::shown(tx, by, None)?;
            let (Some(item), Some(plan)) = (item, plan) else { return Ok(String::new()) };
            let found = crate::store::find_item(tx, by.district(), &plan.id, &item)?;
            Ok(found.map_or_else(String::new, |item| format!("/desk/plan/items/{}", item.n)))
        }
    }
}

/// The unit's newest deliveries, those for the measure if there is one: to be named in a reply.
fn deliveries(
    tx: &mut Tx<'_>,
    by: &Caller,
    one: &Supervision,
) -> std::result::Result<Vec<(String, String)>, Refusal> {
    let filter = Deliveries {
        purpose: measure_of(one).map(PurposeId::from),
        unit: Some(one.unit.clone()),
        ..Deliveries::default()
    };
    let reach = Reach::Units(std::collections::BTreeSet::from([one.unit.clone()]));
    let lines = evidence::store::list::page(tx, by.district(), &reach, &filter, (20, 0))?;
    let stands = lines.into_iter().filter(|line| matches!(line.state, "submitted" | "verified")).take(8);
    Ok(stands.map(|line| (line.id.to_string(), format!("{} {}", line.on, line.title))).collect())
}

pub(super) async fn draw(cx: &Cx, id: SupervisionId, form: Form) -> Result {
    let loaded = cx.read(move |tx, by| load(tx, by, &id)).await?;
    let one = &loaded.one;
    let today = cx.by.today();
    let name = |step: &Step| match step.who.by {
        Some(_) => step.who.name.clone(),
        None => cx.t("supervision-program"),
    };
    let line = |step: &Step| cx.with(&format!("supervision-step-{}", step.step), &[("name", name(step))]);
    let page = Show {
        cx,
        form: &form,
        path: format!("/desk/plan/supervision/{}", one.id),
        number: number(cx, one),
        state: state_tag(cx, one, today),
        clock: clock_words(cx, one, today, &loaded.calendar),
        because: reason_words(cx, &one.reason),
        facts: facts(cx, &loaded),
        unknown: loaded.calendar.unknown_years(one.raised.at.day(), one.due.max(today)),
        timeline: loaded.steps.iter().map(|step| (line(step), step)).collect(),
        photos: loaded.photos.iter().map(|photo| format!("/desk/plan/proofs/{photo}")).collect(),
        shown: loaded.shown.clone(),
        choices: loaded.choices.clone(),
        may: may(cx, one),
        one,
    };
    let title = format!("{} {}", page.number, one.subject.title);
    cx.page(desk(title).of_form(&form), page)
}

fn may(cx: &Cx, one: &Supervision) -> May {
    let unit = actions::is_unit_side(&cx.by.actor, &one.unit);
    let other = actions::is_other_side(&cx.by.actor, &one.unit);
    let replied_by = match &one.state {
        State::Replied { by, .. } => Some(by),
        State::Raised
        | State::Acknowledged
        | State::Extending { .. }
        | State::Returned { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. } => None,
    };
    let own = replied_by.is_some() && replied_by == cx.by.actor.account.as_ref();
    let extending = matches!(one.state, State::Extending { .. });
    May {
        acknowledge: unit && matches!(one.state, State::Raised),
        answer: unit && (one.state.is_units_turn() || extending),
        ask: unit && one.state.is_units_turn(),
        decide: other && extending,
        judge: other && replied_by.is_some() && !own,
        withdraw: other && one.state.is_open(),
        waits_for_other: !other && (replied_by.is_some() || extending),
    }
}

/// Name, words, address.
fn facts(cx: &Cx, loaded: &Loaded) -> Vec<(String, String, String)> {
    let one = &loaded.one;
    let unit = |id: &UnitId| loaded.units.get(id).map(|unit| unit_name(cx, unit, false)).unwrap_or_default();
    let fact =
        |key: &str, words: String, href: String| (cx.t(&format!("supervision-column-{key}")), words, href);
    let mut facts = vec![
        fact("unit", unit(&one.unit), format!("/desk/plan/units/{}", one.unit)),
        fact("subject", one.subject.title.clone(), loaded.subject_href.clone()),
        fact("cause", cx.t(&format!("supervision-cause-{}", one.cause.code())), String::new()),
        fact("raised", one.raised.at.minute_text(), String::new()),
        fact("due", one.due.to_string(), String::new()),
    ];
    if one.state.is_open() {
        let held = [("unit", unit(&one.held.unit)), ("on", one.held.on.to_string())];
        let words = if one.held.level > 0 {
            cx.with("supervision-held", &held)
        } else if one.state.is_units_turn() {
            unit(&one.unit)
        } else {
            cx.t("supervision-held-other")
        };
        facts.push(fact("holder", words, String::new()));
    }
    facts
}
