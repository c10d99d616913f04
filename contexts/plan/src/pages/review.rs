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
use crate::actions::{load, plans};
use crate::marked::{Mark, MarkKind, Paragraph, paragraphs};
use crate::plan::Obstacles;
use crate::{Content, Holder, Item, Plan, PlanId, PlanState, Target, store};

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
    fn edits(&self, what: &str) -> bool {
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
    target: super::review_parts::TargetChoices,
}

struct SectionView<'a> {
    chapter: &'a str,
    title: &'a str,
    items: Vec<ItemView<'a>>,
}

struct ItemView<'a> {
    item: &'a Item,
    kind: String,
    leads: Vec<(String, bool)>,
    supports: Vec<(String, bool)>,
    doubts: Vec<DoubtView>,
    targets: Vec<TargetView>,
    edited: bool,
}

#[derive(Clone)]
struct DoubtView {
    id: String,
    n: i64,
    words: String,
    blocking: bool,
    settled: bool,
    href: String,
}

struct TargetView {
    id: String,
    n: i64,
    subject: String,
    words: String,
    confirmed: bool,
    edited: bool,
    sentence: String,
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

/// Where items, targets and open doubts stand in the text.
fn marks(content: &Content) -> Vec<Mark> {
    let mark = |span, n: i64, letter: &str, kind| {
        Some(Mark { span, anchor: format!("t-{letter}{n}"), leads_to: format!("{letter}{n}"), kind })
            .filter(|_| n > 0)
    };
    let items = content.items.iter().filter_map(|item| mark(item.span?, item.n, "i", MarkKind::Item));
    let targets =
        content.targets.iter().filter_map(|target| mark(target.span?, target.n, "g", MarkKind::Target));
    let doubts = content.doubts.iter().filter(|doubt| doubt.settled.is_none());
    let doubts = doubts.filter_map(|doubt| mark(doubt.span?, doubt.n, "d", MarkKind::Doubt));
    items.chain(targets).chain(doubts).collect()
}

fn sections<'a>(
    cx: &Cx,
    loaded: &'a Loaded,
    names: &BTreeMap<UnitId, &str>,
    editing: &Editing,
) -> Vec<SectionView<'a>> {
    let mut sections: Vec<SectionView<'a>> = Vec::new();
    let mut chapter = "";
    let mut order: Vec<&Item> = loaded.content.items.iter().collect();
    order.sort_by_key(|item| (item.span.map_or(usize::MAX, |span| span.start), item.n));
    for item in order {
        if sections.last().is_none_or(|last| last.title != item.section) {
            let shown = if item.chapter == chapter { "" } else { item.chapter.as_str() };
            chapter = &item.chapter;
            sections.push(SectionView { chapter: shown, title: &item.section, items: Vec::new() });
        }
        let view = item_view(cx, loaded, item, names, editing);
        if let Some(section) = sections.last_mut() {
            section.items.push(view);
        }
    }
    sections
}

fn item_view<'a>(
    cx: &Cx,
    loaded: &Loaded,
    item: &'a Item,
    names: &BTreeMap<UnitId, &str>,
    editing: &Editing,
) -> ItemView<'a> {
    let named = |leading: bool| -> Vec<(String, bool)> {
        let of = item.duties.iter().filter(|duty| crate::item::leads(duty.role) == leading);
        of.map(|duty| match &duty.holder {
            Holder::Unit(unit) => (names.get(unit).copied().unwrap_or(&duty.name).to_owned(), true),
            Holder::Text => (duty.name.clone(), true),
            Holder::Unmatched => (duty.name.clone(), false),
        })
        .collect()
    };
    let doubts = loaded.content.doubts.iter().filter(|doubt| doubt.item.as_ref() == Some(&item.id));
    let targets = loaded.content.targets.iter().filter(|target| target.item.as_ref() == Some(&item.id));
    ItemView {
        item,
        kind: cx.t(&format!("plan-kind-{}", crate::item::item_kind_code(item.kind))),
        leads: named(true),
        supports: named(false),
        doubts: doubts
            .filter(|doubt| doubt.settled.is_none())
            .map(|doubt| doubt_view(cx, loaded, doubt))
            .collect(),
        targets: targets.map(|target| target_view(cx, target, editing)).collect(),
        edited: editing.edits(item.id.as_str()),
    }
}

fn doubt_view(cx: &Cx, loaded: &Loaded, doubt: &crate::Doubt) -> DoubtView {
    let args: Vec<(&str, String)> =
        doubt.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let target = loaded.content.targets.iter().find(|target| Some(&target.id) == doubt.target.as_ref());
    let item = loaded.content.items.iter().find(|item| Some(&item.id) == doubt.item.as_ref());
    let href = match (target, item, doubt.span) {
        (Some(target), ..) => format!("#g{}", target.n),
        (None, Some(item), _) => format!("#i{}", item.n),
        (None, None, Some(_)) => format!("#t-d{}", doubt.n),
        (None, None, None) => String::new(),
    };
    DoubtView {
        id: doubt.id.to_string(),
        n: doubt.n,
        words: cx.with(&format!("plan-doubt-{}", doubt.key), &args),
        blocking: doubt.blocking,
        settled: doubt.settled.is_some(),
        href,
    }
}

fn target_view(cx: &Cx, target: &Target, editing: &Editing) -> TargetView {
    let promise = &target.promise;
    let value = promise.value.map(|value| super::figure(cx, value)).unwrap_or_default();
    let comparator = cx.t(&format!("plan-comparator-{}", crate::target::comparator_word(promise.comparator)));
    let kind = cx.t(&format!("plan-target-kind-{}", promise.kind.code()));
    let form = cx.t(&format!("plan-form-{}", crate::target::form_code(promise.form)));
    let words = [
        kind,
        form,
        format!("{comparator} {value} {}", promise.unit).trim().to_owned(),
        promise.per.clone(),
        cx.with("plan-due", &[("due", promise.due.clone())]),
        promise.strength.clone(),
    ];
    TargetView {
        id: target.id.to_string(),
        n: target.n,
        subject: promise.subject.clone(),
        words: words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · "),
        confirmed: target.state.code() == "confirmed",
        edited: editing.target.as_deref() == Some(target.id.as_str()),
        sentence: target.sentence.clone(),
    }
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
        target: super::review_parts::TargetChoices::new(cx),
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
