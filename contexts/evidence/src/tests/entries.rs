//! Registered stocks on a day, coverage of towns, and attestations.

use db::Db;
use kernel::{Caller, Day, Role, Value};

use super::cast::{Cast, act, day, keys};
use super::indicators::series;
use super::site::{STREAMS, Site};
use crate::actions::attestation::NewAttestation;
use crate::actions::{attestation, entry};
use crate::{EntryDetails, EntryId, Indicator, Source, indicators};

pub fn register(db: &Db, cast: &Cast) {
    let one = |id: &str, source| Indicator {
        id: id.into(),
        title: id.into(),
        title_en: None,
        unit: "处".into(),
        unit_en: None,
        source,
        from: day("2021-01-01"),
        to: day("2025-12-31"),
        implied: None,
    };
    let all = vec![
        one("commissioners", Source::Registered),
        one("museums", Source::Coverage { per_town: 1 }),
        one("rules", Source::Attested),
    ];
    act(db, &cast.editor(), move |tx, by| indicators::register(tx, by, &all)).unwrap();
}

pub fn entry_of(cast: &Cast, indicator: &str, town: Option<usize>, from: &str) -> EntryDetails {
    EntryDetails {
        indicator: indicator.into(),
        title: "小科技馆".into(),
        unit: cast.health.clone(),
        town: town.map(|town| cast.towns[town].clone()),
        from: day(from),
        to: None,
        proof: "区科协〔2023〕1号".into(),
    }
}

pub fn add(db: &Db, cast: &Cast, details: EntryDetails) -> EntryId {
    let id = act(db, &cast.editor(), move |tx, by| entry::record(tx, by, &details, &[])).unwrap();
    let done = id.clone();
    act(db, &cast.verifier(), move |tx, by| entry::verify(tx, by, (&done, 1), "")).unwrap();
    id
}

/// A verified entry and a confirmed statement of the health bureau.
pub fn one_of_each(db: &Db, cast: &Cast) {
    add(db, cast, entry_of(cast, "commissioners", None, "2022-03-01"));
    let new = NewAttestation {
        indicator: "rules".into(),
        year: 2024,
        unit: cast.health.clone(),
        body: "本年度已建立部门协作制度，召开会议四次，形成纪要，各单位按职责落实。".into(),
        evidence: "会议纪要 4 份".into(),
        photos: Vec::new(),
    };
    let id = act(db, &cast.editor(), move |tx, by| attestation::sign(tx, by, &new)).unwrap();
    act(db, &cast.verifier(), move |tx, by| attestation::confirm(tx, by, (&id, 1), "")).unwrap();
}

fn by_year(db: &Db, cast: &Cast, id: &'static str) -> Vec<Value> {
    series(db, cast, id).points.into_iter().map(|point| point.value).collect()
}

#[test]
fn a_stock_is_counted_on_the_last_day_of_each_year_and_today() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        assert_eq!(by_year(db, &cast, "commissioners")[4], Value::NotCollected);
        let ended = add(db, &cast, entry_of(&cast, "commissioners", None, "2022-03-01"));
        add(db, &cast, entry_of(&cast, "commissioners", None, "2023-03-01"));
        let end = move |tx: &mut db::Tx<'_>, by: &Caller| {
            entry::end(tx, by, (&ended, 2), (day("2024-06-30"), "任期届满"))
        };
        act(db, &cast.verifier(), end).unwrap();
        let values: Vec<Value> = [0, 1, 2, 1, 1].map(Value::from).to_vec();
        assert_eq!(by_year(db, &cast, "commissioners"), values);
    });
}

#[test]
fn two_halls_in_one_town_cover_one_town() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for town in [0, 0, 1] {
            add(db, &cast, entry_of(&cast, "museums", Some(town), "2022-03-01"));
        }
        assert_eq!(by_year(db, &cast, "museums")[4], Value::from(2));
    });
}

#[test]
fn an_entry_waits_for_a_second_person_before_it_counts() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let details = entry_of(&cast, "commissioners", None, "2022-03-01");
        let own = cast.by("own", &[(Role::CommunityWorker, &cast.health)]);
        let id = act(db, &own, move |tx, by| entry::record(tx, by, &details, &[])).unwrap();
        assert_eq!(by_year(db, &cast, "commissioners")[4], Value::NotCollected);
        let verify = move |tx: &mut db::Tx<'_>, by: &Caller| entry::verify(tx, by, (&id, 1), "");
        assert_eq!(keys(act(db, &own, verify.clone())), ["evidence-verify-own"]);
        act(db, &cast.verifier(), verify.clone()).unwrap();
        assert_eq!(keys(act(db, &cast.verifier(), verify)), ["evidence-entry-conflict-verified"]);
    });
}

