//! One HTTP request: to an address that was checked, without a proxy, without following where it leads.

use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::Outcome;
use crate::outward::{Barred, Outward};

/// The longest that a request may take, its answer included.
const MOST_TIME: Duration = Duration::from_secs(20);
/// More of an answer is not read.
const MOST_ANSWER: u64 = 64 << 10;

/// What is asked.
pub(super) struct Request<'a> {
    pub url: &'a str,
    pub content_type: &'a str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

#[derive(Debug)]
struct Checked(Outward);

impl Resolver for Checked {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let barred = |barred: Barred| ureq::Error::Io(std::io::Error::other(Why(barred)));
        let mut checked = self.empty();
        // As many as there is room for.
        self.0.addresses(host, port).map_err(barred)?.into_iter().take(8).for_each(|one| checked.push(one));
        Ok(checked)
    }
}

/// [`Barred`] on its way through the client.
#[derive(Debug)]
struct Why(Barred);

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for Why {}

/// Asks by POST, and gives the status with the beginning of the answer.
pub(super) fn post(outward: &Outward, request: Request<'_>) -> Result<(u16, String), Outcome> {
    let never = |why: &str| Outcome::Never(why.to_owned());
    let uri: Uri = request.url.parse().map_err(|_| never("this is no web address"))?;
    let host = uri.host().ok_or_else(|| never("this is no web address"))?;
    if uri.scheme_str() == Some("http") && !outward.is_allowed(host, uri.port_u16().unwrap_or(80)) {
        return Err(never("http is not encrypted: write https, or have the host allowed with --allow-hosts"));
    }
    let config = Config::builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .timeout_global(Some(MOST_TIME))
        .user_agent(concat!("qilin/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Checked(outward.clone()));
    let mut asked = agent.post(request.url).header("content-type", request.content_type);
    for (name, value) in &request.headers {
        asked = asked.header(*name, value.as_str());
    }
    let mut answer = asked.send(request.body.as_str()).map_err(|error| failed(&error))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(MOST_ANSWER).lossy_utf8(true).read_to_string();
    // The status says what counts; of a body that ends early or has no end, nothing is shown.
    Ok((status, body.unwrap_or_default()))
}

fn failed(error: &ureq::Error) -> Outcome {
    if let ureq::Error::Io(error) = error
        && let Some(Why(Barred::Inside(_))) = error.get_ref().and_then(|why| why.downcast_ref::<Why>())
    {
        return Outcome::Never(error.to_string());
    }
    if matches!(error, ureq::Error::BadUri(_) | ureq::Error::Http(_)) {
        return Outcome::Never(error.to_string());
    }
    Outcome::Again(error.to_string())
}

/// What a status means, with the beginning of the answer beside it.
pub(super) fn judged(status: u16, body: &str) -> Outcome {
    let said = format!("HTTP {status} {}", body.chars().take(200).collect::<String>());
    let said = said.trim_end().to_owned();
    match status {
        200..300 => Outcome::Taken(said),
        300..400 => Outcome::Never(format!("{said} (it leads elsewhere; enter the address it leads to)")),
        408 | 409 | 425 | 429 | 500.. => Outcome::Again(said),
        _ => Outcome::Never(said),
    }
}
