//! The request context: what every page starts from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use db::Tx;
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use kernel::{Caller, Permission, Refusal};

use crate::kept::{self, BodyKey, Moment};
use crate::{App, Form, Locale, Result, SignedIn, receipt, shell};

/// Who asks, in which language, and the ways to the database and back to the person.
#[derive(Clone)]
pub struct Cx {
    /// The application.
    pub app: Arc<App>,
    /// Who acts, with clock and chance.
    pub by: Caller,
    /// The language of the answer.
    pub locale: Locale,
    /// Whether large print (长辈版) is on.
    pub large: bool,
    /// The path asked for, without the query.
    pub path: String,
    /// The query as it was sent, without `?`.
    pub query: String,
    /// Where a page leads back to itself, when its own address answers no GET.
    pub(crate) back: Option<String>,
    /// The session behind the request.
    pub signed_in: Option<Arc<SignedIn>>,
    /// The secret that forms of this visitor carry.
    pub csrf: String,
    /// Whether the caller prefers JSON.
    pub json: bool,
    /// Whether a program asks with its key. It carries no cookie, so its forms need no secret, and what has
    /// to be mended is told as JSON.
    pub by_key: bool,
    /// Whether the page holds a form, so that a visitor needs the cookie with its secret.
    pub(crate) form_used: Arc<AtomicBool>,
}

impl<S: Sync> FromRequestParts<S> for Cx {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl Cx {
    /// The sentence of a key.
    pub fn t(&self, key: &str) -> String {
        self.app.words(self.locale).text(key)
    }

    /// The sentence of a key with its arguments.
    pub fn with(&self, key: &str, args: &[(&str, String)]) -> String {
        self.app.words(self.locale).with(key, args)
    }

