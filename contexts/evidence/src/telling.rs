//! Whom a step of a delivery concerns: whoever recorded it is told what another did with it.

use std::collections::BTreeSet;

use db::Tx;
use jobs::outbox::{self, Message, MessageKind};
use kernel::{Caller, Refusal};

use crate::Delivery;

const RETURNED: MessageKind = MessageKind { name: "evidence.delivery.returned", urgent: false };
const WITHDRAWN: MessageKind = MessageKind { name: "evidence.delivery.withdrawn", urgent: false };

/// It was sent back to whoever recorded it.
pub(crate) fn returned(tx: &mut Tx, by: &Caller, delivery: &Delivery) -> Result<(), Refusal> {
    tell(tx, by, delivery, RETURNED)
}

/// It was withdrawn.
pub(crate) fn withdrawn(tx: &mut Tx, by: &Caller, delivery: &Delivery) -> Result<(), Refusal> {
    tell(tx, by, delivery, WITHDRAWN)
}

fn tell(tx: &mut Tx, by: &Caller, delivery: &Delivery, kind: MessageKind) -> Result<(), Refusal> {
    let message = Message {
        kind,
        key: format!("delivery/{}/{}", delivery.id, delivery.version),
        args: vec![("title", delivery.details.title.clone()), ("on", delivery.details.on.to_string())],
        href: format!("/desk/deliveries/{}", delivery.id),
        to: BTreeSet::from([delivery.recorded.by.clone()]),
    };
    outbox::tell(tx, by, &message).map(|_| ())
}
