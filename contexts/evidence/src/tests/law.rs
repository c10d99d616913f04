//! The counting law as a whole: one lecture worked through, parents and their parts, units that end,
//! and what vanishes when it was wrong.

use std::collections::BTreeSet;

use db::Db;
use kernel::{Group, Reach, Role};

use super::cast::{Cast, STREAMS, act, day, form, verified, withdrawn};
use super::indicators::{register, series};
use crate::actions::rule::{self, NewRule, RuleOf};
use crate::fact::Sums;
use crate::{
    Conditions, Details, Filter, Kind, NewDelivery, Part, Period, PurposeId, Tally, moves, store, totals,
};

const LECTURE: Sums = Sums { sessions: 1, person_times: 46, minutes: 90 };

fn listed(db: &Db, cast: &Cast, filter: &Filter) -> Sums {
    let filter = filter.clone();
    let sums = act(db, &cast.coordinator(), move |tx, by| {
        store::list::sums(tx, by.district(), &Reach::All, &filter)
    });
    sums.unwrap().0
}

/// A lecture on wild mushrooms for 46 elderly residents, with a sign-in list of two.
fn mushrooms(cast: &Cast) -> NewDelivery {
    let details = Details {
        purposes: ["m1".into(), "m2".into()].into(),
        supporters: [cast.society.clone()].into(),
        venue: "文化活动室".into(),
        works: "《野生菌怎么认》第 3 版".into(),
        ..cast.lecture()
    };
    NewDelivery { persons: "甲\n乙".into(), ..form(details) }
}

#[test]
fn one_lecture_worked_through_moves_every_number_without_further_typing() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let id = verified(db, &cast, &mushrooms(&cast));
        let (health, society) = (cast.health.clone(), cast.society.clone());
        act(db, &cast.coordinator(), move |tx, by| {
            let (d, year) = (by.district(), Period::year(2025));
            let (m1, m2) = (PurposeId::from("m1"), PurposeId::from("m2"));
            // the measure on health: one session, progress of the lead, a contribution of the supporter
            assert_eq!(totals::of(tx, d, Some(&m1), year)?, LECTURE);
            assert_eq!(
                totals::by_unit(tx, d, Some(&m1), Part::Organiser, year)?.get(&health),
                Some(&LECTURE)
            );
            assert_eq!(totals::by_unit(tx, d, Some(&m1), Part::Organiser, year)?.get(&society), None);
            assert_eq!(
                totals::by_unit(tx, d, Some(&m1), Part::Supporter, year)?.get(&society),
                Some(&LECTURE)
            );
            // the measure on emergencies is linked too, while the district rises by one
            assert_eq!(totals::of(tx, d, Some(&m2), year)?, LECTURE);
            assert_eq!(totals::of(tx, d, None, year)?, LECTURE);
            // 46 person-times, all of them elderly
            assert_eq!(totals::by_group(tx, d, None, year)?, [(Group::Elderly, LECTURE)].into());
            // the venue and the work stand in words, with the version that was used
            let details = store::delivery::find(tx, d, &id)?.unwrap().details;
            assert_eq!(
                (details.venue.as_str(), details.works.as_str()),
                ("文化活动室", "《野生菌怎么认》第 3 版")
            );
            assert_eq!(store::person::count(tx, d, &id)?, 2);
            Ok(())
        })
        .unwrap();
        let newest = |id| series(db, &cast, id).points.pop().unwrap().value;
        assert_eq!(newest("lectures"), 1.into());
        assert_eq!(newest("elderly"), 46.into());
    });
}

