//! `GET /plan`: the promises, each with its number or 未填, and the measures, in plain words.

use askama::Template;
use axum::extract::Query;
use evidence::open::{self, Told};
use evidence::suppression::FEWEST;
use kernel::Year;
use serde::Deserialize;
use web::{Cx, Page, Result, Safe, ui};

use crate::figures::{self, Board, TargetFigure};
use crate::pages::{STYLE, card, status};
use crate::store;
use crate::wording::WordingKind;

#[derive(Template)]
#[template(path = "pages/public/plan.html")]
struct PlanPage<'a> {
    cx: &'a Cx,
    board: &'a Board,
    title: String,
    cards: Vec<Promised>,
    sections: Vec<(String, Vec<Measure>)>,
    goals: Vec<(i64, String, String)>,
    others: Vec<(String, String)>,
    read_aloud: String,
    query: String,
}

#[derive(Template)]
#[template(path = "pages/public/empty.html")]
struct EmptyPage<'a> {
    cx: &'a Cx,
}

/// A promise as the public reads it.
pub(crate) struct Promised {
    pub title: String,
    pub plain: String,
    pub kind: String,
    pub value: String,
    pub filled: bool,
    pub goal: String,
    pub status: Safe,
    pub basis: String,
    pub bar: Safe,
    pub sentence: String,
}

struct Measure {
    n: i64,
    title: String,
    plain: String,
    done: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    year: Option<Year>,
}

/// Shows it.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let (chosen, year) = (crate::pages::chosen(choice.plan.as_deref()), choice.year);
    let query = super::query(chosen.as_ref());
    let found = cx
        .read(move |tx, by| {
            let Some(plan) = figures::shown(tx, by, chosen.as_ref())? else { return Ok(None) };
            let Some(board) = figures::board(tx, by, plan, year)? else { return Ok(None) };
            let published = store::list_published(tx, by.district())?;
            Ok(Some((board, published, open::told(tx, by)?)))
        })
        .await?;
    let Some((board, published, told)) = found else {
        return cx.page(public(cx.t("plan-title")), EmptyPage { cx: &cx });
    };
    let title = board.words.title(cx.locale, WordingKind::Title, &board.plan.title, &board.plan.title);
    let others = published.iter().filter(|plan| plan.id != board.plan.id).filter_map(|plan| {
        let period = plan.period?.text();
        Some((format!("/plan/compare?from={}&to={}", plan.id, board.plan.id), period))
    });
    let page = PlanPage {
        cx: &cx,
        cards: board.targets.iter().map(|one| promised_card(&cx, (&board, &told), one)).collect(),
        sections: sections(&cx, &board, &told),
        goals: board.goals.iter().map(|goal| goal_words(&cx, &board, goal)).collect(),
        others: others.collect(),
        read_aloud: read_aloud(&cx),
        board: &board,
        title: title.clone(),
        query,
    };
    cx.page(public(title), page)
}

/// The frame of a public page.
pub(crate) fn public(title: String) -> Page {
    Page::new(title).public().style(STYLE).for_everybody()
}

/// The words of the button that reads aloud, and of the one that stops.
pub(crate) fn read_aloud(cx: &Cx) -> String {
    format!("{}|{}", cx.t("plan-read-aloud"), cx.t("plan-read-stop"))
}

/// A promise as the public reads it.
pub(crate) fn promised_card(cx: &Cx, (board, told): (&Board, &Told), one: &TargetFigure) -> Promised {
    let hidden = super::hides(told, one);
    // who is not known is a count of people too, and beside a figure held back it would tell that one
    let known = |n: &i64| !hidden && *n >= FEWEST;
    let card =
        card::card(cx, board, &TargetFigure { unidentified: one.unidentified.filter(known), ..one.clone() });
    Promised {
        title: card.title,
        plain: card.plain,
        kind: card.kind,
        value: if hidden { super::left_out(cx) } else { card.value },
        filled: card.filled,
        goal: card.goal,
        status: if one.is_confirmed() {
            status(cx, one.status)
        } else {
            ui::tag(web::Tone::Wait, &cx.t("plan-target-proposed"))
        },
        basis: card.basis,
        // A bar would tell the figure that is held back.
        bar: if hidden { Safe::default() } else { card.bar },
        sentence: card.sentence,
    }
}

fn sections(cx: &Cx, board: &Board, told: &Told) -> Vec<(String, Vec<Measure>)> {
    let measure = |measure: &figures::MeasureFigure| {
        let (item, id) = (&measure.item, measure.item.id.as_str());
        let heads = super::person_times(told, board, measure);
        let done = [
            ("year", board.year.to_string()),
            ("n", cx.number(measure.sums.sessions)),
            ("heads", super::people(cx, heads)),
        ];
        let key = if heads.is_some() { "plan-public-done" } else { "plan-public-done-left-out" };
        Measure {
            n: item.n,
            title: board.words.title(cx.locale, WordingKind::Item, id, &item.title),
            plain: board.words.plain(cx.locale, WordingKind::Item, id).unwrap_or_default().to_owned(),
            done: cx.with(key, &done),
        }
    };
    board
        .sections
        .iter()
        .map(|section| {
            let title = &section.section.title;
            let title = board.words.title(cx.locale, WordingKind::Section, title, title);
            (title, section.measures.iter().map(measure).collect())
        })
        .collect()
}

fn goal_words(cx: &Cx, board: &Board, goal: &figures::GoalFigure) -> (i64, String, String) {
    let id = goal.item.id.as_str();
    let title = board.words.title(cx.locale, WordingKind::Item, id, &goal.item.title);
    (goal.item.n, title, board.words.plain(cx.locale, WordingKind::Item, id).unwrap_or_default().to_owned())
}
