//! The page of an annual plan: drafts, two writers at once, years that are over.

use kernel::Role;
use testkit::{Client, both};

use super::{STREAMS, Site};

/// What a unit has only written down counts nowhere as planned, and is said to be a draft.
pub(super) fn a_draft_is_shown_as_one(site: &Site, client: &mut Client) {
    client.get("/desk/plan?year=2024").is(200).shows("未安排（草稿 6 场，还没提交）");
    client.get("/desk/plan/duties").is(200).shows("未安排（草稿 6 场，还没提交）");
    client.get("/desk/plan/duties?format=csv").is(200).hides(",6\r\n");
    let mut keeper = site.sign_in("keeper0", Role::Coordinator, &site.cast.unit("science_association"));
    let page = keeper.get("/desk/plan/gaps?year=2024");
    page.is(200).shows("32 项任务还没有任何单位安排").shows("区教体局草稿 6 场，还没提交");
    assert!(keeper.get("/desk/plan/gaps?year=2024&format=csv").text.contains(",0,草稿"));
}

/// A site, the measure of the lines, and the page of a unit's year.
fn opened(db: &db::Db, year: i16) -> (Site, String, String) {
    let site = Site::open(db);
    let id = site.cast.published(db);
    let item = site.cast.content(db, &id).items[4].id.to_string();
    let path = format!("/desk/plan/years/{year}/units/{}", site.cast.unit("education"));
    (site, item, path)
}

fn lines<'a>(item: &'a str, version: &'a str, what: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("version", version), ("item-0", item), ("what-0", what), ("m3-0", "6")]
}

#[test]
fn whoever_saves_an_annual_plan_over_anothers_has_seen_both() {
    both(STREAMS, |db| {
        let (site, item, path) = opened(db, 2024);
        let (mut first, mut second) = (site.editor(), site.coordinator());
        first.get(&path).is(200);
        second.get(&path).is(200);
        first.post(&path, &lines(&item, "0", "课后科学课")).is(303);
        let page = second.post(&path, &lines(&item, "0", "校园科技节"));
        page.is(409).shows("别人保存了这份年度计划").shows("校园科技节").shows("课后科学课").shows("3月 6");
        assert!(page.text.contains("name=\"version\" value=\"1\""), "{}", page.readable());
        second.post(&path, &lines(&item, "1", "校园科技节")).is(303);
        second.get(&path).is(200).shows("校园科技节").hides("课后科学课");
        // Something else to mend does not make the first one see the second's work.
        first.get(&path);
        let mut wrong = lines(&item, "1", "课后科学课");
        wrong.push(("m4-0", "x"));
        let page = first.post(&path, &wrong);
        page.is(422).shows("“x”不是整数");
        assert!(page.text.contains("name=\"version\" value=\"1\""), "the version that was seen");
    });
}

#[test]
fn a_step_that_is_refused_shows_the_plan_as_it_is_stored() {
    both(STREAMS, |db| {
        let (site, item, path) = opened(db, 2024);
        let mut client = site.editor();
        client.get(&path).is(200);
        client.post(&path, &lines(&item, "0", "课后科学课")).is(303);
        client.get(&path);
        let page = client.post(&format!("{path}/submission"), &[("version", "0")]);
        page.is(409);
        assert!(page.text.contains("value=\"课后科学课\""), "{}", page.readable());
    });
}

#[test]
fn a_unit_reads_in_a_year_that_is_over_that_only_the_coordinator_corrects_it() {
    both(STREAMS, |db| {
        let (site, item, path) = opened(db, 2023);
        let (mut client, mut keeper) = (site.editor(), site.coordinator());
        client.get(&path).is(200).shows("2023 年已经结束").shows("请协调员写明理由后更正").hides("保存草稿");
        client.post(&path, &lines(&item, "0", "课后科学课")).is(409).shows("这份年度计划成了记录");
        let correction = format!("{path}/correction");
        client.get(&path);
        client.post(&correction, &lines(&item, "0", "课后科学课")).is(403);
        keeper.get(&path).is(200).shows("更正的理由");
        let page = keeper.post(&correction, &lines(&item, "0", "课后科学课"));
        page.is(422).shows("理由会一直保留");
        assert!(page.text.contains("value=\"课后科学课\""), "{}", page.readable());
        keeper.get(&path);
        let mut sent = lines(&item, "0", "课后科学课");
        sent.push(("reason", "漏记了三月的六场"));
        keeper.post(&correction, &sent).is(303);
        let page = client.get(&path);
        page.is(200).shows("漏记了三月的六场").shows("计划场次由 0 改为 6").shows("人keeper").shows("已提交");
    });
}
