//! A delivery written where there is no signal.

use testkit::{Browser, assert_accessible};

use super::stage::{Stage, sign_in};

/// Done once the device keeps the form and its worker answers for the page.
const KEPT: &str = "const done = arguments[arguments.length - 1];
    navigator.serviceWorker.ready.then(async () => {
        const look = async () => {
            const kept = await caches.match('/desk/deliveries/new');
            if (kept && navigator.serviceWorker.controller) done(true); else requestAnimationFrame(look);
        };
        look();
    });";

#[test]
fn what_is_written_on_a_phone_without_a_line_is_sent_exactly_once_when_it_is_back() {
    let stage = Stage::with_plan();
    let phone = Browser::phone(stage.url());
    sign_in(&phone, "farm-editor");
    phone.activate("菜单");
    phone.go("活动");
    phone.go("填报活动");
    assert_eq!(phone.script_async(KEPT, &[]), true);
    stage.cut();
    phone.reload();
    phone.wait_for("带在手机上填");
    phone.fill("类型", "讲座");
    phone.fill("活动名称", "山顶村的讲座");
    phone.fill("时长（分钟）", "60");
    phone.fill("镇（街道）", "南宁街道");
    phone.fill("农民", "12");
    phone.choose("现场估计");
    phone.tick("9 实施现代农民培育计划", true);
    phone.activate("提交核验");
    phone.wait_for("没有信号，已存在这台手机上");
    phone.wait_for("未发送");
    phone.reload();
    phone.wait_for("未发送");
    stage.mend();
    // the form sends by itself what it finds kept, if it has not already
    phone.reload();
    phone.wait_for("已发送");
    assert_accessible(&phone);
    phone.reload();
    phone.wait_for("已发送");
    phone.go("查看");
    phone.wait_for("等待另一个人核验");
    phone.go("回到列表");
    phone.wait_for("共 1 场，12 人次");
    let without_line = phone.complaints();
    assert!(without_line.iter().all(|line| line.contains("net::ERR_")), "{without_line:?}");
}
