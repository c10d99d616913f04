//! The log of facts: whoever changes what was counted behind the program's back is found.

use db::{Db, params};
use kernel::{Caller, Seal, SeededRng};
use merkle::{Examined, Head, Key, SigningKey};

use super::cast::{Cast, STREAMS, act, form, verified, withdrawn};
use crate::extract::{self, Extract};
use crate::log::{self, Misfit};
use crate::{Filter, fact};

pub(super) fn sealed(by: &Caller) -> Caller {
    Caller { seal: std::sync::Arc::new(SigningKey::new(&SeededRng::new(5))), ..by.clone() }
}

pub(super) fn key() -> Key {
    Key::from_bytes(&SigningKey::new(&SeededRng::new(5)).key()).unwrap()
}

fn look(db: &Db, cast: &Cast, outside: Option<Head>) -> Result<Examined, Misfit> {
    act(db, &cast.editor(), move |tx, by| log::examine(tx, by.district(), &key(), outside)).unwrap()
}

/// Three verified deliveries, one of them withdrawn, under a head; one more after it.
fn filled(db: &Db, cast: &Cast) -> Head {
    let first = verified(db, cast, &form(cast.lecture()));
    verified(db, cast, &form(cast.lecture()));
    verified(db, cast, &form(cast.lecture()));
    withdrawn(db, cast, &first);
    let by = sealed(&cast.coordinator());
    let head = act(db, &by, |tx, by| merkle::sign(tx, by, &log::of(by.district()))).unwrap().unwrap().head;
    verified(db, cast, &form(cast.lecture()));
    head
}

fn change(db: &Db, sql: &'static str) {
    assert!(db.write_now(move |tx| Ok(tx.execute(sql, params![])?)).unwrap() > 0, "{sql}");
}

#[test]
fn each_act_leaves_one_leaf_and_what_nobody_touched_fits() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let head = filled(db, &cast);
        assert_eq!(head.size, 4);
        assert_eq!(look(db, &cast, Some(head)), Ok(Examined { leaves: 4, waiting: 1, heads: 1 }));
    });
}

/// Heads were signed over these bytes: they may never come out otherwise.
#[test]
fn the_bytes_of_an_act_are_what_they_always_were() {
    let fact = |seq, quantity, group, n, reverses: Option<(i64, String)>| fact::Fact {
        seq,
        source: "01D".into(),
        kind: crate::Kind::Lecture,
        on: super::cast::day("2025-06-01"),
        host: "h\"1".into(),
        town: "镇".into(),
        organisers: ["b".into(), "a".into()].into(),
        supporters: [].into(),
        purposes: ["m1".into()].into(),
        quantity,
        group,
        n,
        rule_version: 1,
        by: "acc".into(),
        at: kernel::Instant::from_micros(1_748_736_000_000_001),
        reverses,
    };
    let act = [
        fact(33, fact::Quantity::Session, None, 1, None),
        fact(
            34,
            fact::Quantity::PersonTime,
            Some(kernel::Group::Elderly),
            -46,
            Some((18, "重复\n\u{1}/".into())),
        ),
    ];
    let expected = concat!(
        "qilin-act-1\n",
        r#"[[33,"01D","lecture","2025-06-01","h\"1","镇"],[["a","b"],[],["m1"]],["session",null,1,1],["acc",1748736000000001,null,null]]"#,
        "\n",
        r#"[[34,"01D","lecture","2025-06-01","h\"1","镇"],[["a","b"],[],["m1"]],["person_time","elderly",-46,1],["acc",1748736000000001,18,"重复\n\u0001/"]]"#,
        "\n",
    );
    let bytes = log::canonical(&act);
    assert_eq!(std::str::from_utf8(&bytes), Ok(expected));
    assert_eq!(log::parse(expected).as_deref(), Some(&act[..]));
}

#[test]
fn an_act_proves_to_an_outsider_that_it_is_in_the_log() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let id = verified(db, &cast, &form(cast.lecture()));
        verified(db, &cast, &form(cast.lecture()));
        let by = sealed(&cast.coordinator());
        let head =
            act(db, &by, |tx, by| merkle::sign(tx, by, &log::of(by.district()))).unwrap().unwrap().head;
        let logged = act(db, &by, move |tx, by| log::acts_of(tx, by.district(), &id)).unwrap();
        let [one] = logged.as_slice() else { panic!("one act") };
        let index = one.leaf.unwrap();
        let proof =
            act(db, &by, move |tx, by| merkle::prove_leaf(tx, &log::of(by.district()), index, head.size));
        let leaf = merkle::Hash::of_leaf(&log::canonical(&one.act));
        assert!(merkle::proof::leaf_is_in(&proof.unwrap(), (head.size, head.root), index, leaf));
    });
}

