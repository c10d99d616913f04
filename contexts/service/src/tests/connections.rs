//! Other systems: Open311, the hotline, calendars, the feed and the programs' own addresses.

use http::Method;
use kernel::{Actor, Caller, Role, UnitId};
use people::keys::{self, NewKey};
use serde_json::{Value, json};
use testkit::{Answer, Client, both};

use super::site::Site;
use super::{STREAMS, day, run};
use crate::actions::resident;

/// The key of a system that holds a role in a unit.
fn key(site: &Site, name: &str, role: Role, unit: &UnitId) -> String {
    let mut boss: Caller = site.cast.coordinator.clone();
    let mut grant = boss.actor.grants[0].clone();
    grant.role = Role::Administrator;
    boss.actor = Actor { grants: vec![grant], ..boss.actor };
    let token = keys::token_of(name, &boss);
    let (of, new) = (
        token.clone(),
        NewKey {
            name: name.into(),
            role: Some(role),
            unit: unit.clone(),
            expires_on: Some(day("2026-06-01")),
        },
    );
    run(&site.db, &boss, move |tx, by| keys::make(tx, by, &of, &new)).unwrap();
    token
}

/// A program with a key.
fn program(site: &Site, key: &str) -> Client {
    let mut client = site.visitor();
    client.headers = vec![("authorization", format!("Bearer {key}"))];
    client
}

fn post(client: &mut Client, path: &str, once: &str, body: &Value) -> Answer {
    client.headers.retain(|(name, _)| *name != "idempotency-key");
    if !once.is_empty() {
        client.headers.push(("idempotency-key", once.to_owned()));
    }
    client.send(Method::POST, path, "application/json", body.to_string().into_bytes())
}

fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|_| panic!("{} {}", answer.status, answer.text))
}

fn n_orders(site: &Site) -> i64 {
    let read = site.db.read_now(|tx| {
        Ok(tx.one("select count(*) as n from service_order where state <> 'draft'", &[])?.get::<i64>("n")?)
    });
    read.unwrap()
}

const SENT: [(&str, &str); 7] = [
    ("last_name", "张"),
    ("first_name", "秀英"),
    ("phone", "13987650123"),
    ("address_string", "三单元 201"),
    ("description", "想给老人讲讲怎么防电话诈骗"),
    ("service_code", "need"),
    ("attribute[on]", "2025-11-12T00:00:00+08:00"),
];

/// As other cities' programs send: a form, the key among its fields.
fn open311(client: &mut Client, once: &str, fields: &[(&str, &str)], path: &str) -> Answer {
    client.headers = vec![("idempotency-key", once.to_owned())];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    client.send(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes())
}

