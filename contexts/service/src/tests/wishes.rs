//! The resident's side: what is refused, what is sealed, and what one number and one address can do.

use db::Db;
use kernel::Refusal;
use testkit::both;

use super::{Cast, STREAMS, day, keys, offer, run};
use crate::actions::resident::{self, Found};
use crate::actions::{community, resources};
use crate::contact;
use crate::order::{State, Want};
use crate::resource::ResourceState;
use crate::store;

fn refused(cast: &Cast, db: &Db, want: &Want) -> Vec<&'static str> {
    keys(&cast.sent(db, want, "13800000001").unwrap_err())
}

#[test]
fn a_wish_that_cannot_be_says_what_to_mend() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let want = cast.want();
        let yesterday = Want { on: Some(day("2025-11-02")), ..want.clone() };
        assert_eq!(refused(&cast, db, &yesterday), ["service-day-early"]);
        let sunday = Want { on: Some(day("2025-11-09")), ..want.clone() };
        assert_eq!(refused(&cast, db, &sunday), ["service-day-taken"]);
        let outside = Want { town: Some("elsewhere".into()), ..want.clone() };
        assert_eq!(refused(&cast, db, &outside), ["service-town-missing"]);
        let nothing = Want { resource: None, need: " ".into(), ..want.clone() };
        assert_eq!(refused(&cast, db, &nothing), ["service-need-missing"]);
        let long = Want { need: "长".repeat(700_000), ..want.clone() };
        assert_eq!(refused(&cast, db, &long), ["error-too-long"]);
        let crowd = Want { n_heads: Some(90_000), ..want.clone() };
        assert_eq!(refused(&cast, db, &crowd), ["service-number-range"]);
        let both_wrong = cast.sent(db, &yesterday, "没有电话").unwrap_err();
        assert_eq!(keys(&both_wrong), ["service-phone-unreadable", "service-day-early"]);
    });
}

#[test]
fn what_was_taken_off_the_menu_a_second_ago_is_not_ordered() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.resource.clone();
        run(db, &cast.doctors, move |tx, by| {
            resources::change(tx, by, (&id, 1), (&offer(), ResourceState::Withdrawn))
        })
        .unwrap();
        assert_eq!(refused(&cast, db, &cast.want()), ["service-resource-gone"]);
    });
}

#[test]
fn sent_twice_it_is_one_order_and_the_draft_leads_nowhere_afterwards() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let want = cast.want();
        let (first, second) = run(db, &cast.resident, move |tx, by| {
            let draft = resident::begin(tx, by)?;
            resident::keep_draft(tx, by, &draft.draft_key, (&want, None))?;
            let who = ("张秀英", "13800000001", "");
            let first = resident::submit(tx, by, &draft.draft_key, who)?;
            Ok((first, resident::submit(tx, by, &draft.draft_key, who)?))
        })
        .unwrap();
        assert_eq!(first.number(), second.number());
        let key = first.draft_key.clone();
        let changed = run(db, &cast.resident, move |tx, by| {
            resident::keep_draft(tx, by, &key, (&Want::default(), None))
        });
        assert_eq!(keys(&changed.unwrap_err()), ["service-sent-already"]);
    });
}

#[test]
fn one_number_sends_five_orders_a_day_and_not_five_hundred() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let need = Want { resource: None, need: "请人来讲防诈骗".into(), on: None, ..cast.want() };
        for _ in 0..5 {
            cast.sent(db, &need, "138 0000 0001").unwrap();
        }
        assert_eq!(keys(&cast.sent(db, &need, "+8613800000001").unwrap_err()), ["service-too-many"]);
        cast.sent(db, &need, "13800000002").unwrap();
    });
}

#[test]
fn a_code_opens_its_order_and_ten_wrong_ones_shut_the_address_for_an_hour() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        let code = contact::code(&cast.resident, &order.id);
        let open = |address: &str, code: &str| {
            let mut by = cast.resident.clone();
            by.address = address.to_owned();
            let (number, code) = (order.number(), code.to_owned());
            let found = run(db, &by, move |tx, by| resident::look(tx, by, &number, &code)).unwrap();
            if matches!(found, Found::Wrong) {
                run(db, &by, resident::note_wrong).unwrap();
            }
            found
        };
        assert!(matches!(open("1.1.1.1", &code), Found::Order(_)));
        for _ in 0..10 {
            assert!(matches!(open("1.1.1.1", "000000000000"), Found::Wrong));
        }
        assert!(matches!(open("1.1.1.1", &code), Found::Blocked), "not even the right one");
        assert!(matches!(open("2.2.2.2", &code), Found::Order(_)), "the owner elsewhere is not shut out");
        cast.clock.advance_seconds(3601);
        assert!(matches!(open("1.1.1.1", &code), Found::Order(_)));
    });
}

