//! The form on a phone: without a line it opens, keeps, and sends exactly once when the line is back.

use kernel::Role;
use testkit::{Browser, Served};

use super::site::{STREAMS, Site};

/// The site on a port, and a phone on which its editor is signed in.
fn phone(site: &Site) -> (Served, Browser) {
    let router = site.router.clone();
    let served = testkit::serve(move |listener| async move {
        web::serve::serve(listener, router, std::future::pending()).await.unwrap();
    });
    let session = site.editor().cookie("qilin_session").unwrap().to_owned();
    let phone = Browser::phone(&served.url);
    phone.open("/login");
    phone.set_cookie("qilin_session", &session);
    phone.open("/desk/deliveries/new");
    (served, phone)
}

/// Waits until the device keeps the form.
fn kept(phone: &Browser) {
    let ask = "const done = arguments[arguments.length - 1];
        const look = async () => {
          const at = await caches.match('/desk/deliveries/new');
          if (at && navigator.serviceWorker.controller) done(true); else setTimeout(look, 50);
        };
        look();";
    assert_eq!(phone.script_async(ask, &[]), true);
}

/// Fills the form as fingers would, through the events that typing makes.
fn fill(phone: &Browser, site: &Site, title: &str) {
    let mut fields = site.lecture();
    fields.retain(|(name, _)| *name != "title" && *name != "then");
    fields.push(("title", title.into()));
    for (name, text) in fields {
        let set = "const [name, text] = arguments;
            for (const field of document.querySelectorAll(`#delivery [name=${name}]`)) {
              if (field.type === 'radio' || field.type === 'checkbox') field.checked = field.value === text;
              else field.value = text;
              field.dispatchEvent(new Event('input', { bubbles: true }));
            }";
        phone.script(set, &[name.into(), text.into()]);
    }
}

fn send(phone: &Browser) {
    phone.script("document.querySelector('#delivery button[value=submit]').click()", &[]);
}

fn recorded(site: &Site) -> usize {
    let mut coordinator = site.sign_in("watcher", Role::Viewer, &site.cast.society);
    coordinator.get("/desk/deliveries").text.matches("scope=\"row\"").count()
}

#[test]
fn a_delivery_written_without_a_line_is_sent_once_when_it_is_back() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (_served, phone) = phone(&site);
        kept(&phone);
        phone.set_offline(true);
        fill(&phone, &site, "山上的讲座");
        send(&phone);
        phone.wait_for("没有信号，已存在这台手机上");
        phone.wait_for("未发送");
        phone.set_offline(false);
        phone.wait_for("已发送");
        phone.reload();
        phone.wait_for("已发送");
        assert_eq!(recorded(&site), 1);
    });
}

#[test]
fn of_a_sign_in_list_that_was_sent_nothing_stays_on_the_phone() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (_served, phone) = phone(&site);
        kept(&phone);
        fill(&phone, &site, "有名单的讲座");
        let set = "document.querySelector('#delivery [name=persons]').value = '张三1234'";
        phone.script(set, &[]);
        phone.leaving(|| send(&phone));
        phone.wait_for("等待另一个人核验");
        let ask = "const done = arguments[arguments.length - 1];
            const request = indexedDB.open('qilin', 1);
            request.onsuccess = () => {
              const all = request.result.transaction('outbox').objectStore('outbox').getAll();
              all.onsuccess = () => done(JSON.stringify(all.result) + JSON.stringify({ ...sessionStorage }));
            };";
        let left = phone.script_async(ask, &[]).as_str().unwrap().to_owned();
        assert!(left.contains("有名单的讲座") && left.contains("sent"), "{left}");
        assert!(!left.contains("张三"), "{left}");
    });
}

#[test]
fn with_a_line_the_form_leads_to_the_record_and_back_keeps_what_was_typed() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (_served, phone) = phone(&site);
        kept(&phone);
        fill(&phone, &site, "街上的讲座");
        phone.leaving(|| send(&phone));
        phone.wait_for("等待另一个人核验");
        phone.back();
        phone.wait_for("已恢复上次没填完的内容");
        let title = phone.script("return document.querySelector('[name=title]').value", &[]);
        assert_eq!(title, "街上的讲座");
        // sent again as it is, it is still one delivery
        phone.leaving(|| send(&phone));
        phone.wait_for("等待另一个人核验");
        assert_eq!(recorded(&site), 1);
    });
}

#[test]
fn what_the_server_refuses_is_shown_beside_the_field_as_without_script() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (_served, phone) = phone(&site);
        kept(&phone);
        fill(&phone, &site, "没有人的讲座");
        phone.script("document.querySelector('[name=heads_elderly]').value = '很多'", &[]);
        phone.leaving(|| send(&phone));
        phone.wait_for("“很多”不是整数");
        assert_eq!(recorded(&site), 0);
    });
}

#[test]
fn the_form_opens_when_the_server_cannot_be_reached() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (served, phone) = phone(&site);
        kept(&phone);
        drop(served);
        phone.reload();
        phone.wait_for("填报活动");
        fill(&phone, &site, "断网的讲座");
        send(&phone);
        phone.wait_for("没有信号，已存在这台手机上");
    });
}

#[test]
fn nothing_is_cut_on_a_narrow_phone_and_axe_has_nothing_to_say() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        super::entries::register(db, &site.cast);
        let (_served, phone) = phone(&site);
        let mut editor = testkit::Client::new(&site.router, site.runtime.handle());
        editor.set_cookie("qilin_session", &phone_cookie(&phone));
        editor.get("/desk/deliveries/new");
        let sent = editor.post("/desk/deliveries", &super::site::fields(&site.lecture()));
        let own = sent.location().to_owned();
        phone.set_window(320, 700);
        for path in [
            "/desk/deliveries",
            "/desk/deliveries/new",
            "/desk/deliveries/import",
            "/desk/entries",
            "/desk/entries/new",
            "/desk/attestations",
            "/desk/attestations/new",
            own.as_str(),
        ] {
            phone.open(path);
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(phone.script(wide, &[]), 0, "{path} is wider than 320 px");
            testkit::assert_accessible(&phone);
        }
        assert_eq!(phone.complaints(), Vec::<String>::new());
    });
}

/// The session of the phone.
fn phone_cookie(phone: &Browser) -> String {
    let cookies = phone.cdp("Network.getCookies", serde_json::json!({}));
    let all = cookies["cookies"].as_array().unwrap().clone();
    let session = all.into_iter().find(|cookie| cookie["name"] == "qilin_session").unwrap();
    session["value"].as_str().unwrap().to_owned()
}
