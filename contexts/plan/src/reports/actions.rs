//! Printing a report, and finding one by the code on the paper.

use db::Tx;
use kernel::{Caller, Refusal};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::compute;
use super::report::{Kept, Report, Scope, Span};
use super::store;
use crate::actions::record;

/// Letters of a code: none that is taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How long a code is: fifty bits, so that nobody finds one by trying.
const LONG: usize = 10;

/// A report with today's figures.
///
/// # Errors
/// `NotFound` for a unit or a quarter that is none; invalid when no plan holds the year.
pub fn draw_up(tx: &mut Tx<'_>, by: &Caller, scope: Scope, span: Span) -> Result<Report, Refusal> {
    compute::report(tx, by, scope, span)
}

/// Keeps a report as it stands and gives the code that leads back to it.
///
/// # Errors
/// As [`draw_up`]; `Forbidden` for whoever is not signed in; conflict while a number is
/// being counted anew.
pub fn print(tx: &mut Tx<'_>, by: &Caller, scope: Scope, span: Span) -> Result<String, Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    evidence::indicators::check_counted(tx, by.district())?;
    let report = compute::report(tx, by, scope, span)?;
    let cells = serde_json::to_string(&report.lines).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let mut bytes = [0; LONG];
    by.rng.fill(&mut bytes);
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied().map(char::from);
    let code: String = bytes.iter().filter_map(letter).collect();
    let kept = Kept {
        code: code.clone(),
        scope: report.scope,
        span,
        lines: report.lines,
        sha256: hash(&cells),
        by: account,
        at: by.now(),
    };
    store::insert(tx, by.district(), &kept, &cells)?;
    let detail = json!({ "year": span.year, "sha256": kept.sha256, "lines": kept.lines.len() });
    record(tx, by, "plan.report.print", ("plan_report", &code), detail)?;
    Ok(code)
}

/// A printed report, and whether its cells are those that were printed.
///
/// # Errors
/// `NotFound` for a code that was never given.
pub fn find(tx: &mut Tx<'_>, by: &Caller, code: &str) -> Result<(Kept, bool), Refusal> {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let typed = typed.to_ascii_uppercase().replace('O', "0").replace(['I', 'L'], "1");
    let (kept, cells) = store::find(tx, by.district(), &typed)?.ok_or(Refusal::NotFound)?;
    let sound = hash(&cells) == kept.sha256;
    Ok((kept, sound))
}

fn hash(cells: &str) -> String {
    kernel::hex(Sha256::digest(cells.as_bytes()))
}
