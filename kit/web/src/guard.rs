//! What stands around every handler: who asks, whether the route lets them in, the safe headers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kernel::{Actor, Caller, DistrictId, Refusal};

use crate::cx::see_other;
use crate::{App, Cx, Error, Locale, RouteInfo, SignedIn, Visit, error, is_local, rates};

/// The session's cookie.
pub const SESSION_COOKIE: &str = "qilin_session";

/// What the key of a program begins with, so that no session's token is taken for one, and people who find
/// one know what it is.
pub const KEY_PREFIX: &str = "qk_";

/// The largest body that the route reads.
#[derive(Clone, Copy)]
pub(crate) struct BodyLimit(pub usize);

/// Puts the guard of a route around its handler.
pub(crate) fn around(
    handler: MethodRouter<Arc<App>>,
    app: Arc<App>,
    info: RouteInfo,
) -> MethodRouter<Arc<App>> {
    handler.layer(from_fn_with_state((app, Arc::new(info)), admit))
}

/// The page for an address that leads nowhere.
pub(crate) async fn not_found() -> Error {
    Error(Refusal::NotFound)
}

async fn admit(
    State((app, info)): State<(Arc<App>, Arc<RouteInfo>)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    app.keep_district_fresh().await;
    let key = bearer(&parts.headers).map(str::to_owned);
    let token = key.clone().unwrap_or_else(|| session_token(&parts.headers).to_owned());
    let (signed_in, unknown) = match visit(&app, token).await {
        Ok(signed_in) => (signed_in, None),
        Err(refusal) => (None, Some(refusal)),
    };
    let mut cx = open(app, &parts, signed_in);
    if key.is_some() {
        (cx.by_key, cx.json) = (true, true);
        let refused = match &cx.signed_in {
            None => Some(Error::sign_in()),
            Some(_) if !cx.app.rates.let_in(&cx.by) => Some(Error(rates::too_often())),
            Some(_) => None,
        };
        if let Some(refused) = refused.filter(|_| unknown.is_none()) {
            return private(error::draw(&cx, refused.into_response()));
        }
    }
    cx.back = back(&cx, &info, &parts);
    // Nobody is taken for a stranger because the store does not answer.
    if let Some(refusal) = unknown {
        return private(error::draw(&cx, Error(refusal).into_response()));
    }
    let changes = !matches!(parts.method, Method::GET | Method::HEAD);
    let response = match elsewhere(&cx, &info, &parts) {
        Some(elsewhere) => elsewhere,
        None => {
            let mut request = Request::from_parts(parts, body);
            request.extensions_mut().insert(cx.clone());
            request.extensions_mut().insert(BodyLimit(info.max_body));
            next.run(request).await
        }
    };
    let response = error::draw(&cx, response);
    let response = if cx.by_key { located(response) } else { response };
    // Whatever is one person's, refusals too; and what carries a cookie, which is a secret.
    let of_one = changes || cx.signed_in.is_some() || cx.path.starts_with("/desk");
    if of_one || response.headers().contains_key(header::SET_COOKIE) { private(response) } else { response }
}

