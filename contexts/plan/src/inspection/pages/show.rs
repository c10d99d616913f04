//! `GET /desk/plan/inspections/{id}`: the form for whoever inspects, the result for everybody who sees it.

use askama::Template;
use axum::extract::Path;
use kernel::Refusal;
use people::units;
use web::{Cx, Form, Result, Safe, ui};

use super::{shows_answers, state_tag};
use crate::inspection::actions;
use crate::inspection::{Answer, Checklist, Inspection, InspectionId, Item, ItemKind, State};
use crate::pages::{desk, unit_name};
use crate::store::proof::{self, PlanProofId};
use crate::supervision::actions::is_unit_side;

#[derive(Template)]
#[template(path = "inspection/pages/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Inspection,
    list: &'a Checklist,
    unit: String,
    path: String,
    state: Safe,
    fills: bool,
    answers: bool,
    done: bool,
    rows: Vec<(&'a Item, Option<&'a Answer>)>,
    photos: Vec<String>,
    keeps: bool,
    comments: bool,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    draw(&cx, id.into(), None).await
}

struct Loaded {
    one: Inspection,
    list: Checklist,
    unit: Option<units::Unit>,
    photos: Vec<PlanProofId>,
}

/// The stored answers as a form.
fn filled(one: &Inspection) -> Form {
    let mut form = Form::new();
    for (n, answer) in &one.answers {
        form = form
            .and(&format!("given-{n}"), answer.given.to_string())
            .and(&format!("finding-{n}"), answer.finding.clone());
    }
    form.and("comment", one.comment.as_ref().map(|comment| comment.words.clone()).unwrap_or_default())
}

/// Draws it, with a form that was refused in place of what is stored.
pub(super) async fn draw(cx: &Cx, id: InspectionId, refused: Option<Form>) -> Result {
    let loaded = cx
        .read(move |tx, by| {
            let one = actions::find(tx, by, &id)?;
            Ok::<_, Refusal>(Loaded {
                list: actions::find_checklist(tx, by, &one.checklist)?,
                unit: units::find_any(tx, by.district(), &one.unit, by.today())?,
                photos: proof::list(tx, by, ("inspection", id.as_str()))?,
                one,
            })
        })
        .await?;
    let (one, list) = (&loaded.one, &loaded.list);
    let form = refused.unwrap_or_else(|| filled(one));
    let done = matches!(one.state, State::Done { .. });
    let answers = shows_answers(cx, one);
    let photos = loaded.photos.iter().filter(|_| answers);
    let page = Show {
        cx,
        form: &form,
        unit: loaded.unit.as_ref().map(|unit| unit_name(cx, unit, false)).unwrap_or_default(),
        path: format!("/desk/plan/inspections/{}", one.id),
        state: state_tag(cx, one),
        fills: matches!(one.state, State::Planned) && actions::may_fill(&cx.by, one),
        answers,
        done,
        rows: list.items.iter().map(|item| (item, one.answers.get(&item.n))).collect(),
        photos: photos.map(|photo| format!("/desk/plan/proofs/{photo}")).collect(),
        keeps: cx.may(crate::pages::KEEP),
        comments: done && is_unit_side(&cx.by.actor, &one.unit),
        one,
        list,
    };
    let title = format!("{} {}", list.title, page.unit);
    cx.page(desk(title).of_form(&form), page)
}

impl Show<'_> {
    /// All of an item's points, or none.
    fn choices(&self, item: &Item) -> Vec<(String, String)> {
        vec![
            (item.points.to_string(), self.cx.t("inspection-yes")),
            ("0".to_owned(), self.cx.t("inspection-no")),
        ]
    }

    /// Whether an item knows only all or none.
    const fn is_yes_no(&self, item: &Item) -> bool {
        matches!(item.kind, ItemKind::YesNo)
    }
}
