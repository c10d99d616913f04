//! The pages of this context, one a file with its template beside it.

mod annual;
mod annual_form;
mod api;
mod board;
mod card;
mod closed;
mod diff;
mod document;
mod documents;
mod duties;
mod gaps;
mod item;
pub(crate) mod map;
pub(crate) mod public;
mod review;
mod review_names;
mod review_parts;
mod review_targets;
mod review_views;
mod target;
mod unit;
mod units;
mod versions;
mod why;
mod words;

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, Permission, Refusal, Role, UnitId};
use people::units::{self as units_of, Unit};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use web::ui::{self, Way, Ways, tag};
use web::{Cx, Locale, Page, Routes, Safe, Tone};

use crate::actions::KEEPERS;
use crate::figures::Board;
use crate::rules::Status;
use crate::{Duty, PlanId};

pub(crate) const STYLE: &str = "/assets/plan.css";
/// Who records what was done, for the links that lead there.
pub(crate) const RECORD: Permission = Permission::Roles(evidence::rules::RECORDERS);
pub(crate) const KEEP: Permission = Permission::Roles(KEEPERS);
const WRITE: Permission = Permission::Roles(&[Role::Administrator, Role::Coordinator, Role::Editor]);
pub(crate) const SIGNED: Permission = Permission::SignedIn;
const PUBLIC: Permission = Permission::Public;
/// A little more than the largest document, for the rest of the form.
const UPLOAD: usize = crate::actions::documents::MAX_BYTES + (64 << 10);

/// All routes.
pub fn routes() -> Routes {
    let routes = Routes::new()
        .get("/desk/plan", SIGNED, board::show)
        .get("/desk/plan/map", SIGNED, map::show)
        .get("/desk/plan/duties", SIGNED, duties::show)
        .get("/desk/plan/units", SIGNED, units::show)
        .get("/desk/plan/units/{unit}", SIGNED, unit::show)
        .get("/desk/plan/gaps", KEEP, gaps::show)
        .get("/desk/plan/items/{n}", SIGNED, item::show)
        .post("/desk/plan/items/{n}/words", KEEP, words::write_item)
        .get("/desk/plan/targets/{id}", SIGNED, target::show)
        .post("/desk/plan/targets/{id}/path", KEEP, target::set_path)
        .post("/desk/plan/targets/{id}/words", KEEP, words::write_target)
        .get("/desk/plan/years/{year}/units/{unit}", WRITE, annual::show)
        .post("/desk/plan/years/{year}/units/{unit}", WRITE, annual::write)
        .post("/desk/plan/years/{year}/units/{unit}/correction", KEEP, annual::correct)
        .post("/desk/plan/years/{year}/units/{unit}/submission", WRITE, annual::submit)
        .post("/desk/plan/years/{year}/units/{unit}/return", KEEP, annual::hand_back)
        .get("/desk/plan/documents", KEEP, documents::list)
        .upload("/desk/plan/documents", KEEP, UPLOAD, documents::receive)
        .get("/desk/plan/documents/{id}", KEEP, document::show)
        .get("/desk/plan/documents/{id}/file", KEEP, document::file)
        .get("/desk/plan/versions", SIGNED, versions::list);
    let routes = crate::reports::routes(crate::letters::pages::routes(routes));
    let routes = routes
        .get("/desk/plan/versions/{id}", KEEP, review::show)
        .get("/desk/plan/versions/{id}/diff", KEEP, diff::show)
        .post("/desk/plan/versions/{id}/head", KEEP, review_parts::head)
        .post("/desk/plan/versions/{id}/publication", KEEP, review::publish)
        .post("/desk/plan/versions/{id}/removal", KEEP, review::discard)
        .post("/desk/plan/versions/{id}/items", KEEP, review_parts::add_item)
        .post("/desk/plan/versions/{id}/items/{item}", KEEP, review_parts::edit_item)
        .post("/desk/plan/versions/{id}/items/{item}/removal", KEEP, review_parts::delete_item)
        .post("/desk/plan/versions/{id}/items/{item}/merge", KEEP, review_parts::merge_item)
        .post("/desk/plan/versions/{id}/items/{item}/split", KEEP, review_parts::split_item)
        .post("/desk/plan/versions/{id}/doubts/{doubt}/settlement", KEEP, review_parts::settle)
        .post("/desk/plan/versions/{id}/names", KEEP, review_names::assign)
        .post("/desk/plan/versions/{id}/targets", KEEP, review_targets::add_target)
        .post("/desk/plan/versions/{id}/targets/confirmation", KEEP, review_targets::confirm_all)
        .post("/desk/plan/versions/{id}/targets/{target}", KEEP, review_targets::edit_target)
        .post("/desk/plan/versions/{id}/targets/{target}/confirmation", KEEP, review_targets::confirm)
        .post("/desk/plan/versions/{id}/targets/{target}/removal", KEEP, review_targets::delete_target);
    let routes = crate::inspection::routes(crate::supervision::routes(routes));
    routes
        .get("/plan", PUBLIC, public::plan::show)
        .get("/plan/items/{n}", PUBLIC, public::item::show)
        .get("/plan/compare", PUBLIC, public::compare::show)
        .get("/api/plan.json", PUBLIC, api::plan)
}

