//! What the layer costs: processor time of an acknowledged write and of a read, against the same
//! statements by hand with rusqlite and tokio-postgres.
//!
//! `cargo run --release -p db --example yardstick [writes]`, with `QILIN_TEST_POSTGRES` also on
//! PostgreSQL (its server's processor time not counted). The bare writer puts 64 inserts into one
//! transaction as the layer does; 64 callers keep the layer's queue filled.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use db::{Db, Scratch, Stream, Target, params};
use kernel::{Rng, SystemRng};
use rusqlite::Connection;

const TABLE: &str = "create table line (
    district_id text not null, id text not null, n bigint not null, words text not null,
    primary key (district_id, id));";
const STREAMS: &[Stream] = &[Stream { context: "yardstick", files: &[("0001_line.sql", TABLE)] }];
const INSERT: &str = "insert into line (district_id, id, n, words) values ($1, $2, $3, $4)";
const READ: &str = "select id, n, words from line where district_id = $1 order by id limit 20";
const WORDS: &str = "科普进社区活动";
const GROUP: u64 = 64;

fn main() {
    let writes = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(50_000_u64);
    let reads = writes / 5;
    let folder = std::env::temp_dir().join(format!("qilin-yardstick-{}", SystemRng.token()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("bare.sqlite");
    let write = measure(writes, || bare_writes(&path, writes));
    let read = measure(reads, || bare_reads(&path, reads));
    layer("SQLite", &Target::Sqlite(folder.join("layer.sqlite")), (writes, reads), (write, read));
    if let Some(server) = postgres() {
        let (scratch, by_hand) = (Scratch::create(&server).unwrap(), Scratch::create(&server).unwrap());
        let Target::Postgres(address) = by_hand.target() else { unreachable!("a scratch is on PostgreSQL") };
        let (writes, reads) = (writes / 10, reads);
        let write = measure(writes, || hand_writes(address, writes));
        let read = measure(reads, || hand_reads(address, reads));
        layer("PostgreSQL", scratch.target(), (writes, reads), (write, read));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, run by hand")]
fn postgres() -> Option<String> {
    std::env::var("QILIN_TEST_POSTGRES").ok()
}

/// Milliseconds of processor time and microseconds of wall time for each of `n`.
#[derive(Clone, Copy)]
struct Cost {
    processor_ms: f64,
    wall_us: f64,
}

fn measure(n: u64, work: impl FnOnce()) -> Cost {
    let (processor, wall) = (processor_seconds(), Instant::now());
    work();
    let n = n as f64;
    Cost {
        processor_ms: (processor_seconds() - processor) * 1e3 / n,
        wall_us: wall.elapsed().as_secs_f64() * 1e6 / n,
    }
}

/// User and system time of this process, from the kernel's count of hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).map(|t| t.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

fn say(what: &str, cost: Cost, yard: Cost) {
    println!(
        "{what:28} {:.4} ms of processor, {:4.0} us of time; by hand {:.4} and {:4.0}: {:.2} times",
        cost.processor_ms,
        cost.wall_us,
        yard.processor_ms,
        yard.wall_us,
        cost.processor_ms / yard.processor_ms
    );
}

fn bare_writes(path: &Path, writes: u64) {
    let bare = Connection::open(path).unwrap();
    bare.execute_batch("pragma journal_mode = wal; pragma synchronous = full;").unwrap();
    bare.execute_batch(TABLE).unwrap();
    for group in 0..writes / GROUP {
        bare.execute_batch("begin immediate").unwrap();
        for place in 0..GROUP {
            let mut insert = bare.prepare_cached(INSERT).unwrap();
            insert
                .execute(rusqlite::params![
                    "d",
                    SystemRng.token(),
                    i64::try_from(group * GROUP + place).unwrap(),
                    WORDS
                ])
                .unwrap();
        }
        bare.execute_batch("commit").unwrap();
    }
}

fn bare_reads(path: &PathBuf, reads: u64) {
    let bare = Connection::open(path).unwrap();
    for _ in 0..reads {
        let mut read = bare.prepare_cached(READ).unwrap();
        let rows = read.query_map(["d"], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let rows: Vec<(String, i64, String)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows.len(), 20);
    }
}

/// One connection, one action after the other, each in its transaction.
fn hand_writes(address: &str, writes: u64) {
    by_hand(address, async |client| {
        client.batch_execute(TABLE).await.unwrap();
        let insert = client.prepare(INSERT).await.unwrap();
        for n in 0..i64::try_from(writes).unwrap() {
            client.batch_execute("begin isolation level serializable").await.unwrap();
            client.execute(&insert, &[&"d", &SystemRng.token(), &n, &WORDS]).await.unwrap();
            client.batch_execute("commit").await.unwrap();
        }
    });
}

fn hand_reads(address: &str, reads: u64) {
    by_hand(address, async |client| {
        let read = client.prepare(READ).await.unwrap();
        for _ in 0..reads {
            client.batch_execute("begin isolation level repeatable read read only").await.unwrap();
            let rows = client.query(&read, &[&"d"]).await.unwrap();
            let rows: Vec<(String, i64, String)> =
                rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
            assert_eq!(rows.len(), 20);
            client.batch_execute("rollback").await.unwrap();
        }
    });
}

fn by_hand(address: &str, work: impl AsyncFnOnce(tokio_postgres::Client)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        work(client).await;
    });
}

fn layer(name: &str, target: &Target, (writes, reads): (u64, u64), (by_hand, read_by_hand): (Cost, Cost)) {
    let db = Db::open(target, STREAMS).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let written = measure(writes, || runtime.block_on(callers(&db, writes, write)));
    say(&format!("{name}, write"), written, by_hand);
    let seen = measure(reads, || runtime.block_on(callers(&db, reads, read)));
    say(&format!("{name}, read of 20 rows"), seen, read_by_hand);
}

/// 64 callers, each with its share.
async fn callers<F: Future<Output = ()> + Send + 'static>(db: &Db, n: u64, once: fn(Db) -> F) {
    let callers: Vec<_> = (0..GROUP)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..n / GROUP {
                    once(db.clone()).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

async fn write(db: Db) {
    db.write(|tx| Ok(tx.execute(INSERT, params!["d", SystemRng.token(), 7, WORDS])?)).await.unwrap();
}

async fn read(db: Db) {
    let read = |tx: &mut db::Tx<'_>| {
        let rows = tx.query(READ, params!["d"])?;
        let lines = rows.iter().map(|row| Ok((row.get("id")?, row.get("n")?, row.get("words")?)));
        Ok(lines.collect::<Result<Vec<(String, i64, String)>, db::Error>>()?)
    };
    assert_eq!(db.read(read).await.unwrap().len(), 20);
}
