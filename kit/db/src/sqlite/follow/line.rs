//! One line of a copy on the disk: the file of the database as it was copied once (`base.db`, while it was
//! in use), and every log since, each with the hashes of what was written of it.
//!
//! The base may hold pages of different moments: each page that changed since its copying began lies whole
//! in a log that is kept, and is put over it. So it is of no use without the logs as far as they went when
//! its copying was done; beside it stands how far that was.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::log::Header;
use crate::sqlite::sync;

pub(super) const BASE: &str = "base.db";
const PART: &str = "base.part";
/// The last line of the hashes of a log that another one follows.
pub(super) const ENDED: &str = "ended\n";

/// A line that is being written.
pub(super) struct Line {
    pub folder: PathBuf,
    segment: Option<Segment>,
    n: u32,
    /// Bytes of its logs.
    pub length: u64,
}

struct Segment {
    log: File,
    hashes: File,
    hash: Sha256,
    length: u64,
}

impl Line {
    /// A new one, in a folder of its own, with the next number.
    pub fn begin(within: &Path) -> io::Result<Self> {
        let last = lines(within)?.last().and_then(|last| number(last)).unwrap_or(0);
        let folder = within.join(format!("{:09}", last + 1));
        make_folder(&folder)?;
        sync(within)?;
        Ok(Self { folder, segment: None, n: 0, length: 0 })
    }

    /// What follows is of a log that began anew.
    pub fn turn(&mut self, header: &Header) -> io::Result<()> {
        self.n += 1;
        let name = format!("{:06}", self.n);
        let hashes = create(&self.folder.join(format!("{name}.sha256")))?;
        let log = create(&self.folder.join(format!("{name}.log")))?;
        sync(&self.folder)?;
        let new = Segment { log, hashes, hash: Sha256::new(), length: 0 };
        if let Some(mut ended) = self.segment.replace(new) {
            // only now: whoever reads it looks for the next
            ended.hashes.write_all(ENDED.as_bytes())?;
            ended.hashes.sync_data()?;
        }
        self.write(&header.bytes)
    }

    /// The line can be restored from here on: its base was copied, and what its logs say of that time is
    /// written.
    pub fn name_base(&self, base: Sha256) -> io::Result<()> {
        let length = self.segment.as_ref().map_or(0, |segment| segment.length);
        let mut beside = create(&self.folder.join(format!("{BASE}.sha256")))?;
        beside.write_all(base_name(base, &format!("{} {length}", self.n)).as_bytes())?;
        beside.sync_all()?;
        std::fs::rename(self.folder.join(PART), self.folder.join(BASE))?;
        sync(&self.folder)
    }

    /// Adds bytes; they are on the disk when this answers.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let segment = self.segment.as_mut().ok_or(io::ErrorKind::NotFound)?;
        segment.log.write_all(bytes)?;
        segment.log.sync_data()?;
        segment.hash.update(bytes);
        segment.length += u64::try_from(bytes.len()).unwrap_or_default();
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        let hash = kernel::hex(segment.hash.clone().finalize());
        segment.hashes.write_all(format!("{} {hash}\n", segment.length).as_bytes())?;
        segment.hashes.sync_data()
    }
}

/// What stands beside a base: how many logs it needs and how much of the last of them, and the hash of its
/// bytes and of that, so that neither can change unseen.
pub(super) fn base_name(base: Sha256, logs: &str) -> String {
    format!("{logs} {}\n", kernel::hex(base.chain_update(logs).finalize()))
}

/// Copies the file of a database that is in use; the hash of its bytes so far.
pub(super) fn copy_base(database: &Path, folder: &Path) -> io::Result<Sha256> {
    let mut copy = create(&folder.join(PART))?;
    let hash = pass(File::open(database)?, |bytes| copy.write_all(bytes))?;
    copy.sync_all()?;
    Ok(hash)
}

/// Hands on a file piece by piece; the hash of its bytes so far.
pub(super) fn pass(mut file: File, mut on: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Sha256> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let n = file.read(&mut piece)?;
        let read = piece.get(..n).unwrap_or_default();
        if read.is_empty() {
            return Ok(hash);
        }
        hash.update(read);
        on(read)?;
    }
}

/// The lines of a copy, the oldest first.
pub(super) fn lines(within: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(within)? {
        let path = entry?.path();
        if path.is_dir() && number(&path).is_some() {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

fn number(line: &Path) -> Option<u64> {
    line.file_name()?.to_str()?.parse().ok()
}

/// A folder for its owner's eyes only: what is in it is as secret as the database.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