#[test]
fn another_citys_program_finds_a_service_orders_it_once_and_sees_nothing_of_the_person() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let key = key(&site, "路况平台", Role::CommunityWorker, &site.cast.community);
        let mut client = site.visitor();
        let services = parsed(client.get("/open311/v2/services.json").is(200));
        let of_menu = services.as_array().unwrap().iter().find(|one| one["service_name"] == "高血压怎么吃药");
        let code = of_menu.unwrap()["service_code"].as_str().unwrap().to_owned();
        let definition = parsed(client.get(&format!("/open311/v2/services/{code}.json")).is(200));
        let codes: Vec<&str> = definition["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["town", "community", "on", "part", "group", "heads", "language"]);
        client.get("/open311/v2/services/nothing.json").is(404).shows("\"code\":404");
        client.get("/open311/v2/services.xml").is(200).shows("<services><service><service_code>");

        let community = site.cast.community.to_string();
        let town = site.cast.town.to_string();
        let path = "/open311/v2/requests.json";
        let with = |key: &str, town: &str| {
            let mut all: Vec<(String, String)> =
                SENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            all.push(("api_key".into(), key.to_owned()));
            all.push(("attribute[town]".into(), town.to_owned()));
            all
        };
        let send = |client: &mut Client, once: &str, fields: &[(String, String)], path: &str| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            open311(client, once, &fields, path)
        };
        send(&mut client, "1", &with("", &town), path).is(403).shows("\"code\":403");
        send(&mut client, "1", &with("qk_guessed", &town), path).is(403);
        let mut faulty = with(&key, "");
        faulty.retain(|(name, _)| name != "phone");
        send(&mut client, "1", &faulty, path).is(400).shows("attribute[town]: ").shows("phone: ");
        // A worker of one community enters for it, and for no town above.
        send(&mut client, "1", &with(&key, &town), path).is(400);
        assert_eq!(n_orders(&site), 0);

        let mut fields = with(&key, &town);
        fields.push(("attribute[community]".into(), community));
        let first = send(&mut client, "robot-1", &fields, path);
        first.is(201).shows("查询码");
        let number = parsed(&first)[0]["service_request_id"].as_str().unwrap().to_owned();
        let again = send(&mut client, "robot-1", &fields, "/open311/v2/requests.xml");
        again.is(201).shows(&format!("<service_request_id>{number}</service_request_id>"));
        assert_eq!(n_orders(&site), 1, "the same key made a second order");

        client.headers.clear();
        let list = client.get("/open311/v2/requests.json?status=open&service_code=need");
        list.is(200).shows(&number).shows("南宁街道").shows("2025-11-03T00:00:00+08:00");
        for secret in ["张", "13987650123", "三单元", "诈骗"] {
            list.hides(secret);
            client.get("/open311/v2/servicerequestupdates.json").is(200).hides(secret);
            client.get(&format!("/open311/v2/requests/{number}.xml")).is(200).hides(secret);
        }
        client.get("/open311/v2/requests.json?status=gone").is(400).shows("\"code\":400");
        client.get("/open311/v2/requests.json?start_date=yesterday").is(400).shows("start_date: ");
        client.get("/open311/v2/requests.json?service_request_id=2025-9999").is(200).shows("[]");
        assert_eq!(parsed(&client.get("/open311/v2/requests.json?page=2&page_size=1")), json!([]));

        let db = site.db.clone();
        let resident = site.cast.resident.clone();
        let of = resident::read_number(&number).unwrap();
        run(&db, &resident, move |tx, by| {
            let order = crate::store::order::find_by_number(tx, by.district(), of)?.unwrap();
            resident::withdraw(tx, by, order, "张秀英不需要了")
        })
        .unwrap();
        let one = parsed(&client.get(&format!("/open311/v2/requests/{number}.json")));
        assert_eq!((&one[0]["status"], &one[0]["status_notes"]), (&json!("closed"), &json!("已撤回")));
    });
}

#[test]
fn the_hotline_pushes_a_work_order_twice_and_pulls_what_became_of_one() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let key = key(&site, "12345 热线", Role::Coordinator, &site.cast.town);
        let mut hotline = program(&site, &key);
        let path = "/api/v1/hotline/orders";
        let work = json!({
            "工单编号": "GD20251103001", "诉求类型": "求助", "诉求标题": "防诈骗讲座",
            "诉求内容": "社区老人多，想请人来讲防诈骗", "诉求人姓名": "李国华", "联系电话": "13712345678",
            "所属区域": "南宁街道", "诉求地址": "文化活动室", "期望日期": "2025-11-12", "涉及人数": 40,
        });
        let first = parsed(post(&mut hotline, path, "", &work).is(200));
        let again = parsed(post(&mut hotline, path, "", &work).is(200));
        assert_eq!(first["平台编号"], again["平台编号"]);
        assert_eq!((&first["办理状态"], &first["查询码"]), (&json!("待受理"), &again["查询码"]));
        assert_eq!(n_orders(&site), 1);
        let lacking = post(&mut hotline, path, "", &json!({ "工单编号": "GD2", "所属区域": "没有的街道" }));
        let problems = parsed(lacking.is(422))["problems"].clone();
        let fields: Vec<&str> =
            problems.as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["诉求内容", "所属区域"]);

        let pulled = hotline.get(path);
        pulled.is(200).shows("GD20251103001").hides("李国华").hides("13712345678").hides("文化活动室");
        let next = parsed(&pulled)["next"].as_str().unwrap().to_owned();
        assert_eq!(parsed(&hotline.get(&next))["items"], json!([]), "nothing changed since");
        // Another system pulls its own only.
        let other = self::key(&site, "别的热线", Role::Coordinator, &site.cast.town);
        assert_eq!(parsed(&program(&site, &other).get(path))["items"], json!([]));
        site.visitor().get(path).is(401);
    });
}

