//! `qilin verify`: whether what is stored is what was written, by somebody who trusts nobody.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use evidence::extract;
use kernel::Seal;
use merkle::{Head, Key, note};

use crate::config::Store;
use crate::signing;

/// What to check, and against what.
#[derive(Args)]
pub struct Verify {
    /// An extract of the evidence or a closed period, as their pages export them; no database is needed
    #[arg(value_name = "REPORT", required_unless_present = "database", conflicts_with = "database")]
    report: Option<PathBuf>,
    /// Check a database: the embedded one of --data, or a PostgreSQL at this address
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    database: Option<Option<String>>,
    /// Folder of the embedded database [env: QILIN_DATA] [default: data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A signed head that was kept elsewhere: only with it a log that was cut or written anew is found
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// The public key, 64 hexadecimal digits, kept elsewhere [default: of the key in the data folder]
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
}

/// Checks it, and prints what was compared.
pub fn run(what: &Verify) -> Result<(), String> {
    match &what.report {
        Some(report) => check_report(report, what.key.as_deref()),
        None => check_database(what),
    }
}

fn check_report(report: &Path, key: Option<&str>) -> Result<(), String> {
    let text = fs::read_to_string(report)
        .map_err(|error| format!("{} cannot be read: {error}", report.display()))?;
    let key = key
        .map(|text| Key::parse(text).ok_or("--key: a public key is 64 hexadecimal digits."))
        .transpose()?;
    if let Some(close) = evidence::close::check_file(&text, key.as_ref()) {
        let shown = close.map_err(|misfit| format!("Does not fit: {misfit}"))?;
        let (snapshot, total) = (&shown.snapshot, shown.snapshot.total(""));
        println!(
            "Fits: {} was closed over {} leaves with {} deliveries and {} person-times; {} totals and {} indicators are as they were signed.",
            snapshot.period,
            snapshot.head.size,
            total.sessions,
            total.person_times,
            snapshot.cells.len(),
            snapshot.indicators.len()
        );
        say_key(shown.key_is_known);
        return Ok(());
    }
    let shown = extract::check(&text, key.as_ref()).map_err(|misfit| format!("Does not fit: {misfit}"))?;
    let sums = shown.sums;
    println!(
        "Fits: {} acts are in the signed log of {} leaves; they give {} deliveries, {} person-times, {} minutes.",
        shown.acts, shown.size, sums.sessions, sums.person_times, sums.minutes
    );
    say_key(shown.key_is_known);
    Ok(())
}

/// A key that the file itself brings proves nothing of who signed.
fn say_key(is_known: bool) {
    if !is_known {
        println!("The key is the one that the file names. Give the public key that you know with --key HEX.");
    }
}

/// Compares every fact, total and signed head of the district.
fn check_database(what: &Verify) -> Result<(), String> {
    let store = Store { data: what.data.clone(), database: what.database.clone().flatten() };
    let folder = store.folder(super::FOLDER);
    let target = store.existing(super::FOLDER)?;
    let key = key(what.key.as_deref(), &folder)?;
    let outside = what.head.as_deref().map(fs::read_to_string).transpose();
    let outside = outside.map_err(|error| format!("The head cannot be read: {error}"))?;
    // what is checked is not touched: nothing is made or migrated
    let db = super::show::look(&target)?;
    let examined = db.read_now(move |tx| {
        let Some(district) = people::district::served(tx)? else { return Ok(None) };
        let outside = match &outside {
            None => None,
            Some(text) => match note::read(text, &evidence::log::of(&district.id).origin(), &key) {
                Ok(head) => Some(head),
                Err(reason) => return Ok(Some(Err(unfit_head(reason).to_owned()))),
            },
        };
        examine(tx, &district.id, &key, outside).map(Some)
    });
    db.close();
    match examined.map_err(|refusal| format!("The database cannot be read: {refusal}"))? {
        None => Err("This database holds no district yet.".to_owned()),
        Some(Err(misfit)) => Err(misfit),
        Some(Ok(words)) => {
            println!("{words}");
            Ok(())
        }
    }
}

fn examine(
    tx: &mut db::Tx<'_>,
    district: &kernel::DistrictId,
    key: &Key,
    outside: Option<Head>,
) -> Result<Result<String, String>, kernel::Refusal> {
    let all = match evidence::log::examine(tx, district, key, outside)? {
        Err(misfit) => return Ok(Err(format!("Does not fit: {misfit}"))),
        Ok(all) => all,
    };
    Ok(match evidence::actions::close::examine(tx, district, key)? {
        Err(misfit) => Err(format!("Does not fit: {misfit}")),
        Ok(closes) => Ok(format!(
            "Fits: {} leaves under {} signed heads{}, {} more wait for the next; every total is the sum of its facts; {closes} closed periods are as they were signed.",
            all.leaves,
            all.heads,
            if outside.is_some() { " and the head kept elsewhere" } else { "" },
            all.waiting
        )),
    })
}

const fn unfit_head(reason: note::Refused) -> &'static str {
    match reason {
        note::Refused::Unreadable => "Does not fit: the file given with --head is no signed head",
        note::Refused::OtherLog => "Does not fit: the head given with --head is of another log",
        note::Refused::NotSigned => "Does not fit: the head given with --head is not signed with this key",
    }
}

fn key(given: Option<&str>, folder: &Path) -> Result<Key, String> {
    if let Some(text) = given {
        return Key::parse(text).ok_or_else(|| "--key: a public key is 64 hexadecimal digits.".to_owned());
    }
    let own = signing::read(folder)?;
    let own = own.and_then(|key| Key::from_bytes(&key.key()));
    own.ok_or_else(|| {
        "There is no signing key in the data folder; give the public key with --key HEX.".to_owned()
    })
}
