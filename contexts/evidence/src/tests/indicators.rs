//! Indicators: counted from deliveries, registered from entries, attested; missing is not zero.

use db::Db;
use kernel::{Group, Value};

use super::cast::{Cast, STREAMS, act, day, form, verified, withdrawn};
use crate::{Indicator, Kind, Series, Source, Tally, indicators, store};

fn indicator(id: &str, source: Source) -> Indicator {
    Indicator {
        id: id.into(),
        title: id.into(),
        title_en: None,
        unit: "人".into(),
        unit_en: None,
        source,
        from: day("2021-01-01"),
        to: day("2025-12-31"),
        implied: None,
    }
}

fn counted(kind: Option<Kind>, group: Option<Group>, tally: Tally) -> Source {
    Source::Counted { purpose: Some("m1".into()), kind, group, tally }
}

/// Six indicators of all five kinds.
pub fn register(db: &Db, cast: &Cast) {
    let all = vec![
        indicator("lectures", counted(Some(Kind::Lecture), None, Tally::Sessions)),
        indicator("elderly", counted(None, Some(Group::Elderly), Tally::PersonTimes)),
        indicator("persons", counted(None, Some(Group::Other), Tally::Persons)),
        indicator("share", Source::Measured),
        indicator("money", Source::Financial),
        indicator("word", Source::Attested),
    ];
    act(db, &cast.editor(), move |tx, by| indicators::register(tx, by, &all)).unwrap();
}

pub fn series(db: &Db, cast: &Cast, id: &'static str) -> Series {
    let all = act(db, &cast.editor(), |tx, by| indicators::values(tx, by, 2025)).unwrap();
    all.into_iter().find(|series| series.indicator.id.as_str() == id).unwrap()
}

fn values(db: &Db, cast: &Cast, id: &'static str) -> Vec<(Value, Value)> {
    series(db, cast, id).points.into_iter().map(|point| (point.value, point.to_date)).collect()
}

fn number(n: i64) -> Value {
    n.into()
}

/// How many deliveries the list has that an address opens.
fn listed(db: &Db, cast: &Cast, href: &Option<String>) -> i64 {
    let (_, query) = href.as_ref().unwrap().split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    let query = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let (filter, problems) = crate::Filter::read(&query);
    assert_eq!(problems, []);
    let sums = act(db, &cast.coordinator(), move |tx, by| {
        crate::store::list::sums(tx, by.district(), &kernel::Reach::All, &filter)
    });
    sums.unwrap().0.sessions
}

/// A training of other people on a day, with a sign-in list.
pub fn training(cast: &Cast, on: &str, persons: &str) -> crate::NewDelivery {
    let mut details = cast.lecture();
    details.kind = Kind::Training;
    details.on = day(on);
    details.heads = [(Group::Other, 5)].into();
    crate::NewDelivery { persons: persons.into(), ..form(details) }
}

#[test]
fn a_counted_indicator_takes_only_what_its_rule_names() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let id = verified(db, &cast, &form(cast.lecture()));
        verified(db, &cast, &training(&cast, "2024-05-01", ""));
        let zero = (number(0), number(0));
        assert_eq!(values(db, &cast, "lectures")[2..], [zero, zero, (number(1), number(1))]);
        assert_eq!(values(db, &cast, "elderly")[4], (number(46), number(46)));
        withdrawn(db, &cast, &id);
        assert_eq!(values(db, &cast, "elderly")[4], zero);
    });
}

#[test]
fn a_person_counts_once_a_year_and_once_in_all_years() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &training(&cast, "2024-05-01", "甲\n乙"));
        verified(db, &cast, &training(&cast, "2024-06-01", "乙\n丙"));
        verified(db, &cast, &training(&cast, "2025-05-01", "甲\n丁"));
        let points = series(db, &cast, "persons").points;
        let persons: Vec<_> = points.iter().map(|point| (point.value, point.to_date)).collect();
        assert_eq!(persons[3..], [(number(3), number(3)), (number(2), number(4))]);
        assert_eq!(points[3].unidentified, Some(6), "ten came, four of them are on a list");
    });
}

#[test]
fn an_earlier_year_that_arrives_late_takes_over_its_persons() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &training(&cast, "2025-05-01", "甲"));
        let late = verified(db, &cast, &training(&cast, "2023-05-01", "甲"));
        let to_date = |db: &Db| -> Vec<_> {
            series(db, &cast, "persons").points.iter().map(|point| point.to_date).collect()
        };
        assert_eq!(to_date(db)[2..], [number(1), number(1), number(1)]);
        withdrawn(db, &cast, &late);
        assert_eq!(to_date(db)[4], number(1));
        assert_eq!(to_date(db)[2], number(0));
    });
}

#[test]
fn trained_people_of_whom_nobody_is_known_are_not_zero_persons() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &training(&cast, "2025-05-01", ""));
        let last = series(db, &cast, "persons").points.pop().unwrap();
        assert_eq!((last.value, last.n, last.unidentified), (Value::NotCollected, 1, Some(5)));
    });
}

