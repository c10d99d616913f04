//! `GET /desk/orders/{id}`: the record: where it stands, the one next action, facts, timeline.

use askama::Template;
use axum::extract::Path;
use evidence::{Kind, Method};
use kernel::{Group, Refusal, UnitId, Workdays};
use web::{Cx, Form, Result, Safe, ui};

use crate::actions::{self, community};
use crate::contact::{self, Contact};
use crate::door::{Presence, Told};
use crate::matching::{self, Department};
use crate::order::rules::{self, May};
use crate::order::{Order, OrderId, State};
use crate::pages::names::Names;
use crate::pages::public::order::line;
use crate::pages::{DOOR_SCRIPT, clock_words, day_words, desk, options, pause_words, state_tag, visit_words};
use crate::party::{Part, Party};
use crate::store;
use crate::store::call::Call;
use crate::store::rating::Rating;
use crate::store::step::Step;
use crate::team::{Because, Duty, Person, Suggestion};

/// What the record needs.
pub struct Loaded {
    order: Order,
    parties: Vec<Party>,
    may: May,
    steps: Vec<Step>,
    masked: Option<Contact>,
    names: Names,
    calendar: Workdays,
    departments: Vec<Department>,
    teams: Vec<Suggestion>,
    alike: Vec<Order>,
    fitting: Vec<Order>,
    with: Vec<Order>,
    lead: Option<Order>,
    persons: Vec<Person>,
    duties: Vec<Duty>,
    door: Vec<Presence>,
    told: Told,
    ratings: Vec<Rating>,
    calls: Vec<Call>,
    purposes: Vec<evidence::Purpose>,
    purpose: String,
    may_answer_call: bool,
}

#[derive(Template)]
#[template(path = "pages/orders/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    order: &'a Order,
    path: String,
    state: Safe,
    clock: String,
    pauses: Vec<String>,
    may: May,
    masked: Option<&'a Contact>,
    contact: Option<&'a Contact>,
    facts: Vec<(String, String, String)>,
    parties: Vec<(String, String, String)>,
    timeline: Vec<(String, &'a Step)>,
    departments: Vec<(String, String)>,
    others: Vec<(String, String)>,
    teams: Vec<(String, String)>,
    alike: Vec<(String, String)>,
    fitting: Vec<(String, String)>,
    together: Vec<(String, String)>,
    lead: Option<(String, String)>,
    claims: Vec<(String, String)>,
    accepts: Vec<(String, String)>,
    persons: Vec<(String, String)>,
    duties: &'a [Duty],
    /// What was noted at the door, by person.
    door: Vec<(String, String)>,
    /// The resident's code was told there.
    told: bool,
    ratings: Vec<String>,
    call: Option<&'a Call>,
    may_answer_call: bool,
    outcomes: Vec<(String, String)>,
    stars: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    methods: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    purposes: Vec<(String, String)>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let loaded = load(&cx, id.into()).await?;
    let form = filled(&loaded);
    draw(&cx, &loaded, &form, None)
}

/// Shows it again with what has to be mended.
pub(super) async fn again(cx: &Cx, id: OrderId, form: Form) -> Result {
    let loaded = load(cx, id).await?;
    draw(cx, &loaded, &form, None)
}

/// Shows it with who to call.
pub(super) async fn with_contact(cx: &Cx, id: OrderId, contact: &Contact) -> Result {
    let loaded = load(cx, id).await?;
    let form = filled(&loaded);
    draw(cx, &loaded, &form, Some(contact))
}

fn filled(loaded: &Loaded) -> Form {
    let visit = loaded.order.state.visit();
    let on = visit.map(|visit| visit.on).or(loaded.order.want.on);
    let mut form = Form::filled([
        ("on", on.map(|on| on.to_string()).unwrap_or_default()),
        ("at", visit.map_or_else(|| "9:30".to_owned(), |visit| crate::clock_text(visit.minute))),
        ("minutes", visit.map_or(60, |visit| visit.minutes).to_string()),
        ("purpose", loaded.purpose.clone()),
        ("kind", Kind::Lecture.code().to_owned()),
        ("method", Method::SignInSheet.code().to_owned()),
    ]);
    for duty in &loaded.duties {
        // what was noted at the door, else what was agreed
        let door = loaded.door.iter().find(|one| one.person == duty.person);
        let came = duty.came.or(door.map(|one| one.came)).unwrap_or(duty.from);
        let left = duty.left.or(door.and_then(|one| one.left)).unwrap_or(duty.to.max(came));
        form = form
            .and("person", duty.person.as_str())
            .and(&format!("in-{}", duty.person), crate::clock_text(came))
            .and(&format!("out-{}", duty.person), crate::clock_text(left));
    }
    for one in loaded.departments.iter().filter(|one| one.reasons.contains(&Because::Offers) && !one.declined)
    {
        form = form.and("department", one.unit.as_str());
    }
    for one in loaded.teams.iter().filter(|one| one.weight() > 1).take(1) {
        form = form.and("team", one.unit.as_str());
    }
    form
}

