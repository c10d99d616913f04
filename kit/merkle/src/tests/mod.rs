//! The promises of the log, each as a test on both databases.

mod growth;
mod tampering;

use db::{Db, Stream, Tx, params};
use kernel::{Actor, Caller, DistrictId, Refusal, SeededRng};

use crate::{Examined, Head, Key, Log, Misfit, STREAM, SigningKey, append, examine};

/// What the leaves stand for.
const THINGS: Stream = Stream {
    context: "things",
    files: &[(
        "0001_thing.sql",
        "create table thing (district_id text not null, place bigint not null, word text not null,
            primary key (district_id, place));",
    )],
};

fn both(test: impl Fn(&Db)) {
    testkit::both(&[STREAM, THINGS], test);
}

fn district() -> DistrictId {
    "d".into()
}

fn log() -> Log {
    Log::of(&district(), "things")
}

fn by() -> Caller {
    let seal = SigningKey::new(&SeededRng::new(5));
    Caller { seal: std::sync::Arc::new(seal), ..Caller::fixed(Actor::public(district()), "2025-09-01") }
}

fn key() -> Key {
    Key::from_bytes(&by().seal.key()).unwrap()
}

fn word(place: i64) -> String {
    format!("thing {place}")
}

/// Writes things with their leaves.
fn write(tx: &mut Tx, places: impl IntoIterator<Item = i64>) -> Result<(), Refusal> {
    for place in places {
        let word = word(place);
        tx.execute(
            "insert into thing (district_id, place, word) values ($1, $2, $3)",
            params!["d", place, &word],
        )?;
        append(tx, &log(), place, word.as_bytes())?;
    }
    Ok(())
}

/// Compares everything, as the owner of the things would.
fn look(db: &Db, outside: Option<Head>) -> Result<Examined, Misfit> {
    let read = |tx: &mut Tx, places: &[i64]| {
        let mut words = Vec::new();
        for place in places {
            let row = tx
                .find("select word from thing where district_id = $1 and place = $2", params!["d", *place])?;
            words.push(row.map(|row| row.get::<String>("word")).transpose()?.map(String::into_bytes));
        }
        Ok(words)
    };
    db.read_now(move |tx| examine(tx, &log(), &key(), outside, read)).unwrap()
}
