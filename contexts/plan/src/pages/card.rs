//! A target as a card: what is promised, the figure or 未填 with what is needed, the bar, the status.

use kernel::{Year, round_half_up};
use plan_doc::{Form, TargetKind};
use rust_decimal::Decimal;
use web::ui::{Bar, bar};
use web::{Cx, Safe};

use super::{figure, float, thousandths};
use crate::chart::{Series, Stroke, lines};
use crate::figures::{Board, TargetFigure};
use crate::rules::{Forecast, asked_at_year_end, has_reference, needs};
use crate::target::comparator_word;
use crate::wording::WordingKind;

/// All that a card says, in the reader's language.
pub(crate) struct Card {
    pub id: String,
    pub kind: String,
    pub title: String,
    /// The figure, or 未填.
    pub value: String,
    pub filled: bool,
    /// `目标 ≥ 500 人`
    pub goal: String,
    pub bar: Safe,
    pub status: Safe,
    /// Why it stands so: what is missing, or since when it is reached.
    pub why: String,
    pub confirmed: bool,
    /// What the figure rests on, or what is needed.
    pub basis: String,
    pub href: String,
    /// What was closed, where it differs from what is counted now.
    pub closed: String,
    pub forecast: String,
    pub derived: String,
    pub sentence: String,
    pub plain: String,
}

/// Draws up a card.
pub(crate) fn card(cx: &Cx, board: &Board, figure_of: &TargetFigure) -> Card {
    let target = &figure_of.target;
    let promise = &target.promise;
    let unit = &promise.unit;
    let value = figure_of.now.map(|now| shown(cx, figure_of, now));
    let value = value
        .or_else(|| stated(cx, figure_of))
        .unwrap_or_else(|| cx.t(if figure_of.counting { "plan-recounting" } else { "plan-unfilled" }));
    let plain = board.words.plain(cx.locale, WordingKind::Target, target.id.as_str());
    Card {
        id: target.id.to_string(),
        kind: format!(
            "{} {}",
            evidence::kind_sign(promise.kind.code()),
            cx.t(&format!("plan-target-kind-{}", promise.kind.code()))
        ),
        title: board.words.title(cx.locale, WordingKind::Target, target.id.as_str(), &promise.subject),
        filled: figure_of.now.is_some() || stated(cx, figure_of).is_some(),
        bar: drawn_bar(cx, figure_of, &value),
        value,
        goal: goal(cx, figure_of),
        status: super::status(cx, figure_of.status),
        why: super::why::of_target(cx, figure_of, board.on),
        confirmed: figure_of.is_confirmed(),
        basis: basis(cx, figure_of),
        href: figure_of.href().unwrap_or_default().to_owned(),
        closed: super::closed::of_target(cx, board, figure_of),
        forecast: forecast(cx, figure_of, unit),
        derived: figure_of.derived_start.map_or_else(String::new, |start| {
            let year = (board.period.from - 1).to_string();
            cx.with("plan-derived", &[("value", figure(cx, start)), ("unit", unit.clone()), ("year", year)])
        }),
        sentence: target.sentence.clone(),
        plain: plain.unwrap_or_default().to_owned(),
    }
}

/// What stands in place of a figure when a narrative was signed.
fn stated(cx: &Cx, figure_of: &TargetFigure) -> Option<String> {
    let attested = figure_of.target.promise.kind == TargetKind::Attested && figure_of.n > 0;
    attested.then(|| cx.with("plan-stated", &[("n", figure_of.n.to_string())]))
}

/// The figure; how many of all places, where each has to be covered.
fn shown(cx: &Cx, figure_of: &TargetFigure, now: Decimal) -> String {
    match figure_of.goal.filter(|_| figure_of.target.promise.is_coverage()) {
        Some(goal) => format!("{} / {}", figure(cx, now), figure(cx, goal)),
        None => figure(cx, now),
    }
}

/// The promise in one line: `不少于 500 人，到 2025 年`.
pub(crate) fn goal(cx: &Cx, figure_of: &TargetFigure) -> String {
    let promise = &figure_of.target.promise;
    let word = cx.t(&format!("plan-comparator-{}", comparator_word(promise.comparator)));
    let value = promise.value.map(|value| figure(cx, value)).unwrap_or_default();
    let amount = format!("{word} {value} {}", promise.unit);
    let amount = amount.trim().to_owned();
    if promise.is_coverage()
        && let Some(goal) = figure_of.goal
    {
        let n = figure(cx, goal);
        return cx.with("plan-goal-coverage", &[("amount", amount), ("per", promise.per.clone()), ("n", n)]);
    }
    let due = super::due_words(cx, &promise.due);
    if promise.per.is_empty() {
        cx.with("plan-goal", &[("amount", amount), ("due", due)])
    } else {
        let per = promise.per.clone();
        cx.with("plan-goal-per", &[("amount", amount), ("per", per), ("due", due)])
    }
}

fn drawn_bar(cx: &Cx, figure_of: &TargetFigure, value: &str) -> Safe {
    let (Some(now), Some(goal)) = (figure_of.now, figure_of.goal) else {
        return bar(Bar::default(), value);
    };
    let due = figure_of.asked.map(|asked| thousandths(asked, goal));
    let mut words = vec![("value", value.to_owned()), ("goal", figure(cx, goal))];
    let key = match figure_of.asked {
        Some(asked) => {
            words.push(("asked", figure(cx, figure_of.written_up(asked))));
            "plan-bar"
        }
        None => "plan-bar-plain",
    };
    bar(Bar { done: thousandths(now, goal), due }, &cx.with(key, &words))
}

