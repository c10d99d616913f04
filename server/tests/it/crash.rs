//! The whole program killed while people record and verify, and PostgreSQL killed below it: what was
//! acknowledged is there, what was sent again acted once, every total is the sum of its facts, and the
//! log of facts holds all of them.
//!
//! Five kills on each database; `QILIN_TEST_TIMES=40` makes it two hundred.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use db::Target;
use kernel::{Rng, SeededRng, SystemRng, UnitId};
use testkit::{Cluster, Program, fresh_postgres, times};

use crate::support::{PASSWORD, Town};
use crate::wire::Wire;

const WRITERS: usize = 6;

/// What people know: what was answered, and what they do not know the answer of.
#[derive(Default)]
pub struct Told {
    /// Deliveries that were acknowledged as verified.
    pub verified: BTreeSet<String>,
    /// Those that were acknowledged as recorded, with the key that they were sent with.
    pub recorded: BTreeSet<(String, String)>,
    /// Keys of forms whose answer never came.
    unknown: Vec<String>,
    /// Answers that say that it is the server's fault: the clock's seconds and the status.
    faults: Vec<(Instant, u16)>,
    /// When something was last acknowledged after being asked for anew.
    acknowledged: Vec<Instant>,
}

/// A district with a measure to record for, in which nobody has recorded anything.
pub struct Place {
    /// Where it happens.
    pub town: UnitId,
    /// Who does it.
    pub health: UnitId,
    /// Holds the key, and the database when it is embedded.
    pub folder: tempfile::TempDir,
}

pub fn found(target: &Target) -> Place {
    let town = Town::at(target, tempfile::tempdir().unwrap());
    let district = town.founded.district.clone();
    let health = town.health.clone();
    let clock = town.clock.clone();
    town.db
        .write_now(move |tx| {
            let admin = people::accounts::find_by_login(tx, &district, "admin")?.unwrap();
            let by = kernel::Caller {
                actor: people::accounts::actor(tx, &district, &admin.id, kernel::Clock::today(&*clock))?
                    .unwrap(),
                clock: clock.clone(),
                rng: std::sync::Arc::new(SeededRng::new(3)),
                seal: std::sync::Arc::new(kernel::Unsealed),
                address: String::new(),
            };
            let purpose = evidence::Purpose {
                id: "m1".into(),
                code: "M1".into(),
                title: "老年健康".into(),
                title_en: None,
                from: kernel::Day::new(2021, 1, 1).unwrap(),
                to: kernel::Day::new(2099, 12, 31).unwrap(),
                duties: Vec::new(),
            };
            evidence::purposes::register(tx, &by, &[purpose])
        })
        .unwrap();
    town.db.close();
    Place { town: town.town.clone(), health, folder: town.folder }
}

pub fn start(place: &Place, target: &Target) -> Program {
    start_with(place, target, &[])
}

/// The same with more words on the command line.
pub fn start_with(place: &Place, target: &Target, more: &[&str]) -> Program {
    let folder = place.folder.path().to_str().unwrap();
    let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--data", folder];
    if let Target::Postgres(address) = target {
        words.extend(["--database", address]);
    }
    words.extend(more);
    Program::start(Path::new(env!("CARGO_BIN_EXE_qilin")), &words)
}

/// The form of a lecture; the key is what tells it from others.
fn lecture<'a>(place: &'a Place, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("_once", key),
        ("client_key", key),
        ("kind", "lecture"),
        ("title", "野生菌怎么认"),
        ("on", "2025-06-01"),
        ("minutes", "90"),
        ("town", place.town.as_str()),
        ("host", place.health.as_str()),
        ("purpose", "m1"),
        ("method", "sign_in_sheet"),
        ("heads_elderly", "46"),
        ("then", "submit"),
    ]
}

