//! Promises that only the embedded database makes.

use super::{Folder, STREAMS, count, insert};
use crate::Db;

#[test]
fn what_was_acknowledged_is_there_after_opening_again() {
    let folder = Folder::new();
    let db = Db::open(&folder.target(), STREAMS).unwrap();
    db.write_now(|tx| Ok(insert(tx, "a", 1)?)).unwrap();
    drop(db);
    assert_eq!(count(&Db::open(&folder.target(), STREAMS).unwrap()), 1);
}
