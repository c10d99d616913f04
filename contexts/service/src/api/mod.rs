//! The loop for programs: `/api/v1`, as JSON, described in `/openapi.json`.
//!
//! Each form of the desk has its verb here: the same action behind it, the same walls around it. What is told
//! of an order is what its record shows; who to call is asked for by itself and each look is noted.

mod about;
mod told;

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use kernel::{Refusal, Role, UnitId};
use people::units::UnitKind;
use serde_json::json;
use web::{Cx, Form, Result, Routes};

use crate::actions::{self, community};
use crate::order::OrderId;
use crate::pages::names::Names;
use crate::pages::orders::{index, new, steps};
use crate::pages::{CHECK, PUBLIC, SIGNED, day_words};
use crate::resource::Held;
use crate::store;
use crate::store::list::{self, Filter};

/// The routes for programs.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/menu", PUBLIC, menu)
        .about(about::menu)
        .get("/api/v1/orders", SIGNED, orders)
        .about(about::orders)
        .post("/api/v1/orders", CHECK, enter)
        .about(about::enter)
        .get("/api/v1/orders/{id}", SIGNED, order)
        .about(about::order)
        .post("/api/v1/orders/{id}/contact", SIGNED, contact)
        .about(about::contact)
        .post("/api/v1/orders/{id}/{step}", SIGNED, step)
        .about(about::step)
}

/// `GET /api/v1/menu`: what has free days now.
async fn menu(cx: Cx) -> Result {
    let (all, held, names) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), true)?;
            let held = store::resource::held(tx, by.district(), by.today())?;
            Ok((all, held, Names::load(tx, by, [])?))
        })
        .await?;
    let (none, today) = (Held::new(), cx.by.today());
    let mut items = Vec::new();
    for one in &all {
        let free = one.offer.free_days(today, held.get(&one.id).unwrap_or(&none));
        if !free.is_empty() {
            items.push(told::resource(&cx, &names, one, &free));
        }
    }
    cx.answer(&json!({ "items": items }))
}

/// `GET /api/v1/orders`: the queue, with the filters of its page.
async fn orders(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let (filter, problems): (Filter, _) = index::read(text);
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems).into());
    }
    let paging = web::Paging::at(text("page").parse().ok());
    let (list, n, names) = cx
        .read(move |tx, by| {
            let reach = by.actor.reach(&Role::ALL);
            let span = (paging.size, paging.offset());
            let list = list::page(tx, by.district(), (&reach, &filter), by.today(), span)?;
            let n = list::count(tx, by.district(), (&reach, &filter), by.today())?;
            let units = list.iter().flat_map(told::units);
            let names = Names::load(tx, by, units)?;
            Ok((list, n, names))
        })
        .await?;
    let items: Vec<_> = list.iter().map(|one| told::order(&cx, &names, one)).collect();
    cx.answer(&json!({ "n": n, "page_size": paging.size, "items": items }))
}

/// `GET /api/v1/orders/{id}`: the record, with its timeline.
async fn order(cx: Cx, Path(id): Path<String>) -> Result {
    record(&cx, id.into()).await
}

async fn record(cx: &Cx, id: OrderId) -> Result {
    let (order, parties, steps, may, names) = cx
        .read(move |tx, by| {
            let (order, parties) = actions::find(tx, by, &id)?;
            let steps = store::step::list(tx, by.district(), &id)?;
            let may = community::rights(tx, by, &id)?;
            let named = told::units(&order).chain(parties.iter().map(|party| &party.unit));
            let names = Names::load(tx, by, named.chain(steps.iter().filter_map(|step| step.unit.as_ref())))?;
            Ok((order, parties, steps, may, names))
        })
        .await?;
    cx.answer(&told::record(cx, &names, &order, (&parties, &steps, may)))
}

/// `POST /api/v1/orders`: an order for somebody who called or came, as the form of the desk.
async fn enter(cx: Cx, form: Form) -> Result {
    let unit = UnitId::from(form.text("unit"));
    let town = cx
        .read(move |tx, by| {
            let path = people::units::path(tx, by.district(), &unit, by.today())?;
            Ok(path.into_iter().find(|unit| unit.kind == UnitKind::Town).map(|town| town.id))
        })
        .await?;
    let entered = new::read(&form, town)?;
    let key = form.once().to_owned();
    let id = cx
        .once(("api order", &key), move |tx, by| Ok(community::enter(tx, by, &entered)?.id.to_string()))
        .await?;
    let code = crate::contact::code(&cx.by, &id.as_str().into());
    let of = OrderId::from(id);
    let order = cx.read(move |tx, by| Ok(actions::find(tx, by, &of)?.0)).await?;
    cx.answer(&json!({ "id": order.id.as_str(), "number": order.number(), "code": code }))
}

/// `POST /api/v1/orders/{id}/contact`: who to call; the look is noted.
async fn contact(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    drop(form);
    let id = OrderId::from(id);
    let contact = cx.write(move |tx, by| actions::show_contact(tx, by, &id)).await?;
    cx.answer(&json!({ "name": contact.name, "phone": contact.phone, "place": contact.place }))
}

/// `POST /api/v1/orders/{id}/{step}`: a step, and the record as it is after it.
async fn step(cx: Cx, Path((id, step)): Path<(String, String)>, form: Form) -> Result {
    let id = OrderId::from(id);
    let (of, sent) = (id.clone(), form.clone());
    cx.submit(&form, move |tx, by| {
        steps::take_step(tx, by, (&of, steps::seen(&sent)), (&step, &sent))?;
        Ok(format!("/desk/orders/{of}"))
    })
    .await?;
    record(&cx, id).await
}

/// A day for people beside the day for programs.
fn day(cx: &Cx, day: kernel::Day) -> serde_json::Value {
    json!({ "day": day.to_string(), "words": day_words(cx, day) })
}
