//! The worker is killed (SIGKILL) at any moment, again and again: no message is lost, none is stuck, and a
//! receiver that looks at the key has each once. The parent starts this same program as the worker.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../src/tests/provider.rs"]
mod provider;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use db::{Db, Stream, Target};
use jobs::outbox::{self, Message, MessageKind, Sending, SendingFilter, SendingState};
use kernel::{Actor, Caller, DistrictId, FixedClock, Rng, SeededRng};
use messages::{Carriers, Channel, Given, Outward, Values};
use people::accounts::{self, PasswordHash};
use people::setup::{self, NewDistrict};

use provider::Provider;

const STREAMS: &[Stream] = &[web::STREAM, jobs::STREAM, people::STREAM, messages::STREAM];
const TRIED: MessageKind = MessageKind { name: "messages.trial", urgent: false };

const N: usize = 60;

/// What the killed program does: works off the queue, its clock ten minutes on at each round. `place` is the
/// file of the database, the allowed host, and the hour at which its clock starts.
fn work(place: &str) {
    let parts: Vec<&str> = place.split('|').collect();
    let [path, host, hour] = parts.as_slice() else { panic!("{place}") };
    let db = Db::open(&Target::Sqlite(Path::new(path).to_path_buf()), STREAMS).unwrap();
    let clock = Arc::new(FixedClock::at("2025-09-01"));
    clock.advance_seconds(hour.parse::<i64>().unwrap() * 3600);
    let words = messages::module().words;
    let carriers = Carriers::new(Outward::allowing(host).unwrap(), words, "").unwrap();
    // Of one seed and one moment, two programs would draw the same ids.
    let rng = Arc::new(SeededRng::new(hour.parse().unwrap()));
    let worker =
        jobs::Worker::new(db.clone(), vec![messages::jobs()], clock.clone(), rng, Arc::new(kernel::Unsealed))
            .with(Arc::new(carriers));
    // An hour of its own at most, so that the next one's clock is never behind.
    for _ in 0..6 {
        worker.run_due().unwrap();
        clock.advance_seconds(599);
    }
    db.close();
}

/// A district with a webhook, and so many messages in its outbox.
fn tell(db: &Db, url: &str) -> DistrictId {
    let (url, nobody) = (url.to_owned(), Caller::fixed(Actor::public("".into()), "2025-09-01"));
    let password: PasswordHash = accounts::hash("four plain words here", &SeededRng::new(5)).unwrap();
    let told = db.write_now(move |tx| {
        let new = NewDistrict {
            name: "麒麟区".into(),
            code: "530302".into(),
            is_demo: false,
            login: "admin".into(),
            person: "管理员甲".into(),
            password: password.clone(),
        };
        let founded = setup::found(tx, &nobody, new)?;
        let actor = accounts::actor(tx, &founded.district, &founded.administrator, nobody.today())?.unwrap();
        let by = Caller { actor, ..nobody.clone() };
        let values = Values::from([("url".to_owned(), url.clone()), ("key".to_owned(), "k".to_owned())]);
        let channel = Channel::Webhook;
        let given = Given { channel, is_on: true, only_urgent: false, values, forget: false, seen: 0 };
        messages::set(tx, &by, &given)?;
        for n in 0..N {
            let message = Message {
                kind: TRIED,
                key: format!("a/{n}"),
                args: vec![("by", "甲".to_owned())],
                href: "/desk/inbox".to_owned(),
                to: BTreeSet::from(["somebody".into()]),
            };
            outbox::tell(tx, &by, &message)?;
        }
        Ok(founded.district)
    });
    told.unwrap()
}

fn sendings(db: &Db, district: &DistrictId) -> Vec<Sending> {
    let district = district.clone();
    let all =
        db.read_now(move |tx| outbox::list_sendings(tx, &district, &SendingFilter::default(), (500, 0)));
    all.unwrap()
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["work", place] => work(place),
        // a runner asks twice, and takes what it is shown as ignored for a test not to run
        ["--list", rest @ ..] if rest.contains(&"--ignored") => {}
        ["--list", ..] => println!("kill: test"),
        _ => a_worker_that_is_killed_at_any_moment_loses_doubles_and_forgets_nothing(),
    }
    ExitCode::SUCCESS
}

fn a_worker_that_is_killed_at_any_moment_loses_doubles_and_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qilin.db");
    // Three of ten fail: an error, a line that is cut before and one after the work was done.
    let provider = Provider::start(|before, _| match before % 10 {
        3 => Some((500, String::new())),
        6 | 9 => None,
        _ => Some((200, "ok".to_owned())),
    });
    let db = Db::open(&Target::Sqlite(path.clone()), STREAMS).unwrap();
    let district = tell(&db, &provider.url());
    let rng = SeededRng::new(17);
    let (mut hour, mut killed) = (0, 0);
    while hour < 60
        && (hour < 12 || sendings(&db, &district).iter().any(|one| one.state == SendingState::Waiting))
    {
        hour += 1;
        let before = provider.asked().len();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["work", &format!("{}|{}|{hour}", path.display(), provider.host())])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // After a number of requests by chance, in whatever it is then doing; or when it is done.
        let after = before + usize::try_from(rng.below(12)).unwrap();
        while child.try_wait().unwrap().is_none() {
            if provider.asked().len() > after && hour < 12 {
                child.kill().unwrap();
                killed += 1;
                break;
            }
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
    let ended = sendings(&db, &district);
    assert_eq!(ended.len(), N);
    assert!(killed >= 5, "only {killed} were killed");
    assert!(ended.iter().all(|one| one.state == SendingState::Sent), "{ended:?}");
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for one in provider.asked() {
        *asked.entry(one.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert_eq!(asked.len(), N);
    assert!(ended.iter().all(|one| asked.contains_key(one.id.as_str())));
    db.close();
    println!("kill: {killed} kills, {N} messages, each sent once by its key");
}
