//! A district with many facts: the demonstration many times over. Kept in `target/bench-data` and used
//! again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use db::{Column, Db, Target, Tx, params};
use evidence::actions::delivery::{record, verify};
use evidence::{Details, Filter, NewDelivery, State, store};
use kernel::{AccountId, Caller, Clock, FixedClock, Instant, Reach, Refusal, SystemRng};
use people::accounts;
use server::{compose, demo};

/// The password of every account in it.
pub const PASSWORD: &str = "a-password-for-measuring";
/// What stands in the marker; another text makes the data anew.
const FORM: &str = "2";
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

/// The demonstration, and copies of what its people did, written table by table: the same actions by
/// the same people would take hours. The copies stand on the same days, so that every page meets as many
/// lines a day as there are copies. Their totals are those of the demonstration, as many times.
fn fill(db: &Db, facts: u64) -> Result<(), String> {
    demo::load(db, 100, PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
    let schema = db.schema().map_err(|refusal| refusal.to_string())?;
    let copies: Vec<String> = COPIED.iter().map(|(table, of)| copying(&schema, table, of)).collect();
    let last = |tx: &mut Tx<'_>| {
        let row = tx.one("select count(*) as n, max(seq) as last from evidence_fact", &[])?;
        Ok((row.get::<i64>("n")?, row.get::<i64>("last")?))
    };
    let (there, last) = db.read_now(last).map_err(|refusal| refusal.to_string())?;
    let n = i64::try_from(facts).unwrap_or(i64::MAX) / there;
    for copy in 1..=n {
        eprint!("\rmaking data: {} of {facts} facts  ", copy * there);
        let copies = copies.clone();
        let done = db.write_now(move |tx| {
            for sql in &copies {
                tx.execute(sql, &params![format!("-{copy}"), copy * (last + 1)][..places(sql)])?;
            }
            Ok(())
        });
        done.map_err(|refusal| refusal.to_string())?;
    }
    let raised = db.write_now(move |tx| {
        for sql in TIMES {
            tx.execute(sql, params![n + 1])?;
        }
        tx.execute("analyze", &[])?;
        Ok(())
    });
    raised.map_err(|refusal| refusal.to_string())?;
    eprintln!("\rmade data: {} facts                  ", (n + 1) * there);
    Ok(())
}

/// What is copied, and of which rows.
const COPIED: [(&str, &str); 3] = [
    ("evidence_delivery", "state in ('verified', 'withdrawn') and id not like '%-%'"),
    (
        "evidence_delivery_link",
        "delivery_id in (select id from evidence_delivery
            where state in ('verified', 'withdrawn') and id not like '%-%')",
    ),
    ("evidence_fact", "seq > 0"),
];

/// What the copied facts add up to. They name no person, so the persons stay as many.
const TIMES: [&str; 2] = [
    "update evidence_total set sessions = sessions * $1, person_times = person_times * $1, minutes = minutes * $1",
    "update evidence_indicator_total set sessions = sessions * $1, person_times = person_times * $1,
        minutes = minutes * $1",
];

/// Writes the rows again under ids with `$1` behind them; numbers of facts go down by `$2`.
fn copying(schema: &[Column], table: &str, of: &str) -> String {
    let columns: Vec<&str> =
        schema.iter().filter(|one| one.table == table).map(|one| one.column.as_str()).collect();
    let value = |column: &&str| match *column {
        "id" | "delivery_id" | "source_id" | "client_key" => format!("{column} || $1"),
        "seq" | "reverses" => format!("{column} - $2"),
        "is_demo" => "true".to_owned(),
        same => same.to_owned(),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "insert into {table} ({}) select {} from {table} where {of}",
        columns.join(", "),
        values.join(", ")
    )
}

/// How many parameters such a statement takes.
fn places(sql: &str) -> usize {
    if sql.contains("$2") { 2 } else { 1 }
}
