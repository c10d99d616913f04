//! Closed periods: signed once, never changed, and every later move in a line beside them.

use db::{Db, params};
use kernel::{Caller, Role, Seal, SeededRng};
use merkle::{Key, SigningKey};

use super::cast::{Cast, STREAMS, act, day, form, keys, verified};
use super::entries;
use super::indicators::register;
use super::site::{STREAMS as SITE, Site};
use crate::actions::{self, close};
use crate::close::{CloseFile, Period, check_file};
use crate::{DeliveryId, Details, Sums, store};

const LECTURE: Sums = Sums { sessions: 1, person_times: 46, minutes: 90 };

fn sealed(by: &Caller) -> Caller {
    Caller { seal: std::sync::Arc::new(SigningKey::new(&SeededRng::new(5))), ..by.clone() }
}

fn key() -> Key {
    Key::from_bytes(&SigningKey::new(&SeededRng::new(5)).key()).unwrap()
}

fn on(cast: &Cast, text: &str) -> crate::NewDelivery {
    form(Details { on: day(text), ..cast.lecture() })
}

fn shut(db: &Db, cast: &Cast, period: &str) -> Result<(), kernel::Refusal> {
    let period = Period::parse(period).unwrap();
    act(db, &sealed(&cast.coordinator()), move |tx, by| close::close(tx, by, period))
}

/// What was closed, what is counted now, and why they differ.
fn told(db: &Db, cast: &Cast, period: &'static str) -> (Sums, Sums, Vec<String>) {
    act(db, &cast.coordinator(), move |tx, by| {
        let closed = store::close::find(tx, by.district(), period)?.unwrap();
        let late = store::close::list_late(tx, by.district(), period)?;
        let now = store::close::total_of(tx, by.district(), period)?;
        Ok((closed.total, now, late.into_iter().map(|late| late.reason).collect()))
    })
    .unwrap()
}

fn submitted(db: &Db, cast: &Cast, text: &str) -> DeliveryId {
    let new = on(cast, text);
    act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap()
}

fn verify_late(db: &Db, cast: &Cast, id: &DeliveryId, reason: &'static str) -> Result<(), kernel::Refusal> {
    let id = id.clone();
    act(db, &cast.verifier(), move |tx, by| actions::delivery::verify_late(tx, by, (&id, 1), reason))
}

fn examined(db: &Db, cast: &Cast) -> Result<usize, String> {
    act(db, &cast.coordinator(), |tx, by| close::examine(tx, by.district(), &key())).unwrap()
}

#[test]
fn a_late_fact_moves_what_is_counted_and_never_what_was_closed_and_says_why() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let first = verified(db, &cast, &on(&cast, "2025-04-02"));
        let waits = submitted(db, &cast, "2025-04-20");
        shut(db, &cast, "2025-04").unwrap();
        assert_eq!(told(db, &cast, "2025-04"), (LECTURE, LECTURE, vec![]));
        assert_eq!(keys(verify_late(db, &cast, &waits, "")), ["evidence-close-needs-reason"]);
        verify_late(db, &cast, &waits, "签到表五月才寄到").unwrap();
        let two = Sums { sessions: 2, person_times: 92, minutes: 180 };
        assert_eq!(told(db, &cast, "2025-04"), (LECTURE, two, vec!["签到表五月才寄到".to_owned()]));
        super::cast::withdrawn(db, &cast, &first);
        let (closed, now, why) = told(db, &cast, "2025-04");
        assert_eq!((closed, now, why.len()), (LECTURE, LECTURE, 2));
        assert_eq!(examined(db, &cast), Ok(1));
    });
}

