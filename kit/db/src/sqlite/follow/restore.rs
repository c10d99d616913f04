//! From a copy back to a database.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use rusqlite::OpenFlags;
use sha2::{Digest, Sha256};

use super::line::{self, BASE, ENDED};
use super::log::{HEADER, Header, committed};
use crate::Error;
use crate::sqlite::{Session, beside, open, sync};

/// What was brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Logs that were put over the base.
    pub logs: usize,
    /// When the copy was written last.
    pub until: Option<SystemTime>,
}

/// Makes a database, in a file that is not there yet, from a copy that [`crate::Db::follow`] kept.
///
/// # Errors
/// When there is no whole copy, a byte of it was changed, or the file cannot be written.
pub fn restore(from: &Path, to: &Path) -> Result<Restored, Error> {
    let unread = |error: io::Error| Error::Io(format!("{} cannot be read: {error}", from.display()));
    let lines = line::lines(from).map_err(unread)?;
    let line = lines
        .into_iter()
        .rev()
        .find(|line| line.join(BASE).is_file())
        .ok_or_else(|| Error::Io(format!("{} holds no copy that was ever whole.", from.display())))?;
    let asked = take_base(&line, to)?;
    let mut done = Restored { logs: 0, until: None };
    let mut ended = true;
    loop {
        let file = line.join(format!("{:06}.log", done.logs + 1));
        let log = if file.exists() { read_log(&file)? } else { None };
        let Some(log) = log else { break };
        if !ended {
            return Err(damaged(&file, "follows a log whose end is missing"));
        }
        done.logs += 1;
        if done.logs == asked.0 && log.bytes.len() < asked.1 {
            return Err(damaged(&file, "is shorter than its base needs"));
        }
        put_over(to, &log.bytes)?;
        ended = log.ended;
        done.until = file.metadata().and_then(|known| known.modified()).ok();
    }
    let known = std::fs::read_dir(&line).map_err(unread)?.flatten();
    let known = known.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "log")).count();
    // of the last there may be no more than its name
    if done.logs < asked.0 || known > done.logs + 1 || (ended && done.logs > 0 && known == done.logs) {
        return Err(damaged(&line.join(format!("{:06}.log", done.logs + 1)), "is missing or damaged"));
    }
    sync(to).map_err(|error| Error::Io(format!("{} cannot be written: {error}", to.display())))?;
    Ok(done)
}

fn damaged(file: &Path, what: &str) -> Error {
    Error::Database(format!("{} {what}. Nothing was restored; take another copy.", file.display()))
}

/// Copies the base, and takes it only if it is what was written: how many logs it needs, and how much of the
/// last of them.
fn take_base(line: &Path, to: &Path) -> Result<(usize, usize), Error> {
    let base = line.join(BASE);
    let unread = |error: io::Error| Error::Io(format!("{} cannot be read: {error}", base.display()));
    let known = std::fs::read_to_string(line.join(format!("{BASE}.sha256"))).map_err(unread)?;
    let mut copy = line::create(to).map_err(|error| Error::Io(format!("{}: {error}", to.display())))?;
    let hash =
        line::pass(File::open(&base).map_err(unread)?, |bytes| copy.write_all(bytes)).map_err(unread)?;
    let logs =
        known.rsplit_once(' ').map(|(logs, _)| logs).filter(|logs| line::base_name(hash, logs) == known);
    let numbers = logs.and_then(|logs| logs.split_once(' '));
    match numbers.map(|(logs, length)| (logs.parse(), length.parse())) {
        Some((Ok(logs), Ok(length))) => Ok((logs, length)),
        _ => Err(damaged(&base, "was changed or damaged")),
    }
}

/// What is known to have been written of a log: whole commits all.
struct Log {
    bytes: Vec<u8>,
    /// Another one follows it.
    ended: bool,
}

/// `None` of one that was just begun.
fn read_log(file: &Path) -> Result<Option<Log>, Error> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| Error::Io(format!("{} cannot be read: {error}", path.display())))
    };
    let hashes = file.with_extension("sha256");
    let hashes = if hashes.exists() { read(&hashes)? } else { Vec::new() };
    let hashes = String::from_utf8(hashes).map_err(|_| damaged(file, "has hashes that cannot be read"))?;
    // a line without its end was being written when the machine stopped
    let whole = hashes.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let (whole, ended) = match whole.strip_suffix(ENDED.trim()) {
        Some(before) => (before.trim_end(), true),
        None => (whole, false),
    };
    if whole.is_empty() {
        return if ended { Err(damaged(file, "has no hash")) } else { Ok(None) };
    }
    let known = whole.lines().next_back().and_then(|line| line.split_once(' '));
    let Some((Ok(length), hash)) = known.map(|(length, hash)| (length.parse::<usize>(), hash)) else {
        return Err(damaged(file, "has hashes that cannot be read"));
    };
    let mut bytes = read(file)?;
    if bytes.len() < length {
        return Err(damaged(file, "is shorter than what was written"));
    }
    bytes.truncate(length);
    let header = bytes.first_chunk::<HEADER>().and_then(|bytes| Header::read(*bytes));
    let (Some(header), true) = (header, kernel::hex(Sha256::digest(&bytes)) == hash) else {
        return Err(damaged(file, "was changed or damaged"));
    };
    let frames = bytes.get(HEADER..).unwrap_or_default();
    if committed(&header, frames, header.sums).0 != frames.len() {
        return Err(damaged(file, "holds more than whole commits"));
    }
    Ok(Some(Log { bytes, ended }))
}

/// Lets SQLite fold a log into the file, as after a crash.
fn put_over(database: &Path, log: &[u8]) -> Result<(), Error> {
    if log.len() <= HEADER {
        return Ok(());
    }
    let unwritten =
        |error: io::Error| Error::Io(format!("{} cannot be written: {error}", database.display()));
    line::create(&beside(database, "-wal"))
        .and_then(|mut file| {
            file.write_all(log)?;
            file.sync_all()
        })
        .map_err(unwritten)?;
    let session = Session::new(open(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?, false);
    let row = session.checkpoint("truncate")?;
    if row.get::<i64>("busy")? != 0 {
        return Err(Error::Busy);
    }
    drop(session);
    for left in [beside(database, "-wal"), beside(database, "-shm")] {
        match std::fs::remove_file(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
            _ => {}
        }
    }
    Ok(())
}
