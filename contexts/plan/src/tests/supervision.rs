//! Supervision: clocks, who may do what, and what the program raises by itself.

use db::Db;
use kernel::{Caller, Day, Refusal, Role, UnitId, Workdays};
use testkit::both;

use super::{Cast, STREAMS, as_caller, caller, grant, keys};
use crate::actions::annual::{self, NewLine};
use crate::supervision::actions::{self, Answer, NewItem};
use crate::supervision::raising::{self, Preview};
use crate::supervision::store;
use crate::supervision::{
    Cause, Clock, Held, Reason, Setting, State, Subject, SubjectKind, Supervision, SupervisionId, Who,
};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// An item that a coordinator raised, due on a day.
pub(super) fn item(due: &str) -> Supervision {
    let at = day("2025-11-03").at(9, 0);
    Supervision {
        id: "s".into(),
        year: 2025,
        n: 1,
        unit: "health".into(),
        cause: Cause::Manual,
        subject: Subject { kind: SubjectKind::Other, id: String::new(), title: "补报".into() },
        request: "请补报".into(),
        reason: Reason::default(),
        raised: Who { by: Some("coordinator".into()), name: "协调员".into(), at },
        due: day(due),
        state: State::Acknowledged,
        held: Held { level: 0, unit: "health".into(), on: at.day() },
        version: 1,
        is_demo: false,
    }
}

#[test]
fn a_clock_stands_while_the_other_side_decides_and_goes_on_with_the_days_that_were_left() {
    let calendar = Workdays::known();
    // Three working days were left on Friday the 7th; a week later the answer is sent back.
    let replied = item("2025-11-12").reply("unit".into(), "已办", day("2025-11-07")).unwrap();
    assert_eq!(replied.clock(day("2025-11-14"), &calendar), Clock::Stands(3, day("2025-11-07")));
    assert!(!replied.is_late(day("2025-11-14")), "a standing clock is never late");
    let back = replied.clone().send_back("缺照片", day("2025-11-14"), &calendar).unwrap();
    assert_eq!(back.due, day("2025-11-19"));
    assert_eq!(back.clock(day("2025-11-14"), &calendar), Clock::Runs(3));
    // Whoever answered on the last day gets one day more, over the weekend.
    let last = item("2025-11-07").reply("unit".into(), "已办", day("2025-11-07")).unwrap();
    let back = last.send_back("缺照片", day("2025-11-14"), &calendar).unwrap();
    assert_eq!(back.due, day("2025-11-17"));
    // Whoever was late stays late.
    let late = item("2025-11-05").reply("unit".into(), "已办", day("2025-11-07")).unwrap();
    let back = late.send_back("缺照片", day("2025-11-14"), &calendar).unwrap();
    assert_eq!(back.due, day("2025-11-05"));
    // More time counts from the day that was granted, and the unit holds it again.
    let asked = item("2025-11-12").ask_extension(day("2025-11-28"), "雨季", day("2025-11-10")).unwrap();
    let granted = |on: &str| asked.clone().grant(day(on), &calendar).unwrap();
    assert_eq!(granted("2025-11-12").due, day("2025-11-28"));
    // Granted only when the day has come or passed, it still leaves a day, over the weekend.
    for (on, due) in [("2025-11-28", "2025-12-01"), ("2025-12-03", "2025-12-04")] {
        assert_eq!(granted(on).due, day(due));
        assert!(!granted(on).is_late(day(on)));
    }
    assert_eq!(asked.refuse("不行", day("2025-11-11"), &calendar).unwrap().due, day("2025-11-13"));
}

#[test]
fn whoever_answered_does_not_close_and_every_decision_needs_words() {
    let replied = || item("2025-11-12").reply("unit".into(), "已办", day("2025-11-07")).unwrap();
    let who = |by: &str| Who { by: Some(by.into()), name: by.to_owned(), at: day("2025-11-10").at(9, 0) };
    assert_eq!(keys(&replied().close(who("unit"), "好").unwrap_err()), ["supervision-own-reply"]);
    assert_eq!(keys(&replied().close(who("other"), " ").unwrap_err()), ["supervision-words-missing"]);
    let late = item("2025-11-12").ask_extension(day("2025-11-12"), "雨季", day("2025-11-10"));
    assert_eq!(keys(&late.unwrap_err()), ["supervision-until-early"]);
}