/// Records and verifies until told to stop, or until nobody answers.
pub fn work(place: &Place, (editor, verifier): (&Wire, &Wire), told: &Mutex<Told>, stop: &AtomicBool) {
    let mut key = SystemRng.token().split_at(32).0.to_owned();
    while !stop.load(Ordering::Relaxed) {
        let Some(said) = editor.post("/desk/deliveries", &lecture(place, &key)) else {
            told.lock().unwrap().unknown.push(key);
            return;
        };
        if said.status != 303 {
            // Refused in plain words: the same form is sent again.
            assert!(said.status >= 500, "{}", said.text);
            told.lock().unwrap().faults.push((Instant::now(), said.status));
            std::thread::sleep(Duration::from_millis(50));
            continue;
        }
        let path = said.location.split('?').next().unwrap().to_owned();
        told.lock().unwrap().recorded.insert((path.clone(), key));
        key = SystemRng.token().split_at(32).0.to_owned();
        let Some(said) = verifier.post(&format!("{path}/verification"), &[("version", "1")]) else { return };
        match said.status {
            303 => {
                let mut told = told.lock().unwrap();
                told.verified.insert(path);
                told.acknowledged.push(Instant::now());
            }
            status if status >= 500 => told.lock().unwrap().faults.push((Instant::now(), status)),
            status => panic!("{path}: {status} {}", said.text),
        }
    }
}

/// Compares what people were told with what is stored.
pub fn check(place: &Place, target: &Target, told: &Told) {
    let db = server::compose::open(target).unwrap();
    let key = server::signing::read(place.folder.path()).unwrap().unwrap();
    let key = merkle::Key::from_bytes(&kernel::Seal::key(&key)).unwrap();
    let (states, examined) = db
        .read_now(move |tx| {
            let district = people::district(tx)?.unwrap().id;
            let rows = tx.query("select id, state, client_key from evidence_delivery", &[])?;
            let of = |row: &db::Row| Ok((row.get("id")?, row.get("state")?, row.get("client_key")?));
            let states = rows.iter().map(of).collect::<Result<Vec<(String, String, String)>, db::Error>>()?;
            Ok((states, evidence::log::examine(tx, &district, &key, None)?))
        })
        .unwrap();
    db.close();
    examined.unwrap_or_else(|misfit| panic!("{misfit}"));
    let stored = |path: &str, state: Option<&str>| {
        let id = path.rsplit('/').next().unwrap();
        states.iter().any(|(of, is, _)| of == id && state.is_none_or(|state| is == state))
    };
    let lost: Vec<_> = told.verified.iter().filter(|path| !stored(path, Some("verified"))).collect();
    assert!(lost.is_empty(), "verified, and lost: {lost:?} of {}", told.verified.len());
    let lost: Vec<_> = told.recorded.iter().filter(|(path, _)| !stored(path, None)).collect();
    assert!(lost.is_empty(), "recorded, and lost: {lost:?} of {}", told.recorded.len());
    let keys: BTreeSet<&String> = states.iter().map(|(_, _, key)| key).collect();
    assert_eq!(keys.len(), states.len(), "a form that was sent twice acted twice");
}

/// Who records and who verifies, one pair for each writer.
pub fn people_of(program: &Program) -> (Wire, Wire) {
    let host = program.url.trim_start_matches("http://");
    (Wire::sign_in(host, "editor", PASSWORD), Wire::sign_in(host, "verifier", PASSWORD))
}

fn at(program: &Program, (editor, verifier): &(Wire, Wire)) -> (Wire, Wire) {
    let host = program.url.trim_start_matches("http://");
    (editor.at(host), verifier.at(host))
}

/// What nobody knows the answer of is sent again with its key; all of it acts once.
fn send_again(place: &Place, editor: &Wire, told: &mut Told) {
    for key in std::mem::take(&mut told.unknown) {
        let mut paths = BTreeSet::new();
        for _ in 0..2 {
            let said = editor.post("/desk/deliveries", &lecture(place, &key)).unwrap();
            assert_eq!(said.status, 303, "{}", said.text);
            paths.insert(said.location.split('?').next().unwrap().to_owned());
        }
        assert_eq!(paths.len(), 1, "one form went to {paths:?}");
        told.recorded.extend(paths.into_iter().map(|path| (path, key.clone())));
    }
}

