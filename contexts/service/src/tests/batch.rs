//! Neighbours in one visit: one leads, each stays the resident's own.

use std::collections::{BTreeMap, BTreeSet};

use db::Db;
use evidence::{Kind, Method};
use kernel::{Group, Refusal};
use testkit::both;

use super::site::Site;
use super::{Cast, STREAMS, day, keys, run};
use crate::actions::delivery::{self, Report};
use crate::actions::{batch, community, department, resident, team};
use crate::order::{Order, OrderId, State, Visit, Want};
use crate::store;
use kernel::Role;

const PHONES: [&str; 4] = ["13800000001", "13800000002", "13800000003", "13800000004"];

/// One that leads and three neighbours, who each asked for another day of that week.
fn neighbours(cast: &Cast, db: &Db) -> [Order; 4] {
    let on = ["2025-11-10", "2025-11-11", "2025-11-12", "2025-11-13"];
    std::array::from_fn(|n| {
        let want = Want { on: Some(day(on[n])), n_heads: Some(5), ..cast.want() };
        cast.sent(db, &want, PHONES[n]).unwrap()
    })
}

fn join(cast: &Cast, db: &Db, lead: &Order, with: &[&Order]) -> Result<(), Refusal> {
    let (id, seen) = (lead.id.clone(), lead.version);
    let with: BTreeSet<OrderId> = with.iter().map(|one| one.id.clone()).collect();
    run(db, &cast.worker, move |tx, by| batch::join(tx, by, (&id, seen), &with))
}

fn with(cast: &Cast, db: &Db, lead: &OrderId) -> Vec<OrderId> {
    let lead = lead.clone();
    let with = run(db, &cast.worker, move |tx, by| Ok(store::batch::with(tx, by.district(), &lead)?));
    with.unwrap().into_iter().map(|one| one.id).collect()
}

/// Takes an order from the community to an agreed day.
fn agree(cast: &Cast, db: &Db, id: &OrderId) {
    let seen = |id: &OrderId| cast.order(db, id).version;
    let (of, n, to) = (id.clone(), seen(id), BTreeSet::from([cast.health_unit.clone()]));
    run(db, &cast.worker, move |tx, by| community::dispatch(tx, by, (&of, n), &to)).unwrap();
    let of = id.clone();
    run(db, &cast.health, move |tx, by| department::claim(tx, by, &of, None)).unwrap();
    let (of, n, to) = (id.clone(), seen(id), BTreeSet::from([cast.doctors_unit.clone()]));
    run(db, &cast.health, move |tx, by| department::recruit(tx, by, (&of, n), &to)).unwrap();
    let of = id.clone();
    run(db, &cast.doctors, move |tx, by| team::accept(tx, by, &of, None)).unwrap();
    let (of, n, persons) = (id.clone(), seen(id), cast.persons.iter().cloned().collect());
    let visit = Visit { on: day("2025-11-11"), minute: 570, minutes: 60 };
    run(db, &cast.doctors, move |tx, by| team::schedule(tx, by, (&of, n), (visit, &persons))).unwrap();
}

fn report(cast: &Cast, db: &Db, id: &OrderId) {
    cast.clock.set(day("2025-11-11").at(11, 0));
    let (of, n) = (id.clone(), cast.order(db, id).version);
    let report = Report {
        kind: Kind::Lecture,
        venue: "社区活动室".into(),
        heads: BTreeMap::from([(Group::Elderly, 20)]),
        method: Method::SignInSheet,
        purposes: BTreeSet::new(),
        times: cast.persons.iter().map(|id| (id.clone(), (570, 630))).collect(),
        note: String::new(),
        photos: Vec::new(),
    };
    run(db, &cast.doctors, move |tx, by| delivery::report(tx, by, (&of, n), &report)).unwrap();
}

fn steps(cast: &Cast, db: &Db, id: &OrderId) -> Vec<(String, String)> {
    let id = id.clone();
    let steps = run(db, &cast.worker, move |tx, by| Ok(store::step::list(tx, by.district(), &id)?));
    steps.unwrap().into_iter().map(|step| (step.step, step.words)).collect()
}

