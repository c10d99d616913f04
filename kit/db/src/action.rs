//! A caller's function on its way through a database thread, and back with the answer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::Refusal;

use crate::{Error, Tx};

/// A function of some caller, its type forgotten.
pub(crate) trait Action: Send {
    /// Runs it and keeps its value. May be called again after a rollback.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Refusal>;
    /// Hands the caller the kept value, or the refusal.
    fn answer(self: Box<Self>, outcome: Result<(), Refusal>);
}

pub(crate) struct Pending<T, F, R> {
    action: F,
    value: Option<T>,
    reply: R,
}

impl<T, F, R> Pending<T, F, R>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send,
    R: FnOnce(Result<T, Refusal>) + Send,
{
    pub const fn new(action: F, reply: R) -> Self {
        Self { action, value: None, reply }
    }
}

impl<T, F, R> Action for Pending<T, F, R>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<T, Refusal> + Send,
    R: FnOnce(Result<T, Refusal>) + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Refusal> {
        self.value = Some((self.action)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Refusal>) {
        let lost = || Refusal::Broken("the action left no value".into());
        let Self { value, reply, .. } = *self;
        reply(outcome.and_then(|()| value.ok_or_else(lost)));
    }
}

/// Runs an action so that neither its panic nor a statement error that it swallowed gets through:
/// after a failed statement nothing of the transaction may be kept, on either database.
pub(crate) fn attempt(action: &mut dyn Action, tx: &mut Tx<'_>) -> Result<(), Refusal> {
    let outcome = catch_unwind(AssertUnwindSafe(|| action.run(tx)))
        .unwrap_or_else(|panic| Err(Refusal::Broken(panic_text(&*panic).into())));
    match (outcome, tx.failure()) {
        (Ok(()), Some(error)) => Err(Error::into(error.clone())),
        (outcome, _) => outcome,
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the action panicked: {}", text.unwrap_or("without a message"))
}
