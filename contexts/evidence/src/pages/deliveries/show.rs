//! The record page of a delivery: its state, the one next action, what is told, its timeline, its
//! photos, and the numbers that it moves.

use askama::Template;
use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Refusal};
use web::{Cx, Form, Page, Safe, ui};

use super::{form::clock, moved, state_tag};
use crate::fact::Fact;
use crate::flags;
use crate::indicator::Counted;
use crate::moves;
use crate::pages::names::Names;
use crate::photo::Doubt;
use crate::rule::Rule;
use crate::store::proof::Proof;
use crate::{Before, Delivery, DeliveryId, Indicator, Stamp, State, Step, actions, rules, store};

#[derive(Template)]
#[template(path = "pages/deliveries/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    delivery: &'a Delivery,
    path: String,
    state: Safe,
    reason: Option<&'a str>,
    /// The primary one first.
    steps: Vec<Step>,
    waits_for_other: bool,
    facts: Vec<(&'static str, String)>,
    timeline: Vec<(&'static str, &'a Stamp, Option<&'a str>)>,
    /// Beside the verification: that the month it counts in was over by then.
    late: Option<String>,
    photos: Vec<Photo>,
    flags: Safe,
    /// The closed period in which it would count.
    closed: Option<String>,
    moves: Vec<moved::Moved>,
    /// They were moved, and then back.
    taken_back: bool,
}

/// A photo as shown.
struct Photo {
    href: String,
    words: String,
    doubts: Vec<&'static str>,
}

impl Show<'_> {
    fn has(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }
}

/// What the page needs of the database.
struct Loaded {
    delivery: Delivery,
    persons: i64,
    photos: Vec<(Proof, Vec<Doubt>)>,
    /// The act that stands last.
    act: Vec<Fact>,
    counted: Vec<(Indicator, Rule, Counted)>,
    flagged: flags::Flagged,
    closed: Option<String>,
    names: Names,
}

/// `GET /desk/deliveries/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// Draws the page; `form` carries why a step was refused.
pub async fn draw(cx: &Cx, id: DeliveryId, form: Form) -> web::Result {
    let loaded = cx.read(move |tx, by| load(tx, by, &id)).await?;
    let delivery = &loaded.delivery;
    let own = match (delivery.state(), &cx.by.actor.account) {
        (State::Submitted { submitted }, Some(account)) => {
            *account == submitted.by || *account == delivery.recorded.by
        }
        (_, _) => false,
    };
    let body = Show {
        cx,
        form: &form,
        delivery,
        path: format!("/desk/deliveries/{}", delivery.id),
        state: state_tag(cx, delivery.state().code()),
        reason: match delivery.state() {
            State::Returned { reason, .. } | State::Withdrawn { reason, .. } => Some(reason),
            State::Draft | State::Submitted { .. } | State::Verified { .. } => None,
        },
        steps: rules::open_steps(&cx.by.actor, delivery),
        waits_for_other: own,
        facts: facts(cx, &loaded),
        timeline: timeline(delivery),
        late: late(cx, delivery),
        photos: loaded.photos.iter().map(|(proof, doubts)| photo(cx, proof, doubts)).collect(),
        flags: flags::draw(cx, &loaded.flagged, &loaded.names, delivery, &form),
        closed: loaded.closed.clone(),
        moves: moved::tables(cx, &loaded.act, &loaded.counted, &loaded.names),
        taken_back: matches!(delivery.state(), State::Withdrawn { .. }),
    };
    cx.page(Page::new(delivery.details.title.clone()).of_form(&form), body)
}

fn load(tx: &mut Tx<'_>, by: &Caller, id: &DeliveryId) -> Result<Loaded, Refusal> {
    let delivery = actions::delivery::find(tx, by, id)?;
    let details = &delivery.details;
    let units = [&details.town, &details.host].into_iter().chain(&details.place);
    let flagged = flags::load(tx, by, &delivery)?;
    let units = units.chain(&details.co_hosts).chain(&details.supporters).chain(flagged.units());
    let names = Names::load(tx, by, units)?;
    let persons = store::person::count(tx, by.district(), id)?;
    let photos = actions::photos::list(tx, by, &delivery)?;
    let facts = store::fact::list(tx, by.district(), id)?;
    let act = moves::last_act(&facts).to_vec();
    let purposes = details.purposes.iter().map(crate::PurposeId::as_str);
    let rules = store::rule::list_counting(tx, by.district(), purposes, (details.on, id))?;
    let told = store::rule::told(tx, by.district(), [id])?.remove(id);
    let mut counted = Vec::new();
    for rule in rules {
        if let Some(moved) = rule.moved(&act, told.as_ref())
            && let Some(indicator) = store::indicator::find(tx, by.district(), &rule.indicator)?
        {
            counted.push((indicator, rule, moved));
        }
    }
    let closed = actions::close::closed_on(tx, by.district(), details.on)?.pop();
    Ok(Loaded { closed, persons, photos, act, counted, flagged, names, delivery })
}