#[test]
fn a_program_takes_the_steps_of_its_role_and_is_told_by_field_what_is_wrong() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        let mut community = program(&site, &key(&site, "社区平台", Role::CommunityWorker, &cast.community));
        let mut health = program(&site, &key(&site, "卫健平台", Role::Editor, &cast.health_unit));
        let mut doctors = program(&site, &key(&site, "队伍平台", Role::Editor, &cast.doctors_unit));
        community.get("/api/v1/menu").is(200).shows("高血压怎么吃药");
        let form = json!({
            "channel": "phone", "item": cast.resource.as_str(), "unit": cast.community.as_str(),
            "on": "2025-11-10", "part": "morning", "name": "张秀英", "phone": "13987650123", "place": "三单元",
        });
        let mut wrong = form.clone();
        wrong["phone"] = json!("不记得");
        let refused = post(&mut community, "/api/v1/orders", "k1", &wrong);
        assert_eq!(parsed(refused.is(422))["problems"][0]["field"], json!("phone"));
        let entered = parsed(post(&mut community, "/api/v1/orders", "k1", &form).is(200));
        assert_eq!(parsed(post(&mut community, "/api/v1/orders", "k1", &form).is(200)), entered);
        assert_eq!(n_orders(&site), 1);
        let id = entered["id"].as_str().unwrap();
        let path = format!("/api/v1/orders/{id}");
        // Not theirs yet: not found, by reading and by acting.
        health.get(&path).is(404);
        post(&mut health, &format!("{path}/claim"), "", &json!({})).is(404);

        let seen = parsed(community.get(&path).is(200));
        community.get(&path).hides("张秀英").hides("13987650123");
        let to = json!({ "version": seen["version"], "department": [cast.health_unit.as_str()] });
        let stale = json!({ "version": 1, "department": [cast.health_unit.as_str()] });
        post(&mut community, &format!("{path}/dispatch"), "", &stale).is(409).shows("\"status\":409");
        let sent = parsed(post(&mut community, &format!("{path}/dispatch"), "", &to).is(200));
        assert_eq!(sent["state"], json!("dispatched"));
        let claimed = parsed(post(&mut health, &format!("{path}/claim"), "c1", &json!({})).is(200));
        assert_eq!((&claimed["state"], &claimed["may"]), (&json!("claimed"), &json!(["find", "call"])));
        // The same key again acts once: it is told what stands now.
        assert_eq!(parsed(post(&mut health, &format!("{path}/claim"), "c1", &json!({})).is(200)), claimed);
        let to = json!({ "version": claimed["version"], "team": [cast.doctors_unit.as_str()] });
        post(&mut health, &format!("{path}/recruitment"), "", &to).is(200);
        let accepted = parsed(post(&mut doctors, &format!("{path}/acceptance"), "", &json!({})).is(200));
        let visit = json!({
            "version": accepted["version"], "on": "2025-11-10", "at": "9:30", "minutes": 60,
            "person": [cast.persons[0].as_str()],
        });
        let arranged = parsed(post(&mut doctors, &format!("{path}/appointment"), "", &visit).is(200));
        assert_eq!(arranged["visit"], json!({ "on": "2025-11-10", "at": "09:30", "minutes": 60 }));
        let contact = parsed(post(&mut doctors, &format!("{path}/contact"), "", &json!({})).is(200));
        assert_eq!(contact["phone"], json!("13987650123"));
        doctors.get(&path).is(200).shows("\"step\":\"contact\"");
        post(&mut community, &format!("{path}/contact"), "", &json!({})).is(403);
        let list = parsed(doctors.get("/api/v1/orders?state=scheduled").is(200));
        assert_eq!((&list["n"], &list["items"][0]["id"]), (&json!(1), &json!(id)));
        assert_eq!(parsed(doctors.get("/api/v1/orders?state=nonsense").is(422))["status"], json!(422));
    });
}

