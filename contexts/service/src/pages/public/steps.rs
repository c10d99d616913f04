//! `/order`: what, when, where, who to call. Each step is kept as it is left, forwards and back, so that
//! nothing that was typed is lost; nothing is sent before the last.

use askama::Template;
use axum::extract::Path;
use kernel::{Day, Problem, Refusal, UnitId};
use web::{Cx, Form, Result, ui};

use crate::actions::{messages, resident};
use crate::contact::{self, Contact};
use crate::order::{DayPart, Order, State, Want};
use crate::pages::names::Names;
use crate::pages::{day_words, face, options};
use crate::resource::{Resource, ResourceId};
use crate::store;

/// The steps, in order.
const STEPS: [&str; 4] = ["what", "when", "where", "who"];

#[derive(Template)]
#[template(path = "pages/public/steps.html")]
struct Step<'a> {
    cx: &'a Cx,
    form: &'a Form,
    /// Where the form is sent.
    path: String,
    step: &'static str,
    n: usize,
    resource: Option<&'a Resource>,
    days: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    towns: Vec<(String, String)>,
    communities: Vec<(String, String)>,
    /// What will be sent: name, words, step at which it is changed.
    summary: Vec<(String, String, &'static str)>,
    back: Option<&'static str>,
    /// Whether to be told by text message, where that is possible.
    sms: Vec<(String, String)>,
}

/// What a step needs besides the draft.
struct Loaded {
    order: Order,
    contact: Contact,
    resource: Option<Resource>,
    free: Vec<Day>,
    names: Names,
    reaches: bool,
}

fn number(step: &str) -> usize {
    STEPS.iter().position(|one| *one == step).unwrap_or(0)
}

/// `GET /order`: the first step of a need that is on no menu.
pub async fn start(cx: Cx) -> Result {
    draw_first(&cx, &Form::new())
}

fn draw_first(cx: &Cx, form: &Form) -> Result {
    let body = Step {
        cx,
        form,
        path: "/order".to_owned(),
        step: "what",
        n: 1,
        resource: None,
        days: Vec::new(),
        parts: Vec::new(),
        towns: Vec::new(),
        communities: Vec::new(),
        summary: Vec::new(),
        back: None,
        sms: Vec::new(),
    };
    cx.page(face(cx.t("service-order")).of_form(form), body)
}

/// `POST /order`: begins a draft, with a thing of the menu and a day, or with a need.
pub async fn begin(cx: Cx, form: Form) -> Result {
    let item = Some(form.text("item")).filter(|id| !id.is_empty()).map(ResourceId::from);
    if item.is_none() && form.text("need").is_empty() {
        let refused = Problem::new("service-need-missing").at("need").into();
        return draw_first(&cx, &form.refused(refused)?);
    }
    let mut want = Want { resource: item, on: Day::parse(form.text("on")), ..Want::default() };
    match (form.optional("need", 500), form.count("heads")) {
        (Ok(need), Ok(heads)) => {
            want.need = need;
            want.n_heads = heads;
        }
        (need, heads) => {
            let problems = [need.err(), heads.err()].into_iter().flatten().collect();
            return draw_first(&cx, &form.refused(Refusal::Invalid(problems))?);
        }
    }
    let begun = cx.submit(&form, move |tx, by| {
        if let Some(id) = &want.resource {
            store::resource::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
        }
        let order = resident::begin(tx, by)?;
        resident::keep_draft(tx, by, &order.draft_key, (&want, None))?;
        Ok(format!("/order/{}/when", order.draft_key))
    });
    Ok(begun.await?)
}

async fn load(cx: &Cx, key: &str) -> std::result::Result<Loaded, Refusal> {
    let key = key.to_owned();
    cx.read(move |tx, by| {
        let order = resident::draft(tx, by, &key)?;
        let opened = order.contact.as_ref().and_then(|sealed| contact::open(by, &order.id, sealed));
        let (mut resource, mut free) = (None, Vec::new());
        if let Some(id) = &order.want.resource
            && let Some(one) = store::resource::find(tx, by.district(), id)?
        {
            let held = store::resource::held_of(tx, by.district(), id, (by.today(), order.id.as_str()))?;
            free = one.offer.free_days(by.today(), &held);
            resource = Some(one);
        }
        let names = Names::load(tx, by, [])?;
        let reaches = ::jobs::outbox::reaches_guests(tx, by.district())?;
        Ok(Loaded { order, contact: opened.unwrap_or_default(), resource, free, names, reaches })
    })
    .await
}

