//! The form of a delivery, for recording and for editing: under a minute on a phone.

use std::collections::BTreeSet;

use askama::Template;
use db::Tx;
use kernel::{Caller, Day, Group, Refusal, UnitId};
use web::{Cx, Form, Page, ui};

use crate::pages::names::{Names, coded, or_any, titled};
use crate::reading::{Typed, heads_field};
use crate::{Delivery, DutyRole, Kind, Method, NewDelivery, photo::Photo, reading};

/// The script of the form; without it the form works as any other.
pub const SCRIPT: &str = "/assets/evidence-form.js";

/// The form's page.
#[derive(Template)]
#[template(path = "pages/deliveries/form.html")]
pub struct FormPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    /// Where it is sent.
    action: String,
    heading: String,
    /// Offline only for new ones: an edit needs what is stored.
    is_new: bool,
    /// Said in a new form when all purposes are over and no new plan is there yet.
    over: Option<String>,
    account: String,
    kinds: Vec<(String, String)>,
    methods: Vec<(String, String)>,
    hosts: Vec<(String, String)>,
    /// When there is but one: its id, and the sentence that says so.
    only_host: Option<(String, String)>,
    towns: Vec<(String, String)>,
    places: Vec<(String, String)>,
    partners: Vec<(String, String)>,
    purpose_wrong: Option<String>,
    mine: Vec<Choice>,
    others: Vec<Choice>,
    others_open: bool,
    more_open: bool,
}

/// A purpose to choose.
struct Choice {
    id: String,
    value: String,
    words: String,
    checked: bool,
}

impl FormPage<'_> {
    /// The name of a group's field.
    fn heads_field(&self, group: &Group) -> &'static str {
        heads_field(*group)
    }
}

/// Draws the form. `edited` is the delivery that it changes.
pub fn draw(cx: &Cx, form: &Form, names: &Names, edited: Option<&Delivery>) -> web::Result {
    let chosen: BTreeSet<&str> = form.all("purpose").into_iter().collect();
    let units: BTreeSet<UnitId> = cx.by.actor.units().into_iter().collect();
    let open = |one: &crate::Purpose| cx.by.today() >= one.from && !names.retired.contains(&one.id);
    let offered = names.purposes.iter().filter(|one| open(one) || chosen.contains(one.id.as_str()));
    let (mine, others): (Vec<_>, Vec<_>) = offered.partition(|one| {
        // what the unit leads; what it supports and all others stand folded below
        let leads = |(unit, role): &(UnitId, DutyRole)| units.contains(unit) && *role != DutyRole::Support;
        one.duties.iter().any(leads) || chosen.contains(one.id.as_str())
    });
    let mut n = 0;
    let mut choice = |one: &crate::Purpose| {
        n += 1;
        Choice {
            id: if n == 1 { "f-purpose".into() } else { format!("f-purpose-{n}") },
            value: one.id.to_string(),
            words: titled(cx, one),
            checked: chosen.contains(one.id.as_str()),
        }
    };
    let mine: Vec<Choice> = mine.into_iter().map(&mut choice).collect();
    let others: Vec<Choice> = others.into_iter().map(&mut choice).collect();
    let more = [
        "topic", "start", "venue", "place", "co_host", "supporter", "deliverers", "persons", "works", "note",
    ];
    let wrong = |field: &&str| form.problems().iter().any(|problem| problem.field.as_deref() == Some(*field));
    let hosts = names.hosts(cx);
    let heading = cx.t(if edited.is_some() { "evidence-edit" } else { "evidence-record" });
    let body = FormPage {
        cx,
        form,
        action: edited.map_or_else(
            || "/desk/deliveries".to_owned(),
            |delivery| format!("/desk/deliveries/{}/edit", delivery.id),
        ),
        heading: heading.clone(),
        is_new: edited.is_none(),
        over: ended(cx.by.today(), &names.purposes)
            .filter(|_| edited.is_none())
            .map(|end| cx.with("evidence-record-over", &[("to", end.to_string())])),
        account: cx.by.actor.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        kinds: or_any(
            cx,
            "evidence-choose",
            coded(cx, "evidence-kind-", Kind::ALL.iter().map(|one| one.code())),
        ),
        methods: coded(cx, "evidence-method-", Method::ALL.iter().map(|one| one.code())),
        only_host: only_host(cx, &hosts),
        hosts,
        towns: or_any(cx, "evidence-choose", names.towns(cx)),
        places: or_any(cx, "evidence-no-place", names.places(cx)),
        partners: names.partners(cx),
        purpose_wrong: form
            .problems()
            .iter()
            .find(|problem| problem.field.as_deref() == Some("purpose"))
            .map(|problem| cx.with(problem.key, &problem.args)),
        others_open: mine.is_empty(),
        mine,
        others,
        more_open: more.iter().any(|field| !form.text(field).is_empty()) || more.iter().any(wrong),
    };
    let mut page = Page::new(heading).of_form(form);
    if edited.is_none() {
        page = page.script(SCRIPT);
    }
    cx.page(page, body)
}

/// The last day of all purposes, once it has passed.
fn ended(today: Day, purposes: &[crate::Purpose]) -> Option<Day> {
    purposes.iter().map(|purpose| purpose.to).max().filter(|end| *end < today)
}

fn only_host(cx: &Cx, hosts: &[(String, String)]) -> Option<(String, String)> {
    match hosts {
        [(id, name)] => Some((id.clone(), cx.with("evidence-host-is", &[("unit", name.clone())]))),
        _ => None,
    }
}

/// What the form needs.
///
/// # Errors
/// As the database refuses.
pub fn names(tx: &mut Tx<'_>, by: &Caller) -> Result<Names, Refusal> {
    Names::load(tx, by, [])
}

/// What was typed, read; with the photos that were examined.
///
/// # Errors
/// Invalid with all that cannot be read.
pub fn read(form: &Form, photos: Vec<Photo>) -> Result<NewDelivery, Refusal> {
    let fields: BTreeSet<&str> = form.names().collect();
    let pairs = fields.iter().flat_map(|name| form.all(name).into_iter().map(move |text| (*name, text)));
    Ok(NewDelivery {
        client_key: form.text("client_key").to_owned(),
        details: reading::details(&Typed::new(pairs))?,
        persons: form.raw("persons").to_owned(),
        photos,
        submit: form.text("then") != "draft",
    })
}

/// The form as it shows what is stored.
pub fn filled(delivery: &Delivery) -> Form {
    let details = &delivery.details;
    let mut form = Form::new()
        .and("version", delivery.version.to_string())
        .and("kind", details.kind.code())
        .and("topic", &details.topic)
        .and("title", &details.title)
        .and("on", details.on.to_string())
        .and("start", details.start.map(clock).unwrap_or_default())
        .and("minutes", details.minutes.to_string())
        .and("venue", &details.venue)
        .and("town", details.town.as_str())
        .and("place", details.place.as_ref().map_or("", UnitId::as_str))
        .and("host", details.host.as_str())
        .and("method", details.method.code())
        .and("deliverers", crate::deliverer::text(&details.deliverers))
        .and("works", &details.works)
        .and("note", &details.note);
    for unit in &details.co_hosts {
        form = form.and("co_host", unit.as_str());
    }
    for unit in &details.supporters {
        form = form.and("supporter", unit.as_str());
    }
    for purpose in &details.purposes {
        form = form.and("purpose", purpose.as_str());
    }
    for (group, heads) in &details.heads {
        form = form.and(heads_field(*group), heads.to_string());
    }
    form
}

/// A minute of the day as `14:30`.
pub fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
