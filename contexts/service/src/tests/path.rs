//! From the order to both sides' rating, and what a team is refused on the way.

use std::collections::{BTreeMap, BTreeSet};

use db::Db;
use evidence::{Kind, Method, Purpose, PurposeId};
use kernel::Group;
use testkit::both;

use super::{Cast, STREAMS, day, keys, run};
use crate::actions::delivery::{self, Report};
use crate::actions::{community, department, resident, team};
use crate::order::{OrderId, Visit};
use crate::store;
use crate::team::half_hours;

fn purpose(cast: &Cast, db: &Db) {
    let one = Purpose {
        id: PurposeId::from("p"),
        code: "1".into(),
        title: "老年人健康".into(),
        title_en: None,
        from: day("2021-01-01"),
        to: day("2025-12-31"),
        duties: Vec::new(),
    };
    run(db, &cast.coordinator, move |tx, by| {
        evidence::purposes::register(tx, by, std::slice::from_ref(&one))
    })
    .unwrap();
}

fn report(cast: &Cast, came: i64, left: i64) -> Report {
    Report {
        kind: Kind::Lecture,
        venue: "活动室".into(),
        heads: BTreeMap::from([(Group::Elderly, 46)]),
        method: Method::SignInSheet,
        purposes: BTreeSet::from([PurposeId::from("p")]),
        times: cast.persons.iter().map(|id| (id.clone(), (came, left))).collect(),
        note: String::new(),
        photos: Vec::new(),
    }
}

/// An order that was reported on its day.
pub(super) fn reported(cast: &Cast, db: &Db) -> OrderId {
    purpose(cast, db);
    let id = cast.scheduled(db);
    cast.clock.set(day("2025-11-10").at(11, 0));
    let (of, new) = (id.clone(), report(cast, 560, 645));
    run(db, &cast.doctors, move |tx, by| delivery::report(tx, by, (&of, 7), &new)).unwrap();
    id
}

#[test]
fn an_order_goes_from_the_menu_to_both_sides_rating_and_leaves_one_delivery_and_hours() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = reported(&cast, db);
        let order = cast.order(db, &id);
        let delivery = order.state.delivery().unwrap().clone();
        let told =
            run(db, &cast.coordinator, move |tx, by| evidence::actions::delivery::find(tx, by, &delivery));
        let told = told.unwrap();
        assert_eq!(told.details.all_heads(), 46);
        assert_eq!(
            (&told.details.host, told.details.co_hosts.first()),
            (&cast.doctors_unit, Some(&cast.health_unit))
        );
        assert_eq!(told.details.deliverers.len(), 2);
        assert_eq!(told.state().code(), "submitted", "a second person verifies it");
        let confirm = order.clone();
        run(db, &cast.resident, move |tx, by| resident::confirm(tx, by, confirm.clone())).unwrap();
        let rated = cast.order(db, &id);
        run(db, &cast.resident, move |tx, by| resident::rate(tx, by, rated.clone(), Some(5), "好")).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "feedback", "the other side has not rated");
        let of = id.clone();
        run(db, &cast.doctors, move |tx, by| team::rate(tx, by, &of, (Some(4), ""))).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "closed");
        let person = cast.persons[0].clone();
        let duties =
            run(db, &cast.doctors, move |tx, by| Ok(store::duty::of_person(tx, by.district(), &person)?));
        // From 9:20 to 10:45 are 85 minutes: one hour, to half an hour and rounded down.
        let minutes = duties.unwrap()[0].minutes().unwrap();
        assert_eq!((minutes, half_hours(minutes)), (85, 2));
        let of = id.clone();
        let steps =
            run(db, &cast.worker, move |tx, by| Ok(store::step::list(tx, by.district(), &of)?)).unwrap();
        let steps: Vec<_> = steps.iter().map(|step| step.step.as_str()).collect();
        let all =
            ["submit", "dispatch", "claim", "recruit", "accept", "schedule", "report", "confirm", "rate"];
        assert_eq!(steps, [&all[..], &["rate_back", "close"]].concat());
    });
}

#[test]
fn a_low_rating_opens_a_call_that_the_delivering_side_cannot_make() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = reported(&cast, db);
        let order = cast.order(db, &id);
        run(db, &cast.resident, move |tx, by| {
            resident::confirm(tx, by, order.clone())?;
            let order = resident::reload(tx, by, &order.id)?;
            resident::rate(tx, by, order, Some(2), "来晚了")
        })
        .unwrap();
        let of = id.clone();
        run(db, &cast.doctors, move |tx, by| team::rate(tx, by, &of, (Some(4), ""))).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "feedback", "the call waits");
        let call = |by: &kernel::Caller, outcome: &'static str| {
            let of = id.clone();
            run(db, by, move |tx, by| community::answer_call(tx, by, &of, (outcome, "问清楚了")))
        };
        assert_eq!(keys(&call(&cast.doctors, "content").unwrap_err()), ["forbidden"]);
        let mut both_hats = cast.worker.clone();
        both_hats.actor.grants.extend(cast.doctors.actor.grants.clone());
        assert_eq!(keys(&call(&both_hats, "content").unwrap_err()), ["service-call-own"]);
        call(&cast.worker, "again").unwrap();
        let again = cast.order(db, &id);
        assert_eq!((again.state.code(), again.n_reopened), ("claimed", 1));
        assert_eq!(keys(&call(&cast.worker, "content").unwrap_err()), ["service-called-already"]);
    });
}

