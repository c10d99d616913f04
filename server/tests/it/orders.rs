//! What befalls an order when many want it, the line breaks, or a role is taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use db::Target;
use kernel::{Actor, Caller, Day, Rng, SystemRng, UnitId};
use service::actions::{community, resident};
use service::order::{OrderId, Want};
use testkit::{Program, fresh_postgres};

use crate::crash::{Place, start};
use crate::story::order::enter;
use crate::support::{PASSWORD, Town};
use crate::wire::Wire;

/// Clerks who press the button at the same moment.
const CLERKS: usize = 20;
/// How often each does, as one who does not believe it.
const TIMES: usize = 50;

fn caller(town: &Town, login: &str) -> Caller {
    let (clock, login, district) = (town.clock.clone(), login.to_owned(), town.founded.district.clone());
    let mut by = Caller {
        actor: Actor::public(district.clone()),
        clock,
        rng: std::sync::Arc::new(SystemRng),
        seal: std::sync::Arc::new(kernel::Unsealed),
        address: "10.0.0.7".into(),
    };
    let today = by.today();
    by.actor = town
        .db
        .read_now(move |tx| {
            let account = people::accounts::find_by_login(tx, &district, &login)?.unwrap();
            Ok(people::accounts::actor(tx, &district, &account.id, today)?.unwrap())
        })
        .unwrap();
    by
}

/// An order of a resident of the town.
fn sent(town: &Town) -> OrderId {
    let by = Caller { actor: Actor::public(town.founded.district.clone()), ..caller(town, "admin") };
    let want = Want {
        need: "想请人来讲讲怎么防电信诈骗".into(),
        town: Some(town.town.clone()),
        community: Some(town.town.clone()),
        on: Day::parse("2025-09-08"),
        ..Want::default()
    };
    town.db
        .write_now(move |tx| {
            let draft = resident::begin(tx, &by)?;
            resident::keep_draft(tx, &by, &draft.draft_key, (&want, None))?;
            Ok(resident::submit(tx, &by, &draft.draft_key, ("张秀英", "13987650123", "三单元"))?.id)
        })
        .unwrap()
}

/// The same, offered to both bureaus.
fn dispatched(town: &Town) -> OrderId {
    let id = sent(town);
    let (by, of) = (caller(town, "community_worker"), id.clone());
    let to = BTreeSet::from([town.health.clone(), town.school.clone()]);
    town.db.write_now(move |tx| community::dispatch(tx, &by, (&of, 2), &to)).unwrap();
    id
}