#[test]
fn a_year_without_sessions_does_not_turn_unknown_persons_into_none() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &training(&cast, "2023-05-01", ""));
        let unknown = Value::NotCollected;
        assert_eq!(
            values(db, &cast, "persons")[2..],
            [(unknown, unknown), (number(0), unknown), (number(0), unknown)]
        );
        verified(db, &cast, &training(&cast, "2025-05-01", "甲"));
        assert_eq!(values(db, &cast, "persons")[4], (number(1), number(1)));
    });
}

#[test]
fn what_nobody_has_filled_is_not_zero() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for id in ["share", "money", "word"] {
            assert_eq!(values(db, &cast, id).pop(), Some((Value::NotCollected, Value::NotCollected)), "{id}");
        }
    });
}

#[test]
fn an_indicator_registered_late_counts_what_was_verified_before() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &training(&cast, "2025-05-01", "甲\n乙"));
        register(db, &cast);
        assert_eq!(values(db, &cast, "persons").pop(), Some((number(2), number(2))));
        register(db, &cast);
        assert_eq!(values(db, &cast, "persons").pop(), Some((number(2), number(2))));
    });
}

/// Counted along with each delivery under one name, then from the facts under another.
#[test]
fn counting_late_comes_to_what_counting_along_came_to() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let rules = [
            counted(Some(Kind::Training), None, Tally::Persons),
            counted(None, Some(Group::Other), Tally::PersonTimes),
            Source::Counted { purpose: None, kind: None, group: None, tally: Tally::Sessions },
        ];
        let named = |prefix: &str| -> Vec<Indicator> {
            let from = day("2023-05-01");
            let one = |(n, rule): (usize, &Source)| Indicator {
                from,
                ..indicator(&format!("{prefix}{n}"), rule.clone())
            };
            rules.iter().enumerate().map(one).collect()
        };
        let along = named("along");
        let first = along.clone();
        act(db, &cast.editor(), move |tx, by| indicators::register(tx, by, &first)).unwrap();
        for on in ["2023-04-30", "2023-05-01", "2024-05-01", "2024-05-01", "2024-05-01", "2025-05-01"] {
            verified(db, &cast, &training(&cast, on, "甲\n乙"));
        }
        withdrawn(db, &cast, &verified(db, &cast, &training(&cast, "2024-05-01", "丙")));
        let all = [along, named("late")].concat();
        act(db, &cast.editor(), move |tx, by| indicators::register(tx, by, &all)).unwrap();
        let sums = |db: &Db, prefix: &'static str| {
            let totals = act(db, &cast.editor(), |tx, by| store::indicator::totals(tx, by.district(), 2025));
            let of = totals.unwrap().into_iter().filter_map(|((id, year), sums)| {
                Some((id.as_str().strip_prefix(prefix)?.to_owned(), year, sums))
            });
            of.collect::<Vec<_>>()
        };
        assert_eq!(sums(db, "along").len(), 9, "three rules in three years");
        assert_eq!(sums(db, "along"), sums(db, "late"));
    });
}

#[test]
fn a_rule_that_stays_costs_nothing_when_another_one_changes() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &form(cast.lecture()));
        // no count of the facts comes to this
        let mark = "update evidence_indicator_total set sessions = 99 where indicator_id = 'lectures'";
        db.write_now(move |tx| Ok(tx.execute(mark, &[])?)).unwrap();
        let all = vec![
            indicator("lectures", counted(Some(Kind::Lecture), None, Tally::Sessions)),
            indicator("elderly", counted(None, Some(Group::Elderly), Tally::Sessions)),
        ];
        act(db, &cast.editor(), move |tx, by| indicators::register(tx, by, &all)).unwrap();
        assert_eq!(values(db, &cast, "lectures")[4].0, number(99));
        assert_eq!(values(db, &cast, "elderly")[4].0, number(1));
    });
}

#[test]
fn an_indicator_that_comes_back_counts_what_it_missed() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        act(db, &cast.editor(), |tx, by| indicators::register(tx, by, &[])).unwrap();
        verified(db, &cast, &form(cast.lecture()));
        register(db, &cast);
        assert_eq!(values(db, &cast, "lectures")[4].0, number(1));
    });
}

#[test]
fn a_number_leads_to_the_list_of_exactly_what_it_counts() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for (n, on) in [(1, "2023-05-01"), (2, "2024-05-01"), (1, "2025-05-01")] {
            for _ in 0..n {
                verified(db, &cast, &form(crate::Details { on: day(on), ..cast.lecture() }));
            }
        }
        verified(db, &cast, &training(&cast, "2024-06-01", "甲"));
        for point in series(db, &cast, "lectures").points {
            assert_eq!(point.value, number(listed(db, &cast, &point.href)), "{}", point.year);
            assert_eq!(point.to_date, number(listed(db, &cast, &point.href_to_date)), "{}", point.year);
        }
    });
}
