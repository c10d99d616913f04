//! Open311 GeoReport v2 (`wiki.open311.org/GeoReport_v2`): the loop as other cities' programs know it.
//!
//! A service is a resource of the menu, or `need` for what is on no menu; a request is an order. What a
//! resident wrote and who they are is told to nobody here: a request has its number, its service, the town,
//! how far it is and which department answers, with days and no hours.

mod about;
mod entry;
mod wire;

pub(crate) use wire::xml_text;

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use http::StatusCode;
use kernel::{Day, Group, Instant, Problem, Refusal};
use web::{Cx, Result, Routes, Sent, error};

use crate::actions::resident;
use crate::order::{DayPart, Order};
use crate::pages::{PUBLIC, names::Names};
use crate::resource::{Held, Resource};
use crate::store;
use crate::store::request::{Asked, Updated};
use wire::{Node, Wire};

/// The code of the service for what is on no menu.
pub(crate) const NEED: &str = "need";
/// The standard's own limits: so many days and requests unless asked otherwise.
const DAYS: i64 = 90;
const MOST: i64 = 1000;

/// The routes of the facade.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/open311/discovery.json", PUBLIC, discovery)
        .get("/open311/discovery.xml", PUBLIC, discovery)
        .get("/open311/v2/services.json", PUBLIC, services)
        .get("/open311/v2/services.xml", PUBLIC, services)
        .get("/open311/v2/services/{code}", PUBLIC, definition)
        .about(about::one)
        .get("/open311/v2/requests.json", PUBLIC, requests)
        .about(about::requests)
        .get("/open311/v2/requests.xml", PUBLIC, requests)
        .about(about::requests)
        .get("/open311/v2/requests/{number}", PUBLIC, request)
        .about(about::one)
        .get("/open311/v2/servicerequestupdates.json", PUBLIC, updates)
        .about(about::updates)
        .get("/open311/v2/servicerequestupdates.xml", PUBLIC, updates)
        .about(about::updates)
        .post("/open311/v2/requests.json", PUBLIC, send)
        .about(about::send)
        .post("/open311/v2/requests.xml", PUBLIC, send)
        .about(about::send)
}

/// The form that an address asks for; JSON where it names none.
fn wire(cx: &Cx) -> Wire {
    Wire::of(&cx.path).map_or(Wire::Json, |(wire, _)| wire)
}

/// A refusal as the standard tells it: a list of codes with descriptions.
fn refused(cx: &Cx, refusal: &Refusal) -> Response {
    let status = match error::status(refusal) {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        other => other,
    };
    let (heading, sentences) = error::sentences(cx, refusal);
    let named = |problem: &Problem| {
        let field = problem.field.as_deref().unwrap_or_default();
        let text = cx.with(problem.key, &problem.args);
        if field.is_empty() { text } else { format!("{field}: {text}") }
    };
    let texts = match refusal {
        Refusal::Invalid(problems) => problems.iter().map(named).collect(),
        Refusal::NotFound
        | Refusal::Forbidden
        | Refusal::Conflict(_)
        | Refusal::Unavailable(_)
        | Refusal::Broken(_) => vec![std::iter::once(heading).chain(sentences).collect::<Vec<_>>().join(" ")],
    };
    let one = |text: String| {
        let code = Node::Number(i64::from(status.as_u16()));
        Node::Record(vec![("code", code), ("description", Node::Text(text))])
    };
    wire(cx).answer(status, "errors", &Node::List("error", texts.into_iter().map(one).collect()))
}

/// Answers with what was found, or as the standard refuses.
fn reply(cx: &Cx, root: &'static str, found: std::result::Result<Node, Refusal>) -> Result {
    match found {
        Ok(node) => Ok(wire(cx).answer(StatusCode::OK, root, &node)),
        Err(refusal @ (Refusal::Unavailable(_) | Refusal::Broken(_))) => Err(refusal.into()),
        Err(refusal) => Ok(refused(cx, &refusal)),
    }
}

