//! Recording: what is refused, in words that help, and what is done exactly once.

use kernel::{Group, Role};

use super::cast::{Cast, STREAMS, act, day, form, keys, verified};
use crate::reading::{Typed, details};
use crate::{Details, NewDelivery, State, actions, store};

fn typed(changes: &[(&str, &str)]) -> Typed {
    let all = [
        ("kind", "lecture"),
        ("title", "野生菌怎么认"),
        ("on", "2025-06-01"),
        ("minutes", "90"),
        ("town", "t"),
        ("host", "h"),
        ("method", "estimate"),
        ("purpose", "m1"),
        ("heads_elderly", "46"),
    ];
    let kept = all.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    Typed::new(kept.chain(changes.iter().copied()))
}

#[test]
fn what_was_typed_is_read_with_wide_digits_and_thousands() {
    let read =
        details(&typed(&[("heads_elderly", "１,２０４"), ("start", "14：05"), ("minutes", " 90 ")])).unwrap();
    assert_eq!(read.heads[&Group::Elderly], 1204);
    assert_eq!(read.start, Some(14 * 60 + 5));
}

#[test]
fn what_is_no_number_is_named_and_never_taken_for_zero() {
    let cases = [
        ("heads_elderly", "N/A", "error-not-a-number"),
        ("heads_elderly", "-", "error-not-a-number"),
        ("heads_elderly", "High", "error-not-a-number"),
        ("heads_elderly", "约30", "error-not-a-number"),
        ("heads_elderly", "4.5", "error-not-a-number"),
        ("heads_elderly", "-46", "error-negative"),
        ("heads_elderly", "10000000", "evidence-heads-too-many"),
        ("heads_elderly", "99999999999999999999", "evidence-heads-too-many"),
        ("heads_elderly", "", "evidence-heads-missing"),
        ("heads_elderly", "0", "evidence-heads-missing"),
        ("minutes", "0", "evidence-minutes-range"),
        ("minutes", "100000", "evidence-minutes-range"),
        ("minutes", "", "error-missing"),
        ("start", "25:00", "evidence-time-unreadable"),
        ("on", "昨天", "error-not-a-day"),
        ("on", "2025-02-30", "error-not-a-day"),
        ("kind", "party", "evidence-choice-unknown"),
        ("title", "", "error-missing"),
        ("purpose", "", "evidence-purpose-missing"),
    ];
    for (field, text, key) in cases {
        assert_eq!(keys(details(&typed(&[(field, text)]))), [key], "{field} {text:?}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once_each_at_its_field() {
    let refused = details(&typed(&[("on", "x"), ("heads_elderly", "-1"), ("title", "")]));
    let kernel::Refusal::Invalid(problems) = refused.unwrap_err() else { panic!() };
    let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["title", "on", "heads_elderly"]);
}

/// Tries to record something and says why it was refused.
fn refused(change: impl Fn(&Cast, &mut Details), expected: &[&str]) {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let mut lecture = cast.lecture();
        change(&cast, &mut lecture);
        let new = form(lecture);
        let result = act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new));
        assert_eq!(keys(result), expected);
    });
}

#[test]
fn a_day_ahead_is_refused() {
    refused(|_, it| it.on = day("2025-06-16"), &["evidence-day-ahead"]);
}

#[test]
fn a_day_before_the_plan_is_refused() {
    refused(|_, it| it.on = day("2020-12-31"), &["evidence-day-outside-plan"]);
}

#[test]
fn between_two_plans_people_go_on_recording_under_the_old_one_until_the_new_one_is_in_force() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        cast.move_to("2026-02-10");
        let mut lecture = cast.lecture();
        lecture.on = day("2026-02-08");
        let id = verified(db, &cast, &form(lecture.clone()));
        let found = act(db, &cast.editor(), move |tx, by| actions::delivery::find(tx, by, &id)).unwrap();
        assert!(matches!(found.state(), State::Verified { .. }));
        let mut next = cast.purposes();
        next.push(crate::Purpose {
            id: "m3".into(),
            from: day("2026-01-01"),
            to: day("2030-12-31"),
            ..next[0].clone()
        });
        let boss = cast.coordinator();
        act(db, &boss, move |tx, by| crate::purposes::register(tx, by, &next)).unwrap();
        let old = form(lecture.clone());
        let refused = act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &old));
        assert_eq!(keys(refused), ["evidence-day-outside-plan"]);
        lecture.purposes = ["m3".into()].into();
        let new = form(lecture);
        act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
    });
}

#[test]
fn a_host_outside_reach_is_refused() {
    refused(|cast, it| it.host = cast.education.clone(), &["evidence-host-outside"]);
}

#[test]
fn an_unknown_town_host_and_purpose_are_refused_together() {
    let change = |_: &Cast, it: &mut Details| {
        it.town = "nowhere".into();
        it.host = "nobody".into();
        it.purposes = ["m9".into()].into();
    };
    refused(change, &["evidence-town-unknown", "evidence-unit-unknown", "evidence-purpose-unknown"]);
}

#[test]
fn a_department_is_no_town() {
    refused(|cast, it| it.town = cast.health.clone(), &["evidence-town-unknown"]);
}

