//! Reading an uploaded document after the answer, and what supervision does each day.

use ::jobs::{Failure, Job, JobContext, Kind, MOST_ATTEMPTS, Module, Schedule};
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::actions::documents::{self, Outcome};
use crate::understanding::Unsuitable;
use crate::{DocumentId, DocumentState, store};

/// Reads one document to its end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadDocument {
    pub document: DocumentId,
}

impl Job for ReadDocument {
    const NAME: &'static str = "plan.read-document";
    const DEDUPLICATED: bool = true;

    fn run(&self, ctx: &JobContext) -> Result<(), Failure> {
        let id = self.document.clone();
        let file = ctx.read(move |tx, by| {
            let document = store::find_document(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            match document.state {
                DocumentState::Reading { .. } => {
                    let bytes = store::document_bytes(tx, by.district(), &id)?;
                    Ok(bytes.map(|bytes| (document.name, bytes)))
                }
                // Read meanwhile by whoever brought it.
                DocumentState::Read { .. } | DocumentState::Refused { .. } => Ok(None),
            }
        })?;
        let Some((name, bytes)) = file else { return Ok(ctx.finish(|_, _| Ok(()))?) };
        self.note(ctx, 20)?;
        let outcome = if ctx.attempt() < MOST_ATTEMPTS {
            documents::understand(&name, &bytes)
        } else {
            // Whatever stopped the attempts before: the person is told, instead of waiting for ever.
            Outcome::Refused(Unsuitable { reason: "unreadable".to_owned(), args: Vec::new() })
        };
        self.note(ctx, 80)?;
        let id = self.document.clone();
        Ok(ctx.finish(move |tx, by| documents::finish(tx, by, &id, &outcome).map(|_| ()))?)
    }
}

impl ReadDocument {
    fn note(&self, ctx: &JobContext, percent: u8) -> Result<(), Refusal> {
        let id = self.document.clone();
        ctx.write(move |tx, by| documents::advance(tx, by, &id, percent))
    }
}

/// The jobs of this context.
pub fn jobs() -> Module {
    let supervision = Schedule {
        name: "plan.supervision",
        every_minutes: 24 * 60,
        action: crate::supervision::raising::daily,
    };
    Module { jobs: vec![Kind::of::<ReadDocument>()], schedule: vec![supervision] }
}
