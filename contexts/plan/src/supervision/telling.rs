//! Whom a step of supervision concerns: the side whose turn it then is.

use std::collections::BTreeSet;

use db::Tx;
use jobs::outbox::{self, Message, MessageKind};
use kernel::{AccountId, Caller, Refusal, Role};
use people::accounts;

use super::Supervision;
use super::actions::UNIT_SIDE;

/// Who is told.
#[derive(Clone, Copy)]
enum Side {
    /// Those who answer for the unit.
    Unit,
    /// The coordinators, but for those who answer for the unit themselves.
    Other,
    /// The unit, and those who hold the item now.
    Holder,
}

const fn calm(name: &'static str) -> MessageKind {
    MessageKind { name, urgent: false }
}

/// What a step is to be told as, and to whom; none for one that nobody waits for.
const fn told(step: &str) -> Option<(MessageKind, Side)> {
    match step.as_bytes() {
        b"raise" => Some((calm("plan.supervision.raised"), Side::Unit)),
        b"reply" => Some((calm("plan.supervision.replied"), Side::Other)),
        b"ask" => Some((calm("plan.supervision.asked"), Side::Other)),
        b"grant" => Some((calm("plan.supervision.granted"), Side::Unit)),
        b"refuse" => Some((calm("plan.supervision.refused"), Side::Unit)),
        b"return" => Some((calm("plan.supervision.returned"), Side::Unit)),
        b"close" => Some((calm("plan.supervision.closed"), Side::Unit)),
        b"withdraw" => Some((calm("plan.supervision.withdrawn"), Side::Unit)),
        b"escalate" => Some((MessageKind { name: "plan.supervision.escalated", urgent: true }, Side::Holder)),
        _ => None,
    }
}

/// Tells whom the step with this number concerns.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    by: &Caller,
    one: &Supervision,
    (step, n): (&'static str, i64),
) -> Result<(), Refusal> {
    let Some((kind, side)) = told(step) else { return Ok(()) };
    let message = Message {
        kind,
        key: format!("supervision/{}/{n}", one.id),
        args: vec![
            ("title", one.subject.title.clone()),
            ("number", format!("{}-{}", one.year, one.n)),
            ("due", one.due.to_string()),
        ],
        href: format!("/desk/plan/supervision/{}", one.id),
        to: readers(tx, by, one, side)?,
    };
    outbox::tell(tx, by, &message).map(|_| ())
}

fn readers(
    tx: &mut Tx<'_>,
    by: &Caller,
    one: &Supervision,
    side: Side,
) -> Result<BTreeSet<AccountId>, Refusal> {
    let (district, today) = (by.district(), by.today());
    let mut unit = accounts::nearest_holders(tx, district, &one.unit, UNIT_SIDE, today)?;
    match side {
        Side::Unit => Ok(unit),
        Side::Other => {
            let coordinators = accounts::holders(tx, district, &[Role::Coordinator], today)?;
            Ok(coordinators.difference(&unit).cloned().collect())
        }
        Side::Holder => {
            unit.extend(accounts::nearest_holders(tx, district, &one.held.unit, &Role::ALL, today)?);
            Ok(unit)
        }
    }
}