/// `GET /order/{key}/{step}`
pub async fn show(cx: Cx, Path((key, step)): Path<(String, String)>) -> Result {
    let Some(step) = STEPS.into_iter().find(|one| *one == step) else { return Err(Refusal::NotFound.into()) };
    let loaded = load(&cx, &key).await?;
    if loaded.order.state != State::Draft {
        return draw_sent(&cx);
    }
    let form = filled(&loaded);
    draw(&cx, &loaded, (&key, step), &form)
}

/// An order that was sent is found by number and code, and by nothing that a browser remembers.
fn draw_sent(cx: &Cx) -> Result {
    cx.redirect("/orders")
}

fn filled(loaded: &Loaded) -> Form {
    let want = &loaded.order.want;
    let id = |unit: &Option<UnitId>| unit.as_ref().map(UnitId::to_string).unwrap_or_default();
    Form::filled([
        ("need", want.need.clone()),
        ("heads", want.n_heads.map(|n| n.to_string()).unwrap_or_default()),
        ("on", want.on.map(|on| on.to_string()).unwrap_or_default()),
        ("part", want.part.code().to_owned()),
        ("town", id(&want.town)),
        ("community", id(&want.community)),
        ("place", loaded.contact.place.clone()),
        ("language", want.language.clone()),
        ("name", loaded.contact.name.clone()),
        ("phone", loaded.contact.phone.clone()),
    ])
}

