//! Mergers, closures and splits on both databases.

use db::Db;
use kernel::{Role, UnitId};
use testkit::both;

use super::{Cast, STREAMS, TODAY, day, keys, new_unit};
use crate::units::{self, Renamed, SuccessionKind, UnitKind};

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
fn a_merged_unit_stands_in_last_years_report_and_its_successor_in_this_years() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let health = cast.unit(db, UnitKind::Department, "卫生局", None);
        let family = cast.unit(db, UnitKind::Department, "计生局", None);
        let clinic = cast.unit(db, UnitKind::Hospital, "一院", Some(&family));
        let (_, editor) = cast.account(db, "li", Role::Editor, &family);
        let change = cast.change(db, &family, "2025-05-01");
        let into = health.clone();
        cast.act(db, move |tx, by| units::merge(tx, by, change.clone(), &into)).unwrap();

        assert_eq!(name_on(&cast, db, &family, "2024-06-30").as_deref(), Some("计生局"));
        assert_eq!(name_on(&cast, db, &family, "2025-05-01"), None);
        assert_eq!(path_on(&cast, db, &clinic, "2024-06-30"), ["麒麟区", "计生局", "一院"]);
        assert_eq!(path_on(&cast, db, &clinic, "2025-05-01"), ["麒麟区", "卫生局", "一院"]);
        let of = family.clone();
        let heir = cast.act(db, move |tx, by| {
            let then = units::heir(tx, by.district(), &of, day("2024-06-30"))?.map(|unit| unit.name);
            let now = units::heir(tx, by.district(), &of, by.today())?.map(|unit| unit.name);
            Ok((then, now))
        });
        assert_eq!(heir.unwrap(), (Some("计生局".into()), Some("卫生局".into())));

        // Whoever worked there works for the successor, and still reaches the old records.
        let today = super::actor(db, &cast.founded, editor.actor.account.as_ref().unwrap());
        let reach = today.reach(&[Role::Editor]);
        assert!(reach.includes(&health) && reach.includes(&family) && reach.includes(&clinic));
        let of = health.clone();
        let lines = cast.act(db, move |tx, by| Ok(units::successions(tx, by.district(), &of)?)).unwrap();
        assert!(lines.iter().any(|line| line.kind == SuccessionKind::Merge && line.unit == family));
    });
}

#[test]
fn a_unit_closes_only_when_nothing_lies_below_it() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let school = cast.unit(db, UnitKind::School, "一小", Some(&edu));
        let change = cast.change(db, &edu, "2025-06-01");
        let refused = cast.act(db, move |tx, by| units::close(tx, by, change.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-has-units"]);
        for unit in [&school, &edu] {
            let change = cast.change(db, unit, "2025-06-01");
            cast.act(db, move |tx, by| units::close(tx, by, change.clone())).unwrap();
        }
        assert_eq!(name_on(&cast, db, &edu, "2025-05-31").as_deref(), Some("教育局"));
        assert_eq!(name_on(&cast, db, &edu, TODAY), None);
        let change = cast.change(db, &edu, "2025-07-01");
        let refused = cast.act(db, move |tx, by| units::rename(tx, by, change.clone(), named("教体局")));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-is-closed"]);
    });
}

#[test]
fn a_role_ends_with_the_unit_in_which_it_was_held() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let team = cast.unit(db, UnitKind::Team, "一队", None);
        let (id, _) = cast.account(db, "li", Role::Editor, &team);
        let change = cast.change(db, &team, TODAY);
        cast.act(db, move |tx, by| units::close(tx, by, change.clone())).unwrap();
        assert!(super::actor(db, &cast.founded, &id).grants.is_empty());
    });
}

#[test]
fn a_unit_taken_out_of_another_says_so_in_both_histories() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教体局", None);
        let change = cast.change(db, &edu, "2025-06-01");
        let new = new_unit(UnitKind::Department, "体育局", None);
        let sport = cast.act(db, move |tx, by| units::split(tx, by, change.clone(), new.clone())).unwrap();
        assert_eq!(name_on(&cast, db, &sport, "2025-05-31"), None);
        assert_eq!(name_on(&cast, db, &sport, "2025-06-01").as_deref(), Some("体育局"));
        for unit in [edu, sport] {
            let lines =
                cast.act(db, move |tx, by| Ok(units::successions(tx, by.district(), &unit)?)).unwrap();
            assert!(lines.iter().any(|line| line.kind == SuccessionKind::Split));
        }
    });
}

#[test]
fn the_district_itself_is_not_moved_merged_or_closed_and_has_no_second() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let edu = cast.unit(db, UnitKind::Department, "教育局", None);
        let root = cast.founded.root.clone();
        let change = cast.change(db, &root, TODAY);
        let (a, b, c) = (change.clone(), change.clone(), change);
        let (to, into) = (edu.clone(), edu);
        for refused in [
            cast.act(db, move |tx, by| units::move_under(tx, by, a.clone(), &to)),
            cast.act(db, move |tx, by| units::merge(tx, by, b.clone(), &into)),
            cast.act(db, move |tx, by| units::close(tx, by, c.clone())),
        ] {
            assert_eq!(keys(refused.unwrap_err()), ["people-unit-is-district"]);
        }
        let second = new_unit(UnitKind::District, "沾益区", None);
        let refused = cast.act(db, move |tx, by| units::create(tx, by, second.clone()));
        assert_eq!(keys(refused.unwrap_err()), ["people-unit-second-district"]);
    });
}
