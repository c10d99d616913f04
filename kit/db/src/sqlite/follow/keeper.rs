//! The thread that writes what the follower reads.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sha2::Sha256;

use super::line::{self, Line};
use super::{Follower, Piece};
use crate::Error;

/// How a copy is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How often it is brought up to date.
    pub each: Duration,
    /// Frames of the log after which the writer folds it: as without a copy.
    pub long: u64,
    /// A line whose logs are longer than this, in bytes, and than its base, is followed by a new one: so that
    /// neither its size nor the time of a restore grows without end.
    pub line: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { each: Duration::from_secs(1), long: 8_000, line: 1 << 30 }
    }
}

/// How long the end of the program waits for a base that is being copied.
const LAST: Duration = Duration::from_secs(4);
/// How long after a failure the copy is begun anew.
const PATIENCE: Duration = Duration::from_secs(30);

/// A copy that is kept until it is told to stop.
pub(crate) struct Keeping {
    pub follower: Arc<Follower>,
    thread: JoinHandle<()>,
}

impl Keeping {
    /// Writes what was read and ends. The writer has ended before.
    pub fn stop(self) {
        self.follower.stop();
        if self.thread.join().is_err() {
            tracing::error!("the thread that kept the copy panicked");
        }
    }
}

/// Begins a copy in a folder, which is made when it is not there.
pub(crate) fn keep(database: &Path, to: &Path, pace: Pace) -> Result<Keeping, Error> {
    let follower = Arc::new(Follower::new(database, pace.long));
    let unwritten = |error: io::Error| Error::Io(format!("{} cannot be written: {error}", to.display()));
    line::make_folder(to).map_err(unwritten)?;
    let line = Line::begin(to).map_err(unwritten)?;
    let mut keeper = Keeper {
        follower: Arc::clone(&follower),
        database: database.to_owned(),
        to: to.to_owned(),
        pace,
        line,
        before: None,
        base: None,
    };
    keeper.copy_base().map_err(unwritten)?;
    let thread = std::thread::Builder::new().name("db-copy".to_owned()).spawn(move || keeper.run());
    Ok(Keeping { follower, thread: thread.map_err(unwritten)? })
}

struct Keeper {
    follower: Arc<Follower>,
    database: PathBuf,
    to: PathBuf,
    pace: Pace,
    line: Line,
    /// Written too until the base of `line` is there.
    before: Option<Line>,
    base: Option<JoinHandle<io::Result<Sha256>>>,
}

impl Keeper {
    fn run(mut self) {
        let mut failed = false;
        loop {
            let stopped = self.follower.wait(if failed { PATIENCE } else { self.pace.each });
            let done = match failed {
                true if stopped => break,
                true => self.begin_anew(),
                false => self.catch_up(),
            };
            failed = done.is_err();
            if let Err(error) = done {
                let folder = self.to.display();
                tracing::error!(%error, "the copy in {folder} is not kept; begun anew in half a minute");
            }
            if stopped {
                break;
            }
        }
        let end = Instant::now() + LAST;
        while self.base.as_ref().is_some_and(|base| !base.is_finished()) && Instant::now() < end {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        if !failed && let Err(error) = self.catch_up() {
            tracing::error!(%error, "the base of the copy was not written");
        }
    }

    /// Writes what was committed since the last time.
    fn catch_up(&mut self) -> io::Result<()> {
        // what the base holds of later commits was read from the log before it was folded into the file
        let base = self.base.take_if(|base| base.is_finished());
        self.follower.catch_up();
        let (pieces, missed) = self.follower.take();
        if missed {
            tracing::warn!("another program folded the write-ahead log: the copy begins a new line");
            return self.begin_anew();
        }
        self.write_all(pieces)?;
        if let Some(base) = base {
            self.end_base(base)?;
        }
        let base = self.line.folder.join(line::BASE);
        let is_long =
            |length| length > self.pace.line && base.metadata().is_ok_and(|base| length > base.len());
        if self.before.is_none() && self.base.is_none() && is_long(self.line.length) {
            return self.go_on_in_a_new_line();
        }
        Ok(())
    }

    /// A new line after one that missed something, which is written no further.
    fn begin_anew(&mut self) -> io::Result<()> {
        // the base of that line is of no use any more, and no two may be copied at once
        self.base.take().map(JoinHandle::join);
        self.follower.begin();
        (self.line, self.before) = (Line::begin(&self.to)?, None);
        self.copy_base()
    }

    /// A new line after one that grew long, which is written on until the new one can be restored.
    fn go_on_in_a_new_line(&mut self) -> io::Result<()> {
        let read = self.follower.begin();
        self.write_all(read)?;
        let new = Line::begin(&self.to)?;
        self.before = Some(std::mem::replace(&mut self.line, new));
        self.copy_base()
    }

    /// Copies the file, in a thread of its own: from the log that is read from its beginning next, all that
    /// changes meanwhile is written too.
    fn copy_base(&mut self) -> io::Result<()> {
        let (database, folder) = (self.database.clone(), self.line.folder.clone());
        let copy = move || line::copy_base(&database, &folder);
        self.follower.catch_up();
        self.base = Some(std::thread::Builder::new().name("db-copy-base".to_owned()).spawn(copy)?);
        Ok(())
    }

    /// Once the base is there, the lines before are not needed any more.
    fn end_base(&mut self, base: JoinHandle<io::Result<Sha256>>) -> io::Result<()> {
        let hash = base.join().unwrap_or_else(|_| Err(io::Error::other("the copying panicked")))?;
        self.line.name_base(hash)?;
        self.before = None;
        for old in line::lines(&self.to)?.into_iter().filter(|old| *old != self.line.folder) {
            std::fs::remove_dir_all(old)?;
        }
        Ok(())
    }

    /// Writes what was read to the line, and to the one before it.
    fn write_all(&mut self, pieces: Vec<Piece>) -> io::Result<()> {
        let mut commits = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Frames(frames) => commits.extend(frames),
                Piece::Turn(header) => {
                    self.write(&std::mem::take(&mut commits))?;
                    self.each(|line| line.turn(&header))?;
                }
            }
        }
        self.write(&commits)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() { Ok(()) } else { self.each(|line| line.write(bytes)) }
    }

    fn each(&mut self, mut on: impl FnMut(&mut Line) -> io::Result<()>) -> io::Result<()> {
        if let Some(before) = &mut self.before {
            on(before)?;
        }
        on(&mut self.line)
    }
}
