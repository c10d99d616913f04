//! `/orders`: a resident finds an order by number and code, sees who has it, and does what is theirs.

use ::jobs::outbox;
use askama::Template;
use axum::extract::{Path, Query};
use kernel::{Day, Problem, Refusal};
use serde::Deserialize;
use web::{Cx, Form, Result, Safe, ui};

use crate::actions::messages;
use crate::actions::resident::{self, Found};
use crate::contact;
use crate::order::{Along, DayPart, Order, State};
use crate::pages::names::Names;
use crate::pages::{day_words, face, options, pause_words, state_tag, visit_words};
use crate::store;
use crate::store::step::Step;

#[derive(Template)]
#[template(path = "pages/public/ask.html")]
struct Ask<'a> {
    cx: &'a Cx,
    form: &'a Form,
}

/// `GET /orders`
pub async fn ask(cx: Cx) -> Result {
    draw_ask(&cx, &Form::new())
}

fn draw_ask(cx: &Cx, form: &Form) -> Result {
    cx.page(face(cx.t("service-find")).of_form(form), Ask { cx, form })
}

/// `POST /orders`: number and code, as they were written down.
pub async fn find(cx: Cx, form: Form) -> Result {
    let (number, code) = (form.text("number").to_owned(), form.text("code").to_owned());
    match open(&cx, &number, &code).await? {
        Found::Order(order) => cx.redirect(&resident::href(&cx.by, &order)),
        Found::Wrong => draw_ask(&cx, &form.refused(Problem::new("service-code-wrong").at("code").into())?),
        Found::Blocked => {
            draw_ask(&cx, &form.refused(Problem::new("service-code-blocked").at("code").into())?)
        }
    }
}

/// The code in the address.
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    sent: String,
}

/// `GET /orders/{number}?code=`
pub async fn show(cx: Cx, Path(number): Path<String>, Query(code): Query<Code>) -> Result {
    let order = match open(&cx, &number, &code.code).await? {
        Found::Order(order) => order,
        wrong @ (Found::Wrong | Found::Blocked) => return draw_wrong(&cx, &number, &wrong),
    };
    draw(&cx, *order, (&Form::new(), !code.sent.is_empty())).await
}

async fn open(cx: &Cx, number: &str, code: &str) -> std::result::Result<Found, Refusal> {
    let (number, code) = (number.to_owned(), code.to_owned());
    // Without a code nothing is tried, and nothing counted.
    if code.is_empty() {
        return Ok(Found::Wrong);
    }
    let found = cx.read(move |tx, by| resident::look(tx, by, &number, &code)).await?;
    if matches!(found, Found::Wrong) {
        cx.write(resident::note_wrong).await?;
    }
    Ok(found)
}

fn draw_wrong(cx: &Cx, number: &str, found: &Found) -> Result {
    let key = match found {
        Found::Blocked => "service-code-blocked",
        Found::Wrong | Found::Order(_) => "service-code-wrong",
    };
    let form = Form::filled([("number", number.to_owned())]);
    draw_ask(cx, &form.refused(Problem::new(key).at("code").into())?)
}

/// What a page of an order needs.
struct Loaded {
    steps: Vec<Step>,
    names: Names,
    rated: bool,
    free: Vec<Day>,
    into: Option<Order>,
    /// How many neighbours have the same visit.
    n_with: i64,
    calendar: kernel::Workdays,
    /// Whether text messages can be sent, and whether they are wanted.
    messages: (bool, bool),
}

#[derive(Template)]
#[template(path = "pages/public/order.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    order: &'a Order,
    number: String,
    code: String,
    code_text: String,
    sent: bool,
    state: Safe,
    now: String,
    together: Option<String>,
    next: Option<String>,
    pauses: Vec<String>,
    can: Can,
    facts: Vec<(String, String)>,
    timeline: Vec<(String, &'a Step)>,
    days: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    stars: Vec<(String, String)>,
    /// What proves at the door that the team came; none unless it is to come.
    door_code: Option<String>,
    /// Whether text messages can be had or ended, and whether they are wanted now.
    messages: (bool, bool),
}

/// What the resident may do now.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a form of its own
struct Can {
    answer: bool,
    change: bool,
    withdraw: bool,
    confirm: bool,
    rate: bool,
    appeal: bool,
    again: bool,
}