fn killed_at_random_moments(target: &Target, place: &Place) {
    let chance = SeededRng::new(77);
    let mut program = start(place, target);
    let pair = people_of(&program);
    let told = Mutex::new(Told::default());
    let mut unknown = 0;
    for round in 0..times(5) {
        let (editor, verifier) = at(&program, &pair);
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| work(place, (&editor, &verifier), &told, &AtomicBool::new(false)));
            }
            let wanted = told.lock().unwrap().verified.len() + 3 + usize::try_from(chance.below(20)).unwrap();
            while told.lock().unwrap().verified.len() < wanted {
                std::thread::yield_now();
            }
            program.kill();
        });
        check(place, target, &told.lock().unwrap());
        let begun = Instant::now();
        program = start(place, target);
        let (editor, _) = at(&program, &pair);
        assert_eq!(editor.get("/desk").unwrap().status, 200, "round {round}");
        eprintln!("round {round}: answers {} ms after its start", begun.elapsed().as_millis());
        let mut told = told.lock().unwrap();
        unknown += told.unknown.len();
        send_again(place, &editor, &mut told);
    }
    drop(program);
    let told = told.into_inner().unwrap();
    check(place, target, &told);
    assert!(unknown > 0, "every kill met an idle program");
    eprintln!("{} verified, {} recorded, {unknown} sent again", told.verified.len(), told.recorded.len());
}

#[test]
fn a_program_killed_at_random_moments_has_lost_nothing_and_doubled_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut place = found(&Target::Sqlite(folder.path().join("qilin.db")));
    place.folder = folder;
    let target = Target::Sqlite(place.folder.path().join("qilin.db"));
    killed_at_random_moments(&target, &place);
}

#[test]
fn a_program_killed_at_random_moments_has_lost_nothing_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        let place = found(scratch.target());
        killed_at_random_moments(scratch.target(), &place);
    }
}

/// The pool has to find PostgreSQL again within this.
const HEALED: Duration = Duration::from_secs(5);

#[test]
fn postgresql_that_crashes_under_load_loses_and_doubles_nothing_and_is_found_again() {
    let Some(mut cluster) = Cluster::start(false) else { return };
    let target = Target::Postgres(cluster.address());
    let place = found(&target);
    let program = start(&place, &target);
    let (editor, verifier) = people_of(&program);
    let told = Mutex::new(Told::default());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    work(&place, (&editor, &verifier), &told, &stop);
                }
            });
        }
        for round in 0..times(3) {
            let wanted = told.lock().unwrap().acknowledged.len() + 20;
            while told.lock().unwrap().acknowledged.len() < wanted {
                std::thread::yield_now();
            }
            cluster.crash();
            let back = Instant::now();
            let healed = loop {
                let told = told.lock().unwrap();
                if let Some(first) = told.acknowledged.iter().find(|at| **at > back) {
                    break *first - back;
                }
                drop(told);
                assert!(back.elapsed() < Duration::from_secs(30), "the program never found PostgreSQL again");
                std::thread::yield_now();
            };
            eprintln!("round {round}: work goes on {} ms after PostgreSQL answers", healed.as_millis());
            assert!(healed <= HEALED, "{healed:?}");
            let late = Instant::now();
            let wanted = told.lock().unwrap().acknowledged.len() + 20;
            while told.lock().unwrap().acknowledged.len() < wanted {
                std::thread::yield_now();
            }
            let faults = &told.lock().unwrap().faults;
            let after: Vec<_> = faults.iter().filter(|(at, _)| *at > back.max(late) + HEALED).collect();
            assert!(after.is_empty(), "still refused after it was back: {after:?}");
            assert!(faults.iter().all(|(_, status)| *status == 503), "{faults:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
    let mut told = told.into_inner().unwrap();
    send_again(&place, &editor, &mut told);
    drop(program);
    check(&place, &target, &told);
    eprintln!("{} verified, {} refused meanwhile", told.verified.len(), told.faults.len());
}
