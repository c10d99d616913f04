//! `GET /plan/items/{n}`: one promise: its words, its numbers or 未填, and who answers for it.

use askama::Template;
use axum::extract::{Path, Query};
use evidence::open::{self, Told};
use kernel::{Refusal, Year};
use serde::Deserialize;
use web::{Cx, Result, Safe};

use super::plan::{Promised, promised_card, public, read_aloud};
use crate::figures::{self, Board};
use crate::item::leads;
use crate::wording::WordingKind;
use crate::{Item, store};

#[derive(Template)]
#[template(path = "pages/public/item.html")]
struct ItemPage<'a> {
    cx: &'a Cx,
    board: &'a Board,
    item: &'a Item,
    title: String,
    plain: String,
    kind: String,
    numbers: Option<(String, String, String, Safe)>,
    attested: Option<String>,
    leads: Vec<String>,
    supports: Vec<String>,
    targets: Vec<Promised>,
    before: Option<i64>,
    after: Option<i64>,
    read_aloud: String,
    query: String,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    plan: Option<String>,
    year: Option<Year>,
}

/// Shows it.
pub async fn show(cx: Cx, Path(n): Path<i64>, Query(choice): Query<Choice>) -> Result {
    let (chosen, year) = (crate::pages::chosen(choice.plan.as_deref()), choice.year);
    let query = super::query(chosen.as_ref());
    let (board, items, item, told) = cx
        .read(move |tx, by| {
            let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
            let mut item = store::item_by_number(tx, by.district(), &plan.id, n)?.ok_or(Refusal::NotFound)?;
            let items = store::list_items(tx, by.district(), &plan.id)?;
            let board = figures::board(tx, by, plan, year)?.ok_or(Refusal::NotFound)?;
            figures::hand_on(tx, by, std::slice::from_mut(&mut item), (&board.units, board.on))?;
            Ok((board, items, item, open::told(tx, by)?))
        })
        .await?;
    let id = item.id.as_str();
    let number = |n: i64| items.iter().find(|item| item.n == n).map(|item| item.n);
    let of = board.targets.iter().filter(|one| one.target.item.as_ref() == Some(&item.id));
    let goal = board.goals.iter().find(|goal| goal.item.id == item.id);
    let page = ItemPage {
        cx: &cx,
        title: board.words.title(cx.locale, WordingKind::Item, id, &item.title),
        plain: board.words.plain(cx.locale, WordingKind::Item, id).unwrap_or_default().to_owned(),
        kind: cx.t(&format!("plan-kind-{}", crate::item::item_kind_code(item.kind))),
        numbers: numbers(&cx, (&board, &told), &item),
        attested: goal.map(|goal| match goal.n {
            Some(n) => cx.with("plan-goal-attested", &[("n", n.to_string())]),
            None => cx.t("plan-goal-unfilled"),
        }),
        leads: names(&cx, &board, &item, true),
        supports: names(&cx, &board, &item, false),
        targets: of.map(|one| promised_card(&cx, (&board, &told), one)).collect(),
        before: number(item.n - 1),
        after: number(item.n + 1),
        read_aloud: read_aloud(&cx),
        item: &item,
        board: &board,
        query,
    };
    cx.page(public(page.title.clone()), page)
}

fn names(cx: &Cx, board: &Board, item: &Item, leading: bool) -> Vec<String> {
    let of = item.duties.iter().filter(|duty| leads(duty.role) == leading);
    of.map(|duty| crate::pages::holder(cx, board, duty, false)).collect()
}

/// Sessions, person-times, what was planned, and the state of the year.
fn numbers(cx: &Cx, (board, told): (&Board, &Told), item: &Item) -> Option<(String, String, String, Safe)> {
    let mut measures = board.sections.iter().flat_map(|section| &section.measures);
    let measure = measures.find(|measure| measure.item.id == item.id)?;
    let planned = match measure.n_planned() {
        0 => cx.t("plan-unplanned"),
        n => cx.number(n),
    };
    let heads = super::people(cx, super::person_times(told, board, measure));
    let state = crate::pages::status(cx, measure.status);
    Some((cx.number(measure.sums.sessions), heads, planned, state))
}
