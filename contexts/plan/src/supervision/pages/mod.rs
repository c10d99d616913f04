//! The pages of supervision.

mod index;
mod new;
mod preview;
mod settings;
mod show;
mod steps;

pub use index::{Line, unit_line};

use kernel::{Day, Workdays};
use web::{Cx, Routes, Safe, Tone, ui};

use super::proofs::UPLOAD;
use super::{Clock, Reason, State, Supervision};
use crate::pages::{KEEP, SIGNED};

/// The routes of supervision.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/plan/supervision", SIGNED, index::show)
        .get("/desk/plan/supervision/new", KEEP, new::show)
        .post("/desk/plan/supervision", KEEP, new::create)
        .get("/desk/plan/supervision/preview", KEEP, preview::show)
        .post("/desk/plan/supervision/preview", KEEP, preview::raise)
        .get("/desk/plan/supervision/settings", KEEP, settings::show)
        .post("/desk/plan/supervision/settings", KEEP, settings::save)
        .get("/desk/plan/supervision/{id}", SIGNED, show::show)
        .post("/desk/plan/supervision/{id}/acknowledgement", SIGNED, steps::acknowledge)
        .upload("/desk/plan/supervision/{id}/reply", SIGNED, UPLOAD, steps::reply)
        .post("/desk/plan/supervision/{id}/extension", SIGNED, steps::ask)
        .post("/desk/plan/supervision/{id}/decision", KEEP, steps::decide)
        .post("/desk/plan/supervision/{id}/closure", KEEP, steps::close)
        .post("/desk/plan/supervision/{id}/return", KEEP, steps::send_back)
        .post("/desk/plan/supervision/{id}/withdrawal", KEEP, steps::withdraw)
        .get("/desk/plan/proofs/{id}", SIGNED, show::proof)
}

/// `督办〔2025〕3号`
pub(crate) fn number(cx: &Cx, one: &Supervision) -> String {
    cx.with("supervision-number", &[("year", one.year.to_string()), ("n", one.n.to_string())])
}

/// The state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, one: &Supervision, today: Day) -> Safe {
    if one.is_late(today) {
        return ui::tag(Tone::Late, &cx.t("supervision-state-late"));
    }
    let tone = match one.state {
        State::Raised | State::Acknowledged | State::Extending { .. } | State::Replied { .. } => Tone::Wait,
        State::Returned { .. } => Tone::Late,
        State::Closed { .. } => Tone::Ok,
        State::Withdrawn { .. } => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("supervision-state-{}", one.state.code())))
}

/// How the unit's clock stands, in a sentence that says what paused it; empty when it is over.
pub(crate) fn clock_words(cx: &Cx, one: &Supervision, today: Day, calendar: &Workdays) -> String {
    let due = one.due.to_string();
    match one.clock(today, calendar) {
        Clock::Runs(n) if n < 0 || one.due < today => {
            cx.with("supervision-clock-late", &[("n", n.abs().to_string()), ("due", due)])
        }
        Clock::Runs(n) => cx.with("supervision-clock-runs", &[("n", n.to_string()), ("due", due)]),
        Clock::Stands(n, on) => {
            let key = format!("supervision-clock-{}", one.state.code());
            cx.with(&key, &[("n", n.max(0).to_string()), ("on", on.to_string())])
        }
        Clock::Over => String::new(),
    }
}

/// Why it was raised, with the figures of that moment; empty for what a person raised.
pub(crate) fn reason_words(cx: &Cx, reason: &Reason) -> String {
    if reason.code.is_empty() {
        return String::new();
    }
    let args: Vec<(&str, String)> =
        reason.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    cx.with(&format!("supervision-because-{}", reason.code), &args)
}
