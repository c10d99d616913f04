//! What a new version changes.

use evidence::DutyRole;
use testkit::both;

use super::{Cast, STREAMS, TEXT};
use crate::actions::{plans, targets};
use crate::diff::{changes, likeness, same_items, same_targets, stretches};
use crate::{Change, PlanState, store};

/// A new version of the demonstration plan: one title reworded, one support dropped, one number
/// raised, one measure gone.
fn second() -> String {
    let text = TEXT.replace("实施智慧助老行动。", "实施智慧助老服务行动。").replace("500人以上", "600人以上");
    let gone = text.lines().position(|line| line.contains("促进“一带一路”科技人文交流")).unwrap();
    let lines: Vec<&str> =
        text.lines().enumerate().filter(|(n, _)| *n != gone).map(|(_, line)| line).collect();
    lines.join("\n").replacen("区教育体育局牵头，区科协配合", "区教育体育局牵头", 1)
}

#[test]
fn a_new_version_keeps_the_ids_of_what_it_continues_and_says_what_it_changes() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let first = cast.published(db);
        let next = cast.upload(db, &second()).unwrap();
        assert_eq!(cast.plan(db, &next).replaces.as_ref(), Some(&first));
        let (old, new) = (cast.content(db, &first), cast.content(db, &next));
        let found = changes((&old.items, &old.targets), (&new.items, &new.targets));
        let mut codes: Vec<&str> = found.iter().map(Change::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes, ["reassigned", "removed", "retargeted", "reworded"], "{found:#?}");
        let kept =
            new.items.iter().filter(|item| old.items.iter().any(|before| before.id == item.id)).count();
        assert_eq!(kept, old.items.len() - 1);
    });
}

#[test]
fn publishing_a_new_version_supersedes_the_old_one_whose_duties_stay_readable() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let first = cast.published(db);
        let before = cast.content(db, &first);
        let next = cast.upload(db, &second()).unwrap();
        cast.publish(db, &next);
        assert!(matches!(cast.plan(db, &first).state, PlanState::Superseded { .. }));
        assert!(cast.plan(db, &next).is_published());
        assert_eq!(cast.content(db, &first), before);
        let purposes = cast.act(db, |tx, by| evidence::purposes::list(tx, by.district())).unwrap();
        assert_eq!(purposes.len(), 31);
    });
}

#[test]
fn what_was_confirmed_stays_confirmed_only_where_the_promise_is_the_same() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let next = cast.upload(db, &second()).unwrap();
        let open: Vec<String> = cast
            .content(db, &next)
            .targets
            .into_iter()
            .filter(|target| target.state.code() == "proposed")
            .map(|target| target.code)
            .collect();
        assert_eq!(open, ["farmers-trained"]);
    });
}

#[test]
fn publishing_tells_the_evidence_measures_with_their_duties_and_confirmed_targets() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let purposes = cast.act(db, |tx, by| evidence::purposes::list(tx, by.district())).unwrap();
        assert_eq!(purposes.len(), 32);
        let health = purposes.iter().find(|purpose| purpose.title == "加强老年人健康科普服务").unwrap();
        assert_eq!(health.code, "17");
        assert!(health.duties.contains(&(cast.unit("health"), DutyRole::Lead)));
        let indicators = cast.act(db, |tx, by| evidence::indicators::list(tx, by.district())).unwrap();
        // Ten targets and four goals to be attested.
        assert_eq!(indicators.len(), 14);
        cast.act(db, plans::register).unwrap();
        let again = cast.act(db, |tx, by| evidence::indicators::list(tx, by.district())).unwrap();
        assert_eq!(again, indicators);
    });
}

#[test]
fn a_target_confirmed_after_publishing_counts_from_then_on() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let published = id.clone();
        cast.act(db, move |tx, by| {
            crate::actions::items::settle_where(tx, by, &published, |_| true)?;
            let version = crate::actions::load(tx, by, &published)?.version;
            plans::publish(tx, by, &published, version)
        })
        .unwrap();
        let n = || cast.act(db, |tx, by| evidence::indicators::list(tx, by.district())).unwrap().len();
        assert_eq!(n(), 4);
        cast.act(db, move |tx, by| {
            let target = store::list_targets(tx, by.district(), &id)?.remove(3);
            targets::confirm(tx, by, &id, &target.id)
        })
        .unwrap();
        assert_eq!(n(), 5);
    });
}

