//! The key that signs the heads of the log of facts: a file beside the data, never in the database.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use db::Db;
use kernel::{Seal, SystemRng};
use merkle::{Key, SigningKey};

/// Its name in the folder of data: 64 hexadecimal digits.
const FILE: &str = "signing-key";

/// The installation's key, made at the first start.
///
/// # Errors
/// A sentence that says what to do: the file cannot be read or made, or it is not the key that
/// signed what the database holds.
pub fn key(db: &Db, folder: &Path) -> Result<SigningKey, String> {
    let path = folder.join(FILE);
    let key = match read(folder)? {
        Some(key) => key,
        None => make(folder, &path)?,
    };
    let public = Key::from_bytes(&key.key()).ok_or_else(|| format!("{} holds no key.", path.display()))?;
    let signed =
        db.read_now(move |tx| merkle::signed_by(tx, &public)).map_err(|refusal| refusal.to_string())?;
    if signed {
        return Ok(key);
    }
    Err(format!(
        "This database was signed with another key than {}. Copy the file {FILE} from the first server's \
         data folder, or from its backup; then start again.",
        path.display()
    ))
}

/// The key in a folder of data, if there is one.
///
/// # Errors
/// When its file cannot be read or holds no key.
pub fn read(folder: &Path) -> Result<Option<SigningKey>, String> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let secret = merkle::Hash::parse(text.trim());
            let secret =
                secret.ok_or_else(|| format!("{} holds no key: bring back its copy.", path.display()))?;
            Ok(Some(SigningKey::from_bytes(&secret.0)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn make(folder: &Path, path: &Path) -> Result<SigningKey, String> {
    crate::config::make_folder(folder)?;
    let key = SigningKey::new(&SystemRng);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        writeln!(file, "{}", merkle::Hash(key.to_bytes()).hex())?;
        file.sync_all()
    });
    written.map(|()| key).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
