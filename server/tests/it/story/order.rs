//! An order from the menu to both sides' rating, by everybody who has a part in it: by keyboard, the resident
//! in large print, the team without a line at the door.

use std::collections::BTreeSet;
use std::sync::Arc;

use db::Target;
use kernel::{Actor, Caller, Day, Role, SeededRng, UnitId};
use people::accounts::{self, NewAccount};
use people::units::{self, NewUnit, UnitKind};
use service::Offer;
use service::actions::resources::{self, NewPerson};
use service::team::PersonKind;
use testkit::{Browser, fresh_postgres};

use super::stage::{Stage, look, publish, refused, sign_in, sign_out};
use crate::support::{PASSWORD, Town};

const TITLE: &str = "高血压怎么吃药";
const TEAM: &str = "医务服务队";
/// Half past nine of the agreed day, in milliseconds as a phone counts.
const HALF_PAST_NINE: i64 = 1_757_295_000_000;

#[test]
fn an_order_goes_through_all_hands_with_the_line_cut_at_the_door_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    tell(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn an_order_goes_through_all_hands_with_the_line_cut_at_the_door_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        tell(scratch.target());
    }
}

fn tell(target: &Target) {
    let stage = Stage::at(target, &[]);
    publish(&stage.town);
    enter(&stage.town);
    let phone = Browser::phone(stage.url());
    let (number, code) = order(&phone);

    let desk = Browser::start(stage.url());
    dispatch(&desk, &phone);
    claim(&desk, &phone);
    accept(&desk, &phone);

    let door_code = told_at_home(&phone, &number, &code);
    at_the_door(&stage, &door_code);
    confirm(&phone);
    sign_in(&desk, "leader");
    rate_back(&desk);
    verify(&desk);
    see(&desk);
    phone.reload();
    phone.wait_for("已经办完。谢谢您！");
    look(&phone);
}

/// The team, its leader, its people, and what it offers.
pub fn enter(town: &Town) {
    let (founded, health, clock) = (town.founded.clone(), town.health.clone(), town.clock.clone());
    let password = accounts::hash(PASSWORD, &SeededRng::new(23)).unwrap();
    let enter = move |tx: &mut db::Tx<'_>| {
        let mut by = Caller {
            actor: Actor::public(founded.district.clone()),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(24)),
            seal: Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        by.actor = accounts::actor(tx, &founded.district, &founded.administrator, by.today())?.unwrap();
        let team = units::create(tx, &by, unit(&health))?;
        let account = NewAccount {
            login: "leader".into(),
            name: "演员leader".into(),
            unit: Some(team.clone()),
            password: password.clone(),
            must_change_password: false,
            roles: vec![(Role::Editor, team.clone())],
        };
        accounts::create(tx, &by, account)?;
        resources::add(tx, &by, &team, &offer())?;
        for name in ["李医生", "王护士"] {
            let kind = PersonKind::Volunteer;
            let new =
                NewPerson { name: name.into(), kind, topics: "健康".into(), languages: String::new() };
            resources::add_person(tx, &by, &team, &new)?;
        }
        Ok(())
    };
    town.db.write_now(enter).unwrap();
}

fn unit(parent: &UnitId) -> NewUnit {
    NewUnit {
        kind: UnitKind::Team,
        name: TEAM.into(),
        short_name: String::new(),
        name_en: None,
        parent: Some(parent.clone()),
        code: None,
        from: Day::new(2021, 1, 1).unwrap(),
        aliases: Vec::new(),
    }
}

fn offer() -> Offer {
    Offer {
        title: TITLE.into(),
        summary: "医生到社区讲，现场量血压。".into(),
        topic: "健康".into(),
        minutes: 60,
        lead_days: 2,
        months: (1, 12),
        weekdays: BTreeSet::from([1, 2, 3, 4, 5]),
        n_per_day: 1,
        n_per_month: 20,
        ..Offer::default()
    }
}

