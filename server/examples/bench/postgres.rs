//! The actions of a delivery on PostgreSQL, against the same statements sent by hand: what they ask is
//! overheard, taken back, and asked again without the program, by as many connections. The server's own
//! share of the processor counts on both sides.

use std::sync::Arc;

use db::{Asked, Db, Scratch, Target, Tx};
use kernel::Refusal;
use server::{compose, demo};
use testkit::ByHand;

use crate::data::{self, Tales};
use crate::recording::CALLERS;
use crate::table::{Against, Table};

const DELIVERIES: usize = 1_280;

/// Both steps of a delivery.
pub async fn rows(table: &mut Table) -> Result<(), String> {
    let server = server().ok_or("QILIN_TEST_POSTGRES is not set")?;
    let made = tokio::task::spawn_blocking(move || -> Result<_, String> {
        let scratch = Scratch::create(&server).map_err(|error| error.to_string())?;
        let db = compose::open(scratch.target())?;
        demo::load(&db, 10, data::PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress))?;
        let tales = Tales::of(&db)?;
        Ok((scratch, db, tales))
    });
    let (scratch, db, tales) = made.await.map_err(|error| error.to_string())??;
    let compared = compare(table, scratch.target(), &db, tales).await;
    // both wait for the server, which no thread of the runtime may
    tokio::task::spawn_blocking(move || drop((db, scratch))).await.map_err(|error| error.to_string())?;
    compared
}

async fn compare(table: &mut Table, scratch: &Target, db: &Db, tales: Tales) -> Result<(), String> {
    let Target::Postgres(address) = scratch else { return Err("a scratch elsewhere".to_owned()) };
    let (records, verifies) = overhear(db, &tales).await?;
    let by_hand = ByHand::connect(address).await?;
    let mut hand = [0.0; 2];
    for (asked, cost) in [records, verifies].into_iter().zip(&mut hand) {
        let before = by_hand.spent();
        by_hand.ask(asked).await?;
        *cost = by_hand.spent() - before;
    }
    let before = by_hand.spent();
    let of = tales.clone();
    let ids = spread(db, DELIVERIES, move |tx, at| of.record(tx, at)).await?;
    let recorded = by_hand.spent() - before;
    let before = by_hand.spent();
    spread(db, DELIVERIES, move |tx, at| tales.verify(tx, at, &ids[at])).await?;
    let verified = by_hand.spent() - before;
    let ms = |seconds: f64| seconds * 1e3 / DELIVERIES as f64;
    let [record, verify] = hand;
    let against = |seconds| Against { name: "same statements by hand", value: ms(seconds), limit: 3.0 };
    table.ratio("delivery recorded and handed on, PostgreSQL", ms(recorded), "ms", against(record));
    table.ratio("delivery verified and counted, PostgreSQL", ms(verified), "ms", against(verify));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, run by hand")]
pub fn server() -> Option<String> {
    std::env::var("QILIN_TEST_POSTGRES").ok()
}

/// What recording and verifying each delivery asks; nothing of it is kept.
async fn overhear(db: &Db, tales: &Tales) -> Result<(Vec<Asked>, Vec<Asked>), String> {
    let (mut records, mut verifies) = (Vec::new(), Vec::new());
    for at in 0..DELIVERIES {
        let (of, (tell, told)) = (tales.clone(), tokio::sync::mpsc::unbounded_channel());
        let mut told = told;
        let taken_back = db.write(move |tx| -> Result<(), Refusal> {
            tx.listen();
            let id = of.record(tx, at)?;
            let recorded = tx.heard();
            of.verify(tx, at, &id)?;
            // a caller that is gone has no use for it
            let _ = tell.send((recorded, tx.heard()));
            Err(Refusal::Forbidden)
        });
        let outcome = taken_back.await;
        if !matches!(outcome, Err(Refusal::Forbidden)) {
            return Err(format!("{outcome:?}"));
        }
        let (record, verify) = told.recv().await.ok_or("nothing was heard")?;
        records.push(record);
        verifies.push(verify);
    }
    Ok((records, verifies))
}

/// Does an action for each of `n` deliveries by many callers at once; what each gave, in order.
pub async fn spread<T: Send + 'static>(
    db: &Db,
    n: usize,
    action: impl Fn(&mut Tx<'_>, usize) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Result<Vec<T>, String> {
    let action = Arc::new(action);
    let callers = (0..CALLERS).map(|caller| {
        let (db, action) = (db.clone(), action.clone());
        tokio::spawn(async move {
            let mut given = Vec::new();
            for at in (caller..n).step_by(CALLERS) {
                let action = action.clone();
                given.push((at, db.write(move |tx| action(tx, at)).await?));
            }
            Ok::<_, Refusal>(given)
        })
    });
    let mut all = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        let given = caller.await.map_err(|error| error.to_string())?;
        all.extend(given.map_err(|refusal| refusal.to_string())?);
    }
    all.sort_unstable_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, given)| given).collect())
}