#[test]
fn a_key_that_ended_expired_or_came_in_a_cookie_opens_nothing() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let token = key(&site, "热线", Role::CommunityWorker, &site.cast.community);
        program(&site, &token).get("/api/v1/orders").is(200);
        program(&site, "qk_of nobody").get("/api/v1/orders").is(401);
        let mut cookie = site.visitor();
        cookie.set_cookie(web::SESSION_COOKIE, &token);
        cookie.get("/api/v1/orders").is(401);
        let rows = site.db.read_now(|tx| {
            let rows = tx.query("select id, token_hash from api_key", &[])?;
            rows.iter()
                .map(|row| Ok((row.get("id")?, row.get("token_hash")?)))
                .collect::<Result<Vec<(String, String)>, _>>()
        });
        let (id, hash) = rows.unwrap().pop().unwrap();
        assert!(!token.contains(&hash), "the key itself is stored");

        let mut admin = site.sign_in("boss", Role::Administrator, &site.cast.town);
        admin.get("/desk/settings/keys").is(200).shows("热线").shows("有效").hides(&token);
        let fields = [("name", "街道平台"), ("role", "administrator"), ("unit", site.cast.town.as_str())];
        let made = admin.post("/desk/settings/keys", &fields);
        made.is(422).shows("接口不能做管理员").shows("街道平台");
        let fields = [
            ("name", "街道平台"),
            ("role", "viewer"),
            ("unit", site.cast.town.as_str()),
            ("until", "2026-01-01"),
        ];
        let made = admin.post("/desk/settings/keys", &fields);
        made.is(200).shows("只显示这一次").shows("qk_");
        let shown = made.text.split("<code class=\"long\">").nth(1).unwrap().split('<').next().unwrap();
        program(&site, shown).get("/api/v1/orders").is(200);
        assert_eq!(program(&site, shown).get("/desk/orders/new").status.as_u16(), 403);

        admin.get("/desk/settings/keys");
        admin.post(&format!("/desk/settings/keys/{id}/end"), &[]).is(303);
        program(&site, &token).get("/api/v1/orders").is(401);
        site.cast.clock.set(day("2026-01-01").at(9, 0));
        program(&site, shown).get("/api/v1/orders").is(401);
    });
}

#[test]
fn a_teams_calendar_has_its_visits_moves_them_calls_them_off_and_ends_with_its_address() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let unit = site.cast.doctors_unit.clone();
        let id = site.cast.scheduled(db);
        let mut leader = site.sign_in("leader", Role::Editor, &unit);
        let page = format!("/desk/teams/{unit}/calendar");
        leader.get(&page).is(200).shows("还没有地址");
        let made = leader.post(&page, &[]);
        made.is(200).shows("只显示这一次");
        let address = made.text.split("class=\"secret\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut calendar = site.visitor();
        let first = calendar.get(address);
        first
            .is(200)
            .shows("DTSTART:20251110T013000Z\r\n")
            .shows("SEQUENCE:0\r\n")
            .shows("STATUS:CONFIRMED\r\n");
        first.shows("SUMMARY:高血压怎么吃药").hides("张秀英").hides("13800000001").hides("三单元");
        let uid = |text: &str| text.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();

        let (of, persons) = (id.clone(), site.cast.persons.iter().take(1).cloned().collect());
        let visit = crate::order::Visit { on: day("2025-11-11"), minute: 600, minutes: 60 };
        let version = site.cast.order(db, &id).version;
        run(db, &site.cast.doctors, move |tx, by| {
            crate::actions::team::schedule(tx, by, (&of, version), (visit, &persons))
        })
        .unwrap();
        let moved = calendar.get(address);
        moved.shows("DTSTART:20251111T020000Z\r\n").shows("SEQUENCE:1\r\n").hides("20251110T013000Z");
        assert_eq!(uid(&moved.text), uid(&first.text));

        let order = site.cast.order(db, &id);
        run(db, &site.cast.resident, move |tx, by| resident::withdraw(tx, by, order.clone(), "")).unwrap();
        calendar.get(address).is(200).shows("STATUS:CANCELLED\r\n").shows("SEQUENCE:2\r\n");

        leader.get(&page).is(200).shows("换一个地址").hides(address);
        let renewed = leader.post(&page, &[]);
        renewed.is(200);
        calendar.get(address).is(404);
        let address =
            renewed.text.split("class=\"secret\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        calendar.get(address).is(200);
        leader.post(&format!("{page}/end"), &[]).is(303);
        calendar.get(address).is(404);
        let mut other = site.sign_in("farmer", Role::Editor, &site.cast.farming_unit);
        other.get(&page).is(404);
    });
}