/// `GET /open311/discovery.json`: which forms there are, and where.
async fn discovery(cx: Cx) -> Result {
    let format = |kind: &str| Node::Text(kind.to_owned());
    let endpoint = Node::Record(vec![
        ("specification", format("http://wiki.open311.org/GeoReport_v2")),
        ("url", format("/open311/v2")),
        ("changeset", format("2025-11-03T00:00:00+08:00")),
        ("type", format("production")),
        ("formats", Node::List("format", vec![format("text/xml"), format("application/json")])),
    ]);
    let node = Node::Record(vec![
        ("changeset", format("2025-11-03T00:00:00+08:00")),
        ("contact", Node::text(cx.district_name())),
        ("key_service", format("/desk/settings/keys")),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ]);
    reply(&cx, "discovery", Ok(node))
}

/// `GET .../services.json`: the menu as it is now, and the service for what is on none.
async fn services(cx: Cx) -> Result {
    let (all, held) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), true)?;
            Ok((all, store::resource::held(tx, by.district(), by.today())?))
        })
        .await?;
    let (none, today) = (Held::new(), cx.by.today());
    let free = |one: &&Resource| !one.offer.free_days(today, held.get(&one.id).unwrap_or(&none)).is_empty();
    let service = |code: &str, name: String, text: String, group: String| {
        Node::Record(vec![
            ("service_code", Node::text(code)),
            ("service_name", Node::Text(name)),
            ("description", Node::Text(text)),
            ("metadata", Node::Flag(true)),
            ("type", Node::text("realtime")),
            ("keywords", Node::text(group.clone())),
            ("group", Node::text(group)),
        ])
    };
    let of = |one: &Resource| {
        let offer = &one.offer;
        service(one.id.as_str(), offer.title.clone(), offer.summary.clone(), offer.topic.clone())
    };
    let mut list: Vec<Node> = all.iter().filter(free).map(of).collect();
    list.push(service(NEED, cx.t("service-open311-need-name"), cx.t("service-open311-need"), String::new()));
    reply(&cx, "services", Ok(Node::List("service", list)))
}

/// `GET .../services/{code}.json`: what is asked beyond the standard's own fields.
async fn definition(cx: Cx, Path(code): Path<String>) -> Result {
    let found = attributes(&cx, &code).await;
    reply(&cx, "service_definition", found)
}

async fn attributes(cx: &Cx, file: &str) -> std::result::Result<Node, Refusal> {
    let (_, code) = Wire::of(file).ok_or(Refusal::NotFound)?;
    let of = code.to_owned();
    let (resource, held, names) = cx
        .read(move |tx, by| {
            let id = of.clone().into();
            let resource = store::resource::find(tx, by.district(), &id)?;
            let held = store::resource::held_of(tx, by.district(), &id, (by.today(), ""))?;
            Ok((resource, held, Names::load(tx, by, [])?))
        })
        .await?;
    if resource.is_none() && code != NEED {
        return Err(Refusal::NotFound);
    }
    let offer = resource.map(|one| one.offer);
    let comes = |(id, _): &(String, String)| {
        offer.as_ref().is_none_or(|offer| offer.comes_to(&kernel::UnitId::from(id.as_str())))
    };
    let towns = names.towns(cx).into_iter().filter(comes).collect();
    let communities = names.choices(cx, |unit| unit.kind == people::units::UnitKind::Community);
    let days = offer.as_ref().map(|offer| offer.free_days(cx.by.today(), &held)).unwrap_or_default();
    let days: Vec<(String, String)> =
        days.into_iter().map(|day| (day.to_string(), crate::pages::day_words(cx, day))).collect();
    let parts = crate::pages::options(cx, "service-part-", DayPart::ALL.map(DayPart::code));
    let groups = crate::pages::options(cx, "group-", Group::ALL.map(Group::code));
    let (single, from_menu) = ("singlevaluelist", offer.is_some());
    let on = if from_menu { single } else { "datetime" };
    let list = [
        ("town", single, true, "service-town", towns),
        ("community", single, false, "service-open311-community", communities),
        ("on", on, from_menu, "service-open311-on", days),
        ("part", single, false, "service-open311-part", parts),
        ("group", single, false, "service-group", groups),
        ("heads", "number", false, "service-column-heads", Vec::new()),
        ("language", "string", false, "service-open311-language", Vec::new()),
    ];
    let attribute =
        |(order, (name, kind, required, key, values)): (i64, (&str, &str, bool, &str, Vec<_>))| {
            let value = |(key, name): (String, String)| {
                Node::Record(vec![("key", Node::Text(key)), ("name", Node::Text(name))])
            };
            Node::Record(vec![
                ("variable", Node::Flag(true)),
                ("code", Node::text(name)),
                ("datatype", Node::text(kind)),
                ("required", Node::Flag(required)),
                ("datatype_description", Node::Nothing),
                ("order", Node::Number(order)),
                ("description", Node::Text(cx.t(key))),
                ("values", Node::List("value", values.into_iter().map(value).collect())),
            ])
        };
    let all = (1..).zip(list).map(attribute).collect();
    Ok(Node::Record(vec![("service_code", Node::text(code)), ("attributes", Node::List("attribute", all))]))
}

