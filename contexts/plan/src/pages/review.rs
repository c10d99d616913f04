//! `GET /desk/plan/versions/{id}`: the document at left, what was understood at right, each linked to
//! the other; what is unsure is marked with its reason and corrected in place.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use db::Tx;
use kernel::{Caller, Refusal, UnitId};
use people::units::{self, NameMatch, Names, Unit};
use serde::Deserialize;
use web::{Cx, Form, Result, Safe, Tone, ui};

use super::desk;
use super::review_views::{DoubtView, SectionView, TargetView, doubt_view, marks, sections, target_view};
use crate::actions::{load, plans};
use crate::marked::{Paragraph, paragraphs};
use crate::plan::Obstacles;
use crate::{Content, Item, Plan, PlanId, PlanState, Target, store};

/// All that the page is drawn from.
pub(crate) struct Loaded {
    pub plan: Plan,
    pub content: Content,
    pub text: String,
    pub left: Obstacles,
    pub names: Vec<(String, i64)>,
    pub units: Vec<Unit>,
    pub suggestions: Vec<Unit>,
}

/// What is being corrected: one thing at a time, by the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Editing {
    /// `head`, `new-item`, `new-target`, or an item's id.
    pub edit: Option<String>,
    /// A target's id.
    pub target: Option<String>,
    /// A written name.
    pub name: Option<String>,
}

impl Editing {
    /// Whether this is what is being corrected.
    pub fn edits(&self, what: &str) -> bool {
        self.edit.as_deref() == Some(what)
    }
}

#[derive(Template)]
#[template(path = "pages/review.html")]
struct ReviewPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    plan: &'a Plan,
    editing: &'a Editing,
    state: Safe,
    left: Obstacles,
    names: &'a [(String, i64)],
    doubts: Vec<DoubtView>,
    open: usize,
    paragraphs: Vec<Paragraph>,
    sections: Vec<SectionView<'a>>,
    loose: Vec<TargetView>,
    proposed: usize,
    chosen: Choices,
}

/// What the forms offer to choose from.
struct Choices {
    kinds: Vec<(String, String)>,
    sections: Vec<(String, String)>,
    items: Vec<(String, String)>,
    units: Vec<(String, String)>,
    unit_kinds: Vec<(String, String)>,
    hows: Vec<(String, String)>,
    target: super::review_targets::TargetChoices,
}

/// Shows it.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(editing): Query<Editing>) -> Result {
    draw(&cx, PlanId::from(id), editing, Form::new()).await
}

/// Loads what the page shows.
fn gather(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &PlanId,
    name: Option<&str>,
) -> std::result::Result<Loaded, Refusal> {
    let plan = load(tx, by, id)?;
    let suggestions =
        match name.map(|name| Ok::<_, Refusal>(Names::load(tx, by.district(), by.today())?.find(name))) {
            Some(Ok(NameMatch::Unknown { suggestions })) => suggestions,
            Some(Ok(NameMatch::Known(unit, _))) => vec![unit],
            Some(Err(refusal)) => return Err(refusal),
            None => Vec::new(),
        };
    Ok(Loaded {
        content: store::load_content(tx, by.district(), id)?,
        text: store::document_text(tx, by.district(), &plan.document)?,
        left: store::obstacles(tx, by.district(), id)?,
        names: store::unmatched_names(tx, by.district(), id)?,
        units: units::list(tx, by.district(), by.today())?,
        suggestions,
        plan,
    })
}

/// Draws the page; a form that was refused is shown where it was filled in.
pub(crate) async fn draw(cx: &Cx, id: PlanId, editing: Editing, form: Form) -> Result {
    let name = editing.name.clone();
    let loaded = cx.read(move |tx, by| gather(tx, by, &id, name.as_deref())).await?;
    let form = if form.problems().is_empty() { super::review_parts::filled(&loaded, &editing) } else { form };
    let names: BTreeMap<UnitId, &str> =
        loaded.units.iter().map(|unit| (unit.id.clone(), unit.name.as_str())).collect();
    let plan = &loaded.plan;
    let open = |doubt: &&crate::Doubt| doubt.settled.is_none();
    let target = |target: &Target| target_view(cx, target, &editing);
    let proposed = loaded.content.targets.iter().filter(|target| target.state.code() == "proposed").count();
    let (tone, key) = match plan.state {
        PlanState::Draft => (Tone::Wait, "plan-state-draft"),
        PlanState::Published { .. } => (Tone::Ok, "plan-state-published"),
        PlanState::Superseded { .. } => (Tone::Quiet, "plan-state-superseded"),
    };
    let page = ReviewPage {
        cx,
        form: &form,
        plan,
        state: ui::tag(tone, &cx.t(key)),
        left: loaded.left,
        names: &loaded.names,
        doubts: loaded
            .content
            .doubts
            .iter()
            .filter(open)
            .map(|doubt| doubt_view(cx, &loaded, doubt))
            .collect(),
        open: loaded.content.doubts.iter().filter(open).count(),
        paragraphs: paragraphs(&loaded.text, marks(&loaded.content)),
        sections: sections(cx, &loaded, &names, &editing),
        loose: loaded.content.targets.iter().filter(|target| target.item.is_none()).map(target).collect(),
        proposed,
        chosen: choices(cx, &loaded),
        editing: &editing,
    };
    let title = if plan.title.is_empty() { cx.t("plan-untitled") } else { plan.title.clone() };
    cx.page(desk(title).wide().of_form(&form), page)
}

fn choices(cx: &Cx, loaded: &Loaded) -> Choices {
    let none = || vec![(String::new(), cx.t("plan-none-chosen"))];
    let mut sections = none();
    sections
        .extend(loaded.content.sections.iter().map(|section| (section.title.clone(), section.title.clone())));
    let mut items = none();
    let of = |item: &Item| (item.id.to_string(), format!("{}. {}", item.n, item.title));
    items.extend(loaded.content.items.iter().map(of));
    let mut all = none();
    let unit = |unit: &Unit| (unit.id.to_string(), unit.name.clone());
    all.extend(loaded.suggestions.iter().map(unit));
    let rest = loaded.units.iter().filter(|unit| !loaded.suggestions.iter().any(|known| known.id == unit.id));
    all.extend(rest.map(unit));
    let kinds = units::UnitKind::ALL.iter().map(|kind| kind.code()).filter(|code| *code != "district");
    Choices {
        kinds: super::options(cx, "plan-kind-", crate::item::ITEM_KINDS.map(|(_, code)| code)),
        sections,
        items,
        units: all,
        unit_kinds: super::options(cx, "unit-kind-", kinds),
        hows: super::options(cx, "plan-how-", super::review_names::HOWS),
        target: super::review_targets::TargetChoices::new(cx),
    }
}

/// `POST .../publication`
pub async fn publish(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let version = form.count("version")?.unwrap_or(0);
    let id = PlanId::from(id);
    let of = id.clone();
    let done = cx.submit(&form, move |tx, by| {
        plans::publish(tx, by, &of, version)?;
        Ok(format!("/desk/plan?plan={of}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, Editing::default(), form.refused(refusal)?).await,
    }
}

/// `POST .../removal`
pub async fn discard(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = PlanId::from(id);
    let of = id.clone();
    let done = cx.submit(&form, move |tx, by| {
        plans::discard(tx, by, &of)?;
        Ok("/desk/plan/documents".to_owned())
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, Editing::default(), form.refused(refusal)?).await,
    }
}
