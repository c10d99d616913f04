//! The commands for those who run the installation.

use std::path::Path;

use db::Target;
use server::commands::{Command, run};
use server::compose;
use server::config::Store;

fn store(folder: &Path) -> Store {
    Store { data: Some(folder.to_owned()), database: None }
}

/// The words of a command line, as the program reads them.
#[derive(clap::Parser)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

/// `qilin verify` with these words.
fn verify(words: &[&str]) -> Result<(), String> {
    let all = ["qilin", "verify"].iter().chain(words);
    run(<Program as clap::Parser>::try_parse_from(all).unwrap().command)
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

#[test]
fn verify_finds_a_fact_that_was_changed_behind_the_programs_back_and_changes_nothing_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("qilin.db");
    let district = crate::at_work::AtWork::at(&Target::Sqlite(file));
    let data = folder.path().to_str().unwrap();
    let told = verify(&["--database", "--data", data]).unwrap_err();
    assert!(told.contains("no signing key"), "{told}");
    std::fs::write(folder.path().join("signing-key"), format!("{}\n", "7".repeat(64))).unwrap();
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(verify(&["--database", "--data", data]), Ok(()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before, "nothing is made beside it");
    let change = "update evidence_fact set n = n + 1 where quantity = 'person_time' and seq =
         (select min(seq) from evidence_fact where quantity = 'person_time')";
    district.db.write_now(move |tx| Ok(tx.execute(change, db::params![])?)).unwrap();
    let told = verify(&["--database", "--data", data]).unwrap_err();
    assert!(told.contains("Does not fit"), "{told}");
}

#[test]
fn verify_says_what_it_was_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("qlin");
    let told = verify(&["--database", "--data", nowhere.to_str().unwrap()]).unwrap_err();
    assert!(told.contains("no database") && told.contains("qlin"), "{told}");
    let told = verify(&[nowhere.to_str().unwrap()]).unwrap_err();
    assert!(told.contains("cannot be read"), "{told}");
    let report = folder.path().join("report.json");
    std::fs::write(&report, "{}").unwrap();
    let told = verify(&[report.to_str().unwrap()]).unwrap_err();
    assert!(told.contains("Does not fit"), "{told}");
    let told = verify(&[report.to_str().unwrap(), "--key", "abc"]).unwrap_err();
    assert!(told.contains("64 hexadecimal digits"), "{told}");
}