type Asking = Query<Vec<(String, String)>>;

/// `GET .../requests.json`: filtered, a page at a time.
async fn requests(cx: Cx, Query(query): Asking) -> Result {
    let found = list(&cx, query.into_iter().collect()).await;
    reply(&cx, "service_requests", found)
}

async fn list(cx: &Cx, query: BTreeMap<String, String>) -> std::result::Result<Node, Refusal> {
    let asked = read_asked(cx, &query)?;
    let (orders, names) = cx
        .read(move |tx, by| {
            let orders = store::request::list(tx, by.district(), &asked)?;
            let named = orders.iter().flat_map(|one| one.want.town.iter().chain(one.state.department()));
            let names = Names::load(tx, by, named)?;
            Ok((orders, names))
        })
        .await?;
    Ok(Node::List("request", orders.iter().map(|one| told(cx, one, &names)).collect()))
}

/// The span, the filters and the page that were asked for.
fn read_asked(cx: &Cx, query: &BTreeMap<String, String>) -> std::result::Result<Asked, Refusal> {
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let ids: Vec<_> = text("service_request_id").split(',').filter(|id| !id.is_empty()).take(50).collect();
    let numbers = ids.iter().map(|id| resident::read_number(id).ok_or(Refusal::NotFound));
    let numbers: Vec<_> = numbers.collect::<std::result::Result<_, _>>()?;
    let (from, to) = span(cx, query)?;
    let open = match text("status") {
        "" => None,
        "open" => Some(true),
        "closed" => Some(false),
        other => return Err(Problem::new("service-open311-status").at("status").with("text", other).into()),
    };
    let number =
        |name: &'static str, usual: i64, most: i64| match text(name) {
            "" => Ok(usual),
            text => text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| {
                Problem::new("service-number-range").at(name).with("least", 1).with("most", most)
            }),
        };
    let (page, size) = (number("page", 1, 1_000_000)?, number("page_size", MOST, MOST)?);
    let service = Some(text("service_code")).filter(|code| !code.is_empty()).map(str::to_owned);
    Ok(Asked {
        numbers,
        service,
        open,
        span: (from, to),
        limit: size,
        offset: (page - 1).saturating_mul(size),
    })
}

/// `start_date` and `end_date`; the last 90 days without them.
fn span(cx: &Cx, query: &BTreeMap<String, String>) -> std::result::Result<(Instant, Instant), Refusal> {
    let moment = |name: &'static str| match query.get(name).map_or("", |text| text.trim()) {
        "" => Ok(None),
        text => Instant::parse(text)
            .map(Some)
            .ok_or_else(|| Refusal::from(Problem::new("service-open311-moment").at(name).with("text", text))),
    };
    let (from, to) = (moment("start_date")?, moment("end_date")?);
    let end = to.unwrap_or_else(|| cx.by.now());
    Ok((from.unwrap_or_else(|| end.plus_seconds(-DAYS * 86_400)), end))
}

/// `GET .../requests/{number}.json`: one, as a list of one.
async fn request(cx: Cx, Path(file): Path<String>) -> Result {
    let found = one(&cx, &file).await;
    reply(&cx, "service_requests", found)
}

async fn one(cx: &Cx, file: &str) -> std::result::Result<Node, Refusal> {
    let (_, number) = Wire::of(file).ok_or(Refusal::NotFound)?;
    let number = resident::read_number(number).ok_or(Refusal::NotFound)?;
    let (order, names) = cx
        .read(move |tx, by| {
            let order = store::order::find_by_number(tx, by.district(), number)?.ok_or(Refusal::NotFound)?;
            let names = Names::load(tx, by, order.want.town.iter().chain(order.state.department()))?;
            Ok((order, names))
        })
        .await?;
    Ok(Node::List("request", vec![told(cx, &order, &names)]))
}

