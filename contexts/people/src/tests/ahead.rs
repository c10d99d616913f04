//! Changes that are dated ahead, on both databases: the tree of every later day stays whole.

use db::Db;
use kernel::{Refusal, Role, UnitId};
use testkit::both;

use super::{Cast, STREAMS, TODAY, day, keys, new_unit};
use crate::units::import::{self, Imported, Row};
use crate::units::{self, Renamed, UnitKind};

fn moved(cast: &Cast, db: &Db, unit: &UnitId, on: &str, to: &UnitId) -> Result<(), Refusal> {
    let (change, to) = (cast.change(db, unit, on), to.clone());
    cast.act(db, move |tx, by| units::move_under(tx, by, change.clone(), &to))
}

fn merged(cast: &Cast, db: &Db, unit: &UnitId, on: &str, into: &UnitId) -> Result<(), Refusal> {
    let (change, into) = (cast.change(db, unit, on), into.clone());
    cast.act(db, move |tx, by| units::merge(tx, by, change.clone(), &into))
}

fn closed(cast: &Cast, db: &Db, unit: &UnitId, on: &str) -> Result<(), Refusal> {
    let change = cast.change(db, unit, on);
    cast.act(db, move |tx, by| units::close(tx, by, change.clone()))
}

/// Every unit that lives on a day lies below the district.
fn whole(cast: &Cast, db: &Db, on: &'static str) {
    let root = cast.founded.root.clone();
    let (all, below) = cast
        .act(db, move |tx, by| {
            let below = units::subtree(tx, by.district(), &root, day(on))?;
            Ok((units::list(tx, by.district(), day(on))?, below))
        })
        .unwrap();
    for unit in all {
        assert!(below.contains(&unit.id), "{} hangs in the air on {on}", unit.name);
    }
}

#[test]
fn two_moves_dated_ahead_make_no_circle() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let one = cast.unit(db, UnitKind::Department, "圆甲", None);
        let two = cast.unit(db, UnitKind::Department, "圆乙", None);
        moved(&cast, db, &two, "2028-01-01", &one).unwrap();
        let refused = moved(&cast, db, &one, "2027-01-01", &two).unwrap_err();
        assert_eq!(keys(refused), ["people-unit-parent-below-later"]);
        for on in ["2027-06-01", "2028-06-01"] {
            whole(&cast, db, on);
        }
    });
}

#[test]
fn a_merger_makes_no_circle_with_a_move_dated_ahead() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let one = cast.unit(db, UnitKind::Department, "甲局", None);
        let station = cast.unit(db, UnitKind::Hospital, "一站", Some(&one));
        let heir = cast.unit(db, UnitKind::Department, "乙局", None);
        moved(&cast, db, &heir, "2028-01-01", &station).unwrap();
        let refused = merged(&cast, db, &one, "2027-01-01", &heir).unwrap_err();
        assert_eq!(keys(refused), ["people-unit-parent-below-later"]);
        whole(&cast, db, "2028-06-01");
    });
}

#[test]
fn nothing_comes_to_lie_below_a_unit_whose_end_is_known() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let ends = cast.unit(db, UnitKind::Department, "撤销局", None);
        let goes = cast.unit(db, UnitKind::Department, "并入局", None);
        let heir = cast.unit(db, UnitKind::Department, "承接局", None);
        let team = cast.unit(db, UnitKind::Team, "一队", None);
        closed(&cast, db, &ends, "2027-01-01").unwrap();
        merged(&cast, db, &goes, "2027-01-01", &heir).unwrap();
        for parent in [&ends, &goes] {
            let new = new_unit(UnitKind::Team, "新队", Some(parent));
            let refused = cast.act(db, move |tx, by| units::create(tx, by, new.clone()));
            assert_eq!(keys(refused.unwrap_err()), ["people-unit-parent-ends"]);
            let refused = moved(&cast, db, &team, TODAY, parent).unwrap_err();
            assert_eq!(keys(refused), ["people-unit-parent-ends"]);
            let refused = merged(&cast, db, &team, TODAY, parent).unwrap_err();
            assert_eq!(keys(refused), ["people-unit-successor-ends"]);
        }
        whole(&cast, db, "2028-06-01");
    });
}

