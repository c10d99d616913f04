//! Bringing a document, reading it, and making a draft of it.

use db::Tx;
use kernel::{Caller, Problem, Refusal, hex};
use plan_doc::Reading;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{keeper, names, record};
use crate::jobs::ReadDocument;
use crate::reading::{self, Content};
use crate::understanding::{self, Unsuitable};
use crate::{Document, DocumentId, Plan, PlanId, PlanState, store};

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 20 << 20;

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is new; it has to be read.
    New(DocumentId),
    /// These very bytes are here already; nothing was changed.
    Known(DocumentId),
}

/// Keeps an uploaded file, unless it is here already, and puts its reading into the queue.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `Invalid` at `file` for nothing, or too much.
pub fn receive(tx: &mut Tx<'_>, by: &Caller, name: &str, bytes: &[u8]) -> Result<Received, Refusal> {
    let account = keeper(&by.actor)?;
    if bytes.is_empty() {
        return Err(Problem::new("plan-file-empty").at("file").into());
    }
    if bytes.len() > MAX_BYTES {
        return Err(Problem::new("plan-file-too-large").at("file").with("most", MAX_BYTES >> 20).into());
    }
    let sha256 = hex(Sha256::digest(bytes));
    if let Some(known) = store::same_file(tx, by.district(), &sha256)? {
        return Ok(Received::Known(known));
    }
    let n_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let document = Document::received(by.id(), name.to_owned(), sha256, n_bytes, account, by.now());
    store::insert_document(tx, by.district(), &document, bytes)?;
    let detail = json!({ "name": name, "bytes": n_bytes, "sha256": document.sha256 });
    record(tx, by, "plan.document.upload", ("plan_document", document.id.as_str()), detail)?;
    ::jobs::enqueue(tx, by, &ReadDocument { document: document.id.clone() })?;
    Ok(Received::New(document.id))
}

/// What the bytes of a document turned out to be. Made outside of any transaction.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A plan.
    Understood(Box<Reading>),
    /// Not one, or not readable.
    Refused(Unsuitable),
}

/// Reads the bytes of a file.
pub fn understand(name: &str, bytes: &[u8]) -> Outcome {
    match understanding::understand(bytes, name) {
        Ok(reading) => Outcome::Understood(Box::new(reading)),
        Err(unsuitable) => Outcome::Refused(unsuitable),
    }
}

/// Notes how far the reading is.
///
/// # Errors
/// `NotFound`; conflict when it has ended.
pub fn advance(tx: &mut Tx<'_>, by: &Caller, id: &DocumentId, percent: u8) -> Result<(), Refusal> {
    let document = store::find_document(tx, by.district(), id)?.ok_or(Refusal::NotFound)?.advance(percent)?;
    Ok(store::save_document(tx, by.district(), &document, None)?)
}

/// Ends a reading: a draft is made, or the reason is kept. The same words in another file make no
/// second draft. Gives the draft, if there is one.
///
/// # Errors
/// `NotFound`; conflict when the reading has ended.
pub fn finish(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &DocumentId,
    outcome: &Outcome,
) -> Result<Option<PlanId>, Refusal> {
    let document = store::find_document(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    let reading = match outcome {
        Outcome::Understood(reading) => reading,
        Outcome::Refused(unsuitable) => {
            let document = document.refuse(unsuitable.reason.clone(), unsuitable.args.clone(), by.now())?;
            store::save_document(tx, by.district(), &document, None)?;
            return Ok(None);
        }
    };
    let text_sha256 = hex(Sha256::digest(reading.text.as_bytes()));
    if let Some(same) = store::same_text(tx, by.district(), &text_sha256)? {
        let name = store::find_document(tx, by.district(), &same)?.map(|same| same.name).unwrap_or_default();
        let args = vec![("document".to_owned(), same.to_string()), ("name".to_owned(), name)];
        let document = document.refuse("same-words".to_owned(), args, by.now())?;
        store::save_document(tx, by.district(), &document, None)?;
        return Ok(None);
    }
    let document = document.finish(text_sha256, by.now())?;
    store::save_document(tx, by.district(), &document, Some(&reading.text))?;
    draft(tx, by, id, reading).map(Some)
}

/// Makes a draft of what was understood, as the successor of the plan in force for those years.
fn draft(tx: &mut Tx<'_>, by: &Caller, document: &DocumentId, reading: &Reading) -> Result<PlanId, Refusal> {
    let period = reading::period(reading);
    let in_force = store::list_published(tx, by.district())?;
    let overlaps = |plan: &Plan| match (plan.period, period) {
        (Some(old), Some(new)) => old.overlaps(new),
        // Years unknown: take it for a new version of the newest until a person says otherwise.
        (None, _) | (_, None) => true,
    };
    let replaces = in_force.into_iter().find(overlaps);
    let before = match &replaces {
        Some(old) => store::load_content(tx, by.district(), &old.id)?,
        None => Content::default(),
    };
    let mut content = reading::content(reading, &before, || by.id::<String>());
    names::look_up(tx, by, &mut content.items, &before.items)?;
    let plan = Plan {
        id: by.id(),
        document: document.clone(),
        replaces: replaces.map(|old| old.id),
        title: reading.title.as_ref().map(|title| title.text.clone()).unwrap_or_default(),
        period,
        state: PlanState::Draft,
        version: 1,
        created_at: by.now(),
    };
    store::insert_plan(tx, by.district(), &plan)?;
    store::insert_content(tx, by.district(), &plan.id, &content)?;
    let detail = json!({ "title": plan.title, "items": content.items.len(), "targets": content.targets.len(),
        "doubts": content.doubts.len() });
    record(tx, by, "plan.draft", ("plan", plan.id.as_str()), detail)?;
    Ok(plan.id)
}
