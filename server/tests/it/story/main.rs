//! From the plan's document to a verified delivery that moves a target, by keyboard alone.

use std::path::Path;

use db::Target;
use testkit::{Browser, Key, fresh_postgres};

use super::stage::{Stage, look, refused, sign_in, sign_out};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plan.txt");
const TARGET: &str = "培训高素质农民";
const TITLE: &str = "大棚番茄嫁接技术培训";
/// Units that the plan names and the registry does not know yet.
const UNKNOWN: [&str; 2] = ["区水务局", "区林业和草原局"];

#[test]
fn from_the_document_to_a_verified_delivery_that_moves_a_target_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    tell(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn from_the_document_to_a_verified_delivery_that_moves_a_target_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        tell(scratch.target());
    }
}

fn tell(target: &Target) {
    let stage = Stage::at(target, &UNKNOWN);
    let desk = Browser::start(stage.url());
    publish(&desk);
    assert_eq!(figure(&desk), "0");

    let phone = Browser::phone(stage.url());
    record(&phone);
    assert_eq!(figure(&desk), "0", "what nobody has verified counts nowhere");

    sign_out(&desk, "演员coordinator");
    verify(&desk);
    assert_eq!(figure(&desk), "3");
    follow_the_figure(&desk);

    withdraw(&desk);
    assert_eq!(figure(&desk), "0");
}

/// The coordinator brings the plan, settles what is open, and puts it into force.
fn publish(desk: &Browser) {
    desk.open("/");
    look(desk);
    sign_in(desk, "coordinator");
    look(desk);
    desk.go("计划");
    desk.wait_for("还没有发布的方案");
    look(desk);
    desk.go("上传方案文件");
    look(desk);
    desk.upload("方案文件", Path::new(PLAN));
    desk.go("上传");
    desk.wait_for("对照原文确认");
    look(desk);
    desk.go("对照原文确认");
    desk.wait_for("还不能发布");
    look(desk);
    desk.go("确认无误，发布");
    desk.wait_for("有几处需要改一下");
    refused(desk);
    for name in UNKNOWN {
        desk.wait_for(name);
        desk.go("处理");
        look(desk);
        desk.choose("一个新单位，现在登记");
        desk.fill("新单位的类别", "部门");
        desk.go("保存");
    }
    desk.wait_until_gone("没有登记的单位名");
    desk.go("都看过了，一起确认");
    desk.wait_until_gone("项目标待确认。");
    look(desk);
    desk.go("确认无误，发布");
    desk.wait_for("10 项承诺，走到哪一步了");
}

/// What the board says of the target.
fn figure(desk: &Browser) -> String {
    desk.go("计划");
    look(desk);
    let card =
        "const link = [...document.querySelectorAll('main li a')].find(a => a.textContent === arguments[0]);
        return link.closest('li').querySelector('.v').firstChild.textContent.trim();";
    desk.script(card, &[TARGET.into()]).as_str().unwrap().to_owned()
}

/// An editor of the bureau records a training in the field and hands it in.
fn record(phone: &Browser) {
    sign_in(phone, "farm-editor");
    look(phone);
    phone.activate("菜单");
    phone.go("活动");
    look(phone);
    phone.go("填报活动");
    look(phone);
    phone.fill("类型", "培训");
    phone.fill("活动名称", TITLE);
    phone.fill("时长（分钟）", "90");
    phone.fill("镇（街道）", "南宁街道");
    phone.fill("农民", "5");
    phone.choose("纸质签到表");
    phone.tick("9 实施现代农民培育计划", true);
    phone.activate("更多内容（可不填）");
    phone.fill("签到名单", "张有田");
    for name in ["李小满", "王秋实0871"] {
        phone.press(Key::Enter);
        phone.type_text(name);
    }
    look(phone);
    phone.go("提交核验");
    phone.wait_for("等待另一个人核验");
    phone.wait_for("3 人可去重");
    look(phone);
}

/// Another person of the same bureau looks at it and verifies.
fn verify(desk: &Browser) {
    sign_in(desk, "farm-verifier");
    desk.wait_for(TITLE);
    look(desk);
    desk.go("去核验");
    look(desk);
    desk.go("核验通过");
    desk.wait_for("已核验");
    look(desk);
}

/// The figure's link leads to the list with exactly what is behind it.
fn follow_the_figure(desk: &Browser) {
    desk.go("由 1 场核验过的活动得出；另有 2 人次没有签到身份，没有算进人数");
    desk.wait_for("共 1 场，5 人次");
    desk.wait_for(TITLE);
    look(desk);
    desk.go(TITLE);
}

/// It was wrong: taken back, with the reason.
fn withdraw(desk: &Browser) {
    desk.activate("撤销");
    desk.fill("撤销理由", "名单填错，重新填报");
    desk.go("撤销");
    desk.wait_for("已撤销");
    desk.wait_for("名单填错，重新填报");
    look(desk);
}
