//! The clock jumps: ids stay apart, facts keep their order by number, heads theirs by size, and nothing
//! that was verified is missing.

use std::collections::BTreeSet;

use super::cast::{Cast, STREAMS, act, form, verified, withdrawn};
use super::log::{key, sealed};
use crate::log;

/// How far the clock jumps, in seconds: an hour back, ten minutes back, an hour on, 400 days on and back.
const JUMPS: [i64; 6] = [-3_600, -600, 3_600, 400 * 86_400, -400 * 86_400, -3_600];

#[test]
fn facts_and_heads_keep_their_order_whatever_the_clock_does() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        super::indicators::register(db, &cast);
        let by = sealed(&cast.coordinator());
        let sign = || act(db, &by, |tx, by| merkle::sign(tx, by, &log::of(by.district()))).unwrap().unwrap();
        let mut ids = BTreeSet::new();
        let mut heads = Vec::new();
        for (n, jump) in JUMPS.into_iter().enumerate() {
            let id = verified(db, &cast, &form(cast.lecture()));
            ids.insert(id.clone());
            cast.jump(jump);
            ids.insert(verified(db, &cast, &form(cast.lecture())));
            withdrawn(db, &cast, &id);
            heads.push(sign());
            assert_eq!(ids.len(), 2 * (n + 1), "two deliveries have one id");
        }
        let sizes: Vec<u64> = heads.iter().map(|signed| signed.head.size).collect();
        assert_eq!(sizes, [3, 6, 9, 12, 15, 18]);
        let newest = act(db, &by, |tx, by| merkle::list_heads(tx, &log::of(by.district()), 1)).unwrap();
        assert_eq!(
            newest[0].head.size, 18,
            "the newest head is the largest, not the one signed last by the clock"
        );
        let first = heads[0].head;
        for outside in [first, heads[3].head] {
            let seen = act(db, &by, move |tx, by| log::examine(tx, by.district(), &key(), Some(outside)));
            seen.unwrap().unwrap_or_else(|misfit| panic!("{misfit}"));
        }
        let order = db.read_now(|tx| {
            let rows = tx.query("select seq, reverses from evidence_fact order by seq", &[])?;
            let of = |row: &db::Row| Ok((row.get("seq")?, row.get("reverses")?));
            rows.iter().map(of).collect::<Result<Vec<(i64, Option<i64>)>, db::Error>>().map_err(Into::into)
        });
        let order = order.unwrap();
        assert!(order.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            order.iter().all(|(seq, reverses)| reverses.is_none_or(|of| of < *seq)),
            "taken back before it was"
        );
    });
}
