//! Actions that meet behave as if they ran one after the other.

use kernel::Refusal;

use super::{both, count, insert};
use crate::{Db, Tx};

#[test]
fn counting_up_together_loses_nothing() {
    both(|db| {
        db.write_now(|tx| Ok(insert(tx, "sum", 0)?)).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..25).for_each(|_| count_up(db)));
            }
        });
        let sum =
            db.read_now(|tx| Ok(tx.one("select n from note where id = 'sum'", &[])?.get::<i64>("n")?));
        assert_eq!(sum.unwrap(), 200);
    });
}

/// Reads and writes back: wrong without isolation, slow without retries.
fn count_up(db: &Db) {
    let add = |tx: &mut Tx| {
        let n: i64 = tx.one("select n from note where id = 'sum'", &[])?.get("n")?;
        tx.execute("update note set n = $1 where id = 'sum'", params![n + 1])?;
        Ok(())
    };
    db.write_now(add).unwrap();
}

#[test]
fn of_many_who_want_one_key_one_gets_it_and_the_others_are_refused_in_good_order() {
    both(|db| {
        let claim = |tx: &mut Tx| {
            let taken = tx.find("select n from note where district_id = 'd' and id = 'place'", &[])?;
            if taken.is_some() { Err(Refusal::Forbidden) } else { Ok(insert(tx, "place", 1)?) }
        };
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let claims: Vec<_> = (0..16).map(|_| scope.spawn(|| db.write_now(claim))).collect();
            claims.into_iter().map(|claim| claim.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(
            outcomes.iter().filter(|o| matches!(o, Err(Refusal::Forbidden))).count(),
            15,
            "{outcomes:?}"
        );
        assert_eq!(count(db), 1);
    });
}

#[test]
fn a_rule_over_several_rows_holds_although_each_changes_another() {
    both(|db| {
        let ids = ["a", "b", "c", "d", "e", "f"];
        db.write_now(move |tx| Ok(ids.iter().try_for_each(|id| insert(tx, id, 1))?)).unwrap();
        // Each goes off duty if somebody else stays.
        std::thread::scope(|scope| {
            for id in ids {
                scope.spawn(move || {
                    db.write_now(move |tx| {
                        let on = tx.one(
                            "select cast(sum(n) as bigint) as n from note where district_id = 'd'",
                            &[],
                        )?;
                        if on.get::<i64>("n")? > 1 {
                            tx.execute(
                                "update note set n = 0 where district_id = 'd' and id = $1",
                                params![id],
                            )?;
                        }
                        Ok(())
                    })
                    .unwrap();
                });
            }
        });
        let on = "select cast(sum(n) as bigint) as n from note where district_id = 'd'";
        assert_eq!(db.read_now(move |tx| Ok(tx.one(on, &[])?.get::<i64>("n")?)).unwrap(), 1);
    });
}
