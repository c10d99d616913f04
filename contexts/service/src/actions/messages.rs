//! Text messages to a resident, who has no account: as long as they want them.

use std::collections::BTreeSet;

use ::jobs::outbox::{self, Message, MessageKind};
use db::Tx;
use kernel::{Caller, Problem, Refusal};
use people::audit;

use crate::contact;
use crate::order::Order;

/// Tells the resident by text message, if they want it: the number of the order and what it asks of them, no
/// word of what it is about.
pub(super) fn tell_resident(
    tx: &mut Tx<'_>,
    by: &Caller,
    order: &Order,
    key: &'static str,
) -> Result<(), Refusal> {
    let Some(name) = crate::resident_message_name(key) else { return Ok(()) };
    let visit = order.state.visit();
    let visit = visit.map(|visit| format!("{} {}", visit.on, crate::clock_text(visit.minute)));
    let message = Message {
        kind: MessageKind { name, urgent: false },
        key: format!("order/{}/{key}/{}/resident", order.id, order.version),
        args: vec![("number", order.number()), ("visit", visit.unwrap_or_default())],
        href: format!("/orders/{}", order.number()),
        to: BTreeSet::new(),
    };
    outbox::tell_guest(tx, by, &message, order.id.as_str())?;
    Ok(())
}

/// The resident wants text messages of this order, or no more. Without consent the number is nowhere but in
/// the sealed contact.
///
/// # Errors
/// Invalid when the number takes no text messages, or can no longer be opened.
pub fn choose(tx: &mut Tx<'_>, by: &Caller, order: &Order, wanted: bool) -> Result<(), Refusal> {
    let action = if wanted {
        let opened = order.contact.as_ref().and_then(|sealed| contact::open(by, &order.id, sealed));
        let mobile = opened.map(|contact| contact.phone).filter(|phone| phone.starts_with('1'));
        let phone = mobile.ok_or_else(|| Refusal::from(Problem::new("service-sms-no-mobile").at("sms")))?;
        outbox::consent(tx, by, order.id.as_str(), &phone)?;
        "service.order.messages-wanted"
    } else {
        if !outbox::withdraw(tx, by, order.id.as_str())? {
            return Ok(());
        }
        "service.order.messages-ended"
    };
    let detail = serde_json::json!({ "number": order.number() });
    audit::record(tx, by, audit::Entry { action, subject: ("service_order", order.id.as_str()), detail })
}
