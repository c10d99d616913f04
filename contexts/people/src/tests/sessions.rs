//! Sessions, signing in and previews on both databases.

use std::sync::Arc;

use db::Db;
use kernel::{Caller, FixedClock, Role};
use testkit::both;
use web::Visit;

use super::{Cast, STREAMS, TODAY, act, hash, keys};
use crate::accounts;
use crate::audit;
use crate::sessions;
use crate::sessions::sign_in::{self, SignedIn, Step};
use crate::units::UnitKind;

/// Somebody at a keyboard, not signed in.
fn visitor(cast: &Cast, address: &str, clock: &Arc<FixedClock>) -> Caller {
    let actor = kernel::Actor::public(cast.founded.district.clone());
    Caller { actor, clock: clock.clone(), address: address.into(), ..cast.admin.clone() }
}

fn begin(db: &Db, by: &Caller, login: &str, device: &str) -> Step {
    let (login, device) = (login.to_owned(), device.to_owned());
    act(db, by, move |tx, by| sign_in::begin(tx, by, &login, &device)).unwrap()
}

/// A try with a wrong password; whether it was looked at.
fn wrong(db: &Db, by: &Caller, login: &str) -> bool {
    match begin(db, by, login, "") {
        Step::Look(begun) => {
            act(db, by, move |tx, by| sign_in::fail(tx, by, &begun)).unwrap();
            true
        }
        Step::Wait { .. } => false,
    }
}

/// A try with the right password; `None` when it has to wait.
fn right(db: &Db, by: &Caller, login: &str, device: &str) -> Option<SignedIn> {
    match begin(db, by, login, device) {
        Step::Look(begun) => Some(act(db, by, move |tx, by| sign_in::succeed(tx, by, &begun)).unwrap()),
        Step::Wait { .. } => None,
    }
}

fn found(db: &Db, token: &str, clock: &Arc<FixedClock>) -> Visit {
    let (token, clock) = (token.to_owned(), clock.clone());
    db.read_now(move |tx| sessions::find(tx, &token, &*clock)).unwrap()
}

fn is_in(db: &Db, token: &str, clock: &Arc<FixedClock>) -> bool {
    matches!(found(db, token, clock), Visit::Known { .. })
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(TODAY))
}

#[test]
fn a_session_knows_its_account_until_it_is_signed_out() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        let first = right(db, &by, "ADMIN", "").unwrap();
        let second = right(db, &by, "admin", "").unwrap();
        assert_ne!(first.token, second.token);
        let Visit::Known { session, note } = found(db, &first.token, &clock) else { panic!("nobody") };
        assert_eq!(session.actor.account, Some(cast.founded.administrator.clone()));
        assert!(session.actor.has(Role::Administrator) && !session.must_change_password && !note);
        let csrf = session.csrf.clone();
        cast.act(db, move |tx, by| Ok(sessions::end(tx, by.district(), &csrf)?)).unwrap();
        assert!(!is_in(db, &first.token, &clock));
        assert!(is_in(db, &second.token, &clock), "another browser stays signed in");
        assert!(!is_in(db, "made up", &clock));
    });
}

#[test]
fn disabling_and_a_new_password_end_every_session_at_once() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, owner) = cast.account(db, "li", Role::Editor, &edu);
        let by = visitor(&cast, "10.0.0.1", &clock);
        let session = right(db, &by, "li", "").unwrap();
        act(db, &owner, |tx, by| accounts::change_password(tx, by, &hash("li"), &hash("new"))).unwrap();
        assert!(!is_in(db, &session.token, &clock));
        let session = right(db, &by, "li", "").unwrap();
        let of = id.clone();
        cast.act(db, move |tx, by| accounts::reset_password(tx, by, &of, 2, &hash("t"))).unwrap();
        assert!(!is_in(db, &session.token, &clock));
        let session = right(db, &by, "li", "").unwrap();
        let Visit::Known { session: known, .. } = found(db, &session.token, &clock) else { panic!("nobody") };
        assert!(known.must_change_password);
        cast.act(db, move |tx, by| accounts::disable(tx, by, &id, 3)).unwrap();
        assert!(!is_in(db, &session.token, &clock));
        let Step::Look(begun) = begin(db, &by, "li", "") else { panic!("throttled") };
        assert!(!begun.is_right("li").unwrap());
        let refused = act(db, &by, move |tx, by| sign_in::succeed(tx, by, &begun).map(|_| ()));
        assert_eq!(keys(refused.unwrap_err()), ["people-sign-in-wrong"]);
    });
}

#[test]
fn an_idle_session_is_over_and_stays_over_when_the_clock_jumps_back() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        let token = right(db, &by, "admin", "").unwrap().token;
        let note = || {
            let (token, clock) = (token.clone(), clock.clone());
            db.write_now(move |tx| sessions::note(tx, &token, &*clock)).unwrap();
        };
        // Seen now and then, it lives on.
        for _ in 0..3 {
            clock.advance_seconds(11 * 3600);
            assert!(matches!(found(db, &token, &clock), Visit::Known { note: true, .. }));
            note();
            assert!(matches!(found(db, &token, &clock), Visit::Known { note: false, .. }));
        }
        clock.advance_seconds(12 * 3600);
        assert!(matches!(found(db, &token, &clock), Visit::Over));
        note();
        clock.advance_seconds(-12 * 3600);
        assert!(matches!(found(db, &token, &clock), Visit::Nobody));
    });
}

#[test]
fn a_session_ends_after_seven_days_however_busy_it_is() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        let token = right(db, &by, "admin", "").unwrap().token;
        let mut hours = 0;
        while is_in(db, &token, &clock) {
            let (token, noted) = (token.clone(), clock.clone());
            db.write_now(move |tx| sessions::note(tx, &token, &*noted)).unwrap();
            clock.advance_seconds(6 * 3600);
            hours += 6;
            assert!(hours <= 7 * 24);
        }
        assert_eq!(hours, 7 * 24);
    });
}

