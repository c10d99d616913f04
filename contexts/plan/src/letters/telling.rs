//! Whom a step of a letter concerns: the side whose turn it then is.

use db::Tx;
use jobs::outbox::{self, Message, MessageKind};
use kernel::{Caller, Refusal, Role};
use people::{accounts, units};

use super::letter::{Letter, LetterState};

const fn calm(name: &'static str) -> MessageKind {
    MessageKind { name, urgent: false }
}

/// Who is told.
#[derive(Clone, Copy)]
enum Side {
    Unit,
    Association,
}

/// What a step is told as, and to whom, by its name in the audit and the state that it led to; none for one
/// that nobody waits for.
fn told(action: &str, state: &LetterState) -> Option<(MessageKind, Side)> {
    let unit = |name| Some((calm(name), Side::Unit));
    let association = |name| Some((calm(name), Side::Association));
    match action {
        "plan.letter.issue" => unit("plan.letter.issued"),
        "plan.letter.hand-back" => association("plan.letter.handed-back"),
        "plan.letter.sign" if matches!(state, LetterState::UnitSigned { .. }) => {
            association("plan.letter.unit-signed")
        }
        "plan.letter.sign" => unit("plan.letter.in-force"),
        "plan.letter.supplement" => unit("plan.letter.supplement"),
        "plan.letter.open-scoring" => unit("plan.letter.scoring"),
        "plan.letter.score-self" => association("plan.letter.self-scored"),
        "plan.letter.review" => unit("plan.letter.reviewed"),
        "plan.letter.appeal" => association("plan.letter.appealed"),
        "plan.letter.answer" => unit("plan.letter.answered"),
        _ => None,
    }
}

/// Tells whom a step concerns.
pub(super) fn tell(tx: &mut Tx<'_>, by: &Caller, letter: &Letter, action: &str) -> Result<(), Refusal> {
    let Some((kind, side)) = told(action, &letter.state) else { return Ok(()) };
    let (district, today) = (by.district().clone(), by.today());
    let to = match side {
        Side::Unit => accounts::nearest_holders(tx, &district, &letter.unit, &[Role::Editor], today)?,
        Side::Association => accounts::holders(tx, &district, &[Role::Coordinator], today)?,
    };
    let unit = units::find_any(tx, &district, &letter.unit, today)?.map(|unit| unit.name);
    let message = Message {
        kind,
        key: format!("letter/{}/{}/{action}", letter.id, letter.version),
        args: vec![("unit", unit.unwrap_or_default()), ("year", letter.year.to_string())],
        href: format!("/desk/plan/letters/{}", letter.id),
        to,
    };
    outbox::tell(tx, by, &message).map(|_| ())
}
