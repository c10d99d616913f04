//! Which unit a written name means.
//!
//! Official documents name one body in many ways: with the district in front or only `区`, by a
//! customary short form, by a name of before a reform. An exact name wins over a short one, that
//! over an alias; the district in front never matters; only then come names of other years. What
//! stays unknown gets the nearest names as suggestions, and is never guessed.

use db::Tx;
use kernel::{Day, DistrictId, UnitId, search_key};

use super::{Unit, alias, holders, store};

/// By which of its names a unit was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// Its official name of that day.
    Exact,
    /// Its short name of that day.
    Short,
    /// A name entered as another way of writing it.
    Alias,
    /// A name of other years, its own or that of a unit merged into it.
    Former,
}

/// What a written name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameMatch {
    /// This unit, as of the day.
    Known(Unit, Via),
    /// None, or more than one. At most five units that are written alike, the nearest first.
    Unknown {
        /// Units of the day to choose from.
        suggestions: Vec<Unit>,
    },
}

/// The names of a day, loaded once for many questions.
#[derive(Debug)]
pub struct Names {
    district_key: String,
    units: Vec<Unit>,
    /// (stem, index in `units`, way)
    known: Vec<(String, UnitId, Via)>,
}

/// Names less alike than this are no suggestions.
const ALIKE: usize = 60;

impl Names {
    /// Loads the names of the units of a day.
    ///
    /// # Errors
    /// As the database refuses.
    pub fn load(tx: &mut Tx<'_>, district: &DistrictId, on: Day) -> Result<Self, db::Error> {
        let units = store::list(tx, district, on)?;
        let district_name = store::district_name(tx, district)?;
        let mut other = Vec::new();
        for (key, unit) in alias::alias_keys(tx, district)? {
            other.push((key, unit, Via::Alias));
        }
        for (key, unit) in holders::former_keys(tx, district, on)? {
            other.push((key, unit, Via::Former));
        }
        Ok(Self::of(&district_name, units, other))
    }

    fn of(district_name: &str, units: Vec<Unit>, other: Vec<(String, UnitId, Via)>) -> Self {
        let district_key = search_key(district_name);
        let mut known = Vec::new();
        for unit in &units {
            known.push((stem(&search_key(&unit.name), &district_key), unit.id.clone(), Via::Exact));
            if !unit.short_name.is_empty() {
                let key = stem(&search_key(&unit.short_name), &district_key);
                known.push((key, unit.id.clone(), Via::Short));
            }
        }
        known.extend(other.into_iter().map(|(key, unit, via)| (stem(&key, &district_key), unit, via)));
        Self { district_key, units, known }
    }

    /// Which unit the name means.
    pub fn find(&self, written: &str) -> NameMatch {
        let key = stem(&search_key(written), &self.district_key);
        let alive = |id: &UnitId| self.units.iter().find(|unit| unit.id == *id);
        for way in [Via::Exact, Via::Short, Via::Alias, Via::Former] {
            let mut hits: Vec<&Unit> = self
                .known
                .iter()
                .filter(|(known, _, via)| *via == way && *known == key)
                .filter_map(|(_, id, _)| alive(id))
                .collect();
            hits.sort_by(|a, b| a.id.cmp(&b.id));
            hits.dedup_by(|a, b| a.id == b.id);
            match hits.as_slice() {
                [] => {}
                [one] => return NameMatch::Known((*one).clone(), way),
                many => {
                    return NameMatch::Unknown {
                        suggestions: many.iter().take(5).map(|unit| (*unit).clone()).collect(),
                    };
                }
            }
        }
        NameMatch::Unknown { suggestions: self.near(&key) }
    }

    /// At most five units whose names are written alike.
    fn near(&self, key: &str) -> Vec<Unit> {
        let mut best: Vec<(usize, &Unit)> = Vec::new();
        for unit in &self.units {
            let likeness = self
                .known
                .iter()
                .filter(|(_, id, _)| *id == unit.id)
                .map(|(known, _, _)| likeness(key, known))
                .max()
                .unwrap_or(0);
            if likeness >= ALIKE {
                best.push((likeness, unit));
            }
        }
        best.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.name.cmp(&right.name)));
        best.into_iter().take(5).map(|(_, unit)| unit.clone()).collect()
    }
}

/// Which unit a written name means on a day. For many names load [`Names`] once.
///
/// # Errors
/// As the database refuses.
pub fn match_name(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    written: &str,
    on: Day,
) -> Result<NameMatch, db::Error> {
    Ok(Names::load(tx, district, on)?.find(written))
}

/// A key without the district in front: `曲靖市麒麟区民政局`, `麒麟区民政局` and `区民政局` have one
/// stem. Nothing else is taken away: `市广播电视台…` keeps its `市` in a district that is a `区`.
fn stem(key: &str, district: &str) -> String {
    if district.is_empty() || key == district {
        return key.to_owned();
    }
    let rest = match key.split_once(district) {
        Some((before, rest)) if before.is_empty() || before.ends_with(['省', '市', '州', '盟']) => {
            Some(rest)
        }
        _ => district.chars().next_back().and_then(|kind| key.strip_prefix(kind)),
    };
    match rest {
        Some(rest) if rest.chars().count() >= 2 => rest.to_owned(),
        _ => key.to_owned(),
    }
}

