//! Accounts and roles on both databases.

use kernel::{Refusal, Role};
use testkit::both;

use super::{Cast, STREAMS, act, day, hash, keys};
use crate::accounts::{self, AccountState, Filter, NewAccount, import};
use crate::units::UnitKind;

#[test]
fn a_login_is_taken_however_it_is_typed() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let open = |login: &'static str| {
            cast.act(db, move |tx, by| {
                let new = NewAccount {
                    login: login.into(),
                    name: "乙".into(),
                    unit: None,
                    password: hash("x"),
                    must_change_password: true,
                    roles: Vec::new(),
                };
                accounts::create(tx, by, new)
            })
        };
        assert!(open("LiWei").is_ok());
        assert_eq!(keys(open("liwei").unwrap_err()), ["people-login-taken"]);
        assert_eq!(keys(open("ｌｉｗｅｉ").unwrap_err()), ["people-login-taken"]);
        assert_eq!(keys(open("li wei").unwrap_err()), ["people-login-malformed"]);
    });
}

#[test]
fn the_last_administrator_stays() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let admin = cast.founded.administrator.clone();
        let root = cast.founded.root.clone();
        let id = admin.clone();
        let refused = cast.act(db, move |tx, by| accounts::disable(tx, by, &id, 1));
        assert_eq!(keys(refused.unwrap_err()), ["people-last-administrator"]);
        let end = |id: kernel::AccountId| {
            cast.act(db, move |tx, by| {
                let held = accounts::held(tx, by.district(), &id)?;
                accounts::end_role(tx, by, &id, &held[0].id)
            })
        };
        assert_eq!(keys(end(admin.clone()).unwrap_err()), ["people-last-administrator"]);
        // With a second one, the first may go.
        cast.account(db, "second", Role::Administrator, &root);
        end(admin.clone()).unwrap();
        assert!(super::actor(db, &cast.founded, &admin).grants.is_empty());
    });
}

#[test]
fn a_role_held_already_is_not_given_twice_and_ends_once() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, _) = cast.account(db, "li", Role::Editor, &edu);
        let (of, unit) = (id.clone(), edu.clone());
        let twice = cast.act(db, move |tx, by| accounts::give_role(tx, by, &of, Role::Editor, &unit));
        assert_eq!(keys(twice.unwrap_err()), ["people-role-held"]);
        let end = || {
            let of = id.clone();
            cast.act(db, move |tx, by| {
                let held = accounts::held(tx, by.district(), &of)?;
                accounts::end_role(tx, by, &of, &held[0].id)
            })
        };
        end().unwrap();
        assert_eq!(keys(end().unwrap_err()), ["people-role-ended"]);
        let (of, unit) = (id.clone(), edu.clone());
        cast.act(db, move |tx, by| accounts::give_role(tx, by, &of, Role::Editor, &unit)).unwrap();
        assert_eq!(super::actor(db, &cast.founded, &id).grants.len(), 1);
        let ghost =
            cast.act(db, move |tx, by| accounts::give_role(tx, by, &"ghost".into(), Role::Editor, &edu));
        assert!(matches!(ghost, Err(Refusal::NotFound)));
    });
}

#[test]
fn a_disabled_account_comes_back_with_a_temporary_password() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, _) = cast.account(db, "li", Role::Editor, &edu);
        let state = || {
            let of = id.clone();
            cast.act(db, move |tx, by| Ok(accounts::find(tx, by.district(), &of)?)).unwrap().unwrap().state
        };
        let of = id.clone();
        cast.act(db, move |tx, by| accounts::disable(tx, by, &of, 1)).unwrap();
        assert!(matches!(state(), AccountState::Disabled { .. }));
        let of = id.clone();
        let again = cast.act(db, move |tx, by| accounts::disable(tx, by, &of, 2));
        assert_eq!(keys(again.unwrap_err()), ["people-account-is-disabled"]);
        let of = id.clone();
        let reset = cast.act(db, move |tx, by| accounts::reset_password(tx, by, &of, 2, &hash("t")));
        assert_eq!(keys(reset.unwrap_err()), ["people-account-is-disabled"]);
        let of = id.clone();
        cast.act(db, move |tx, by| accounts::enable(tx, by, &of, 2, &hash("t"))).unwrap();
        assert_eq!(state(), AccountState::Temporary);
        let of = id.clone();
        let stale = cast.act(db, move |tx, by| accounts::rename(tx, by, &of, 2, "丙", None));
        assert_eq!(keys(stale.unwrap_err()), ["people-account-changed-meanwhile"]);
    });
}

