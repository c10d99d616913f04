//! Uploaded documents and their bytes.

use db::{Row, Tx, params};
use kernel::{AccountId, DistrictId, Instant};

use super::args_of;
use crate::{Document, DocumentId, DocumentState};

const COLUMNS: &str =
    "id, name, sha256, text_sha256, n_bytes, state, n_percent, reason, reason_args, uploaded_by,
    uploaded_at, finished_at";

fn document(row: &Row) -> Result<Document, db::Error> {
    let corrupt = |column| super::corrupt(row, "plan_document", column);
    let finished: Option<Instant> = row.get("finished_at")?;
    let state = match row.get::<String>("state")?.as_str() {
        "reading" => {
            let percent: i64 = row.get("n_percent")?;
            DocumentState::Reading { percent: u8::try_from(percent).map_err(|_| corrupt("n_percent"))? }
        }
        "read" => DocumentState::Read {
            text_sha256: row.get::<Option<String>>("text_sha256")?.ok_or_else(|| corrupt("text_sha256"))?,
            at: finished.ok_or_else(|| corrupt("finished_at"))?,
        },
        "refused" => DocumentState::Refused {
            reason: row.get::<Option<String>>("reason")?.ok_or_else(|| corrupt("reason"))?,
            args: args_of(row, "plan_document", "reason_args")?,
            at: finished.ok_or_else(|| corrupt("finished_at"))?,
        },
        _ => return Err(corrupt("state")),
    };
    Ok(Document {
        id: row.get("id")?,
        name: row.get("name")?,
        sha256: row.get("sha256")?,
        n_bytes: row.get("n_bytes")?,
        uploaded_by: row.get::<AccountId>("uploaded_by")?,
        uploaded_at: row.get("uploaded_at")?,
        state,
    })
}

/// Keeps a fresh upload with its bytes.
pub fn insert_document(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    document: &Document,
    bytes: &[u8],
) -> Result<(), db::Error> {
    tx.execute(
        "insert into plan_document (district_id, id, name, sha256, n_bytes, state, n_percent, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, 'reading', 0, $6, $7)",
        params![
            district,
            &document.id,
            &document.name,
            &document.sha256,
            document.n_bytes,
            &document.uploaded_by,
            document.uploaded_at
        ],
    )?;
    tx.execute(
        "insert into plan_document_file (district_id, document_id, bytes) values ($1, $2, $3)",
        params![district, &document.id, bytes.to_vec()],
    )?;
    Ok(())
}

/// Saves how far it is; `text` when it was read.
pub fn save_document(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    document: &Document,
    text: Option<&str>,
) -> Result<(), db::Error> {
    let (percent, text_sha256, reason, args, finished) = match &document.state {
        DocumentState::Reading { percent } => (i64::from(*percent), None, None, None, None),
        DocumentState::Read { text_sha256, at } => (100, Some(text_sha256.as_str()), None, None, Some(*at)),
        DocumentState::Refused { reason, args, at } => {
            (100, None, Some(reason.as_str()), Some(super::args_text(args)), Some(*at))
        }
    };
    tx.execute(
        "update plan_document set state = $3, n_percent = $4, text_sha256 = $5, reason = $6, reason_args = $7,
             finished_at = $8, body = coalesce($9, body)
         where district_id = $1 and id = $2",
        params![district, &document.id, document.state.code(), percent, text_sha256, reason, args, finished, text],
    )?;
    Ok(())
}

/// One document.
pub fn find_document(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &DocumentId,
) -> Result<Option<Document>, db::Error> {
    let sql = format!("select {COLUMNS} from plan_document where district_id = $1 and id = $2");
    tx.find(&sql, params![district, id])?.as_ref().map(document).transpose()
}

/// All documents, the newest first.
pub fn list_documents(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Document>, db::Error> {
    let sql = format!(
        "select {COLUMNS} from plan_document where district_id = $1 order by uploaded_at desc, id desc"
    );
    tx.query(&sql, params![district])?.iter().map(document).collect()
}

/// The document that these very bytes made, unless it was refused.
pub fn same_file(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    sha256: &str,
) -> Result<Option<DocumentId>, db::Error> {
    let row = tx.find(
        "select id from plan_document where district_id = $1 and sha256 = $2 and state <> 'refused'",
        params![district, sha256],
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// The document that has the same words, in whatever file.
pub fn same_text(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    text_sha256: &str,
) -> Result<Option<DocumentId>, db::Error> {
    let row = tx.find(
        "select id from plan_document where district_id = $1 and text_sha256 = $2 and state = 'read'
         order by uploaded_at limit 1",
        params![district, text_sha256],
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// The bytes as they came.
pub fn document_bytes(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &DocumentId,
) -> Result<Option<Vec<u8>>, db::Error> {
    let row = tx.find(
        "select bytes from plan_document_file where district_id = $1 and document_id = $2",
        params![district, id],
    )?;
    row.map(|row| row.get("bytes")).transpose()
}

/// The text that spans point into; empty before it was read.
pub fn document_text(tx: &mut Tx<'_>, district: &DistrictId, id: &DocumentId) -> Result<String, db::Error> {
    let row =
        tx.find("select body from plan_document where district_id = $1 and id = $2", params![district, id])?;
    let body: Option<Option<String>> = row.map(|row| row.get("body")).transpose()?;
    Ok(body.flatten().unwrap_or_default())
}

/// Lets the same file be brought again after its draft was thrown away.
pub fn forget_document(tx: &mut Tx<'_>, district: &DistrictId, id: &DocumentId) -> Result<(), db::Error> {
    tx.execute(
        "delete from plan_document_file where district_id = $1 and document_id = $2",
        params![district, id],
    )?;
    tx.execute("delete from plan_document where district_id = $1 and id = $2", params![district, id])?;
    Ok(())
}
