//! The public face.

use testkit::both;

use super::super::figures::held_for;
use super::{STREAMS, Site};
use crate::actions::wordings::{self, Named};
use crate::{Wording, WordingKind};

#[test]
fn everybody_reads_the_promises_with_their_sentences_and_never_a_made_up_number() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut client = site.visitor();
        let page = client.get("/plan");
        page.is(200).shows("公民具备科学素质的比例").shows("未填").shows("方案原文");
        assert!(page.text.contains("data-read-aloud=\"念给我听|停\""));
        client
            .get("/plan/items/9")
            .is(200)
            .shows("实施现代农民培育计划")
            .shows("区农业农村局")
            .shows("不少于 500 人");
        client.get("/plan/items/77").is(404);
    });
}

#[test]
fn plain_words_stand_beside_the_official_ones_in_both_languages() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let words = Named {
            kind: WordingKind::Item,
            name: "加强老年人健康科普服务".into(),
            wording: Wording {
                title_en: "Health talks for older people".into(),
                plain_zh: "给老人讲健康。".into(),
                plain_en: "Talks on health.".into(),
            },
        };
        let nothing = Named { kind: WordingKind::Target, name: "no-such-target".into(), ..words.clone() };
        let all = [words, nothing];
        let unknown = site.cast.act(db, move |tx, by| wordings::write_all(tx, by, &id, &all)).unwrap();
        assert_eq!(unknown, ["no-such-target"]);
        let mut client = site.visitor();
        client.get("/plan/items/17").is(200).shows("给老人讲健康");
        client.set_cookie("lang", "en");
        client.get("/plan/items/17").is(200).shows("Health talks for older people").shows("Talks on health.");
        client.get("/plan").is(200).shows("Health talks for older people").shows("not filled");
    });
}

#[test]
fn open_data_has_the_shape_of_the_parser_with_the_figures_beside() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.visitor().get("/api/plan.json").is(404);
        site.cast.published(db);
        let body = site.visitor().get("/api/plan.json").text;
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["measures"].as_array().unwrap().len(), 36);
        assert_eq!(json["safeguards"].as_array().unwrap().len(), 6);
        assert_eq!(json["period"], "2021—2025年");
        let farmers =
            json["targets"].as_array().unwrap().iter().find(|one| one["id"] == "farmers-trained").unwrap();
        assert_eq!((&farmers["value"], &farmers["figure_is"]), (&500.into(), &"known".into()));
        let share = &json["targets"][0];
        assert_eq!(
            (&share["figure"], &share["figure_is"]),
            (&serde_json::Value::Null, &"not-collected".into())
        );
    });
}

#[test]
fn two_plans_are_compared_for_everybody_but_never_a_draft() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let first = site.cast.published(db);
        let next = site.cast.upload(db, &super::TEXT.replace("500人以上", "600人以上")).unwrap();
        let path = format!("/plan/compare?from={first}&to={next}");
        site.visitor().get(&path).is(404);
        site.cast.publish(db, &next);
        site.visitor().get(&path).is(200).shows("改了目标").shows("培训高素质农民");
    });
}

#[test]
fn a_measure_of_four_people_is_left_out_on_every_public_page_with_the_one_that_would_tell_it() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let plan = site.cast.published(db);
        let content = site.cast.content(db, &plan);
        let free = |item: &&crate::Item| {
            item.is_measure() && content.targets.iter().all(|one| one.item.as_ref() != Some(&item.id))
        };
        let items: Vec<_> = content.items.iter().filter(free).take(3).cloned().collect();
        for (item, of) in items.iter().zip([("2024-03-01", 4), ("2024-03-02", 46), ("2024-03-03", 90)]) {
            held_for(&site.cast, db, &item.id, of);
        }
        let mut client = site.visitor();
        let page = client.get("/plan?year=2024");
        page.is(200).shows("1 场，90 人次");
        assert!(!page.text.contains("46 人次"), "140 less 90 less 46 would be the four people");
        assert_eq!(page.text.matches("人次未公布").count(), 2, "{}", page.readable());
        for (item, shown) in items.iter().zip([false, false, true]) {
            let page = client.get(&format!("/plan/items/{}?year=2024", item.n));
            assert_eq!(!page.is(200).text.contains("未公布"), shown, "{}", page.readable());
        }
        let json: serde_json::Value = serde_json::from_str(&client.get("/api/plan.json").text).unwrap();
        let of = |n: i64| {
            let all = json["measures"].as_array().unwrap();
            all.iter().find(|one| one["n"] == n).unwrap()["figures"]["person_times"].clone()
        };
        assert!(of(items[0].n).is_string() && of(items[1].n).is_string(), "{json}");
        assert_eq!(of(items[2].n), 90);
    });
}
