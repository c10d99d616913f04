//! The same work in a browser that runs no scripts, in large print.

use std::fs;

use server::demo::data::PLAN;
use testkit::Browser;

use super::stage::{Stage, look, sign_in, sign_out};

#[test]
fn a_delivery_is_recorded_and_verified_without_scripts_in_large_print() {
    let stage = Stage::with_plan();
    let browser = Browser::without_scripts(stage.url());
    browser.open("/login");
    browser.go("长辈版");
    let size = || browser.script("return parseFloat(getComputedStyle(document.body).fontSize)", &[]).as_f64();
    assert!(size() >= Some(24.0), "18 pt are 24 px: {:?}", size());
    sign_in(&browser, "farm-editor");
    browser.go("活动");
    browser.go("填报活动");
    look(&browser);
    browser.fill("类型", "讲座");
    browser.fill("活动名称", "节水灌溉讲座");
    browser.fill("时长（分钟）", "60");
    browser.fill("镇（街道）", "南宁街道");
    browser.fill("农民", "40");
    browser.choose("现场估计");
    browser.tick("9 实施现代农民培育计划", true);
    browser.go("提交核验");
    browser.wait_for("等待另一个人核验");
    look(&browser);
    sign_out(&browser, "演员farm-editor");
    sign_in(&browser, "farm-verifier");
    browser.go("去核验");
    browser.go("核验通过");
    browser.wait_for("已核验");
    assert!(size() >= Some(24.0), "the print stays large");
    browser.go("标准字号");
    assert!(size() < Some(24.0));
}

#[test]
fn a_plan_is_uploaded_and_read_without_scripts() {
    let stage = Stage::with_plan();
    let file = stage.town.folder.path().join("新一版.txt");
    fs::write(&file, PLAN.replace("达到15%", "达到16%")).unwrap();
    let browser = Browser::without_scripts(stage.url());
    sign_in(&browser, "coordinator");
    browser.go("计划");
    browser.activate("方案文本");
    browser.go("方案文件");
    browser.upload("方案文件", &file);
    browser.go("上传");
    browser.wait_for("看改了什么");
    browser.go("看改了什么");
    browser.wait_for("不少于 16 %");
    look(&browser);
}