fn new(unit: &UnitId) -> NewItem {
    NewItem {
        unit: unit.clone(),
        subject: Subject { kind: SubjectKind::Other, id: String::new(), title: "补报照片".into() },
        request: "请补报上半年活动照片".into(),
        n_days: Some(5),
    }
}

fn raised(cast: &Cast, db: &Db, unit: &UnitId) -> SupervisionId {
    let new = new(unit);
    cast.act(db, move |tx, by| actions::raise(tx, by, &new)).unwrap()
}

fn load(cast: &Cast, db: &Db, id: &SupervisionId) -> Supervision {
    let id = id.clone();
    cast.act(db, move |tx, by| actions::find(tx, by, &id)).unwrap()
}

/// Somebody at another day.
fn on(by: &Caller, day: &str) -> Caller {
    Caller { clock: std::sync::Arc::new(kernel::FixedClock::at(day)), ..by.clone() }
}

#[test]
fn an_item_goes_from_being_raised_to_being_closed_by_the_other_side() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = raised(&cast, db, &cast.unit("education"));
        // Monday the 1st of July 2024 and five working days.
        assert_eq!(load(&cast, db, &id).due, day("2024-07-08"));
        let of = id.clone();
        as_caller(db, &cast.editor, move |tx, by| actions::acknowledge(tx, by, (&of, 1))).unwrap();
        let of = id.clone();
        let answer = Answer { words: "已补报".into(), ..Answer::default() };
        as_caller(db, &cast.editor, move |tx, by| actions::reply(tx, by, (&of, 2), &answer)).unwrap();
        let of = id.clone();
        let stale = cast.act(db, move |tx, by| actions::close(tx, by, (&of, 2), "可以"));
        assert_eq!(keys(&stale.unwrap_err()), ["plan-changed-meanwhile"]);
        let of = id.clone();
        let unit = as_caller(db, &cast.editor, move |tx, by| actions::close(tx, by, (&of, 3), "可以"));
        assert!(matches!(unit, Err(Refusal::Forbidden)), "never by the replying unit");
        let of = id.clone();
        cast.act(db, move |tx, by| actions::close(tx, by, (&of, 3), "可以")).unwrap();
        let closed = load(&cast, db, &id);
        assert!(matches!(&closed.state, State::Closed { words, .. } if words == "可以"));
        let of = id.clone();
        let steps = cast.act(db, move |tx, by| Ok(store::step::list(tx, by.district(), &of)?)).unwrap();
        let steps: Vec<_> = steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(steps, ["raise", "acknowledge", "reply", "close"]);
    });
}

#[test]
fn an_item_of_another_unit_is_not_there_and_a_coordinator_decides_nothing_for_the_own_unit() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = raised(&cast, db, &cast.unit("health"));
        let of = id.clone();
        let hidden = as_caller(db, &cast.editor, move |tx, by| actions::find(tx, by, &of).map(|_| ()));
        assert!(matches!(hidden, Err(Refusal::NotFound)));
        let mut actor = cast.coordinator.actor.clone();
        actor.account = Some("second".into());
        actor.grants = vec![grant(Role::Coordinator, &cast.unit("health"))];
        let inside = caller(actor, 9);
        let withdrawn = as_caller(db, &inside, move |tx, by| actions::withdraw(tx, by, (&id, 1), "误发"));
        assert_eq!(keys(&withdrawn.unwrap_err()), ["supervision-own-unit"]);
    });
}

#[test]
fn a_late_item_goes_one_level_up_once_and_again_only_after_the_span() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = raised(&cast, db, &cast.unit("education"));
        let escalate = |today: &str| {
            let by = on(&cast.coordinator, today);
            as_caller(db, &by, raising::escalate_late).unwrap()
        };
        assert_eq!(escalate("2024-07-08"), 0, "the last day is not late");
        assert_eq!(escalate("2024-07-09"), 1);
        let held = load(&cast, db, &id).held;
        assert_eq!((held.level, held.on), (1, day("2024-07-09")));
        assert_ne!(held.unit, cast.unit("education"));
        assert_eq!(escalate("2024-07-10"), 0);
        assert_eq!(escalate("2024-07-30"), 0, "above the district is nobody");
        // The unit's answer stands the clock; nothing late is left.
        let answer = Answer { words: "已补报".into(), ..Answer::default() };
        as_caller(db, &cast.editor, move |tx, by| actions::reply(tx, by, (&id, 2), &answer)).unwrap();
        assert_eq!(escalate("2024-08-30"), 0);
    });
}

