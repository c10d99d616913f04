//! Promises about a server: lost connections, unsafe settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use kernel::Refusal;

use super::{STREAMS, count, insert, scratch};
use crate::{Db, Scratch, Target};

/// Runs a test where there is a server; SQLite has no connection to lose.
fn on_server(test: impl Fn(&Scratch, &Db)) {
    if let Some(scratch) = scratch() {
        let db = Db::open(scratch.target(), STREAMS).unwrap();
        test(&scratch, &db);
        db.close();
    }
}

const END_OTHERS: &str = "select cast(count(pg_terminate_backend(pid)) as bigint) as n from pg_stat_activity
    where application_name = current_setting('application_name') and pid <> pg_backend_pid()";

#[test]
fn connections_that_the_server_ended_are_made_anew_without_a_refusal() {
    on_server(|_, db| {
        let write_all = |round: usize| {
            std::thread::scope(|scope| {
                for n in 0..16 {
                    scope.spawn(move || {
                        db.write_now(move |tx| Ok(insert(tx, &format!("{round}-{n}"), 1)?)).unwrap()
                    });
                }
            });
        };
        write_all(0);
        db.read_now(|tx| Ok(tx.query(END_OTHERS, &[]).map(|_| ())?)).unwrap();
        write_all(1);
        assert_eq!(count(db), 32);
    });
}

#[test]
fn an_action_whose_connection_breaks_halfway_is_run_again_and_counts_once() {
    on_server(|_, db| {
        let (broken, runs) = (AtomicBool::new(false), Arc::new(AtomicU32::new(0)));
        let seen = Arc::clone(&runs);
        db.write_now(move |tx| {
            seen.fetch_add(1, Ordering::SeqCst);
            insert(tx, "a", 1)?;
            if !broken.swap(true, Ordering::SeqCst) {
                tx.query("select pg_terminate_backend(pg_backend_pid()) as ended", &[])?;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((count(db), runs.load(Ordering::SeqCst)), (1, 2));
    });
}

#[test]
fn a_database_that_may_lose_acknowledged_work_is_refused() {
    on_server(|scratch, _| {
        let Target::Postgres(address) = scratch.target() else { panic!("{:?}", scratch.target()) };
        let unsafe_address = address.replace("options=", "options=-c%20synchronous_commit%3Doff%20");
        let error = Db::open(&Target::Postgres(unsafe_address.clone()), STREAMS).err().unwrap();
        assert_ne!(unsafe_address, *address);
        assert!(error.to_string().contains("synchronous_commit"), "{error}");
    });
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_unreachable() {
    let error =
        Db::open(&Target::Postgres("host=127.0.0.1 port=1 user=nobody".to_owned()), STREAMS).err().unwrap();
    assert!(matches!(error, crate::Error::Unreachable(_)), "{error}");
}

#[test]
fn a_server_whose_memory_is_used_up_for_the_moment_is_busy_and_nothing_is_broken() {
    on_server(|_, db| {
        let exhausted =
            "do $do$ begin raise exception 'out of shared memory' using errcode = '53200'; end $do$";
        let refused = db.write_now(move |tx| Ok(tx.execute(exhausted, &[])?)).unwrap_err();
        assert!(matches!(refused, Refusal::Unavailable(_)), "{refused:?}");
    });
}
