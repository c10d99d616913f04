//! The form of the box inside which photos are expected.

use kernel::Role;

use super::site::{STREAMS, Site};

const PATH: &str = "/desk/settings/photo-area";

fn edges<'a>(south: &'a str, north: &'a str, source: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("south", south), ("north", north), ("west", "103.1"), ("east", "１０４．２°"), ("source", source)]
}

#[test]
fn an_administrator_sets_the_box_and_finds_it_filled_in() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut boss = site.sign_in("boss1", Role::Administrator, &site.cast.society);
        boss.get("/desk/settings").is(200).shows("照片的地域范围");
        boss.get(PATH).is(200).shows("还没有填写范围");
        boss.post(PATH, &edges("25.05", "25.9", "区行政区划图")).is(303);
        let page = boss.get(PATH);
        page.is(200).hides("还没有填写范围");
        for value in ["25.05", "25.9", "103.1", "104.2", "区行政区划图"] {
            assert!(page.text.contains(&format!("value=\"{value}\"")), "{value}: {}", page.readable());
        }
        let ways = boss.get("/desk/units").text.matches("href=\"/desk/settings/").count();
        assert_eq!(ways, 0, "it stands on the page of settings, not in the navigation");
        let mut editor = site.editor();
        editor.get(PATH).is(403);
    });
}

#[test]
fn a_box_that_is_none_is_said_at_its_field_and_what_was_typed_stays() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut boss = site.sign_in("boss1", Role::Administrator, &site.cast.society);
        for (south, north, source, told) in [
            ("25.9", "25.05", "图", "最北要大于最南"),
            ("北纬25", "25.9", "图", "“北纬25”不是度数"),
            ("25.05", "125.9", "图", "“125.9”不是度数"),
            ("25.05", "NaN", "图", "“NaN”不是度数"),
            ("25.05", "", "图", "这一项不能空着"),
            ("25.05", "25.9", "", "这一项不能空着"),
        ] {
            boss.get(PATH);
            let page = boss.post(PATH, &edges(south, north, source));
            page.is(422).shows(told);
            assert!(page.text.contains(&format!("value=\"{south}\"")), "{}", page.readable());
        }
        boss.get(PATH).is(200).shows("还没有填写范围");
    });
}
