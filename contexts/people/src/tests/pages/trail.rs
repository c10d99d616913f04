//! The audit trail's page, the settings, and the words of all pages.

use testkit::both;

use super::{STREAMS, Town};

#[test]
fn the_trail_is_filtered_in_the_address_and_comes_as_a_file() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/audit").is(200).shows("登录成功").shows("登记单位").shows("180 天");
        let units = boss.get("/desk/audit?action=people.unit.create");
        units.shows("区教育局").hides("<td data-label=\"做了什么\">登录成功");
        boss.get("/desk/audit?who=演员boss").shows("登录成功").hides("<td data-label=\"做了什么\">登记单位");
        boss.get("/desk/audit?from=2025-06-02").shows("没有符合条件的记录");
        boss.get("/desk/audit?from=2025-13-01").is(422).shows("不是日期");
        let csv = boss.get("/desk/audit?action=people.unit.create&format=csv");
        assert_eq!(csv.is(200).text.lines().count(), 3);
        assert!(boss.get("/desk/audit?format=xlsx").bytes.starts_with(b"PK"));
    });
}

#[test]
fn settings_refuse_to_keep_the_trail_shorter_than_180_days() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/settings").is(200).shows("180");
        let set = |days: &'static str, seen: &'static str| {
            [("name", "麒麟新区"), ("code", "530302"), ("audit_days", days), ("seen", seen)]
        };
        boss.post("/desk/settings", &set("179", "1")).is(422).shows("至少保留 180 天").shows("179");
        boss.post("/desk/settings", &set("N/A", "1")).is(422).shows("不是整数");
        boss.post("/desk/settings", &set("365", "1")).is(303);
        boss.get("/desk/settings").shows("365").shows("麒麟新区");
        boss.post("/desk/settings", &set("200", "1")).is(409).shows("别人刚刚改过设置");
    });
}

#[test]
fn no_page_shows_a_key_in_place_of_its_words() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let unit = format!("/desk/units/{}", town.edu);
        let account = format!("/desk/people/{}", town.cast.founded.administrator);
        let steps = ["rename", "move", "merge", "split", "close"].map(|step| format!("{unit}/{step}"));
        let mut paths = vec![
            "/login", "/password", "/desk", "/desk/units", "/desk/units?view=tree", "/desk/units?q=zzzz",
            "/desk/units/new", "/desk/units/import", "/desk/units/import?created=0&same=3", &unit,
            "/desk/people", "/desk/people?q=zzzz", "/desk/people/new", "/desk/people/import", &account,
            "/desk/audit", "/desk/audit?who=zzzz", "/desk/settings", "/desk/view-as",
        ];
        paths.extend(steps.iter().map(String::as_str));
        for lang in ["zh-CN", "en"] {
            boss.set_cookie("lang", lang);
            for path in &paths {
                let page = boss.get(path);
                let words = page.text.split(['<', '>', ' ', '\n', '"', '：', ':']);
                let bare = |word: &&str| {
                    [
                        "people-", "audit-", "unit-step", "unit-kind", "unit-change", "account-state",
                        "nav-", "error-",
                    ]
                    .iter()
                    .any(|prefix| word.starts_with(prefix))
                };
                let keys: Vec<&str> = words.filter(bare).collect();
                assert!(keys.is_empty(), "{path} in {lang}: {keys:?}");
            }
        }
    });
}

#[test]
fn both_catalogues_have_the_same_keys() {
    let [zh, en] =
        [include_str!("../../../locales/zh-CN.ftl"), include_str!("../../../locales/en.ftl")].map(|text| {
            text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect::<Vec<_>>()
        });
    assert_eq!(zh, en);
}