/// A page of this context on the workbench.
pub(crate) fn desk(title: String) -> Page {
    Page::new(title).style(STYLE)
}

/// A page of the plan: its path, the key of its words, who sees it.
type Part = (&'static str, &'static str, Permission);

/// The pages of the plan: those that everybody looks at, who is asked for what, and the document.
const PARTS: [(&str, &[Part]); 3] = [
    (
        "",
        &[
            ("/desk/plan", "plan-nav-board", SIGNED),
            ("/desk/plan/map", "plan-nav-map", SIGNED),
            ("/desk/plan/duties", "plan-nav-duties", SIGNED),
            ("/desk/plan/units", "plan-nav-units", SIGNED),
            ("/desk/plan/reports", "plan-nav-reports", SIGNED),
        ],
    ),
    (
        "plan-nav-asked",
        &[
            ("/desk/plan/gaps", "plan-nav-gaps", KEEP),
            ("/desk/plan/letters", "plan-nav-letters", SIGNED),
            ("/desk/plan/supervision", "supervision-title", SIGNED),
            ("/desk/plan/inspections", "inspection-title", SIGNED),
        ],
    ),
    (
        "plan-nav-document",
        &[
            ("/desk/plan/versions", "plan-nav-versions", SIGNED),
            ("/desk/plan/documents", "plan-nav-documents", KEEP),
        ],
    ),
];

/// The ways between the pages of the plan; `here` is the path of the current one.
pub(crate) fn subnav(cx: &Cx, here: &str) -> Safe {
    let groups = PARTS.map(|(name, parts)| {
        let open = parts.iter().filter(|(_, _, permission)| cx.may(*permission));
        let way = |(path, key, _): &Part| Way {
            path: (*path).to_owned(),
            words: cx.t(key),
            current: *path == here,
        };
        let name = if name.is_empty() { String::new() } else { cx.t(name) };
        Ways { name, ways: open.map(way).collect() }
    });
    ui::parts(&cx.t("plan-nav"), &groups)
}

/// A status in word, shape and colour.
pub(crate) fn status(cx: &Cx, status: Status) -> Safe {
    let tone = match status {
        Status::Reached | Status::ReachedLate | Status::Ahead | Status::OnCourse => Tone::Ok,
        Status::Behind => Tone::Late,
        Status::CannotSay => Tone::Unsure,
        Status::Waiting => Tone::Wait,
        Status::Unfilled => Tone::Unfilled,
        Status::NotApplicable => Tone::Quiet,
    };
    tag(tone, &cx.t(&format!("plan-status-{}", status.code())))
}

/// A word of the catalogue as a tag.
pub(crate) fn word(cx: &Cx, tone: Tone, key: &str) -> Safe {
    tag(tone, &cx.t(key))
}

