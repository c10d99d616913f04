//! Call-backs: a month is drawn once and can be drawn again from its seed; somebody of another unit
//! calls without knowing what was reported; whom to call is erased; the rate stands beside the unit.

use kernel::{Caller, Reach, Role};

use super::cast::{Cast, STREAMS, act, form, keys, verified};
use super::site::Site;
use crate::callbacks::rules::{Heard, Size};
use crate::callbacks::store::{Asked, Line};
use crate::callbacks::{Callback, CallbackId, Contact, Source, actions, estimate, store};
use crate::{DeliveryId, Details};

/// So many verified lectures of the health bureau in June.
fn lectures(db: &db::Db, cast: &Cast, n: usize) -> Vec<DeliveryId> {
    let new = |at: usize| form(Details { title: format!("讲座{at}"), ..cast.lecture() });
    (0..n).map(|at| verified(db, cast, &new(at))).collect()
}

fn draw(db: &db::Db, cast: &Cast, size: Size) -> Vec<Line> {
    act(db, &cast.coordinator(), move |tx, by| actions::draw(tx, by, "2025-06", size)).unwrap();
    lines(db, &cast.coordinator())
}

fn lines(db: &db::Db, by: &Caller) -> Vec<Line> {
    let list = |tx: &mut db::Tx<'_>, by: &Caller| {
        store::list(tx, by.district(), &actions::callers(by), &Asked::default(), (1_000, 0))
    };
    act(db, by, list).unwrap().0
}

fn found(db: &db::Db, cast: &Cast, id: &CallbackId) -> Callback {
    let id = id.clone();
    act(db, &cast.coordinator(), move |tx, by| Ok(actions::load(tx, by, &id)?.0)).unwrap()
}

fn assign(db: &db::Db, cast: &Cast, one: &Callback, unit: &kernel::UnitId) -> Result<(), kernel::Refusal> {
    let (id, seen, unit) = (one.id.clone(), one.version, unit.clone());
    act(db, &cast.coordinator(), move |tx, by| {
        actions::assign(tx, by, (&id, seen), (&unit, "李主任 13800000000"))
    })
}

fn answer(db: &db::Db, by: &Caller, one: &CallbackId, seen: i64, heads: i64) -> Result<(), kernel::Refusal> {
    let id = one.clone();
    act(db, by, move |tx, by| {
        let heard = Heard { held: "yes", heads: Some(heads), source: Some(Source::Community), note: "" };
        actions::answer(tx, by, (&id, seen), &heard)
    })
}

#[test]
fn a_month_is_drawn_once_when_it_is_over_and_its_seed_gives_the_same_sample_again() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        lectures(db, &cast, 30);
        let size = Size { percent: 20, least: 2, most: 10 };
        let early = act(db, &cast.coordinator(), move |tx, by| actions::draw(tx, by, "2025-06", size));
        assert_eq!(keys(early), ["evidence-callback-month-open"]);
        cast.move_to("2025-07-06");
        let other = act(db, &cast.verifier(), move |tx, by| actions::draw(tx, by, "2025-06", size));
        assert_eq!(keys(other), ["forbidden"]);
        assert_eq!(draw(db, &cast, size).len(), 6);
        let again = act(db, &cast.coordinator(), move |tx, by| actions::draw(tx, by, "2025-06", size));
        assert_eq!(keys(again), ["evidence-callback-month-drawn"]);
        let repeats = act(db, &cast.coordinator(), |tx, by| {
            let kept = store::draws(tx, by.district(), 1)?.remove(0);
            let other = store::Draw { seed: kept.seed.wrapping_add(1), ..kept.clone() };
            let district = by.district().clone();
            Ok((actions::repeats(tx, &district, &kept)?, actions::repeats(tx, &district, &other)?))
        });
        assert_eq!(repeats.unwrap(), (true, false));
    });
}

#[test]
fn nobody_who_had_a_hand_in_a_delivery_calls_about_it() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        lectures(db, &cast, 2);
        cast.move_to("2025-07-06");
        let drawn = draw(db, &cast, Size::default());
        let one = &drawn[0].callback;
        assert_eq!(keys(assign(db, &cast, one, &cast.health)), ["evidence-callback-unit-had-part"]);
        assign(db, &cast, one, &cast.education).unwrap();
        let caller = cast.by("teacher", &[(Role::Editor, &cast.education)]);
        assert_eq!(lines(db, &caller).len(), 1, "what their unit calls, and nothing else");
        assert!(lines(db, &cast.editor()).is_empty());
        let both = cast.by("both", &[(Role::Editor, &cast.education), (Role::Verifier, &cast.health)]);
        assert_eq!(keys(answer(db, &both, &one.id, 2, 40)), ["forbidden"], "works for the host too");
        let recorder = cast.by("editor", &[(Role::Editor, &cast.education)]);
        assert_eq!(
            keys(answer(db, &recorder, &one.id, 2, 40)),
            ["forbidden"],
            "recorded it, and moved since"
        );
        assert_eq!(keys(answer(db, &cast.editor(), &one.id, 2, 40)), ["not found"]);
        answer(db, &caller, &one.id, 2, 30).unwrap();
        let two = found(db, &cast, &one.id);
        assert_eq!(two.state.code(), "answered");
        assert_eq!(keys(answer(db, &caller, &one.id, 3, 46)), ["evidence-callback-answered"]);
    });
}