fn draw(cx: &Cx, loaded: &Loaded, (key, step): (&str, &'static str), form: &Form) -> Result {
    let n = number(step);
    let mut days: Vec<(String, String)> =
        loaded.free.iter().take(12).map(|day| (day.to_string(), day_words(cx, *day))).collect();
    let chosen = Day::parse(form.text("on"));
    // A day further ahead than the first twelve stays among the choices once it is chosen.
    if let Some(day) = chosen.filter(|day| loaded.free.iter().skip(12).any(|free| free == day)) {
        days.push((day.to_string(), day_words(cx, day)));
    }
    let communities = match Some(form.text("town")).filter(|town| !town.is_empty()) {
        Some(town) => loaded.names.communities(cx, &UnitId::from(town)),
        None => Vec::new(),
    };
    let body = Step {
        cx,
        form,
        path: format!("/order/{key}/{step}"),
        step,
        n: n + 1,
        resource: loaded.resource.as_ref(),
        days,
        parts: options(cx, "service-part-", DayPart::ALL.map(DayPart::code)),
        towns: loaded.names.towns(cx),
        communities,
        summary: if step == "who" { summary(cx, loaded) } else { Vec::new() },
        back: n.checked_sub(1).and_then(|n| STEPS.get(n)).copied(),
        sms: if loaded.reaches { vec![("on".to_owned(), cx.t("service-sms-yes"))] } else { Vec::new() },
    };
    cx.page(face(cx.t(&format!("service-step-title-{step}"))).of_form(form), body)
}

fn summary(cx: &Cx, loaded: &Loaded) -> Vec<(String, String, &'static str)> {
    let want = &loaded.order.want;
    let what = match &loaded.resource {
        Some(one) => one.offer.title.clone(),
        None => want.need.clone(),
    };
    let part = cx.t(&format!("service-part-{}", want.part.code()));
    let on = want.on.map_or_else(|| cx.t("service-any-day"), |on| day_words(cx, on));
    let unit = |id: &Option<UnitId>| loaded.names.of_any(cx, id.as_ref());
    let community = if want.community == want.town { String::new() } else { unit(&want.community) };
    let place = [unit(&want.town), community, loaded.contact.place.clone()];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    vec![
        (cx.t("service-what"), what, "what"),
        (cx.t("service-when"), format!("{on} {part}"), "when"),
        (cx.t("service-where"), place, "where"),
    ]
}

/// `POST /order/{key}/{step}`: keeps the step and goes on, or back.
pub async fn take(cx: Cx, Path((key, step)): Path<(String, String)>, form: Form) -> Result {
    let Some(step) = STEPS.into_iter().find(|one| *one == step) else { return Err(Refusal::NotFound.into()) };
    let loaded = load(&cx, &key).await?;
    if loaded.order.state != State::Draft && step != "who" {
        return draw_sent(&cx);
    }
    let back = form.text("go") == "back";
    let (want, contact, problems) = read(step, &form, &loaded);
    if !problems.is_empty() && !back {
        return draw(&cx, &loaded, (&key, step), &form.refused(Refusal::Invalid(problems))?);
    }
    if step == "who" && !back {
        return send(cx, (key, loaded), form).await;
    }
    let next = if back { number(step).saturating_sub(1) } else { number(step) + 1 };
    let mut next = STEPS.get(next).copied().unwrap_or("who");
    // A town whose communities were not asked for yet: the same step once more, with these.
    let asks = step == "where" && want.town != loaded.order.want.town;
    if asks && !back && want.town.as_ref().is_some_and(|town| !loaded.names.communities(&cx, town).is_empty())
    {
        next = "where";
    }
    let kept = key.clone();
    cx.write(move |tx, by| resident::keep_draft(tx, by, &kept, (&want, Some(&contact)))).await?;
    cx.redirect(&format!("/order/{key}/{next}"))
}

/// The draft with what a step says, and what of it cannot be.
fn read(step: &str, form: &Form, loaded: &Loaded) -> (Want, Contact, Vec<Problem>) {
    let (mut want, mut contact) = (loaded.order.want.clone(), loaded.contact.clone());
    let mut problems = Vec::new();
    match step {
        "what" => {
            match form.optional("need", 500) {
                Ok(need) => want.need = need,
                Err(problem) => problems.push(problem),
            }
            match form.count("heads") {
                Ok(heads) => want.n_heads = heads,
                Err(problem) => problems.push(problem),
            }
            if want.resource.is_none() && want.need.is_empty() && problems.is_empty() {
                problems.push(Problem::new("service-need-missing").at("need"));
            }
        }
        "when" => {
            want.part = DayPart::parse(form.text("part")).unwrap_or_default();
            match form.day("on") {
                Ok(on) => want.on = on,
                Err(problem) => problems.push(problem),
            }
            if want.resource.is_some() && want.on.is_none() && problems.is_empty() {
                problems.push(Problem::new("service-day-missing").at("on"));
            }
            if let Some(on) = want.on.filter(|on| want.resource.is_some() && !loaded.free.contains(on)) {
                problems.push(Problem::new("service-day-taken").at("on").with("day", on));
            }
        }
        "where" => {
            want.town = Some(form.text("town")).filter(|id| !id.is_empty()).map(UnitId::from);
            want.community = Some(form.text("community")).filter(|id| !id.is_empty()).map(UnitId::from);
            want.language = form.text("language").chars().take(20).collect();
            match form.optional("place", 60) {
                Ok(place) => contact.place = place,
                Err(problem) => problems.push(problem),
            }
            if want.town.is_none() {
                problems.push(Problem::new("service-town-missing").at("town"));
            }
        }
        _ => {
            contact.name = form.text("name").chars().take(60).collect();
            contact.phone = form.text("phone").chars().take(30).collect();
        }
    }
    (want, contact, problems)
}

async fn send(cx: Cx, (key, loaded): (String, Loaded), form: Form) -> Result {
    let (name, phone) = (form.text("name").to_owned(), form.text("phone").to_owned());
    let (place, of) = (loaded.contact.place.clone(), key.clone());
    let wants_messages = loaded.reaches && form.text("sms") == "on";
    let sent = cx.write(move |tx, by| {
        let order = resident::submit(tx, by, &of, (&name, &phone, &place))?;
        if wants_messages {
            messages::choose(tx, by, &order, true)?;
        }
        Ok(resident::href(by, &order))
    });
    match sent.await {
        Ok(href) => cx.redirect(&format!("{href}&sent=1")),
        Err(refusal) => draw(&cx, &loaded, (&key, "who"), &form.refused(refusal)?),
    }
}

impl Step<'_> {
    /// The name of the town that is chosen.
    fn town(&self) -> &str {
        let chosen = self.towns.iter().find(|(id, _)| id == self.form.text("town"));
        chosen.map_or("", |(_, name)| name.as_str())
    }

    /// Whether the day is one of the free days of a thing of the menu.
    const fn has_days(&self) -> bool {
        self.resource.is_some()
    }
}
