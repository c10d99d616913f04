//! The pages over HTTP: a resident with nothing but a browser, and those who serve them.

use std::sync::Arc;

use db::Db;
use kernel::{Actor, Caller, Role, SeededRng, UnitId};
use people::accounts::{NewAccount, password::hash};
use testkit::{Client, both};
use web::{App, Config};

use super::{Cast, STREAMS, run};

const PASSWORD: &str = "long enough for anybody";

/// A site on a database.
pub(super) struct Site {
    pub(super) cast: Cast,
    pub(super) db: Db,
    router: axum::Router,
    runtime: tokio::runtime::Runtime,
}

impl Site {
    pub(super) fn open(db: &Db) -> Self {
        let cast = Cast::of(db);
        let config = Config {
            db: db.clone(),
            clock: cast.clock.clone(),
            rng: Arc::new(SeededRng::new(77)),
            seal: Arc::new(kernel::Unsealed),
            secure: false,
            proxies: Vec::new(),
            authenticate: people::authenticate,
            note_visit: people::note_visit,
            district: people::district,
            setup_code: String::new(),
        };
        let modules = vec![people::module(), evidence::module(), crate::module()];
        let (_, router) = App::router(config, modules).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { cast, db: db.clone(), router, runtime: runtime.unwrap() }
    }

    pub(super) fn visitor(&self) -> Client {
        Client::new(&self.router, self.runtime.handle())
    }

    pub(super) fn sign_in(&self, login: &str, role: Role, unit: &UnitId) -> Client {
        let mut boss: Caller = self.cast.coordinator.clone();
        let mut grant = boss.actor.grants[0].clone();
        grant.role = Role::Administrator;
        boss.actor = Actor { grants: vec![grant], ..boss.actor };
        let new = NewAccount {
            login: login.into(),
            name: format!("人{login}"),
            unit: Some(unit.clone()),
            password: hash(PASSWORD, &*boss.rng).unwrap(),
            must_change_password: false,
            roles: vec![(role, unit.clone())],
        };
        run(&self.db, &boss, move |tx, by| people::accounts::create(tx, by, new.clone())).unwrap();
        let mut client = self.visitor();
        client.get("/login");
        client.post("/login", &[("login", login), ("password", PASSWORD)]).is(303);
        client
    }

    /// A resident orders from the menu in four steps; gives the address of the order.
    fn ordered(&self, resident: &mut Client) -> String {
        let item = format!("/service/{}", self.cast.resource);
        resident.get("/service").is(200).shows("高血压怎么吃药").shows("最早 11月5日 周三");
        resident.get(&item).is(200).shows("就约这个");
        let item = self.cast.resource.to_string();
        let begun = resident.post("/order", &[("item", &item), ("on", "2025-11-10")]);
        begun.is(303);
        let when = begun.location().to_owned();
        resident.follow(&begun).is(200).shows("第 2 步，共 4 步").shows("什么时候方便");
        let on = [("on", "2025-11-10"), ("part", "morning"), ("go", "on")];
        let to_where = resident.post(&when, &on);
        resident.follow(&to_where).is(200).shows("在什么地方");
        let town = self.cast.town.to_string();
        let first = resident.post(to_where.location(), &[("town", &town), ("place", "三单元"), ("go", "on")]);
        resident.follow(&first).is(200).shows("南宁一社区");
        let community = self.cast.community.to_string();
        let fields = [("town", town.as_str()), ("community", &community), ("place", "三单元"), ("go", "on")];
        let who = resident.post(first.location(), &fields);
        resident.follow(&who).is(200).shows("怎么联系您").shows("11月10日 周一 上午");
        // Back, and forth again: what was typed is there.
        let back = resident.post(who.location(), &[("name", "张秀英"), ("phone", "不记得"), ("go", "back")]);
        resident.follow(&back).is(200).shows("三单元");
        resident.get(who.location()).is(200).shows("value=\"张秀英\"").shows("value=\"不记得\"");
        let wrong = resident.post(who.location(), &[("name", "张秀英"), ("phone", "不记得"), ("go", "on")]);
        wrong.is(422).shows("这不像电话号码").shows("value=\"张秀英\"");
        resident.get(who.location());
        let sent =
            resident.post(who.location(), &[("name", "张秀英"), ("phone", "13987650123"), ("go", "on")]);
        sent.is(303);
        let twice =
            resident.post(who.location(), &[("name", "张秀英"), ("phone", "13987650123"), ("go", "on")]);
        assert_eq!(twice.location(), sent.location(), "a double tap is one order");
        resident.follow(&sent).is(200).shows("订单已经提交").shows("现在在南宁一社区");
        assert!(resident.get(&when).location().ends_with("/orders"), "the draft leads nowhere");
        sent.location().replace("&sent=1", "")
    }
}