fn basis(cx: &Cx, figure_of: &TargetFigure) -> String {
    if figure_of.counting {
        return cx.t("plan-because-counting");
    }
    if figure_of.now.is_none() && stated(cx, figure_of).is_none() {
        let needed: Vec<String> =
            needs(&figure_of.target.promise).iter().map(|need| cx.t(&format!("plan-needs-{need}"))).collect();
        return cx.with("plan-needs", &[("list", needed.join(&cx.t("plan-list-comma")))]);
    }
    let key = format!("plan-basis-{}", figure_of.target.promise.kind.code());
    let mut words = cx.with(&key, &[("n", figure_of.n.to_string())]);
    if let Some(as_of) = figure_of.as_of {
        words.push_str(&cx.with("plan-as-of", &[("on", as_of.to_string())]));
    }
    if let Some((low, high)) = figure_of.interval {
        words.push_str(&cx.with("plan-interval", &[("low", figure(cx, low)), ("high", figure(cx, high))]));
        words.push_str(&verdict(cx, figure_of, (low, high)));
    }
    if let Some(n) = figure_of.unidentified {
        words.push_str(&cx.with("plan-unidentified", &[("n", cx.number(n))]));
    }
    words
}

/// Whether a survey says that the promise is kept: only when its whole interval lies on one side.
fn verdict(cx: &Cx, figure_of: &TargetFigure, (low, high): (Decimal, Decimal)) -> String {
    let key = match figure_of.goal {
        Some(goal) if low >= goal => "plan-verdict-reached",
        Some(goal) if high < goal => "plan-verdict-not-reached",
        Some(_) => "plan-verdict-cannot-say",
        None => return String::new(),
    };
    cx.t(key)
}

fn forecast(cx: &Cx, figure_of: &TargetFigure, unit: &str) -> String {
    match &figure_of.forecast {
        Forecast::NotApplicable => String::new(),
        Forecast::TooFew { n } => cx.with("plan-forecast-too-few", &[("n", n.to_string())]),
        Forecast::Pace { value, n, days } => cx.with(
            "plan-forecast",
            &[
                ("value", figure(cx, *value)),
                ("unit", unit.to_owned()),
                ("due", super::due_words(cx, &figure_of.target.promise.due)),
                ("n", cx.number(*n)),
                ("days", cx.number(*days)),
            ],
        ),
    }
}

/// One row of the table behind a chart.
pub(crate) struct YearRow {
    pub year: Year,
    /// What the path, or the straight line, asks for at the year's end.
    pub asked: String,
    /// Where a planned value was decided; empty for the straight line.
    pub source: String,
    pub value: String,
    pub to_date: String,
    /// The list behind the year, and behind all up to it.
    pub href: String,
    pub href_to_date: String,
}

/// The chart of a target over the plan's years, with the rows of the table behind it.
pub(crate) fn trajectory(cx: &Cx, board: &Board, figure_of: &TargetFigure) -> (Option<Safe>, Vec<YearRow>) {
    let yearly = figure_of.target.promise.form == Some(Form::Yearly);
    let asked_at = |year: Year| {
        let (promise, goal) = (&figure_of.target.promise, figure_of.goal?);
        let due = promise.due_on()?;
        if figure_of.path.is_empty() && (yearly || !has_reference(promise)) {
            return Some(goal).filter(|_| yearly || year == due.year());
        }
        asked_at_year_end(goal, &figure_of.path, board.period.first_day(), due, year)
    };
    let none = cx.t(if figure_of.counting { "plan-recounting" } else { "plan-unfilled" });
    let mut rows = Vec::new();
    let (mut actual, mut planned) = (Vec::new(), Vec::new());
    for year in board.period.years() {
        let point = figure_of.points.iter().find(|point| point.year == year);
        let to_date = point.and_then(|point| point.to_date);
        let asked = asked_at(year);
        let drawn = if yearly { point.and_then(|point| point.value) } else { to_date };
        actual.extend(drawn.map(|value| (year, float(value))));
        planned.extend(asked.map(|value| (year, float(value))));
        let shown =
            |value: Option<Decimal>| value.map(|value| figure(cx, round_half_up(value, figure_of.places())));
        rows.push(YearRow {
            year,
            asked: asked.map(|asked| figure(cx, figure_of.written_up(asked))).unwrap_or_default(),
            source: figure_of.path.get(&year).map(|step| step.source.clone()).unwrap_or_default(),
            value: shown(point.and_then(|point| point.value)).unwrap_or_else(|| none.clone()),
            to_date: shown(to_date).unwrap_or_else(|| none.clone()),
            href: point.and_then(|point| point.href.clone()).unwrap_or_default(),
            href_to_date: point.and_then(|point| point.href_to_date.clone()).unwrap_or_default(),
        });
    }
    if actual.is_empty() && figure_of.path.is_empty() {
        return (None, rows);
    }
    let (name, stroke) = if figure_of.path.is_empty() {
        (cx.t("plan-line-reference"), Stroke::Reference)
    } else {
        (cx.t("plan-line-planned"), Stroke::Planned)
    };
    let series = [
        Series { name, stroke, points: planned },
        Series { name: cx.t("plan-line-actual"), stroke: Stroke::Actual, points: actual },
    ];
    let goal_words = goal(cx, figure_of);
    let level = figure_of.goal.map(|goal| (float(goal), goal_words.as_str()));
    let title = board.words.title(
        cx.locale,
        WordingKind::Target,
        figure_of.target.id.as_str(),
        &figure_of.target.promise.subject,
    );
    let words = cx.with("plan-chart", &[("title", title)]);
    (lines(board.period.from, board.period.to, level, &series, &words).map(Safe), rows)
}