/// A unit's name in the reader's language: the official one, or the short one for narrow tables.
pub(crate) fn unit_name(cx: &Cx, unit: &Unit, short: bool) -> String {
    match (cx.locale, &unit.name_en) {
        (Locale::En, Some(name)) => name.clone(),
        (Locale::En, None) | (Locale::Zh, _) if short => unit.label().to_owned(),
        (Locale::En, None) | (Locale::Zh, _) => unit.name.clone(),
    }
}

/// Names of units: those of today, and of `more` also what is no more.
pub(crate) fn unit_names<'a>(
    tx: &mut Tx<'_>,
    by: &Caller,
    more: impl Iterator<Item = &'a UnitId>,
) -> std::result::Result<BTreeMap<UnitId, Unit>, Refusal> {
    let living = units_of::list(tx, by.district(), by.today())?;
    let mut known: BTreeMap<_, _> = living.into_iter().map(|unit| (unit.id.clone(), unit)).collect();
    for id in more {
        if !known.contains_key(id)
            && let Some(unit) = units_of::find_any(tx, by.district(), id, by.today())?
        {
            known.insert(id.clone(), unit);
        }
    }
    Ok(known)
}

/// Whom a duty names: the unit as it is called on the board's day, else as the document writes it.
pub(crate) fn holder(cx: &Cx, board: &Board, duty: &Duty, short: bool) -> String {
    let unit = duty.holder.unit().and_then(|unit| board.units.get(unit));
    unit.map_or_else(|| duty.name.clone(), |unit| unit_name(cx, unit, short))
}

/// Sessions of a year that are planned; what only drafts speak of is said to be that.
pub(crate) fn planned(cx: &Cx, n_planned: i64, n_drafted: i64) -> String {
    let drafted = || cx.with("plan-drafted", &[("n", cx.number(n_drafted))]);
    match (n_planned, n_drafted) {
        (0, 0) => cx.t("plan-unplanned"),
        (0, _) => format!("{}{}", cx.t("plan-unplanned"), drafted()),
        (n, 0) => cx.number(n),
        (n, _) => format!("{}{}", cx.number(n), drafted()),
    }
}

/// A figure as people read it: whole ones with their thousands apart.
pub(crate) fn figure(cx: &Cx, value: Decimal) -> String {
    let value = value.normalize();
    match value.to_i64().filter(|_| value.fract().is_zero()) {
        Some(whole) => cx.number(whole),
        None => value.to_string(),
    }
}

/// A figure for drawing.
pub(crate) fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or_default()
}

/// Thousandths of a goal, for bars.
pub(crate) fn thousandths(part: Decimal, whole: Decimal) -> u32 {
    if whole.is_zero() {
        return 0;
    }
    (part * Decimal::from(1000) / whole).max(Decimal::ZERO).min(Decimal::from(1000)).to_u32().unwrap_or(0)
}

/// A due date as people say it: a year, or a year with its month; as written when it is neither.
pub(crate) fn due_words(cx: &Cx, due: &str) -> String {
    let number = |text: &str| text.trim().parse::<u16>().ok().map(|n| n.to_string());
    match due.split_once('-') {
        None => {
            number(due).map_or_else(|| due.to_owned(), |year| cx.with("plan-due-year", &[("year", year)]))
        }
        Some((year, month)) => match (number(year), number(month)) {
            (Some(year), Some(month)) => cx.with("plan-due-month", &[("year", year), ("month", month)]),
            (None, _) | (_, None) => due.to_owned(),
        },
    }
}

/// The years of a plan to choose from.
pub(crate) fn year_options(board: &Board) -> Vec<(String, String)> {
    board.period.years().map(|year| (year.to_string(), year.to_string())).collect()
}

/// What a kind of list offers to choose from: value and words.
pub(crate) fn options<'a>(
    cx: &Cx,
    prefix: &str,
    codes: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, String)> {
    codes.into_iter().map(|code| (code.to_owned(), cx.t(&format!("{prefix}{code}")))).collect()
}

/// The plan that an address names; none for the one in force.
pub(crate) fn chosen(id: Option<&str>) -> Option<PlanId> {
    id.filter(|id| !id.is_empty()).map(PlanId::from)
}
