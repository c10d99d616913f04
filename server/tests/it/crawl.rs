//! A visitor who follows every link and sends every form, with words that want to be markup.

use std::collections::{BTreeSet, VecDeque};

use testkit::{Answer, Client};

use crate::site::{forms, links};
use crate::support::Town;

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