/// A resident orders from the menu, in four steps, in large print; the number and the code that they get.
fn order(phone: &Browser) -> (String, String) {
    phone.open("/");
    phone.go("长辈版");
    phone.open("/service");
    let dish = phone.tab_order().into_iter().find(|focus| focus.name.contains(TITLE)).unwrap();
    look(phone);
    phone.go(&dish.name);
    phone.wait_for("就约这个");
    look(phone);
    phone.go("就约这个");
    phone.wait_for("第 2 步，共 4 步");
    look(phone);
    phone.choose("9月8日 周一");
    phone.choose("上午");
    phone.go("下一步");
    phone.wait_for("在什么地方？");
    look(phone);
    phone.choose("南宁街道");
    phone.fill("门牌或集合地点", "居委会活动室");
    phone.go("下一步");
    phone.wait_for("怎么联系您？");
    phone.fill("怎么称呼您", "张秀英");
    phone.fill("联系电话", "没有");
    phone.go("提交订单");
    refused(phone);
    assert_eq!(phone.value_of("怎么称呼您"), "张秀英", "what was typed is kept");
    phone.fill("联系电话", "139 8765 0123");
    phone.go("提交订单");
    phone.wait_for("订单已经提交");
    look(phone);
    let read = "return [...document.querySelectorAll('.receipt dd')].map(dd => dd.textContent.trim())";
    let both = phone.script(read, &[]);
    let of = |n: usize| both.get(n).and_then(|one| one.as_str()).unwrap().to_owned();
    (of(0), of(1))
}

/// The community looks at it and offers it to the bureau that has it on its menu.
fn dispatch(desk: &Browser, phone: &Browser) {
    sign_in(desk, "community_worker");
    desk.wait_for(&format!("新订单待核对：{TITLE}"));
    desk.go("核对");
    desk.wait_for("派给哪个部门");
    look(desk);
    assert!(!desk.text().contains("13987650123"), "who to call is opened by a step of its own");
    desk.go("查看联系方式");
    desk.wait_for("13987650123");
    desk.go("派单");
    look(desk);
    sign_out(desk, "演员community_worker");
    phone.reload();
    phone.wait_for("已经派单，等部门领取");
    phone.wait_for("查看了联系方式");
}

/// The bureau takes it and asks its team.
fn claim(desk: &Browser, phone: &Browser) {
    sign_in(desk, "editor");
    desk.wait_for(&format!("有订单可领：{TITLE}"));
    desk.go("去看");
    look(desk);
    desk.go("领单");
    desk.wait_for("请哪支队伍来办");
    look(desk);
    desk.go("请他们接单");
    sign_out(desk, "演员editor");
    phone.reload();
    phone.wait_for("区卫生健康局已经领单");
}

/// The team takes it, names its people, and agrees the time.
fn accept(desk: &Browser, phone: &Browser) {
    sign_in(desk, "leader");
    desk.wait_for(&format!("有订单可接：{TITLE}"));
    desk.go("去看");
    desk.go("接单");
    desk.wait_for("约时间、定人员");
    look(desk);
    desk.fill("几点", "九点半");
    desk.go("约好了");
    refused(desk);
    desk.fill("几点", "9:30");
    desk.tick("李医生 · 志愿者 健康", true);
    desk.tick("王护士 · 志愿者 健康", true);
    desk.go("约好了");
    desk.wait_for("到门口了？签到");
    look(desk);
    sign_out(desk, "演员leader");
    phone.reload();
    phone.wait_for("医务服务队9月8日 周一 09:30来");
}

/// The resident comes back with number and code and reads what to tell at the door.
fn told_at_home(phone: &Browser, number: &str, code: &str) -> String {
    phone.open("/orders");
    phone.fill("订单编号", number);
    phone.fill("查询码", code);
    phone.go("查看");
    phone.wait_for("到门口的签到码");
    look(phone);
    let read = "return document.querySelector('.picked .code').textContent.trim()";
    phone.script(read, &[]).as_str().unwrap().to_owned()
}

/// Done once the phone keeps the list and its worker answers for the page.
const KEPT: &str = "const done = arguments[arguments.length - 1];
    navigator.serviceWorker.ready.then(async () => {
        const look = async () => {
            const kept = await caches.match(location.pathname);
            if (kept && navigator.serviceWorker.controller) done(true); else requestAnimationFrame(look);
        };
        look();
    });";

