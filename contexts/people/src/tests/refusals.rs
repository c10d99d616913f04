//! What is refused rarely, each with its own reason.

use kernel::{Role, UnitId};
use testkit::both;

use super::{Cast, STREAMS, hash, keys, new_unit};
use crate::accounts::{self, NewAccount};
use crate::district::{self, Settings};
use crate::units::import::{self, Row};
use crate::units::{self, Change, UnitKind};

#[test]
fn a_unit_is_not_merged_into_what_lies_below_it_or_is_not_there() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let school = cast.unit(db, UnitKind::School, "一小", Some(&edu));
        for (into, key) in [
            (edu.clone(), "people-unit-successor-below"),
            (school, "people-unit-successor-below"),
            (UnitId::from("ghost"), "people-unit-successor-missing"),
        ] {
            let change = cast.change(db, &edu, "2025-06-01");
            let refused = cast.act(db, move |tx, by| units::merge(tx, by, change.clone(), &into));
            assert_eq!(keys(refused.unwrap_err()), [key]);
        }
    });
}

#[test]
fn nothing_comes_out_of_a_unit_before_it_begins_and_no_reason_is_endless() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let early = cast.change(db, &edu, "2020-06-01");
        let new = new_unit(UnitKind::Department, "体育局", None);
        let refused = cast.act(db, move |tx, by| units::split(tx, by, early.clone(), new.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-not-begun"]);
        let long = Change { reason: "长".repeat(201), ..cast.change(db, &edu, "2025-06-01") };
        let refused = cast.act(db, move |tx, by| units::close(tx, by, long.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-reason-too-long"]);
    });
}

#[test]
fn a_child_that_comes_later_keeps_its_parent_from_closing() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let school = cast.unit(db, UnitKind::School, "一小", None);
        let change = cast.change(db, &school, "2025-09-01");
        let to = edu.clone();
        cast.act(db, move |tx, by| units::move_under(tx, by, change.clone(), &to)).unwrap();
        let change = cast.change(db, &edu, "2025-06-01");
        let refused = cast.act(db, move |tx, by| units::close(tx, by, change.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-has-units"]);
    });
}

#[test]
fn an_account_works_in_a_unit_of_today_and_has_a_name() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let refused = cast.act(db, |tx, by| {
            let new = NewAccount {
                login: "li".into(),
                name: " ".into(),
                unit: Some("ghost".into()),
                password: hash("li"),
                must_change_password: true,
                roles: vec![(Role::Editor, "ghost".into())],
            };
            accounts::create(tx, by, new)
        });
        assert_eq!(keys(refused.unwrap_err()), ["people-name-malformed", "people-account-unit-missing"]);
        let id = cast.founded.administrator.clone();
        let refused =
            cast.act(db, move |tx, by| accounts::give_role(tx, by, &id, Role::Editor, &"ghost".into()));
        assert_eq!(keys(refused.unwrap_err()), ["people-role-unit-missing"]);
        let id = cast.founded.administrator.clone();
        let refused = cast.act(db, move |tx, by| accounts::enable(tx, by, &id, 1, &hash("t")));
        assert_eq!(keys(refused.unwrap_err()), ["people-account-is-enabled"]);
    });
}

#[test]
fn a_district_has_a_name_and_a_code_of_six_digits() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let stored = cast.act(db, |tx, by| Ok(district::settings(tx, by.district())?)).unwrap().unwrap();
        for (name, code, expected) in [
            ("", "530302", vec!["people-district-name-missing"]),
            (&*"麒".repeat(51), "530302", vec!["people-district-name-long"]),
            ("麒麟区", "53030", vec!["people-district-code"]),
            (" ", "53030x", vec!["people-district-name-missing", "people-district-code"]),
        ] {
            let new = Settings { name: name.to_owned(), code: code.to_owned(), ..stored.clone() };
            let refused = cast.act(db, move |tx, by| district::change_settings(tx, by, &new));
            assert_eq!(keys(refused.unwrap_err()), expected, "{name} {code}");
        }
    });
}

#[test]
fn a_table_does_not_change_what_is_there_and_does_not_guess() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let civil = cast.unit(db, UnitKind::Department, "民政局", None);
        cast.unit(db, UnitKind::School, "一小", Some(&edu));
        cast.unit(db, UnitKind::School, "一小", Some(&civil));
        let row = |name: &str, kind, parent: &str, short: &str| Row {
            line: 2,
            name: name.into(),
            kind: Some(kind),
            parent: parent.into(),
            from: "2021-01-01".into(),
            short_name: short.into(),
            ..Row::default()
        };
        for (row, expected) in [
            (row("教育局", UnitKind::Team, "", ""), vec!["people-import-kind-differs"]),
            (row("教育局", UnitKind::Department, "", "教委"), vec!["people-import-differs"]),
            (row("一班", UnitKind::Team, "一小", ""), vec!["people-import-parent-unsure"]),
            (row("一班", UnitKind::Team, "三小", ""), vec!["people-import-no-parent"]),
            (row("沾益区", UnitKind::District, "", ""), vec!["people-unit-second-district"]),
            (row("", UnitKind::Team, "", ""), vec!["people-unit-name-missing"]),
        ] {
            let table = [row];
            let refused = cast.act(db, move |tx, by| import::run(tx, by, &table));
            assert_eq!(keys(refused.unwrap_err()), expected);
        }
    });
}