#[test]
fn a_report_with_a_leaving_before_the_coming_keeps_nothing() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        purpose(&cast, db);
        let id = cast.scheduled(db);
        cast.clock.set(day("2025-11-10").at(11, 0));
        let (of, new) = (id.clone(), report(&cast, 640, 560));
        let wrong = run(db, &cast.doctors, move |tx, by| delivery::report(tx, by, (&of, 7), &new));
        assert_eq!(keys(&wrong.unwrap_err()), ["service-out-before-in", "service-out-before-in"]);
        // The day before: the delivery itself is refused, after the times were noted.
        cast.clock.set(day("2025-11-09").at(11, 0));
        let (of, new) = (id.clone(), report(&cast, 560, 640));
        let early = run(db, &cast.doctors, move |tx, by| delivery::report(tx, by, (&of, 7), &new));
        assert_eq!(keys(&early.unwrap_err()), ["evidence-day-ahead"]);
        let of = id.clone();
        let duties =
            run(db, &cast.doctors, move |tx, by| Ok(store::duty::of_order(tx, by.district(), (&of, 0))?));
        assert!(duties.unwrap().iter().all(|duty| duty.minutes().is_none()), "what was refused is not kept");
    });
}

#[test]
fn nobody_is_named_for_two_visits_at_one_time() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.scheduled(db);
        let id = cast.accepted(db);
        let visit = |minute| Visit { on: day("2025-11-10"), minute, minutes: 60 };
        let schedule = |minute| {
            let (of, persons) = (id.clone(), BTreeSet::from([cast.persons[0].clone()]));
            run(db, &cast.doctors, move |tx, by| team::schedule(tx, by, (&of, 6), (visit(minute), &persons)))
        };
        assert_eq!(keys(&schedule(600).unwrap_err()), ["service-person-elsewhere"]);
        schedule(630).unwrap();
    });
}

#[test]
fn a_team_accepts_no_more_than_its_load() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let unit = cast.doctors_unit.clone();
        run(db, &cast.doctors, move |tx, by| {
            let profile = crate::team::Profile { n_load: 1, ..team::profile(tx, by, &unit)? };
            crate::actions::resources::set_profile(tx, by, &profile)
        })
        .unwrap();
        cast.accepted(db);
        let id = cast.dispatched(db);
        let (of, to) = (id.clone(), BTreeSet::from([cast.doctors_unit.clone()]));
        run(db, &cast.health, move |tx, by| {
            department::claim(tx, by, &of, None)?;
            department::recruit(tx, by, (&of, 4), &to)
        })
        .unwrap();
        let full = run(db, &cast.doctors, move |tx, by| team::accept(tx, by, &id, None));
        assert_eq!(keys(&full.unwrap_err()), ["service-team-full"]);
    });
}

#[test]
fn what_a_department_hands_back_can_be_claimed_by_another_and_says_why() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.dispatched(db);
        let of = id.clone();
        run(db, &cast.health, move |tx, by| {
            department::claim(tx, by, &of, None)?;
            department::hand_back(tx, by, (&of, 4), "人手不够")
        })
        .unwrap();
        let (of, to) = (id.clone(), BTreeSet::from([cast.farming_unit.clone()]));
        run(db, &cast.worker, move |tx, by| community::dispatch(tx, by, (&of, 5), &to)).unwrap();
        let of = id.clone();
        run(db, &cast.farming, move |tx, by| department::claim(tx, by, &of, None)).unwrap();
        let of = id.clone();
        let parties = run(db, &cast.worker, move |tx, by| Ok(crate::actions::find(tx, by, &of)?.1)).unwrap();
        let declined = parties.iter().find(|one| one.unit == cast.health_unit).unwrap();
        assert_eq!((declined.state.code(), declined.reason.as_str()), ("declined", "人手不够"));
    });
}

#[test]
fn two_alike_become_one_visit_for_both() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let mut want = cast.want();
        want.n_heads = Some(12);
        let first = cast.sent(db, &want, "13800000001").unwrap();
        let second = cast.sent(db, &want, "13800000002").unwrap();
        let (of, into) = (second.id.clone(), first.id.clone());
        run(db, &cast.worker, move |tx, by| community::merge(tx, by, (&of, 2), &into)).unwrap();
        assert_eq!(cast.order(db, &first.id).want.n_heads, Some(24));
        assert_eq!(cast.order(db, &second.id).state.code(), "merged");
        let (of, into) = (first.id.clone(), second.id);
        let into_merged = run(db, &cast.worker, move |tx, by| community::merge(tx, by, (&of, 2), &into));
        assert_eq!(keys(&into_merged.unwrap_err()), ["service-merge-unfit"]);
    });
}