async fn load(cx: &Cx, id: OrderId) -> std::result::Result<Loaded, Refusal> {
    cx.read(move |tx, by| {
        let (order, parties) = actions::find(tx, by, &id)?;
        let mut may = rules::may(&by.actor, &order, &parties);
        let district = by.district();
        may.rate = may.rate && !store::batch::is_rated_back(tx, district, &order)?;
        let with = if order.state.delivery().is_some() {
            store::batch::served(tx, district, &order)?
        } else {
            store::batch::with(tx, district, &id)?
        };
        let lead = if let State::Joined { into, .. } = &order.state {
            store::order::find(tx, district, into)?
        } else {
            None
        };
        let fitting = if may.check { actions::batch::fitting(tx, by, &order)? } else { Vec::new() };
        let steps = store::step::list(tx, district, &id)?;
        let at = (&id, order.n_reopened);
        let opened = order.contact.as_ref().and_then(|sealed| contact::open(by, &id, sealed));
        let teams = match order.state.department().filter(|_| may.find) {
            Some(department) => matching::teams(tx, by, (&order, department))?,
            None => Vec::new(),
        };
        let departments = if may.dispatch || may.reassign {
            matching::departments(tx, by, (&order, &parties))?
        } else {
            Vec::new()
        };
        let persons = match order.state.team().filter(|_| may.arrange) {
            Some(team) => store::team::persons(tx, district, team)?,
            None => Vec::new(),
        };
        let purpose = match &order.want.resource {
            Some(id) => store::resource::find(tx, district, id)?.and_then(|one| one.offer.purpose),
            None => None,
        };
        let units: Vec<UnitId> = parties.iter().map(|one| one.unit.clone()).collect();
        let units = units.into_iter().chain(steps.iter().filter_map(|step| step.unit.clone()));
        let units: Vec<UnitId> = units.chain(order.want.town.clone()).collect();
        Ok(Loaded {
            alike: if may.check { store::list::alike(tx, district, &order)? } else { Vec::new() },
            duties: store::duty::of_order(tx, district, at)?,
            door: store::door::list(tx, district, at)?,
            told: store::door::told(tx, district, at)?,
            ratings: store::rating::list(tx, district, at)?,
            calls: store::call::list(tx, district, &id)?,
            purposes: if may.report { evidence::purposes::list(tx, district)? } else { Vec::new() },
            purpose: purpose.map(|id| id.to_string()).unwrap_or_default(),
            masked: opened.map(|contact| contact.masked()),
            names: Names::load(tx, by, &units)?,
            calendar: people::workdays::calendar(tx, district)?,
            may_answer_call: rules::checks(&by.actor, &order),
            fitting,
            with,
            lead,
            order,
            parties,
            may,
            steps,
            departments,
            teams,
            persons,
        })
    })
    .await
}