/// What the phone's clock shows, since the program's stands on the agreed day.
fn set_clock(phone: &Browser, minutes: i64) {
    let set = format!("Date.now = () => {}", HALF_PAST_NINE + minutes * 60_000);
    phone.script(&set, &[]);
}

/// The leader comes to the door, where there is no signal; back in the car there is.
fn at_the_door(stage: &Stage, door_code: &str) {
    stage.town.clock.set(Day::new(2025, 9, 8).unwrap().at(9, 25));
    let phone = Browser::phone(stage.url());
    sign_in(&phone, "leader");
    phone.wait_for(&format!("服务后请填报告：{TITLE}"));
    phone.go("填报告");
    look(&phone);
    phone.go("到门口了？签到");
    look(&phone);
    assert_eq!(phone.script_async(KEPT, &[]), true);
    stage.cut();
    phone.reload();
    phone.wait_for("门口签到");
    set_clock(&phone, -3);
    phone.tick("王护士 还没到", false);
    phone.fill("居民的签到码", door_code);
    phone.activate("到了");
    phone.wait_for("没有信号，已存在这台手机上");
    set_clock(&phone, 4);
    phone.tick("王护士 还没到", true);
    phone.tick("李医生 还没到", false);
    phone.activate("到了");
    phone.wait_for("09:34 到了 王护士");
    // the phone was put away meanwhile
    phone.reload();
    phone.wait_for("09:27 到了 李医生");
    stage.town.clock.set(Day::new(2025, 9, 8).unwrap().at(10, 40));
    stage.mend();
    phone.reload();
    phone.wait_for("09:27 到");
    phone.wait_for("居民的签到码已经对上");
    phone.wait_until_gone("没有信号，已存在这台手机上");
    set_clock(&phone, 65);
    phone.activate("走了");
    phone.wait_for("09:27 到，10:35 走");
    phone.wait_for("09:34 到，10:35 走");
    let complaints = phone.complaints();
    assert!(complaints.iter().all(|line| line.contains("net::ERR_")), "{complaints:?}");
    look(&phone);
    phone.go("回到订单");
    phone.wait_for("居民的签到码已核对");
    phone.fill("老年人", "23");
    phone.fill("地点", "居委会活动室");
    phone.fill("对应任务", "9 实施现代农民培育计划");
    phone.go("提交报告");
    phone.wait_for("68 分钟");
    phone.wait_for("61 分钟");
    look(&phone);
}

/// The resident says that it was so, and how it was.
fn confirm(phone: &Browser) {
    phone.reload();
    phone.wait_for("服务办好了吗？");
    look(phone);
    phone.go("办好了，我确认");
    phone.wait_for("这次服务怎么样？");
    phone.go("提交评价");
    refused(phone);
    phone.choose("★★★★★ 很好");
    phone.fill("想说的话", "讲得明白");
    phone.go("提交评价");
    look(phone);
}

/// The team rates how it was received.
fn rate_back(desk: &Browser) {
    desk.wait_for(&format!("请给这次接待打分：{TITLE}"));
    desk.go("打分");
    desk.choose("★★★★ 好");
    desk.go("提交评价");
    desk.wait_for("讲得明白");
    look(desk);
    sign_out(desk, "演员leader");
}

/// A second person of the bureau verifies the delivery that the report became.
fn verify(desk: &Browser) {
    sign_in(desk, "verifier");
    desk.wait_for(TITLE);
    desk.go("去核验");
    look(desk);
    desk.go("核验通过");
    desk.wait_for("已核验");
    sign_out(desk, "演员verifier");
}

/// The coordinator finds it closed on the board of all orders.
fn see(desk: &Browser) {
    sign_in(desk, "coordinator");
    desk.open("/desk/orders/board");
    look(desk);
    desk.open("/desk/orders?state=closed");
    desk.wait_for(TITLE);
    desk.go(TITLE);
    desk.wait_for("对上了居民的签到码");
    look(desk);
}