fn can(order: &Order, loaded: &Loaded) -> Can {
    let appealed = loaded.steps.iter().any(|step| step.step == "appeal");
    match &order.state {
        State::Joined { along, .. } => Can { withdraw: along.began.is_none(), ..Can::default() },
        State::Submitted => Can { change: true, withdraw: true, ..Can::default() },
        State::Returned { .. } => Can { answer: true, withdraw: true, ..Can::default() },
        State::Refused { .. } => Can { appeal: !appealed, again: true, ..Can::default() },
        State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. } => Can { withdraw: true, ..Can::default() },
        State::Awaiting { .. } => Can { confirm: true, ..Can::default() },
        State::Feedback { .. } => Can { rate: !loaded.rated, ..Can::default() },
        State::Closed { .. } | State::Withdrawn { .. } | State::PassedOn { .. } => {
            Can { again: true, ..Can::default() }
        }
        State::Draft | State::InDelivery { .. } | State::Merged { .. } => Can::default(),
    }
}

async fn draw(cx: &Cx, order: Order, (form, sent): (&Form, bool)) -> Result {
    let of = order.clone();
    let loaded = cx
        .read(move |tx, by| {
            let steps = store::step::list(tx, by.district(), &of.id)?;
            let at = (&of.id, of.n_reopened);
            let rated = store::rating::list(tx, by.district(), at)?.iter().any(|one| one.side == "resident");
            let mut free = Vec::new();
            if let Some(id) = &of.want.resource
                && let Some(one) = store::resource::find(tx, by.district(), id)?
            {
                let held = store::resource::held_of(tx, by.district(), id, (by.today(), of.id.as_str()))?;
                free = one.offer.free_days(by.today(), &held);
            }
            let into = if let State::Merged { into, .. } | State::Joined { into, .. } = &of.state {
                store::order::find(tx, by.district(), into)?
            } else {
                None
            };
            let n_with = match (&of.state, &into) {
                (State::Joined { .. }, Some(lead)) => store::batch::count(tx, by.district(), &lead.id)?,
                (_, _) => store::batch::count(tx, by.district(), &of.id)?,
            };
            let named = steps.iter().filter_map(|step| step.unit.as_ref());
            let named: Vec<_> = named.chain(of.state.department()).chain(of.state.team()).cloned().collect();
            let names = Names::load(tx, by, &named)?;
            let messages = (
                outbox::reaches_guests(tx, by.district())?,
                outbox::has_consented(tx, by.district(), of.id.as_str())?,
            );
            Ok(Loaded {
                steps,
                names,
                rated,
                free,
                into,
                n_with,
                calendar: people::workdays::calendar(tx, by.district())?,
                messages,
            })
        })
        .await?;
    let code = contact::code(&cx.by, &order.id);
    let days = loaded.free.iter().take(12).map(|day| (day.to_string(), day_words(cx, *day))).collect();
    let timeline = loaded.steps.iter().map(|step| (line(cx, &loaded.names, step), step)).collect();
    let body = Show {
        cx,
        form,
        number: order.number(),
        code_text: contact::code_text(&code),
        code,
        sent,
        state: state_tag(cx, &order),
        now: now(cx, &order, &loaded),
        together: (loaded.n_with > 0)
            .then(|| cx.with("service-together", &[("n", cx.number(loaded.n_with))])),
        pauses: pause_words(cx, &loaded.steps, &loaded.calendar),
        next: next(cx, &order, loaded.into.as_ref()),
        can: can(&order, &loaded),
        facts: facts(cx, &order, &loaded.names),
        timeline,
        days,
        parts: options(cx, "service-part-", DayPart::ALL.map(DayPart::code)),
        stars: (1..=5).rev().map(|n| (n.to_string(), cx.t(&format!("service-stars-{n}")))).collect(),
        door_code: matches!(order.state, State::Scheduled { .. } | State::InDelivery { .. }).then(|| {
            let code = contact::door_code(&cx.by, &order);
            let (front, back) = code.split_at_checked(3).unwrap_or((&code, ""));
            format!("{front} {back}")
        }),
        messages: {
            let (possible, wanted) = loaded.messages;
            (wanted || (possible && !order.state.is_over()), wanted)
        },
        order: &order,
    };
    cx.page(face(cx.with("service-order-n", &[("n", order.number())])).of_form(form), body)
}

/// Where it is now, in a sentence that names who has it.
fn now(cx: &Cx, order: &Order, loaded: &Loaded) -> String {
    let unit = |id: Option<&kernel::UnitId>| loaded.names.of_any(cx, id);
    let ended = order.state.ended();
    let args = [
        ("community", unit(order.want.community.as_ref())),
        ("department", unit(order.state.department())),
        ("team", unit(order.state.team())),
        ("visit", order.state.visit().map(|visit| visit_words(cx, visit)).unwrap_or_default()),
        ("name", ended.map(|who| who.name.clone()).unwrap_or_default()),
        ("words", order.state.words().to_owned()),
        ("number", loaded.into.as_ref().map(Order::number).unwrap_or_default()),
    ];
    let key =
        if let State::Joined { along, .. } = &order.state { now_along(along) } else { order.state.code() };
    cx.with(&format!("service-now-{key}"), &args)
}

