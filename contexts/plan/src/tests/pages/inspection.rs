//! Inspections over HTTP: from the checklist to the unit's own words.

use kernel::Role;
use testkit::both;

use super::{STREAMS, Site};

#[test]
fn a_checklist_is_made_filled_in_and_its_finding_raised_with_one_press() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let education = site.cast.unit("education").to_string();
        let mut keeper = site.coordinator();
        let mut writer = site.editor();
        let mut stranger = site.sign_in("health", Role::Editor, &site.cast.unit("health"));
        keeper.get("/desk/plan/checklists/new").is(200);
        let rows = [
            ("follows", ""),
            ("title", "阵地检查"),
            ("words-0", "开放时间公示"),
            ("kind-0", "yes_no"),
            ("points-0", "40"),
            ("words-1", "活动记录完整"),
            ("kind-1", "points"),
            ("points-1", "60"),
        ];
        let wrong = [&rows[..], &[("total", "90")]].concat();
        keeper.post("/desk/plan/checklists", &wrong).is(422).shows("相差 10 分").shows("活动记录完整");
        let right = [&rows[..], &[("total", "100")]].concat();
        let sent = keeper.post("/desk/plan/checklists", &right);
        sent.is(303);
        let list = sent.location().rsplit('/').next().unwrap().to_owned();
        keeper.follow(&sent).is(200).shows("第 1 版");
        let form = keeper.get(&format!("/desk/plan/inspections/new?checklist={list}&unit={education}"));
        form.is(200);
        let me = form.text.split("name=\"inspector\"").nth(1).unwrap();
        let me = me.split("</select>").next().unwrap().split("selected").next().unwrap();
        let me = me.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
        let plan = [
            ("checklist", list.as_str()),
            ("unit", education.as_str()),
            ("on", "2024-07-05"),
            ("inspector", me.as_str()),
        ];
        let sent = keeper.post("/desk/plan/inspections", &plan);
        sent.is(303);
        let path = sent.location().to_owned();
        keeper.get("/desk").shows("去检查");
        keeper.get(&path).is(200).shows("检查完成，提交结果");
        let some = [
            ("version", "1"),
            ("given-1", "0"),
            ("finding-1", "门口没有"),
            ("finding-2", ""),
            ("finish", "no"),
        ];
        keeper.upload(&format!("{path}/answers"), &some, &[]).is(303);
        let seen = writer.get(&path);
        seen.is(200).shows("检查还没有结果");
        assert!(!seen.text.contains("门口没有"), "nobody sees what is not handed in");
        stranger.get(&path).is(404);
        keeper.get(&path).shows("门口没有");
        let all = [
            ("version", "2"),
            ("given-1", "0"),
            ("finding-1", "门口没有"),
            ("given-2", "60"),
            ("finding-2", ""),
            ("finish", "yes"),
        ];
        keeper.upload(&format!("{path}/answers"), &all, &[]).is(303);
        writer.get(&path).is(200).shows("得 60 分，满分 100 分").shows("门口没有");
        keeper.get(&path).shows("转督办");
        let raised = keeper.post(&format!("{path}/findings/1"), &[("version", "4")]);
        raised.is(303);
        keeper.follow(&raised).is(200).shows("检查发现").shows("检查时该项满分 40 分，得 0 分");
        writer.get(&path);
        writer.post(&format!("{path}/comment"), &[("version", "5"), ("comment", "已经贴上")]).is(303);
        keeper.get(&path).shows("已经贴上").shows("已转督办");
        keeper.get("/desk/plan/inspections?state=done&format=csv").is(200).shows("阵地检查");
        keeper.get("/desk/plan/checklists").is(200).shows("阵地检查");
        stranger.get("/desk/plan/inspections").is(200).shows("还没有检查");
        writer.get("/desk/plan/checklists").is(403);
    });
}
