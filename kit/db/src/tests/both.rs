//! Promises that hold on both databases.

use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Refusal;

use super::{both, count, insert};
use crate::{Db, Error, Kind, Mark, Val};

#[test]
fn a_wrong_number_of_parameters_is_refused() {
    both(|db| {
        for given in [params!["one"], params!["one", "two", "three"]] {
            let given = given.to_vec();
            let refused = db.read_now(move |tx| Ok(tx.one("select $1 as a, $2 as b", &given)?));
            assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
        }
    });
}

#[test]
fn a_refused_action_leaves_nothing() {
    both(|db| {
        let refused = db.write_now(|tx| {
            insert(tx, "a", 1)?;
            Err::<(), _>(Refusal::Forbidden)
        });
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        assert_eq!(count(db), 0);
    });
}

#[test]
fn an_action_that_swallows_a_statement_error_is_not_committed() {
    both(|db| {
        let refused = db.write_now(|tx| {
            insert(tx, "a", 1)?;
            drop(insert(tx, "a", 1));
            Ok(())
        });
        assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
        assert_eq!(count(db), 0);
    });
}

#[test]
fn a_panic_ends_its_own_action_only() {
    both(|db| {
        let broken: Result<(), _> = db.write_now(|tx| {
            insert(tx, "a", 1)?;
            panic!("on purpose")
        });
        assert!(matches!(broken, Err(Refusal::Broken(reason)) if reason.to_string().contains("on purpose")));
        db.write_now(|tx| Ok(insert(tx, "b", 1)?)).unwrap();
        assert_eq!(count(db), 1);
    });
}

#[test]
fn a_read_may_not_write() {
    both(|db| {
        let refused = db.read_now(|tx| Ok(insert(tx, "a", 1)?));
        assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
    });
}

#[test]
fn a_sequence_rises_and_a_broken_rule_names_itself() {
    both(|db| {
        let numbers =
            db.write_now(|tx| Ok([tx.next("number")?, tx.next("number")?, tx.next("other")?])).unwrap();
        assert_eq!(numbers, [1, 2, 1]);
        let refused = db.write_now(|tx| Ok(insert(tx, "a", -1)?)).unwrap_err();
        let Refusal::Broken(error) = refused else { panic!("{refused:?}") };
        assert!(matches!(error.downcast_ref::<Error>(), Some(Error::Conflict(_))), "{error}");
    });
}

#[test]
fn writes_of_32_threads_all_arrive() {
    both(|db| {
        let next = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    for _ in 0..32 {
                        let id = next.fetch_add(1, Ordering::SeqCst).to_string();
                        db.write_now(move |tx| Ok(insert(tx, &id, 1)?)).unwrap();
                    }
                });
            }
        });
        assert_eq!(count(db), 1024);
    });
}
#[test]
fn every_shape_of_value_comes_back() {
    both(|db| {
        let row = db
            .write_now(|tx| {
                insert(tx, "a", i64::MAX)?;
                tx.execute(
                    "insert into tag (district_id, note_id, word, weight, data) values ($1, $2, $3, $4, $5)",
                    params!["d", "a", "科普 'n' \"q\"", 0.1, vec![0_u8, 255]],
                )?;
                tx.execute("update note set flag = $1 where id = $2", params![true, "a"])?;
                let sql = "select n.n, n.flag, t.word, t.weight, t.data, cast(null as bigint) as none
                           from note n join tag t on t.note_id = n.id where n.flag and t.data is not null";
                Ok(tx.one(sql, &[])?)
            })
            .unwrap();
        assert_eq!(row.get("n"), Ok(i64::MAX));
        assert_eq!(row.get("flag"), Ok(true));
        assert_eq!(row.get("word"), Ok("科普 'n' \"q\"".to_owned()));
        assert_eq!(row.get("weight"), Ok(0.1));
        assert_eq!(row.get("data"), Ok(vec![0_u8, 255]));
        assert_eq!(row.get("none"), Ok(None::<i64>));
    });
}

#[test]
fn parameters_are_bound_by_number_not_by_first_appearance() {
    both(|db| {
        let sql =
            "select cast($2 as text) as b, cast($1 as text) as a, cast($2 as text) as again, '$3' as text";
        let row = db.read_now(move |tx| Ok(tx.one(sql, params!["one", "two"])?)).unwrap();
        let texts: Vec<String> =
            ["a", "b", "again", "text"].iter().map(|column| row.get(column).unwrap()).collect();
        assert_eq!(texts, ["one", "two", "two", "$3"]);
    });
}

