//! What the description for programs says of the facade beyond what every address has.

use serde_json::{Map, Value, json};

fn text() -> Value {
    json!({ "type": "string" })
}

/// How the standard refuses, with every status that it refuses with.
fn refusals() -> Map<String, Value> {
    let errors = json!({ "type": "array", "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": { "code": { "type": "integer" }, "description": text() },
    } });
    let content = json!({ "application/json": { "schema": errors }, "text/xml": {} });
    let of = |status: &str| (status.to_owned(), json!({ "description": "errors", "content": content }));
    ["400", "404"].into_iter().map(of).collect()
}

fn asked(names: &[&str]) -> Value {
    let parameter = |name: &&str| json!({ "name": name, "in": "query", "schema": text() });
    let all: Vec<Value> = names.iter().map(parameter).collect();
    json!({ "parameters": all, "responses": refusals() })
}

/// Of one service, or one request.
pub(super) fn one() -> Value {
    asked(&[])
}

pub(super) fn requests() -> Value {
    asked(&["service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size"])
}

pub(super) fn updates() -> Value {
    asked(&["start_date", "end_date"])
}

/// What sending takes and answers beyond a form of ours.
pub(super) fn send() -> Value {
    let fields = [
        "api_key", "service_code", "description", "address_string", "first_name", "last_name", "phone",
        "attribute[town]", "attribute[community]", "attribute[on]", "attribute[part]", "attribute[group]",
        "attribute[heads]", "attribute[language]",
    ];
    let fields: Map<String, Value> = fields.into_iter().map(|name| (name.to_owned(), text())).collect();
    let mut answers = refusals();
    for status in ["401", "403", "409"] {
        answers.insert(status.to_owned(), answers.get("400").cloned().unwrap_or_default());
    }
    answers.insert("201".to_owned(), json!({ "description": "service_request_id, service_notice" }));
    let form = json!({ "schema": { "properties": fields } });
    json!({
        "requestBody": { "content": { "application/x-www-form-urlencoded": form } },
        "responses": answers,
    })
}