    /// A whole number with its thousands apart: `5,204`.
    pub fn number(&self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let mut grouped = String::from(if n < 0 { "-" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A path with its query, percent-encoded; empty values are left out.
    pub fn href(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            pairs.append_pair(name, value);
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// This page with other values in its query (an empty value takes the name out).
    pub fn here_with(&self, changes: &[(&str, &str)]) -> String {
        let kept = form_urlencoded::parse(self.query.as_bytes())
            .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let mut pairs: Vec<(String, String)> = kept.map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
        pairs.extend(changes.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        self.href(&self.path, &pairs)
    }

    /// Whether a route with this permission lets the actor in.
    pub fn may(&self, permission: Permission) -> bool {
        self.by.actor.may(permission)
    }

    /// The settings that contexts keep on pages of their own and the actor may open: address and key of
    /// the words. They stand on the page of settings and not in the navigation.
    pub fn settings_pages(&self) -> Vec<(&'static str, &'static str)> {
        let of = self.app.nav.iter().filter(|item| item.is_setting() && self.may(item.permission));
        of.map(|item| (item.path, item.key)).collect()
    }

    /// Whether demonstration data is shown.
    pub fn is_demo(&self) -> bool {
        self.app.district().is_some_and(|district| district.is_demo)
    }

    /// The district's name; empty before setup.
    pub fn district_name(&self) -> String {
        self.app.district().map(|district| district.name).unwrap_or_default()
    }

    /// Reads, from one consistent state of the database.
    ///
    /// # Errors
    /// The refusal of `f`, or of the database.
    pub async fn read<T, F>(&self, f: F) -> std::result::Result<T, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Caller) -> std::result::Result<T, Refusal> + Send + Sync + 'static,
    {
        let by = self.by.clone();
        self.app.config.db.read(move |tx| f(tx, &by)).await
    }

    /// Does one action in one transaction; when this answers, the change is durable.
    ///
    /// # Errors
    /// The refusal of `f`, or of the database; nothing is changed then.
    pub async fn write<T, F>(&self, f: F) -> std::result::Result<T, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>, &Caller) -> std::result::Result<T, Refusal> + Send + Sync + 'static,
    {
        let by = self.by.clone();
        self.app.config.db.write(move |tx| f(tx, &by)).await
    }

    /// Does the action of a form and goes where it says. The same form sent again goes to the same
    /// place and changes nothing; one that was changed in between is another form and acts.
    ///
    /// # Errors
    /// The refusal of `f`, or of the database; nothing is changed then.
    pub async fn submit<F>(&self, form: &Form, f: F) -> std::result::Result<Response, Refusal>
    where
        F: Fn(&mut Tx<'_>, &Caller) -> std::result::Result<String, Refusal> + Send + Sync + 'static,
    {
        let key = form.receipt_key(&self.path);
        let location = self
            .write(move |tx, by| {
                if let Some(location) = receipt::find(tx, by, &key)? {
                    return Ok(location);
                }
                let location = f(tx, by)?;
                receipt::insert(tx, by, &key, &location)?;
                Ok(location)
            })
            .await?;
        Ok(see_other(&location))
    }

    /// The caller as a program whose key came in another way than the header that the guard reads, as
    /// older standards have it; `None` for a key that opens nothing.
    ///
    /// # Errors
    /// As the database refuses; one that asks too often.
    pub async fn with_key(mut self, key: &str) -> std::result::Result<Option<Self>, Refusal> {
        if self.by_key {
            return Ok(Some(self));
        }
        if !key.starts_with(crate::KEY_PREFIX) {
            return Ok(None);
        }
        let Some(known) = crate::guard::visit(&self.app, key.to_owned()).await? else { return Ok(None) };
        self.by.actor = known.actor.clone();
        (self.by_key, self.json, self.signed_in) = (true, true, Some(Arc::new(known)));
        if self.app.rates.let_in(&self.by) { Ok(Some(self)) } else { Err(crate::rates::too_often()) }
    }

    /// Does an action once for a key that the caller made up: told again, it answers what the first time was
    /// answered, and changes nothing. `what` tells the actions of one caller apart; an empty key acts each time.
    ///
    /// # Errors
    /// The refusal of `f`, or of the database; nothing is changed then.
    pub async fn once<F>(&self, (what, key): (&str, &str), f: F) -> std::result::Result<String, Refusal>
    where
        F: Fn(&mut Tx<'_>, &Caller) -> std::result::Result<String, Refusal> + Send + Sync + 'static,
    {
        let account = self.by.actor.account.as_ref().map_or("", kernel::AccountId::as_str);
        let key = if key.is_empty() { String::new() } else { receipt::of_program(account, what, key) };
        self.write(move |tx, by| {
            if let Some(answer) = receipt::find(tx, by, &key)? {
                return Ok(answer);
            }
            let answer = f(tx, by)?;
            receipt::insert(tx, by, &key, &answer)?;
            Ok(answer)
        })
        .await
    }

    /// An answer for programs.
    ///
    /// # Errors
    /// None; the type lets a handler end with it.
    pub fn answer(&self, body: &serde_json::Value) -> Result {
        Ok(([(CONTENT_TYPE, "application/json")], body.to_string()).into_response())
    }

    /// Goes to another page.
    ///
    /// # Errors
    /// None; the type lets a handler end with it.
    pub fn redirect(&self, to: &str) -> Result {
        Ok(see_other(to))
    }

    /// Draws a page: the body within the shell.
    ///
    /// # Errors
    /// A template that cannot be drawn.
    pub fn page(&self, page: Page, body: impl Template) -> Result {
        let inner = body.render().map_err(|error| Refusal::Broken(Box::new(error)))?;
        self.around(&page, &inner)
    }

    /// The page here, from its body as it was drawn before, if nothing was committed since. `view` names
    /// what the body depends on beside the address, the language and the print size: nothing else may
    /// differ between two readers. Else the place where [`Cx::page_kept`] keeps it.
    ///
    /// # Errors
    /// The place, when there is none to be used.
    pub async fn kept(&self, view: impl Into<String>) -> std::result::Result<Result, Place> {
        let key = BodyKey {
            district: self.by.district().clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            locale: self.locale,
            large: self.large,
            view: view.into(),
        };
        let now = Moment::now(&self.app).await;
        match now.as_ref().and_then(|now| self.app.bodies.find(&key, now)) {
            Some((page, body)) => Ok(self.around(&page, &body)),
            None => Err(Place { key, moment: now }),
        }
    }

    /// As [`Cx::page`], and keeps the body for the next reader. One with a form is of one reader alone
    /// and is not kept.
    ///
    /// # Errors
    /// A template that cannot be drawn.
    pub fn page_kept(&self, place: Place, page: Page, body: impl Template) -> Result {
        let inner = body.render().map_err(|error| Refusal::Broken(Box::new(error)))?;
        let of_one_reader = self.form_used.load(Ordering::Relaxed);
        if let Some(moment) = place.moment.filter(|_| !of_one_reader && inner.len() <= kept::LARGEST) {
            self.app.bodies.keep(place.key, moment, (page.clone(), inner.as_str().into()));
        }
        self.around(&page, &inner)
    }

    /// The page with its body within the shell.
    fn around(&self, page: &Page, inner: &str) -> Result {
        let html = shell::draw(self, page, inner).map_err(|error| Refusal::Broken(Box::new(error)))?;
        let mut response = (page.status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
        let form_used = self.form_used.load(Ordering::Relaxed);
        if form_used && self.signed_in.is_none() {
            self.set_cookie(&mut response, "qilin_form", &self.csrf, None);
        }
        if page.for_everybody && !form_used && self.signed_in.is_none() {
            response.extensions_mut().insert(kept::ForEverybody);
        }
        Ok(response)
    }

    /// Sets a cookie that scripts cannot read; for `seconds`, or until the browser closes.
    pub fn set_cookie(&self, response: &mut Response, name: &str, value: &str, seconds: Option<i64>) {
        let secure = if self.app.config.secure { "; Secure" } else { "" };
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// Where a body is kept: found before anything is read, so that a commit in between is noticed.
pub struct Place {
    key: BodyKey,
    moment: Option<Moment>,
}

/// 303, to a place on this site.
pub(crate) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// What the shell needs to know of a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page's title, in words.
    pub title: String,
    /// Whether it belongs to the public face.
    pub public: bool,
    /// 200, or 422 for a form to mend.
    pub status: StatusCode,
    /// Seconds after which it asks anew (progress pages).
    pub refresh: Option<u32>,
    /// Scripts that it adds, by asset path.
    pub scripts: Vec<&'static str>,
    /// Styles that it adds, by asset path.
    pub styles: Vec<&'static str>,
    /// Uses the whole width, for side-by-side pages.
    pub wide: bool,
    /// Whether it is the same for everybody without a session.
    pub for_everybody: bool,
}

impl Page {
    /// A page of the workbench.
    pub const fn new(title: String) -> Self {
        Self {
            title,
            public: false,
            status: StatusCode::OK,
            refresh: None,
            scripts: Vec::new(),
            styles: Vec::new(),
            wide: false,
            for_everybody: false,
        }
    }

    /// A page of the public face.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// The same for everybody without a session, until something is written or the day ends: it may
    /// be drawn once and sent often.
    #[must_use]
    pub const fn for_everybody(mut self) -> Self {
        self.for_everybody = true;
        self
    }

    /// With the status that a form has: 422 when it was refused.
    #[must_use]
    pub fn of_form(mut self, form: &Form) -> Self {
        self.status = form.status();
        self
    }

    /// With this status.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Asks anew after so many seconds.
    #[must_use]
    pub const fn refresh(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// With a script, by its asset path.
    #[must_use]
    pub fn script(mut self, path: &'static str) -> Self {
        self.scripts.push(path);
        self
    }

    /// With styles of its context, by their asset path.
    #[must_use]
    pub fn style(mut self, path: &'static str) -> Self {
        self.styles.push(path);
        self
    }

    /// Over the whole width.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}
