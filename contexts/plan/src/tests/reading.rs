//! From a file to a draft, on both databases.

use kernel::Refusal;
use plan_doc::ItemKind;
use testkit::both;

use super::{Cast, STREAMS, TEXT, keys, reason};
use crate::actions::documents::{self, Outcome, Received};
use crate::understanding::Unsuitable;
use crate::{DocumentState, Holder, SectionKind, store};

#[test]
fn the_demonstration_plan_becomes_a_draft_with_every_unit_known() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let content = cast.content(db, &id);
        let n = |kind| content.items.iter().filter(|item| item.kind == kind).count();
        assert_eq!((n(ItemKind::Goal), n(ItemKind::Measure), n(ItemKind::Safeguard)), (4, 32, 6));
        assert_eq!(content.targets.len(), 10);
        let sections = |kind| content.sections.iter().filter(|section| section.kind == kind).count();
        assert_eq!((sections(SectionKind::Action), sections(SectionKind::Project)), (5, 5));
        let open: Vec<&str> = content
            .items
            .iter()
            .flat_map(|item| &item.duties)
            .filter(|duty| duty.holder == Holder::Unmatched)
            .map(|duty| duty.name.as_str())
            .collect();
        assert_eq!(open, Vec::<&str>::new());
        let plan = cast.plan(db, &id);
        assert_eq!(plan.title, "麒麟区全民科学素质行动实施方案");
        assert_eq!(plan.period.map(|period| (period.from, period.to)), Some((2021, 2025)));
    });
}

#[test]
fn measures_are_numbered_as_people_quote_them_and_safeguards_follow() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let items = cast.content(db, &id).items;
        let numbers: Vec<i64> = items.iter().map(|item| item.n).collect();
        assert_eq!(numbers, (1..=42).collect::<Vec<i64>>());
        assert!(items[..36].iter().all(|item| matches!(item.kind, ItemKind::Goal | ItemKind::Measure)));
        assert_eq!(items[16].title, "加强老年人健康科普服务");
    });
}

#[test]
fn the_same_file_again_changes_nothing_and_leads_to_the_first() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.draft(db);
        let bytes = TEXT.as_bytes().to_vec();
        let again = cast.act(db, move |tx, by| documents::receive(tx, by, "别名.txt", &bytes)).unwrap();
        let all = cast.act(db, |tx, by| Ok(store::list_documents(tx, by.district())?)).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(again, Received::Known(all[0].id.clone()));
        assert_eq!(all[0].name, "方案.txt");
    });
}

#[test]
fn the_same_words_in_another_file_make_no_second_draft() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.draft(db);
        assert_eq!(cast.upload(db, &TEXT.replace('\n', "\r\n")), None);
        let plans = cast.act(db, |tx, by| Ok(store::list_plans(tx, by.district())?)).unwrap();
        assert_eq!(plans.len(), 1);
        let all = cast.act(db, |tx, by| Ok(store::list_documents(tx, by.district())?)).unwrap();
        let said = all
            .iter()
            .any(|one| matches!(&one.state, DocumentState::Refused { reason, .. } if reason == "same-words"));
        assert!(said, "{all:?}");
    });
}

#[test]
fn what_is_no_plan_is_refused_with_its_reason_and_makes_no_draft() {
    let law = "科学技术普及条例\n第一章 总则\n第一条 为了实施科教兴国战略，制定本条例。\n第二条 本条例适用于普及科学技术知识的活动。\n第三条 国家机关应当支持科普工作。\n第四条 违反本条例的，依法处理。\n";
    assert_eq!(reason(&documents::understand("法.txt", law.as_bytes())), "not-law");
    assert!(reason(&documents::understand("a.txt", b"hello")).starts_with("not-"));
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        assert_eq!(cast.upload(db, law), None);
        assert_eq!(cast.act(db, |tx, by| Ok(store::list_plans(tx, by.district())?)).unwrap(), []);
    });
}

#[test]
fn nothing_and_too_much_are_refused_before_anything_is_kept() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let empty = cast.act(db, |tx, by| documents::receive(tx, by, "a.txt", b"")).unwrap_err();
        assert_eq!(keys(&empty), ["plan-file-empty"]);
        let large = vec![b'x'; documents::MAX_BYTES + 1];
        let large = cast.act(db, move |tx, by| documents::receive(tx, by, "a.txt", &large)).unwrap_err();
        assert_eq!(keys(&large), ["plan-file-too-large"]);
        assert_eq!(cast.act(db, |tx, by| Ok(store::list_documents(tx, by.district())?)).unwrap(), []);
    });
}

#[test]
fn only_those_who_keep_the_plan_bring_documents() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let refused = super::as_caller(db, &cast.editor, |tx, by| documents::receive(tx, by, "a.txt", b"x"));
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
    });
}

#[test]
fn a_reading_ends_once() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast
            .act(db, |tx, by| match documents::receive(tx, by, "a.txt", b"abc")? {
                Received::New(id) | Received::Known(id) => Ok(id),
            })
            .unwrap();
        let refused = Outcome::Refused(Unsuitable { reason: "not-prose".into(), args: Vec::new() });
        let (first, second) = (id.clone(), id);
        let outcome = refused.clone();
        cast.act(db, move |tx, by| documents::finish(tx, by, &first, &outcome)).unwrap();
        let again = cast.act(db, move |tx, by| documents::finish(tx, by, &second, &refused)).unwrap_err();
        assert_eq!(keys(&again), ["plan-document-ended"]);
    });
}
