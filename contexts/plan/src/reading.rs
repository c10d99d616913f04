//! From what the parser understood to a draft that people correct: pure, ids handed in.

use crate::lexicon;
use evidence::{Kind, Tally};
use kernel::Year;
use plan_doc::{ItemKind, Reading, Role, Span};

use crate::doubt::blocks;
use crate::item::duties;
use crate::plan::Period;
use crate::target::{Counting, Promise, TargetState};
use crate::{Doubt, Duty, Holder, Item, ItemId, Section, SectionKind, Target, TargetId, diff};

/// All that a version of a plan holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Headings between chapter and item.
    pub sections: Vec<Section>,
    /// Its points.
    pub items: Vec<Item>,
    /// Its promises with numbers.
    pub targets: Vec<Target>,
    /// What is unsure.
    pub doubts: Vec<Doubt>,
}

/// The years that a reading found.
pub fn period(reading: &Reading) -> Option<Period> {
    let found = reading.period.as_ref()?;
    Period::new(Year::try_from(found.from).ok()?, Year::try_from(found.to).ok()?).ok()
}

/// Makes the draft. Items and targets that continue one of `before` keep its id; `id`
/// gives fresh ones. Names of units are not looked up here.
pub fn content(reading: &Reading, before: &Content, mut id: impl FnMut() -> String) -> Content {
    let mut items = items(reading);
    let same = diff::same_items(&before.items, &items);
    for (item, same) in items.iter_mut().zip(same) {
        match same.and_then(|at| before.items.get(at)) {
            Some(old) => item.id = old.id.clone(),
            None => item.id = id().into(),
        }
    }
    let mut targets = targets(reading, &items);
    let same = diff::same_targets(&before.targets, &targets);
    for (target, same) in targets.iter_mut().zip(same) {
        match same.and_then(|at| before.targets.get(at)) {
            Some(old) => {
                target.id = old.id.clone();
                // Said again in the same way, what a person confirmed before stays confirmed.
                if old.promise == target.promise {
                    target.state = old.state.clone();
                }
            }
            None => target.id = id().into(),
        }
    }
    let doubts = doubts(reading, &items, &targets, id);
    Content { sections: sections(reading), items, targets, doubts }
}

/// The chapter's title of an index.
fn chapter(reading: &Reading, at: Option<usize>) -> String {
    at.and_then(|at| reading.chapters.get(at)).map_or_else(String::new, |heading| heading.title.clone())
}

fn section(reading: &Reading, at: Option<usize>) -> String {
    at.and_then(|at| reading.sections.get(at))
        .map_or_else(String::new, |section| section.heading.title.clone())
}

fn sections(reading: &Reading) -> Vec<Section> {
    (1..)
        .zip(&reading.sections)
        .map(|(n, section)| Section {
            n,
            chapter: chapter(reading, section.chapter),
            title: section.heading.title.clone(),
            kind: SectionKind::of_title(&section.heading.title),
            span: Some(section.heading.span),
        })
        .collect()
}

fn items(reading: &Reading) -> Vec<Item> {
    numbers(reading)
        .into_iter()
        .zip(&reading.items)
        .map(|(n, item)| Item {
            id: ItemId::from(""),
            n,
            chapter: chapter(reading, item.chapter),
            section: section(reading, item.section),
            kind: item.kind,
            title: item.title.clone(),
            body: item.body.clone(),
            span: Some(item.title_span),
            duties: duties_of(item),
        })
        .collect()
}

/// Goals and measures are counted through the document first, as people quote them; safeguards
/// follow, then what is only described.
fn numbers(reading: &Reading) -> Vec<i64> {
    let rank = |kind: ItemKind| match kind {
        ItemKind::Goal | ItemKind::Measure => 0,
        ItemKind::Safeguard => 1,
        ItemKind::Principle => 2,
    };
    let mut order: Vec<(usize, i32)> = reading.items.iter().map(|item| rank(item.kind)).enumerate().collect();
    order.sort_by_key(|(_, rank)| *rank);
    let mut numbered: Vec<(usize, i64)> = order.into_iter().map(|(at, _)| at).zip(1..).collect();
    numbered.sort_unstable();
    numbered.into_iter().map(|(_, n)| n).collect()
}

