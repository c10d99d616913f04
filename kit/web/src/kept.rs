//! Pages kept as they were drawn, until anything is committed.
//!
//! A page that says [`crate::Page::for_everybody`] is the same for all who have no session: it is kept
//! whole, with its headers. A page of the desk that readers see alike keeps its body
//! ([`crate::Cx::kept`]), and only the shell is drawn anew. Either is used again while the database
//! stands where it stood ([`db::Db::mark`]), whoever writes to it, and the day has not ended. So whoever
//! was told that a change is done sees it at once, through every program that serves the same data.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::{DistrictId, Instant};

use crate::guard::{SESSION_COOKIE, cookie, is_large, locale};
use crate::{App, Locale, Page, error};

/// Pages kept at once; then all are forgotten, so that made-up addresses cost no more than this.
const MOST: usize = 128;
/// A larger page is not kept. In bytes.
pub(crate) const LARGEST: usize = 256 << 10;
/// Nothing is kept for longer, so that a mark that came back, as on a database that was put back from
/// a copy, misleads nobody for long. In seconds.
const LONGEST: i64 = 60;

/// On an answer: it is the same for everybody without a session.
#[derive(Clone, Copy)]
pub(crate) struct ForEverybody;

/// All that an answer depends on beside the database and the day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    address: String,
    locale: Locale,
    large: bool,
    encodings: Option<HeaderValue>,
}

impl Key {
    /// Of a request that may be answered with a kept page.
    fn of(request: &Request) -> Option<Self> {
        let headers = request.headers();
        let has_session = cookie(headers, SESSION_COOKIE).is_some_and(|token| !token.is_empty());
        if request.method() != Method::GET || has_session {
            return None;
        }
        Some(Self {
            address: request.uri().path_and_query()?.as_str().to_owned(),
            locale: locale(headers),
            large: is_large(headers),
            encodings: headers.get(header::ACCEPT_ENCODING).cloned(),
        })
    }
}

/// When something was drawn; taken before it was read, so that what is written meanwhile makes it stale.
#[derive(Clone)]
pub(crate) struct Moment {
    mark: db::Mark,
    /// How often the district was read again.
    refreshed: u64,
    at: Instant,
}

impl Moment {
    /// `None` while the database does not answer: nothing is kept then.
    pub async fn now(app: &App) -> Option<Self> {
        app.keep_district_fresh().await;
        let mark = app.config.db.mark().await.ok()?;
        Some(Self { mark, refreshed: app.refreshed(), at: app.config.clock.now() })
    }

    /// Whether what was drawn at an earlier moment is still true.
    fn trusts(&self, earlier: &Self) -> bool {
        self.mark == earlier.mark
            && self.refreshed == earlier.refreshed
            && (0..LONGEST).contains(&self.at.seconds_since(earlier.at))
            && self.at.day() == earlier.at.day()
    }
}

/// What was drawn, by all that it depends on beside the database and the day.
pub(crate) struct Keep<K, V>(Mutex<HashMap<K, (Moment, V)>>);

impl<K, V> Default for Keep<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Keep<K, V> {
    pub fn find(&self, key: &K, now: &Moment) -> Option<V> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(moment, _)| now.trusts(moment)).map(|(_, value)| value.clone())
    }

    pub fn keep(&self, key: K, moment: Moment, value: V) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, (moment, value));
    }
}

/// Public pages as they were sent.
pub(crate) type Answers = Keep<Key, (HeaderMap, Bytes)>;
/// Bodies of pages of the desk, without the shell, which is of one reader.
pub(crate) type Bodies = Keep<BodyKey, (Page, Arc<str>)>;

/// All that a body depends on beside the database and the day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct BodyKey {
    pub district: DistrictId,
    pub path: String,
    pub query: String,
    pub locale: Locale,
    pub large: bool,
    pub view: String,
}

/// Stands around everything else: answers with a kept page, or keeps the one that was drawn.
pub(crate) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(key) = Key::of(&request) else { return next.run(request).await };
    let Some(now) = Moment::now(&app).await else { return next.run(request).await };
    if let Some((headers, body)) = app.answers.find(&key, &now) {
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = headers;
        return response;
    }
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || response.extensions().get::<ForEverybody>().is_none() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(broken) => return error::bare(&kernel::Refusal::Broken(Box::new(broken))),
    };
    if body.len() <= LARGEST {
        app.answers.keep(key, now, (parts.headers.clone(), body.clone()));
    }
    Response::from_parts(parts, Body::from(body))
}
