//! The pages of units: how each stands, and why, on one page.

use kernel::Role;
use testkit::both;

use super::{STREAMS, Site};
use crate::actions::annual::{self, NewLine};
use crate::supervision::raising;
use crate::tests::as_caller;

#[test]
fn a_units_page_says_what_is_behind_with_its_figures_and_shows_its_supervision_to_its_own_people_only() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let unit = site.cast.unit("education");
        let leads =
            |item: &&crate::Item| item.is_measure() && item.role_of(&unit).is_some_and(crate::item::leads);
        let item = site.cast.content(db, &id).items.iter().find(leads).unwrap().clone();
        let line =
            NewLine { item: item.id.clone(), what: "公开课".into(), months: [2; 12], n_heads: None };
        let of = unit.clone();
        site.cast
            .act(db, move |tx, by| annual::write(tx, by, &of, 2024, 0, std::slice::from_ref(&line)))
            .unwrap();
        let of = unit.clone();
        as_caller(db, &site.cast.editor, move |tx, by| annual::submit(tx, by, &of, 2024, 1)).unwrap();
        site.cast.act(db, raising::raise_due).unwrap();
        let path = format!("/desk/plan/units/{unit}");
        let mut writer = site.editor();
        let page = writer.get(&path);
        page.is(200)
            .shows("到 6 月底按计划应有 12 场，核验了 0 场，差 12 场")
            .shows(&item.title)
            .shows("计划没做到");
        page.shows("年度计划 24 场，到现在应办 12 场，其中 0 场核验过，少 12 场").shows("件在办，没有超期");
        page.shows("在办的督办").shows("年度计划未做到");
        let mut stranger = site.sign_in("health", Role::Editor, &site.cast.unit("health"));
        let seen = stranger.get(&path);
        seen.is(200).shows("到 6 月底按计划应有 12 场，核验了 0 场，差 12 场");
        assert!(!seen.text.contains("在办的督办"), "supervision is between the unit and the association");
        let list = stranger.get("/desk/plan/units");
        list.is(200).shows("1 / ");
        assert!(!list.text.contains("件在办"));
        writer.get("/desk/plan/units").is(200).shows("件在办，0 件超期");
        writer.get("/desk/plan/units?kind=town").is(200).shows("镇");
        writer.get("/desk/plan/units?state=behind&format=csv").is(200).shows("落后");
        site.visitor().get(&path).is(303);
    });
}

#[test]
fn a_towns_page_counts_what_was_held_there_by_whomever() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let town = site.cast.unit("nanning");
        let mut viewer = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        let page = viewer.get(&format!("/desk/plan/units/{town}"));
        page.is(200).shows("在本地开展（不论谁主办）").shows("没有牵头的任务").shows("还没有提交年度计划");
        viewer.get("/desk/plan/units/01NOTHINGOFTHATNAME0000000").is(404);
    });
}
