//! What the record pages of entries, figures and statements share: taking a step, and who may.

use std::fmt::Display;

use axum::response::Response;
use db::Tx;
use kernel::{Caller, Refusal, UnitId};
use web::{Cx, Form};

use crate::{Life, Stamp, rules};

/// A step of a record: at which version, with which form.
pub(crate) type Take<I> = fn(&mut Tx<'_>, &Caller, (&I, i64), &Form) -> Result<(), Refusal>;

/// Takes a step and leads back to the record's page below `folder`; the refusal is for that page to draw.
pub(crate) async fn step<I: Clone + Display + Send + Sync + 'static>(
    cx: &Cx,
    form: &Form,
    (folder, id): (&'static str, &I),
    take: Take<I>,
) -> Result<Response, Refusal> {
    let (id, version, sent) = (id.clone(), super::seen(form), form.clone());
    let taken = move |tx: &mut Tx<'_>, by: &Caller| {
        take(tx, by, (&id, version), &sent)?;
        Ok(format!("{folder}/{id}"))
    };
    cx.submit(form, taken).await
}

/// What the reader may do with something that a second person confirms.
pub(crate) struct May {
    pub confirm: bool,
    pub withdraw: bool,
    /// It waits, and the reader is the one who cannot confirm it.
    pub waits_for_other: bool,
}

impl May {
    /// Of a record of `unit` that `first` stated.
    pub fn of(cx: &Cx, unit: &UnitId, first: &Stamp, life: &Life) -> Self {
        let verifies = cx.by.actor.reach(rules::VERIFIERS).includes(unit);
        let own = cx.by.actor.account.as_ref() == Some(&first.by);
        Self {
            confirm: verifies && life.waits() && !own,
            withdraw: verifies && !life.is_withdrawn(),
            waits_for_other: life.waits() && own,
        }
    }
}