#[test]
fn a_late_item_passes_over_units_in_which_only_people_of_the_late_unit_itself_hold_roles() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let unit = cast.unit("education");
        let id = raised(&cast, db, &unit);
        let mut actor = cast.coordinator.actor.clone();
        let (admin, root) = (actor.account.clone().unwrap(), actor.grants[0].unit.clone());
        actor.grants = vec![grant(Role::Administrator, &root)];
        let by = caller(actor, 8);
        let own = unit.clone();
        // The only account above works in the late unit as well.
        let give = move |tx: &mut db::Tx<'_>, by: &Caller| {
            people::accounts::give_role(tx, by, &admin, Role::Coordinator, &own)
        };
        as_caller(db, &by, give).unwrap();
        let escalate =
            || as_caller(db, &on(&cast.coordinator, "2024-07-09"), raising::escalate_late).unwrap();
        assert_eq!(escalate(), 0, "nobody else is there to take it up");
        let password = people::accounts::hash("korrekt-pferd-2025", &*by.rng).unwrap();
        let above = root.clone();
        as_caller(db, &by, move |tx, by| {
            let new = people::accounts::NewAccount {
                login: "leader".into(),
                name: "分管领导".into(),
                unit: Some(above.clone()),
                password: password.clone(),
                must_change_password: false,
                roles: vec![(Role::Viewer, above.clone())],
            };
            people::accounts::create(tx, by, new)
        })
        .unwrap();
        assert_eq!(escalate(), 1);
        assert_eq!(load(&cast, db, &id).held.unit, root);
    });
}

#[test]
fn the_end_of_a_year_is_looked_at_once_in_the_quarter_after_it_until_the_year_is_closed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let item = idle_unit(&cast, db);
        let line = format!("2024/{item}");
        let asked = |today: &str| {
            let found = missed(&cast, db, today);
            let of = found.into_iter().find(|(_, subject, _)| *subject == line)?;
            of.2.into_iter().find(|(name, _)| name == "asked").map(|(_, n)| n)
        };
        assert_eq!(asked("2024-12-31").as_deref(), Some("22"), "December runs still");
        assert_eq!(asked("2025-01-03").as_deref(), Some("22"), "its deliveries may still be verified");
        assert_eq!(asked("2025-01-13").as_deref(), Some("24"));
        assert_eq!(asked("2025-04-01"), None, "a quarter later it is no news");
        as_caller(db, &on(&cast.coordinator, "2025-01-13"), raising::raise_due).unwrap();
        let open = cast.act(db, |tx, by| {
            let filter = store::list::Filter { cause: Some(Cause::Missed), ..Default::default() };
            Ok(store::list::page(tx, by.district(), (&kernel::Reach::All, &filter), by.today(), (9, 0))?)
        });
        let [one] = open.unwrap().try_into().unwrap();
        let by = on(&cast.coordinator, "2025-01-14");
        as_caller(db, &by, move |tx, by| actions::withdraw(tx, by, (&one.id, 1), "年度已过")).unwrap();
        assert_eq!(asked("2025-03-20"), None, "said once: nothing can be added to that year");
    });
}

#[test]
fn what_was_due_at_the_plans_end_is_raised_after_it_and_nothing_of_the_time_between_two_plans() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let of_targets = |today: &str| -> Vec<String> {
            let found = would(&cast, db, today);
            assert!(found.iter().all(|(cause, _, _)| *cause == Cause::Behind), "{found:?}");
            found.into_iter().map(|(_, subject, _)| subject).collect()
        };
        let before = of_targets("2025-12-31");
        assert!(!before.is_empty());
        assert_eq!(of_targets("2026-01-05"), before, "judged as of the plan's last day");
        assert_eq!(of_targets("2026-04-01"), Vec::<String>::new());
    });
}