#[test]
fn one_leads_three_neighbours_and_each_confirms_rates_and_objects_alone() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let [lead, b, c, d] = neighbours(&cast, db);
        join(&cast, db, &lead, &[&b, &c, &d]).unwrap();
        assert_eq!(with(&cast, db, &lead.id), [b.id.clone(), c.id.clone(), d.id.clone()]);
        agree(&cast, db, &lead.id);
        let along = cast.order(db, &b.id);
        let visit = Visit { on: day("2025-11-11"), minute: 570, minutes: 60 };
        assert_eq!((along.state.code(), along.state.visit()), ("joined", Some(visit)));
        assert_eq!(along.state.team(), Some(&cast.doctors_unit));
        assert!(steps(&cast, db, &b.id).contains(&("along_schedule".into(), "2025-11-11 09:30".into())));
        // One visit takes one place of the team's load and of the resource's day.
        let (team, resource) = (cast.doctors_unit.clone(), cast.resource.clone());
        let (load, held) = run(db, &cast.worker, move |tx, by| {
            let load = store::party::load_of(tx, by.district(), (&team, &"".into()))?;
            Ok((load, store::resource::held_of(tx, by.district(), &resource, (by.today(), ""))?))
        })
        .unwrap();
        assert_eq!((load, held.values().sum::<i64>()), (1, 1));
        // Whoever comes may call at each door, and the look is noted.
        let of = c.id.clone();
        let phone = run(db, &cast.doctors, move |tx, by| crate::actions::show_contact(tx, by, &of));
        assert_eq!(phone.unwrap().phone, PHONES[2]);

        report(&cast, db, &lead.id);
        let all = [&lead, &b, &c, &d].map(|one| cast.order(db, &one.id));
        let delivery = all[0].state.delivery().unwrap();
        assert!(
            all.iter().all(|one| one.state.code() == "awaiting" && one.state.delivery() == Some(delivery))
        );
        let heads = db.read_now(|tx| {
            let rows = tx.query("select heads from evidence_delivery", &[])?;
            Ok(rows.iter().map(|row| row.get::<i64>("heads")).collect::<Result<Vec<_>, _>>()?)
        });
        assert_eq!(heads.unwrap(), [20], "recorded once, with the heads of all");
        // One objects: it goes back by itself, the others go on.
        let objects = all[3].clone();
        run(db, &cast.resident, move |tx, by| resident::dispute(tx, by, objects.clone(), "没人来我家"))
            .unwrap();
        assert_eq!(cast.order(db, &d.id).state.code(), "claimed");
        for one in &all[..3] {
            let one = one.clone();
            run(db, &cast.resident, move |tx, by| resident::confirm(tx, by, one.clone())).unwrap();
        }
        let unhappy = cast.order(db, &b.id);
        run(db, &cast.resident, move |tx, by| resident::rate(tx, by, unhappy.clone(), Some(1), "听不清"))
            .unwrap();
        let calls = |id: &OrderId| {
            let id = id.clone();
            run(db, &cast.worker, move |tx, by| Ok(store::call::list(tx, by.district(), &id)?)).unwrap().len()
        };
        assert_eq!((calls(&b.id), calls(&lead.id)), (1, 0), "the one who was not content is called");
        // The team says once how it was received; who is content is done with it.
        let content = cast.order(db, &c.id);
        run(db, &cast.resident, move |tx, by| resident::rate(tx, by, content.clone(), Some(5), "")).unwrap();
        let of = lead.id.clone();
        run(db, &cast.doctors, move |tx, by| team::rate(tx, by, &of, (Some(5), ""))).unwrap();
        let states = [&lead, &b, &c].map(|one| cast.order(db, &one.id).state.code());
        assert_eq!(states, ["feedback", "feedback", "closed"]);
    });
}

