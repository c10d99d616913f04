//! Supervision over HTTP: from the form to the end, as each side sees it.

use kernel::Role;
use testkit::both;

use super::{STREAMS, Site};

#[test]
fn both_sides_do_their_steps_in_the_browser_and_see_them_on_today() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let education = site.cast.unit("education").to_string();
        let mut keeper = site.coordinator();
        let mut writer = site.editor();
        let mut stranger = site.sign_in("health", Role::Editor, &site.cast.unit("health"));
        keeper.get("/desk/plan/supervision").is(200).shows("还没有督办事项");
        keeper.get("/desk/plan/supervision/preview").is(200);
        keeper.get("/desk/plan/supervision/new").is(200);
        let fields = [
            ("unit", education.as_str()),
            ("subject", ""),
            ("title", "补报照片"),
            ("request", ""),
            ("days", "5"),
        ];
        keeper.post("/desk/plan/supervision", &fields).is(422).shows("补报照片");
        let fields = [&fields[..3], &[("request", "请补报上半年照片"), ("days", "5")]].concat();
        let sent = keeper.post("/desk/plan/supervision", &fields);
        sent.is(303);
        let path = sent.location().to_owned();
        keeper.get(&path).is(200).shows("督办〔2024〕1号").shows("还剩 5 个工作日，到 2024-07-08 为止");
        stranger.get(&path).is(404);
        stranger.get("/desk/plan/supervision").is(200).shows("还没有督办事项");
        writer.get("/desk").shows("督办待签收：补报照片");
        writer.get(&path).is(200).shows("收到，开始办理");
        writer.post(&format!("{path}/acknowledgement"), &[("version", "1")]).is(303);
        writer.get(&path);
        writer
            .post(&format!("{path}/extension"), &[("version", "2"), ("until", "2024-07-05"), ("why", "雨")])
            .is(422);
        let ask = [("version", "2"), ("until", "2024-07-19"), ("why", "雨季道路不通")];
        writer.post(&format!("{path}/extension"), &ask).is(303);
        keeper.get("/desk").shows("有单位申请延期");
        keeper.get(&path).is(200).shows("计时暂停").shows("雨季道路不通");
        keeper.post(&format!("{path}/decision"), &[("version", "3"), ("grant", "yes")]).is(303);
        keeper.get(&path).shows("到 2024-07-19 为止");
        writer.get(&path);
        let reply = [("version", "4"), ("answer", "照片已补报")];
        writer.upload(&format!("{path}/reply"), &reply, &[]).is(303);
        writer.get(&path).shows("已交给另一方，请等答复");
        keeper.get("/desk").shows("督办已回复，请确认");
        keeper.get(&path);
        keeper.post(&format!("{path}/return"), &[("version", "5"), ("words", "缺三月的")]).is(303);
        writer.get(&path).shows("上次回复被退回：缺三月的");
        writer.upload(&format!("{path}/reply"), &[("version", "6"), ("answer", "已补三月的")], &[]).is(303);
        keeper.get(&path);
        keeper.post(&format!("{path}/closure"), &[("version", "7"), ("words", "可以")]).is(303);
        keeper.get(&path).shows("已办结").shows("人keeper 办结");
        keeper.get("/desk/plan/supervision?state=closed&format=csv").is(200).shows("督办〔2024〕1号");
        keeper.get("/desk/plan/supervision?state=open").is(200).shows("没有符合条件的督办");
        writer.get("/desk/plan/supervision/settings").is(403);
        site.visitor().get(&path).is(303);
    });
}

#[test]
fn the_rules_are_changed_on_a_page_that_keeps_what_was_typed_wrong() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut keeper = site.coordinator();
        keeper.get("/desk/plan/supervision/settings").is(200).shows("用的是程序默认值");
        let days = [("active-behind", "no"), ("active-missed", "yes"), ("days-behind", "三天")];
        keeper.post("/desk/plan/supervision/settings", &days).is(422).shows("三天");
        let days = [("active-behind", "no"), ("active-missed", "yes"), ("days-behind", "15")];
        keeper.post("/desk/plan/supervision/settings", &days).is(303);
        keeper.get("/desk/plan/supervision/settings").shows("人keeper 改于").shows("value=\"15\"");
    });
}
