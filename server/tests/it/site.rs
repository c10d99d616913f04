//! What a page holds: its forms, its links, and one address of every page that links lead to.

use std::collections::{BTreeMap, VecDeque};

use testkit::{Answer, Client};

/// Addresses that give a file, a program's answer, or a page that is not for who is signed in.
const NO_PAGES: &[&str] = &[
    "/", "/api/log/growth", "/api/log/leaf", "/api/plan.json", "/desk/deliveries/template",
    "/desk/closes/{period}/file", "/desk/plan/proofs/{id}", "/desk/plan/letters/{id}/pdf",
    "/desk/plan/letters/{id}/supplements/{n}/pdf", "/desk/plan/reports/{code}/pdf",
    "/desk/plan/documents/{id}/file", "/desk/proofs/{id}", "/healthz", "/log/head", "/login",
    "/open/{table}", "/openapi.json", "/order/{key}/{step}", "/orders/{number}", "/preferences", "/setup",
    // what other programs read
    "/api/v1/hotline/orders", "/api/v1/menu", "/api/v1/orders", "/api/v1/orders/{id}", "/calendars/{token}",
    "/open311/discovery.json", "/open311/discovery.xml", "/open311/v2/requests.json",
    "/open311/v2/requests.xml", "/open311/v2/requests/{number}", "/open311/v2/services.json",
    "/open311/v2/services.xml", "/open311/v2/services/{code}", "/open311/v2/servicerequestupdates.json",
    "/open311/v2/servicerequestupdates.xml", "/service/menu.atom",
];

/// A form of a page: where it is sent, and its fields with the value to send.
pub struct Found {
    /// Where it is sent.
    pub action: String,
    /// Whether it may carry files.
    pub multipart: bool,
    /// Names with what to send.
    pub fields: Vec<(String, String)>,
    /// Those that take any words.
    pub texts: Vec<String>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn unescape(text: &str) -> String {
    text.replace("&amp;", "&")
        .replace("&#38;", "&")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", "\"")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
}

/// The forms in the page's body that change something.
pub fn forms(page: &Answer, path: &str, words: &str) -> Vec<Found> {
    let body = page.text.split("<main").nth(1).unwrap_or_default();
    let mut found = Vec::new();
    for form in body.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let head = format!(" {}", form.split('>').next().unwrap_or_default());
        if attribute(&head, "method").map(str::to_ascii_lowercase).as_deref() != Some("post") {
            continue;
        }
        let action = attribute(&head, "action").filter(|action| !action.is_empty()).unwrap_or(path);
        let mut fields = Vec::new();
        let mut texts = Vec::new();
        for tag in form.split('<').skip(1) {
            let open = tag.split('>').next().unwrap_or_default();
            let Some(name) = attribute(open, "name").filter(|name| !name.starts_with("_")) else { continue };
            let value = unescape(attribute(open, "value").unwrap_or_default());
            if open.starts_with("textarea") {
                fields.push((name.to_owned(), words.to_owned()));
                texts.push(name.to_owned());
            } else if open.starts_with("input") {
                let value = match attribute(open, "type").unwrap_or("text") {
                    "hidden" => value,
                    "date" => "2025-09-01".to_owned(),
                    "checkbox" | "radio" if fields.iter().any(|(of, _)| of == name) => continue,
                    "checkbox" | "radio" => value,
                    "file" | "submit" => continue,
                    _ if open.contains("inputmode=\"numeric\"") => "3".to_owned(),
                    _ => {
                        texts.push(name.to_owned());
                        words.to_owned()
                    }
                };
                fields.push((name.to_owned(), value));
            } else if open.starts_with("select") {
                let options = form.split_once(tag).map_or("", |(_, rest)| rest);
                let options = options.split("</select>").next().unwrap_or_default();
                let values = options.split("<option").skip(1).filter_map(|option| attribute(option, "value"));
                let value = values.filter(|value| !value.is_empty()).last().unwrap_or_default();
                fields.push((name.to_owned(), unescape(value)));
            }
        }
        found.push(Found { action: unescape(action), multipart: head.contains("multipart"), fields, texts });
    }
    found
}

/// The addresses on this site that the page leads to, without files of the shell.
pub fn links(page: &Answer) -> Vec<String> {
    let hrefs = page.text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let here = hrefs.filter(|href| {
        href.starts_with('/') && !href.starts_with("/assets") && !href.starts_with("/preferences")
    });
    // what stands for a sign holds a `#` of its own
    here.map(|href| unescape(href).split('#').next().unwrap_or_default().to_owned()).collect()
}

/// One address of every page, found by following links: a page that nothing leads to is a fault.
pub fn pages(client: &mut Client, patterns: &[&str]) -> Vec<String> {
    let found = found_by(client, patterns);
    let reached = |pattern: &&&str| !found.iter().any(|path| kind(path, patterns).0 == **pattern);
    let lost: Vec<&&str> =
        patterns.iter().filter(reached).filter(|pattern| !NO_PAGES.contains(pattern)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}; found {found:?}");
    found
}

/// One address of every page that somebody finds by following links.
/// Of deliveries one in each state, an indicator that a rule counts, of a unit each of its steps, of a draft
/// each of its forms.
pub fn found_by(client: &mut Client, patterns: &[&str]) -> Vec<String> {
    let mut starts = vec!["/desk".to_owned(), "/plan".to_owned()];
    for state in ["draft", "returned", "submitted", "verified", "withdrawn"] {
        let list = client.get(&format!("/desk/deliveries?state={state}"));
        let first = links(&list).into_iter().find(|link| kind(link, patterns).0 == "/desk/deliveries/{id}");
        starts.extend(first);
    }
    let is = |link: &String, pattern: &str| kind(link, patterns).0 == pattern;
    let indicators = links(&client.get("/desk/indicators")).into_iter();
    let mut indicators = indicators.filter(|link| is(link, "/desk/indicators/{id}"));
    starts
        .extend(indicators.find(|link| links(&client.get(link)).iter().any(|to| is(to, "/desk/rules/{id}"))));
    let mut waiting: VecDeque<String> = starts.iter().cloned().collect();
    let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let page = client.get(&path);
        let is_page =
            page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page || page.status != 200 {
            continue;
        }
        found.push(path);
        for link in links(&page).into_iter().filter(|link| !link.contains("format=")) {
            let kind = kind(&link, patterns);
            if !kind.0.is_empty() && !known.contains_key(&kind) && !starts.contains(&link) {
                known.insert(kind, link.clone());
                waiting.push_back(link);
            }
        }
    }
    found
}

/// The route that answers an address, and what makes its page another one.
pub fn kind(path: &str, patterns: &[&str]) -> (String, String) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &&&str| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    // a written word beats a place for any word
    let pattern = patterns.iter().filter(fits).min_by_key(|pattern| pattern.matches('{').count());
    let pattern = pattern.copied().unwrap_or_default();
    let step = if pattern.ends_with("{step}") { parts.last().copied().unwrap_or_default() } else { "" };
    let form = if pattern == "/desk/plan/versions/{id}" {
        match query.split_once('=') {
            Some(("edit", what @ ("head" | "new-item" | "new-target"))) => what,
            Some((name, _)) => name,
            None => "",
        }
    } else {
        step
    };
    (pattern.to_owned(), form.to_owned())
}
