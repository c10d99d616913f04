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
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["title", "detail", "status"],
                    "properties": {
                        "title": { "type": "string" },
                        "detail": { "type": "array", "items": { "type": "string" } },
                        "status": { "type": "integer" },
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
        fields.insert("security".to_owned(), json!([{ "session": [] }]));
    }
    if route.method == Method::POST {
        let form = json!({ "schema": {
            "type": "object",
            "required": ["_csrf"],
            "properties": {
                "_csrf": { "type": "string", "description": cx.t("api-csrf") },
                "_once": { "type": "string", "description": cx.t("api-once") },
            },
        } });
        let content = json!({ "application/x-www-form-urlencoded": form, "multipart/form-data": form });
        fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        fields.insert("x-largest-body".to_owned(), json!(route.max_body));
    }
    operation
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
    let mut all = vec![200, 303, 404, 422, 503, 507];
    if route.permission != Permission::Public {
        all.push(401);
    }
    if matches!(route.permission, Permission::Roles(_)) || route.method == Method::POST {
        all.push(403);
    }
    if route.permission != Permission::Public || route.method == Method::POST {
        all.push(409);
    }
    if route.method == Method::POST {
        all.extend([413, 429]);
    }
    all.sort_unstable();
    all
}
