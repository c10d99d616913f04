//! What units offer: the resource list, and the menu that is made of what has free capacity. Pure.

use std::collections::{BTreeMap, BTreeSet};

use evidence::PurposeId;
use kernel::{AccountId, Day, Group, Instant, Problem, Problems, Refusal, UnitId};

kernel::id!(
    /// A resource.
    ResourceId
);

/// How far ahead free days are shown.
pub const AHEAD: i64 = 28;

/// What a resource is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceKind {
    /// 专家
    Expert,
    /// 队伍
    #[default]
    Team,
    /// 场馆
    Venue,
    /// 作品
    Work,
    /// 车辆
    Vehicle,
}

impl ResourceKind {
    /// All.
    pub const ALL: [Self; 5] = [Self::Expert, Self::Team, Self::Venue, Self::Work, Self::Vehicle];

    /// The word in the store and, after `service-kind-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expert => "expert",
            Self::Team => "team",
            Self::Venue => "venue",
            Self::Work => "work",
            Self::Vehicle => "vehicle",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Whether it is on the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceState {
    /// It can be ordered.
    Open,
    /// Not for now.
    Paused,
    /// No more.
    Withdrawn,
}

impl ResourceState {
    /// All.
    pub const ALL: [Self; 3] = [Self::Open, Self::Paused, Self::Withdrawn];

    /// The word in the store and, after `service-resource-state-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What is told of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What it is.
    pub kind: ResourceKind,
    /// What residents read first.
    pub title: String,
    /// What happens there, in a few sentences.
    pub summary: String,
    /// The topic in a few words.
    pub topic: String,
    /// For whom; empty for everybody.
    pub groups: BTreeSet<Group>,
    /// Where; empty for the whole district.
    pub towns: BTreeSet<UnitId>,
    /// Languages beside Chinese, in words.
    pub languages: String,
    /// How long, in minutes.
    pub minutes: i64,
    /// Days between an order and the first day on which it can be.
    pub lead_days: i64,
    /// First and last month of the season; the last may lie before the first.
    pub months: (i64, i64),
    /// Days of the week on which it can be, Monday is 1.
    pub weekdays: BTreeSet<i64>,
    /// How often on one day.
    pub n_per_day: i64,
    /// How often in one month.
    pub n_per_month: i64,
    /// What a delivery of it is done for.
    pub purpose: Option<PurposeId>,
}

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Who offers it.
    pub unit: UnitId,
    /// What is told of it.
    pub offer: Offer,
    /// Whether it is on the menu.
    pub state: ResourceState,
    /// Rises with every change.
    pub version: i64,
    /// Who changed it last.
    pub changed_by: AccountId,
    /// When.
    pub changed_at: Instant,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// How many orders hold a resource, by day.
pub type Held = BTreeMap<Day, i64>;

/// Monday is 1.
pub fn weekday(day: Day) -> i64 {
    Day::new(1970, 1, 5).map_or(1, |monday| day.days_since(monday).rem_euclid(7) + 1)
}

impl Offer {
    /// What is wrong with it.
    ///
    /// # Errors
    /// All that has to be mended, each at its field.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        let mut length = |field: &'static str, text: &str, least: usize, most: usize| {
            let long = text.trim().chars().count();
            if long < least {
                problems.add(Problem::new("error-missing").at(field));
            } else if long > most {
                problems.add(Problem::new("error-too-long").at(field).with("most", most).with("long", long));
            }
        };
        length("title", &self.title, 1, 60);
        length("summary", &self.summary, 1, 600);
        length("topic", &self.topic, 1, 30);
        length("languages", &self.languages, 0, 60);
        let numbers = [
            ("minutes", self.minutes, 10, 600),
            ("lead_days", self.lead_days, 0, 90),
            ("from_month", self.months.0, 1, 12),
            ("to_month", self.months.1, 1, 12),
            ("n_per_day", self.n_per_day, 1, 20),
            ("n_per_month", self.n_per_month, 1, 200),
        ];
        for (field, n, least, most) in numbers {
            if !(least..=most).contains(&n) {
                let problem = Problem::new("service-number-range").at(field);
                problems.add(problem.with("least", least).with("most", most));
            }
        }
        if self.weekdays.is_empty() {
            problems.add(Problem::new("service-weekdays-missing").at("weekdays"));
        }
        problems.check()
    }

    /// Whether a month is in its season.
    fn is_in_season(&self, month: i64) -> bool {
        let (from, to) = self.months;
        if from <= to { (from..=to).contains(&month) } else { month >= from || month <= to }
    }

    /// Whether it can be on a day, seen from today, with what is held already.
    pub fn is_free(&self, day: Day, today: Day, held: &Held) -> bool {
        let month = day.month_text();
        let in_month: i64 = held.iter().filter(|(on, _)| on.month_text() == month).map(|(_, n)| n).sum();
        day >= today.plus_days(self.lead_days.max(1))
            && self.weekdays.contains(&weekday(day))
            && self.is_in_season(i64::from(day.month()))
            && held.get(&day).copied().unwrap_or(0) < self.n_per_day
            && in_month < self.n_per_month
    }

    /// The free days of the next weeks, the nearest first.
    pub fn free_days(&self, today: Day, held: &Held) -> Vec<Day> {
        let days = (1..=self.lead_days.max(1) + AHEAD).map(|n| today.plus_days(n));
        days.filter(|day| self.is_free(*day, today, held)).collect()
    }

    /// Whether it comes to a town.
    pub fn comes_to(&self, town: &UnitId) -> bool {
        self.towns.is_empty() || self.towns.contains(town)
    }

    /// Whether it is for a group.
    pub fn is_for(&self, group: Group) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn offer() -> Offer {
        Offer {
            title: "野生菌怎么认".into(),
            summary: "看图认菌".into(),
            topic: "食品安全".into(),
            minutes: 60,
            lead_days: 3,
            months: (11, 2),
            weekdays: BTreeSet::from([2, 4]),
            n_per_day: 1,
            n_per_month: 2,
            ..Offer::default()
        }
    }

    #[test]
    fn free_days_keep_the_lead_the_weekday_the_season_and_what_is_held() {
        // Monday the 3rd of November 2025: the first day is Thursday the 6th.
        let free = offer().free_days(day("2025-11-03"), &Held::new());
        assert_eq!(free.first(), Some(&day("2025-11-06")));
        assert!(free.iter().all(|day| [2, 4].contains(&weekday(*day))));
        let held = Held::from([(day("2025-11-06"), 1)]);
        assert_eq!(offer().free_days(day("2025-11-03"), &held).first(), Some(&day("2025-11-11")));
        assert!(offer().free_days(day("2025-03-03"), &Held::new()).is_empty(), "out of season");
    }

    #[test]
    fn a_month_that_is_used_up_has_no_free_day() {
        let held = Held::from([(day("2025-11-06"), 1), (day("2025-11-11"), 1)]);
        let free = offer().free_days(day("2025-11-03"), &held);
        assert!(free.iter().all(|day| day.month() != 11), "{free:?}");
    }

    #[test]
    fn an_offer_with_numbers_out_of_range_names_each_field() {
        let wrong = Offer { minutes: 5, n_per_day: 0, weekdays: BTreeSet::new(), ..offer() };
        let Err(Refusal::Invalid(problems)) = wrong.check() else { panic!("was taken") };
        let fields: Vec<_> = problems.iter().map(|one| one.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["minutes", "n_per_day", "weekdays"]);
    }
}
