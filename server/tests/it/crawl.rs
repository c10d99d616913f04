//! A visitor who follows every link and sends every form, with words that want to be markup.

use std::collections::{BTreeSet, VecDeque};

use testkit::{Answer, Client};

use crate::support::Town;

/// A form of a page: where it is sent, and its fields with the value to send.
struct Found {
    action: String,
    multipart: bool,
    fields: Vec<(String, String)>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn unescape(text: &str) -> String {
    text.replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// The forms in the page's body that change something.
fn forms(page: &Answer, path: &str, words: &str) -> Vec<Found> {
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
        for tag in form.split('<').skip(1) {
            let open = tag.split('>').next().unwrap_or_default();
            let Some(name) = attribute(open, "name").filter(|name| !name.starts_with("_")) else { continue };
            let value = unescape(attribute(open, "value").unwrap_or_default());
            if open.starts_with("textarea") {
                fields.push((name.to_owned(), words.to_owned()));
            } else if open.starts_with("input") {
                let value = match attribute(open, "type").unwrap_or("text") {
                    "hidden" => value,
                    "date" => "2025-09-01".to_owned(),
                    "checkbox" | "radio" if fields.iter().any(|(of, _)| of == name) => continue,
                    "checkbox" | "radio" => value,
                    "file" | "submit" => continue,
                    _ if open.contains("inputmode=\"numeric\"") => "3".to_owned(),
                    _ => words.to_owned(),
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
        found.push(Found { action: unescape(action), multipart: head.contains("multipart"), fields });
    }
    found
}

/// The addresses on this site that the page leads to.
fn links(page: &Answer) -> Vec<String> {
    let here = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    here.filter(|href| {
        href.starts_with('/') && !href.starts_with("/assets") && !href.starts_with("/preferences")
    })
    .map(|href| unescape(href.split('#').next().unwrap_or_default()))
    .collect()
}

const PAYLOADS: [&str; 4] = [
    "q\"x'<xss-1>&lt;雨", "</textarea></title><xss-2 onload=q\"x>", "{{7*7}}<xss-3/>${7*7}q\"x",
    "javascript:q\"x//<xss-4>",
];

/// Visits what can be reached, up to a bound, and hands each page to `look`.
fn walk(client: &mut Client, start: &[&str], most: usize, mut look: impl FnMut(&mut Client, &str, &Answer)) {
    let mut seen: BTreeSet<String> = start.iter().map(|path| (*path).to_owned()).collect();
    let mut waiting: VecDeque<String> = start.iter().map(|path| (*path).to_owned()).collect();
    let mut shapes: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut visited = 0;
    while let Some(path) = waiting.pop_front() {
        // A list's filters make endless addresses of one shape: a few of each are enough.
        let shape: String =
            path.split('?').next().unwrap_or_default().chars().filter(|c| !c.is_ascii_digit()).collect();
        let n = shapes.entry(shape).or_default();
        *n += 1;
        if *n > 6 || visited >= most {
            continue;
        }
        visited += 1;
        let page = client.get(&path);
        assert!(page.status.as_u16() < 500, "{path}: {}", page.status);
        for link in links(&page) {
            if seen.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        look(client, &path, &page);
    }
}

#[test]
fn whatever_is_typed_into_any_form_stays_text_on_every_page_and_breaks_nothing() {
    let town = Town::new();
    let starts = ["/desk", "/plan", "/desk/units", "/desk/people", "/desk/deliveries/new", "/desk/settings"];
    let mut sent = 0;
    for (login, words) in ["admin", "editor", "verifier", "coordinator"].into_iter().zip(PAYLOADS) {
        let mut client = town.signed_in(login);
        walk(&mut client, &starts, 120, |client, path, page| {
            for form in forms(page, path, words) {
                // What would shut the cast itself out.
                let shutting =
                    ["/logout", "password", "/view-as", "/disablement", "/roles", "/close", "/merge"];
                if shutting.iter().any(|part| form.action.contains(part)) {
                    continue;
                }
                // Each form has its own page, so that its key is fresh.
                client.get(path);
                let fields: Vec<(&str, &str)> =
                    form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let answer = if form.multipart {
                    client.upload(&form.action, &fields, &[])
                } else {
                    client.post(&form.action, &fields)
                };
                sent += 1;
                assert!(answer.status.as_u16() < 500, "{} with {fields:?}: {}", form.action, answer.status);
                assert!(!answer.text.contains("<xss-"), "{} answers with markup", form.action);
            }
        });
    }
    assert!(sent > 20, "only {sent} forms were found");
    let mut admin = town.signed_in("admin");
    walk(&mut admin, &starts, 250, |_, path, page| {
        if page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            assert!(!page.text.contains("<xss-"), "markup on {path}");
            assert!(!page.text.contains("q\"x"), "a quote breaks out on {path}");
        }
    });
}

#[test]
fn no_page_reaches_for_an_outside_host() {
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    walk(&mut admin, &["/desk", "/plan"], 120, |_, path, page| {
        for before in ["src=\"", "href=\"", "action=\""] {
            for target in page.text.split(before).skip(1).filter_map(|rest| rest.split('"').next()) {
                let inside = target.starts_with('/') || target.starts_with('#') || target.starts_with('?');
                assert!(inside || target.is_empty(), "{path} names {target}");
            }
        }
    });
}
