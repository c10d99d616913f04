//! Components: small pieces of HTML that every page draws alike. All give [`Safe`], which templates
//! do not escape; whatever comes from people is escaped here.

mod fields;
mod parts;
mod ways;

pub use fields::{
    area, checks, csrf, day, file, login, number, password, problems, radios, search, select, text,
};
pub use parts::{Bar, Tone, bar, export_links, pager, tag};
pub use ways::{Way, Ways, menu, parts, row};

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
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    // what stands between two such characters is copied at once
    for part in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let (plain, entity) = match part.as_bytes().last() {
            Some(b'&') => (part.strip_suffix('&'), "&amp;"),
            Some(b'<') => (part.strip_suffix('<'), "&lt;"),
            Some(b'>') => (part.strip_suffix('>'), "&gt;"),
            Some(b'"') => (part.strip_suffix('"'), "&quot;"),
            Some(b'\'') => (part.strip_suffix('\''), "&#39;"),
            Some(_) | None => (None, ""),
        };
        out.push_str(plain.unwrap_or(part));
        out.push_str(entity);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn every_character_that_html_reads_is_escaped_wherever_it_stands() {
        assert_eq!(
            escape("<b class=\"x\">'科普' & 更多</b>"),
            "&lt;b class=&quot;x&quot;&gt;&#39;科普&#39; &amp; 更多&lt;/b&gt;"
        );
        assert_eq!([escape(""), escape("科普"), escape("&&")], ["", "科普", "&amp;&amp;"]);
    }
}