#[test]
fn whom_to_call_is_erased_after_the_answer_and_the_next_month_is_drawn_by_itself() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        lectures(db, &cast, 2);
        cast.move_to("2025-07-06");
        let drawn = draw(db, &cast, Size::default());
        let new = form(Details { on: super::cast::day("2025-07-02"), ..cast.lecture() });
        verified(db, &cast, &new);
        for one in &drawn {
            assign(db, &cast, &one.callback, &cast.education).unwrap();
        }
        let (first, second) = (&drawn[0].callback.id, &drawn[1].callback.id);
        answer(db, &cast.by("teacher", &[(Role::Editor, &cast.education)]), first, 2, 46).unwrap();
        let come_round = || act(db, &cast.coordinator(), actions::keep_up).unwrap();
        cast.move_to("2025-07-19");
        come_round();
        assert_ne!(found(db, &cast, first).contact, Contact::None);
        cast.move_to("2025-08-04");
        come_round();
        assert_eq!(found(db, &cast, first).contact, Contact::None);
        assert_ne!(found(db, &cast, second).contact, Contact::None);
        assert_eq!(lines(db, &cast.coordinator()).len(), 2);
        cast.move_to("2025-10-05");
        come_round();
        assert_eq!(found(db, &cast, second).contact, Contact::None);
        cast.move_to("2025-08-05");
        come_round();
        come_round();
        assert_eq!(lines(db, &cast.coordinator()).len(), 3, "July, once");
    });
}

#[test]
fn the_rate_stands_with_its_interval_and_n_and_below_ten_calls_nothing_is_said() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        lectures(db, &cast, 12);
        cast.move_to("2025-07-06");
        let drawn = draw(db, &cast, Size { percent: 100, least: 1, most: 10 });
        let caller = cast.by("teacher", &[(Role::Editor, &cast.education)]);
        let rate = || {
            let unit = cast.health.clone();
            act(db, &cast.coordinator(), move |tx, by| {
                let district = by.district().clone();
                let one = actions::rate_of(tx, &district, &unit, 2025)?;
                assert_eq!(actions::rates(tx, &district, 2025)?.remove(&unit), Some(one.clone()));
                Ok(one)
            })
            .unwrap()
        };
        for (at, one) in drawn.iter().enumerate() {
            assert!(at < 1 || rate().rate.is_none());
            assign(db, &cast, &one.callback, &cast.education).unwrap();
            answer(db, &caller, &one.callback.id, 2, if at < 3 { 20 } else { 46 }).unwrap();
        }
        let said: estimate::OverReporting = rate();
        let share = said.rate.unwrap();
        assert_eq!((said.n, said.over, said.heads), (10, 3, (460, 382)));
        assert!((share.value - 0.3).abs() < 1e-9 && share.lower > 0.1 && share.upper < 0.6, "{share:?}");
        assert_ne!(actions::callers(&caller), Reach::All);
    });
}

#[test]
fn a_call_is_given_and_answered_by_form_and_the_caller_is_not_shown_what_was_reported() {
    testkit::both(super::site::STREAMS, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        lectures(db, cast, 3);
        cast.move_to("2025-07-06");
        let mut coordinator = site.sign_in("c1", Role::Coordinator, &cast.society);
        let size = [("percent", "5"), ("least", "1"), ("most", "1")];
        let send = |month| [&[("month", month)][..], &size].concat();
        coordinator.get("/desk/callbacks").is(200).shows("抽取一个月的样本").shows("value=\"2025-06\"");
        coordinator
            .post("/desk/callbacks", &send("2025-07"))
            .is(422)
            .shows("还没有过完")
            .shows("value=\"2025-07\"");
        coordinator.get("/desk/callbacks");
        let drawn = coordinator.post("/desk/callbacks", &send("2025-06"));
        let page = coordinator.follow(&drawn);
        page.is(200).shows("共 1 个").shows("待分派").shows("随机种子");
        coordinator.get("/desk").shows("有 1 个回访还没有分派");
        let id = lines(db, &cast.coordinator())[0].callback.id.clone();
        let path = format!("/desk/callbacks/{id}");
        coordinator.get(&path).is(200).shows("联系方式在回访完成 14 天后自动删除").hides("卫生局</option>");
        let unit = cast.education.to_string();
        let given = [("version", "1"), ("unit", unit.as_str()), ("contact", "李主任")];
        coordinator.post(&format!("{path}/assignment"), &given).is(303);
        let rows =
            act(db, &cast.coordinator(), |tx, _| Ok(tx.query("select * from evidence_callback", &[])?));
        assert!(!format!("{:?}", rows.unwrap()).contains("李主任"), "whom to call is nowhere in the clear");
        let mut teacher = site.sign_in("t1", Role::Editor, &cast.education);
        teacher.get("/desk").shows("有 1 个回访等您单位打电话");
        teacher.get(&path).is(200).shows("李主任").hides(">46<").shows("故意不显示填报的人数");
        let bare = teacher.post(&format!("{path}/answer"), &[("version", "2"), ("held", "yes")]);
        bare.is(422).shows("请填对方说的人数");
        let heard = [("version", "2"), ("held", "yes"), ("heads", "30"), ("source", "community")];
        let done = teacher.post(&format!("{path}/answer"), &heard);
        teacher.follow(&done).shows("人数偏少").shows("46");
        teacher.get("/desk/callbacks/rates?year=2025").is(200).shows("还不能判断（n = 1，至少要 10 个）");
        coordinator.get("/desk/callbacks?format=csv").is(200).shows("人数偏少");
        let mut stranger = site.sign_in("s1", Role::Editor, &cast.health);
        stranger.get(&path).is(404);
    });
}