fn draw(cx: &Cx, loaded: &Loaded, form: &Form, contact: Option<&Contact>) -> Result {
    let (order, names) = (&loaded.order, &loaded.names);
    let named = |unit: &UnitId| (unit.to_string(), names.of(cx, unit));
    let offered = |part| {
        let mine = rules::offered(&cx.by.actor, &loaded.parties, part);
        mine.into_iter().map(named).collect::<Vec<_>>()
    };
    let call = loaded.calls.iter().find(|call| call.round == order.n_reopened);
    let (likely, others): (Vec<&Department>, Vec<&Department>) =
        loaded.departments.iter().partition(|one| !one.reasons.is_empty() && !one.declined);
    let body = Show {
        cx,
        form,
        order,
        path: format!("/desk/orders/{}", order.id),
        state: state_tag(cx, order),
        clock: clock_words(cx, order, &loaded.calendar),
        pauses: pause_words(cx, &loaded.steps, &loaded.calendar),
        may: loaded.may,
        masked: loaded.masked.as_ref(),
        contact,
        facts: facts(cx, loaded),
        parties: loaded.parties.iter().map(|one| party(cx, names, one)).collect(),
        timeline: loaded.steps.iter().map(|step| (line(cx, names, step), step)).collect(),
        departments: likely.iter().map(|one| department(cx, names, one)).collect(),
        others: others.iter().map(|one| department(cx, names, one)).collect(),
        teams: loaded.teams.iter().map(|one| team(cx, names, one)).collect(),
        alike: loaded.alike.iter().map(|one| (one.id.to_string(), alike(cx, one))).collect(),
        fitting: loaded.fitting.iter().map(|one| (one.id.to_string(), neighbour(cx, names, one))).collect(),
        together: loaded.with.iter().map(|one| (one.id.to_string(), neighbour(cx, names, one))).collect(),
        lead: loaded.lead.as_ref().map(|one| (format!("/desk/orders/{}", one.id), neighbour(cx, names, one))),
        claims: offered(Part::Department),
        accepts: offered(Part::Team),
        persons: active(cx, &loaded.persons),
        duties: &loaded.duties,
        door: loaded.duties.iter().filter_map(|duty| at_the_door(cx, loaded, duty)).collect(),
        told: loaded.told.at.is_some(),
        ratings: loaded.ratings.iter().map(|one| rating(cx, one)).collect(),
        call,
        may_answer_call: loaded.may_answer_call && call.is_some_and(|call| call.answered.is_none()),
        outcomes: options(cx, "service-outcome-", community::OUTCOMES),
        stars: (1..=5).rev().map(|n| (n.to_string(), cx.t(&format!("service-stars-{n}")))).collect(),
        kinds: options(cx, "evidence-kind-", Kind::ALL.iter().map(|kind| kind.code())),
        methods: options(cx, "evidence-method-", Method::ALL.iter().map(|method| method.code())),
        groups: options(cx, "group-", Group::ALL.map(Group::code)),
        purposes: loaded
            .purposes
            .iter()
            .map(|one| (one.id.to_string(), format!("{} {}", one.code, one.title)))
            .collect(),
    };
    let page = desk(order.want.title.clone()).of_form(form);
    // whoever may note at the door has the list on the phone from here on
    cx.page(if loaded.may.report { page.script(DOOR_SCRIPT) } else { page }, body)
}

fn facts(cx: &Cx, loaded: &Loaded) -> Vec<(String, String, String)> {
    let (order, names) = (&loaded.order, &loaded.names);
    let want = &order.want;
    let part = cx.t(&format!("service-part-{}", want.part.code()));
    let on = want.on.map_or_else(|| cx.t("service-any-day"), |on| day_words(cx, on));
    let plain = |key: &str, words: String| (cx.t(key), words, String::new());
    let mut facts = vec![
        plain("service-when", format!("{on} {part}")),
        plain("service-where", names.of_any(cx, want.town.as_ref())),
        plain("service-column-channel", cx.t(&format!("service-channel-{}", order.channel.code()))),
    ];
    if let Some(id) = &want.resource {
        facts.insert(0, (cx.t("service-what"), want.title.clone(), format!("/desk/resources/{id}")));
    }
    if !want.need.is_empty() {
        facts.push(plain("service-wish", want.need.clone()));
    }
    if !want.topic.is_empty() {
        facts.push(plain("service-topic", want.topic.clone()));
    }
    if let Some(n) = want.n_heads {
        facts.push(plain("service-column-heads", n.to_string()));
    }
    if !loaded.with.is_empty() {
        let all = loaded.with.iter().chain([order]).filter_map(|one| one.want.n_heads).sum::<i64>();
        facts.push(plain("service-batch-heads", all.to_string()));
    }
    if !want.language.is_empty() {
        facts.push(plain("service-languages", want.language.clone()));
    }
    if let Some(visit) = order.state.visit() {
        facts.push(plain("service-agreed", visit_words(cx, visit)));
    }
    if let Some(delivery) = order.state.delivery() {
        facts.push((cx.t("service-delivery"), want.title.clone(), format!("/desk/deliveries/{delivery}")));
    }
    facts
}

fn at_the_door(cx: &Cx, loaded: &Loaded, duty: &Duty) -> Option<(String, String)> {
    let known = loaded.door.iter().find(|one| one.person == duty.person)?;
    Some((duty.name.clone(), super::door::presence_words(cx, Some(known))))
}

