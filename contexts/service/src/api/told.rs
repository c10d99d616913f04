//! What programs are told of an order and of a resource.

use kernel::{Day, UnitId};
use serde_json::{Value, json};
use web::Cx;

use crate::actions::late::holder;
use crate::order::Order;
use crate::order::rules::May;
use crate::pages::names::Names;
use crate::party::Party;
use crate::resource::Resource;
use crate::store::step::Step;

/// The units that an order names.
pub(super) fn units(order: &Order) -> impl Iterator<Item = &UnitId> {
    let want = &order.want;
    want.town.iter().chain(&want.community).chain(order.state.department()).chain(order.state.team())
}

fn unit(cx: &Cx, names: &Names, id: Option<&UnitId>) -> Value {
    id.map_or(Value::Null, |id| json!({ "id": id.as_str(), "name": names.of(cx, id) }))
}

/// An order as lists have it.
pub(super) fn order(cx: &Cx, names: &Names, one: &Order) -> Value {
    let want = &one.want;
    let visit = one.state.visit().map(|visit| {
        json!({ "on": visit.on.to_string(), "at": crate::clock_text(visit.minute), "minutes": visit.minutes })
    });
    json!({
        "id": one.id.as_str(),
        "number": one.number(),
        "version": one.version,
        "state": one.state.code(),
        "state_words": cx.t(&format!("service-state-{}", one.state.code())),
        "state_at": one.state_at.utc_text(),
        "submitted_at": one.submitted_at.map(kernel::Instant::utc_text),
        "due": one.running.due.map(|due| due.to_string()),
        "is_late": one.is_late(cx.by.today()),
        "level": one.running.level,
        "holder": unit(cx, names, holder(one).as_ref()),
        "item": want.resource.as_ref().map(crate::ResourceId::as_str),
        "title": want.title,
        "topic": want.topic,
        "need": want.need,
        "town": unit(cx, names, want.town.as_ref()),
        "community": unit(cx, names, want.community.as_ref()),
        "department": unit(cx, names, one.state.department()),
        "team": unit(cx, names, one.state.team()),
        "wanted_on": want.on.map(|on| on.to_string()),
        "part": want.part.code(),
        "heads": want.n_heads,
        "group": want.group.map(kernel::Group::code),
        "language": want.language,
        "channel": one.channel.code(),
        "visit": visit,
        "delivery": one.state.delivery().map(evidence::DeliveryId::as_str),
        "reopened": one.n_reopened,
        "words": one.state.words(),
        "is_demo": one.is_demo,
    })
}

/// An order with who has a part in it, what was done, and what the asker may do next.
pub(super) fn record(
    cx: &Cx,
    names: &Names,
    one: &Order,
    (parties, steps, may): (&[Party], &[Step], May),
) -> Value {
    let party = |party: &Party| {
        json!({
            "part": party.part.code(), "unit": unit(cx, names, Some(&party.unit)),
            "state": party.state.code(), "reason": party.reason, "at": party.at.utc_text(),
        })
    };
    let step = |step: &Step| {
        json!({
            "step": step.step, "side": step.side, "by": step.by_name,
            "unit": unit(cx, names, step.unit.as_ref()), "at": step.at.utc_text(), "words": step.words,
            "due": step.due.map(|due| due.to_string()),
        })
    };
    let open = [
        ("check", may.check),
        ("dispatch", may.dispatch),
        ("claim", may.claim),
        ("find", may.find),
        ("accept", may.accept),
        ("arrange", may.arrange),
        ("begin", may.begin),
        ("report", may.report),
        ("rate", may.rate),
        ("reassign", may.reassign),
        ("call", may.call),
    ];
    let mut told = order(cx, names, one);
    if let Value::Object(members) = &mut told {
        members.insert("parties".to_owned(), parties.iter().map(party).collect());
        members.insert("timeline".to_owned(), steps.iter().map(step).collect());
        let may: Vec<&str> = open.into_iter().filter(|(_, may)| *may).map(|(name, _)| name).collect();
        members.insert("may".to_owned(), json!(may));
    }
    told
}

/// What is on the menu, with its free days.
pub(super) fn resource(cx: &Cx, names: &Names, one: &Resource, free: &[Day]) -> Value {
    let offer = &one.offer;
    let groups: Vec<&str> = offer.groups.iter().map(|group| group.code()).collect();
    let towns: Vec<Value> = offer.towns.iter().map(|town| unit(cx, names, Some(town))).collect();
    json!({
        "item": one.id.as_str(),
        "title": offer.title,
        "summary": offer.summary,
        "topic": offer.topic,
        "kind": offer.kind.code(),
        "unit": unit(cx, names, Some(&one.unit)),
        "minutes": offer.minutes,
        "groups": groups,
        "towns": towns,
        "languages": offer.languages,
        "free_days": free.iter().map(|day| super::day(cx, *day)).collect::<Vec<_>>(),
        "is_demo": one.is_demo,
    })
}
