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
const FORM: &str = "3";
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

/// A small demonstration, its log signed, and the key, in an empty folder.
pub fn fixture(folder: &Path) -> Result<(), String> {
    let db = compose::open(&Target::Sqlite(folder.join("qilin.db")))?;
    demo::load(&db, 3, PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
    let seal = Arc::new(server::signing::key(&db, folder)?);
    let signed = db.write_now(move |tx| {
        let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
        let by = Caller {
            actor: kernel::Actor::public(district.clone()),
            clock: Arc::new(kernel::SystemClock),
            rng: Arc::new(SystemRng),
            seal: seal.clone(),
            address: String::new(),
        };
        merkle::sign(tx, &by, &evidence::log::of(&district)).map(drop)
    });
    signed.map_err(|refusal| refusal.to_string())?;
    db.close();
    Ok(())
}

/// A copy of the data that may be written to.
pub fn copy(from: &Path, to: &Path) -> Result<Db, String> {
    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
    let file = to.join("qilin.db");
    std::fs::copy(from.join("qilin.db"), &file).map_err(|error| error.to_string())?;
    compose::open(&Target::Sqlite(file))
}

/// Copies that one transaction writes.
const AT_ONCE: i64 = 100;

/// The demonstration, and copies of what its people did, written table by table: the same actions by
/// the same people would take hours. The copies stand on the same days, so that every page meets as many
/// lines a day as there are copies. Their totals are those of the demonstration, as many times, and each
/// of their acts has its leaf in the log. What is found by comparing deliveries (flags, call-backs), sign-in
/// lists and photos are not copied. Indexes beside the keys are made afterwards, as one does.
pub fn fill(db: &Db, facts: u64) -> Result<(), String> {
    fill_from(db, 100, facts)
}

/// The same from so many percent of the demonstration.
fn fill_from(db: &Db, percent: u64, facts: u64) -> Result<(), String> {
    let said = |refusal: Refusal| refusal.to_string();
    demo::load(db, percent, PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
    let schema = db.schema().map_err(said)?;
    let copies: Vec<String> =
        COPIED.iter().map(|(table, from, of)| copying(&schema, table, from, of)).collect();
    let last = |tx: &mut Tx<'_>| {
        let row = tx.one("select count(*) as n, max(seq) as last from evidence_fact", &[])?;
        Ok((row.get::<i64>("n")?, row.get::<i64>("last")?))
    };
    let (there, last) = db.read_now(last).map_err(said)?;
    // a whole number of places of acts
    let apart = (last / 16 + 1) * 16;
    let n = (i64::try_from(facts).unwrap_or(i64::MAX) / there).max(1);
    let postgres = db.kind() == db::Kind::Postgres;
    let indexes = db.write_now(move |tx| take_indexes(tx, postgres)).map_err(said)?;
    for low in (0..n).step_by(usize::try_from(AT_ONCE).unwrap_or(1)).collect::<Vec<_>>().into_iter().rev() {
        let high = (low + AT_ONCE).min(n);
        eprint!("\rmaking data: {} of {facts} facts  ", (n - low) * there);
        let copies = copies.clone();
        let done = db.write_now(move |tx| {
            patient(tx, postgres)?;
            for sql in &copies {
                tx.execute(sql, &params![low + 1, high, apart][..places(sql)])?;
            }
            Ok(())
        });
        done.map_err(said)?;
    }
    let raised = db.write_now(move |tx| {
        patient(tx, postgres)?;
        for sql in TIMES {
            tx.execute(sql, params![n + 1])?;
        }
        for sql in &indexes {
            tx.execute(sql, &[])?;
        }
        tx.execute("analyze", &[])?;
        Ok(())
    });
    raised.map_err(said)?;
    leaves(db).map_err(said)?;
    eprintln!("\rmade data: {} facts                  ", (n + 1) * there);
    Ok(())
}

/// On a server: no limit of time, and no look at what the copied rows point to.
fn patient(tx: &mut Tx<'_>, postgres: bool) -> Result<(), Refusal> {
    if postgres {
        tx.execute("set local statement_timeout = 0", &[])?;
        tx.execute("set local session_replication_role = replica", &[])?;
    }
    Ok(())
}

/// Drops the indexes beside the keys of the copied tables and answers how they are made.
fn take_indexes(tx: &mut Tx<'_>, postgres: bool) -> Result<Vec<String>, Refusal> {
    let tables = "('evidence_delivery', 'evidence_delivery_link', 'evidence_deliverer', 'evidence_fact')";
    let list = if postgres {
        format!(
            "select indexname::text as name, indexdef::text as made from pg_indexes
             where schemaname = current_schema() and tablename in {tables} and indexname not like '%pkey'"
        )
    } else {
        format!(
            "select name, sql as made from sqlite_schema
             where type = 'index' and sql is not null and tbl_name in {tables}"
        )
    };
    let mut made = Vec::new();
    for row in tx.query(&list, &[])? {
        tx.execute(&format!("drop index {}", row.get::<String>("name")?), &[])?;
        made.push(row.get("made")?);
    }
    Ok(made)
}

/// The leaves of the copied acts, and all of them into the tree.
fn leaves(db: &Db) -> Result<(), Refusal> {
    const PAGE: i64 = 20_000;
    let mut from = i64::MIN;
    while from < 0 {
        from = db.write_now(move |tx| {
            let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
            let log = evidence::log::of(&district);
            let facts = store::fact::page(tx, &district, from, PAGE)?;
            let place = |fact: &evidence::fact::Fact| store::fact::place_of(fact.seq);
            // the last act of a full page may go on in the next one
            let next = facts.last().filter(|_| facts.len() >= 20_000).map_or(0, place).min(0);
            let copied = facts.iter().take_while(|fact| fact.seq < next).count();
            for act in facts[..copied].chunk_by(|one, other| place(one) == place(other)) {
                merkle::append(tx, &log, place(&act[0]), &evidence::log::canonical(act))?;
            }
            Ok(next)
        })?;
        eprint!("\rmaking leaves: {} to come       ", -from / 16);
    }
    db.write_now(|tx| {
        let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
        merkle::integrate(tx, &evidence::log::of(&district)).map(drop)
    })
}

/// What is copied: rows `t` of which others, each as often as there are numbers `k`; the order of the joins is that
/// of the keys.
const COPIED: [(&str, &str, &str); 4] = [
    ("evidence_delivery", "evidence_delivery t cross join copy", "t.state in ('verified', 'withdrawn')"),
    (
        "evidence_delivery_link",
        "evidence_delivery d cross join copy cross join evidence_delivery_link t",
        "d.state in ('verified', 'withdrawn') and d.id not like '%-%'
            and t.district_id = d.district_id and t.delivery_id = d.id",
    ),
    (
        "evidence_deliverer",
        "evidence_delivery d cross join copy cross join evidence_deliverer t",
        "d.state in ('verified', 'withdrawn') and d.id not like '%-%'
            and t.district_id = d.district_id and t.delivery_id = d.id",
    ),
    ("evidence_fact", "copy cross join evidence_fact t", "t.seq > 0"),
];

/// What the copied facts add up to. They name no person, so the persons stay as many.
const TIMES: [&str; 2] = [
    "update evidence_total set sessions = sessions * $1, person_times = person_times * $1, minutes = minutes * $1",
    "update evidence_indicator_total set sessions = sessions * $1, person_times = person_times * $1,
        minutes = minutes * $1",
];

/// Writes the rows again for each of the copies `$1` to `$2`, under ids with its number behind them;
/// numbers of facts go down by `$3` for each.
fn copying(schema: &[Column], table: &str, from: &str, of: &str) -> String {
    let columns: Vec<&str> =
        schema.iter().filter(|one| one.table == table).map(|one| one.column.as_str()).collect();
    let value = |column: &&str| match *column {
        "id" | "delivery_id" | "source_id" | "client_key" => {
            format!("t.{column} || '-' || substr(cast(1000000 + copy.k as text), 2)")
        }
        "seq" | "reverses" => format!("t.{column} - copy.k * $3"),
        "is_demo" => "true".to_owned(),
        same => format!("t.{same}"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let own = if table == "evidence_delivery" { " and t.id not like '%-%'" } else { "" };
    // from the highest number down: so facts come in the order of their places
    format!(
        "with recursive copy(k) as (select cast($2 as bigint) union all select k - 1 from copy where k > $1)
         insert into {table} ({}) select {} from {from} where {of}{own}",
        columns.join(", "),
        values.join(", ")
    )
}

/// How many parameters such a statement takes.
fn places(sql: &str) -> usize {
    if sql.contains("$3") { 3 } else { 2 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use db::Val;
    use merkle::Key;

    use super::*;

    /// What each copy and each retelling has of its own.
    const OWN: [&str; 7] = ["id", "delivery_id", "source_id", "client_key", "seq", "reverses", "is_demo"];
    const TABLES: [(&str, &str); 4] = [
        ("evidence_delivery", "id"),
        ("evidence_delivery_link", "delivery_id"),
        ("evidence_deliverer", "delivery_id"),
        ("evidence_fact", "source_id"),
    ];

    /// What stands of a delivery, without what is its own.
    fn left(tx: &mut Tx<'_>, id: &str) -> Result<BTreeMap<&'static str, Vec<String>>, Refusal> {
        let mut all = BTreeMap::new();
        for (table, key) in TABLES {
            let rows = tx.query(&format!("select * from {table} where {key} = $1"), &[id.into()])?;
            let line = |row: &db::Row| {
                let cells = row.columns().iter().zip(row.vals());
                let shared = cells.filter(|(name, _)| !OWN.contains(&name.as_str()));
                format!("{:?}", shared.collect::<Vec<(&String, &Val)>>())
            };
            let mut lines: Vec<String> = rows.iter().map(line).collect();
            lines.sort();
            all.insert(table, lines);
        }
        Ok(all)
    }

    #[test]
    fn a_copy_is_what_the_same_people_leave_who_do_the_same_again() {
        testkit::both(&compose::streams(), |db| {
            fill_from(db, 3, 3_000).unwrap();
            let tales = Tales::of(db).unwrap();
            let mut compared = 0;
            for n in 0..25 {
                let of = tales.clone();
                let (copies, again) = db
                    .write_now(move |tx| {
                        let id = of.record(tx, n)?;
                        of.verify(tx, n, &id)?;
                        let found = tx.query(
                            "select c.id from evidence_delivery c join evidence_delivery a on a.id = $1
                                and a.title = c.title and a.recorded_at = c.recorded_at
                                and a.occurred_on = c.occurred_on
                             where c.id like '%-%' and c.id <> $1 and c.state = 'verified'",
                            &[(&id).into()],
                        )?;
                        let mut copies = Vec::new();
                        for row in found {
                            copies.push(left(tx, &row.get::<String>("id")?)?);
                        }
                        Ok((copies, left(tx, id.as_str())?))
                    })
                    .unwrap();
                for copy in &copies {
                    assert_eq!(*copy, again);
                    compared += 1;
                }
            }
            assert!(compared > 50, "{compared} copies are too few");
            let examined = db
                .read_now(|tx| {
                    let district = people::district(tx)?.unwrap().id;
                    let seal = merkle::SigningKey::new(&kernel::SeededRng::new(1));
                    let key = Key::from_bytes(&kernel::Seal::key(&seal)).unwrap();
                    evidence::log::examine(tx, &district, &key, None)
                })
                .unwrap();
            assert!(examined.is_ok(), "every fact has its leaf, every total its facts: {examined:?}");
        });
    }
}