#[test]
fn an_end_takes_days_away_and_never_adds_any() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let mut details = entry_of(&cast, "commissioners", None, "2022-03-01");
        details.to = Some(day("2024-12-31"));
        let id = add(db, &cast, details);
        let end = move |on: &'static str| {
            let id = id.clone();
            move |tx: &mut db::Tx<'_>, by: &Caller| entry::end(tx, by, (&id, 2), (day(on), "任期届满"))
        };
        assert_eq!(keys(act(db, &cast.verifier(), end("2025-06-01"))), ["evidence-end-lengthens"]);
        act(db, &cast.verifier(), end("2024-06-30")).unwrap();
    });
}

#[test]
fn what_was_verified_in_error_is_withdrawn_at_once_and_keeps_who_verified_it() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        register(db, &site.cast);
        let id = add(db, &site.cast, entry_of(&site.cast, "commissioners", None, "2022-03-01"));
        let mut verifier = site.verifier();
        let path = format!("/desk/entries/{id}");
        verifier.get(&path).is(200).shows("/end\"").shows("/withdrawal\"");
        let sent = verifier.post(&format!("{path}/withdrawal"), &[("version", "2"), ("reason", "登记错了")]);
        verifier.follow(&sent).shows("已撤销").shows("verifier 核验").shows("登记错了");
        assert_eq!(by_year(db, &site.cast, "commissioners")[4], Value::NotCollected);
    });
}

#[test]
fn impossible_days_are_refused() {
    let today: Day = day("2025-06-15");
    let cast_free = |from: &str, to: Option<&str>| EntryDetails {
        indicator: "i".into(),
        title: "t".into(),
        unit: "u".into(),
        town: None,
        from: day(from),
        to: to.map(day),
        proof: String::new(),
    };
    assert_eq!(keys(cast_free("2025-06-16", None).check(today)), ["evidence-day-ahead"]);
    assert_eq!(keys(cast_free("2025-06-01", Some("2025-05-31")).check(today)), ["evidence-days-reversed"]);
    assert!(cast_free("2025-06-01", Some("2026-05-31")).check(today).is_ok());
}

#[test]
fn a_narrative_stands_when_another_confirms_it() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let new = NewAttestation {
            indicator: "rules".into(),
            year: 2024,
            unit: cast.health.clone(),
            body: "本年度已建立部门协作制度，召开会议四次，形成纪要，各单位按职责落实。".into(),
            evidence: "会议纪要 4 份".into(),
            photos: Vec::new(),
        };
        let bare = NewAttestation { body: "好".into(), evidence: String::new(), year: 2019, ..new.clone() };
        let refused = act(db, &cast.editor(), move |tx, by| attestation::sign(tx, by, &bare));
        let expected = ["evidence-year-outside", "evidence-narrative-length", "evidence-attestation-bare"];
        assert_eq!(keys(refused), expected);
        let id = act(db, &cast.editor(), move |tx, by| attestation::sign(tx, by, &new)).unwrap();
        assert_eq!(by_year(db, &cast, "rules")[3], Value::NotCollected);
        let one = id.clone();
        act(db, &cast.verifier(), move |tx, by| attestation::confirm(tx, by, (&one, 1), "")).unwrap();
        assert_eq!(by_year(db, &cast, "rules")[3], Value::from(1));
        let gone = id.clone();
        act(db, &cast.verifier(), move |tx, by| attestation::withdraw(tx, by, (&id, 2), "纪要有误")).unwrap();
        let kept = act(db, &cast.verifier(), move |tx, by| attestation::find(tx, by, &gone)).unwrap();
        let crate::Life::Withdrawn { confirmed, .. } = kept.life() else { panic!("not withdrawn") };
        assert_eq!(confirmed.as_ref().map(|stamp| stamp.name.as_str()), Some("verifier"));
        assert_eq!(by_year(db, &cast, "rules")[3], Value::NotCollected);
    });
}