#[test]
fn only_administrators_touch_accounts() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let root = cast.founded.root.clone();
        let (id, coordinator) = cast.account(db, "kexie", Role::Coordinator, &root);
        let of = id.clone();
        let refused =
            act(db, &coordinator, move |tx, by| accounts::give_role(tx, by, &of, Role::Administrator, &root));
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        let refused = act(db, &coordinator, move |tx, by| accounts::disable(tx, by, &id, 1));
        assert!(matches!(refused, Err(Refusal::Forbidden)));
    });
}

#[test]
fn an_owner_changes_the_password_that_was_checked_and_no_other() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, owner) = cast.account(db, "li", Role::Editor, &edu);
        let stale = act(db, &owner, |tx, by| accounts::change_password(tx, by, &hash("old"), &hash("new")));
        assert_eq!(keys(stale.unwrap_err()), ["people-password-changed-meanwhile"]);
        act(db, &owner, |tx, by| accounts::change_password(tx, by, &hash("li"), &hash("new"))).unwrap();
        let of = id.clone();
        let stored =
            cast.act(db, move |tx, by| Ok(accounts::password_hash(tx, by.district(), &of)?)).unwrap();
        assert_eq!(stored, Some(hash("new")));
    });
}

#[test]
fn a_list_is_filtered_by_text_state_and_role() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (id, _) = cast.account(db, "li.wei", Role::Editor, &edu);
        cast.account(db, "wang", Role::Verifier, &edu);
        cast.act(db, move |tx, by| accounts::disable(tx, by, &id, 1)).unwrap();
        let list = |text: &'static str, state: &'static str, role: &'static str| {
            let found = cast.act(db, move |tx, by| {
                let filter = Filter { text: text.into(), state: state.into(), role: role.into() };
                let list = accounts::list(tx, by.district(), by.today(), &filter, 10, 0)?;
                assert_eq!(
                    accounts::count(tx, by.district(), by.today(), &filter)?,
                    i64::try_from(list.len()).unwrap()
                );
                Ok(list)
            });
            found.unwrap().into_iter().map(|account| account.login).collect::<Vec<_>>()
        };
        assert_eq!(list("", "", "").len(), 3);
        assert_eq!(list("LI.", "", ""), ["li.wei"]);
        assert_eq!(list("l_.", "", ""), Vec::<String>::new(), "an underscore is only an underscore");
        assert_eq!(list("", "disabled", ""), ["li.wei"]);
        assert_eq!(list("", "active", "verifier"), ["wang"]);
    });
}

#[test]
fn an_editors_reach_follows_the_tree_of_the_day() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let school = cast.unit(db, UnitKind::School, "一小", Some(&edu));
        let other = cast.unit(db, UnitKind::Department, "民政局", None);
        let (id, _) = cast.account(db, "li", Role::Editor, &edu);
        let reach = super::actor(db, &cast.founded, &id).reach(&[Role::Editor]);
        assert!(reach.includes(&edu) && reach.includes(&school) && !reach.includes(&other));
        let district = cast.founded.district.clone();
        let before =
            db.read_now(move |tx| Ok(accounts::actor(tx, &district, &id, day("2025-05-31"))?)).unwrap();
        assert!(before.unwrap().grants.is_empty(), "roles begin on the day they are given");
    });
}

#[test]
fn a_login_typed_in_two_widths_of_one_table_is_one_account() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.unit(db, UnitKind::Department, "教育局", None);
        let row = |line, login: &str, role| import::Row {
            line,
            login: login.into(),
            name: "张三".into(),
            unit: "教育局".into(),
            role_written: String::new(),
            role: Some(role),
        };
        let rows = vec![row(2, "ZhangSan", Role::Editor), row(3, "zhangsan", Role::Verifier)];
        let asked = rows.clone();
        let logins = cast.act(db, move |tx, by| import::new_logins(tx, by, &asked)).unwrap();
        let hashes: std::collections::BTreeMap<_, _> =
            logins.into_iter().map(|(key, login)| (key, hash(&login))).collect();
        let done = cast.act(db, move |tx, by| import::run(tx, by, &rows, &hashes)).unwrap();
        assert_eq!((done.opened.len(), done.given), (1, 1));
        assert_eq!(done.opened[0].login, "ZhangSan");
    });
}