#[test]
fn no_two_units_of_one_parent_bear_one_name_after_a_merger_or_a_move() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let one = cast.unit(db, UnitKind::Town, "一镇", None);
        let two = cast.unit(db, UnitKind::Town, "二镇", None);
        let team = cast.unit(db, UnitKind::Team, "科普站", Some(&one));
        cast.unit(db, UnitKind::Team, "科普站", Some(&two));
        let refused = merged(&cast, db, &one, TODAY, &two).unwrap_err();
        assert_eq!(keys(refused), ["people-unit-name-taken"]);
        let refused = moved(&cast, db, &team, TODAY, &two).unwrap_err();
        assert_eq!(keys(refused), ["people-unit-name-taken"]);
        // Renamed first, it goes along; what the registry exports then changes nothing.
        let change = cast.change(db, &team, "2025-05-01");
        let names =
            Renamed { name: "一镇科普站".into(), short_name: String::new(), name_en: None, code: None };
        cast.act(db, move |tx, by| units::rename(tx, by, change.clone(), names.clone())).unwrap();
        merged(&cast, db, &one, TODAY, &two).unwrap();
        let row = |line, name: &str| Row {
            line,
            name: name.into(),
            kind: Some(UnitKind::Team),
            parent: "二镇".into(),
            from: if name == "科普站" { "2021-01-01".into() } else { TODAY.into() },
            ..Row::default()
        };
        let rows = [row(2, "科普站"), row(3, "一镇科普站")];
        let done = cast.act(db, move |tx, by| import::run(tx, by, &rows)).unwrap();
        assert_eq!(done, Imported { created: 0, aliased: 0, same: 2 });
    });
}

#[test]
fn two_units_of_one_name_that_are_stored_already_are_named_and_no_fault() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let town = cast.unit(db, UnitKind::Town, "二镇", None);
        let first = cast.unit(db, UnitKind::Team, "科普站", Some(&town));
        cast.unit(db, UnitKind::Team, "另一站", Some(&town));
        cast.act(db, move |tx, _| {
            let sql = "update unit_version set name = $1, name_key = $1 where unit_id = $2";
            Ok(tx.execute(sql, db::params!["另一站", &first])?)
        })
        .unwrap();
        let row = Row {
            line: 2,
            name: "另一站".into(),
            kind: Some(UnitKind::Team),
            parent: "二镇".into(),
            from: "2021-01-01".into(),
            ..Row::default()
        };
        let refused =
            cast.act(db, move |tx, by| import::run(tx, by, std::slice::from_ref(&row))).unwrap_err();
        assert_eq!(keys(refused), ["people-import-parent-unsure"]);
    });
}

#[test]
fn a_role_that_ends_on_a_later_day_can_be_taken_away_before_and_is_listed_until_then() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let reform = cast.unit(db, UnitKind::Department, "改革局", None);
        let (id, _) = cast.account(db, "li", Role::Editor, &reform);
        closed(&cast, db, &reform, "2027-01-01").unwrap();
        let listed = |cast: &Cast| {
            let unit = reform.clone();
            let found = cast.act(db, move |tx, by| {
                let filter =
                    crate::accounts::Filter { role: "editor".into(), ..crate::accounts::Filter::default() };
                let of_role = crate::accounts::list(tx, by.district(), by.today(), &filter, 9, 0)?.len();
                let counted = crate::accounts::count(tx, by.district(), by.today(), &filter)?;
                tx.execute("update account set unit_id = null where id <> $1", db::params!["nobody"])?;
                let of_unit = crate::accounts::in_unit(tx, by.district(), &unit, by.today())?.len();
                Ok((of_role, counted, of_unit))
            });
            found.unwrap()
        };
        assert_eq!(listed(&cast), (1, 1, 1));
        let of = id.clone();
        let role =
            cast.act(db, move |tx, by| Ok(crate::accounts::held(tx, by.district(), &of)?)).unwrap().remove(0);
        let (of, grant) = (id.clone(), role.id.clone());
        cast.act(db, move |tx, by| crate::accounts::end_role(tx, by, &of, &grant)).unwrap();
        assert!(super::actor(db, &cast.founded, &id).grants.is_empty());
        assert_eq!(listed(&cast), (0, 0, 0));
        let again = cast.act(db, move |tx, by| crate::accounts::end_role(tx, by, &id, &role.id));
        assert_eq!(keys(again.unwrap_err()), ["people-role-ended"]);
    });
}