/// Asks until an answer comes, from whichever program runs now.
fn claim(wire: &Wire, host: &Mutex<String>, (order, key): (&OrderId, &str)) -> (u16, String) {
    loop {
        let now = host.lock().unwrap().clone();
        if let Some(said) = wire.at(&now).post(&format!("/desk/orders/{order}/claim"), &[("_once", key)]) {
            return (said.status, said.text);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn claimed_by_a_thousand(target: &Target, place: &Place, order: &OrderId) {
    let program = start(place, target);
    let of = |program: &Program| program.url.trim_start_matches("http://").to_owned();
    let host = Mutex::new(of(&program));
    let clerks =
        ["editor", "stranger"].map(|login| Wire::sign_in(&host.lock().unwrap().clone(), login, PASSWORD));
    let (answered, answers) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let program = Mutex::new(Some(program));
    std::thread::scope(|scope| {
        for n in 0..CLERKS {
            let (clerks, host, answered, answers) = (&clerks, &host, &answered, &answers);
            scope.spawn(move || {
                for _ in 0..TIMES {
                    let key = SystemRng.token().split_at(32).0.to_owned();
                    let answer = claim(&clerks[n % 2], host, (order, &key));
                    answers.lock().unwrap().push((n % 2, answer));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // twice: before anybody can know, and when half have been told
        for wanted in [1, CLERKS * TIMES / 2] {
            while answered.load(Ordering::Relaxed) < wanted {
                std::thread::yield_now();
            }
            let mut running = program.lock().unwrap();
            running.take().unwrap().kill();
            let again = start(place, target);
            *host.lock().unwrap() = of(&again);
            *running = Some(again);
        }
    });
    let answers = answers.into_inner().unwrap();
    assert_eq!(answers.len(), CLERKS * TIMES);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for (_, (status, _)) in &answers {
        *statuses.entry(*status).or_default() += 1;
    }
    let won: Vec<_> = answers.iter().filter(|(_, (status, _))| *status == 303).collect();
    assert_eq!(won.len(), 1, "{statuses:?}");
    let names = ["区卫生健康局", "区教育体育局"];
    let winner = names[won[0].0];
    for (_, (status, text)) in answers.iter().filter(|(_, (status, _))| *status != 303) {
        assert_eq!(*status, 409, "{statuses:?}");
        assert!(text.contains(&format!("{winner}已在")) && text.contains("先领了这一单"), "{text}");
    }
    drop(program);
    let db = server::compose::open(target).unwrap();
    let order = order.clone();
    let holders: Vec<UnitId> = db
        .read_now(move |tx| {
            let district = people::district(tx)?.unwrap().id;
            let parties = service::store::party::list(tx, &district, &order)?.into_iter();
            let holds =
                |one: &service::party::Party| one.part.code() == "department" && one.state.code() == "holds";
            Ok(parties.filter(holds).map(|one| one.unit).collect())
        })
        .unwrap();
    assert_eq!(holders.len(), 1, "{holders:?}");
    db.close();
}

fn a_place(target: &Target, folder: tempfile::TempDir) -> (Place, OrderId) {
    let town = Town::at(target, folder);
    let order = dispatched(&town);
    town.db.close();
    (Place { town: town.town.clone(), health: town.health.clone(), folder: town.folder }, order)
}

#[test]
fn of_a_thousand_claims_with_two_kills_between_one_wins_and_the_others_are_told_who() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("qilin.db"));
    let (place, order) = a_place(&target, folder);
    claimed_by_a_thousand(&target, &place, &order);
}

#[test]
fn of_a_thousand_claims_with_two_kills_between_one_wins_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        let (place, order) = a_place(scratch.target(), tempfile::tempdir().unwrap());
        claimed_by_a_thousand(scratch.target(), &place, &order);
    }
}

/// Sends the first so many bytes of a request and goes away; with all of them, waits for the answer.
fn send(host: &str, request: &[u8], n: usize) -> String {
    let address: SocketAddr = host.parse().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&request[..n]).unwrap();
    let mut answer = Vec::new();
    if n == request.len() {
        stream.read_to_end(&mut answer).unwrap();
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The last form of an order as a browser would send it, and where.
fn last_form(town: &Town) -> (String, String, Vec<(String, String)>) {
    let mut client = town.visitor();
    client.get("/order").is(200);
    let mut at = client.post("/order", &[("need", "想请人来讲讲怎么防电信诈骗")]).location().to_owned();
    let steps: [&[(&str, &str)]; 2] = [
        &[("on", "2025-09-08"), ("part", "any"), ("go", "on")],
        &[("town", town.town.as_str()), ("go", "on")],
    ];
    for fields in steps {
        client.get(&at).is(200);
        at = client.post(&at, fields).location().to_owned();
    }
    let page = client.get(&at);
    page.is(200).shows("怎么联系您");
    let value = |name: &str| {
        let rest = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let fields = [
        ("_csrf", value("_csrf")),
        ("_once", value("_once")),
        ("name", "张秀英".to_owned()),
        ("phone", "13987650123".to_owned()),
        ("go", "on".to_owned()),
    ];
    let cookie = format!("qilin_form={}", client.cookie("qilin_form").unwrap());
    (at, cookie, fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn n_orders(town: &Town) -> i64 {
    let sql = "select count(*) as n from service_order where state <> 'draft'";
    town.db.read_now(move |tx| Ok(tx.one(sql, &[])?.get("n")?)).unwrap()
}

fn cut_at_any_byte(target: &Target) {
    let town = Town::at(target, tempfile::tempdir().unwrap());
    let router = town.router.clone();
    let served = testkit::serve(move |listener| async move {
        web::serve::serve(listener, router, std::future::pending()).await.unwrap();
    });
    let host = served.url.trim_start_matches("http://").to_owned();
    let (path, cookie, fields) = last_form(&town);
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(&fields).finish();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let request = request.as_bytes();
    // wherever it is cut before its end nothing is kept
    for n in (0..request.len()).step_by(7).chain([request.len() - 1]) {
        send(&host, request, n);
    }
    assert_eq!(n_orders(&town), 0);
    // all of it arrived, and the answer was lost on the way back
    let mut stream = TcpStream::connect(host.parse::<SocketAddr>().unwrap()).unwrap();
    stream.write_all(request).unwrap();
    drop(stream);
    let answers: BTreeSet<String> = (0..3)
        .map(|_| {
            let answer = send(&host, request, request.len());
            assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
            let location = answer.split("\r\nlocation: ").nth(1).unwrap();
            location.split("\r\n").next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(answers.len(), 1, "the same form has one answer: {answers:?}");
    assert_eq!(n_orders(&town), 1);
    let mut resident = town.visitor();
    resident.get(answers.first().unwrap()).is(200).shows("订单已经提交");
    drop(served);
    town.db.close();
}

#[test]
fn an_order_cut_off_at_any_byte_and_sent_again_is_one_order_with_one_answer() {
    let folder = tempfile::tempdir().unwrap();
    cut_at_any_byte(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn an_order_cut_off_at_any_byte_and_sent_again_is_one_order_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        cut_at_any_byte(scratch.target());
    }
}

fn role_is_taken_away(target: &Target) {
    let town = Town::at(target, tempfile::tempdir().unwrap());
    enter(&town);
    let order = sent(&town);
    let path = format!("/desk/orders/{order}");
    let mut worker = town.signed_in("community_worker");
    // the record stands beside the decision, on one page
    worker.get(&path).is(200).shows("想请人来讲讲怎么防电信诈骗").shows("派给哪个部门").shows("不受理");
    let mut clerk = town.signed_in("editor");
    clerk.get(&path).is(404);
    let health = town.health.to_string();
    worker.get(&path);
    worker.post(&format!("{path}/dispatch"), &[("version", "2"), ("department", &health)]).is(303);
    clerk.get(&path).is(200).shows("想请人来讲讲怎么防电信诈骗").shows("领下这一单");
    let (by, district) = (caller(&town, "admin"), town.founded.district.clone());
    town.db
        .write_now(move |tx| {
            let account = people::accounts::find_by_login(tx, &district, "editor")?.unwrap();
            let held = people::accounts::held(tx, &district, &account.id)?.remove(0);
            people::accounts::end_role(tx, &by, &account.id, &held.id)
        })
        .unwrap();
    clerk.get(&path).is(404).hides("防电信诈骗");
    clerk.post(&format!("{path}/claim"), &[]).is(404);
    clerk.get("/desk/orders").hides("防电信诈骗");
    clerk.get("/desk").hides("防电信诈骗");
    clerk.get("/desk/orders?format=csv").hides("防电信诈骗");
    town.db.close();
}

#[test]
fn whoever_decides_has_the_record_beside_the_decision_and_loses_both_with_the_role() {
    let folder = tempfile::tempdir().unwrap();
    role_is_taken_away(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn whoever_decides_loses_the_record_with_the_role_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        role_is_taken_away(scratch.target());
    }
}

#[test]
fn a_need_of_two_million_letters_is_refused_plainly_and_begins_nothing() {
    let town = Town::new();
    let mut client = town.visitor();
    client.get("/order").is(200);
    let long = "长".repeat(700_000);
    client.post("/order", &[("need", &long)]).is(413);
    assert_eq!(n_orders(&town), 0);
    client.get("/order").is(200);
    client.post("/order", &[("need", &"长".repeat(600)), ("go", "on")]).is(422).shows("500");
    town.db.close();
}
