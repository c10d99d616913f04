//! A work order's fields in the words of the hotline, in and out.

use kernel::{Day, Problem, Problems, Refusal};
use people::units::Unit;
use serde_json::{Value, json};
use web::{Cx, Form};

use super::lexicon::{
    ASKED, CHANGED_AT, CONTENT, DEPARTMENT, DONE, DUE, ENDED_AT, HEADS, KIND, NAME, NUMBER, ON, OUR_NUMBER,
    PHONE, PLACE, STATE, STEP, TAKEN_AT, TITLE, TO_CALL, TOWN, UNDER_WAY, VISIT, WAITS, WORDS,
};
use crate::actions::community::Entered;
use crate::order::{Channel, DayPart, Order, State, Want};
use crate::pages::names::Names;
use crate::store::origin::Foreign;

/// A work order as it was read.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub number: String,
    pub kind: String,
    pub entered: Entered,
}

/// Reads a pushed work order; the town by its name, its other names, its code, or its id here.
///
/// # Errors
/// All that has to be mended, at the hotline's own fields.
pub(super) fn read(form: &Form, towns: &[Unit]) -> Result<Work, Refusal> {
    let mut problems = Problems::new();
    let number = problems.take(form.required(NUMBER, 64)).unwrap_or_default();
    let kind = problems.take(form.optional(KIND, 20)).unwrap_or_default();
    let content = problems.take(form.required(CONTENT, 500)).unwrap_or_default();
    let title = problems.take(form.optional(TITLE, 60)).unwrap_or_default();
    let on = form.text(ON);
    let day = Day::parse(on.get(..10).unwrap_or(on));
    if day.is_none() && !on.is_empty() {
        problems.add(Problem::new("error-not-a-day").at(ON).with("value", on));
    }
    let n_heads = problems.take(form.count(HEADS)).flatten();
    let key = kernel::search_key(form.text(TOWN));
    let is = |one: &&Unit| {
        let code = one.code.as_deref().unwrap_or_default();
        !key.is_empty()
            && (kernel::search_key(&one.name) == key
                || kernel::search_key(one.label()) == key
                || code == key
                || one.id.as_str() == form.text(TOWN))
    };
    let town = towns.iter().find(is).map(|one| one.id.clone());
    if town.is_none() {
        problems.add(Problem::new("service-town-missing").at(TOWN));
    }
    problems.check()?;
    // A title that the content begins with says nothing more.
    let said = title.is_empty() || content.starts_with(&title);
    let need = if said { content } else { format!("{title}\n{content}") };
    let want = Want {
        need: need.chars().take(500).collect(),
        community: town.clone(),
        town,
        on: day,
        part: DayPart::Any,
        n_heads,
        ..Want::default()
    };
    Ok(Work {
        number,
        kind,
        entered: Entered {
            channel: Channel::Phone,
            want,
            name: form.text(NAME).to_owned(),
            phone: form.text(PHONE).to_owned(),
            place: form.text(PLACE).to_owned(),
        },
    })
}

/// The fields by the names that the hotline knows.
pub(super) fn named_as_sent(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(problems) = refusal else { return refusal };
    let renamed = problems.into_iter().map(|mut problem| {
        let field = match problem.field.as_deref() {
            Some("town") => TOWN,
            Some("on") => ON,
            Some("heads") => HEADS,
            Some("need") => CONTENT,
            Some("name") => NAME,
            Some("phone") => PHONE,
            Some("place") => PLACE,
            Some(_) | None => return problem,
        };
        problem.field = Some(field.into());
        problem
    });
    Refusal::Invalid(renamed.collect())
}

/// How far a work order is, in the five states that hotlines speak of.
const fn state(state: &State) -> &'static str {
    match state {
        State::Draft | State::Submitted => WAITS,
        State::Returned { .. } => ASKED,
        State::Joined { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. } => UNDER_WAY,
        State::Awaiting { .. } | State::Feedback { .. } => TO_CALL,
        State::Refused { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. }
        | State::PassedOn { .. } => DONE,
    }
}

/// What became of it; nothing that a person wrote but the words that the caller is to hear.
pub(super) fn told(cx: &Cx, names: &Names, one: &Foreign) -> Value {
    let order: &Order = &one.order;
    let ended = order.state.ended();
    let words = match &order.state {
        State::Refused { reason, .. } | State::PassedOn { reason, .. } => reason.as_str(),
        State::Returned { question, .. } => question.as_str(),
        State::Draft
        | State::Submitted
        | State::Joined { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. }
        | State::Feedback { .. }
        | State::Closed { .. }
        | State::Withdrawn { .. }
        | State::Merged { .. } => "",
    };
    json!({
        NUMBER: one.number,
        KIND: one.kind,
        OUR_NUMBER: order.number(),
        STATE: state(&order.state),
        STEP: cx.t(&format!("service-state-{}", order.state.code())),
        DEPARTMENT: names.of_any(cx, order.state.department()),
        TOWN: names.of_any(cx, order.want.town.as_ref()),
        TAKEN_AT: order.submitted_at.map(kernel::Instant::minute_text),
        DUE: order.running.due.map(|due| due.to_string()),
        VISIT: order.state.visit().map(|visit| format!("{} {}", visit.on, crate::clock_text(visit.minute))),
        WORDS: words,
        ENDED_AT: ended.map(|who| who.at.minute_text()),
        CHANGED_AT: order.state_at.utc_text(),
    })
}
