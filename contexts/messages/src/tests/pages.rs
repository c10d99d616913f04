//! The pages over HTTP, without a network.

use std::sync::Arc;

use kernel::SeededRng;
use testkit::Client;
use tokio::runtime::Runtime;
use web::{App, Config};

use super::provider::Provider;
use super::{PASSWORD, TRIED, Town, both};
use crate::Channel;

struct Site {
    router: axum::Router,
    runtime: Runtime,
}

impl Site {
    fn of(town: &Town) -> Self {
        let config = Config {
            db: town.db.clone(),
            clock: town.clock.clone(),
            rng: Arc::new(SeededRng::new(77)),
            seal: Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            authenticate: people::authenticate,
            note_visit: people::note_visit,
            district: people::district,
            setup_code: String::new(),
        };
        let (_, router) = App::router(config, vec![people::module(), crate::module()]).unwrap();
        Self { router, runtime: Runtime::new().unwrap() }
    }

    fn signed_in(&self, login: &str) -> Client {
        let mut client = Client::new(&self.router, self.runtime.handle());
        client.get("/login").is(200);
        client.post("/login", &[("login", login), ("password", PASSWORD)]).is(303);
        client
    }
}

/// Where the first form of the page is sent whose address ends so.
fn form_to<'a>(text: &'a str, end: &str) -> &'a str {
    let mut actions = text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    actions.find(|action| action.ends_with(end)).unwrap()
}

#[test]
fn an_unread_message_is_on_today_is_opened_once_and_is_nobody_elses() {
    both(|town| {
        let site = Site::of(town);
        let mut li = site.signed_in("li");
        li.get("/desk/inbox").is(200).shows("还没有消息");
        li.get("/desk").is(200).hides("未读消息");
        town.tell(TRIED, "a/1");
        li.get("/desk").is(200).shows("1 条未读消息");
        let page = li.get("/desk/inbox");
        page.is(200).shows("这是一条试验消息，由甲发出").shows("有 1 条未读");
        let reading = form_to(&page.text, "/reading").to_owned();
        let mut admin = site.signed_in("admin");
        admin.get("/desk/inbox").is(200).shows("还没有消息").hides("由甲发出");
        admin.post(&reading, &[]).is(404);
        li.get("/desk/inbox");
        let opened = li.post(&reading, &[]);
        opened.is(303);
        assert_eq!(opened.location(), "/desk/inbox");
        li.get("/desk").is(200).hides("未读消息");
        li.get("/desk/inbox?show=unread").is(200).shows("没有未读的消息");
        let file = li.get("/desk/inbox?format=csv");
        file.is(200).shows("由甲发出");
    });
}