#[test]
fn a_resident_orders_without_an_account_and_is_told_who_has_it_at_every_step() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut resident = site.visitor();
        let mine = site.ordered(&mut resident);
        let mut worker = site.sign_in("sq", Role::CommunityWorker, &site.cast.community);
        let mut clerk = site.sign_in("wj", Role::Editor, &site.cast.health_unit);
        worker.get("/desk").shows("新订单待核对：高血压怎么吃药");
        let queue = worker.get("/desk/orders");
        queue.is(200).shows("高血压怎么吃药").shows("待社区核对").hides("13987650123");
        let start = queue.text.find("/desk/orders/0").unwrap();
        let path = queue.text[start..].split('"').next().unwrap().to_owned();
        clerk.get(&path).is(404);
        worker.get(&path).is(200).shows("*******0123").hides("13987650123").shows("这项服务就是它提供的");
        worker.post(&format!("{path}/contact"), &[]).is(200).shows("13987650123").shows("张秀英");
        worker.get(&path).hides("13987650123");
        resident.get(&mine).is(200).shows("查看了联系方式");
        let health = site.cast.health_unit.to_string();
        worker.get(&path);
        worker.post(&format!("{path}/dispatch"), &[("version", "2")]).is(422).shows("请至少选一个部门");
        worker.get(&path);
        worker.post(&format!("{path}/dispatch"), &[("version", "2"), ("department", &health)]).is(303);
        resident.get(&mine).shows("已经派单，等部门领取");
        clerk.get("/desk").shows("有订单可领");
        clerk.get(&path).is(200).shows("领下这一单");
        clerk.post(&format!("{path}/claim"), &[]).is(303);
        resident.get(&mine).shows("区卫生健康局已经领单");
        clerk.get(&path).shows("请哪支队伍来办").hides("13987650123");
        site.visitor().get(&path).is(303);
        worker.get("/desk/orders?format=csv").is(200).shows("高血压怎么吃药").hides("13987650123");
    });
}

#[test]
fn number_and_code_open_an_order_and_a_wrong_code_tells_nothing() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut resident = site.visitor();
        let mine = site.ordered(&mut resident);
        let number = mine.split(['/', '?']).nth(2).unwrap().to_owned();
        let code = mine.split("code=").nth(1).unwrap().to_owned();
        let mut other = site.visitor();
        other.get("/orders").is(200);
        other
            .post("/orders", &[("number", &number), ("code", "123456789012")])
            .is(422)
            .shows("编号或查询码不对");
        other.get("/orders");
        other.post("/orders", &[("number", "2025-9999"), ("code", &code)]).is(422).shows("编号或查询码不对");
        other.get(&format!("/orders/{number}")).is(422).hides("高血压");
        other.get("/orders");
        let found = other.post("/orders", &[("number", &number), ("code", &code)]);
        other.follow(&found).is(200).shows("高血压怎么吃药").hides("13987650123").hides("张秀英");
        other.get(&mine);
        let sent =
            other.post(&format!("/orders/{number}/withdrawal"), &[("code", &code), ("words", "不用了")]);
        other.follow(&sent).is(200).shows("您已经撤回这一单").shows("不用了");
    });
}

#[test]
fn a_script_in_a_need_is_shown_as_text_and_a_worker_enters_for_who_called() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut worker = site.sign_in("sq", Role::CommunityWorker, &site.cast.community);
        worker.get("/desk/orders/new").is(200);
        let unit = site.cast.community.to_string();
        let need = "<script>alert(1)</script>请人讲防诈骗";
        let fields = [
            ("channel", "phone"),
            ("name", "李大爷"),
            ("phone", "0874-3123456"),
            ("item", ""),
            ("need", need),
            ("unit", unit.as_str()),
            ("part", "any"),
        ];
        let done = worker.post("/desk/orders/new", &fields);
        done.is(200).shows("已经替居民提交").shows("查询码").hides("<script>alert");
        let list = worker.get("/desk/orders");
        list.is(200).shows("&#60;script&#62;").hides("<script>alert");
    });
}

#[test]
fn the_coordinators_pages_open_and_export_and_keep_what_was_typed_wrong() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut resident = site.visitor();
        site.ordered(&mut resident);
        let root = site.cast.coordinator.actor.grants[0].unit.clone();
        let mut keeper = site.sign_in("kx", Role::Coordinator, &root);
        keeper.get("/desk/orders/board").is(200).shows("待社区核对").shows("没有着落的需要");
        keeper.get("/desk/orders/settings").is(200);
        keeper.post("/desk/orders/settings", &[("check", "一天")]).is(422).shows("一天");
        keeper.get("/desk/orders/settings");
        keeper.post("/desk/orders/settings", &[("check", "2")]).is(303);
        keeper.get("/desk/orders/settings").shows("value=\"2\"");
        keeper.get("/desk/resources").is(200).shows("高血压怎么吃药");
        keeper.get("/desk/resources?format=xlsx").is(200);
        keeper.get(&format!("/desk/resources/{}", site.cast.resource)).is(200).shows("一月最多几次");
        keeper.get("/desk/teams").is(200).shows("医务服务队");
        keeper.get(&format!("/desk/teams/{}", site.cast.doctors_unit)).is(200).shows("李医生");
        let person = format!("/desk/volunteers/{}", site.cast.persons[0]);
        keeper.get(&person).is(200).shows("核对码");
        site.visitor().get("/hours?code=1").is(422).shows("没有这个核对码");
        let mut worker = site.sign_in("sq", Role::CommunityWorker, &site.cast.community);
        worker.get(&person).is(404);
        worker.get("/desk/orders/board").is(403);
    });
}
