//! The filter of the list of deliveries, as it stands in the address. Every number on every page
//! opens the list with the filter that yields exactly the deliveries behind it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Day, Group, Problem, UnitId};

use crate::{Kind, Part, PurposeId, State};

/// Which deliveries. Everything absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Done for this purpose.
    pub purpose: Option<PurposeId>,
    /// In this town.
    pub town: Option<UnitId>,
    /// By this unit.
    pub unit: Option<UnitId>,
    /// With this part; only together with a unit.
    pub part: Option<Part>,
    /// That reached this group.
    pub group: Option<Group>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// On or after.
    pub from: Option<Day>,
    /// On or before.
    pub to: Option<Day>,
    /// In this state, one of [`State::CODES`].
    pub state: Option<&'static str>,
    /// Title, topic or venue contain this.
    pub text: String,
    /// Of one of these kinds; any when empty.
    pub kinds: BTreeSet<Kind>,
    /// That reached one of these groups; any when empty.
    pub groups: BTreeSet<Group>,
    /// Title, topic or venue contain one of these; any when empty.
    pub topics: BTreeSet<String>,
    /// At this registered place.
    pub place: Option<UnitId>,
}

/// The codes of a list parted by commas; what is none of them is left out and said by `false`.
fn codes<T: Ord>(text: &str, parse: fn(&str) -> Option<T>) -> (BTreeSet<T>, bool) {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let read: Vec<T> = parts.iter().filter_map(|part| parse(part)).collect();
    let all = read.len() == parts.len();
    (read.into_iter().collect(), all)
}

impl Filter {
    /// Reads the address. What cannot be read is named and left out.
    pub fn read(query: &BTreeMap<String, String>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let text = |name: &str| query.get(name).map_or("", |text| text.trim());
        let id = |name: &str| Some(text(name)).filter(|id| !id.is_empty()).map(str::to_owned);
        let mut read = |name: &'static str, known: bool| {
            if !known && !text(name).is_empty() {
                problems.push(Problem::new("evidence-filter-unreadable").at(name).with("typed", text(name)));
            }
        };
        let (part, group) = (Part::parse(text("role")), Group::parse(text("group")));
        let (kind, from, to) = (Kind::parse(text("kind")), Day::parse(text("from")), Day::parse(text("to")));
        let state = State::CODES.into_iter().find(|code| *code == text("state"));
        read("role", part.is_some());
        read("group", group.is_some());
        read("kind", kind.is_some());
        read("from", from.is_some());
        read("to", to.is_some());
        read("state", state.is_some());
        let ((kinds, kinds_known), (groups, groups_known)) =
            (codes(text("kinds"), Kind::parse), codes(text("groups"), Group::parse));
        read("kinds", kinds_known);
        read("groups", groups_known);
        let topics = text("topics").split(',').map(kernel::search_key).filter(|word| !word.is_empty());
        let filter = Self {
            purpose: id("purpose").map(PurposeId::from),
            town: id("town").map(UnitId::from),
            unit: id("unit").map(UnitId::from),
            part,
            group,
            kind,
            from,
            to,
            state,
            text: text("text").to_owned(),
            kinds,
            groups,
            topics: topics.collect(),
            place: id("place").map(UnitId::from),
        };
        (filter, problems)
    }

    /// The filter as pairs for an address; only what is set.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let all = [
            ("purpose", self.purpose.as_ref().map(ToString::to_string)),
            ("town", self.town.as_ref().map(ToString::to_string)),
            ("unit", self.unit.as_ref().map(ToString::to_string)),
            ("role", self.part.map(|part| part.code().to_owned())),
            ("group", self.group.map(|group| group.code().to_owned())),
            ("kind", self.kind.map(|kind| kind.code().to_owned())),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("state", self.state.map(str::to_owned)),
            ("text", some(self.text.clone())),
            ("kinds", some(listed(self.kinds.iter().map(|kind| kind.code())))),
            ("groups", some(listed(self.groups.iter().map(|group| group.code())))),
            ("topics", some(listed(self.topics.iter().map(String::as_str)))),
            ("place", self.place.as_ref().map(ToString::to_string)),
        ];
        all.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }

    /// The address of the list with this filter.
    pub fn href(&self) -> String {
        let pairs: Vec<String> =
            self.pairs().into_iter().map(|(name, text)| format!("{name}={}", encoded(&text))).collect();
        if pairs.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", pairs.join("&")) }
    }
}

const PATH: &str = "/desk/deliveries";

/// A list parted by commas.
fn listed<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

/// Percent-encodes everything but letters, digits and `-_.~`.
fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_written_to_an_address_is_read_back_as_it_was() {
        let filter = Filter {
            purpose: Some("p1".into()),
            unit: Some("u".into()),
            part: Some(Part::Supporter),
            group: Some(Group::Elderly),
            kind: Some(Kind::Lecture),
            from: Day::new(2025, 1, 1),
            state: Some("verified"),
            text: "野生菌".into(),
            kinds: [Kind::Lecture, Kind::Training].into(),
            groups: [Group::Elderly, Group::Youth].into(),
            topics: ["菌".to_owned(), "地震".to_owned()].into(),
            place: Some("hall".into()),
            ..Filter::default()
        };
        let query = filter.pairs().into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        assert_eq!(Filter::read(&query), (filter, Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_taken_for_all_in_silence() {
        let query = [("from", "昨天"), ("state", "done")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let (filter, problems) = Filter::read(&BTreeMap::from(query));
        assert_eq!(filter, Filter::default());
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn an_address_holds_no_raw_chinese() {
        let filter = Filter { text: "菌 &".into(), ..Filter::default() };
        assert_eq!(filter.href(), "/desk/deliveries?text=%E8%8F%8C%20%26");
    }
}
