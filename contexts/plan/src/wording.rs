//! Our own words beside the document's: titles in English, and plain words that anybody understands.

use std::collections::HashMap;

use web::Locale;

/// What the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordingKind {
    /// The plan's title; the key is the title.
    Title,
    /// A chapter; the key is its heading.
    Chapter,
    /// A section; the key is its heading.
    Section,
    /// An item; the key is its id.
    Item,
    /// A target; the key is its id.
    Target,
}

impl WordingKind {
    /// All.
    pub const ALL: [Self; 5] = [Self::Title, Self::Chapter, Self::Section, Self::Item, Self::Target];

    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Chapter => "chapter",
            Self::Section => "section",
            Self::Item => "item",
            Self::Target => "target",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Words for one thing; empty where nobody wrote any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The title in English.
    pub title_en: String,
    /// Plain words in Chinese.
    pub plain_zh: String,
    /// Plain words in English.
    pub plain_en: String,
}

/// All words of a district.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wordings(pub HashMap<(WordingKind, String), Wording>);

impl Wordings {
    /// The words for a thing.
    pub fn of(&self, kind: WordingKind, key: &str) -> Option<&Wording> {
        self.0.get(&(kind, key.to_owned()))
    }

    /// The title in the reader's language; the document's own where there is no other.
    pub fn title(&self, locale: Locale, kind: WordingKind, key: &str, original: &str) -> String {
        let english =
            self.of(kind, key).map(|wording| wording.title_en.as_str()).filter(|text| !text.is_empty());
        match (locale, english) {
            (Locale::En, Some(english)) => english.to_owned(),
            (Locale::En, None) | (Locale::Zh, _) => original.to_owned(),
        }
    }

    /// Plain words in the reader's language, if somebody wrote them.
    pub fn plain(&self, locale: Locale, kind: WordingKind, key: &str) -> Option<&str> {
        let wording = self.of(kind, key)?;
        let words = match locale {
            Locale::Zh => &wording.plain_zh,
            Locale::En => &wording.plain_en,
        };
        Some(words.as_str()).filter(|words| !words.is_empty())
    }
}
