//! What happens when a day passes, and when a unit is no more.

use testkit::both;

use super::{Cast, STREAMS, day, run};
use crate::actions::late;
use crate::store;

#[test]
fn a_late_order_goes_one_level_up_and_once_for_each_span() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        cast.clock.set(day("2025-11-04").at(18, 0));
        assert_eq!(run(db, &cast.coordinator, late::escalate_late).unwrap(), 0, "the last day is not late");
        cast.clock.set(day("2025-11-05").at(9, 0));
        assert_eq!(run(db, &cast.coordinator, late::escalate_late).unwrap(), 1);
        assert_eq!(run(db, &cast.coordinator, late::escalate_late).unwrap(), 0);
        let held = cast.order(db, &order.id).running;
        assert_eq!((held.level, held.held.as_ref()), (1, Some(&cast.town)));
        // Now that it came up, the coordinator may call.
        let id = order.id.clone();
        run(db, &cast.coordinator, move |tx, by| crate::actions::show_contact(tx, by, &id)).unwrap();
    });
}

#[test]
fn silence_confirms_and_ends_and_asks_for_a_call() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.scheduled(db);
        // As if reported: the state alone is looked at here.
        let of = id.clone();
        run(db, &cast.coordinator, move |tx, by| {
            let turn = crate::actions::turn(tx, by, crate::order::Clock::Confirm)?;
            let order = store::order::find(tx, by.district(), &of)?.unwrap().report(turn, "e".into())?;
            store::order::save(tx, by.district(), &order)
        })
        .unwrap();
        cast.clock.set(day("2025-11-11").at(9, 0));
        run(db, &cast.coordinator, late::keep_up).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "feedback");
        cast.clock.set(day("2025-11-20").at(9, 0));
        run(db, &cast.coordinator, late::keep_up).unwrap();
        assert_eq!(cast.order(db, &id).state.code(), "closed");
        let calls =
            run(db, &cast.worker, move |tx, by| Ok(store::call::list(tx, by.district(), &id)?)).unwrap();
        assert_eq!(calls.iter().map(|call| call.cause.as_str()).collect::<Vec<_>>(), ["missing"]);
    });
}

#[test]
fn a_department_that_is_merged_hands_on_its_orders_with_a_line() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.dispatched(db);
        let of = id.clone();
        run(db, &cast.health, move |tx, by| crate::actions::department::claim(tx, by, &of, None)).unwrap();
        let (gone, heir) = (cast.doctors_unit.clone(), cast.farming_unit.clone());
        let health = cast.health_unit.clone();
        run(db, &cast.coordinator, move |tx, by| {
            let seen = |tx: &mut db::Tx<'_>, unit| {
                Ok::<_, kernel::Refusal>(people::units::record_version(tx, by.district(), unit)?.unwrap())
            };
            let on = day("2025-11-04");
            let change = |unit: &kernel::UnitId, seen| people::units::Change {
                unit: unit.clone(),
                seen,
                on,
                reason: "机构改革".into(),
            };
            let n = seen(tx, &gone)?;
            people::units::move_under(tx, by, change(&gone, n), &heir)?;
            let n = seen(tx, &health)?;
            people::units::merge(tx, by, change(&health, n), &heir)
        })
        .unwrap();
        cast.clock.set(day("2025-11-04").at(9, 0));
        run(db, &cast.coordinator, late::keep_up).unwrap();
        let order = cast.order(db, &id);
        assert_eq!(order.state.department(), Some(&cast.farming_unit));
        let of = id.clone();
        let steps =
            run(db, &cast.worker, move |tx, by| Ok(store::step::list(tx, by.district(), &of)?)).unwrap();
        assert!(steps.iter().any(|step| step.step == "hand_on" && step.words == "区卫生健康局"));
    });
}

#[test]
fn drafts_and_contacts_are_forgotten_in_their_time() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        run(db, &cast.resident, |tx, by| crate::actions::resident::begin(tx, by).map(|_| ())).unwrap();
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        let of = order.clone();
        run(db, &cast.resident, move |tx, by| crate::actions::resident::withdraw(tx, by, of.clone(), ""))
            .unwrap();
        let count = || {
            db.read_now(|tx| Ok(tx.one("select count(*) as n from service_order", &[])?.get::<i64>("n")?))
                .unwrap()
        };
        assert_eq!(count(), 2);
        cast.clock.advance_seconds(3 * 24 * 3600);
        run(db, &cast.coordinator, late::keep_up).unwrap();
        assert_eq!(count(), 1);
        assert!(cast.order(db, &order.id).contact.is_some());
        cast.clock.advance_seconds(90 * 24 * 3600);
        run(db, &cast.coordinator, late::keep_up).unwrap();
        let kept = cast.order(db, &order.id);
        assert_eq!((kept.contact, kept.phone_mac.as_str()), (None, ""));
    });
}
