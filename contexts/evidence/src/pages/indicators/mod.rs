//! Indicators of all five kinds: the list, and the page of each with its years and its rules.

pub mod index;
pub mod show;

use web::Cx;

/// The sign of a kind: a shape beside the word, so that no colour is needed to tell them apart.
pub const fn sign(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"counted" => "∑",
        b"registered" => "▤",
        b"measured" => "≈",
        b"financial" => "¥",
        b"attested" => "✎",
        _ => "",
    }
}

/// Sign and word of a kind.
pub fn kind_words(cx: &Cx, kind: &str) -> String {
    format!("{} {}", sign(kind), cx.t(&format!("evidence-indicator-{kind}")))
}
