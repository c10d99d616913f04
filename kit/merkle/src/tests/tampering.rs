//! Whoever changes what is stored behind the program's back is found.

use db::{Db, params};
use kernel::SeededRng;

use super::{both, by, log, look, write};
use crate::{Examined, Head, Misfit, SigningKey, integrate, sign};

/// 600 things in the tree under two heads, and 5 that wait.
fn filled(db: &Db) -> Head {
    db.write_now(|tx| {
        write(tx, 0..300)?;
        sign(tx, &by(), &log())?;
        write(tx, 300..600)?;
        let head = sign(tx, &by(), &log())?.unwrap().head;
        write(tx, 600..605)?;
        Ok(head)
    })
    .unwrap()
}

fn change(db: &Db, sql: &'static str) {
    assert!(db.write_now(move |tx| Ok(tx.execute(sql, params![])?)).unwrap() > 0, "{sql}");
}

#[test]
fn what_nobody_touched_fits() {
    both(|db| {
        let head = filled(db);
        let all = Examined { leaves: 600, waiting: 5, heads: 2 };
        assert_eq!((look(db, None), look(db, Some(head))), (Ok(all), Ok(all)));
    });
}

#[test]
fn an_empty_log_fits() {
    both(|db| assert_eq!(look(db, None), Ok(Examined { leaves: 0, waiting: 0, heads: 0 })));
}

#[test]
fn each_change_is_found_and_named() {
    let cases: [(&str, Misfit); 12] = [
        ("update thing set word = 'x' where place = 17", Misfit::Changed { place: 17 }),
        ("update thing set word = 'x' where place = 602", Misfit::Changed { place: 602 }),
        ("delete from thing where place = 17", Misfit::Gone { place: 17 }),
        ("delete from merkle_leaf where place = 17", Misfit::LeafGone { index: 17 }),
        ("update merkle_leaf set leaf_index = 999 where place = 17", Misfit::LeafGone { index: 17 }),
        (
            "update merkle_leaf set leaf_index = null where place = 599",
            Misfit::Truncated { size: 600, leaves: 599 },
        ),
        ("delete from merkle_leaf where place >= 500", Misfit::Truncated { size: 600, leaves: 500 }),
        ("delete from merkle_tile where level = 0 and n = 1", Misfit::Tree { level: 0, n: 1 }),
        (
            "update merkle_tile set hashes = (select hashes from merkle_tile where n = 1) where level = 0 and n = 0",
            Misfit::Tree { level: 0, n: 0 },
        ),
        (
            "update merkle_head set note = replace(note, 'qilin/d/things', 'qilin/d/thinks')",
            Misfit::NotSigned { size: 600 },
        ),
        (
            "update merkle_head set note = substr(note, 1, length(note) - 1) where size = 600",
            Misfit::NotSigned { size: 600 },
        ),
        ("update merkle_head set note = note || 'x' where size = 600", Misfit::NotSigned { size: 600 }),
    ];
    for (sql, misfit) in cases {
        both(|db| {
            filled(db);
            change(db, sql);
            assert_eq!(look(db, None), Err(misfit.clone()), "{sql}");
        });
    }
}

#[test]
fn a_head_whose_size_was_changed_cannot_be_read() {
    both(|db| {
        filled(db);
        change(db, "update merkle_head set size = 299 where size = 300");
        let found = db.read_now(|tx| crate::list_heads(tx, &log(), 9).map(drop));
        assert!(found.unwrap_err().to_string().contains("merkle_head"));
    });
}

#[test]
fn two_leaves_that_changed_places_are_found_by_the_head_over_them() {
    both(|db| {
        filled(db);
        change(db, "update merkle_leaf set leaf_index = 1000 where place = 3");
        change(db, "update merkle_leaf set leaf_index = 3 where place = 4");
        change(db, "update merkle_leaf set leaf_index = 4 where place = 3");
        assert_eq!(look(db, None), Err(Misfit::Head { size: 300 }));
    });
}

#[test]
fn a_log_that_was_written_anew_with_the_key_is_found_by_a_head_kept_elsewhere() {
    both(|db| {
        let head = filled(db);
        for sql in [
            "delete from merkle_leaf", "delete from merkle_tile", "delete from merkle_head",
            "delete from merkle_tree", "delete from thing",
        ] {
            change(db, sql);
        }
        db.write_now(|tx| {
            write(tx, (0..100).chain(200..700))?;
            sign(tx, &by(), &log())
        })
        .unwrap();
        assert!(look(db, None).is_ok(), "from the inside nothing can be seen");
        assert_eq!(look(db, Some(head)), Err(Misfit::Head { size: 600 }));
    });
}

#[test]
fn a_head_signed_with_another_key_is_found() {
    both(|db| {
        filled(db);
        let mut thief = by();
        thief.seal = std::sync::Arc::new(SigningKey::new(&SeededRng::new(9)));
        db.write_now(move |tx| {
            integrate(tx, &log())?;
            sign(tx, &thief, &log())
        })
        .unwrap();
        assert_eq!(look(db, None), Err(Misfit::NotSigned { size: 605 }));
    });
}