#[test]
fn rows_come_in_the_order_of_their_bytes() {
    both(|db| {
        let words = ["B", "a", "_", "É", "科", "普"];
        db.write_now(move |tx| Ok(words.iter().try_for_each(|word| insert(tx, word, 1))?)).unwrap();
        let sql = "select id from note where district_id = $1 order by id";
        let rows = db.read_now(move |tx| Ok(tx.query(sql, params!["d"])?)).unwrap();
        let found: Vec<String> = rows.iter().map(|row| row.get("id").unwrap()).collect();
        let mut sorted = words.map(str::to_owned);
        sorted.sort();
        assert_eq!(found, sorted);
    });
}

#[test]
fn a_row_without_its_parent_is_refused() {
    both(|db| {
        let orphan = "insert into tag (district_id, note_id, word) values ('d', 'nobody', 'w')";
        assert!(matches!(db.write_now(move |tx| Ok(tx.execute(orphan, &[])?)), Err(Refusal::Broken(_))));
    });
}

#[test]
fn what_no_column_can_hold_is_refused_and_nothing_is_kept() {
    both(|db| {
        for val in [Val::from(u64::MAX), Val::from("a\0b")] {
            let refused = db.write_now(move |tx| {
                insert(tx, "a", 1)?;
                Ok(tx.query("select n from note where n = $1", std::slice::from_ref(&val))?)
            });
            assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
        }
        assert_eq!(count(db), 0);
    });
}

#[test]
fn one_row_means_one_row() {
    both(|db| {
        db.write_now(|tx| Ok([insert(tx, "a", 1)?, insert(tx, "b", 1)?])).unwrap();
        let all = "select id from note where district_id = $1";
        let two = db.read_now(move |tx| Ok(tx.find(all, params!["d"])?.is_some()));
        assert!(matches!(two, Err(Refusal::Broken(_))), "{two:?}");
        let none = db.read_now(move |tx| Ok(tx.one(all, params!["nowhere"])?));
        assert!(matches!(none, Err(Refusal::Broken(_))), "{none:?}");
    });
}

#[test]
fn a_closed_database_says_so() {
    both(|db| {
        db.close();
        let refused = db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap_err();
        let Refusal::Unavailable(error) = refused else { panic!("{refused:?}") };
        assert_eq!(error.downcast_ref(), Some(&Error::Closed));
    });
}

#[test]
fn the_schema_names_every_column_alike() {
    let mut schemas = Vec::new();
    let seen = std::sync::Mutex::new(&mut schemas);
    both(|db| seen.lock().unwrap().push(db.schema().unwrap()));
    for schema in &schemas {
        let columns: Vec<_> = schema
            .iter()
            .map(|c| format!("{}.{} {} {}", c.table, c.column, c.data_type, c.nullable))
            .collect();
        assert_eq!(
            columns,
            [
                "note.district_id text false", "note.flag boolean false", "note.id text false",
                "note.n bigint false", "tag.data bytea true", "tag.district_id text false",
                "tag.note_id text false", "tag.weight double precision true", "tag.word text false",
            ]
        );
    }
}

#[test]
fn a_sound_database_has_nothing_damaged() {
    both(|db| assert_eq!(db.check().unwrap(), Vec::<String>::new()));
}

/// The mark, by a caller that waits.
fn mark(db: &Db) -> Mark {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(db.mark()).unwrap()
}

#[test]
fn the_mark_stays_while_people_only_read() {
    both(|db| {
        // other tests commit on the same PostgreSQL server
        if db.kind() == Kind::Sqlite {
            let before = mark(db);
            count(db);
            assert_eq!(mark(db), before);
        }
    });
}

#[test]
fn whoever_is_told_that_a_write_is_done_finds_another_mark() {
    both(|db| {
        for n in 0..20 {
            let before = mark(db);
            db.write_now(move |tx| Ok(insert(tx, &n.to_string(), n)?)).unwrap();
            assert_ne!(mark(db), before);
        }
    });
}

#[test]
fn the_mark_shows_what_another_program_commits() {
    let folder = super::Folder::new();
    let scratch = super::scratch();
    let targets = std::iter::once(folder.target()).chain(scratch.iter().map(|it| it.target().clone()));
    for target in targets {
        let [one, other] = [(); 2].map(|()| Db::open(&target, super::STREAMS).unwrap());
        let before = mark(&one);
        other.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
        assert_ne!(mark(&one), before);
    }
}
