//! Recording and verifying at full durability, by 64 callers at once, against one bare insert by as many.

use std::path::Path;
use std::sync::Arc;

use db::{Db, Scratch, Tx, params};
use kernel::{Refusal, Rng, SystemRng};
use server::{compose, demo};

use crate::data::{self, Tales};
use crate::load::cpu_seconds;
use crate::table::{Against, Table};

const CALLERS: usize = 64;
const DELIVERIES: usize = 6_400;
const INSERTS: usize = 64_000;
const ON_POSTGRES: usize = 1_280;

const LINE: &str = "create table line (district_id text not null, id text not null, n bigint not null,
    words text not null, primary key (district_id, id));";
const STREAM: db::Stream = db::Stream { context: "yardstick", files: &[("0001_line.sql", LINE)] };
const INSERT: &str = "insert into line (district_id, id, n, words) values ($1, $2, $3, $4)";

/// An action is what is acknowledged: recorded and handed on is one, verified is another.
pub async fn rows(table: &mut Table, folder: &Path, facts: u64) -> Result<(), String> {
    let to = folder.join("recording");
    let db = tokio::task::spawn_blocking(move || data::copy(&data::folder(facts)?, &to));
    let db = db.await.map_err(|error| error.to_string())??;
    let yard = Db::open(&db::Target::Sqlite(folder.join("line.db")), &[STREAM]).map_err(|e| e.to_string())?;
    let insert = measured(&yard, INSERTS, insert).await?;
    let action = deliveries(&db, DELIVERIES).await?;
    let against = Against { name: "grouped insert", value: insert, limit: 5.0 };
    table.ratio("a delivery recorded or verified, SQLite", action, "ms", against);
    let Some(server) = postgres() else { return Ok(()) };
    let made = tokio::task::spawn_blocking(move || -> Result<_, String> {
        let scratch = Scratch::create(&server).map_err(|error| error.to_string())?;
        let db = compose::open(scratch.target())?;
        demo::load(&db, 10, data::PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
        Ok((scratch, db))
    });
    let (_scratch, db) = made.await.map_err(|error| error.to_string())??;
    let action = deliveries(&db, ON_POSTGRES).await?;
    table.figure("a delivery recorded or verified, PostgreSQL (client's share)", action, "ms");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, run by hand")]
fn postgres() -> Option<String> {
    std::env::var("QILIN_TEST_POSTGRES").ok()
}

/// Milliseconds of processor time of one acknowledged action.
async fn deliveries(db: &Db, n: usize) -> Result<f64, String> {
    let of = db.clone();
    let tales = tokio::task::spawn_blocking(move || Tales::of(&of)).await.map_err(|e| e.to_string())??;
    let before = cpu_seconds(std::process::id());
    let ids = spread(db, n, {
        let tales = tales.clone();
        move |tx, at| tales.record(tx, at)
    });
    let mut ids = ids.await?;
    ids.sort_by_key(|(at, _)| *at);
    let ids: Vec<_> = ids.into_iter().map(|(_, id)| id).collect();
    spread(db, n, move |tx, at| tales.verify(tx, at, &ids[at])).await?;
    Ok((cpu_seconds(std::process::id()) - before) * 1e3 / (2 * n) as f64)
}

fn insert(tx: &mut Tx<'_>, at: usize) -> Result<(), Refusal> {
    let n = i64::try_from(at).unwrap_or(0);
    Ok(tx.execute(INSERT, params!["d", SystemRng.token(), n, "科普进社区活动"]).map(drop)?)
}

async fn measured(
    db: &Db,
    n: usize,
    action: fn(&mut Tx<'_>, usize) -> Result<(), Refusal>,
) -> Result<f64, String> {
    let before = cpu_seconds(std::process::id());
    spread(db, n, action).await?;
    Ok((cpu_seconds(std::process::id()) - before) * 1e3 / n as f64)
}

/// Does `n` actions by 64 callers; what each gave, with its number.
async fn spread<T: Send + 'static>(
    db: &Db,
    n: usize,
    action: impl Fn(&mut Tx<'_>, usize) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Result<Vec<(usize, T)>, String> {
    let action = Arc::new(action);
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (db, action) = (db.clone(), action.clone());
            tokio::spawn(async move {
                let mut given = Vec::new();
                for at in (caller..n).step_by(CALLERS) {
                    let action = action.clone();
                    given.push((at, db.write(move |tx| action(tx, at)).await?));
                }
                Ok::<_, Refusal>(given)
            })
        })
        .collect();
    let mut all = Vec::new();
    for caller in callers {
        let given = caller.await.map_err(|error| error.to_string())?;
        all.extend(given.map_err(|refusal| refusal.to_string())?);
    }
    Ok(all)
}