/// The start of a day, as the standard writes moments.
fn day_moment(day: Day) -> String {
    format!("{day}T00:00:00+08:00")
}

/// An order without anything that is a person's.
fn told(cx: &Cx, order: &Order, names: &Names) -> Node {
    let want = &order.want;
    let (code, name) = match &want.resource {
        Some(id) => (id.to_string(), want.title.clone()),
        None => (NEED.to_owned(), cx.t("service-open311-need-name")),
    };
    let day = |at: Option<Instant>| at.map_or(Node::Nothing, |at| Node::Text(day_moment(at.day())));
    let visit = order.state.visit().map_or(Node::Nothing, |visit| Node::Text(day_moment(visit.on)));
    Node::Record(vec![
        ("service_request_id", Node::Text(order.number())),
        ("status", Node::text(if order.state.is_over() { "closed" } else { "open" })),
        ("status_notes", Node::Text(cx.t(&format!("service-state-{}", order.state.code())))),
        ("service_name", Node::Text(name)),
        ("service_code", Node::Text(code)),
        ("description", Node::Nothing),
        ("agency_responsible", Node::text(names.of_any(cx, order.state.department()))),
        ("service_notice", Node::Nothing),
        ("requested_datetime", day(order.submitted_at)),
        ("updated_datetime", day(Some(order.state_at))),
        ("expected_datetime", visit),
        ("address", Node::text(names.of_any(cx, want.town.as_ref()))),
        ("address_id", Node::text(want.town.as_ref().map(ToString::to_string).unwrap_or_default())),
        ("zipcode", Node::Nothing),
        ("lat", Node::Nothing),
        ("long", Node::Nothing),
        ("media_url", Node::Nothing),
    ])
}

/// `GET .../servicerequestupdates.json`: which steps were taken, in the extension that most servers have.
async fn updates(cx: Cx, Query(query): Asking) -> Result {
    let found = steps(&cx, query.into_iter().collect()).await;
    reply(&cx, "service_requests_updates", found)
}

async fn steps(cx: &Cx, query: BTreeMap<String, String>) -> std::result::Result<Node, Refusal> {
    let span = span(cx, &query)?;
    let list = cx.read(move |tx, by| Ok(store::request::updates(tx, by.district(), span)?)).await?;
    let told = |one: &Updated| {
        Node::Record(vec![
            ("update_id", Node::Text(format!("{}.{}", one.number, one.n))),
            ("service_request_id", Node::Text(one.number.clone())),
            ("status", Node::text(if one.is_over { "closed" } else { "open" })),
            ("updated_datetime", Node::Text(day_moment(one.at.day()))),
            ("description", Node::Text(cx.t(&format!("service-step-{}", one.step)))),
            ("media_url", Node::Nothing),
        ])
    };
    Ok(Node::List("request_update", list.iter().map(told).collect()))
}

/// `POST .../requests.json`: an order that another system sends for a resident.
async fn send(cx: Cx, headers: HeaderMap, Sent(form): Sent) -> Result {
    let asked = match cx.clone().with_key(form.text("api_key")).await {
        Ok(asked) => asked,
        Err(refusal) => return reply(&cx, "errors", Err(refusal)),
    };
    let Some(program) = asked else { return reply(&cx, "errors", Err(Refusal::Forbidden)) };
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    match entry::enter(&program, &form, key).await {
        Ok(order) => {
            let code = crate::contact::code_text(&crate::contact::code(&program.by, &order.id));
            let notice =
                program.with("service-open311-notice", &[("number", order.number()), ("code", code)]);
            let sent = Node::Record(vec![
                ("service_request_id", Node::Text(order.number())),
                ("service_notice", Node::Text(notice)),
                ("account_id", Node::Nothing),
            ]);
            let list = Node::List("request", vec![sent]);
            Ok(wire(&program).answer(StatusCode::CREATED, "service_requests", &list))
        }
        Err(refusal) => reply(&program, "errors", Err(refusal)),
    }
}
