//! A copy of the database that is a second behind at most: the file once, then every page that is committed,
//! as the write-ahead log brings it. What the disk of the program takes with it is that second.
//!
//! The log is folded into the file and begins anew now and then. While a copy is kept only the writer folds
//! it, and only after all of it was read; when another program folded it meanwhile, what it held may be
//! missing, and the copy begins a new line. The line before stays until the new one can be restored.

mod keeper;
mod line;
mod log;
mod restore;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::log::{HEADER, Header, Sums, committed};
use crate::Error;
use crate::sqlite::{Session, beside};

pub(crate) use keeper::{Keeping, Pace, keep};
pub use restore::{Restored, restore};

/// Frames read at once.
const PIECE: usize = 256;

/// Reads the log for the copy.
pub(crate) struct Follower {
    log: PathBuf,
    reading: Mutex<Reading>,
    asked_to_stop: Condvar,
    long: u64,
}

#[derive(Default)]
struct Reading {
    at: Option<At>,
    /// Read and not yet taken.
    pieces: Vec<Piece>,
    /// The writer has folded all that was read, and nothing came since: the log may begin anew.
    folded: bool,
    /// Something may have been missed.
    missed: bool,
    stopped: bool,
}

/// How far the log was read.
struct At {
    header: Header,
    position: usize,
    sums: Sums,
}

/// What was read.
enum Piece {
    /// The log began, or began anew.
    Turn(Header),
    /// Whole commits.
    Frames(Vec<u8>),
}

impl Follower {
    fn new(database: &Path, long: u64) -> Self {
        let log = beside(database, "-wal");
        Self { log, reading: Mutex::default(), asked_to_stop: Condvar::new(), long }
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what was committed since it last read.
    pub fn catch_up(&self) {
        if let Err(error) = self.reading().read(&self.log) {
            tracing::warn!(%error, "the write-ahead log could not be read for the copy");
        }
    }

    /// Folds the log into the file once it is long; called by the writer between two commits. A log that
    /// readers keep from beginning anew is waited for a twentieth of a second.
    pub fn fold_if_long(&self, session: &Session) -> Result<(), Error> {
        let frames = self.reading().frames();
        if frames < self.long {
            return Ok(());
        }
        self.catch_up();
        let row = if frames < 2 * self.long {
            session.checkpoint("passive")?
        } else {
            session.checkpoint("restart")?
        };
        self.catch_up();
        let mut reading = self.reading();
        let read = i64::try_from(reading.frames()).unwrap_or(i64::MAX);
        reading.folded = row.get::<i64>("log")? == read && row.get::<i64>("checkpointed")? == read;
        Ok(())
    }

    /// What was read, and whether something was missed.
    fn take(&self) -> (Vec<Piece>, bool) {
        let mut reading = self.reading();
        (std::mem::take(&mut reading.pieces), reading.missed)
    }

    /// Reads the log from its beginning the next time; what was read before. In one step, so that nothing the
    /// writer read meanwhile is lost to a line that goes on.
    fn begin(&self) -> Vec<Piece> {
        let mut reading = self.reading();
        let new = Reading { stopped: reading.stopped, ..Reading::default() };
        std::mem::replace(&mut *reading, new).pieces
    }

    /// Waits; whether it was asked to stop.
    fn wait(&self, time: Duration) -> bool {
        let woken = self.asked_to_stop.wait_timeout_while(self.reading(), time, |reading| !reading.stopped);
        woken.unwrap_or_else(PoisonError::into_inner).0.stopped
    }

    fn stop(&self) {
        self.reading().stopped = true;
        self.asked_to_stop.notify_all();
    }
}

impl Reading {
    /// Frames of the log that were read since it began.
    fn frames(&self) -> u64 {
        let frames = self.at.as_ref().map_or(0, |at| (at.position - HEADER) / at.header.frame());
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    fn read(&mut self, log: &Path) -> io::Result<()> {
        let mut file = match File::open(log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        let mut bytes = [0; HEADER];
        match file.read_exact(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        // one that is being written is whole the next time
        let Some(header) = Header::read(bytes) else { return Ok(()) };
        let Some(at) = self.at.as_mut().filter(|at| at.header == header) else {
            self.turn(header);
            return self.read(log);
        };
        file.seek(SeekFrom::Start(at.position.try_into().unwrap_or_default()))?;
        let (frames, sums) = new_commits(&mut file, at)?;
        if !frames.is_empty() {
            (at.position, at.sums, self.folded) = (at.position + frames.len(), sums, false);
            self.pieces.push(Piece::Frames(frames));
        }
        Ok(())
    }

    /// The log begins with another header than it did.
    fn turn(&mut self, header: Header) {
        let follows = |at: &At| self.folded && header.sequence == at.header.sequence.wrapping_add(1);
        self.missed |= !self.at.as_ref().is_none_or(follows);
        self.folded = false;
        self.pieces.push(Piece::Turn(header.clone()));
        self.at = Some(At { position: HEADER, sums: header.sums, header });
    }
}

/// The commits from here on, and the sums behind them. What follows in the file is of an older log.
fn new_commits(file: &mut File, at: &At) -> io::Result<(Vec<u8>, Sums)> {
    let piece = PIECE * at.header.frame();
    let (mut all, mut sums) = (Vec::new(), at.sums);
    loop {
        let before = all.len();
        file.by_ref().take(piece.try_into().unwrap_or(u64::MAX)).read_to_end(&mut all)?;
        let read = all.get(before..).unwrap_or_default();
        let (whole, after) = log::whole(&at.header, read, sums);
        sums = after;
        if whole < piece {
            break;
        }
    }
    let (n, sums) = committed(&at.header, &all, at.sums);
    all.truncate(n);
    Ok((all, sums))
}