/// The bureau of education plans two sessions a month for a measure that it leads, and holds none.
fn idle_unit(cast: &Cast, db: &Db) -> String {
    let id = cast.published(db);
    let unit = cast.unit("education");
    let leads =
        |item: &&crate::Item| item.is_measure() && item.role_of(&unit).is_some_and(crate::item::leads);
    let item = cast.content(db, &id).items.iter().find(leads).unwrap().id.clone();
    let lines = [NewLine { item: item.clone(), what: "公开课".into(), months: [2; 12], n_heads: None }];
    as_caller(db, &cast.editor, move |tx, by| {
        annual::write(tx, by, &unit, 2024, 0, &lines)?;
        annual::submit(tx, by, &unit, 2024, 1)
    })
    .unwrap();
    item.to_string()
}

/// Cause, id of the subject, arguments of the reason.
type Found = (Cause, String, Vec<(String, String)>);

fn would(cast: &Cast, db: &Db, today: &str) -> Vec<Found> {
    let by = on(&cast.coordinator, today);
    let preview = as_caller(db, &by, raising::preview).unwrap();
    let Preview::Would(_, found) = preview else { return Vec::new() };
    found.into_iter().map(|one| (one.cause, one.subject.id, one.reason.args)).collect()
}

/// Of these only the lines that a unit missed: the plan's targets are behind as well.
fn missed(cast: &Cast, db: &Db, today: &str) -> Vec<Found> {
    would(cast, db, today).into_iter().filter(|(cause, _, _)| *cause == Cause::Missed).collect()
}

#[test]
fn a_missed_line_is_raised_once_with_its_figures_and_not_again_while_it_is_open_or_has_just_ended() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let item = idle_unit(&cast, db);
        // On the 1st of July June has ended, but its deliveries may still be verified.
        let found = missed(&cast, db, "2024-07-01");
        let [(Cause::Missed, subject, args)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(*subject, format!("2024/{item}"));
        let figure = |name: &str| args.iter().find(|(of, _)| of == name).map(|(_, n)| n.as_str());
        assert_eq!((figure("asked"), figure("now"), figure("short")), (Some("10"), Some("0"), Some("10")));
        let n = |today: &str| as_caller(db, &on(&cast.coordinator, today), raising::raise_due).unwrap();
        assert_eq!(n("2024-07-01"), 3, "the line, and two targets");
        assert_eq!(n("2024-07-02"), 0, "it is open");
        assert!(missed(&cast, db, "2024-07-31").is_empty());
        let open = cast.act(db, |tx, by| {
            let cause = Some(Cause::Missed);
            let filter = store::list::Filter { cause, state: Some("open"), ..Default::default() };
            Ok(store::list::page(tx, by.district(), (&kernel::Reach::All, &filter), by.today(), (9, 0))?)
        });
        let [one] = open.unwrap().try_into().unwrap();
        assert_eq!(one.due, day("2024-07-08"), "five working days");
        cast.act(db, move |tx, by| actions::withdraw(tx, by, (&one.id, 1), "活动改期")).unwrap();
        assert!(missed(&cast, db, "2024-07-02").is_empty(), "it has just ended");
        assert_eq!(missed(&cast, db, "2024-07-29").len(), 1, "twenty working days later");
    });
}

#[test]
fn what_is_switched_off_is_not_raised_and_after_the_plans_years_nothing_is() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        idle_unit(&cast, db);
        let off = Setting { active: false, ..Setting::of(Cause::Missed) };
        cast.act(db, move |tx, by| actions::set(tx, by, &[(Cause::Missed, off)])).unwrap();
        // Without its line being raised, the measure itself is behind.
        let found = would(&cast, db, "2024-07-01");
        assert!(found.iter().all(|(cause, _, _)| *cause == Cause::Behind) && !found.is_empty(), "{found:?}");
        let off = Setting { active: false, ..Setting::of(Cause::Behind) };
        cast.act(db, move |tx, by| actions::set(tx, by, &[(Cause::Behind, off)])).unwrap();
        assert!(would(&cast, db, "2024-07-01").is_empty());
        let on = Setting::of(Cause::Behind);
        cast.act(db, move |tx, by| actions::set(tx, by, &[(Cause::Behind, on)])).unwrap();
        assert!(would(&cast, db, "2026-07-01").is_empty());
        let wrong = Setting { n_days: 0, ..on };
        let refused = cast.act(db, move |tx, by| actions::set(tx, by, &[(Cause::Behind, wrong)]));
        assert_eq!(keys(&refused.unwrap_err()), ["supervision-setting-range"]);
    });
}
