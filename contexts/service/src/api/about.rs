//! What the description for programs says of these addresses: the members of an order, the fields of each step.

use serde_json::{Map, Value, json};

/// The fields of a step: its name in the address, and the form fields that it reads.
pub(super) const STEPS: [(&str, &[&str]); 18] = [
    ("question", &["version", "question"]),
    ("refusal", &["version", "reason"]),
    ("passing-on", &["version", "channel"]),
    ("merger", &["version", "into"]),
    ("batch", &["version", "with"]),
    ("parting", &["version"]),
    ("dispatch", &["version", "department"]),
    ("call", &["outcome", "call"]),
    ("claim", &["unit"]),
    ("hand-back", &["version", "reason"]),
    ("recruitment", &["version", "team"]),
    ("reassignment", &["version", "department", "reason"]),
    ("acceptance", &["unit"]),
    ("declining", &["version", "reason"]),
    ("appointment", &["version", "on", "at", "minutes", "person"]),
    ("beginning", &["version"]),
    ("rating", &["stars", "words"]),
    ("contact", &[]),
];

/// Fields that hold several values.
const LISTS: [&str; 4] = ["department", "team", "person", "with"];

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members: Map<String, Value> =
        members.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "properties": members })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn any_text() -> Value {
    json!({ "type": ["string", "null"] })
}

fn number() -> Value {
    json!({ "type": "integer" })
}

fn unit() -> Value {
    json!({ "type": ["object", "null"], "properties": { "id": text(), "name": text() } })
}

fn one_order() -> Value {
    let visit = json!({ "type": ["object", "null"], "properties": {
        "on": text(), "at": text(), "minutes": number(),
    } });
    object([
        ("id", text()),
        ("number", text()),
        ("version", number()),
        ("state", json!({ "type": "string", "enum": crate::order::State::CODES })),
        ("state_words", text()),
        ("state_at", text()),
        ("submitted_at", any_text()),
        ("due", any_text()),
        ("is_late", json!({ "type": "boolean" })),
        ("level", number()),
        ("holder", unit()),
        ("item", any_text()),
        ("title", text()),
        ("topic", text()),
        ("need", text()),
        ("town", unit()),
        ("community", unit()),
        ("department", unit()),
        ("team", unit()),
        ("wanted_on", any_text()),
        ("part", text()),
        ("heads", json!({ "type": ["integer", "null"] })),
        ("group", any_text()),
        ("language", text()),
        ("channel", text()),
        ("visit", visit),
        ("delivery", any_text()),
        ("reopened", number()),
        ("words", text()),
        ("is_demo", json!({ "type": "boolean" })),
    ])
}

/// An answer in JSON by its schema.
fn answers(schema: Value) -> Value {
    json!({ "200": { "content": { "application/json": { "schema": schema } } } })
}

/// A body in JSON, or as a form, by its schema.
fn body(schema: Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn query(names: &[&str]) -> Value {
    let each = names.iter().map(|name| json!({ "name": name, "in": "query", "schema": text() }));
    each.collect()
}

pub(super) fn menu() -> Value {
    let items = json!({ "type": "array", "items": object([("item", text()), ("title", text())]) });
    json!({ "operationId": "menu", "responses": answers(object([("items", items)])) })
}

pub(super) fn orders() -> Value {
    let items = json!({ "type": "array", "items": one_order() });
    let page = object([("n", number()), ("page_size", number()), ("items", items)]);
    json!({
        "operationId": "orders",
        "parameters": query(&["town", "unit", "state", "topic", "number", "month", "page"]),
        "responses": answers(page),
    })
}

pub(super) fn order() -> Value {
    json!({ "operationId": "order", "responses": answers(one_order()) })
}

pub(super) fn enter() -> Value {
    let fields = [
        "channel", "item", "need", "unit", "on", "part", "group", "heads", "language", "name", "phone",
        "place",
    ];
    let form = object(fields.into_iter().map(|name| (name, text())));
    let told = object([("id", text()), ("number", text()), ("code", text())]);
    json!({ "operationId": "enter", "requestBody": body(form), "responses": answers(told) })
}

pub(super) fn contact() -> Value {
    let told = object([("name", text()), ("phone", text()), ("place", text())]);
    json!({ "operationId": "contact", "requestBody": body(object([])), "responses": answers(told) })
}

pub(super) fn step() -> Value {
    let of = |name: &&'static str| {
        let one = text();
        (*name, if LISTS.contains(name) { json!({ "type": "array", "items": one }) } else { one })
    };
    let forms: Vec<Value> = STEPS
        .iter()
        .map(|(step, fields)| {
            let mut form = object(fields.iter().map(of));
            if let Value::Object(members) = &mut form {
                members.insert("title".to_owned(), json!(step));
            }
            form
        })
        .collect();
    json!({
        "operationId": "step",
        "requestBody": body(json!({ "anyOf": forms })),
        "responses": answers(one_order()),
    })
}
