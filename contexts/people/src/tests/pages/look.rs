//! Every page in a real browser: open to all by axe's rules, and nothing cut on a narrow screen.

use db::{Db, Target};
use testkit::{Browser, assert_accessible, serve};

use super::{CODE, PASSWORD, STREAMS, Site, Town};

/// In both print sizes: no rule of accessibility is broken, and nothing reaches beyond 320 pixels.
fn look(browser: &Browser, path: &str, name: &str) {
    browser.open(path);
    for (large, size) in [("0", "normal"), ("1", "large")] {
        browser.set_cookie("large", large);
        browser.set_window(1280, 900);
        browser.reload();
        assert_accessible(browser);
        browser.screenshot(&format!("people-{name}-{size}"));
        browser.set_window(320, 640);
        let beyond = browser.script(
            "return document.scrollingElement.scrollWidth - document.documentElement.clientWidth",
            &[],
        );
        assert_eq!(beyond.as_i64(), Some(0), "{path} in {size} print reaches beyond 320 pixels");
        assert_accessible(browser);
        browser.screenshot(&format!("people-{name}-{size}-narrow"));
    }
    browser.set_cookie("large", "0");
    browser.set_window(1280, 900);
}

fn open(folder: &tempfile::TempDir) -> Db {
    Db::open(&Target::Sqlite(folder.path().join("look.sqlite")), STREAMS).unwrap()
}

fn browse(site: &Site) -> (testkit::Served, Browser) {
    let router = site.router.clone();
    let served = serve(move |listener| web::serve::serve(listener, router, std::future::pending()));
    let browser = Browser::start(&served.url);
    (served, browser)
}

#[test]
fn setup_is_open_to_all() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::new(&open(&folder));
    let (_served, browser) = browse(&site);
    look(&browser, "/setup", "setup");
    browser.open("/setup");
    browser.fill("安装码", CODE);
    browser.fill("区（县）名称", "麒麟区");
    browser.fill("姓名", "甲");
    browser.fill("登录名", "admin");
    browser.fill("新密码", PASSWORD);
    browser.fill("再输入一次新密码", "something else");
    browser.leaving(|| browser.activate("完成安装"));
    browser.wait_for("两次输入的密码不一样");
    assert_accessible(&browser);
    browser.screenshot("people-setup-refused");
}

#[test]
fn every_page_is_open_to_all_in_both_print_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::of(&open(&folder));
    let (_served, browser) = browse(&town.site);
    look(&browser, "/login", "login");
    browser.open("/login?to=/desk/units");
    browser.fill("登录名", "boss");
    browser.fill("密码", PASSWORD);
    browser.leaving(|| browser.activate("登录"));
    browser.wait_for("单位");
    let unit = format!("/desk/units/{}", town.edu);
    let account = format!("/desk/people/{}", town.cast.founded.administrator);
    let rename = format!("{unit}/rename");
    let merge = format!("{unit}/merge");
    let split = format!("{unit}/split");
    for (path, name) in [
        ("/password", "password"),
        ("/desk/units", "units"),
        ("/desk/units?view=tree", "units-tree"),
        ("/desk/units?q=zzzz", "units-none"),
        ("/desk/units/new", "unit-new"),
        ("/desk/units/import?created=2&aliased=0&same=1", "units-import"),
        (&unit, "unit"),
        (&rename, "unit-rename"),
        (&merge, "unit-merge"),
        (&split, "unit-split"),
        ("/desk/people", "accounts"),
        ("/desk/people/new", "account-new"),
        ("/desk/people/import", "accounts-import"),
        (&account, "account"),
        ("/desk/audit", "audit"),
        ("/desk/settings", "settings"),
        ("/desk/view-as", "view-as"),
    ] {
        look(&browser, path, name);
    }
    browser.open("/desk/people/new");
    browser.fill("姓名", "陈");
    browser.fill("登录名", "chen");
    browser.leaving(|| browser.activate("开通账号"));
    browser.wait_for("离开这一页后就再也看不到了");
    assert_accessible(&browser);
    browser.screenshot("people-issued");
}
