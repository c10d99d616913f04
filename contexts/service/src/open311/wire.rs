//! What the facade answers, in the two forms that the standard has: JSON and XML.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

/// A form of an answer, by the ending of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Json,
    Xml,
}

/// A value in either form.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Told, but unknown: `null`, or an element without content.
    Nothing,
    Text(String),
    Number(i64),
    Flag(bool),
    /// Several, and the name of an element of each.
    List(&'static str, Vec<Self>),
    /// Members in their order.
    Record(Vec<(&'static str, Self)>),
}

impl Wire {
    /// The form of an address, and the address without its ending.
    pub(super) fn of(path: &str) -> Option<(Self, &str)> {
        let json = path.strip_suffix(".json").map(|rest| (Self::Json, rest));
        json.or_else(|| path.strip_suffix(".xml").map(|rest| (Self::Xml, rest)))
    }

    /// The answer; `root` names the outermost element.
    pub(super) fn answer(self, status: StatusCode, root: &'static str, node: &Node) -> Response {
        let (kind, body) = match self {
            Self::Json => ("application/json; charset=utf-8", node.json().to_string()),
            Self::Xml => {
                let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
                node.xml(root, &mut out);
                ("text/xml; charset=utf-8", out)
            }
        };
        let mut response = (status, [(CONTENT_TYPE, kind)], body).into_response();
        response.extensions_mut().insert(web::error::Drawn);
        response
    }
}

impl Node {
    /// A text, or nothing for an empty one.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }

    fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => json!(text),
            Self::Number(n) => json!(n),
            Self::Flag(yes) => json!(yes),
            Self::List(_, all) => all.iter().map(Self::json).collect(),
            Self::Record(members) => {
                let all: Map<String, Value> =
                    members.iter().map(|(name, node)| ((*name).to_owned(), node.json())).collect();
                Value::Object(all)
            }
        }
    }

    fn xml(&self, name: &str, out: &mut String) {
        let inner = match self {
            Self::Nothing => String::new(),
            Self::Text(text) => xml_text(text),
            Self::Number(n) => n.to_string(),
            Self::Flag(yes) => yes.to_string(),
            Self::List(of_each, all) => {
                let mut inner = String::new();
                all.iter().for_each(|one| one.xml(of_each, &mut inner));
                inner
            }
            Self::Record(members) => {
                let mut inner = String::new();
                members.iter().for_each(|(name, node)| node.xml(name, &mut inner));
                inner
            }
        };
        if inner.is_empty() {
            out.push_str(&format!("<{name}/>"));
        } else {
            out.push_str(&format!("<{name}>{inner}</{name}>"));
        }
    }
}

/// A text within XML; characters that XML 1.0 does not have are left out.
pub(crate) fn xml_text(text: &str) -> String {
    let has = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(has) {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tree_is_told_as_json_and_as_xml_and_no_text_breaks_out_of_it() {
        let tree = Node::List(
            "error",
            vec![Node::Record(vec![
                ("code", Node::Number(400)),
                ("description", Node::text("</error><b>\u{b}&")),
                ("note", Node::text("")),
            ])],
        );
        assert_eq!(
            tree.json().to_string(),
            r#"[{"code":400,"description":"</error><b>\u000b&","note":null}]"#
        );
        let mut xml = String::new();
        tree.xml("errors", &mut xml);
        let inside = "&lt;/error&gt;&lt;b&gt;&amp;";
        assert_eq!(
            xml,
            format!(
                "<errors><error><code>400</code><description>{inside}</description><note/></error></errors>"
            )
        );
    }

    #[test]
    fn an_address_names_its_form_by_its_ending() {
        assert_eq!(Wire::of("2025-0042.xml"), Some((Wire::Xml, "2025-0042")));
        assert_eq!(Wire::of("2025-0042"), None);
    }
}
