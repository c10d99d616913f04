//! When a figure came to what was promised.

use kernel::{Caller, Day};

use super::cast::{Cast, STREAMS, act, day, verified, withdrawn};
use super::{entries, indicators};
use crate::{Reached, reached};

/// When the figure came to `goal`, due at the end of June 2024.
fn when(db: &db::Db, cast: &Cast, id: &'static str, goal: i64) -> Reached {
    let due: Day = day("2024-06-30");
    let ask = move |tx: &mut db::Tx<'_>, by: &Caller| {
        reached(tx, by, &id.into(), |value| value >= goal, (due, day("2025-12-31")))
    };
    act(db, &cast.editor(), ask).unwrap()
}

#[test]
fn a_count_is_reached_on_the_day_of_the_delivery_that_filled_it() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        indicators::register(db, &cast);
        // Recorded in no order of their days, and more than one page of the walk.
        for (on, persons) in [
            ("2024-09-02", "杨 13800000003"),
            ("2024-05-01", "赵 13800000001"),
            ("2024-06-30", "赵 13800000001\n钱 13800000002"),
        ] {
            verified(db, &cast, &indicators::training(&cast, on, persons));
        }
        let gone = verified(db, &cast, &indicators::training(&cast, "2024-05-02", "孙 13800000004"));
        withdrawn(db, &cast, &gone);
        assert_eq!(when(db, &cast, "persons", 2), Reached::InTime);
        assert_eq!(when(db, &cast, "persons", 3), Reached::On(day("2024-09-02")));
        assert_eq!(when(db, &cast, "persons", 4), Reached::Unknown);
    });
}

#[test]
fn a_stock_is_reached_on_the_day_from_which_enough_of_it_stands() {
    testkit::both(super::site::STREAMS, |db| {
        let cast = Cast::found(db);
        entries::register(db, &cast);
        for (town, from) in [(0, "2024-01-01"), (0, "2024-02-01"), (1, "2024-07-01"), (2, "2025-03-01")] {
            entries::add(db, &cast, entries::entry_of(&cast, "museums", Some(town), from));
        }
        assert_eq!(when(db, &cast, "museums", 1), Reached::InTime);
        assert_eq!(when(db, &cast, "museums", 2), Reached::On(day("2024-07-01")));
        assert_eq!(when(db, &cast, "museums", 3), Reached::On(day("2025-03-01")));
        assert_eq!(when(db, &cast, "museums", 4), Reached::Unknown);
    });
}
