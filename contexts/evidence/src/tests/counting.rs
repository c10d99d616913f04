//! The counting law: what a verified delivery moves, and what withdrawing moves back.

use std::collections::BTreeSet;

use db::Db;
use kernel::Group;

use super::cast::{Cast, STREAMS, act, day, form, keys, verified, withdrawn};
use crate::{DeliveryId, Part, Period, PurposeId, Sums, actions, fact, store, totals};

const LECTURE: Sums = Sums { sessions: 1, person_times: 46, minutes: 90 };

fn district(db: &Db, cast: &Cast) -> Sums {
    act(db, &cast.editor(), |tx, by| totals::of(tx, by.district(), None, Period::year(2025))).unwrap()
}

fn facts(db: &Db, cast: &Cast, id: &DeliveryId) -> Vec<fact::Fact> {
    let id = id.clone();
    act(db, &cast.editor(), move |tx, by| store::fact::list(tx, by.district(), &id)).unwrap()
}

#[test]
fn one_verified_lecture_moves_every_number_that_it_should() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.purposes.insert("m2".into());
        lecture.heads.insert(Group::Youth, 4);
        verified(db, &cast, &form(lecture));
        let all = Sums { sessions: 1, person_times: 50, minutes: 90 };
        let expected = (cast.towns[0].clone(), cast.health.clone());
        act(db, &cast.editor(), move |tx, by| {
            let (d, year) = (by.district(), Period::year(2025));
            let m1 = PurposeId::from("m1");
            assert_eq!(totals::of(tx, d, None, year)?, all);
            assert_eq!(totals::by_purpose(tx, d, year)?.into_values().collect::<Vec<_>>(), vec![all, all]);
            assert_eq!(totals::by_town(tx, d, Some(&m1), year)?.get(&expected.0), Some(&all));
            assert_eq!(totals::by_unit(tx, d, None, Part::Organiser, year)?.get(&expected.1), Some(&all));
            assert_eq!(totals::by_month(tx, d, Some(&m1), 2025)?.get("2025-06"), Some(&all));
            assert_eq!(totals::by_year(tx, d, None, Period { from: 2021, to: 2025 })?.get(&2025), Some(&all));
            let groups = totals::by_group(tx, d, Some(&m1), year)?;
            assert_eq!(groups.get(&Group::Elderly), Some(&LECTURE));
            assert_eq!(groups.get(&Group::Youth), Some(&Sums { person_times: 4, ..LECTURE }));
            assert_eq!(groups.get(&Group::Farmers), None);
            assert_eq!(totals::of(tx, d, None, Period::year(2024))?, Sums::default());
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn what_was_submitted_waits_and_counts_only_once_a_second_person_verified_it() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let new = form(cast.lecture());
        let waiting = |year| {
            act(db, &cast.editor(), move |tx, by| {
                let of = totals::waiting_by_purpose(tx, by.district(), Period::year(year))?;
                Ok(of.get(&(PurposeId::from("m1"), year)).copied())
            })
            .unwrap()
        };
        let id = act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
        assert_eq!((waiting(2025), waiting(2024)), (Some(LECTURE), None));
        assert_eq!(district(db, &cast), Sums::default());
        act(db, &cast.verifier(), move |tx, by| actions::delivery::verify(tx, by, (&id, 1))).unwrap();
        assert_eq!(waiting(2025), None);
        assert_eq!(district(db, &cast), LECTURE);
    });
}

#[test]
fn a_delivery_for_two_purposes_counts_once_for_the_district() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.purposes.insert("m2".into());
        verified(db, &cast, &form(lecture));
        assert_eq!(district(db, &cast), LECTURE);
    });
}

#[test]
fn a_co_hosted_delivery_counts_for_each_of_its_hosts_and_once_for_the_district() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.co_hosts.insert(cast.education.clone());
        verified(db, &cast, &form(lecture));
        let units = act(db, &cast.editor(), |tx, by| {
            totals::by_unit(tx, by.district(), None, Part::Organiser, Period::year(2025))
        });
        let units = units.unwrap();
        assert_eq!(units.get(&cast.health), Some(&LECTURE));
        assert_eq!(units.get(&cast.education), Some(&LECTURE));
        assert_eq!(district(db, &cast), LECTURE);
    });
}

#[test]
fn a_supporter_gets_a_contribution_and_no_progress() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        lecture.supporters.insert(cast.society.clone());
        verified(db, &cast, &form(lecture));
        let society = cast.society.clone();
        act(db, &cast.editor(), move |tx, by| {
            let year = Period::year(2025);
            let of = |tx: &mut _, part| totals::by_purpose_of_unit(tx, by.district(), (&society, part), year);
            assert!(of(tx, Part::Organiser)?.is_empty());
            assert_eq!(of(tx, Part::Supporter)?.get(&PurposeId::from("m1")), Some(&LECTURE));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn persons_and_person_times_are_different_numbers() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        for _ in 0..2 {
            verified(db, &cast, &form(cast.lecture()));
        }
        assert_eq!(district(db, &cast).person_times, 92, "the same 46 came twice: 92 person-times");
    });
}

#[test]
fn only_verified_deliveries_count() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let new = form(cast.lecture());
        act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
        assert_eq!(district(db, &cast), Sums::default());
    });
}

#[test]
fn a_withdrawn_delivery_moves_the_counters_back_and_leaves_its_facts() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let id = verified(db, &cast, &form(cast.lecture()));
        let before = facts(db, &cast, &id);
        withdrawn(db, &cast, &id);
        assert_eq!(district(db, &cast), Sums::default());
        let after = facts(db, &cast, &id);
        assert_eq!(after[..before.len()], before, "the first facts are as they were");
        let reversed: BTreeSet<i64> = after[before.len()..]
            .iter()
            .filter_map(|fact| fact.reverses.as_ref().map(|(seq, _)| *seq))
            .collect();
        assert_eq!(reversed, before.iter().map(|fact| fact.seq).collect());
        assert_eq!(after.iter().map(|fact| fact.n).sum::<i64>(), 0);
        assert!(after[before.len()..].iter().all(|fact| fact.reverses.as_ref().unwrap().1 == "重复填报"));
    });
}

#[test]
fn a_second_verification_is_refused_and_counts_nothing() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let id = verified(db, &cast, &form(cast.lecture()));
        let again = act(db, &cast.coordinator(), move |tx, by| actions::delivery::verify(tx, by, (&id, 1)));
        assert_eq!(keys(again), ["evidence-conflict-verified"]);
        assert_eq!(district(db, &cast), LECTURE);
    });
}

#[test]
fn a_late_delivery_restates_the_year_in_which_it_happened() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut late = cast.lecture();
        late.on = day("2023-12-31");
        verified(db, &cast, &form(late));
        let years = act(db, &cast.editor(), |tx, by| {
            totals::by_year(tx, by.district(), None, Period { from: 2021, to: 2025 })
        });
        assert_eq!(years.unwrap().into_iter().collect::<Vec<_>>(), vec![(2023, LECTURE)]);
    });
}

#[test]
fn facts_rise_in_the_order_in_which_they_were_counted() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let (one, two) =
            (verified(db, &cast, &form(cast.lecture())), verified(db, &cast, &form(cast.lecture())));
        let (one, two) = (facts(db, &cast, &one), facts(db, &cast, &two));
        assert!(one.iter().map(|f| f.seq).max() < two.iter().map(|f| f.seq).min());
        assert!(one.iter().all(|fact| fact.rule_version == fact::RULE_VERSION));
    });
}
