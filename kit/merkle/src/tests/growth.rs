//! The tree is that of RFC 9162, however it grew, and its proofs hold.

use kernel::Refusal;
use proptest::prelude::*;
use tlog_tiles::tlog;

use super::{both, by, key, log, look, word, write};
use crate::note::{self, Refused};
use crate::proof::{self, Hash};
use crate::{find_head, integrate, leaf_of, prove_growth, prove_leaf, root, sign, size, tree};

/// The root by the definition of RFC 9162 2.1.1: split at the largest power of two below n.
fn defined(leaves: &[tlog::Hash]) -> tlog::Hash {
    match leaves {
        [] => tlog::EMPTY_HASH,
        [one] => *one,
        many => {
            let (left, right) = many.split_at(1 << (many.len() - 1).ilog2());
            tlog::node_hash(defined(left), defined(right))
        }
    }
}

fn leaves(n: i64) -> Vec<tlog::Hash> {
    (0..n).map(|place| Hash::of_leaf(word(place).as_bytes()).into()).collect()
}

#[test]
fn the_root_of_every_size_is_the_one_that_the_standard_defines() {
    both(|db| {
        let leaves = leaves(700);
        let mut from = 0;
        for until in [1, 2, 3, 7, 255, 257, 513, 700] {
            let roots = db.write_now(move |tx| {
                write(tx, from..until)?;
                integrate(tx, &log())?;
                let near = |size: &u64| until - 3 < i64::try_from(*size).unwrap() || size % 64 < 2;
                let sizes = (0..=u64::try_from(until).unwrap()).filter(near);
                sizes.map(|size| Ok((size, root(tx, &log(), size)?))).collect::<Result<Vec<_>, _>>()
            });
            for (size, root) in roots.unwrap() {
                assert_eq!(
                    root,
                    defined(&leaves[..usize::try_from(size).unwrap()]).into(),
                    "{size} of {until}"
                );
            }
            from = until;
        }
    });
}

#[test]
fn a_tree_of_three_levels_of_tiles_has_its_root_and_its_proofs() {
    let n = 66_000;
    both(move |db| {
        let hashes: Vec<Hash> = leaves(n).into_iter().map(Hash::from).collect();
        let leaf = hashes[65_900];
        let expected = Hash::from(defined(&leaves(n)));
        let (root, proof) = db
            .write_now(move |tx| {
                tree::extend(tx, &log(), 0, &hashes[..65_500])?;
                tree::extend(tx, &log(), 65_500, &hashes[65_500..])?;
                crate::store::save_size(tx, &log(), (0, 66_000))?;
                Ok((root(tx, &log(), 66_000)?, prove_leaf(tx, &log(), 65_900, 66_000)?))
            })
            .unwrap();
        assert_eq!(root, expected);
        assert!(proof::leaf_is_in(&proof, (66_000, root), 65_900, leaf));
    });
}