/// What is told of an order that goes with another: as of that one, once somebody has it.
const fn now_along(along: &Along) -> &'static str {
    match along {
        Along { began: Some(_), .. } => "in_delivery",
        Along { visit: Some(_), .. } => "scheduled",
        Along { team: Some(_), .. } => "accepted",
        Along { department: Some(_), .. } => "claimed",
        Along { .. } => "joined",
    }
}

/// What happens next and until when; nothing after the end.
fn next(cx: &Cx, order: &Order, lead: Option<&Order>) -> Option<String> {
    // What goes with another has its clock.
    let lead = lead.filter(|_| matches!(order.state, State::Joined { .. }));
    let due = lead.unwrap_or(order).running.due?;
    Some(cx.with("service-next-by", &[("day", day_words(cx, due))]))
}

fn facts(cx: &Cx, order: &Order, names: &Names) -> Vec<(String, String)> {
    let want = &order.want;
    let part = cx.t(&format!("service-part-{}", want.part.code()));
    let on = want.on.map_or_else(|| cx.t("service-any-day"), |on| day_words(cx, on));
    let mut facts = vec![
        (cx.t("service-what"), want.title.clone()),
        (cx.t("service-when"), format!("{on} {part}")),
        (cx.t("service-where"), names.of_any(cx, want.town.as_ref())),
    ];
    if !want.need.is_empty() && want.resource.is_some() {
        facts.push((cx.t("service-wish"), want.need.clone()));
    }
    if let Some(visit) = order.state.visit() {
        facts.push((cx.t("service-agreed"), visit_words(cx, visit)));
    }
    facts
}

/// A line of the timeline: what was done, by whom and for which unit.
pub(crate) fn line(cx: &Cx, names: &Names, step: &Step) -> String {
    let who = match (step.side.as_str(), &step.unit) {
        ("resident", _) => cx.t("service-side-resident"),
        ("program", _) => cx.t("service-side-program"),
        (_, unit) => {
            let unit = names.of_any(cx, unit.as_ref());
            [unit, step.by_name.clone()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        }
    };
    cx.with("service-line", &[("who", who), ("what", cx.t(&format!("service-step-{}", step.step)))])
}

/// `POST /orders/{number}/{step}`: what is the resident's.
pub async fn take(cx: Cx, Path((number, step)): Path<(String, String)>, form: Form) -> Result {
    let order = match open(&cx, &number, form.text("code")).await? {
        Found::Order(order) => *order,
        wrong @ (Found::Wrong | Found::Blocked) => return draw_wrong(&cx, &number, &wrong),
    };
    let on = match form.day("on") {
        Ok(on) => on.or(order.want.on),
        Err(problem) => return draw(&cx, order, (&form.refused(problem.into())?, false)).await,
    };
    let part = DayPart::parse(form.text("part")).unwrap_or(order.want.part);
    let (words, stars) = (form.text("words").to_owned(), form.count("stars").ok().flatten());
    let wants = form.text("sms") == "on";
    let (id, href) = (order.id.clone(), resident::href(&cx.by, &order));
    let taken = cx.submit(&form, move |tx, by| {
        let order = resident::reload(tx, by, &id)?;
        match step.as_str() {
            "answer" | "change" => resident::change(tx, by, order, (on, part, &words))?,
            "withdrawal" => resident::withdraw(tx, by, order, &words)?,
            "confirmation" => resident::confirm(tx, by, order)?,
            "dispute" => resident::dispute(tx, by, order, &words)?,
            "rating" => resident::rate(tx, by, order, stars, &words)?,
            "appeal" => resident::appeal(tx, by, order, &words)?,
            "messages" => messages::choose(tx, by, &order, wants)?,
            _ => return Err(Refusal::NotFound),
        }
        Ok(href.clone())
    });
    match taken.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let form = form.refused(refusal)?;
            let id = order.id.clone();
            let order = cx.read(move |tx, by| resident::reload(tx, by, &id)).await?;
            draw(&cx, order, (&form, false)).await
        }
    }
}

impl Show<'_> {
    /// The free days, with the day that is asked for now in front.
    fn days_or_same(&self) -> Vec<(String, String)> {
        let mut all = vec![(String::new(), self.cx.t("service-same-day"))];
        all.extend(self.days.iter().cloned());
        all
    }

    /// The parts of the day, the present one in front.
    fn parts_or_same(&self) -> Vec<(String, String)> {
        let own = self.order.want.part.code();
        let mut all = self.parts.clone();
        all.sort_by_key(|(code, _)| code != own);
        all
    }
}
