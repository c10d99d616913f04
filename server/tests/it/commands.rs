//! The commands for those who run the installation.

use std::path::Path;

use db::Target;
use server::commands::{Command, run};
use server::compose;
use server::config::Store;

fn store(folder: &Path) -> Store {
    Store { data: Some(folder.to_owned()), database: None }
}

fn doctor(folder: &Path) -> Result<(), String> {
    run(Command::Doctor { store: store(folder) })
}

fn backup(folder: &Path, to: &Path) -> Result<(), String> {
    run(Command::Backup { store: store(folder), to: to.to_owned() })
}

#[test]
fn a_damaged_database_is_not_called_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("qilin.db");
    drop(compose::open(&Target::Sqlite(file.clone())).unwrap());
    assert_eq!(doctor(folder.path()), Ok(()));
    let whole = std::fs::read(&file).unwrap();
    for page in whole.len() / 4096 - 20..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xFF);
        std::fs::write(&file, bytes).unwrap();
        let told = doctor(folder.path()).unwrap_err();
        assert!(told.contains("damaged"), "{told}");
    }
}

#[test]
fn where_there_is_no_database_none_is_made_copied_or_called_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (typo, copy) = (folder.path().join("qlin"), folder.path().join("copy.db"));
    for told in [backup(&typo, &copy), doctor(&typo)] {
        let told = told.unwrap_err();
        assert!(told.contains("no database") && told.contains("qlin"), "{told}");
    }
    assert!(!typo.exists() && !copy.exists());
}

#[test]
fn a_copy_opens_as_the_database_and_takes_the_place_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    drop(compose::open(&Target::Sqlite(folder.path().join("qilin.db"))).unwrap());
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("qilin.db");
    backup(folder.path(), &copy).unwrap();
    assert_eq!(doctor(other.path()), Ok(()));
    assert!(backup(folder.path(), &copy).unwrap_err().contains("there already"));
}
