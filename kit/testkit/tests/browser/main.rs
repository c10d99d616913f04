//! The browser and axe against small pages whose faults are known.
mod site;

use site::site;
use testkit::{Browser, Key, assert_accessible, axe};

#[test]
fn a_form_is_filled_and_sent_by_keyboard_alone() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/");
    assert_eq!((browser.title().as_str(), browser.path().as_str()), ("活动", "/"));
    browser.go("登记");
    browser.fill("标题", "科普大集 Aé🔭");
    browser.fill("说明", "第一行");
    browser.press(Key::Enter);
    browser.type_text("第二行");
    browser.fill("日期", "2025-05-06");
    browser.fill("人数", "120");
    browser.fill("单位", "区教体局");
    browser.choose("镇");
    browser.tick("现场照片已核对", true);
    browser.tick("公开", false);
    assert_eq!(browser.value_of("日期"), "2025-05-06");
    browser.go("提交");
    browser.wait_for("收到");
    let text = browser.text();
    for part in [
        "=科普大集 Aé🔭", "第一行 第二行", "day=2025-05-06", "heads=120", "unit=edu", "level=town",
        "checked=on",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("public="), "{text}");
    browser.back();
    browser.wait_for("登记一次活动");
}

#[test]
fn a_file_is_uploaded() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/upload");
    browser.upload("证明", std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
    browser.go("上传");
    browser.wait_for("name = \"testkit\"");
}

#[test]
fn a_control_that_tab_does_not_reach_fails_with_the_names_that_it_does() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/");
    let order = browser.tab_order();
    let names: Vec<&str> = order.iter().map(|focus| focus.name.as_str()).collect();
    assert_eq!(names, ["登记", "上传", "深色"]);
    assert!(order.iter().all(|focus| focus.visible));
    let lost = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| browser.focus("没有")));
    let message = lost.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*message, "Tab does not reach 「没有」 on /; it reaches: 登记 | 上传 | 深色");
}

#[test]
fn an_invisible_focus_is_seen() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/faults");
    assert!(browser.tab_order().iter().any(|focus| !focus.visible));
}

#[test]
fn axe_finds_the_known_faults_and_none_on_a_sound_page() {
    let site = site();
    let browser = Browser::start(&site.url);
    for path in ["/", "/form", "/upload"] {
        browser.open(path);
        assert_accessible(&browser);
    }
    browser.open("/faults");
    let found = axe(&browser);
    let rules: Vec<&str> = found.iter().map(|violation| violation.rule.as_str()).collect();
    for rule in ["image-alt", "label", "color-contrast", "html-has-lang", "landmark-one-main"] {
        assert!(rules.contains(&rule), "{rule} in {rules:?}");
    }
    let image = found.iter().find(|violation| violation.rule == "image-alt").unwrap();
    assert_eq!(image.impact, "critical");
    assert!(image.to_string().contains("<img src=\"/dot.svg\">"), "{image}");
}

#[test]
fn the_pages_own_rules_for_scripts_hold_while_the_driver_looks() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/faults");
    axe(&browser);
    assert!(!browser.text().contains("inline script ran"));
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|line| line.contains("Content Security Policy")), "{complaints:?}");
    browser.open("/");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn without_scripts_the_page_says_so_and_its_form_still_works() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/");
    browser.wait_for("有脚本");
    let plain = Browser::without_scripts(&site.url);
    plain.open("/");
    plain.wait_for("无脚本");
    assert!(!plain.text().contains("有脚本"));
    plain.go("登记");
    plain.fill("标题", "无脚本登记");
    plain.go("提交");
    plain.wait_for("=无脚本登记");
}

#[test]
fn a_phone_dark_colours_print_and_cookies_are_what_the_page_sees() {
    let site = site();
    let browser = Browser::phone(&site.url);
    browser.open("/");
    let width = || browser.script("return innerWidth", &[]).as_u64();
    let colour = || browser.script("return getComputedStyle(document.body).backgroundColor", &[]);
    assert_eq!(width(), Some(360));
    browser.set_window(320, 600);
    assert_eq!(width(), Some(320));
    assert_eq!(colour(), "rgb(255, 255, 255)");
    browser.set_dark(true);
    assert_eq!(colour(), "rgb(0, 0, 0)");
    browser.set_dark(false);
    browser.set_print(true);
    assert_eq!(colour(), "rgb(250, 250, 250)");
    browser.set_print(false);
    browser.set_cookie("print", "large");
    browser.reload();
    browser.wait_for("print=large");
    browser.wait_for("zh-CN");
    let picture = std::fs::read(browser.screenshot("testkit-phone")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 1_000);
}

#[test]
fn an_offline_browser_reaches_nothing_until_the_line_is_back() {
    let site = site();
    let browser = Browser::start(&site.url);
    browser.open("/");
    let reaches = || {
        let ask = "const done = arguments[0]; fetch('/form').then(() => done(true), () => done(false))";
        browser.script_async(ask, &[])
    };
    assert_eq!(reaches(), true);
    browser.set_offline(true);
    assert_eq!((reaches(), browser.script("return navigator.onLine", &[])), (false.into(), false.into()));
    browser.set_offline(false);
    assert_eq!(reaches(), true);
}