#[test]
fn all_that_was_shown_is_marked_read_and_nothing_that_came_since() {
    both(|town| {
        let site = Site::of(town);
        town.tell(TRIED, "a/1");
        let mut li = site.signed_in("li");
        let page = li.get("/desk/inbox");
        let until = page.text.split("name=\"until\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        town.clock.advance_seconds(60);
        town.tell(TRIED, "a/2");
        li.post("/desk/inbox/reading", &[("until", until)]).is(303);
        li.get("/desk/inbox").is(200).shows("有 1 条未读");
        li.post("/desk/inbox/reading", &[("until", "N/A")]).is(422);
    });
}

#[test]
fn without_any_channel_every_page_says_so_plainly_and_nothing_fails() {
    both(|town| {
        let site = Site::of(town);
        let mut admin = site.signed_in("admin");
        admin.get("/desk/settings").is(200).shows("通知渠道");
        admin.get("/desk/settings/channels").is(200).shows("还没有开通任何渠道").shows("未设置");
        admin.get("/desk/settings/sendings").is(200).shows("没有这样的发送记录");
        admin.get("/desk/inbox/ways").is(200).shows("还没有开通邮件和短信").shows("21:00 到 08:00");
        for channel in Channel::ALL {
            let path = format!("/desk/settings/channels/{}", channel.code());
            admin.get(&path).is(200).shows("先保存设置，再试发");
            admin.post(&format!("{path}/trials"), &[]).is(409).shows("先保存设置再试发");
        }
        admin.get("/desk/settings/channels/fax").is(404);
        town.tell(TRIED, "a/1");
        assert!(town.run("") > 0);
        assert_eq!(town.sendings(), []);
        site.signed_in("li").get("/desk/settings/channels").is(403);
    });
}

#[test]
fn a_channel_is_set_kept_secret_tried_and_the_answer_shown() {
    both(|town| {
        let site = Site::of(town);
        let provider = Provider::start(|before, _| match before {
            0 => Some((401, "wrong key".to_owned())),
            _ => Some((200, "welcome".to_owned())),
        });
        let mut admin = site.signed_in("admin");
        let path = "/desk/settings/channels/webhook";
        admin.get(path).is(200);
        let url = provider.url();
        let lacking = [("url", "ftp://a"), ("key", ""), ("on", "1"), ("seen", "0")];
        let page = admin.post(path, &lacking);
        page.is(422).shows("https:// 开头的完整地址").shows("ftp://a");
        admin.get(path);
        let given = [("url", url.as_str()), ("key", "kanarienvogel"), ("on", "1"), ("seen", "0")];
        admin.post(path, &given).is(303);
        let page = admin.get(path);
        page.is(200).shows("密钥已经加密保存").hides("kanarienvogel").shows(&url);
        admin.post(&format!("{path}/trials"), &[]).is(303);
        admin.get(path).is(200).shows("等待发送");
        admin.post(&format!("{path}/trials"), &[]).is(409).shows("上一条试验消息还没有结果");
        town.run(&provider.host());
        admin.get(path).is(200).shows("没有发成").shows("HTTP 401 wrong key");
        town.clock.advance_seconds(5);
        admin.post(&format!("{path}/trials"), &[]).is(303);
        town.run(&provider.host());
        admin.get(path).is(200).shows("已发到").shows("HTTP 200 welcome");
        admin.get("/desk/settings/sendings?state=sent").is(200).shows("对接其他系统").shows("共 1 条");
        admin.get("/desk/settings/sendings?format=xlsx").is(200);
        // Whoever had an older page before them changes nothing.
        admin.get(path);
        admin.post(path, &[("url", url.as_str()), ("key", ""), ("seen", "0")]).is(409);
        // A secret that is left empty stays.
        admin.get(path);
        admin.post(path, &[("url", url.as_str()), ("key", ""), ("on", "1"), ("seen", "1")]).is(303);
        admin.get(path).is(200).shows("密钥已经加密保存");
        admin.get("/desk/audit").is(200).shows("设置通知渠道").hides("kanarienvogel");
    });
}

#[test]
fn a_person_says_how_they_want_to_be_reached_and_what_was_typed_wrong_stays() {
    both(|town| {
        let site = Site::of(town);
        let mut li = site.signed_in("li");
        let ways = "/desk/inbox/ways";
        li.get(ways).is(200);
        let wrong = [("sms", "0874-1"), ("email", ""), ("wanted", "sms"), ("locale", "zh-CN")];
        li.post(ways, &wrong).is(422).shows("这不是手机号").shows("0874-1");
        li.get(ways);
        let right = [("sms", "139 8765 0123"), ("email", ""), ("wanted", "sms"), ("locale", "en")];
        li.post(ways, &right).is(303);
        li.get(ways).is(200).shows("13987650123");
        site.signed_in("admin").get(ways).is(200).hides("13987650123");
    });
}

#[test]
fn quiet_hours_say_their_default_and_what_is_wrong_with_others() {
    both(|town| {
        let site = Site::of(town);
        let mut admin = site.signed_in("admin");
        let path = "/desk/settings/quiet-hours";
        admin.get(path).is(200).shows("21:00 到 08:00");
        let late = [("from", "晚上"), ("to", "25:00"), ("on", "1"), ("seen", "0")];
        admin.post(path, &late).is(422).shows("“晚上”不是一天里的时间").shows("“25:00”");
        admin.get(path);
        admin.post(path, &[("from", "20:00"), ("to", "9:00"), ("on", "1"), ("seen", "0")]).is(422);
        admin.get(path);
        admin.post(path, &[("from", "22"), ("to", "7:30"), ("on", "1"), ("seen", "0")]).is(303);
        admin.get("/desk/settings/channels").is(200).shows("22:00 到 07:30");
    });
}