#[test]
fn periods_close_in_order_once_they_are_over_and_only_once() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &on(&cast, "2025-03-02"));
        verified(db, &cast, &on(&cast, "2025-04-02"));
        assert_eq!(keys(shut(db, &cast, "2025-04")), ["evidence-close-order"]);
        assert_eq!(keys(shut(db, &cast, "2025-06")), ["evidence-close-runs"]);
        assert_eq!(keys(shut(db, &cast, "2025")), ["evidence-close-runs"]);
        shut(db, &cast, "2025-03").unwrap();
        assert_eq!(keys(shut(db, &cast, "2025-03")), ["evidence-close-done"]);
        shut(db, &cast, "2025-04").unwrap();
        let other = act(db, &sealed(&cast.verifier()), |tx, by| {
            close::close(tx, by, Period::parse("2025-05").unwrap())
        });
        assert_eq!(keys(other), ["forbidden"]);
    });
}

#[test]
fn a_year_closes_after_its_december_with_every_indicator_and_its_rule() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        verified(db, &cast, &on(&cast, "2024-11-02"));
        shut(db, &cast, "2024-11").unwrap();
        assert_eq!(keys(shut(db, &cast, "2024")), ["evidence-close-order"]);
        shut(db, &cast, "2024-12").unwrap();
        shut(db, &cast, "2024").unwrap();
        let body = act(db, &cast.coordinator(), |tx, by| {
            Ok(store::close::find(tx, by.district(), "2024")?.unwrap().body)
        });
        let snapshot = crate::close::Snapshot::parse(&body.unwrap()).unwrap();
        let of = |id: &str| snapshot.indicators.iter().find(|one| one.id == id).unwrap();
        assert_eq!((of("elderly").value.as_deref(), of("elderly").rule), (Some("46"), Some(1)));
        assert_eq!((of("share").value.as_deref(), of("share").rule), (None, None), "missing is not zero");
        let town = snapshot.cells.iter().filter(|(cell, _)| cell.key == cast.towns[0].as_str());
        assert_eq!(town.count(), 2, "the district and the purpose");
        let late = submitted(db, &cast, "2024-12-20");
        verify_late(db, &cast, &late, "补报").unwrap();
        assert_eq!(told(db, &cast, "2024").2, ["补报"]);
        assert_eq!(told(db, &cast, "2024-12").2, ["补报"], "the month and the year each say so");
        let new = actions::rule::NewRule {
            of: actions::rule::RuleOf::Known("elderly".into()),
            conditions: crate::Conditions::default(),
            tally: crate::Tally::PersonTimes,
            from: day("2024-01-01"),
            why: "改口径".into(),
        };
        let refused = act(db, &cast.coordinator(), move |tx, by| actions::rule::draft(tx, by, &new));
        assert_eq!(keys(refused), ["evidence-rule-from-closed"]);
    });
}

#[test]
fn a_month_closes_with_every_indicator_and_every_town_and_tells_what_each_became() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        register(db, cast);
        verified(db, cast, &on(cast, "2025-03-02"));
        for day in ["2025-04-02", "2025-04-03", "2025-04-30"] {
            verified(db, cast, &on(cast, day));
        }
        let west = Details { on: day("2025-04-10"), town: cast.towns[1].clone(), ..cast.lecture() };
        verified(db, cast, &form(west));
        shut(db, cast, "2025-03").unwrap();
        shut(db, cast, "2025-04").unwrap();
        let close = act(db, &cast.coordinator(), |tx, by| store::close::find(tx, by.district(), "2025-04"));
        let snapshot = crate::close::Snapshot::parse(&close.unwrap().unwrap().body).unwrap();
        let of = |id: &str| snapshot.indicators.iter().find(|one| one.id == id).unwrap();
        assert_eq!(
            (of("lectures").value.as_deref(), of("lectures").rule),
            (Some("4"), Some(1)),
            "not March's"
        );
        assert_eq!((of("elderly").value.as_deref(), of("elderly").n), (Some("184"), 4));
        assert_eq!(
            (of("share").value.as_deref(), of("word").value.as_deref()),
            (None, None),
            "missing is not zero"
        );
        let town = |at: usize, purpose: &str| {
            let key = cast.towns[at].as_str();
            let mut cells = snapshot.cells.iter();
            cells.find(|(cell, _)| cell.key == key && cell.purpose == purpose).map(|(_, sums)| sums.sessions)
        };
        assert_eq!((town(0, ""), town(1, ""), town(1, "m1"), town(2, "")), (Some(3), Some(1), Some(1), None));
        assert_eq!(
            snapshot.canonical(),
            crate::close::Snapshot::parse(&snapshot.canonical()).unwrap().canonical()
        );
        assert_eq!(examined(db, cast), Ok(2));
        let waits = submitted(db, cast, "2025-04-20");
        verify_late(db, cast, &waits, "签到表刚寄到").unwrap();
        let mut keeper = site.sign_in("keeper", Role::Coordinator, &cast.society);
        let page = keeper.get("/desk/closes/2025-04");
        page.is(200).shows("东镇").shows("4 场，184 人次").shows("现在是 230");
        keeper.get("/desk/closes/2025-03").is(200).hides("现在是").shows("elderly");
    });
}

