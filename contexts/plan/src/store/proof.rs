//! Photos and scans behind a reply or an inspection.

use db::{Tx, params};
use evidence::Photo;
use kernel::{Caller, Refusal};

kernel::id!(
    /// A photo or scan.
    PlanProofId
);

/// Keeps photos for a subject (`supervision`, `inspection`).
pub fn insert(
    tx: &mut Tx<'_>,
    by: &Caller,
    (kind, subject): (&'static str, &str),
    photos: &[Photo],
) -> Result<(), Refusal> {
    let account = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    for photo in photos {
        let id: PlanProofId = by.id();
        tx.execute(
            "insert into plan_proof (district_id, id, subject_kind, subject_id, content_type, sha256, bytes,
                 added_by, added_name, added_at)
             values ($1, $2, $3, $4, 'image/jpeg', $5, $6, $7, $8, $9)",
            params![
                by.district(),
                &id,
                kind,
                subject,
                &photo.sha256,
                photo.bytes.clone(),
                &account,
                &by.actor.name,
                by.now()
            ],
        )?;
    }
    Ok(())
}

/// The photos of a subject, the oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Caller,
    (kind, subject): (&'static str, &str),
) -> Result<Vec<PlanProofId>, Refusal> {
    let rows = tx.query(
        "select id from plan_proof where district_id = $1 and subject_kind = $2 and subject_id = $3
         order by added_at, id",
        params![by.district(), kind, subject],
    )?;
    Ok(rows.iter().map(|row| row.get("id")).collect::<Result<_, db::Error>>()?)
}

/// The file of a photo with its type, and whose it is: kind and id.
pub fn bytes(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &PlanProofId,
) -> Result<(String, Vec<u8>, String, String), Refusal> {
    let row = tx.find(
        "select content_type, bytes, subject_kind, subject_id from plan_proof
         where district_id = $1 and id = $2",
        params![by.district(), id],
    )?;
    let row = row.ok_or(Refusal::NotFound)?;
    let cells = (row.get("content_type")?, row.get("bytes")?);
    Ok((cells.0, cells.1, row.get("subject_kind")?, row.get("subject_id")?))
}
