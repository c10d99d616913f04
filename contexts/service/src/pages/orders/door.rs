//! `/desk/orders/{id}/door`: who came and who left, pressed at the door, with a line or without.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use kernel::{Day, Problem, Refusal};
use web::{Cx, Form, Result, ui};

use crate::actions;
use crate::actions::door::{self, Answer};
use crate::door::{MOST_WRONG, Moment, Presence, Told, What};
use crate::order::rules::{self, May};
use crate::order::{Order, OrderId};
use crate::pages::{DOOR_SCRIPT, desk, read_clock, visit_words};
use crate::store;
use crate::team::{Duty, PersonId};

struct Loaded {
    order: Order,
    may: May,
    duties: Vec<Duty>,
    known: Vec<Presence>,
    told: Told,
}

struct Line {
    person: String,
    name: String,
    words: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/orders/door.html")]
struct Door<'a> {
    cx: &'a Cx,
    form: &'a Form,
    order: &'a Order,
    path: String,
    visit: Option<String>,
    account: String,
    rows: Vec<Line>,
    /// The resident's code was told.
    told: bool,
    /// Too many wrong ones were.
    over: bool,
    /// Whether the actor notes here now.
    may: bool,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let loaded = load(&cx, id.into()).await?;
    draw(&cx, &loaded, &Form::new())
}

/// `POST`: notes it.
pub async fn take(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = OrderId::from(id);
    // Whoever does not see the order reads nothing of what is wrong with the form.
    let loaded = load(&cx, id.clone()).await?;
    match note(&cx, &id, &form).await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &loaded, &form.refused(refusal)?),
    }
}

async fn note(cx: &Cx, id: &OrderId, form: &Form) -> std::result::Result<axum::response::Response, Refusal> {
    let moment = read_moment(form, door::now(&cx.by))?;
    let what = What::parse(form.text("what")).ok_or_else(|| Problem::new("service-door-what").at("what"))?;
    let code = form.text("code").to_owned();
    if !code.is_empty() {
        // an action of its own: a wrong code is counted, whatever becomes of the rest
        let of = id.clone();
        let problem = match cx.write(move |tx, by| door::tell_code(tx, by, &of, &code)).await? {
            Answer::Right => None,
            Answer::Wrong(n) => Some(Problem::new("service-door-code-wrong").with("n", n)),
            Answer::Over => Some(Problem::new("service-door-code-over").with("most", MOST_WRONG)),
        };
        if let Some(problem) = problem {
            return Err(problem.at("code").into());
        }
    }
    let persons: BTreeSet<PersonId> = form.all("person").into_iter().map(PersonId::from).collect();
    let of = id.clone();
    cx.submit(form, move |tx, by| {
        door::check(tx, by, &of, &persons, (what, moment))?;
        Ok(format!("/desk/orders/{of}/door"))
    })
    .await
}

/// When it was pressed: as the phone kept it, or now.
fn read_moment(form: &Form, now: Moment) -> std::result::Result<Moment, Refusal> {
    let (on, at) = (form.text("on"), form.text("at"));
    if on.is_empty() && at.is_empty() {
        return Ok(now);
    }
    match (Day::parse(on), read_clock(at)) {
        (Some(on), Some(minute)) => Ok(Moment { on, minute }),
        (_, _) => Err(Problem::new("service-clock-unreadable").at("at").into()),
    }
}

async fn load(cx: &Cx, id: OrderId) -> std::result::Result<Loaded, Refusal> {
    cx.read(move |tx, by| {
        let (order, parties) = actions::find(tx, by, &id)?;
        let at = (&id, order.n_reopened);
        Ok(Loaded {
            may: rules::may(&by.actor, &order, &parties),
            duties: store::duty::of_order(tx, by.district(), at)?,
            known: store::door::list(tx, by.district(), at)?,
            told: store::door::told(tx, by.district(), at)?,
            order,
        })
    })
    .await
}

fn draw(cx: &Cx, loaded: &Loaded, form: &Form) -> Result {
    let order = &loaded.order;
    let chosen = form.all("person");
    let rows = loaded.duties.iter().map(|duty| {
        let known = loaded.known.iter().find(|one| one.person == duty.person);
        let is_chosen = if form.status().is_success() {
            known.is_none_or(|one| one.left.is_none())
        } else {
            chosen.contains(&duty.person.as_str())
        };
        Line {
            person: duty.person.to_string(),
            name: duty.name.clone(),
            words: presence_words(cx, known),
            is_chosen,
        }
    });
    let body = Door {
        cx,
        form,
        order,
        path: format!("/desk/orders/{}", order.id),
        visit: order.state.visit().map(|visit| visit_words(cx, visit)),
        account: cx.by.actor.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        rows: rows.collect(),
        told: loaded.told.at.is_some(),
        over: loaded.told.n_wrong >= MOST_WRONG,
        may: loaded.may.report,
    };
    cx.page(desk(cx.t("service-door")).of_form(form).script(DOOR_SCRIPT), body)
}

/// When somebody came and left, in words.
pub(super) fn presence_words(cx: &Cx, known: Option<&Presence>) -> String {
    let clock = |minute: i64| crate::clock_text(minute);
    match known {
        None => cx.t("service-door-not-yet"),
        Some(Presence { came, left: None, .. }) => cx.with("service-door-there", &[("came", clock(*came))]),
        Some(Presence { came, left: Some(left), .. }) => {
            cx.with("service-door-gone", &[("came", clock(*came)), ("left", clock(*left))])
        }
    }
}