fn duties_of(item: &plan_doc::Item) -> Vec<Duty> {
    let of = |role: Role| -> Vec<(String, Holder)> {
        let named = item.duties.iter().filter(|duty| duty.role == role);
        named.map(|duty| (duty.unit.clone(), Holder::Unmatched)).collect()
    };
    duties(of(Role::Lead), of(Role::Support))
}

fn targets(reading: &Reading, items: &[Item]) -> Vec<Target> {
    (1..)
        .zip(&reading.targets)
        .map(|(n, target)| Target {
            id: TargetId::from(""),
            n,
            code: target.id.clone(),
            item: target.item.and_then(|at| items.get(at)).map(|item| item.id.clone()),
            section: section(reading, target.section),
            promise: promise(reading, target),
            sentence: target.sentence.of(&reading.text).trim().to_owned(),
            span: Some(target.span).filter(|span| !span.is_empty()).or(Some(target.sentence)),
            state: TargetState::Proposed,
        })
        .collect()
}

fn promise(reading: &Reading, target: &plan_doc::Target) -> Promise {
    // A plan's promise without a date of its own is due when the plan ends.
    let end = || period(reading).map_or_else(String::new, |period| period.to.to_string());
    Promise {
        kind: target.kind,
        form: target.form,
        subject: target.subject.clone(),
        comparator: target.comparator,
        value: target.value.as_deref().and_then(|value| value.parse().ok()),
        unit: target.unit.clone().unwrap_or_default(),
        per: target.per.clone().unwrap_or_default(),
        due: target.by.clone().unwrap_or_else(end),
        approximate: target.approximate,
        scope: target.scope.clone().unwrap_or_default(),
        strength: target.strength.clone().unwrap_or_default(),
        counting: counting(&target.subject, target.unit.as_deref().unwrap_or_default()),
    }
}

/// What would be counted: a proposal by the words, which a person confirms with the target.
fn counting(subject: &str, unit: &str) -> Counting {
    let tally = if lexicon::PERSONS.contains(&unit) {
        Tally::Persons
    } else if unit.contains(lexicon::PERSON_TIMES) {
        Tally::PersonTimes
    } else {
        Tally::Sessions
    };
    let names = |words: &[&str]| words.iter().any(|word| subject.contains(word));
    let kind = if names(&lexicon::TRAININGS) {
        Some(Kind::Training)
    } else if names(&lexicon::LECTURES) {
        Some(Kind::Lecture)
    } else if names(&lexicon::EXHIBITIONS) {
        Some(Kind::Exhibition)
    } else {
        None
    };
    Counting { tally, kind, group: None }
}

fn doubts(
    reading: &Reading,
    items: &[Item],
    targets: &[Target],
    mut id: impl FnMut() -> String,
) -> Vec<Doubt> {
    let within = |whole: Span, part: Span| !part.is_empty() && whole.contains(part);
    (1..)
        .zip(&reading.doubts)
        .map(|(n, doubt)| {
            let item = reading.items.iter().position(|item| within(item.span, doubt.span));
            let target = reading.targets.iter().position(|target| within(target.sentence, doubt.span));
            Doubt {
                id: id().into(),
                n,
                key: doubt.code.code().to_owned(),
                args: doubt.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
                item: item.and_then(|at| items.get(at)).map(|item| item.id.clone()),
                target: target.and_then(|at| targets.get(at)).map(|target| target.id.clone()),
                span: Some(doubt.span).filter(|span| !span.is_empty()),
                blocking: blocks(doubt.code),
                settled: None,
            }
        })
        .collect()
}
