//! A visitor over HTTP without a network: keeps cookies, carries the secret of the last page's form.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Where it sends on to; empty when it does not.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default()
    }

    /// Fails unless the page holds the words.
    #[track_caller]
    pub fn shows(&self, words: &str) -> &Self {
        assert!(
            self.text.contains(words),
            "{words:?} is not on the page ({}):\n{}",
            self.status,
            self.readable()
        );
        self
    }

    /// Fails when the page holds the words.
    #[track_caller]
    pub fn hides(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "{words:?} is on the page:\n{}", self.readable());
        self
    }

    /// Fails unless the status is this.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{} {}", self.location(), self.readable());
        self
    }

    /// The text between tags, for messages.
    pub fn readable(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text);
        let mut out = String::new();
        let mut inside = true;
        for c in main.chars() {
            match c {
                '<' => inside = false,
                '>' => inside = true,
                c if inside => out.push(c),
                _ => {}
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(3000).collect()
    }
}

/// A visitor.
pub struct Client {
    router: Router,
    runtime: tokio::runtime::Handle,
    cookies: BTreeMap<String, String>,
    csrf: String,
    once: String,
    /// The address of the connection; none unless set.
    pub peer: Option<SocketAddr>,
    /// Headers sent with every request.
    pub headers: Vec<(&'static str, String)>,
}

impl Client {
    /// A new visitor. `runtime` is where requests run.
    pub fn new(router: &Router, runtime: &tokio::runtime::Handle) -> Self {
        Self {
            router: router.clone(),
            runtime: runtime.clone(),
            cookies: BTreeMap::new(),
            csrf: String::new(),
            once: String::new(),
            peer: None,
            headers: Vec::new(),
        }
    }

    /// A page. Its form's secret and key are kept for the next [`Client::post`].
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Vec::new())
    }

    /// Follows what a form answered, to the page that it leads to.
    pub fn follow(&mut self, answer: &Answer) -> Answer {
        assert!(!answer.location().is_empty(), "leads nowhere: {} {}", answer.status, answer.readable());
        let to = answer.location().to_owned();
        self.get(&to)
    }

    /// Sends a form with the secret and key of the last page.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", &self.csrf)
            .append_pair("_once", &self.once)
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes())
    }

    /// Sends a form with files: (field, file name, bytes).
    pub fn upload(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let boundary = "----qilin-test-boundary";
        let mut body = Vec::new();
        let own = [("_csrf", self.csrf.as_str()), ("_once", self.once.as_str())];
        for (name, value) in own.iter().chain(fields) {
            body.extend(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (name, file, bytes) in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        self.send(Method::POST, path, &format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// Any request, as it is.
    pub fn send(&mut self, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("host", "qilin.test");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if !content_type.is_empty() {
            request = request.header(CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(body)).expect("a request that can be sent");
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let router = self.router.clone();
        let (parts, bytes) = self.runtime.block_on(async move {
            let answer = router.oneshot(request).await.expect("a router always answers");
            let (parts, body) = answer.into_parts();
            (parts, body.collect().await.expect("a whole body").to_bytes().to_vec())
        });
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(csrf) = hidden(&text, "_csrf") {
            self.csrf = csrf;
        }
        if let Some(once) = last_hidden(&text, "_once") {
            self.once = once;
        }
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }

    /// Takes the value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sets a cookie by hand.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Takes another key for the next form, as a page that was loaded anew would carry.
    pub fn set_once(&mut self, key: &str) {
        key.clone_into(&mut self.once);
    }

    /// Forgets the forms' secret, as a stranger's page would not know it.
    pub fn forget_secret(&mut self) {
        self.csrf.clear();
    }
}

fn hidden(html: &str, name: &str) -> Option<String> {
    let rest = html.split_once(&format!(r#"name="{name}" value=""#))?.1;
    Some(rest.split('"').next()?.to_owned())
}

/// The form in the page's body stands after those of the shell.
fn last_hidden(html: &str, name: &str) -> Option<String> {
    let rest = html.rsplit_once(&format!(r#"name="{name}" value=""#))?.1;
    Some(rest.split('"').next()?.to_owned())
}
