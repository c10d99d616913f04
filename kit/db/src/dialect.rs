//! Every difference between the two databases that a statement can see.

use std::borrow::Cow;

use crate::tx::Link;
use crate::{Error, Tx};
use kernel::stored::Val;

/// Tables of the layer's own. Sequences are a table on SQLite only.
pub(crate) const OWN_TABLES: [&str; 2] = ["schema_migration", "db_sequence"];

/// What exists before the first migration: the list of those applied, and on SQLite the counters.
pub(crate) fn prepare(tx: &mut Tx<'_>) -> Result<(), Error> {
    lock_schema(tx)?;
    tx.script(
        "create table if not exists schema_migration (
            context text not null, file text not null, place bigint not null, sha256 text not null, applied_at bigint not null,
            primary key (context, file))",
    )?;
    if matches!(tx.link(), Link::Sqlite(_)) {
        tx.script(
            "create table if not exists db_sequence (name text not null primary key, value bigint not null)",
        )?;
    }
    Ok(())
}

/// Keeps other programs from migrating until the transaction ends. SQLite's writing transaction
/// does so by itself.
pub(crate) fn lock_schema(tx: &mut Tx<'_>) -> Result<(), Error> {
    if matches!(tx.link(), Link::Postgres(_)) {
        tx.query("select 1 as locked from pg_advisory_xact_lock(7237813, hashtext(current_schema()))", &[])?;
    }
    Ok(())
}

/// What is written behind the parenthesis of a `create table` in a migration whose rows are to be kept in
/// the order of their primary key.
const CLUSTERED: &str = "/* clustered */";

/// The SQL of a migration with its clustered tables. By itself SQLite keeps rows by a number of its own
/// and the primary key as an index beside them: each row is written twice, each look-up searches two
/// trees. PostgreSQL knows nothing else and reads a comment.
pub(crate) fn clustered<'s>(tx: &Tx<'_>, sql: &'s str) -> Cow<'s, str> {
    match tx.link() {
        Link::Sqlite(_) if sql.contains(CLUSTERED) => sql.replace(CLUSTERED, "without rowid").into(),
        Link::Sqlite(_) | Link::Postgres(_) => sql.into(),
    }
}

/// See [`Tx::next`]: a row of counters on SQLite, a sequence on PostgreSQL.
pub(crate) fn next(tx: &mut Tx<'_>, sequence: &'static str) -> Result<i64, Error> {
    if matches!(tx.link(), Link::Sqlite(_)) {
        let counted = tx.one(
            "insert into db_sequence (name, value) values ($1, 1)
             on conflict (name) do update set value = db_sequence.value + 1 returning value",
            &[Val::from(sequence)],
        )?;
        return counted.get("value");
    }
    let name = format!("seq_{sequence}");
    // of a sequence that is not there yet, the next number is null
    let next = "select nextval(to_regclass($1)) as value";
    let drawn: Option<i64> = tx.one(next, &[Val::from(name.as_str())])?.get("value")?;
    if let Some(drawn) = drawn {
        return Ok(drawn);
    }
    tx.script(&format!("create sequence if not exists {name}"))?;
    tx.one(next, &[Val::from(name)])?.get("value")
}

/// See [`Tx::skip_locked`].
pub(crate) const fn skip_locked(tx: &Tx<'_>) -> &'static str {
    match tx.link() {
        Link::Sqlite(_) => "",
        Link::Postgres(_) => " for update skip locked",
    }
}
