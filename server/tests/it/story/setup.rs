//! An empty installation, its first administrator, the second account, and a look with other eyes.

use std::sync::Arc;

use db::Target;
use kernel::{FixedClock, SeededRng};
use server::compose::{self, Parts};
use testkit::Browser;

use super::stage::{Line, look, refused, sign_in, sign_out};
use crate::support::PASSWORD;

const CODE: &str = "123-456-789";

#[test]
fn an_empty_installation_gets_its_administrator_who_opens_an_account_and_looks_with_its_eyes() {
    let folder = tempfile::tempdir().unwrap();
    let db = compose::open(&Target::Sqlite(folder.path().join("qilin.db"))).unwrap();
    let parts = Parts {
        db: db.clone(),
        clock: Arc::new(FixedClock::at("2025-09-01")),
        rng: Arc::new(SeededRng::new(21)),
        seal: std::sync::Arc::new(kernel::Unsealed),
        secure: false,
        proxies: Vec::new(),
        setup_code: CODE.into(),
    };
    let (_app, router) = compose::router(parts).unwrap();
    let line = Line::open(&router);
    let browser = Browser::start(&line.served.url);
    set_up(&browser);
    let temporary = open_account(&browser);
    sign_out(&browser, "首任管理员");
    change_password(&browser, &temporary);
    sign_out(&browser, "科协统筹员");
    look_as(&browser);
    drop((browser, line));
    db.close();
}

fn set_up(browser: &Browser) {
    browser.open("/");
    browser.wait_for("首次安装");
    assert_eq!(browser.path(), "/setup");
    look(browser);
    browser.fill("安装码", "000-000-000");
    browser.fill("区（县）名称", "麒麟区");
    browser.fill("行政区划代码", "530302");
    browser.fill("姓名", "首任管理员");
    browser.fill("登录名", "first");
    browser.fill("新密码", PASSWORD);
    browser.fill("再输入一次新密码", PASSWORD);
    browser.go("完成安装");
    browser.wait_for("安装码不对");
    refused(browser);
    for (label, kept) in
        [("区（县）名称", "麒麟区"), ("行政区划代码", "530302"), ("姓名", "首任管理员"), ("登录名", "first")]
    {
        assert_eq!(browser.value_of(label), kept);
    }
    browser.fill("安装码", CODE);
    browser.fill("新密码", PASSWORD);
    browser.fill("再输入一次新密码", PASSWORD);
    browser.go("完成安装");
    browser.wait_for("今日：等着我的");
    look(browser);
}

/// Opens the second account; returns the password that is shown once.
fn open_account(browser: &Browser) -> String {
    browser.activate("管理");
    browser.go("账号");
    look(browser);
    browser.go("新开账号");
    look(browser);
    browser.fill("姓名", "科协统筹员");
    browser.fill("登录名", "second");
    browser.fill("所在单位", "麒麟区");
    browser.fill("角色", "协调员");
    browser.go("开通账号");
    browser.wait_for("离开这一页后就再也看不到了");
    look(browser);
    let shown = browser.script("return document.querySelector('main td code').textContent", &[]);
    shown.as_str().unwrap().to_owned()
}

/// With the temporary password no page is shown but the one that changes it.
fn change_password(browser: &Browser, temporary: &str) {
    browser.open("/login");
    browser.fill("登录名", "second");
    browser.fill("密码", temporary);
    browser.go("登录");
    browser.wait_for("您现在用的是临时密码");
    look(browser);
    browser.open("/desk/units");
    browser.wait_for("您现在用的是临时密码");
    let new = "湖边 七棵 柳树 开花";
    browser.fill("现在的密码", temporary);
    browser.fill("新密码", new);
    browser.fill("再输入一次新密码", new);
    browser.go("修改密码");
    browser.wait_for("今日：等着我的");
    browser.go("单位");
    browser.wait_for("麒麟区");
}

/// The administrator sees what the role sees, changes nothing, and comes back.
fn look_as(browser: &Browser) {
    sign_in(browser, "first");
    browser.activate("管理");
    browser.go("设置");
    look(browser);
    browser.go("以角色身份预览");
    look(browser);
    browser.choose("查看者");
    browser.fill("在哪个单位", "麒麟区");
    browser.go("开始预览");
    browser.wait_for("只能看，不能改");
    assert!(!browser.html().contains("审计"), "a viewer has no trail to look at");
    look(browser);
    browser.go("结束预览");
    browser.wait_for("以角色身份预览");
    assert!(!browser.text().contains("只能看，不能改。"));
    browser.go("今日");
    look(browser);
}
