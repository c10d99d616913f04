//! What is noted at the door.

use std::collections::BTreeSet;

use db::Db;
use kernel::{Caller, Refusal};
use testkit::both;

use super::{Cast, STREAMS, day, keys, run};
use crate::actions::door::{self, Answer};
use crate::actions::team;
use crate::contact;
use crate::door::{Moment, Presence, Told, What};
use crate::order::{OrderId, Visit};
use crate::store;
use crate::team::PersonId;

fn check(
    (db, by, id): (&Db, &Caller, &OrderId),
    persons: &[PersonId],
    (what, minute): (What, i64),
) -> Result<(), Refusal> {
    let (id, persons): (_, BTreeSet<_>) = (id.clone(), persons.iter().cloned().collect());
    let moment = Moment { on: day("2025-11-10"), minute };
    run(db, by, move |tx, by| door::check(tx, by, &id, &persons, (what, moment)))
}

fn tell_code(db: &Db, by: &Caller, id: &OrderId, typed: &str) -> Result<Answer, Refusal> {
    let (id, typed) = (id.clone(), typed.to_owned());
    run(db, by, move |tx, by| door::tell_code(tx, by, &id, &typed))
}

fn known(db: &Db, cast: &Cast, id: &OrderId) -> (Vec<Presence>, Told) {
    let id = id.clone();
    run(db, &cast.doctors, move |tx, by| {
        Ok((store::door::list(tx, by.district(), (&id, 0))?, store::door::told(tx, by.district(), (&id, 0))?))
    })
    .unwrap()
}

#[test]
fn the_first_who_comes_begins_the_visit_and_late_and_doubled_notes_say_the_same() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.scheduled(db);
        let [one, other] = [0, 1].map(|n| cast.persons[n].clone());
        let at = (db, &cast.doctors, &id);
        cast.clock.set(day("2025-11-10").at(9, 35));
        check(at, std::slice::from_ref(&one), (What::Came, 572)).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "in_delivery");
        check(at, std::slice::from_ref(&one), (What::Came, 572)).unwrap();
        cast.clock.set(day("2025-11-10").at(10, 50));
        // the phone had no line since half past nine, and its notes come now, the leaving first
        check(at, std::slice::from_ref(&one), (What::Left, 645)).unwrap();
        check(at, &[one.clone(), other.clone()], (What::Came, 565)).unwrap();
        let mut expected = vec![
            Presence { person: one.clone(), came: 565, left: Some(645) },
            Presence { person: other, came: 565, left: None },
        ];
        expected.sort_by(|a, b| a.person.cmp(&b.person));
        assert_eq!(known(db, &cast, &id).0, expected);
        let of = id.clone();
        let steps =
            run(db, &cast.worker, move |tx, by| Ok(store::step::list(tx, by.district(), &of)?)).unwrap();
        let told: Vec<_> = steps.iter().map(|step| (step.step.as_str(), step.words.as_str())).collect();
        let last = &told[told.len() - 4..];
        assert_eq!(last[0], ("begin", ""));
        assert_eq!(last[1], ("came", "09:32 李医生"));
        assert_eq!(last[2], ("left", "10:45 李医生"));
        assert!(last[3].0 == "came" && last[3].1.starts_with("09:25 "), "{last:?}");
    });
}

#[test]
fn what_cannot_be_is_refused_and_nothing_of_it_is_noted() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.accepted(db);
        let at = (db, &cast.doctors, &id);
        let all = cast.persons.clone();
        let early = check(at, &all, (What::Came, 570)).unwrap_err();
        assert_eq!(keys(&early), ["service-unfit"], "no day is agreed");
        let (of, one) = (id.clone(), BTreeSet::from([all[0].clone()]));
        let visit = Visit { on: day("2025-11-10"), minute: 570, minutes: 60 };
        run(db, &cast.doctors, move |tx, by| team::schedule(tx, by, (&of, 6), (visit, &one))).unwrap();
        let ahead = check(at, &all[..1], (What::Came, 570)).unwrap_err();
        assert_eq!(keys(&ahead), ["service-door-ahead"], "the day is still to come");
        cast.clock.set(day("2025-11-10").at(9, 35));
        let refused =
            |persons: &[PersonId], what, minute| keys(&check(at, persons, (what, minute)).unwrap_err());
        assert_eq!(refused(&[], What::Came, 570), ["service-door-nobody"]);
        assert_eq!(refused(&all, What::Came, 570), ["service-person-unknown"], "the other was not named");
        assert_eq!(refused(&all[..1], What::Left, 570), ["service-door-left-unseen"]);
        assert_eq!(refused(&all[..1], What::Came, 600), ["service-door-ahead"]);
        let stranger = check((db, &cast.farming, &id), &all[..1], (What::Came, 570)).unwrap_err();
        assert_eq!(keys(&stranger), ["forbidden"], "it was offered to them and is another's");
        assert_eq!(known(db, &cast, &id), (Vec::new(), Told::default()));
        assert_eq!(cast.order(db, &id).state.code(), "scheduled");
        check(at, &all[..1], (What::Came, 575)).unwrap();
        assert_eq!(refused(&all[..1], What::Left, 574), ["service-out-before-in"]);
    });
}

#[test]
fn the_residents_code_proves_the_coming_and_is_not_guessed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.scheduled(db);
        let code = contact::door_code(&cast.resident, &cast.order(db, &id));
        let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        assert_eq!(tell_code(db, &cast.doctors, &id, &wrong).unwrap(), Answer::Wrong(4));
        assert_eq!(known(db, &cast, &id).1, Told { at: None, n_wrong: 1 });
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(tell_code(db, &cast.doctors, &id, &spaced).unwrap(), Answer::Right);
        let told = known(db, &cast, &id).1;
        assert_eq!(told.at, Some(cast.doctors.now()));
        assert_eq!(tell_code(db, &cast.doctors, &id, &wrong).unwrap(), Answer::Right, "it was told already");
    });
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.scheduled(db);
        let code = contact::door_code(&cast.resident, &cast.order(db, &id));
        for left in (0..5).rev() {
            assert_eq!(tell_code(db, &cast.doctors, &id, "12345").unwrap(), Answer::Wrong(left));
        }
        assert_eq!(tell_code(db, &cast.doctors, &id, &code).unwrap(), Answer::Over);
        assert_eq!(known(db, &cast, &id).1, Told { at: None, n_wrong: 5 });
        assert_eq!(keys(&tell_code(db, &cast.farming, &id, &code).unwrap_err()), ["forbidden"]);
    });
}

#[test]
fn after_the_report_nothing_is_noted_and_a_code_of_an_earlier_round_is_another() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = super::path::reported(&cast, db);
        let at = (db, &cast.doctors, &id);
        let late = check(at, &cast.persons, (What::Came, 570)).unwrap_err();
        assert_eq!(keys(&late), ["service-unfit"]);
        let order = cast.order(db, &id);
        let again = crate::Order { n_reopened: 1, ..order.clone() };
        assert_ne!(contact::door_code(&cast.resident, &order), contact::door_code(&cast.resident, &again));
        assert_eq!(keys(&tell_code(db, &cast.doctors, &id, "123456").unwrap_err()), ["service-unfit"]);
    });
}