/// How alike two keys are, 0 to 100: the share of characters that both have in the same order, which
/// an abbreviation keeps (`教体局` in `教育体育局`).
fn likeness(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // The longest common subsequence; `ends` has its length up to each place of `b`.
    let mut ends = vec![0usize; b.len()];
    let mut n_a = 0;
    for c in a.chars() {
        n_a += 1;
        let mut before = 0;
        for (end, other) in ends.iter_mut().zip(&b) {
            let longest = if *other == c { before + 1 } else { *end };
            before = before.max(*end);
            *end = longest.max(*end);
        }
    }
    let shared = ends.into_iter().max().unwrap_or(0);
    shared * 200 / (n_a + b.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::UnitKind;

    fn unit(id: &str, name: &str, short: &str) -> Unit {
        Unit {
            id: id.into(),
            kind: UnitKind::Department,
            name: name.into(),
            short_name: short.into(),
            name_en: None,
            parent: None,
            code: None,
            valid_from: Day::parse("2021-01-01").unwrap(),
            valid_to: None,
        }
    }

    fn names() -> Names {
        let units = vec![
            unit("edu", "麒麟区教育体育局", "区教育局"),
            unit("civil", "区民政局", ""),
            unit("league", "共青团麒麟区委员会", "团区委"),
            unit("tv", "市广播电视台麒麟报道新闻中心", ""),
            unit("env", "市生态环境局麒麟分局", ""),
            unit("school", "麒麟职业技术学校", ""),
            unit("health", "区卫生健康局", ""),
        ];
        let other = vec![
            (search_key("区教体局"), UnitId::from("edu"), Via::Alias),
            (search_key("区卫计局"), UnitId::from("health"), Via::Former),
            (search_key("区粮食局"), UnitId::from("gone"), Via::Former),
        ];
        Names::of("麒麟区", units, other)
    }

    #[test]
    fn a_name_is_known_however_the_district_stands_before_it() {
        for (written, id, via) in [
            ("麒麟区教育体育局", "edu", Via::Exact),
            ("区教育体育局", "edu", Via::Exact),
            ("教育体育局", "edu", Via::Exact),
            ("曲靖市麒麟区教育体育局", "edu", Via::Exact),
            ("区 教育局", "edu", Via::Short),
            ("区教体局", "edu", Via::Alias),
            ("麒麟区教体局", "edu", Via::Alias),
            ("麒麟区民政局", "civil", Via::Exact),
            ("团区委", "league", Via::Short),
            ("市广播电视台麒麟报道新闻中心", "tv", Via::Exact),
            ("麒麟职业技术学校", "school", Via::Exact),
            ("区卫计局", "health", Via::Former),
        ] {
            match names().find(written) {
                NameMatch::Known(unit, how) => assert_eq!((unit.id.as_str(), how), (id, via), "{written}"),
                NameMatch::Unknown { suggestions } => panic!("{written}: {suggestions:?}"),
            }
        }
    }

    #[test]
    fn a_city_body_is_not_taken_for_the_districts_own() {
        assert!(matches!(names().find("市民政局"), NameMatch::Unknown { .. }));
        assert!(matches!(names().find("民政"), NameMatch::Unknown { .. }));
    }

    #[test]
    fn an_unknown_abbreviation_suggests_the_full_name_first() {
        let NameMatch::Unknown { suggestions } = names().find("区卫健局") else { panic!("was known") };
        assert_eq!(suggestions.first().map(|unit| unit.id.as_str()), Some("health"));
    }

    #[test]
    fn a_name_that_two_units_share_is_left_to_a_person() {
        let units = vec![unit("a", "第一小学", "一小"), unit("b", "第一小学分校", "一小")];
        let NameMatch::Unknown { suggestions } = Names::of("麒麟区", units, vec![]).find("一小") else {
            panic!("was guessed")
        };
        assert_eq!(suggestions.len(), 2);
    }

    #[test]
    fn likeness_counts_what_stands_in_the_same_order() {
        for (a, b, alike) in [
            ("教体局", "教育体育局", 75),
            ("教体局", "教育局", 66),
            ("abc", "abc", 100),
            ("ab", "ba", 50),
            ("", "", 0),
        ] {
            assert_eq!(likeness(a, b), alike, "{a} {b}");
            assert_eq!(likeness(b, a), alike, "{b} {a}");
        }
    }

    #[test]
    fn what_resembles_nothing_suggests_nothing() {
        assert_eq!(names().find("海洋渔业局"), NameMatch::Unknown { suggestions: Vec::new() });
        assert_eq!(names().find(""), NameMatch::Unknown { suggestions: Vec::new() });
        assert_eq!(names().find("区粮食局"), NameMatch::Unknown { suggestions: Vec::new() });
    }
}
