//! `qilin backup` and `qilin restore`: a copy with its hash beside it, and the way back, which takes no
//! copy that was changed since: SQLite itself would not notice a byte that was flipped within a text.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use db::Target;
use kernel::Instant;
use sha2::{Digest, Sha256};

use super::show::look;
use crate::config::Store;

/// A consistent copy of the embedded database, as it is, and its hash in the form of `sha256sum`.
pub fn back_up(store: &Store, to: &Path) -> Result<(), String> {
    let target = store.existing(super::FOLDER)?;
    let beside = beside(to);
    if let Some(there) = [to, beside.as_path()].into_iter().find(|path| path.exists()) {
        return Err(format!("{} is there already. Name a file that does not exist yet.", there.display()));
    }
    let Target::Sqlite(_) = &target else {
        return Err(
            "A PostgreSQL database is backed up with pg_dump or pg_basebackup; see docs/running.md.".into()
        );
    };
    let unwritten = |error: String| format!("The copy was not written: {error}");
    look(&target)?.backup(to).map_err(|error| unwritten(error.to_string()))?;
    let hash = hash(to).map_err(|error| unwritten(error.to_string()))?;
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let kept = File::create_new(&beside).and_then(|mut file| {
        writeln!(file, "{hash}  {name}")?;
        file.sync_all()
    });
    kept.map_err(|error| format!("{} cannot be written: {error}", beside.display()))?;
    println!("Written: {} and {}", to.display(), beside.display());
    Ok(())
}

/// Puts a copy into a folder of data that holds no database.
pub fn restore(store: &Store, from: &Path) -> Result<(), String> {
    let Target::Sqlite(path) = store.target(super::FOLDER)? else {
        return Err("A PostgreSQL database is restored with pg_restore; see docs/running.md.".into());
    };
    let with = |ending: &str| PathBuf::from(format!("{}{ending}", path.display()));
    // The log of another database beside it would be folded into the copy.
    if let Some(there) = [path.clone(), with("-wal")].into_iter().find(|path| path.exists()) {
        return Err(format!(
            "{} is there already. Stop the program, move it and its -wal and -shm away, and try again.",
            there.display()
        ));
    }
    let part = with(".part");
    let copied = if from.is_dir() { put_together(from, &part) } else { copy(from, &part) };
    let copied = copied.and_then(|()| {
        let kept = std::fs::rename(&part, &path).and_then(|()| sync_folder(&path));
        kept.map_err(|error| format!("{} cannot be written: {error}", path.display()))
    });
    if copied.is_err() {
        // What is left of the try; the first error is the one to tell.
        for left in [part.clone(), with(".part-wal"), with(".part-shm")] {
            let _ = std::fs::remove_file(left);
        }
    }
    copied?;
    super::show::doctor(store)?;
    let key = path.with_file_name("signing-key");
    if key.exists() {
        println!("Restored.");
    } else {
        println!("Restored. Now bring back {} from its own backup, and start.", key.display());
    }
    Ok(())
}

/// Puts together what `serve --copy-to` kept.
fn put_together(from: &Path, part: &Path) -> Result<(), String> {
    let done = db::restore(from, part).map_err(|error| error.to_string())?;
    let until = done.until.and_then(|until| until.duration_since(std::time::UNIX_EPOCH).ok());
    let until = until.and_then(|until| i64::try_from(until.as_micros()).ok()).map(Instant::from_micros);
    if let Some(until) = until {
        println!("What was changed last in the copy was changed by {}, Beijing time.", until.minute_text());
    }
    Ok(())
}

/// Copies the file, and takes it only if it is what was written.
fn copy(from: &Path, part: &Path) -> Result<(), String> {
    let unread = |error: io::Error| format!("{} cannot be read: {error}", from.display());
    let beside = beside(from);
    let known = std::fs::read_to_string(&beside).map_err(|error| {
        format!("{} cannot be read: {error}. It is written beside each copy.", beside.display())
    })?;
    let known = known.split_whitespace().next().unwrap_or_default();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut source = File::open(from).map_err(unread)?;
    let written = options.open(part).and_then(|mut file| {
        io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    written.map_err(|error| format!("{} cannot be written: {error}", part.display()))?;
    // What was written is compared, not what was read.
    if hash(part).map_err(unread)? == known {
        return Ok(());
    }
    Err(format!(
        "{} is not what backup wrote: it was changed or damaged since. Take another copy.",
        from.display()
    ))
}

/// Where the hash of a copy stands.
fn beside(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".sha256");
    PathBuf::from(name)
}

fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut bytes = vec![0; 1 << 20];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(kernel::hex(hash.finalize())),
            n => hash.update(bytes.get(..n).unwrap_or_default()),
        }
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