#[test]
fn every_number_equals_the_distinct_deliveries_of_the_list_that_it_opens() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let base = cast.lecture();
        for (n, kind) in
            [Kind::Lecture, Kind::Training, Kind::Exhibition, Kind::Lecture].into_iter().enumerate()
        {
            let mut details = Details { kind, town: cast.towns[n % 3].clone(), ..base.clone() };
            details.on = day(["2025-06-01", "2025-05-31", "2024-12-31", "2025-01-01"][n]);
            details.heads.insert(Group::Youth, 7);
            if n % 2 == 0 {
                details.co_hosts.insert(cast.education.clone());
                details.purposes.insert("m2".into());
            } else {
                details.supporters.insert(cast.society.clone());
            }
            verified(db, &cast, &form(details));
        }
        let cells = act(db, &cast.coordinator(), |tx, by| store::total::all(tx, by.district())).unwrap();
        assert!(cells.len() > 40, "{}", cells.len());
        for (cell, sums) in &cells {
            assert_eq!(listed(db, &cast, &moves::filter_of(cell)), *sums, "{cell:?}");
        }
        // and the parts of a co-hosted one add up to more than the parent, on purpose
        let of = |key: &kernel::UnitId| {
            let mine = cells.iter().filter(|(cell, _)| {
                cell.purpose.is_empty() && cell.period == "2025" && cell.key == key.as_str()
            });
            mine.map(|(_, sums)| sums.sessions).sum::<i64>()
        };
        assert_eq!(of(&cast.health) + of(&cast.education), 4);
        let whole = listed(db, &cast, &Period::year(2025).filter());
        assert_eq!(whole.sessions, 3);
    });
}

#[test]
fn a_unit_that_was_merged_keeps_last_year_and_its_heir_counts_this_year() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &form(Details { on: day("2024-05-01"), ..cast.lecture() }));
        let before =
            act(db, &cast.coordinator(), |tx, by| store::close::cells(tx, by.district(), "2024")).unwrap();
        let boss = cast.by("boss", &[(Role::Administrator, &cast.society)]);
        let (old, heir) = (cast.health.clone(), cast.education.clone());
        act(db, &boss, move |tx, by| {
            let change = people::units::Change {
                unit: old.clone(),
                seen: people::units::record_version(tx, by.district(), &old)?.unwrap(),
                on: day("2025-01-01"),
                reason: "机构改革".into(),
            };
            people::units::merge(tx, by, change, &heir)
        })
        .unwrap();
        let this_year = form(Details { host: cast.education.clone(), ..cast.lecture() });
        let id =
            act(db, &cast.coordinator(), move |tx, by| crate::actions::delivery::record(tx, by, &this_year));
        let id = id.unwrap();
        let second = cast.by("second", &[(Role::Coordinator, &cast.society)]);
        act(db, &second, move |tx, by| crate::actions::delivery::verify(tx, by, (&id, 1))).unwrap();
        let after =
            act(db, &cast.coordinator(), |tx, by| store::close::cells(tx, by.district(), "2024")).unwrap();
        assert_eq!(after, before, "last year's report is as it was");
        let by_unit = |year| {
            act(db, &cast.coordinator(), move |tx, by| {
                totals::by_unit(tx, by.district(), None, Part::Organiser, Period::year(year))
            })
            .unwrap()
        };
        assert_eq!(by_unit(2024), [(cast.health.clone(), LECTURE)].into());
        assert_eq!(by_unit(2025), [(cast.education.clone(), LECTURE)].into());
    });
}

#[test]
fn a_withdrawn_delivery_vanishes_from_every_number_list_and_extract_at_once() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let new = NewRule {
            of: RuleOf::New { title: "讲座".into(), unit: "场".into() },
            conditions: Conditions { topics: ["野生菌".to_owned()].into(), ..Conditions::default() },
            tally: Tally::Sessions,
            from: day("2025-01-01"),
            why: "常用".into(),
        };
        act(db, &cast.coordinator(), move |tx, by| {
            let id = rule::draft(tx, by, &new)?;
            rule::put_in_force(tx, by, (&id, 1))
        })
        .unwrap();
        let id = verified(db, &cast, &mushrooms(&cast));
        withdrawn(db, &cast, &id);
        act(db, &cast.coordinator(), move |tx, by| {
            let cells = store::total::all(tx, by.district())?;
            assert!(cells.iter().all(|(_, sums)| *sums == Sums::default()), "{cells:?}");
            for one in crate::indicators::values(tx, by, 2025)? {
                let figures: BTreeSet<String> = one
                    .points
                    .iter()
                    .map(|point| format!("{:?} {:?} {}", point.value, point.to_date, point.n))
                    .collect();
                assert!(
                    figures.iter().all(|text| !text.contains("46") && !text.contains("Number(1)")),
                    "{figures:?}"
                );
            }
            Ok(())
        })
        .unwrap();
        let year = Period::year(2025).filter();
        assert_eq!(listed(db, &cast, &year), Sums::default());
    });
}
