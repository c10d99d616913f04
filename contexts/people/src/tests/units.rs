//! The dated tree on both databases.

use db::Db;
use kernel::{Refusal, Role, UnitId};
use testkit::both;

use super::{Cast, STREAMS, TODAY, act, day, keys, new_unit};
use crate::units::{self, NameMatch, NewUnit, Renamed, UnitKind, Via};

fn named(name: &str) -> Renamed {
    Renamed { name: name.into(), short_name: String::new(), name_en: None, code: None }
}

fn name_on(cast: &Cast, db: &Db, id: &UnitId, on: &str) -> Option<String> {
    let (id, on) = (id.clone(), day(on));
    cast.act(db, move |tx, by| Ok(units::find(tx, by.district(), &id, on)?)).unwrap().map(|unit| unit.name)
}

fn path_on(cast: &Cast, db: &Db, id: &UnitId, on: &str) -> Vec<String> {
    let (id, on) = (id.clone(), day(on));
    let path = cast.act(db, move |tx, by| Ok(units::path(tx, by.district(), &id, on)?)).unwrap();
    path.into_iter().map(|unit| unit.name).collect()
}

#[test]
fn a_renamed_unit_keeps_its_old_name_in_last_years_report() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "区教育局", None);
        let change = cast.change(db, &edu, "2025-03-01");
        cast.act(db, move |tx, by| units::rename(tx, by, change.clone(), named("区教育体育局"))).unwrap();
        assert_eq!(name_on(&cast, db, &edu, "2024-12-31").as_deref(), Some("区教育局"));
        assert_eq!(name_on(&cast, db, &edu, "2025-02-28").as_deref(), Some("区教育局"));
        assert_eq!(name_on(&cast, db, &edu, "2025-03-01").as_deref(), Some("区教育体育局"));
        assert_eq!(name_on(&cast, db, &edu, "2020-12-31"), None);
    });
}

#[test]
fn a_moved_unit_lies_where_it_lay_before_the_day() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let town = cast.unit(db, UnitKind::Town, "越州镇", None);
        let school = cast.unit(db, UnitKind::School, "一小", Some(&edu));
        let change = cast.change(db, &school, "2025-01-01");
        let to = town.clone();
        cast.act(db, move |tx, by| units::move_under(tx, by, change.clone(), &to)).unwrap();
        assert_eq!(path_on(&cast, db, &school, "2024-12-31"), ["麒麟区", "教育局", "一小"]);
        assert_eq!(path_on(&cast, db, &school, "2025-01-01"), ["麒麟区", "越州镇", "一小"]);
        let below = |on: &'static str| {
            let of = edu.clone();
            cast.act(db, move |tx, by| Ok(units::subtree(tx, by.district(), &of, day(on))?)).unwrap()
        };
        assert!(below("2024-12-31").contains(&school));
        assert!(!below("2025-01-01").contains(&school));
    });
}

#[test]
fn a_unit_cannot_be_moved_below_itself() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let school = cast.unit(db, UnitKind::School, "一小", Some(&edu));
        let change = cast.change(db, &edu, "2025-01-01");
        let refused = cast.act(db, move |tx, by| units::move_under(tx, by, change.clone(), &school));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-parent-below"]);
    });
}

#[test]
fn two_units_of_a_day_differ_in_name_and_code() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let town = NewUnit { code: Some("530302102".into()), ..new_unit(UnitKind::Town, "越州镇", None) };
        let first = town.clone();
        let id = cast.act(db, move |tx, by| units::create(tx, by, first.clone())).unwrap();
        let again = town.clone();
        let refused = cast.act(db, move |tx, by| units::create(tx, by, again.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-name-taken", "people-unit-code-taken"]);
        // Under another parent the same name is another unit.
        let child = NewUnit { code: None, parent: Some(id), ..town };
        cast.act(db, move |tx, by| units::create(tx, by, child.clone())).unwrap();
    });
}

#[test]
fn what_is_wrong_with_a_new_unit_is_said_at_once() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let ghost = UnitId::from("ghost");
        let bad = NewUnit { name_en: Some("x".repeat(101)), ..new_unit(UnitKind::Team, " ", Some(&ghost)) };
        let refused = cast.act(db, move |tx, by| units::create(tx, by, bad.clone()));
        let keys = keys(refused.unwrap_err());
        assert_eq!(
            keys,
            ["people-unit-name-missing", "people-unit-name-too-long", "people-unit-parent-missing"]
        );
    });
}

