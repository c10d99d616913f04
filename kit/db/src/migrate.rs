//! Brings a database to the program's schema: each context's files in order, each file whole or not at all.

use std::collections::BTreeMap;

use kernel::{Clock, SystemClock};
use sha2::{Digest, Sha256};

use crate::{Error, Tx, dialect, params};

/// The migrations of one context, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// The context's name.
    pub context: &'static str,
    /// File name and SQL text, in the order of application.
    pub files: &'static [(&'static str, &'static str)],
}

/// A context's applied files, oldest first, with the hash of each.
type Applied = BTreeMap<String, Vec<(String, String)>>;

/// One piece of a migration: everything it does is kept, or nothing.
type Step<'a> = &'a mut dyn FnMut(&mut Tx<'_>) -> Result<(), Error>;

/// Applies what is missing. `transact` runs one step in a transaction of its own.
pub(crate) fn migrate(
    streams: &[Stream],
    transact: &mut dyn FnMut(Step<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut applied = Applied::new();
    transact(&mut |tx| {
        dialect::prepare(tx)?;
        applied = load(tx)?;
        Ok(())
    })?;
    refuse_unknown(streams, &applied)?;
    for stream in streams {
        let done = applied.get(stream.context).map_or(&[][..], Vec::as_slice);
        refuse_changed(stream, done)?;
        for (place, (file, sql)) in stream.files.iter().enumerate().skip(done.len()) {
            transact(&mut |tx| apply(tx, stream.context, place, file, sql))?;
        }
    }
    Ok(())
}

/// The files that [`migrate`] would apply.
pub(crate) fn to_come(tx: &mut Tx<'_>, streams: &[Stream]) -> Result<Vec<String>, Error> {
    let applied = load(tx)?;
    refuse_unknown(streams, &applied)?;
    let mut files = Vec::new();
    for stream in streams {
        let done = applied.get(stream.context).map_or(&[][..], Vec::as_slice);
        refuse_changed(stream, done)?;
        let left = stream.files.iter().skip(done.len());
        files.extend(left.map(|(file, _)| format!("{}/{file}", stream.context)));
    }
    Ok(files)
}

fn load(tx: &mut Tx<'_>) -> Result<Applied, Error> {
    let mut applied = Applied::new();
    for row in tx.query("select context, file, sha256 from schema_migration order by context, place", &[])? {
        applied.entry(row.get("context")?).or_default().push((row.get("file")?, row.get("sha256")?));
    }
    Ok(applied)
}

fn apply(tx: &mut Tx<'_>, context: &str, place: usize, file: &str, sql: &str) -> Result<(), Error> {
    dialect::lock_schema(tx)?;
    let there = "select file from schema_migration where context = $1 and file = $2";
    if tx.find(there, params![context, file])?.is_some() {
        return Ok(()); // another program was faster
    }
    tx.script(&dialect::definition(tx, sql))
        .map_err(|error| Error::Migration(format!("{context}/{file} failed: {error}")))?;
    tx.execute(
        "insert into schema_migration (context, file, place, sha256, applied_at) values ($1, $2, $3, $4, $5)",
        params![context, file, place, hash(sql), SystemClock.now()],
    )?;
    Ok(())
}

fn refuse_unknown(streams: &[Stream], applied: &Applied) -> Result<(), Error> {
    let unknown =
        applied.keys().find(|context| streams.iter().all(|stream| stream.context != context.as_str()));
    unknown.map_or(Ok(()), |context| {
        Err(Error::Migration(format!(
            "the database holds the tables of \"{context}\", which this program does not know: \
             it was written by a newer program; start that one"
        )))
    })
}

/// What was applied must be the beginning of what the program brings, unchanged.
fn refuse_changed(stream: &Stream, done: &[(String, String)]) -> Result<(), Error> {
    let context = stream.context;
    for (place, (file, sha256)) in done.iter().enumerate() {
        match stream.files.get(place) {
            Some((name, sql)) if name == file && hash(sql) == *sha256 => {}
            Some((name, _)) if name == file => {
                return Err(Error::Migration(format!(
                    "{context}/{file} was changed after it was applied to this database: \
                     restore the file and put the change into a new one"
                )));
            }
            Some((name, _)) if stream.files.iter().any(|(known, _)| known == file) => {
                return Err(Error::Migration(format!(
                    "{context}/{name} was not applied before {file}: give it a number after {file}"
                )));
            }
            Some(_) | None => {
                return Err(Error::Migration(format!(
                    "{context}/{file} is applied to this database but unknown to this program: \
                     the database was written by a newer program; start that one"
                )));
            }
        }
    }
    Ok(())
}

/// SHA-256 in hexadecimal; line ends do not count, since a checkout may change them.
fn hash(sql: &str) -> String {
    kernel::hex(Sha256::digest(sql.replace("\r\n", "\n")))
}