/// A program is told where a step led, and not sent there.
fn located(response: Response) -> Response {
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    match to {
        Some(to) if response.status() == StatusCode::SEE_OTHER => {
            let body = serde_json::json!({ "location": to }).to_string();
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Some(_) | None => response,
    }
}

/// The key of a program, from the header that carries it.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, key) = text.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// The session's token. A key of a program is none: what a cookie carries may come from another site's page.
fn session_token(headers: &HeaderMap) -> &str {
    cookie(headers, SESSION_COOKIE).filter(|token| !token.starts_with(KEY_PREFIX)).unwrap_or_default()
}

/// For an address that is only sent to: the page that it was sent from, else the front door.
fn back(cx: &Cx, info: &RouteInfo, request: &Parts) -> Option<String> {
    let shown = |route: &RouteInfo| route.method == Method::GET && route.path == info.path;
    if matches!(request.method, Method::GET | Method::HEAD) || cx.app.routes().iter().any(shown) {
        return None;
    }
    let text = |name: HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
    let from = text(header::REFERER).and_then(|from| from.split_once("://")).and_then(|(_, from)| {
        let (host, path) = from.split_once('/')?;
        Some(format!("/{path}")).filter(|path| text(header::HOST) == Some(host) && is_local(path))
    });
    Some(from.unwrap_or_else(|| if cx.signed_in.is_some() { "/desk" } else { "/" }.to_owned()))
}

/// Why the request does not reach its handler, if so.
fn elsewhere(cx: &Cx, info: &RouteInfo, request: &Parts) -> Option<Response> {
    let path = request.uri.path();
    // No name, id or word holds this sign, and no database takes it.
    if path.contains("%00") || cx.query.contains("%00") {
        return Some(Error(Refusal::NotFound).into_response());
    }
    let always = matches!(path, "/healthz" | "/preferences");
    if cx.app.district().is_none() && path != "/setup" && !always {
        return Some(see_other("/setup"));
    }
    // No text that we store holds a NUL, so no such address leads anywhere.
    if request.uri.path_and_query().is_some_and(|whole| whole.as_str().contains("%00")) {
        return Some(Error(Refusal::NotFound).into_response());
    }
    let changes = !matches!(request.method, Method::GET | Method::HEAD);
    if changes && !same_origin(&request.headers) {
        return Some(Error(Refusal::Forbidden).into_response());
    }
    if !cx.by.actor.may(info.permission) {
        if cx.signed_in.is_some() {
            return Some(Error(Refusal::Forbidden).into_response());
        }
        if cx.json || changes {
            return Some(Error::sign_in().into_response());
        }
        let to = if cx.query.is_empty() { path.to_owned() } else { format!("{path}?{}", cx.query) };
        return Some(see_other(&cx.href("/login", &[("to", &to)])));
    }
    let signed_in = cx.signed_in.as_ref()?;
    let leaving = matches!(path, "/logout" | "/desk/view-as/leave");
    if signed_in.must_change_password && path != "/password" && !leaving && !always {
        return Some(see_other("/password"));
    }
    // Whoever previews a role sees what it sees and changes nothing in its name.
    if signed_in.viewing_as.is_some() && changes && !leaving {
        return Some(Error(Refusal::Conflict(kernel::Problem::new("error-viewing-as"))).into_response());
    }
    None
}

/// Who asks, and how they want the answer.
fn open(app: Arc<App>, request: &Parts, signed_in: Option<SignedIn>) -> Cx {
    let headers = &request.headers;
    let district = app.district().map_or_else(|| DistrictId::from(""), |district| district.id);
    let actor = signed_in.as_ref().map_or_else(|| Actor::public(district), |session| session.actor.clone());
    let csrf = match (&signed_in, cookie(headers, "qilin_form")) {
        (Some(session), _) => session.csrf.clone(),
        (None, Some(token)) if token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()) => {
            token.to_owned()
        }
        (None, _) => app.config.rng.token(),
    };
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Cx {
        by: Caller {
            actor,
            clock: app.config.clock.clone(),
            rng: app.config.rng.clone(),
            seal: app.config.seal.clone(),
            address: address(&app, request),
        },
        locale: locale(headers),
        large: is_large(headers),
        path: request.uri.path().to_owned(),
        query: request.uri.query().unwrap_or_default().to_owned(),
        back: None,
        by_key: false,
        signed_in: signed_in.map(Arc::new),
        csrf,
        json: accepts.starts_with("application/json") || request.uri.path().starts_with("/api/"),
        form_used: Arc::new(AtomicBool::new(false)),
        app,
    }
}

/// Who holds the session's token. That a session was seen is noted on the way; when the store takes no writes,
/// people read on.
pub(crate) async fn visit(app: &App, token: String) -> Result<Option<SignedIn>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let (clock, authenticate) = (app.config.clock.clone(), app.config.authenticate);
    let of = token.clone();
    let visit = app.config.db.read(move |tx| authenticate(tx, &of, &*clock)).await?;
    let (session, note) = match visit {
        Visit::Nobody => return Ok(None),
        Visit::Over => (None, true),
        Visit::Known { session, note } => (Some(*session), note),
    };
    if note {
        let (clock, note_visit) = (app.config.clock.clone(), app.config.note_visit);
        if let Err(refusal) = app.config.db.write(move |tx| note_visit(tx, &token, &*clock)).await {
            tracing::warn!(%refusal, "a visit could not be noted");
        }
    }
    Ok(session)
}

/// The language that the visitor chose.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    cookie(headers, "lang").and_then(Locale::parse).unwrap_or_default()
}

/// Whether the visitor chose large print.
pub(crate) fn is_large(headers: &HeaderMap) -> bool {
    cookie(headers, "large") == Some("1")
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(of, value)| (of == name).then_some(value))
}

/// The address that the request comes from; a forwarded one only from a proxy that is trusted.
fn address(app: &App, request: &Parts) -> String {
    let Some(peer) = request.extensions.get::<SocketAddr>().map(SocketAddr::ip) else {
        return String::new();
    };
    let proxies = &app.config.proxies;
    if !proxies.contains(&peer) {
        return peer.to_string();
    }
    // Each proxy adds the address that it was called from at the end, some in a line of its own; what
    // stands before the first that is none of ours was written by the sender.
    let lines = request.headers.get_all("x-forwarded-for").into_iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
    let list = lines.join(",");
    let hops = list.rsplit(',').map(|hop| hop.trim().parse::<IpAddr>().ok());
    let mut outside = hops.skip_while(|hop| hop.is_some_and(|hop| proxies.contains(&hop)));
    outside.next().flatten().unwrap_or(peer).to_string()
}

/// Whether a change comes from a page of this site, as far as the browser says.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        _ => true,
    }
}

fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The headers that every answer carries.
const SAFE: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(self), geolocation=(self), microphone=()"),
];

pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SAFE {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("60"));
    }
    response
}