#[test]
fn an_alias_belongs_to_one_unit() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "区教育体育局", None);
        let other = cast.unit(db, UnitKind::Department, "区民政局", None);
        for _ in 0..2 {
            let of = edu.clone();
            cast.act(db, move |tx, by| units::name_alias(tx, by, &of, "区教体局")).unwrap();
        }
        let refused = cast.act(db, move |tx, by| units::name_alias(tx, by, &other, "区 教体局"));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-alias-taken"]);
        let known = |written: &'static str| {
            cast.act(db, move |tx, by| Ok(units::match_name(tx, by.district(), written, by.today())?))
                .unwrap()
        };
        assert!(matches!(known("麒麟区教体局"), NameMatch::Known(unit, Via::Alias) if unit.id == edu));
        let of = edu.clone();
        cast.act(db, move |tx, by| units::drop_alias(tx, by, &of, "区教体局")).unwrap();
        assert!(matches!(known("区教体局"), NameMatch::Unknown { suggestions } if suggestions[0].id == edu));
    });
}

#[test]
fn a_name_of_before_the_reform_is_known_by_its_heir() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let health = cast.unit(db, UnitKind::Department, "区卫生局", None);
        let family = cast.unit(db, UnitKind::Department, "区计生局", None);
        let (a, b) = (cast.change(db, &family, "2024-01-01"), cast.change(db, &health, "2024-01-01"));
        let into = health.clone();
        cast.act(db, move |tx, by| units::merge(tx, by, a.clone(), &into)).unwrap();
        cast.act(db, move |tx, by| units::rename(tx, by, b.clone(), named("区卫生健康局"))).unwrap();
        for written in ["区卫生局", "区计生局"] {
            let found =
                cast.act(db, move |tx, by| Ok(units::match_name(tx, by.district(), written, by.today())?));
            let NameMatch::Known(unit, via) = found.unwrap() else { panic!("{written} is unknown") };
            assert_eq!((unit.id, via), (health.clone(), Via::Former));
        }
        let then = cast
            .act(db, |tx, by| Ok(units::match_name(tx, by.district(), "区计生局", day("2023-06-01"))?))
            .unwrap();
        assert!(matches!(then, NameMatch::Known(unit, Via::Exact) if unit.id == family));
    });
}

#[test]
fn two_people_who_change_one_unit_at_once_do_not_overwrite_each_other() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let change = cast.change(db, &edu, "2025-06-01");
        let (first, second) = (change.clone(), change);
        cast.act(db, move |tx, by| units::rename(tx, by, first.clone(), named("教体局"))).unwrap();
        let late = cast.act(db, move |tx, by| units::rename(tx, by, second.clone(), named("教委")));
        assert!(
            matches!(late, Err(Refusal::Conflict(problem)) if problem.key == "people-unit-changed-meanwhile")
        );
        assert_eq!(name_on(&cast, db, &edu, TODAY).as_deref(), Some("教体局"));
    });
}

#[test]
fn only_those_who_keep_the_registry_change_it() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let (_, editor) = cast.account(db, "editor", Role::Editor, &edu);
        let (_, coordinator) = cast.account(db, "kexie", Role::Coordinator, &cast.founded.root.clone());
        let mut preview = cast.admin.clone();
        preview.actor.viewing_for = preview.actor.account.clone();
        let create = |name: &'static str| {
            move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
                units::create(tx, by, new_unit(UnitKind::Team, name, None))
            }
        };
        assert!(matches!(act(db, &editor, create("一队")), Err(Refusal::Forbidden)));
        assert!(matches!(act(db, &preview, create("一队")), Err(Refusal::Forbidden)));
        assert!(act(db, &coordinator, create("一队")).is_ok());
    });
}

#[test]
fn a_list_is_filtered_by_kind_text_and_reach() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "区教育局", None);
        cast.unit(db, UnitKind::Town, "越州镇", None);
        cast.unit(db, UnitKind::School, "一小", Some(&edu));
        let of = edu.clone();
        cast.act(db, move |tx, by| units::name_alias(tx, by, &of, "区教委")).unwrap();
        let list = |kind: Option<UnitKind>, text: &'static str, within: Option<UnitId>| {
            let found = cast.act(db, move |tx, by| {
                let within = match &within {
                    Some(unit) => Some(units::subtree(tx, by.district(), unit, by.today())?),
                    None => None,
                };
                let filter = units::Filter { on: by.today(), kind, text: text.into(), within };
                Ok(units::search(tx, by.district(), &filter)?)
            });
            found.unwrap().into_iter().map(|unit| unit.name).collect::<Vec<_>>()
        };
        assert_eq!(list(None, "", None), ["麒麟区", "区教育局", "越州镇", "一小"]);
        assert_eq!(list(Some(UnitKind::Town), "", None), ["越州镇"]);
        assert_eq!(list(None, "教委", None), ["区教育局"]);
        assert_eq!(list(None, "％_", None), Vec::<String>::new());
        assert_eq!(list(None, "", Some(edu)), ["区教育局", "一小"]);
    });
}
