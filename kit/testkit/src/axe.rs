//! What axe-core finds wrong with a page for people who see, hear or move differently.
use crate::browser::Browser;
use serde_json::{Value, json};
use std::fmt;

/// axe-core as published, see `vendor/axe-LICENSE.txt` (MPL-2.0). Handed over by the driver, so that the
/// page's own content security policy stays as strict as in use.
const AXE: &str = include_str!("../vendor/axe.min.js");

const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// One rule that the page breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id: `image-alt`.
    pub rule: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What the rule asks for.
    pub help: String,
    /// Each place: the element's HTML and why it fails.
    pub places: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.rule, self.impact, self.help)?;
        self.places.iter().try_for_each(|place| write!(f, "\n    {place}"))
    }
}

/// Every rule that the page now shown breaks.
#[track_caller]
pub fn axe(browser: &Browser) -> Vec<Violation> {
    run(browser, &json!({ "type": "tag", "values": TAGS }))
}

/// Of these rules alone, by their ids, what the page now shown breaks: for a page that was looked at
/// before and changed only its colours or its print.
#[track_caller]
pub fn axe_of(browser: &Browser, rules: &[&str]) -> Vec<Violation> {
    run(browser, &json!({ "type": "rule", "values": rules }))
}

#[track_caller]
fn run(browser: &Browser, only: &Value) -> Vec<Violation> {
    // Half a megabyte, handed over once for each page.
    if browser.script("return typeof window.axe === 'object'", &[]) != Value::Bool(true) {
        browser.script(&format!("{AXE}\nreturn true"), &[]);
    }
    let run = "const [only, done] = arguments;
        axe.run(document, { runOnly: only, resultTypes: ['violations'] })
            .then(result => done(result.violations), error => done(String(error)));";
    let found = browser.script_async(run, std::slice::from_ref(only));
    let Some(found) = found.as_array() else { panic!("axe did not run on {}: {found}", browser.path()) };
    found.iter().map(violation).collect()
}

/// Fails the test with a readable list when the page now shown breaks any rule.
#[track_caller]
pub fn assert_accessible(browser: &Browser) {
    let found = axe(browser);
    if !found.is_empty() {
        let list = found.iter().map(Violation::to_string).collect::<Vec<_>>().join("\n");
        panic!("{} breaks {} rules of accessibility:\n{list}", browser.path(), found.len());
    }
}

fn violation(found: &Value) -> Violation {
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let nodes = found.get("nodes").and_then(Value::as_array).into_iter().flatten();
    let places = nodes.map(|node| {
        let why = text(node, "failureSummary").lines().map(str::trim).collect::<Vec<_>>().join("; ");
        format!("{} — {why}", text(node, "html"))
    });
    Violation {
        rule: text(found, "id"),
        impact: text(found, "impact"),
        help: text(found, "help"),
        places: places.collect(),
    }
}