fn facts(cx: &Cx, loaded: &Loaded) -> Vec<(&'static str, String)> {
    let (details, names) = (&loaded.delivery.details, &loaded.names);
    let units = |units: &std::collections::BTreeSet<kernel::UnitId>| {
        units.iter().map(|unit| names.unit(cx, unit)).collect::<Vec<_>>().join("、")
    };
    let heads: Vec<String> = details
        .heads
        .iter()
        .map(|(group, n)| format!("{} {}", cx.t(&format!("group-{}", group.code())), cx.number(*n)))
        .collect();
    let persons = match loaded.persons {
        0 => cx.t("evidence-persons-unknown"),
        n => cx.with("evidence-persons-known", &[("n", cx.number(n))]),
    };
    let purposes: Vec<String> = details.purposes.iter().map(|id| names.purpose(cx, id)).collect();
    let of = names.purposes.iter().filter(|one| details.purposes.contains(&one.id));
    let after = of.map(|one| one.to).max().is_some_and(|last| details.on > last);
    let after = if after { cx.t("evidence-after-plan") } else { String::new() };
    let all = [
        ("evidence-kind", cx.t(&format!("evidence-kind-{}", details.kind.code()))),
        ("evidence-topic", details.topic.clone()),
        ("evidence-on", format!("{} {}", details.on, details.start.map(clock).unwrap_or_default())),
        ("evidence-minutes", cx.number(details.minutes)),
        ("evidence-town", names.unit(cx, &details.town)),
        ("evidence-place", details.place.as_ref().map(|id| names.unit(cx, id)).unwrap_or_default()),
        ("evidence-venue", details.venue.clone()),
        ("evidence-host", names.unit(cx, &details.host)),
        ("evidence-co-hosts", units(&details.co_hosts)),
        ("evidence-supporters", units(&details.supporters)),
        ("evidence-deliverers", crate::deliverer::text(&details.deliverers).replace('\n', "；")),
        ("evidence-heads", format!("{}（{}）", cx.number(details.all_heads()), heads.join("、"))),
        ("evidence-method", cx.t(&format!("evidence-method-{}", details.method.code()))),
        ("evidence-persons", persons),
        ("evidence-purpose", purposes.join("；") + &after),
        ("evidence-works", details.works.clone()),
        ("evidence-note", details.note.clone()),
        ("evidence-number", loaded.delivery.id.to_string()),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn timeline(delivery: &Delivery) -> Vec<(&'static str, &Stamp, Option<&str>)> {
    let mut line = vec![("evidence-was-recorded", &delivery.recorded, None)];
    let mut add = |key, stamp, reason| line.push((key, stamp, reason));
    match delivery.state() {
        State::Draft => {}
        State::Submitted { submitted } => add("evidence-was-submitted", submitted, None),
        State::Returned { submitted, returned, reason } => {
            add("evidence-was-submitted", submitted, None);
            add("evidence-was-returned", returned, Some(reason.as_str()));
        }
        State::Verified { submitted, verified } => {
            add("evidence-was-submitted", submitted, None);
            add("evidence-was-verified", verified, None);
        }
        State::Withdrawn { before, withdrawn, reason } => {
            if let Before::Counted { submitted, verified } = before {
                add("evidence-was-submitted", submitted, None);
                add("evidence-was-verified", verified, None);
            }
            add("evidence-was-withdrawn", withdrawn, Some(reason.as_str()));
        }
    }
    line
}

/// A month is reported when it is over: what was verified after that came late, and restates it.
fn late(cx: &Cx, delivery: &Delivery) -> Option<String> {
    let verified = match delivery.state() {
        State::Verified { verified, .. }
        | State::Withdrawn { before: Before::Counted { verified, .. }, .. } => verified,
        State::Draft | State::Submitted { .. } | State::Returned { .. } | State::Withdrawn { .. } => {
            return None;
        }
    };
    let month = |day: kernel::Day| day.to_string().chars().take(7).collect::<String>();
    let held = month(delivery.details.on);
    (held < month(verified.at.day())).then(|| cx.with("evidence-was-late", &[("month", held)]))
}

fn photo(cx: &Cx, proof: &Proof, doubts: &[Doubt]) -> Photo {
    let day = proof.taken_on.map_or_else(|| cx.t("evidence-photo-undated"), |day| day.to_string());
    let place = proof
        .place
        .map_or_else(|| cx.t("evidence-photo-unplaced"), |(north, east)| format!("{north:.4}°N {east:.4}°E"));
    Photo {
        href: format!("/desk/proofs/{}", proof.id),
        words: cx.with(
            "evidence-photo-words",
            &[
                ("name", proof.added_name.clone()),
                ("at", proof.added_at.minute_text()),
                ("day", day),
                ("place", place),
            ],
        ),
        doubts: doubts.iter().map(|doubt| doubt.key()).collect(),
    }
}