#[test]
fn only_the_words_that_differ_are_marked_and_none_is_lost() {
    let marked = |stretches: &[(String, bool)]| -> Vec<String> {
        stretches.iter().filter(|(_, differs)| *differs).map(|(words, _)| words.clone()).collect()
    };
    let (before, after) =
        stretches("培训农民500人以上，区水务局配合", "培训高素质农民600人以上，区河长办配合");
    assert_eq!(marked(&before), ["500", "水务局"]);
    assert_eq!(marked(&after), ["高素质", "600", "河长办"]);
    for (a, b) in [("", ""), ("", "科普"), ("科普", ""), ("科学", "科学"), ("aba", "ab")] {
        let (before, after) = stretches(a, b);
        let words = |all: Vec<(String, bool)>| all.into_iter().map(|(words, _)| words).collect::<String>();
        assert_eq!((words(before), words(after)), (a.to_owned(), b.to_owned()));
    }
}

#[test]
fn other_words_are_not_shredded_into_letters_that_they_happen_to_share() {
    let before = "城乡之间、老少之间、各民族之间、各镇街之间的差距明显缩小，资源统一调配，活动少走形式、多见实效，各行各业常态联手";
    let after = "科学素质发展不均衡状态明显改善，科普供给侧改革成效明显，科普资源进一步优化整合，协作机制不断完善，质量明显提升";
    let (before, after) = stretches(before, after);
    assert_eq!((before.len(), after.len()), (1, 1), "{before:?}");
}

#[test]
fn likeness_runs_from_nothing_to_the_same() {
    assert!((likeness("科学素质", "科学素质") - 1.0).abs() < 1e-9);
    assert!(likeness("科学素质", "老年健康") < 1e-9);
    assert!(likeness("", "科学") < 1e-9);
    assert_eq!(same_items(&[], &[]), []);
}

#[test]
fn a_target_continues_the_promise_of_its_subject_and_not_the_one_of_its_code() {
    let target = |code: &str, subject: &str| {
        let mut one = first_target();
        one.code = code.to_owned();
        one.promise.subject = subject.to_owned();
        one
    };
    let old = [target("registered", "健康小屋")];
    let new = [target("registered", "便民窗口"), target("registered-2", "健康小屋")];
    assert_eq!(same_targets(&old, &new), [None, Some(0)]);
    let reworded = [target("registered", "社区健康小屋")];
    assert_eq!(same_targets(&old, &reworded), [Some(0)]);
}

#[test]
fn a_draft_that_was_compared_with_another_version_is_not_published() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        cast.published(db);
        let one = cast.upload(db, &second()).unwrap();
        let other = cast.upload(db, &second().replace("600人以上", "700人以上")).unwrap();
        cast.publish(db, &one);
        let version = cast.plan(db, &other).version;
        let refused = cast.act(db, move |tx, by| plans::publish(tx, by, &other, version));
        assert_eq!(super::keys(&refused.unwrap_err()), ["plan-compared-with-another"]);
    });
}

#[test]
fn a_draft_for_other_years_becomes_a_plan_of_its_own_and_moves_no_figure_of_the_old() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let first = cast.published(db);
        let before = cast.content(db, &first);
        let next = cast.upload(db, &second()).unwrap();
        let years = crate::plan::Period::new(2026, 2030).unwrap();
        let (id, title) = (next.clone(), "下一个方案".to_owned());
        cast.act(db, move |tx, by| crate::actions::items::edit_head(tx, by, &id, &title, years)).unwrap();
        assert_eq!(cast.plan(db, &next).replaces, None);
        cast.publish(db, &next);
        assert!(cast.plan(db, &first).is_published(), "both are in force, each for its years");
        let after = cast.content(db, &next);
        assert!(after.items.iter().all(|item| before.items.iter().all(|old| old.id != item.id)));
        assert!(after.targets.iter().all(|one| before.targets.iter().all(|old| old.id != one.id)));
        assert!(after.targets.iter().any(|one| one.item.is_some()));
        assert_eq!(cast.content(db, &first), before);
    });
}

/// Some target, to be given another subject.
fn first_target() -> crate::Target {
    let reading = plan_doc::parse(TEXT);
    let mut id = 0;
    let content = crate::reading::content(&reading, &crate::Content::default(), || {
        id += 1;
        id.to_string()
    });
    content.targets.into_iter().next().unwrap()
}
