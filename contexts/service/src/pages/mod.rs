//! The pages of the loop: the resident's, and those of everybody who serves them.

mod board;
pub(crate) mod names;
pub(crate) mod orders;
mod public;
mod resources;
mod settings;
mod teams;

use kernel::{Day, Permission, Workdays};
use web::ui::escape;
use web::{Cx, Page, Routes, Safe, Tone, ui};

use crate::order::pause::{Mark, Pause, pauses};
use crate::order::rules::{CHECKERS, KEEPERS};
use crate::order::{Order, State};
use crate::store::step::Step;

/// What only these pages use.
pub(crate) const STYLE: &str = "/assets/service.css";

/// What makes the list at the door work without a line.
pub(crate) const DOOR_SCRIPT: &str = "/assets/service-door.js";

pub(crate) const PUBLIC: Permission = Permission::Public;
pub(crate) const SIGNED: Permission = Permission::SignedIn;
pub(crate) const CHECK: Permission = Permission::Roles(CHECKERS);
const KEEP: Permission = Permission::Roles(KEEPERS);
pub(crate) const OFFER: Permission = Permission::Roles(crate::order::rules::OFFERERS);
/// Room for the photos of a report and the fields around them.
const UPLOAD: usize = evidence::MAX_PHOTO_BYTES + (8 << 20);

/// The routes of this context.
pub(crate) fn routes() -> Routes {
    let routes = crate::open311::routes(Routes::new());
    let routes = crate::hotline::routes(crate::api::routes(crate::feeds::routes(routes)));
    routes
        .get("/service", PUBLIC, public::menu::show)
        .get("/service/{id}", PUBLIC, public::item::show)
        .get("/order", PUBLIC, public::steps::start)
        .post("/order", PUBLIC, public::steps::begin)
        .get("/order/{key}/{step}", PUBLIC, public::steps::show)
        .post("/order/{key}/{step}", PUBLIC, public::steps::take)
        .get("/orders", PUBLIC, public::order::ask)
        .post("/orders", PUBLIC, public::order::find)
        .get("/orders/{number}", PUBLIC, public::order::show)
        .post("/orders/{number}/{step}", PUBLIC, public::order::take)
        .get("/hours", PUBLIC, public::hours::show)
        .get("/desk/orders", SIGNED, orders::index::show)
        .get("/desk/orders/new", CHECK, orders::new::show)
        .post("/desk/orders/new", CHECK, orders::new::create)
        .get("/desk/orders/board", KEEP, board::show)
        .get("/desk/orders/settings", KEEP, settings::show)
        .post("/desk/orders/settings", KEEP, settings::save)
        .get("/desk/orders/{id}", SIGNED, orders::show::show)
        .post("/desk/orders/{id}/contact", SIGNED, orders::steps::contact)
        .get("/desk/orders/{id}/door", SIGNED, orders::door::show)
        .post("/desk/orders/{id}/door", SIGNED, orders::door::take)
        .upload("/desk/orders/{id}/report", SIGNED, UPLOAD, orders::report::send)
        .post("/desk/orders/{id}/{step}", SIGNED, orders::steps::take)
        .get("/desk/resources", SIGNED, resources::index)
        .get("/desk/resources/new", OFFER, resources::new)
        .post("/desk/resources/new", OFFER, resources::create)
        .get("/desk/resources/{id}", SIGNED, resources::show)
        .post("/desk/resources/{id}", OFFER, resources::change)
        .get("/desk/teams", SIGNED, teams::index)
        .get("/desk/teams/{unit}", SIGNED, teams::show)
        .post("/desk/teams/{unit}", OFFER, teams::set)
        .post("/desk/teams/{unit}/people", OFFER, teams::add)
        .get("/desk/volunteers/{id}", SIGNED, teams::person)
        .post("/desk/volunteers/{id}", OFFER, teams::change_person)
}

/// A page of this context on the workbench.
pub(crate) fn desk(title: String) -> Page {
    Page::new(title).style(STYLE)
}

/// A page of this context for residents.
pub(crate) fn face(title: String) -> Page {
    Page::new(title).public().style(STYLE)
}

