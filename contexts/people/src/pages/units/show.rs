//! `/desk/units/{id}`: a unit with its history, its other names, its people and what lies below it.

use askama::Template;
use axum::extract::{Path, Query};
use kernel::{Day, Instant, Refusal, Role, UnitId};
use serde::Deserialize;
use web::{Cx, Form, Page, Safe, Tone, ui};

use super::{load, within};
use crate::accounts::{self, Account};
use crate::pages::kind_word;
use crate::pages::people::state_key;
use crate::units::{self, KEEPERS, Succession, Unit, Version};

/// The day as of which the page is shown.
#[derive(Deserialize)]
pub struct AsOf {
    on: Option<String>,
}

/// A line of the timeline.
struct Event {
    on: Day,
    words: String,
    reason: String,
    by: String,
    at: Instant,
}

struct Record {
    unit: Unit,
    /// From the root down, each with whether the reader may open it.
    path: Vec<(Unit, bool)>,
    versions: Vec<Version>,
    events: Vec<(Succession, Option<Unit>, Option<Unit>)>,
    aliases: Vec<String>,
    children: Vec<Unit>,
    accounts: Vec<Account>,
    heir: Option<Unit>,
    begins: Day,
}

#[derive(Template)]
#[template(path = "pages/units/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    record: &'a Record,
    unit: &'a Unit,
    kind: String,
    state: Safe,
    lives: bool,
    events: Vec<Event>,
    keeps: bool,
    is_district: bool,
    people: Vec<(&'a Account, String)>,
    on: Day,
}

/// `GET /desk/units/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>, Query(as_of): Query<AsOf>) -> web::Result {
    let on = as_of.on.as_deref().and_then(Day::parse).unwrap_or(cx.by.today());
    draw(&cx, &UnitId::from(id), on, &Form::new()).await
}

/// The page, with what was typed into its small forms.
async fn draw(cx: &Cx, id: &UnitId, on: Day, form: &Form) -> web::Result {
    let of = id.clone();
    let record = cx
        .read(move |tx, by| {
            let unit = load(tx, by, &of, on)?;
            let district = by.district();
            let mut events = Vec::new();
            for event in units::successions(tx, district, &of)? {
                let from = units::find_any(tx, district, &event.unit, event.on)?;
                let to = match &event.successor {
                    Some(successor) => units::find_any(tx, district, successor, event.on)?,
                    None => None,
                };
                events.push((event, from, to));
            }
            let (_, history) = units::history(tx, district, &of)?.ok_or(Refusal::NotFound)?;
            let own = within(by);
            let reached = |above: Unit| {
                let reached = own.as_ref().is_none_or(|units| units.contains(&above.id));
                (above, reached)
            };
            let heir = units::heir(tx, district, &of, by.today())?.filter(|heir| heir.id != of);
            Ok(Record {
                path: units::path(tx, district, &of, on)?.into_iter().map(reached).collect(),
                versions: history.versions().rev().cloned().collect(),
                begins: history.begins(),
                events,
                aliases: units::aliases(tx, district, &of)?,
                children: units::children(tx, district, &of, on)?,
                accounts: accounts::in_unit(tx, district, &of, by.today())?,
                heir,
                unit,
            })
        })
        .await?;
    let unit = &record.unit;
    let (tone, word) = if unit.holds(on) {
        (Tone::Ok, "people-unit-lives")
    } else if unit.valid_from > on {
        (Tone::Wait, "people-unit-ahead")
    } else {
        (Tone::Quiet, "people-unit-closed")
    };
    let keeps = KEEPERS.iter().any(|role: &Role| cx.by.actor.has(*role));
    let body = Show {
        cx,
        form,
        record: &record,
        unit,
        kind: kind_word(cx, unit.kind),
        state: ui::tag(tone, &cx.t(word)),
        lives: unit.holds(on) || unit.valid_from > on,
        events: record.events.iter().map(|(event, from, to)| said(cx, event, from, to, unit)).collect(),
        keeps,
        is_district: unit.parent.is_none(),
        people: record.accounts.iter().map(|account| (account, cx.t(&state_key(&account.state)))).collect(),
        on,
    };
    cx.page(Page::new(unit.name.clone()).of_form(form), body)
}

/// A line of the timeline in words, seen from `here`.
fn said(cx: &Cx, event: &Succession, from: &Option<Unit>, to: &Option<Unit>, here: &Unit) -> Event {
    let name = |unit: &Option<Unit>| unit.as_ref().map(|unit| unit.name.clone()).unwrap_or_default();
    let seen_from_heir = event.unit != here.id;
    let key = if seen_from_heir {
        format!("unit-change-{}-here", event.kind.code())
    } else {
        format!("unit-change-{}", event.kind.code())
    };
    let args = [("name", name(from)), ("other", name(if seen_from_heir { from } else { to }))];
    Event {
        on: event.on,
        words: cx.with(&key, &args),
        reason: event.reason.clone(),
        by: event.by.clone(),
        at: event.at,
    }
}

/// `POST /desk/units/{id}/aliases`: enters another way of writing it.
pub async fn name_alias(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = UnitId::from(id);
    let (of, alias) = (id.clone(), form.text("alias").to_owned());
    let submitted = cx
        .submit(&form, move |tx, by| {
            units::name_alias(tx, by, &of, &alias)?;
            Ok(format!("/desk/units/{of}"))
        })
        .await;
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &id, cx.by.today(), &form.refused(refusal)?).await,
    }
}

/// `POST /desk/units/{id}/aliases/removal`: takes one away.
pub async fn drop_alias(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = UnitId::from(id);
    let alias = form.text("alias").to_owned();
    Ok(cx
        .submit(&form, move |tx, by| {
            units::drop_alias(tx, by, &id, &alias)?;
            Ok(format!("/desk/units/{id}"))
        })
        .await?)
}