#[test]
fn an_outsider_checks_a_close_from_its_file_and_one_changed_digit_is_found() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &on(&cast, "2025-04-02"));
        shut(db, &cast, "2025-04").unwrap();
        let close = act(db, &cast.coordinator(), |tx, by| store::close::find(tx, by.district(), "2025-04"));
        let file = CloseFile::new(&close.unwrap().unwrap(), SigningKey::new(&SeededRng::new(5)).key());
        let check = |file: &CloseFile, key: Option<&Key>| {
            check_file(&serde_json::to_string(file).unwrap(), key).unwrap()
        };
        let shown = check(&file, Some(&key())).unwrap();
        assert_eq!((shown.snapshot.total(""), shown.key_is_known), (LECTURE, true));
        let forged = CloseFile { body: file.body.replace(",46,", ",64,"), ..file.clone() };
        assert!(check(&forged, None).unwrap_err().contains("not those that were signed"));
        let renamed = CloseFile { body: file.body.replace("2025-04", "2025-05"), ..file.clone() };
        assert!(check(&renamed, None).unwrap_err().contains("something else"));
        let other = Key::from_bytes(&SigningKey::new(&SeededRng::new(6)).key()).unwrap();
        assert!(check(&file, Some(&other)).unwrap_err().contains("another public key"));
        assert!(check_file("{\"form\":\"qilin-extract-1\"}", None).is_none());
    });
}

#[test]
fn a_closed_number_or_a_later_line_changed_behind_the_programs_back_is_found() {
    let changes = [
        ("update evidence_close set body = replace(body, ',46,', ',64,')", "not those that were signed"),
        ("update evidence_close set sessions = 7", "not the one that was signed"),
        ("update evidence_late set person_times = 460", "is counted"),
        ("delete from evidence_late", "is counted"),
    ];
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &on(&cast, "2025-04-02"));
        let waits = submitted(db, &cast, "2025-04-20");
        shut(db, &cast, "2025-04").unwrap();
        verify_late(db, &cast, &waits, "补报").unwrap();
        assert_eq!(examined(db, &cast), Ok(1));
        for (sql, expected) in changes {
            let found = db.write_now(move |tx| {
                let district = tx
                    .one("select district_id from evidence_close", params![])?
                    .get::<String>("district_id")?;
                assert!(tx.execute(sql, params![])? > 0, "{sql}");
                let found = close::examine(tx, &district.into(), &key())?;
                // seen and undone: the next change starts from what fits
                Err::<(), _>(kernel::Refusal::Conflict(
                    kernel::Problem::new("evidence-changed-meanwhile").with("found", format!("{found:?}")),
                ))
            });
            let text = match found.unwrap_err() {
                kernel::Refusal::Conflict(problem) => problem.args[0].1.clone(),
                other @ (kernel::Refusal::NotFound
                | kernel::Refusal::Forbidden
                | kernel::Refusal::Invalid(_)
                | kernel::Refusal::Unavailable(_)
                | kernel::Refusal::Broken(_)) => panic!("{other}"),
            };
            assert!(text.contains(expected), "{sql}: {text}");
        }
        assert_eq!(examined(db, &cast), Ok(1));
    });
}