#[test]
fn the_menus_feed_holds_what_has_a_free_day_and_is_well_formed() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let feed = site.visitor().get("/service/menu.atom");
        feed.is(200).shows("<title>高血压怎么吃药</title>").shows("最早 11月5日 周三");
        assert_eq!(feed.headers["content-type"], "application/atom+xml; charset=utf-8");
        let resource = site.cast.resource.clone();
        run(db, &site.cast.doctors, move |tx, by| {
            let mut one = crate::store::resource::find(tx, by.district(), &resource)?.unwrap();
            one.state = crate::resource::ResourceState::Paused;
            one.version += 1;
            crate::store::resource::save(tx, by.district(), &one)
        })
        .unwrap();
        site.visitor().get("/service/menu.atom").is(200).hides("高血压怎么吃药");
    });
}

#[test]
fn a_resident_is_asked_for_messages_only_where_they_can_be_sent_and_ends_them_by_code() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let order = site.cast.sent(db, &site.cast.want(), "13987650123").unwrap();
        let href = resident::href(&site.cast.resident, &order);
        let mut resident = site.visitor();
        resident.get(&href).is(200).hides("发短信告诉我");
        run(db, &site.cast.coordinator, |tx, by| jobs::outbox::set_reach(tx, by, "sms", true)).unwrap();
        let code = crate::contact::code(&site.cast.resident, &order.id);
        let path = format!("/orders/{}/messages", order.number());
        resident.get(&href).is(200).shows("发短信告诉我");
        resident.post(&path, &[("code", "1"), ("sms", "on")]).is(422);
        resident.get(&href);
        resident.post(&path, &[("code", &code), ("sms", "on")]).is(303);
        let n_told = || {
            let read = db.read_now(|tx| {
                let sql = "select count(*) as n from message where guest_id is not null";
                Ok(tx.one(sql, &[])?.get::<i64>("n")?)
            });
            read.unwrap()
        };
        let (of, version) = (order.id.clone(), order.version);
        run(db, &site.cast.worker, move |tx, by| {
            crate::actions::community::ask_back(tx, by, (&of, version), "几楼？")
        })
        .unwrap();
        assert_eq!(n_told(), 1);
        resident.get(&href).is(200).shows("不要再发短信");
        resident.post(&path, &[("code", &code), ("sms", "off")]).is(303);
        resident.get(&href).is(200).shows("发短信告诉我");
        let id = order.id.clone();
        let order = site.cast.order(db, &id);
        run(db, &site.cast.resident, move |tx, by| {
            resident::change(tx, by, order.clone(), (order.want.on, order.want.part, "三楼"))
        })
        .unwrap();
        let of = id.clone();
        let version = site.cast.order(db, &id).version;
        run(db, &site.cast.worker, move |tx, by| {
            crate::actions::community::refuse(tx, by, (&of, version), "没有讲师")
        })
        .unwrap();
        assert_eq!(n_told(), 1, "told after the consent was taken back");
    });
}
