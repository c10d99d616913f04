//! Who is told of what: the side whose turn it then is, and nobody else.

use db::Target;
use jobs::outbox::{self, Filter};
use kernel::{Caller, Refusal, SeededRng};
use plan::supervision::actions::{self, Answer, NewItem};
use plan::supervision::{Subject, SubjectKind};
use testkit::fresh_postgres;

use crate::at_work::AtWork;
use crate::support::Town;

fn caller(town: &Town, login: &'static str) -> Caller {
    let clock = town.clock.clone();
    let actor = town.db.read_now(move |tx| {
        let district = people::district(tx)?.unwrap().id;
        let account = people::accounts::find_by_login(tx, &district, login)?.unwrap();
        let today = kernel::Clock::today(&*clock);
        Ok(people::accounts::actor(tx, &district, &account.id, today)?.unwrap())
    });
    let seed = login.bytes().map(u64::from).sum();
    Caller {
        rng: std::sync::Arc::new(SeededRng::new(seed)),
        clock: town.clock.clone(),
        ..Caller::fixed(actor.unwrap(), "2025-09-01")
    }
}

fn act<T: Send + 'static>(
    town: &Town,
    login: &'static str,
    f: impl Fn(&mut db::Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
) -> T {
    let by = caller(town, login);
    town.db.write_now(move |tx| f(tx, &by)).unwrap()
}

/// What somebody has been told, newest first.
fn told(town: &Town, login: &'static str) -> Vec<String> {
    let all = act(town, login, |tx, by| {
        let account = by.actor.account.clone().unwrap();
        outbox::list(tx, by.district(), &account, Filter::default(), (50, 0))
    });
    all.into_iter().map(|one| one.kind).collect()
}

fn supervision_tells_each_side_its_turn(target: &Target) {
    let town = Town::at(target, tempfile::tempdir().unwrap());
    let unit = town.health.clone();
    let item = act(&town, "coordinator", move |tx, by| {
        let subject = Subject { kind: SubjectKind::Other, id: String::new(), title: "补报照片".into() };
        let request = "请补报上半年活动照片".into();
        actions::raise(tx, by, &NewItem { unit: unit.clone(), subject, request, n_days: Some(5) })
    });
    for login in ["editor", "verifier"] {
        assert_eq!(told(&town, login), ["plan.supervision.raised"], "{login}");
    }
    for login in ["coordinator", "community_worker", "viewer", "stranger", "admin"] {
        assert_eq!(told(&town, login), Vec::<String>::new(), "{login}");
    }
    let mut editor = town.signed_in("editor");
    editor.get("/desk").is(200).shows("1 条未读消息");
    editor.get("/desk/inbox").is(200).shows("新的督办 2025-1：补报照片，请在 2025-09-08 前答复");
    let of = item.clone();
    act(&town, "editor", move |tx, by| actions::acknowledge(tx, by, (&of, 1)));
    let of = item.clone();
    act(&town, "editor", move |tx, by| {
        actions::reply(tx, by, (&of, 2), &Answer { words: "已补报".into(), ..Answer::default() })
    });
    assert_eq!(told(&town, "coordinator"), ["plan.supervision.replied"]);
    town.clock.advance_seconds(60);
    act(&town, "coordinator", move |tx, by| actions::send_back(tx, by, (&item, 3), "缺照片"));
    assert_eq!(told(&town, "verifier"), ["plan.supervision.returned", "plan.supervision.raised"]);
    assert_eq!(told(&town, "stranger"), Vec::<String>::new());
    town.db.close();
}

#[test]
fn supervision_tells_the_unit_and_the_coordinator_when_it_is_their_turn_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    supervision_tells_each_side_its_turn(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn supervision_tells_the_unit_and_the_coordinator_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        supervision_tells_each_side_its_turn(scratch.target());
    }
}

#[test]
fn in_the_demonstration_letters_wait_in_the_inboxes_of_those_who_sign() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&Target::Sqlite(folder.path().join("qilin.db")));
    district.signed_in("weijian-1").get("/desk/inbox").is(200).shows("目标责任书");
    // Whoever only looks signs nothing and answers for nothing.
    district.signed_in("leader").get("/desk/inbox").is(200).shows("还没有消息");
    let page = district.signed_in("kexie").get("/desk/inbox");
    page.is(200).shows("督办");
    assert!(!page.text.contains("message-"), "a sentence is missing");
    district.db.close();
}
