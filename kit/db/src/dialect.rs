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

/// The SQL of a migration as the database likes it best; it means the same to both.
///
/// By itself SQLite keeps rows by a number of its own and the primary key as an index beside them: each
/// row is written twice, each look-up searches two trees. PostgreSQL knows nothing else and reads a
/// comment. And for `check (kind in ('a', 'b', 'c'))` SQLite builds a tree of the list at every insert,
/// which costs more than the row; spelled out it compares.
pub(crate) fn definition<'s>(tx: &Tx<'_>, sql: &'s str) -> Cow<'s, str> {
    match tx.link() {
        Link::Sqlite(_) => spelled_out(&sql.replace(CLUSTERED, "without rowid")).into(),
        Link::Postgres(_) => sql.into(),
    }
}

/// Each `check (column in (list))` as `check (column = 'a' or column = 'b')`.
fn spelled_out(sql: &str) -> String {
    const CHECK: &str = "check (";
    let mut parts = sql.split(CHECK);
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        spelled.push_str(CHECK);
        match listed(part) {
            Some((column, list, rest)) => {
                let equal: Vec<String> =
                    list.split(',').map(|one| format!("{column} = {}", one.trim())).collect();
                spelled.push_str(&equal.join(" or "));
                spelled.push_str(rest);
            }
            None => spelled.push_str(part),
        }
    }
    spelled
}

/// Column, list, and what follows from the closing parenthesis of the check on.
fn listed(check: &str) -> Option<(&str, &str, &str)> {
    let (column, rest) = check.split_once(" in (")?;
    let (list, rest) = rest.split_once(')')?;
    let plain = column.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (plain && rest.trim_start().starts_with(')')).then_some((column, list, rest))
}

/// See [`Tx::next`]: a row of counters on SQLite, a sequence on PostgreSQL.
pub(crate) fn next(tx: &mut Tx<'_>, sequence: &'static str) -> Result<i64, Error> {
    if matches!(tx.link(), Link::Sqlite(_)) {
        // in three statements at most: SQLite builds a table for what one with `returning` gives back
        let name = Val::from(sequence);
        if tx.execute(
            "update db_sequence set value = value + 1 where name = $1",
            std::slice::from_ref(&name),
        )? == 0
        {
            tx.execute("insert into db_sequence (name, value) values ($1, 1)", std::slice::from_ref(&name))?;
        }
        return tx.one("select value from db_sequence where name = $1", &[name])?.get("value");
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