#[test]
fn who_ordered_is_nowhere_in_clear_and_seen_only_by_those_whose_step_it_is() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13987650123").unwrap();
        let stored = db
            .read_now(|tx| {
                Ok(tx.one("select contact, phone_mac from service_order", &[])?.get::<Vec<u8>>("contact")?)
            })
            .unwrap();
        assert!(!String::from_utf8_lossy(&stored).contains("13987650123"));
        let look = |by: &kernel::Caller| {
            let id = order.id.clone();
            run(db, by, move |tx, by| crate::actions::show_contact(tx, by, &id))
        };
        assert_eq!(look(&cast.worker).unwrap().phone, "13987650123");
        assert_eq!(keys(&look(&cast.health).unwrap_err()), ["not-found"]);
        assert_eq!(keys(&look(&cast.coordinator).unwrap_err()), ["forbidden"], "it did not come up to them");
        let id = order.id.clone();
        let steps =
            run(db, &cast.worker, move |tx, by| Ok(store::step::list(tx, by.district(), &id)?)).unwrap();
        let last = steps.last().unwrap();
        assert_eq!((last.step.as_str(), last.by_name.as_str()), ("contact", "人worker"));
    });
}

#[test]
fn a_refused_order_names_who_and_why_and_can_be_looked_at_once_more() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        let id = order.id.clone();
        let silent = run(db, &cast.worker, move |tx, by| community::refuse(tx, by, (&id, 2), " "));
        assert_eq!(keys(&silent.unwrap_err()), ["service-words-missing"]);
        let id = order.id.clone();
        run(db, &cast.worker, move |tx, by| community::refuse(tx, by, (&id, 2), "医生下周出差")).unwrap();
        let refused = cast.order(db, &order.id);
        let State::Refused { who, reason } = &refused.state else { panic!("{:?}", refused.state) };
        assert_eq!((who.name.as_str(), reason.as_str()), ("人worker", "医生下周出差"));
        let appeal = |order: crate::Order| {
            run(db, &cast.resident, move |tx, by| resident::appeal(tx, by, order.clone(), "下下周也行"))
        };
        appeal(refused).unwrap();
        let again = cast.order(db, &order.id);
        assert_eq!((again.state.code(), again.running.level), ("submitted", 1));
        let id = order.id.clone();
        run(db, &cast.worker, move |tx, by| community::refuse(tx, by, (&id, 4), "还是不行")).unwrap();
        let second = appeal(cast.order(db, &order.id));
        assert_eq!(keys(&second.unwrap_err()), ["service-appealed-already"]);
    });
}

#[test]
fn while_the_resident_is_asked_the_clock_stands_and_afterwards_goes_on() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        assert_eq!(order.running.due, Some(day("2025-11-04")));
        let id = order.id.clone();
        run(db, &cast.worker, move |tx, by| community::ask_back(tx, by, (&id, 2), "有几个人？")).unwrap();
        assert_eq!(cast.order(db, &order.id).running.due, None);
        cast.clock.advance_seconds(3 * 24 * 3600);
        assert_eq!(run(db, &cast.coordinator, crate::actions::late::escalate_late).unwrap(), 0);
        let asked = cast.order(db, &order.id);
        run(db, &cast.resident, move |tx, by| {
            let at = (asked.want.on, asked.want.part, "二十来个");
            resident::change(tx, by, asked.clone(), at)
        })
        .unwrap();
        // Thursday the 6th: the one working day that was left ends on Friday.
        let answered = cast.order(db, &order.id);
        assert_eq!((answered.state.code(), answered.running.due), ("submitted", Some(day("2025-11-07"))));
    });
}

#[test]
fn an_order_can_be_withdrawn_until_they_come_and_gives_its_day_back() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.scheduled(db);
        let order = cast.order(db, &id);
        run(db, &cast.resident, move |tx, by| resident::withdraw(tx, by, order.clone(), "出远门")).unwrap();
        let held = {
            let resource = cast.resource.clone();
            run(db, &cast.resident, move |tx, by| {
                Ok(store::resource::held_of(tx, by.district(), &resource, (by.today(), ""))?)
            })
        };
        assert!(held.unwrap().is_empty());
        let order = cast.order(db, &id);
        let again = run(db, &cast.resident, move |tx, by| resident::withdraw(tx, by, order.clone(), ""));
        assert!(matches!(again, Err(Refusal::Conflict(_))));
    });
}