/// The ways between the pages of the loop; `here` is the path of the current one.
pub(crate) fn subnav(cx: &Cx, here: &str) -> Safe {
    let all = [
        ("/desk/orders", "service-nav-orders", true),
        ("/desk/orders/board", "service-nav-board", cx.may(KEEP)),
        ("/desk/resources", "service-nav-resources", true),
        ("/desk/teams", "service-nav-teams", true),
        ("/desk/orders/settings", "service-nav-settings", cx.may(KEEP)),
    ];
    let mut list = String::new();
    for (path, key, _) in all.into_iter().filter(|(_, _, open)| *open) {
        let current = if path == here { " aria-current=\"page\"" } else { "" };
        list.push_str(&format!(r#"<li><a href="{path}"{current}>{}</a></li>"#, escape(&cx.t(key))));
    }
    Safe(format!(
        r#"<nav class="subnav" aria-label="{}"><ul>{list}</ul></nav>"#,
        escape(&cx.t("service-nav"))
    ))
}

/// The state in word, shape and colour.
pub(crate) fn state_tag(cx: &Cx, order: &Order) -> Safe {
    if order.is_late(cx.by.today()) {
        let word = cx.t(&format!("service-state-{}", order.state.code()));
        return ui::tag(Tone::Late, &cx.with("service-late", &[("state", word)]));
    }
    let tone = match order.state {
        State::Closed { .. } | State::Feedback { .. } => Tone::Ok,
        State::Refused { .. } => Tone::Late,
        State::Withdrawn { .. } | State::Merged { .. } | State::PassedOn { .. } | State::Draft => Tone::Quiet,
        State::Submitted
        | State::Returned { .. }
        | State::Joined { .. }
        | State::Dispatched
        | State::Claimed { .. }
        | State::Recruiting { .. }
        | State::Accepted { .. }
        | State::Scheduled { .. }
        | State::InDelivery { .. }
        | State::Awaiting { .. } => Tone::Wait,
    };
    ui::tag(tone, &cx.t(&format!("service-state-{}", order.state.code())))
}

/// How the clock stands, in a sentence that says what paused it; empty when none runs.
pub(crate) fn clock_words(cx: &Cx, order: &Order, calendar: &Workdays) -> String {
    if let State::Returned { n_left, .. } = &order.state {
        return cx.with("service-clock-stands", &[("n", n_left.to_string())]);
    }
    let today: Day = cx.by.today();
    let (Some(due), Some(left)) = (order.running.due, order.days_left(today, calendar)) else {
        return String::new();
    };
    let key = if due < today { "service-clock-late" } else { "service-clock-runs" };
    cx.with(key, &[("n", left.abs().to_string()), ("due", due.to_string())])
}

/// What paused the clock, a sentence each: why, from when to when, and how much was left.
pub(crate) fn pause_words(cx: &Cx, steps: &[Step], calendar: &Workdays) -> Vec<String> {
    let marks: Vec<Mark<'_>> = steps
        .iter()
        .map(|one| Mark { step: &one.step, at: one.at, due: one.due, words: &one.words })
        .collect();
    let words = |one: &Pause| {
        let args = [
            ("from", one.from.minute_text()),
            ("to", one.to.map(kernel::Instant::minute_text).unwrap_or_default()),
            ("words", one.question.clone()),
            ("n", one.n_left.map(|n| n.to_string()).unwrap_or_default()),
        ];
        let key = match (one.to, one.n_left) {
            (Some(_), Some(_)) => "service-pause-over",
            (None, Some(_)) => "service-pause-on",
            (Some(_), None) => "service-pause-over-bare",
            (None, None) => "service-pause-on-bare",
        };
        cx.with(key, &args)
    };
    pauses(&marks, calendar).iter().map(words).collect()
}

/// What a kind of list offers to choose from: value and words.
pub(crate) fn options<'a>(
    cx: &Cx,
    prefix: &str,
    codes: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, String)> {
    codes.into_iter().map(|code| (code.to_owned(), cx.t(&format!("{prefix}{code}")))).collect()
}

/// With "any" in front.
pub(crate) fn or_any(cx: &Cx, mut all: Vec<(String, String)>) -> Vec<(String, String)> {
    all.insert(0, (String::new(), cx.t("service-any")));
    all
}

/// A day as people say it: `11月6日 周四`.
pub(crate) fn day_words(cx: &Cx, day: Day) -> String {
    let weekday = cx.t(&format!("service-weekday-{}", crate::resource::weekday(day)));
    let (month, date) = (day.month().to_string(), day.day_of_month().to_string());
    cx.with("service-day", &[("month", month), ("day", date), ("weekday", weekday)])
}

/// When they come, in words.
pub(crate) fn visit_words(cx: &Cx, visit: crate::order::Visit) -> String {
    format!("{} {}", day_words(cx, visit.on), crate::clock_text(visit.minute))
}

/// Minutes of the day from `9:30` in either width; none when it is no time.
pub(crate) fn read_clock(text: &str) -> Option<i64> {
    let text = kernel::search_key(text);
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}
