//! What the side-by-side page shows of sections, items, doubts and targets.

use std::collections::BTreeMap;

use kernel::UnitId;
use web::Cx;

use super::review::{Editing, Loaded};
use crate::marked::{Mark, MarkKind};
use crate::{Content, Holder, Item, Target};

/// A section with its items.
pub(crate) struct SectionView<'a> {
    pub chapter: &'a str,
    pub title: &'a str,
    pub items: Vec<ItemView<'a>>,
}

/// An item as it was understood.
pub(crate) struct ItemView<'a> {
    pub item: &'a Item,
    pub kind: String,
    pub leads: Vec<(String, bool)>,
    pub supports: Vec<(String, bool)>,
    pub doubts: Vec<DoubtView>,
    pub targets: Vec<TargetView>,
    pub edited: bool,
}

/// Something unsure, with its reason in words.
#[derive(Clone)]
pub(crate) struct DoubtView {
    pub id: String,
    pub n: i64,
    pub words: String,
    pub blocking: bool,
    pub settled: bool,
    pub href: String,
}

/// A target as it was understood.
pub(crate) struct TargetView {
    pub id: String,
    pub n: i64,
    pub subject: String,
    pub words: String,
    pub confirmed: bool,
    pub edited: bool,
    pub sentence: String,
}

/// Where items, targets and open doubts stand in the text.
pub(crate) fn marks(content: &Content) -> Vec<Mark> {
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

pub(crate) fn sections<'a>(
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

pub(crate) fn doubt_view(cx: &Cx, loaded: &Loaded, doubt: &crate::Doubt) -> DoubtView {
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

pub(crate) fn target_view(cx: &Cx, target: &Target, editing: &Editing) -> TargetView {
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
        cx.with("plan-due", &[("due", super::due_words(cx, &promise.due))]),
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
