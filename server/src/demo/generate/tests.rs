//! What the tables and the generator can be held to.

use super::*;
use crate::demo::timeline::{self, What};

fn tables() -> Tables {
    Tables::read().unwrap()
}

fn full() -> Vec<Planned> {
    deliveries(&tables(), SEED, 100).unwrap()
}

fn of_year(all: &[Planned], year: Year) -> Vec<&Planned> {
    all.iter().filter(|one| one.on.year() == year).collect()
}

#[test]
fn the_years_hold_about_as_many_as_the_readme_says() {
    let all = full();
    for (year, about) in [(2021, 224), (2022, 265), (2023, 403), (2024, 568), (2025, 1395)] {
        let n = of_year(&all, year).len();
        assert!(n.abs_diff(about) <= about / 10, "{year}: {n}");
    }
}

#[test]
fn one_seed_gives_one_district() {
    assert_eq!(full(), full());
    assert_ne!(full(), deliveries(&tables(), SEED + 1, 100).unwrap());
}

#[test]
fn every_unit_of_a_delivery_lives_on_its_day_and_has_one_part() {
    let tables = tables();
    for one in full() {
        let named =
            [&one.host, &one.town].into_iter().chain(&one.place).chain(&one.co_hosts).chain(&one.supporters);
        for key in named {
            assert!(tables.unit(key, one.on).is_some(), "{}: {key} on {}", one.title, one.on);
        }
        assert!(!one.co_hosts.contains(&one.host), "{}", one.title);
        assert!(
            one.supporters.is_disjoint(&one.co_hosts) && !one.supporters.contains(&one.host),
            "{}",
            one.title
        );
        assert_eq!(tables.unit(&one.town, one.on).unwrap().kind, UnitKind::Town);
    }
}

#[test]
fn the_shares_of_states_and_methods_are_those_of_the_year() {
    let all = full();
    let year = of_year(&all, 2025);
    let share = |n: usize| (n * 100 + year.len() / 2) / year.len();
    let fate = |wanted: fn(&Fate) -> bool| share(year.iter().filter(|one| wanted(&one.fate)).count());
    assert_eq!(fate(|fate| *fate == Fate::Submitted), 4);
    assert_eq!(fate(|fate| matches!(fate, Fate::Returned(_))), 1);
    assert_eq!(fate(|fate| *fate == Fate::Draft), 2);
    assert_eq!(fate(|fate| matches!(fate, Fate::Withdrawn(_))), 1);
    let method = |wanted| share(year.iter().filter(|one| one.method == wanted).count());
    assert_eq!((method(Method::CheckIn), method(Method::Estimate)), (28, 18));
}

#[test]
fn what_is_still_open_lies_in_the_last_weeks() {
    let open = |one: &&Planned| matches!(one.fate, Fate::Draft | Fate::Submitted | Fate::Returned(_));
    let first = full().iter().filter(open).map(|one| one.on).min().unwrap();
    assert!(first >= Day::new(2025, 11, 18).unwrap(), "{first}");
}

#[test]
fn the_courses_of_a_target_bring_as_many_new_persons_as_the_table_says() {
    let all = full();
    for volume in tables().volumes {
        for (target, wanted) in
            [("science-teachers-trained", volume.teachers), ("farmers-trained", volume.farmers)]
        {
            let lists = |years: &dyn Fn(Year) -> bool| -> BTreeSet<String> {
                let of = all.iter().filter(|one| one.target == target && years(one.on.year()));
                of.flat_map(|one| one.persons.lines().map(str::to_owned)).collect()
            };
            let before = lists(&|year| year < volume.year).len();
            let after = lists(&|year| year <= volume.year).len();
            assert_eq!(after - before, wanted as usize, "{target} {}", volume.year);
        }
    }
    for one in all.iter().filter(|one| !one.target.is_empty()) {
        assert_eq!(one.fate, Fate::Verified);
        assert_eq!(one.heads.values().sum::<i64>(), one.persons.lines().count() as i64);
        assert_ne!(one.method, Method::Estimate);
    }
}

