//! The catalogues: every sentence that a person reads, in Chinese and in English.

use std::collections::HashMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// A language of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// 简体中文, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The value of `lang` in a page, and of the cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The locale of a tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }
}

/// All sentences of one language.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    plain: HashMap<String, String>,
}

impl Catalogue {
    /// Joins the texts of all modules.
    ///
    /// # Errors
    /// The place and reason of a text that is no Fluent, or of a key that is there twice.
    pub fn new(locale: Locale, texts: &[&str]) -> Result<Self, String> {
        let id = locale.tag().parse().map_err(|error| format!("{error:?}"))?;
        let mut bundle: FluentBundle<FluentResource> = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for text in texts {
            let resource = FluentResource::try_new((*text).to_owned())
                .map_err(|(_, errors)| format!("{}: {errors:?}", locale.tag()))?;
            keys.extend(crate::words::keys(text));
            bundle.add_resource(resource).map_err(|errors| format!("{}: {errors:?}", locale.tag()))?;
        }
        let mut catalogue = Self { bundle, plain: HashMap::new() };
        for key in keys {
            if let Some(sentence) = catalogue.format(&key, &[]).filter(|(_, whole)| *whole) {
                catalogue.plain.insert(key, sentence.0);
            }
        }
        Ok(catalogue)
    }

    /// A catalogue without sentences.
    pub(crate) fn empty() -> Self {
        Self { bundle: FluentBundle::new_concurrent(Vec::new()), plain: HashMap::new() }
    }

    /// The sentence of a key without arguments. A key that is not there shows itself, so that the
    /// fault is seen; a test keeps that from happening.
    pub fn text(&self, key: &str) -> String {
        self.plain.get(key).cloned().unwrap_or_else(|| self.with(key, &[]))
    }

    /// The sentence of a key with its arguments. A text that is a plain whole number is passed as a
    /// number, so that plural rules apply.
    pub fn with(&self, key: &str, args: &[(&str, String)]) -> String {
        self.format(key, args).map_or_else(|| key.to_owned(), |(sentence, _)| sentence)
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    fn format(&self, key: &str, args: &[(&str, String)]) -> Option<(String, bool)> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut named = FluentArgs::new();
        for (name, value) in args {
            match value.parse::<i32>() {
                Ok(number) if value == &number.to_string() && number.unsigned_abs() < 1000 => {
                    named.set(*name, number);
                }
                _ => named.set(*name, value.as_str()),
            }
        }
        let mut errors = Vec::new();
        let sentence = self.bundle.format_pattern(pattern, Some(&named), &mut errors).into_owned();
        Some((sentence, errors.is_empty()))
    }
}

/// The keys that a Fluent text declares, in order.
pub fn keys(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_takes_its_arguments_and_its_plural() {
        let text =
            "n-items = { $n ->\n    [one] one item\n   *[other] { $n } items\n }\nhello = Hello, { $who }";
        let catalogue = Catalogue::new(Locale::En, &[text]).unwrap();
        assert_eq!(catalogue.with("n-items", &[("n", "1".into())]), "one item");
        assert_eq!(catalogue.with("n-items", &[("n", "7".into())]), "7 items");
        assert_eq!(catalogue.with("hello", &[("who", "013".into())]), "Hello, 013");
    }

    #[test]
    fn a_key_declared_twice_is_refused() {
        assert!(Catalogue::new(Locale::En, &["a = 1", "a = 2"]).is_err());
    }

    #[test]
    fn both_catalogues_of_this_crate_have_the_same_keys() {
        let [zh, en] = [crate::shell::ZH, crate::shell::EN].map(keys);
        assert_eq!(zh, en);
    }
}
