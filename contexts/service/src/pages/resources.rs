//! `/desk/resources`: what units offer, and the forms in which they do.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use evidence::PurposeId;
use kernel::{Group, Refusal, UnitId};
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, Tone, ui};

use super::names::Names;
use super::{OFFER, desk, options, or_any};
use crate::actions::resources;
use crate::resource::{Offer, Resource, ResourceId, ResourceKind, ResourceState};
use crate::store;

#[derive(Template)]
#[template(path = "pages/resources.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    lines: Vec<Line>,
    paging: Paging,
    states: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    offers: bool,
}

/// A line of the list.
struct Line {
    href: String,
    title: String,
    topic: String,
    unit: String,
    kind: String,
    state: Safe,
    is_demo: bool,
}

/// Shows the list.
pub async fn index(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let (all, names) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), false)?;
            let names = Names::load(tx, by, all.iter().map(|one| &one.unit))?;
            Ok((all, names))
        })
        .await?;
    let words = kernel::search_key(text("q"));
    let fits = |one: &&Resource| {
        let all = kernel::search_key(&format!("{}{}", one.offer.title, one.offer.topic));
        all.contains(&words)
            && (text("state").is_empty() || one.state.code() == text("state"))
            && (text("kind").is_empty() || one.offer.kind.code() == text("kind"))
    };
    let all: Vec<&Resource> = all.iter().filter(fits).collect();
    if let Some(format) = Format::parse(text("format")) {
        return export(&cx, format, &all, &names);
    }
    let n = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let paging = Paging::at(text("page").parse().ok()).of(n);
    let skip = usize::try_from(paging.offset()).unwrap_or(0);
    let shown = all.iter().skip(skip).take(50).map(|one| line(&cx, &names, one)).collect();
    let body = Index {
        cx: &cx,
        form: ["q", "state", "kind"].iter().fold(Form::new(), |form, name| form.and(name, text(name))),
        filtered: ["q", "state", "kind"].iter().any(|name| !text(name).is_empty()),
        lines: shown,
        paging,
        states: or_any(
            &cx,
            options(&cx, "service-resource-state-", ResourceState::ALL.map(ResourceState::code)),
        ),
        kinds: or_any(&cx, options(&cx, "service-kind-", ResourceKind::ALL.map(ResourceKind::code))),
        offers: cx.may(OFFER),
    };
    cx.page(desk(cx.t("service-nav-resources")), body)
}

fn state_tag(cx: &Cx, state: ResourceState) -> Safe {
    let tone = match state {
        ResourceState::Open => Tone::Ok,
        ResourceState::Paused => Tone::Wait,
        ResourceState::Withdrawn => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("service-resource-state-{}", state.code())))
}

fn line(cx: &Cx, names: &Names, one: &Resource) -> Line {
    Line {
        href: format!("/desk/resources/{}", one.id),
        title: one.offer.title.clone(),
        topic: one.offer.topic.clone(),
        unit: names.of(cx, &one.unit),
        kind: cx.t(&format!("service-kind-{}", one.offer.kind.code())),
        state: state_tag(cx, one.state),
        is_demo: one.is_demo,
    }
}

fn export(cx: &Cx, format: Format, all: &[&Resource], names: &Names) -> Result {
    let keys = [
        "service-column-title", "service-topic", "service-unit", "service-resource-kind",
        "service-column-state", "service-minutes", "service-lead-days", "service-n-per-day",
        "service-n-per-month",
    ];
    let row = |one: &&Resource| -> Vec<Cell> {
        let offer = &one.offer;
        vec![
            offer.title.clone().into(),
            offer.topic.clone().into(),
            names.of(cx, &one.unit).into(),
            cx.t(&format!("service-kind-{}", offer.kind.code())).into(),
            cx.t(&format!("service-resource-state-{}", one.state.code())).into(),
            Cell::Number(offer.minutes),
            Cell::Number(offer.lead_days),
            Cell::Number(offer.n_per_day),
            Cell::Number(offer.n_per_month),
        ]
    };
    cx.export(format, "resources", keys.map(|key| cx.t(key)).to_vec(), all.iter().map(row).collect())
}

#[derive(Template)]
#[template(path = "pages/resource.html")]
struct Edit<'a> {
    cx: &'a Cx,
    form: &'a Form,
    title: String,
    action: String,
    one: Option<&'a Resource>,
    unit: String,
    may: bool,
    units: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    towns: Vec<(String, String)>,
    weekdays: Vec<(String, String)>,
    purposes: Vec<(String, String)>,
}

/// `GET /desk/resources/new`
pub async fn new(cx: Cx) -> Result {
    let mut form = Form::filled([
        ("kind", ResourceKind::Team.code().to_owned()),
        ("minutes", "60".to_owned()),
        ("lead_days", "3".to_owned()),
        ("from_month", "1".to_owned()),
        ("to_month", "12".to_owned()),
        ("n_per_day", "1".to_owned()),
        ("n_per_month", "8".to_owned()),
    ]);
    for n in 1..=5 {
        form = form.and("weekdays", n.to_string());
    }
    draw(&cx, &form, None).await
}