#[test]
fn who_leads_withdraws_and_the_visit_stays_under_the_next() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let [lead, b, c, d] = neighbours(&cast, db);
        join(&cast, db, &lead, &[&b, &c, &d]).unwrap();
        agree(&cast, db, &lead.id);
        let before = cast.order(db, &lead.id);
        let leaves = before.clone();
        run(db, &cast.resident, move |tx, by| resident::withdraw(tx, by, leaves.clone(), "出远门")).unwrap();
        let next = cast.order(db, &b.id);
        assert_eq!((next.state.clone(), next.running.clone()), (before.state, before.running));
        assert_eq!(with(&cast, db, &b.id), [c.id.clone(), d.id.clone()]);
        let of = b.id.clone();
        let named =
            run(db, &cast.doctors, move |tx, by| Ok(store::duty::of_order(tx, by.district(), (&of, 0))?));
        assert_eq!(named.unwrap().len(), 2, "the people who go are named for it");
        // One that goes along withdraws: the others stay.
        let leaves = cast.order(db, &c.id);
        run(db, &cast.resident, move |tx, by| resident::withdraw(tx, by, leaves.clone(), "")).unwrap();
        assert_eq!(with(&cast, db, &b.id), std::slice::from_ref(&d.id));
        report(&cast, db, &b.id);
        let states = [&lead, &b, &c, &d].map(|one| cast.order(db, &one.id).state.code());
        assert_eq!(states, ["withdrawn", "awaiting", "withdrawn", "awaiting"]);
        // Neither resident reads a word of the other.
        assert!(steps(&cast, db, &d.id).iter().all(|(_, words)| !words.contains("出远门")));
    });
}

#[test]
fn one_is_taken_out_until_the_day_is_agreed_and_then_has_a_clock_of_its_own() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let [lead, b, c, _] = neighbours(&cast, db);
        join(&cast, db, &lead, &[&b, &c]).unwrap();
        assert_eq!(cast.order(db, &b.id).running.due, None, "the clock is that of the visit");
        let part = |order: &Order| {
            let (id, n) = (order.id.clone(), cast.order(db, &order.id).version);
            run(db, &cast.worker, move |tx, by| batch::part(tx, by, (&id, n)))
        };
        part(&b).unwrap();
        let out = cast.order(db, &b.id);
        assert_eq!((out.state, out.running.due), (State::Submitted, Some(day("2025-11-04"))));
        assert_eq!(with(&cast, db, &lead.id), std::slice::from_ref(&c.id));
        agree(&cast, db, &lead.id);
        assert_eq!(keys(&part(&c).unwrap_err()), ["service-unfit"]);
        assert_eq!(keys(&part(&lead).unwrap_err()), ["service-unfit"], "who leads goes with nobody");
    });
}

#[test]
fn what_does_not_fit_is_not_joined_and_nothing_changes() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let [lead, b, c, d] = neighbours(&cast, db);
        assert_eq!(keys(&join(&cast, db, &lead, &[]).unwrap_err()), ["service-batch-missing"]);
        assert_eq!(keys(&join(&cast, db, &lead, &[&lead]).unwrap_err()), ["service-batch-unfit"]);
        let need = Want { resource: None, need: "请人来讲防诈骗".into(), on: None, ..cast.want() };
        let other = cast.sent(db, &need, "13800000005").unwrap();
        assert_eq!(keys(&join(&cast, db, &lead, &[&b, &other]).unwrap_err()), ["service-batch-unfit"]);
        assert_eq!(cast.order(db, &b.id).state, State::Submitted, "all or none");
        let far = Want { on: Some(day("2025-11-18")), ..cast.want() };
        let far = cast.sent(db, &far, "13800000006").unwrap();
        assert_eq!(keys(&join(&cast, db, &lead, &[&far]).unwrap_err()), ["service-batch-unfit"]);
        // Already sent out.
        let (id, to) = (c.id.clone(), BTreeSet::from([cast.health_unit.clone()]));
        run(db, &cast.worker, move |tx, by| community::dispatch(tx, by, (&id, 2), &to)).unwrap();
        assert_eq!(keys(&join(&cast, db, &lead, &[&c]).unwrap_err()), ["service-batch-unfit"]);
        let late = cast.order(db, &c.id);
        assert_eq!(keys(&join(&cast, db, &late, &[&b]).unwrap_err()), ["service-unfit"]);
        // One that leads others itself, one that is not there, and somebody who checks for nobody.
        join(&cast, db, &d, &[&b]).unwrap();
        assert_eq!(keys(&join(&cast, db, &lead, &[&d]).unwrap_err()), ["service-batch-unfit"]);
        let (id, gone) = (lead.id.clone(), BTreeSet::from([OrderId::from("nowhere")]));
        let unknown = run(db, &cast.worker, move |tx, by| batch::join(tx, by, (&id, 2), &gone));
        assert_eq!(keys(&unknown.unwrap_err()), ["service-batch-unknown"]);
        let (id, with) = (lead.id.clone(), BTreeSet::from([d.id.clone()]));
        let foreign = run(db, &cast.health, move |tx, by| batch::join(tx, by, (&id, 2), &with));
        assert_eq!(keys(&foreign.unwrap_err()), ["not-found"]);
    });
}

