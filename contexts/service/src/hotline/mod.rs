//! The district's 12345 hotline: it pushes work orders here and pulls how far they are
//! (`docs/hotline.md` has the mapping and what of it is to be compared with GB/T 33358).

mod fields;
mod lexicon;

use axum::extract::Query;
use kernel::{Instant, Problem, Refusal};
use serde_json::{Value, json};
use web::{Cx, Form, Result, Routes};

use crate::actions::{community, resident};
use crate::order::OrderId;
use crate::pages::names::Names;
use crate::pages::{CHECK, SIGNED};
use crate::store;

/// The routes of the hotline.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post("/api/v1/hotline/orders", CHECK, push)
        .about(about_push)
        .get("/api/v1/hotline/orders", SIGNED, pull)
        .about(about_pull)
}

fn about_push() -> Value {
    let text = json!({ "type": "string" });
    let members: serde_json::Map<String, Value> =
        lexicon::PUSHED.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
    let schema = json!({
        "type": "object", "properties": members, "required": [lexicon::NUMBER, lexicon::CONTENT, lexicon::TOWN],
    });
    json!({
        "operationId": "hotlinePush",
        "requestBody": { "content": { "application/json": { "schema": schema } } },
    })
}

fn about_pull() -> Value {
    let query = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    json!({ "operationId": "hotlinePull", "parameters": [query("since"), query("after")] })
}

/// `POST /api/v1/hotline/orders`: one work order. Its number is its key: the same one pushed again is told
/// where it stands and makes no second order.
async fn push(cx: Cx, form: Form) -> Result {
    let towns = cx.read(|tx, by| Ok(people::units::towns(tx, by.district(), by.today())?)).await?;
    let work = fields::read(&form, &towns)?;
    let id: OrderId = cx
        .write(move |tx, by| {
            let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
            let key = (&account, work.number.as_str());
            if let Some(known) = store::origin::find(tx, by.district(), key)? {
                return Ok(known);
            }
            let order = community::enter(tx, by, &work.entered).map_err(fields::named_as_sent)?;
            store::origin::insert(tx, by.district(), key, (&order.id, &work.kind, by.now()))?;
            Ok(order.id)
        })
        .await?;
    let number = form.text(lexicon::NUMBER).to_owned();
    let kind = form.text(lexicon::KIND).to_owned();
    let (order, names) = cx
        .read(move |tx, by| {
            let order = resident::reload(tx, by, &id)?;
            let names = Names::load(tx, by, order.want.town.iter().chain(order.state.department()))?;
            Ok((order, names))
        })
        .await?;
    let code = crate::contact::code(&cx.by, &order.id);
    let mut told = fields::told(&cx, &names, &store::origin::Foreign { order, number, kind });
    if let Value::Object(members) = &mut told {
        members.insert(lexicon::CODE.to_owned(), json!(code));
    }
    cx.answer(&told)
}

/// `GET /api/v1/hotline/orders?since=&after=`: what this system pushed and what became of it, by the time of
/// the last change. `next` leads to the page after.
async fn pull(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let text = |name: &str| query.iter().find(|(of, _)| of == name).map_or("", |(_, text)| text.trim());
    let since = match text("since") {
        "" => Instant::from_micros(0),
        micros if micros.bytes().all(|b| b.is_ascii_digit()) => {
            Instant::from_micros(micros.parse().unwrap_or(i64::MAX))
        }
        moment => Instant::parse(moment)
            .ok_or_else(|| Problem::new("service-open311-moment").at("since").with("text", moment))?,
    };
    let after = text("after").to_owned();
    let (list, names) = cx
        .read(move |tx, by| {
            let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
            let list = store::origin::changed(tx, by.district(), &account, (since, &after))?;
            let units =
                list.iter().flat_map(|one| one.order.want.town.iter().chain(one.order.state.department()));
            let names = Names::load(tx, by, units)?;
            Ok((list, names))
        })
        .await?;
    let next = list.last().map(|last| {
        let micros = last.order.state_at.micros().to_string();
        cx.href("/api/v1/hotline/orders", &[("since", &micros), ("after", last.order.id.as_str())])
    });
    let items: Vec<Value> = list.iter().map(|one| fields::told(&cx, &names, one)).collect();
    cx.answer(&json!({ "items": items, "next": next }))
}
