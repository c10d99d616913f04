//! The description of every address for programs: OpenAPI 3.1, made from the routes themselves.

use axum::response::IntoResponse;
use http::Method;
use http::header::CONTENT_TYPE;
use kernel::Permission;
use serde_json::{Map, Value, json};

use crate::guard::SESSION_COOKIE;
use crate::{Cx, Result, RouteInfo};

/// `GET /openapi.json`
pub(crate) async fn show(cx: Cx) -> Result {
    let mut paths = Map::new();
    for route in &cx.app.routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({ "parameters": parameters(route.path) }));
        if let Value::Object(path) = path {
            path.insert(route.method.as_str().to_ascii_lowercase(), operation(&cx, route));
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": cx.t("shell-name"),
            "description": cx.t("api-description"),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE },
                "key": { "type": "http", "scheme": "bearer" },
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["title", "detail", "status"],
                    "properties": {
                        "title": { "type": "string" },
                        "detail": { "type": "array", "items": { "type": "string" } },
                        "status": { "type": "integer" },
                        "problems": { "type": "array", "items": {
                            "type": "object",
                            "required": ["code", "detail"],
                            "properties": {
                                "field": { "type": ["string", "null"] },
                                "code": { "type": "string" },
                                "detail": { "type": "string" },
                            },
                        } },
                    },
                },
            },
        },
    });
    Ok(([(CONTENT_TYPE, "application/json")], document.to_string()).into_response())
}

/// The parameters that stand in braces in a path.
fn parameters(path: &str) -> Vec<Value> {
    let inside = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    inside
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "minLength": 1 },
            })
        })
        .collect()
}

fn operation(cx: &Cx, route: &RouteInfo) -> Value {
    let mut answers = Map::new();
    for status in statuses(route) {
        let content = match status {
            // A page, or the file or table that the address names.
            200 => json!({ "text/html": {}, "*/*": {} }),
            300..400 => Value::Null,
            _ => {
                let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
                json!({ "text/html": {}, "application/problem+json": problem })
            }
        };
        let mut answer = json!({ "description": cx.t(&format!("api-status-{status}")) });
        if let (Value::Object(answer), false) = (&mut answer, content.is_null()) {
            answer.insert("content".to_owned(), content);
        }
        answers.insert(status.to_string(), answer);
    }
    let mut operation = json!({ "responses": answers, "x-permission": permission(route.permission) });
    let Value::Object(fields) = &mut operation else { return operation };
    if route.permission != Permission::Public {
        fields.insert("security".to_owned(), json!([{ "session": [] }, { "key": [] }]));
    }
    if route.method == Method::POST {
        let form = json!({ "schema": {
            "type": "object",
            "properties": {
                "_csrf": { "type": "string", "description": cx.t("api-csrf") },
                "_once": { "type": "string", "description": cx.t("api-once") },
            },
        } });
        let content = json!({
            "application/x-www-form-urlencoded": form, "multipart/form-data": form, "application/json": {},
        });
        fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        fields.insert("x-largest-body".to_owned(), json!(route.max_body));
    }
    if let Some(about) = route.about {
        lay_over(&mut operation, about());
    }
    operation
}

/// Members of `over` replace those of `under`, objects within objects likewise.
fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// Who may: `public`, `signed-in`, or the roles.
fn permission(permission: Permission) -> Value {
    match permission {
        Permission::Public => json!("public"),
        Permission::SignedIn => json!("signed-in"),
        Permission::Roles(roles) => json!(roles.iter().map(|role| role.code()).collect::<Vec<_>>()),
    }
}

/// What an address may answer; nothing else ever comes from it.
fn statuses(route: &RouteInfo) -> Vec<u16> {
    // A program whose key opens nothing, or that asks too often, is told so wherever it asks.
    let mut all = vec![200, 303, 401, 404, 422, 429, 503, 507];
    if matches!(route.permission, Permission::Roles(_)) || route.method == Method::POST {
        all.push(403);
    }
    if route.permission != Permission::Public || route.method == Method::POST {
        all.push(409);
    }
    if route.method == Method::POST {
        all.push(413);
    }
    all.sort_unstable();
    all
}