#[test]
fn a_hundred_wrong_tries_on_one_account_are_looked_at_at_most_25_times_in_ten_minutes() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let mut looked = 0;
        for n in 0..100 {
            // From everywhere, the worst case.
            let by = visitor(&cast, &format!("10.0.{n}.1"), &clock);
            looked += usize::from(wrong(db, &by, "admin"));
            clock.advance_seconds(6);
        }
        assert!((10..=25).contains(&looked), "{looked}");
    });
}

#[test]
fn an_address_that_tries_many_accounts_once_each_is_limited() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        let looked = (0..200).filter(|n| wrong(db, &by, &format!("guess{n}"))).count();
        assert!((30..=40).contains(&looked), "{looked}");
    });
}

#[test]
fn strangers_cannot_keep_the_owner_out() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let owner = visitor(&cast, "10.0.0.1", &clock);
        let device = right(db, &owner, "admin", "").unwrap().device;
        let stranger = visitor(&cast, "10.9.9.9", &clock);
        for _ in 0..200 {
            wrong(db, &stranger, "admin");
            clock.advance_seconds(1);
        }
        // One stranger at one address: the owner gets in from anywhere, at once or within seconds.
        clock.advance_seconds(20);
        assert!(right(db, &visitor(&cast, "10.0.0.2", &clock), "admin", "").is_some());
        // Strangers everywhere: the owner's own browser is not counted with them.
        for n in 0..200 {
            wrong(db, &visitor(&cast, &format!("10.9.{n}.9"), &clock), "admin");
        }
        assert!(right(db, &visitor(&cast, "10.0.0.2", &clock), "admin", "").is_none());
        assert!(right(db, &owner, "admin", &device).is_some());
        // The old token of the browser was replaced, and another account's opens nothing.
        assert!(right(db, &owner, "admin", &device).is_none());
    });
}

#[test]
fn tries_at_once_are_counted_before_any_password_is_looked_at() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        let looked = (0..50).filter(|_| matches!(begin(db, &by, "admin", ""), Step::Look(_))).count();
        assert_eq!(looked, 5);
    });
}

#[test]
fn every_sign_in_is_in_the_trail_and_what_was_typed_is_not() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let by = visitor(&cast, "10.0.0.1", &clock);
        right(db, &by, "admin", "").unwrap();
        for _ in 0..6 {
            wrong(db, &by, "my-secret-password");
        }
        let list =
            cast.act(db, |tx, by| Ok(audit::list(tx, by.district(), &audit::Filter::default(), 50, 0)?));
        let list = list.unwrap();
        let count = |action: &str| list.iter().filter(|entry| entry.action == action).count();
        assert_eq!(count("people.sign-in"), 1);
        assert_eq!(count("people.sign-in.failed"), 5);
        assert_eq!(count("people.sign-in.throttled"), 1);
        assert!(list.iter().all(|entry| !format!("{entry:?}").contains("my-secret")));
        assert!(
            list.iter().filter(|entry| entry.action.contains("sign-in")).all(|e| e.address == "10.0.0.1")
        );
    });
}

#[test]
fn a_preview_has_the_grants_of_the_role_and_changes_nothing() {
    both(STREAMS, |db| {
        let (cast, clock) = (Cast::of(db), clock());
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, editor) = cast.account(db, "li", Role::Editor, &edu);
        let by = visitor(&cast, "10.0.0.1", &clock);
        let token = right(db, &by, "admin", "").unwrap().token;
        let Visit::Known { session, .. } = found(db, &token, &clock) else { panic!("nobody") };
        let (csrf, unit) = (session.csrf.clone(), edu.clone());
        cast.act(db, move |tx, by| sessions::view_as(tx, by, &csrf, Role::Editor, &unit)).unwrap();
        let Visit::Known { session, .. } = found(db, &token, &clock) else { panic!("nobody") };
        assert_eq!(session.actor.grants, editor.actor.grants);
        assert_eq!(session.viewing_as.as_ref().unwrap().unit, "教育局");
        let preview = Caller { actor: session.actor.clone(), ..cast.admin.clone() };
        let refused = act(db, &preview, move |tx, by| accounts::disable(tx, by, &id, 1));
        assert!(matches!(refused, Err(kernel::Refusal::Forbidden)));
        let csrf = session.csrf.clone();
        act(db, &preview, move |tx, by| sessions::leave(tx, by, &csrf)).unwrap();
        let Visit::Known { session, .. } = found(db, &token, &clock) else { panic!("nobody") };
        assert!(session.actor.has(Role::Administrator) && session.viewing_as.is_none());
        let trail =
            cast.act(db, |tx, by| Ok(audit::list(tx, by.district(), &audit::Filter::default(), 2, 0)?));
        let trail: Vec<_> = trail.unwrap().into_iter().map(|entry| (entry.action, entry.account)).collect();
        let admin = Some(cast.founded.administrator.clone());
        assert_eq!(trail[0], ("people.view-as.end".to_owned(), admin.clone()));
        assert_eq!(trail[1], ("people.view-as.begin".to_owned(), admin));
    });
}

#[test]
fn only_administrators_preview() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let root = cast.founded.root.clone();
        let (_, coordinator) = cast.account(db, "kexie", Role::Coordinator, &root);
        let refused = act(db, &coordinator, move |tx, by| {
            sessions::view_as(tx, by, "csrf", Role::Administrator, &root)
        });
        assert!(matches!(refused, Err(kernel::Refusal::Forbidden)));
    });
}
