//! Appending verified facts by many at once, beside the bare rows that this writes, with the same commits.

use std::path::Path;
use std::sync::Arc;

use db::{Asked, Db, Tx, Val};
use evidence::DeliveryId;
use kernel::Refusal;

use crate::data::{self, Tales};
use crate::load::cpu_seconds;
use crate::postgres;
use crate::recording::CALLERS;
use crate::table::{Against, Table};

/// Rounds in which the two take turns; the least of each counts.
const ROUNDS: usize = 4;
/// Deliveries of a round.
const DELIVERIES: usize = 1_600;
/// What the bare rows are rows of: facts, their leaves, and the totals that they move.
const COUNTED: [&str; 4] = ["evidence_fact", "merkle_leaf", "evidence_total", "evidence_indicator_total"];

/// Verifies by many at once.
pub async fn rows(folder: &Path, small: &Path) -> Result<Table, String> {
    let (from, to) = (small.to_path_buf(), folder.join("append"));
    let made = super::apart(move || {
        let db = data::copy(&from, &to)?;
        let tales = Tales::of(&db)?;
        Ok((db, tales))
    });
    let (db, tales) = made.await?;
    let n = ROUNDS * DELIVERIES;
    let of = tales.clone();
    let ids = Arc::new(postgres::spread(&db, n, move |tx, at| of.record(tx, at)).await?);
    let bare = Arc::new(written(&db, &tales, &ids).await?);
    let mut least = [f64::INFINITY; 2];
    let spent = || cpu_seconds(std::process::id());
    for round in 0..ROUNDS {
        let first = round * DELIVERIES;
        let (bare, before) = (Arc::clone(&bare), spent());
        let insert = move |tx: &mut Tx<'_>, at: usize| -> Result<(), Refusal> {
            for (sql, params) in &bare[first + at] {
                tx.execute(sql, params)?;
            }
            Ok(())
        };
        postgres::spread(&db, DELIVERIES, insert).await?;
        least[0] = least[0].min(spent() - before);
        let (tales, ids, before) = (tales.clone(), Arc::clone(&ids), spent());
        let verify = move |tx: &mut Tx<'_>, at: usize| tales.verify(tx, first + at, &ids[first + at]);
        postgres::spread(&db, DELIVERIES, verify).await?;
        least[1] = least[1].min(spent() - before);
    }
    super::apart(move || {
        db.close();
        Ok(())
    })
    .await?;
    let [bare, whole] = least.map(|seconds| DELIVERIES as f64 / seconds);
    let mut table = Table::default();
    let against = Against { name: "its rows inserted bare", value: bare, limit: 0.5 };
    let what = format!("verified by {CALLERS} at once, SQLite, a second of processor time");
    table.at_least(what, whole, "/s", against);
    Ok(table)
}

/// What verifying each delivery writes; nothing of it is kept.
async fn written(db: &Db, tales: &Tales, ids: &Arc<Vec<DeliveryId>>) -> Result<Vec<Asked>, String> {
    let mut all = Vec::with_capacity(ids.len());
    for at in 0..ids.len() {
        let (of, ids) = (tales.clone(), Arc::clone(ids));
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let taken_back = db.write(move |tx| -> Result<(), Refusal> {
            tx.listen();
            of.verify(tx, at, &ids[at])?;
            // a caller that is gone has no use for it
            let _ = tell.send(tx.heard());
            Err(Refusal::Forbidden)
        });
        let outcome = taken_back.await;
        let mut asked = told.recv().await.ok_or_else(|| format!("nothing was heard: {outcome:?}"))?;
        asked.retain(|(sql, _)| COUNTED.iter().any(|one| sql.starts_with(&format!("insert into {one} "))));
        for (sql, params) in &mut asked {
            if sql.contains("evidence_fact") || sql.contains("merkle_leaf") {
                move_place(params, at);
            }
        }
        all.push(asked);
    }
    Ok(all)
}

/// Each was overheard at the same place of the order, since all were taken back: it gets one of its own. The
/// place is the first number of both rows.
fn move_place(params: &mut [Val], at: usize) {
    let place = params.iter_mut().find_map(|val| if let Val::Int(n) = val { Some(n) } else { None });
    if let Some(place) = place {
        *place += (i64::try_from(at).unwrap_or_default() + 1) * 1_000_000_000;
    }
}
