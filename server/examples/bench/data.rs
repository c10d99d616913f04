//! A district with many facts: the demonstration, and its own verified deliveries told again and again
//! through the same actions. Kept in `target/bench-data` and used again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use db::{Db, Target, Tx};
use evidence::actions::delivery::{record, verify};
use evidence::{Details, Filter, NewDelivery, State, store};
use kernel::{AccountId, Caller, Clock, FixedClock, Instant, Reach, Refusal, SystemRng};
use people::accounts;
use server::{compose, demo};

/// The password of every account in it.
pub const PASSWORD: &str = "a-password-for-measuring";
/// What stands in the marker; another text makes the data anew.
const FORM: &str = "1";
/// Deliveries that share a commit while the data is made.
const BATCH: usize = 400;

/// One verified delivery, to be told again.
struct Tale {
    details: Details,
    recorder: (AccountId, Instant),
    verifier: (AccountId, Instant),
}

/// Deliveries that can be recorded and verified for ever.
#[derive(Clone)]
pub struct Tales(Arc<Vec<(NewDelivery, Caller, Caller)>>);

impl Tales {
    /// Those of the demonstration in `db`.
    pub fn of(db: &Db) -> Result<Self, String> {
        db.read_now(tales).map(|all| Self(Arc::new(all))).map_err(|refusal| refusal.to_string())
    }

    /// Facts that the `n`th leaves: its session, its minutes, and the heads of each group.
    pub fn n_facts(&self, n: usize) -> u64 {
        2 + self.tale(n).details.heads.len() as u64
    }

    /// What is told in the `n`th.
    pub fn tale(&self, n: usize) -> &NewDelivery {
        &self.nth(n).0
    }

    fn nth(&self, n: usize) -> &(NewDelivery, Caller, Caller) {
        &self.0[n % self.0.len()]
    }

    /// Records the `n`th and hands it to a second person.
    pub fn record(&self, tx: &mut Tx<'_>, n: usize) -> Result<evidence::DeliveryId, Refusal> {
        let (new, recorder, _) = self.nth(n);
        record(tx, recorder, new)
    }

    /// Verifies what `record` gave for `n`.
    pub fn verify(&self, tx: &mut Tx<'_>, n: usize, id: &evidence::DeliveryId) -> Result<(), Refusal> {
        verify(tx, &self.nth(n).2, (id, 1))
    }
}

fn tales(tx: &mut Tx<'_>) -> Result<Vec<(NewDelivery, Caller, Caller)>, Refusal> {
    let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
    let filter = Filter { state: Some("verified"), ..Filter::default() };
    let lines = store::list::page(tx, &district, &Reach::All, &filter, (5_000, 0))?;
    let mut all = Vec::new();
    for line in lines {
        let Some(found) = store::delivery::find(tx, &district, &line.id)? else { continue };
        let State::Verified { verified, .. } = found.state() else { continue };
        let tale = Tale {
            recorder: (found.recorded.by.clone(), found.recorded.at),
            verifier: (verified.by.clone(), verified.at),
            details: found.details.clone(),
        };
        let mut by = |(account, at): &(AccountId, Instant)| -> Result<Option<Caller>, Refusal> {
            let clock = FixedClock::at("");
            clock.set(*at);
            let actor = accounts::actor(tx, &district, account, clock.today())?;
            Ok(actor.map(|actor| Caller {
                actor,
                clock: Arc::new(clock),
                rng: Arc::new(SystemRng),
                seal: std::sync::Arc::new(kernel::Unsealed),
                address: String::new(),
            }))
        };
        let (Some(recorder), Some(verifier)) = (by(&tale.recorder)?, by(&tale.verifier)?) else { continue };
        let new = NewDelivery {
            client_key: String::new(),
            details: tale.details,
            persons: String::new(),
            photos: Vec::new(),
            submit: true,
        };
        all.push((new, recorder, verifier));
    }
    if all.is_empty() { Err(Refusal::NotFound) } else { Ok(all) }
}

/// The folder of a district with at least so many facts; made when it is not there yet.
pub fn folder(facts: u64) -> Result<PathBuf, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = me.ancestors().nth(3).ok_or("no target folder")?;
    let folder = target.join("bench-data").join(facts.to_string());
    let marker = folder.join("complete");
    if std::fs::read_to_string(&marker).is_ok_and(|form| form == FORM) {
        return Ok(folder);
    }
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let db = compose::open(&Target::Sqlite(folder.join("qilin.db")))?;
    fill(&db, facts)?;
    db.close();
    std::fs::write(marker, FORM).map_err(|error| error.to_string())?;
    Ok(folder)
}

/// A copy of the data that may be written to.
pub fn copy(from: &Path, to: &Path) -> Result<Db, String> {
    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
    let file = to.join("qilin.db");
    std::fs::copy(from.join("qilin.db"), &file).map_err(|error| error.to_string())?;
    compose::open(&Target::Sqlite(file))
}

fn fill(db: &Db, facts: u64) -> Result<(), String> {
    demo::load(db, 100, PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
    let tales = Tales::of(db)?;
    let count =
        |tx: &mut Tx<'_>| Ok(tx.one("select count(*) as n from evidence_fact", &[])?.get::<i64>("n")?);
    let there = db.read_now(count).map_err(|refusal| refusal.to_string())?;
    let (mut there, mut next) = (u64::try_from(there).unwrap_or(0), 0_usize);
    while there < facts {
        eprint!("\rmaking data: {there} of {facts} facts  ");
        let (first, of) = (next, tales.clone());
        db.write_now(move |tx| {
            for n in first..first + BATCH {
                let id = of.record(tx, n)?;
                of.verify(tx, n, &id)?;
            }
            Ok(())
        })
        .map_err(|refusal| refusal.to_string())?;
        there += (next..next + BATCH).map(|n| tales.n_facts(n)).sum::<u64>();
        next += BATCH;
    }
    eprintln!("\rmade data: {there} facts                  ");
    Ok(())
}
