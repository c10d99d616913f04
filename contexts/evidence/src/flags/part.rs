//! The flags of a delivery beside the decision: what was found, beside which record, what to check,
//! and the verifier's answer.

use askama::Template;
use db::Tx;
use kernel::{Caller, Day, Refusal, UnitId};
use web::{Cx, Form, Safe, ui};

use super::{Flag, Found, Rule, State, actions, rules, store};
use crate::pages::names::Names;
use crate::{Delivery, actions as all_actions};

/// What there is to look at, with what was answered.
pub(crate) struct Flagged {
    lines: Vec<Line>,
    may_answer: bool,
    own_photo: Option<String>,
}

struct Line {
    found: Found,
    kept: Option<Flag>,
    other: Option<Seen>,
}

/// The other record, when the reader sees it.
struct Seen {
    title: String,
    on: Option<Day>,
    host: Option<UnitId>,
    town: Option<UnitId>,
    photo: Option<String>,
}

impl Flagged {
    /// Units of the other records, for their names.
    pub(crate) fn units(&self) -> impl Iterator<Item = &UnitId> {
        let seen = self.lines.iter().filter_map(|line| line.other.as_ref());
        seen.flat_map(|seen| [&seen.host, &seen.town]).flatten()
    }
}

/// Loads them: what is found now, and what was answered before although it is no longer found.
///
/// # Errors
/// As the database refuses.
pub(crate) fn load(tx: &mut Tx<'_>, by: &Caller, one: &Delivery) -> Result<Flagged, Refusal> {
    let found = actions::find(tx, by, one)?;
    let mut kept = store::of_delivery(tx, by.district(), &one.id)?;
    let mut all: Vec<(Found, Option<Flag>)> = Vec::new();
    for found in found {
        let same = |flag: &Flag| flag.found.rule == found.rule && flag.found.other == found.other;
        let at = kept.iter().position(same);
        all.push((found, at.map(|at| kept.swap_remove(at))));
    }
    let answered = kept.into_iter().filter(|flag| matches!(flag.state, State::Answered { .. }));
    all.extend(answered.map(|flag| (flag.found.clone(), Some(flag))));
    let mut lines = Vec::new();
    for (found, kept) in all {
        let other = seen(tx, by, &found)?;
        lines.push(Line { found, kept, other });
    }
    let own_photo = if lines.iter().any(|line| line.found.rule == Rule::SamePhoto) {
        photo(tx, by, ("delivery", one.id.as_str()))?
    } else {
        None
    };
    Ok(Flagged { lines, may_answer: rules::may_answer(&by.actor, one), own_photo })
}

fn photo(tx: &mut Tx<'_>, by: &Caller, subject: (&'static str, &str)) -> Result<Option<String>, Refusal> {
    let photos = crate::store::proof::list(tx, by.district(), subject)?;
    Ok(photos.first().map(|photo| format!("/desk/proofs/{}", photo.id)))
}

/// The other record as far as the reader sees it; what they may not see is not told apart from what
/// is not there.
fn seen(tx: &mut Tx<'_>, by: &Caller, found: &Found) -> Result<Option<Seen>, Refusal> {
    let id = found.other.id.clone();
    let read = match found.other.kind {
        "entry" => all_actions::entry::find(tx, by, &id.into()).map(|entry| Seen {
            title: entry.details.title.clone(),
            on: Some(entry.details.from),
            host: Some(entry.details.unit.clone()),
            town: entry.details.town,
            photo: None,
        }),
        "attestation" => all_actions::attestation::find(tx, by, &id.into()).map(|one| Seen {
            title: one.signed.name.clone(),
            on: Some(one.signed.at.day()),
            host: Some(one.unit),
            town: None,
            photo: None,
        }),
        _ => all_actions::delivery::find(tx, by, &id.into()).map(|other| Seen {
            title: other.details.title.clone(),
            on: Some(other.details.on),
            host: Some(other.details.host),
            town: Some(other.details.town),
            photo: None,
        }),
    };
    match read {
        Ok(mut seen) => {
            if found.rule == Rule::SamePhoto {
                seen.photo = photo(tx, by, (found.other.kind, &found.other.id))?;
            }
            Ok(Some(seen))
        }
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "flags/part.html")]
struct Part<'a> {
    cx: &'a Cx,
    action: String,
    lines: Vec<Shown>,
    own_photo: Option<&'a str>,
    wrong: Option<String>,
    typed: &'a str,
}

/// A flag as shown.
struct Shown {
    n: usize,
    rule: &'static str,
    other: String,
    sentence: String,
    check: String,
    link: Option<(String, String)>,
    photo: Option<String>,
    answer: Option<(String, String)>,
    may_answer: bool,
    /// The one whose answer was refused.
    is_refused: bool,
}

/// Draws them; nothing when there is nothing to look at.
pub(crate) fn draw(cx: &Cx, flagged: &Flagged, names: &Names, one: &Delivery, form: &Form) -> Safe {
    if flagged.lines.is_empty() {
        return Safe::default();
    }
    let wrong = form.problems().iter().find(|problem| problem.field.as_deref() == Some("answer"));
    let lines = flagged.lines.iter().enumerate().map(|(n, line)| {
        let code = line.found.rule.code();
        let is_refused =
            wrong.is_some() && form.text("rule") == code && form.text("other") == line.found.other.id;
        let answer = line.kept.as_ref().and_then(|flag| answered(cx, flag));
        Shown {
            n,
            rule: code,
            other: line.found.other.id.clone(),
            sentence: sentence(cx, &line.found),
            check: cx.t(&format!("evidence-flag-check-{code}")),
            link: line.other.as_ref().map(|seen| (line.found.other.href(), words(cx, names, seen))),
            photo: line.other.as_ref().and_then(|seen| seen.photo.clone()),
            may_answer: flagged.may_answer && answer.is_none(),
            answer,
            is_refused,
        }
    });
    let part = Part {
        cx,
        action: format!("/desk/deliveries/{}/flags", one.id),
        lines: lines.collect(),
        own_photo: flagged.own_photo.as_deref(),
        wrong: wrong.map(|problem| cx.with(problem.key, &problem.args)),
        typed: form.text("answer"),
    };
    part.render().map(Safe).unwrap_or_default()
}

fn answered(cx: &Cx, flag: &Flag) -> Option<(String, String)> {
    match &flag.state {
        State::Answered { answered, answer } => {
            let args = [("name", answered.name.clone()), ("at", answered.at.minute_text())];
            Some((cx.with("evidence-flag-was-answered", &args), answer.clone()))
        }
        State::Open | State::Gone => None,
    }
}

/// What was found, in a sentence.
pub(super) fn sentence(cx: &Cx, found: &Found) -> String {
    let args = [("n", cx.number(found.n)), ("name", found.called.clone())];
    cx.with(&format!("evidence-flag-{}", found.rule.code()), &args)
}

fn words(cx: &Cx, names: &Names, seen: &Seen) -> String {
    let unit = |id: &Option<UnitId>| id.as_ref().map(|id| names.unit(cx, id)).unwrap_or_default();
    let on = seen.on.map(|on| on.to_string()).unwrap_or_default();
    let parts = [seen.title.clone(), on, unit(&seen.host), unit(&seen.town)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
