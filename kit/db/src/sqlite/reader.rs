//! A thread that reads: each action sees one moment of the database.

use crate::action::{Action, attempt};
use crate::queue::Queue;
use crate::sqlite::Session;

/// Reads until the queue is closed and empty.
pub(crate) fn read_from(queue: &Queue<Box<dyn Action>>, session: &Session) {
    while let Some(actions) = queue.take(1) {
        for mut action in actions {
            let begun = session.execute("begin deferred", &[]);
            let outcome = match begun {
                Ok(_) => attempt(&mut *action, &mut session.tx()),
                Err(error) => Err(error.into()),
            };
            session.roll_back();
            action.answer(outcome);
        }
    }
}