#[test]
fn a_coordinator_closes_a_month_by_form_and_a_late_verification_asks_for_its_reason() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        verified(db, &site.cast, &on(&site.cast, "2025-04-02"));
        let waits = submitted(db, &site.cast, "2025-04-20");
        let mut keeper = site.sign_in("keeper", Role::Coordinator, &site.cast.society);
        let mut verifier = site.verifier();
        keeper.get("/desk/closes").is(200).shows("还没有关过账").shows("关账 2025-04");
        let page = keeper.get("/desk/closes/new?period=2025-04");
        page.is(200).shows("1 场活动还在等待核验").shows("1 场，46 人次").shows("state=submitted");
        keeper.get("/desk/closes/new?period=2025-06").is(422).shows("还没有过完");
        keeper.get("/desk/closes/new?period=2025-04");
        let done = keeper.post("/desk/closes", &[("period", "2025-04")]);
        keeper.follow(&done).is(200).shows("已关账 1 场，46 人次，之后没有变化").shows("有 1 场还在等待核验");
        let path = format!("/desk/deliveries/{waits}");
        verifier.get(&path).shows("2025-04 已经关账").shows("为什么现在才核实");
        verifier
            .post(&format!("{path}/verification"), &[("version", "1")])
            .is(422)
            .shows("请写明为什么现在才核实。");
        let sent = [("version", "1"), ("reason", "签到表刚寄到")];
        let done = verifier.post(&format!("{path}/verification"), &sent);
        verifier.follow(&done).is(200).shows("已核验");
        let page = keeper.get("/desk/closes/2025-04");
        page.is(200).shows("之后 +1 场，+46 人次").shows("签到表刚寄到").shows(&path);
        keeper.get("/desk/closes").shows("+1 场，+46 人次");
        let list = keeper.get("/desk/deliveries?from=2025-04-01&to=2025-04-30&state=verified");
        list.is(200).shows("共 2 场").shows("2025-04：已关账 1 场，46 人次；之后 +1 场");
        let file = keeper.get("/desk/closes/2025-04/file");
        assert!(String::from_utf8_lossy(&file.is(200).bytes).contains("qilin-close-1"));
        verifier.get("/desk/closes/new?period=2025-05").is(403);
    });
}

#[test]
fn a_stock_that_is_verified_after_a_close_stands_in_a_line_beside_it_with_its_reason() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        entries::register(db, &cast);
        let first = verified(db, &cast, &on(&cast, "2025-04-02"));
        let details = entries::entry_of(&cast, "museums", Some(0), "2025-03-10");
        let hall =
            act(db, &cast.editor(), move |tx, by| actions::entry::record(tx, by, &details, &[])).unwrap();
        shut(db, &cast, "2025-04").unwrap();
        let verify = |reason: &'static str| {
            let id = hall.clone();
            act(db, &cast.verifier(), move |tx, by| actions::entry::verify(tx, by, (&id, 1), reason))
        };
        assert_eq!(keys(verify("")), ["evidence-close-needs-reason"]);
        verify("批文五月才到").unwrap();
        assert_eq!(told(db, &cast, "2025-04"), (LECTURE, LECTURE, vec!["批文五月才到".to_owned()]));
        // what was so only after the month was over moved nothing in it
        let later = entries::entry_of(&cast, "museums", Some(1), "2025-05-01");
        entries::add(db, &cast, later);
        let id = hall.clone();
        act(db, &cast.verifier(), move |tx, by| actions::entry::withdraw(tx, by, (&id, 2), "并入市馆"))
            .unwrap();
        assert_eq!(told(db, &cast, "2025-04").2, ["批文五月才到", "并入市馆"]);
        assert_eq!(examined(db, &cast), Ok(1));
        super::cast::withdrawn(db, &cast, &first);
    });
}