async fn draw(cx: &Cx, form: &Form, one: Option<&Resource>) -> Result {
    let (names, purposes) = cx
        .read(|tx, by| {
            let purposes = evidence::purposes::list(tx, by.district())?;
            Ok((Names::load(tx, by, [])?, purposes))
        })
        .await?;
    let mine = |unit: &people::units::Unit| resources::offers_for(&cx.by, &unit.id);
    let mut choices = vec![(String::new(), cx.t("service-none-chosen"))];
    choices
        .extend(purposes.into_iter().map(|one| (one.id.to_string(), format!("{} {}", one.code, one.title))));
    let body = Edit {
        cx,
        form,
        title: one.map_or_else(|| cx.t("service-resource-new"), |one| one.offer.title.clone()),
        action: one
            .map_or_else(|| "/desk/resources/new".to_owned(), |one| format!("/desk/resources/{}", one.id)),
        one,
        unit: one.map(|one| names.of(cx, &one.unit)).unwrap_or_default(),
        may: one.is_none_or(|one| resources::offers_for(&cx.by, &one.unit)),
        units: names.choices(cx, mine),
        kinds: options(cx, "service-kind-", ResourceKind::ALL.map(ResourceKind::code)),
        states: options(cx, "service-resource-state-", ResourceState::ALL.map(ResourceState::code)),
        groups: options(cx, "group-", Group::ALL.map(Group::code)),
        towns: names.towns(cx),
        weekdays: (1..=7).map(|n| (n.to_string(), cx.t(&format!("service-weekday-{n}")))).collect(),
        purposes: choices,
    };
    let title = body.title.clone();
    cx.page(desk(title).of_form(form), body)
}

/// `POST /desk/resources/new`
pub async fn create(cx: Cx, form: Form) -> Result {
    let unit = UnitId::from(form.text("unit"));
    let submitted = match read(&form) {
        Ok(offer) => {
            cx.submit(&form, move |tx, by| {
                Ok(format!("/desk/resources/{}", resources::add(tx, by, &unit, &offer)?))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?, None).await,
    }
}

async fn load(cx: &Cx, id: &ResourceId) -> std::result::Result<Resource, Refusal> {
    let id = id.clone();
    cx.read(move |tx, by| store::resource::find(tx, by.district(), &id)?.ok_or(Refusal::NotFound)).await
}

/// `GET /desk/resources/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let one = load(&cx, &id.into()).await?;
    let form = filled(&one);
    draw(&cx, &form, Some(&one)).await
}

fn filled(one: &Resource) -> Form {
    let offer = &one.offer;
    let mut form = Form::filled([
        ("version", one.version.to_string()),
        ("kind", offer.kind.code().to_owned()),
        ("title", offer.title.clone()),
        ("summary", offer.summary.clone()),
        ("topic", offer.topic.clone()),
        ("languages", offer.languages.clone()),
        ("minutes", offer.minutes.to_string()),
        ("lead_days", offer.lead_days.to_string()),
        ("from_month", offer.months.0.to_string()),
        ("to_month", offer.months.1.to_string()),
        ("n_per_day", offer.n_per_day.to_string()),
        ("n_per_month", offer.n_per_month.to_string()),
        ("state", one.state.code().to_owned()),
        ("purpose", offer.purpose.as_ref().map(PurposeId::to_string).unwrap_or_default()),
    ]);
    for group in &offer.groups {
        form = form.and("groups", group.code());
    }
    for town in &offer.towns {
        form = form.and("towns", town.as_str());
    }
    for n in &offer.weekdays {
        form = form.and("weekdays", n.to_string());
    }
    form
}

/// `POST /desk/resources/{id}`
pub async fn change(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = ResourceId::from(id);
    let one = load(&cx, &id).await?;
    let seen = form.text("version").parse().unwrap_or(0);
    let state = ResourceState::parse(form.text("state")).unwrap_or(one.state);
    let submitted = match read(&form) {
        Ok(offer) => {
            cx.submit(&form, move |tx, by| {
                resources::change(tx, by, (&id, seen), (&offer, state))?;
                Ok(format!("/desk/resources/{id}"))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?, Some(&one)).await,
    }
}

fn read(form: &Form) -> std::result::Result<Offer, Refusal> {
    let mut problems = kernel::Problems::new();
    let mut number = |name: &str| problems.take(form.count(name)).flatten().unwrap_or(0);
    let offer = Offer {
        kind: ResourceKind::parse(form.text("kind")).unwrap_or_default(),
        title: form.text("title").to_owned(),
        summary: form.text("summary").replace("\r\n", "\n"),
        topic: form.text("topic").to_owned(),
        groups: form.all("groups").into_iter().filter_map(Group::parse).collect(),
        towns: form.all("towns").into_iter().map(UnitId::from).collect(),
        languages: form.text("languages").to_owned(),
        minutes: number("minutes"),
        lead_days: number("lead_days"),
        months: (number("from_month"), number("to_month")),
        weekdays: form.all("weekdays").into_iter().filter_map(|n| n.parse().ok()).collect(),
        n_per_day: number("n_per_day"),
        n_per_month: number("n_per_month"),
        purpose: Some(form.text("purpose")).filter(|id| !id.is_empty()).map(PurposeId::from),
    };
    problems.check()?;
    Ok(offer)
}