#[test]
fn every_template_every_topic_and_every_measure_is_drawn() {
    let (all, tables) = (full(), tables());
    let titles: BTreeSet<&str> = all.iter().map(|one| one.title.as_str()).collect();
    assert!(tables.templates.iter().all(|template| titles.contains(template.title_zh.as_str())));
    let topics: BTreeSet<&str> = tables.templates.iter().map(|template| template.topic.as_str()).collect();
    assert!(tables.topics.keys().all(|topic| topics.contains(topic.as_str())));
    let measures: BTreeSet<&String> = all.iter().flat_map(|one| &one.measures).collect();
    assert_eq!(measures.len(), 32);
}

#[test]
fn ranges_run_upward_and_months_are_months() {
    for template in tables().templates {
        assert!(template.minutes_min <= template.minutes_max, "{}", template.key);
        assert!(template.groups.iter().all(|(_, low, high)| 0 < *low && low <= high), "{}", template.key);
        assert!(template.months.iter().all(|month| (1..=12).contains(month)), "{}", template.key);
    }
}

#[test]
fn versions_of_one_unit_do_not_overlap_and_no_alias_belongs_to_two() {
    let tables = tables();
    let mut aliases: BTreeMap<&str, &str> = BTreeMap::new();
    for unit in &tables.units {
        let overlaps = |other: &&UnitRow| other.key == unit.key && other.holds(unit.valid_from);
        assert_eq!(tables.units.iter().filter(overlaps).count(), 1, "{}", unit.key);
        for alias in &unit.aliases {
            assert_eq!(*aliases.entry(alias).or_insert(&unit.key), unit.key, "{alias}");
        }
    }
}

#[test]
fn two_persons_stand_behind_every_verified_delivery_and_time_runs_forward() {
    let (tables, all) = (tables(), full());
    let acts = timeline::acts(&tables, &all, &SeededRng::new(1));
    let mut recorders: BTreeMap<usize, &str> = BTreeMap::new();
    for act in &acts {
        assert!(tables.accounts.iter().any(|row| row.login == act.by), "{act:?}");
        match act.what {
            What::Record { .. } => {
                assert!(act.at.day() >= all[act.of].on);
                recorders.insert(act.of, &act.by);
            }
            What::Verify | What::SendBack(_) | What::Withdraw(_) => assert_ne!(recorders[&act.of], act.by),
        }
    }
    assert_eq!(recorders.len(), all.len());
}

#[test]
fn four_measures_are_planned_by_nobody_on_purpose() {
    let tables = tables();
    let all: BTreeSet<&String> = tables.templates.iter().flat_map(|template| &template.measures).collect();
    let planned: BTreeSet<&String> = tables.annual.iter().map(|row| &row.measure).collect();
    assert!(planned.is_subset(&all));
    let left: Vec<&str> = all.difference(&planned).map(|title| title.as_str()).collect();
    let named = [
        "促进“一带一路”科技人文交流", "加强对科普基础设施建设的统筹规划", "在公务员录用中落实科学素质要求",
        "建立完善科技资源科普化机制",
    ];
    assert_eq!(left, named);
}

#[test]
fn whoever_answers_for_a_measure_is_among_those_who_hold_its_events() {
    let tables = tables();
    let reading = plan_doc::parse(crate::demo::data::PLAN);
    let named = |key: &String, name: &str| {
        let mut rows = tables.units.iter().filter(|unit| unit.key == *key);
        rows.any(|unit| {
            unit.name == name || unit.short_name == name || unit.aliases.iter().any(|alias| alias == name)
        })
    };
    for template in &tables.templates {
        let items = reading.items.iter().filter(|item| template.measures.contains(&item.title));
        let leads = items.flat_map(|item| &item.duties).filter(|duty| duty.role == plan_doc::Role::Lead);
        let held_by =
            |name: &str| [&template.host].into_iter().chain(&template.cohosts).any(|key| named(key, name));
        assert!(
            leads.clone().any(|duty| held_by(&duty.unit)),
            "{}: {:?}",
            template.key,
            leads.collect::<Vec<_>>()
        );
    }
}
