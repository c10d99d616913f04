//! Components: small pieces of HTML that every page draws alike. All give [`Safe`], which templates
//! do not escape; whatever comes from people is escaped here.

mod fields;
mod parts;

pub use fields::{
    area, checks, csrf, day, file, login, number, password, problems, radios, search, select, text,
};
pub use parts::{Bar, Tone, bar, export_links, pager, tag};

use std::fmt;

/// HTML that is already safe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safe(pub String);

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Safe {}
impl askama::FastWritable for Safe {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

/// Escapes text for HTML, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