#[test]
fn every_change_behind_the_programs_back_is_found_and_named() {
    let cases = [
        ("update evidence_fact set n = n + 1 where quantity = 'minute'", "was changed"),
        ("update evidence_fact set occurred_on = '2025-03-01', month = '2025-03' where quantity = 'session'", "was changed"),
        ("update evidence_fact set purposes = '' where reverses is null", "was changed"),
        ("update evidence_fact set recorded_at = recorded_at + 1", "was changed"),
        ("update evidence_fact set reason = 'x' where reason is not null", "was changed"),
        ("delete from evidence_fact where quantity = 'minute'", "was changed"),
        ("delete from evidence_fact", "is gone"),
        ("update evidence_fact set seq = seq + 1000000", "is gone"),
        ("insert into evidence_fact select district_id, 999999, source_id, kind, occurred_on, month, host_id,
            town_id, organisers, supporters, purposes, quantity, group_code, n, rule_version, recorded_by,
            recorded_at, null, null from evidence_fact where seq = (select min(seq) from evidence_fact)",
            "has no leaf"),
        ("update evidence_total set sessions = sessions + 1 where purpose_id = '' and grain = 'all'", "the total of"),
        ("delete from evidence_total where grain = 'town'", "the total of"),
        ("update evidence_indicator_total set minutes = minutes - 1", "indicator elderly 2025"),
        ("delete from evidence_indicator_total", "indicator elderly 2025"),
        ("delete from merkle_leaf where leaf_index = 0", "leaf 0"),
    ];
    for (sql, word) in cases {
        testkit::both(STREAMS, |db| {
            let cast = Cast::found(db);
            super::indicators::register(db, &cast);
            filled(db, &cast);
            change(db, sql);
            let misfit = look(db, &cast, None).expect_err(sql);
            assert!(misfit.to_string().contains(word), "{sql}: {misfit}");
        });
    }
}

#[test]
fn an_extract_fits_offline_and_any_edit_of_it_is_named() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        filled(db, &cast);
        let by = sealed(&cast.coordinator());
        let made = act(db, &by, |tx, by| extract::make(tx, by, &Filter::default())).unwrap();
        assert_eq!((made.sessions, made.person_times, made.waiting), (2, 92, 1));
        let text = serde_json::to_string_pretty(&made).unwrap();
        assert_eq!(extract::check(&text, Some(&key())).unwrap().acts, 2);
        assert!(!extract::check(&text, None).unwrap().key_is_known);

        let edited = |edit: &dyn Fn(&mut Extract)| {
            let mut other = made.clone();
            edit(&mut other);
            extract::check(&serde_json::to_string(&other).unwrap(), Some(&key())).unwrap_err()
        };
        assert!(edited(&|one| one.sessions = 3).contains("claims"));
        assert!(
            edited(&|one| {
                one.acts.pop();
            })
            .contains("claims")
        );
        assert!(edited(&|one| one.acts[0].text = one.acts[0].text.replace("46", "64")).contains("act 1"));
        assert!(edited(&|one| one.acts[1].leaf += 1).contains("act 2"));
        assert!(
            edited(&|one| {
                let again = one.acts[0].clone();
                one.acts.push(again);
            })
            .contains("twice")
        );
        assert!(
            edited(&|one| {
                one.filter.insert("kind".into(), "training".into());
            })
            .contains("belong")
        );
        assert!(edited(&|one| one.head = one.head.replacen("\n4\n", "\n5\n", 1)).contains("not signed"));
        assert!(edited(&|one| one.key = "11".repeat(32)).contains("key"));
        assert!(extract::check("{}", None).unwrap_err().contains("no extract"));
    });
}

proptest::proptest! {
    #[test]
    fn what_is_no_extract_is_refused_without_failing(text in "\\PC{0,200}") {
        proptest::prop_assert!(extract::check(&text, None).is_err());
        proptest::prop_assert!(log::parse(&text).is_none());
    }
}
