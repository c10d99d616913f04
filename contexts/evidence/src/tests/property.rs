//! Whatever is recorded, verified and withdrawn in whatever order: the totals are those of the facts.

use std::collections::BTreeMap;

use kernel::Group;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::cast::{Cast, STREAMS, act, day, form, verified, withdrawn};
use super::indicators::register;
use crate::{DeliveryId, counting, store};

/// One delivery: month, day, town, co-hosted, supported, purposes, heads, and whether it is
/// withdrawn later.
type Plan = (u8, u8, usize, bool, bool, u8, [i64; 3], bool);

fn plan() -> impl Strategy<Value = Plan> {
    let heads = prop::array::uniform3(0i64..40);
    (1u8..7, 1u8..14, 0usize..3, any::<bool>(), any::<bool>(), 1u8..4, heads, any::<bool>())
}

fn form_of(cast: &Cast, plan: &Plan) -> crate::NewDelivery {
    let (month, of_month, town, co_hosted, supported, purposes, heads, _) = *plan;
    let mut details = cast.lecture();
    details.on = day(&format!("202{}-{month:02}-{of_month:02}", 2 + town));
    details.town = cast.towns[town].clone();
    if co_hosted {
        details.co_hosts.insert(cast.education.clone());
    }
    if supported {
        details.supporters.insert(cast.society.clone());
    }
    details.purposes = ["m1", "m2"]
        .into_iter()
        .enumerate()
        .filter(|(bit, _)| purposes >> bit & 1 == 1)
        .map(|(_, id)| id.into())
        .collect();
    details.heads = [Group::Elderly, Group::Farmers, Group::Youth]
        .into_iter()
        .zip(heads)
        .filter(|(_, n)| *n > 0)
        .collect::<BTreeMap<_, _>>();
    details.heads.insert(Group::Other, 3);
    if heads[0] % 3 == 0 {
        details.heads.retain(|group, _| *group == Group::Other);
    }
    let persons = ["甲", "乙", "丙"].into_iter().take(usize::try_from(heads[1] % 4).unwrap());
    crate::NewDelivery { persons: persons.collect::<Vec<_>>().join("\n"), ..form(details) }
}

#[test]
fn a_rebuild_from_the_facts_gives_the_same_rows_after_any_sequence() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let mut runner =
            TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        let ran = runner.run(&prop::collection::vec(plan(), 1..8), |plans| {
            let mut later: Vec<DeliveryId> = Vec::new();
            for plan in &plans {
                let id = verified(db, &cast, &form_of(&cast, plan));
                if plan.7 {
                    later.push(id);
                }
            }
            later.iter().rev().for_each(|id| withdrawn(db, &cast, id));
            let read = |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
                let sums = store::indicator::totals(tx, by.district(), 9999)?;
                Ok((store::total::all(tx, by.district())?, sums))
            };
            let before = act(db, &cast.editor(), read).unwrap();
            act(db, &cast.editor(), |tx, by| counting::rebuild(tx, by.district())).unwrap();
            let after = act(db, &cast.editor(), read).unwrap();
            prop_assert!(before.0.len() > 4);
            prop_assert_eq!(before, after);
            Ok(())
        });
        ran.unwrap();
    });
}
