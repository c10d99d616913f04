//! One winner, however many claim at once.

use std::collections::BTreeSet;

use kernel::Refusal;
use testkit::both;

use super::{Cast, STREAMS, keys, run};
use crate::actions::{community, department};
use crate::order::State;

/// So many clerks press the button at the same moment.
const CLAIMS: usize = 1_000;

#[test]
fn of_a_thousand_simultaneous_claims_one_wins_and_the_others_read_who_was_first() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.dispatched(db);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
        let outcomes: Vec<Result<(), Refusal>> = runtime.unwrap().block_on(async {
            let claims: Vec<_> = (0..CLAIMS)
                .map(|n| {
                    let by = if n % 2 == 0 { cast.health.clone() } else { cast.farming.clone() };
                    let (db, id) = (db.clone(), id.clone());
                    tokio::spawn(
                        async move { db.write(move |tx| department::claim(tx, &by, &id, None)).await },
                    )
                })
                .collect();
            let mut outcomes = Vec::new();
            for claim in claims {
                outcomes.push(claim.await.unwrap());
            }
            outcomes
        });
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let told = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert_eq!(won, 1);
        assert!(told.clone().all(|refusal| keys(refusal) == ["service-claimed-by"]));
        assert_eq!(told.count(), CLAIMS - 1);
        let order = cast.order(db, &id);
        let State::Claimed { department: winner } = &order.state else { panic!("{:?}", order.state) };
        let of = id.clone();
        let parties =
            run(db, &cast.coordinator, move |tx, by| Ok(crate::actions::find(tx, by, &of)?.1)).unwrap();
        let holds =
            parties.iter().filter(|one| one.part.code() == "department" && one.state.code() == "holds");
        assert_eq!(holds.map(|one| &one.unit).collect::<Vec<_>>(), [winner]);
    });
}

#[test]
fn a_department_that_was_not_asked_cannot_claim_and_does_not_find_the_order() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let order = cast.sent(db, &cast.want(), "13800000001").unwrap();
        let (id, to) = (order.id.clone(), BTreeSet::from([cast.health_unit.clone()]));
        run(db, &cast.worker, move |tx, by| community::dispatch(tx, by, (&id, 2), &to)).unwrap();
        let id = order.id.clone();
        let other = run(db, &cast.farming, move |tx, by| department::claim(tx, by, &id, None));
        assert_eq!(keys(&other.unwrap_err()), ["not-found"]);
        let id = order.id.clone();
        let looks = run(db, &cast.coordinator, move |tx, by| department::claim(tx, by, &id, None));
        assert_eq!(keys(&looks.unwrap_err()), ["forbidden"]);
    });
}

#[test]
fn of_many_orders_at_once_for_the_last_free_day_one_gets_it() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        // Two a day: one is taken already.
        cast.sent(db, &cast.want(), "13800000009").unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
        let taken = runtime.unwrap().block_on(async {
            let all: Vec<_> = (0..40)
                .map(|n| {
                    let (by, want, db) = (cast.resident.clone(), cast.want(), db.clone());
                    tokio::spawn(async move {
                        db.write(move |tx| {
                            let draft = crate::actions::resident::begin(tx, &by)?;
                            crate::actions::resident::keep_draft(tx, &by, &draft.draft_key, (&want, None))?;
                            let phone = format!("138000001{n:02}");
                            let who = ("张秀英", phone.as_str(), "");
                            crate::actions::resident::submit(tx, &by, &draft.draft_key, who)
                        })
                        .await
                    })
                })
                .collect();
            let mut taken = 0;
            for one in all {
                match one.await.unwrap() {
                    Ok(_) => taken += 1,
                    Err(refusal) => assert_eq!(keys(&refusal), ["service-day-taken"]),
                }
            }
            taken
        });
        assert_eq!(taken, 1);
    });
}