#[test]
fn the_queue_shows_what_fits_and_a_neighbour_reads_the_day_and_nobody_elses_order() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        let [lead, b, _, d] = neighbours(cast, db);
        let mut worker = site.sign_in("wang", Role::CommunityWorker, &cast.community);
        worker.get("/desk/orders").is(200).shows("先看这些").shows("可与 3 单一起上门");
        let other = Want { resource: None, need: "请人来讲防诈骗".into(), on: None, ..cast.want() };
        let other = cast.sent(db, &other, "13800000005").unwrap();
        let only = worker.get("/desk/orders?state=fits");
        only.is(200).shows(&b.number()).shows(&d.number()).hides(&other.number());
        let page = format!("/desk/orders/{}", lead.id);
        worker.get(&page).is(200).shows("合成一次上门").shows(&b.number());
        let seen = lead.version.to_string();
        let none = worker.post(&format!("{page}/batch"), &[("version", &seen)]);
        none.is(422).shows("请勾选至少一单");
        worker.post(&format!("{page}/batch"), &[("version", &seen), ("with", b.id.as_str())]).is(303);
        worker.get(&page).is(200).shows("同一次上门还有 1 单").shows("10");
        worker.get(&format!("/desk/orders/{}", b.id)).is(200).shows("单独办这一单").shows(&lead.number());
        agree(cast, db, &lead.id);
        let mut resident = site.visitor();
        let own = resident::href(&cast.resident, &cast.order(db, &b.id));
        let shown = resident.get(&own);
        shown.is(200).shows("医务服务队11月11日 周二 09:30来").shows("同时服务您的 1 位邻居");
        shown.hides(&lead.number());
    });
}

#[test]
fn the_community_refuses_the_one_that_leads_and_the_others_go_on() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let [lead, b, c, _] = neighbours(&cast, db);
        join(&cast, db, &lead, &[&b, &c]).unwrap();
        let id = lead.id.clone();
        run(db, &cast.worker, move |tx, by| community::refuse(tx, by, (&id, 2), "住在外区")).unwrap();
        assert_eq!(cast.order(db, &b.id).state, State::Submitted);
        assert_eq!(with(&cast, db, &b.id), std::slice::from_ref(&c.id));
        // Asked back, the resident of the order that leads withdraws: the next is looked at again.
        let id = b.id.clone();
        let n = cast.order(db, &b.id).version;
        run(db, &cast.worker, move |tx, by| community::ask_back(tx, by, (&id, n), "几个人？")).unwrap();
        let asked = cast.order(db, &b.id);
        run(db, &cast.resident, move |tx, by| resident::withdraw(tx, by, asked.clone(), "")).unwrap();
        let last = cast.order(db, &c.id);
        assert_eq!((last.state, last.running.due), (State::Submitted, Some(day("2025-11-04"))));
    });
}