fn party(cx: &Cx, names: &Names, one: &Party) -> (String, String, String) {
    let state = cx.t(&format!("service-party-state-{}", one.state.code()));
    (cx.t(&format!("service-party-{}", one.part.code())), names.of(cx, &one.unit), state)
}

fn reasons(cx: &Cx, all: &[Because]) -> String {
    let words = all.iter().map(|one| cx.t(&format!("service-because-{}", one.code())));
    words.collect::<Vec<_>>().join(&cx.t("service-comma"))
}

fn department(cx: &Cx, names: &Names, one: &Department) -> (String, String) {
    let mut why = reasons(cx, &one.reasons);
    if one.declined {
        why = cx.t("service-because-declined");
    }
    let name = names.of(cx, &one.unit);
    let words =
        if why.is_empty() { name } else { cx.with("service-suggested", &[("name", name), ("why", why)]) };
    (one.unit.to_string(), words)
}

fn team(cx: &Cx, names: &Names, one: &Suggestion) -> (String, String) {
    let why = reasons(cx, &one.reasons);
    let load = cx.with("service-load", &[("n", one.n_has.to_string()), ("most", one.n_load.to_string())]);
    let args = [("name", names.of(cx, &one.unit)), ("why", format!("{why}{}{load}", cx.t("service-comma")))];
    (one.unit.to_string(), cx.with("service-suggested", &args))
}

fn alike(cx: &Cx, one: &Order) -> String {
    let state = cx.t(&format!("service-state-{}", one.state.code()));
    format!("{} {} · {state}", one.number(), one.want.title)
}

/// An order beside another: the number, for when, where, for how many.
fn neighbour(cx: &Cx, names: &Names, one: &Order) -> String {
    let want = &one.want;
    let on = want.on.map_or_else(|| cx.t("service-any-day"), |on| day_words(cx, on));
    let unit = names.of_any(cx, want.community.as_ref());
    let part = cx.t(&format!("service-part-{}", want.part.code()));
    let heads = want.n_heads.map(|n| cx.with("service-n-heads", &[("n", n.to_string())]));
    let state = matches!(one.state, State::Submitted | State::Joined { .. });
    let state = (!state).then(|| cx.t(&format!("service-state-{}", one.state.code())));
    let when = format!("{on} {part}");
    [Some(one.number()), Some(unit), Some(when), heads, state]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

fn active(cx: &Cx, persons: &[Person]) -> Vec<(String, String)> {
    let there = persons.iter().filter(|one| one.is_active);
    there
        .map(|one| {
            let kind = cx.t(&format!("service-person-{}", one.kind.code()));
            (one.id.to_string(), format!("{} · {kind} {}", one.name, one.topics).trim().to_owned())
        })
        .collect()
}

fn rating(cx: &Cx, one: &Rating) -> String {
    let side = cx.t(&format!("service-rating-{}", one.side));
    format!("{side}：{} {}", cx.t(&format!("service-stars-{}", one.stars)), one.words).trim().to_owned()
}

impl Show<'_> {
    /// Whether anything can be done here now.
    fn may_anything(&self) -> bool {
        let may = self.may;
        may.check
            || may.dispatch
            || may.claim
            || may.find
            || may.accept
            || may.arrange
            || may.report
            || may.rate
    }

    /// Whether they are there already: reporting is next.
    const fn has_begun(&self) -> bool {
        matches!(self.order.state, State::InDelivery { .. })
    }

    /// Units to which a coordinator can give it.
    fn all_departments(&self) -> Vec<(String, String)> {
        self.departments.iter().chain(&self.others).cloned().collect()
    }
}

/// The form in which a team agrees a day, or gives the order back.
#[derive(Template)]
#[template(path = "pages/orders/arrange.html")]
struct Arrange<'a> {
    cx: &'a Cx,
    form: &'a Form,
    order: &'a Order,
    path: &'a str,
    persons: &'a [(String, String)],
}

impl Show<'_> {
    fn arrange(&self) -> String {
        let part = Arrange {
            cx: self.cx,
            form: self.form,
            order: self.order,
            path: &self.path,
            persons: &self.persons,
        };
        part.render().unwrap_or_default()
    }

    /// With "none chosen" in front.
    fn with_none(&self, all: &[(String, String)]) -> Vec<(String, String)> {
        let mut with = vec![(String::new(), self.cx.t("service-none-chosen"))];
        with.extend_from_slice(all);
        with
    }
}
