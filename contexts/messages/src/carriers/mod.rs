//! What carries a message to another server. Nothing here knows the database; jobs call it outside of any
//! transaction. Each carrier is given the sending's key on every attempt, so that the other side can tell a
//! repetition.

mod email;
mod http;
mod robot;
mod sms;
mod webhook;

#[cfg(test)]
pub(crate) use webhook::signature as webhook_signature;

use kernel::Instant;
use web::{Catalogue, Locale};

use crate::channel::{Channel, Values};
use crate::outward::Outward;

/// What the other side made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took it; in its words.
    Taken(String),
    /// Not now.
    Again(String),
    /// Not ever, unless somebody changes something.
    Never(String),
}

/// What is carried.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The sending's key, the same on every attempt.
    pub key: String,
    /// The message's key, the same for all its sendings.
    pub message: String,
    /// The name of its kind.
    pub kind: String,
    /// What its sentence names.
    pub args: Vec<(String, String)>,
    /// The district's name.
    pub district: String,
    /// Its sentence, in the reader's language.
    pub sentence: String,
    /// Where it is looked at, with the site's address; none where the site's is not known.
    pub link: Option<String>,
    /// The reader's language.
    pub locale: Locale,
    /// When what it tells of happened.
    pub told_at: Instant,
    /// Now.
    pub now: Instant,
}

/// What jobs need to carry messages.
pub struct Carriers {
    outward: Outward,
    words: [Catalogue; 2],
    site: String,
}

impl Carriers {
    /// `words` are the texts of all catalogues; `site` is the address by which people reach the site, or
    /// nothing.
    ///
    /// # Errors
    /// A fault in a catalogue.
    pub fn new(outward: Outward, words: &[(Locale, &str)], site: &str) -> Result<Self, String> {
        let of = |locale: Locale| {
            let texts: Vec<&str> =
                words.iter().filter(|(of, _)| *of == locale).map(|(_, text)| *text).collect();
            Catalogue::new(locale, &texts)
        };
        let [zh, en] = Locale::ALL.map(of);
        Ok(Self { outward, words: [zh?, en?], site: site.trim_end_matches('/').to_owned() })
    }

    /// The sentence of a key with its arguments.
    pub fn say(&self, locale: Locale, key: &str, args: &[(&str, String)]) -> String {
        let [zh, en] = &self.words;
        let words = match locale {
            Locale::Zh => zh,
            Locale::En => en,
        };
        words.with(key, args)
    }

    /// Where a page is, for somebody who is not on it.
    pub(crate) fn link(&self, href: &str) -> Option<String> {
        (!self.site.is_empty()).then(|| format!("{}{href}", self.site))
    }

    /// The sentence and where it is looked at, in a few lines.
    fn lines(&self, parcel: &Parcel) -> String {
        let args = [("district", parcel.district.clone()), ("text", parcel.sentence.clone())];
        let text = self.say(parcel.locale, "message-line", &args);
        match &parcel.link {
            Some(link) => format!("{text}\n{link}"),
            None => text,
        }
    }

    /// Carries a parcel by a channel, to an address where the channel is personal.
    pub fn carry(&self, channel: Channel, set: &Values, to: &str, parcel: &Parcel) -> Outcome {
        let sent = match channel {
            Channel::Email => email::send(self, set, to, parcel),
            Channel::Sms => sms::send(self, set, to, parcel),
            Channel::Webhook => webhook::send(self, set, parcel),
            Channel::Wecom => robot::send_wecom(self, set, parcel),
            Channel::Dingtalk => robot::send_dingtalk(self, set, parcel),
        };
        sent.unwrap_or_else(|outcome| outcome)
    }
}

/// What stands in a field; empty when nothing does.
fn value<'v>(set: &'v Values, name: &str) -> &'v str {
    set.get(name).map_or("", |text| text.trim())
}
