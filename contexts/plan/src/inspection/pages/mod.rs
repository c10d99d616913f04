//! The pages of inspections.

mod checklist;
mod checklists;
mod index;
mod new;
mod show;
mod steps;

use web::{Cx, Routes, Safe, Tone, ui};

use super::{Inspection, State};
use crate::pages::{KEEP, SIGNED};
use crate::supervision::proofs::UPLOAD;

pub(crate) use index::of_unit;
pub use index::{Line, OfUnit};

/// The routes of inspections.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/plan/checklists", KEEP, checklists::show)
        .get("/desk/plan/checklists/new", KEEP, checklist::new)
        .post("/desk/plan/checklists", KEEP, checklist::create)
        .get("/desk/plan/checklists/{id}", KEEP, checklist::show)
        .get("/desk/plan/inspections", SIGNED, index::show)
        .get("/desk/plan/inspections/new", KEEP, new::show)
        .post("/desk/plan/inspections", KEEP, new::create)
        .get("/desk/plan/inspections/{id}", SIGNED, show::show)
        .upload("/desk/plan/inspections/{id}/answers", SIGNED, UPLOAD, steps::fill)
        .post("/desk/plan/inspections/{id}/cancellation", KEEP, steps::cancel)
        .post("/desk/plan/inspections/{id}/comment", SIGNED, steps::comment)
        .post("/desk/plan/inspections/{id}/findings/{n}", KEEP, steps::raise)
}

/// The state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, one: &Inspection) -> Safe {
    let tone = match one.state {
        State::Planned if one.on < cx.by.today() => Tone::Late,
        State::Planned => Tone::Wait,
        State::Done { .. } => Tone::Ok,
        State::Cancelled { .. } => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&format!("inspection-state-{}", one.state.code())))
}

/// Whether the reader sees what was filled in: everybody who sees the inspection once it is done, before
/// that only who inspects.
pub(crate) fn shows_answers(cx: &Cx, one: &Inspection) -> bool {
    matches!(one.state, State::Done { .. }) || super::actions::may_fill(&cx.by, one)
}