#[test]
fn every_leaf_proves_that_it_is_in_and_nothing_else_does() {
    both(|db| {
        db.write_now(|tx| {
            write(tx, 0..300)?;
            integrate(tx, &log())?;
            let root = root(tx, &log(), 300)?;
            for index in 0..300u64 {
                let proof = prove_leaf(tx, &log(), index, 300)?;
                let leaf = Hash::of_leaf(word(i64::try_from(index).unwrap()).as_bytes());
                assert!(proof::leaf_is_in(&proof, (300, root), index, leaf));
                assert!(!proof::leaf_is_in(&proof, (300, root), (index + 1) % 300, leaf));
                assert!(!proof::leaf_is_in(&proof, (300, root), index, Hash::of_leaf(b"another")));
                assert!(!proof::leaf_is_in(&proof[1..], (300, root), index, leaf));
            }
            assert!(prove_leaf(tx, &log(), 300, 300).is_err(), "a leaf beyond the tree");
            assert!(prove_leaf(tx, &log(), 0, 301).is_err(), "a tree beyond what there is");
            assert!(!proof::leaf_is_in(&[], (0, root), 0, root));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn every_tree_proves_that_it_grew_from_every_earlier_one() {
    both(|db| {
        db.write_now(|tx| {
            write(tx, 0..70)?;
            integrate(tx, &log())?;
            let roots: Vec<Hash> = (0..=70).map(|size| root(tx, &log(), size)).collect::<Result<_, _>>()?;
            for old in 0..=70usize {
                for new in old..=70 {
                    let proof = prove_growth(tx, &log(), old as u64, new as u64)?;
                    let (before, after) = ((old as u64, roots[old]), (new as u64, roots[new]));
                    assert!(proof::grew(&proof, before, after), "{old} to {new}");
                    let other = (old as u64, Hash([7; 32]));
                    assert!(!proof::grew(&proof, other, after), "{old} to {new}");
                }
            }
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_leaf_waits_until_it_is_taken_in_and_the_order_is_that_of_taking_in() {
    both(|db| {
        db.write_now(|tx| {
            write(tx, [20, 30])?;
            assert_eq!((leaf_of(tx, &log(), 30)?, size(tx, &log())?), (None, 0));
            assert_eq!(integrate(tx, &log())?, 2);
            // a writer that was slower gets the next number although its place is lower
            write(tx, [10, 40])?;
            assert_eq!((integrate(tx, &log())?, integrate(tx, &log())?), (2, 0));
            for (index, place) in (0..).zip([20, 30, 10, 40]) {
                assert_eq!(leaf_of(tx, &log(), place)?, Some(index));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(look(db, None).unwrap().leaves, 4);
    });
}

#[test]
fn a_head_is_signed_once_for_each_size_and_read_back_only_with_its_key() {
    both(|db| {
        let first = db
            .write_now(|tx| {
                write(tx, 0..3)?;
                sign(tx, &by(), &log())
            })
            .unwrap()
            .unwrap();
        let again = db.write_now(|tx| sign(tx, &by(), &log())).unwrap().unwrap();
        assert_eq!(first, again);
        let origin = log().origin();
        assert_eq!(note::read(&first.note, &origin, &key()), Ok(first.head));
        let stranger = crate::SigningKey::new(&kernel::SeededRng::new(6));
        let stranger = crate::Key::from_bytes(&kernel::Seal::key(&stranger)).unwrap();
        assert_eq!(note::read(&first.note, &origin, &stranger), Err(Refused::NotSigned));
        assert_eq!(note::read(&first.note, "qilin/d/others", &key()), Err(Refused::OtherLog));
        let raised = first.note.replacen("\n3\n", "\n4\n", 1);
        assert_eq!(note::read(&raised, &origin, &key()), Err(Refused::NotSigned));
        let padded = first.note.replacen("\n3\n", "\n03\n", 1);
        assert_eq!(note::read(&padded, &origin, &key()), Err(Refused::Unreadable));
        assert_eq!(note::read("", &origin, &key()), Err(Refused::Unreadable));
        let next = db
            .write_now(|tx| {
                write(tx, 3..5)?;
                sign(tx, &by(), &log())
            })
            .unwrap()
            .unwrap();
        assert_eq!(next.head.size, 5);
    });
}

#[test]
fn an_empty_tree_is_not_signed() {
    both(|db| {
        assert_eq!(db.write_now(|tx| sign(tx, &by(), &log())).unwrap(), None);
        assert_eq!(db.read_now(|tx| crate::newest_head(tx, &log())).unwrap(), None);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_is_read_as_a_note_without_failing(text in "\\PC{0,300}") {
        let _ = note::head_of(&text);
        prop_assert!(note::read(&text, "qilin/d/things", &key()).is_err());
    }
}

#[test]
fn a_size_that_no_database_holds_has_no_head_no_root_and_no_proof() {
    both(|db| {
        for size in [i64::MAX.unsigned_abs() + 1, u64::MAX] {
            let found = db.write_now(move |tx| find_head(tx, &log(), size)).unwrap();
            assert!(found.is_none(), "{size}");
            let refused = [
                db.write_now(move |tx| prove_leaf(tx, &log(), 0, size)),
                db.write_now(move |tx| prove_growth(tx, &log(), 1, size)),
            ];
            assert!(refused.iter().all(|answer| matches!(answer, Err(Refusal::NotFound))), "{refused:?}");
        }
    });
}