#[test]
fn a_unit_has_one_part_in_a_delivery() {
    let change = |cast: &Cast, it: &mut Details| {
        it.co_hosts.insert(cast.health.clone());
        it.supporters.insert(cast.health.clone());
    };
    refused(change, &["evidence-co-host-is-host", "evidence-supporter-organises"]);
}

#[test]
fn a_form_sent_twice_from_a_phone_records_once_and_answers_the_same() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let new = NewDelivery { client_key: "01JZZZZZZZZZZZZZZZZZZZZZZZ".into(), ..form(cast.lecture()) };
        let send = |new: &NewDelivery| {
            let new = new.clone();
            act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new))
        };
        let first = send(&new).unwrap();
        assert_eq!(send(&new).unwrap(), first);
        let mut other = new;
        other.details.title = "另一场".into();
        assert_eq!(
            keys(send(&other)),
            ["evidence-sent-before"],
            "other words under the same key are not dropped"
        );
    });
}

#[test]
fn nobody_verifies_their_own_even_as_coordinator() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let both = cast.by("editor", &[(Role::Editor, &cast.health), (Role::Coordinator, &cast.society)]);
        let new = form(cast.lecture());
        let id = act(db, &both, move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
        let verify = act(db, &both, move |tx, by| actions::delivery::verify(tx, by, (&id, 1)));
        assert_eq!(keys(verify), ["evidence-verify-own"]);
    });
}

#[test]
fn a_stranger_finds_nothing_and_a_viewer_changes_nothing() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let id = verified(db, &cast, &form(cast.lecture()));
        let other = cast.by("other", &[(Role::Verifier, &cast.education)]);
        let viewer = cast.by("viewer", &[(Role::Viewer, &cast.society)]);
        let withdraw = |by: &kernel::Caller| {
            let id = id.clone();
            act(db, by, move |tx, by| actions::delivery::withdraw(tx, by, (&id, 2), "没有发生"))
        };
        assert_eq!(keys(withdraw(&other)), ["not found"]);
        assert_eq!(keys(withdraw(&viewer)), ["forbidden"]);
        let mut preview = cast.verifier();
        preview.actor.viewing_for = Some("admin".into());
        assert_eq!(keys(withdraw(&preview)), ["forbidden"]);
    });
}

#[test]
fn a_returned_delivery_is_mended_and_submitted_again() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let new = form(cast.lecture());
        let id = act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
        let one = id.clone();
        let bare =
            act(db, &cast.verifier(), move |tx, by| actions::delivery::send_back(tx, by, (&one, 1), " "));
        assert_eq!(keys(bare), ["evidence-reason-missing"]);
        let one = id.clone();
        act(db, &cast.verifier(), move |tx, by| actions::delivery::send_back(tx, by, (&one, 1), "人数不对"))
            .unwrap();
        let inbox = |of: &kernel::Caller| {
            let told = act(db, of, |tx, by| {
                let account = by.actor.account.clone().unwrap();
                let all = jobs::outbox::Filter::default();
                jobs::outbox::list(tx, by.district(), &account, all, (50, 0))
            });
            told.unwrap().into_iter().map(|one| (one.kind, one.href)).collect::<Vec<_>>()
        };
        let returned = ("evidence.delivery.returned".to_owned(), format!("/desk/deliveries/{id}"));
        assert_eq!((inbox(&cast.editor()), inbox(&cast.verifier())), (vec![returned], vec![]));
        let mut mended = form(cast.lecture());
        mended.details.heads = [(Group::Elderly, 40)].into();
        let (one, stale) = (id.clone(), mended.clone());
        let late = act(db, &cast.editor(), move |tx, by| actions::delivery::edit(tx, by, (&one, 1), &stale));
        assert_eq!(keys(late), ["evidence-changed-meanwhile"]);
        let one = id.clone();
        act(db, &cast.editor(), move |tx, by| actions::delivery::edit(tx, by, (&one, 2), &mended)).unwrap();
        let now = act(db, &cast.editor(), move |tx, by| actions::delivery::find(tx, by, &id)).unwrap();
        assert!(matches!(now.state(), State::Submitted { .. }));
        assert_eq!((now.version, now.details.all_heads()), (4, 40));
    });
}

#[test]
fn names_on_a_sign_in_list_are_nowhere_in_the_database() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let new = NewDelivery { persons: "欧阳某某 1234\n司马某某".into(), ..form(cast.lecture()) };
        let id = verified(db, &cast, &new);
        let persons =
            act(db, &cast.editor(), move |tx, by| store::person::of_delivery(tx, by.district(), &id));
        let persons = persons.unwrap();
        assert_eq!(persons.len(), 2);
        assert!(persons.iter().all(|hash| hash.len() == 64 && hash.is_ascii()));
    });
}

#[test]
fn every_change_is_audited() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let id = verified(db, &cast, &form(cast.lecture()));
        super::cast::withdrawn(db, &cast, &id);
        let rows = act(db, &cast.editor(), move |tx, _| {
            Ok(tx
                .query("select action from audit_entry where subject_id = $1 order by seq", db::params![&id])?
                .len())
        });
        assert_eq!(rows.unwrap(), 3);
    });
}
