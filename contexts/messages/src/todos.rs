//! The inbox's line on Today.

use db::Tx;
use jobs::outbox;
use kernel::{Caller, Refusal};
use web::ToDo;

/// What whoever looks has not read. In a preview nothing: the inbox is a person's own.
pub(crate) fn waiting(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<ToDo>, Refusal> {
    let Some(reader) = by.actor.account.as_ref().filter(|_| by.actor.viewing_for.is_none()) else {
        return Ok(Vec::new());
    };
    let (n, since) = outbox::count_unread(tx, by.district(), reader)?;
    let Some(since) = since else { return Ok(Vec::new()) };
    Ok(vec![ToDo {
        key: "todo-messages-unread",
        args: vec![("n", n.to_string())],
        note_key: "todo-messages-unread-note",
        note_args: Vec::new(),
        due: None,
        since,
        href: "/desk/inbox?show=unread".to_owned(),
        action_key: "todo-messages-unread-action",
        n: 1,
    }])
}
