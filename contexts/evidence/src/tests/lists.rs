//! The list: each filter gives exactly what it names, each actor what they may see, and the totals
//! line what the cell said that led there.

use db::Db;
use kernel::{Caller, Group, Reach, Role};

use super::cast::{Cast, STREAMS, act, day, form, verified, withdrawn};
use crate::{Filter, Kind, Part, Sums, rules, store};

fn titles(db: &Db, by: &Caller, filter: &Filter) -> Vec<String> {
    let filter = filter.clone();
    let lines = act(db, by, move |tx, by| {
        let reach = rules::reading(&by.actor);
        store::list::page(tx, by.district(), &reach, &filter, (50, 0))
    });
    lines.unwrap().into_iter().map(|line| line.title).collect()
}

fn sums(db: &Db, by: &Caller, filter: &Filter) -> Sums {
    let filter = filter.clone();
    act(db, by, move |tx, by| store::list::sums(tx, by.district(), &Reach::All, &filter)).unwrap().0
}

/// Four deliveries: a lecture; a supported training of farmers in the west; an exhibition of the
/// education bureau; a withdrawn lecture.
fn four(db: &Db, cast: &Cast) {
    let titled = |title: &str| {
        let mut details = cast.lecture();
        details.title = title.into();
        details
    };
    verified(db, cast, &form(titled("讲座一")));
    let mut training = titled("培训二");
    training.kind = Kind::Training;
    training.on = day("2025-03-01");
    training.town = cast.towns[1].clone();
    training.supporters.insert(cast.society.clone());
    training.heads = [(Group::Farmers, 30), (Group::Elderly, 2)].into();
    training.purposes.insert("m2".into());
    verified(db, cast, &form(training));
    let mut exhibition = titled("展览三");
    exhibition.host = cast.education.clone();
    exhibition.kind = Kind::Exhibition;
    exhibition.on = day("2025-06-10");
    let new = form(exhibition);
    let school = cast.by("school", &[(Role::Editor, &cast.education)]);
    act(db, &school, move |tx, by| crate::actions::delivery::record(tx, by, &new)).unwrap();
    let id = verified(db, cast, &form(titled("讲座四")));
    withdrawn(db, cast, &id);
}

#[test]
fn every_filter_gives_exactly_what_it_names_newest_first() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        four(db, &cast);
        let all = Filter::default();
        let cases: Vec<(Filter, &[&str])> = vec![
            (all.clone(), &["展览三", "讲座四", "讲座一", "培训二"]),
            (Filter { purpose: Some("m2".into()), ..all.clone() }, &["培训二"]),
            (Filter { town: Some(cast.towns[1].clone()), ..all.clone() }, &["培训二"]),
            (Filter { unit: Some(cast.society.clone()), ..all.clone() }, &["培训二"]),
            (Filter { unit: Some(cast.society.clone()), part: Some(Part::Organiser), ..all.clone() }, &[]),
            (
                Filter { unit: Some(cast.society.clone()), part: Some(Part::Supporter), ..all.clone() },
                &["培训二"],
            ),
            (Filter { group: Some(Group::Farmers), ..all.clone() }, &["培训二"]),
            (Filter { kind: Some(Kind::Exhibition), ..all.clone() }, &["展览三"]),
            (Filter { state: Some("verified"), ..all.clone() }, &["讲座一", "培训二"]),
            (Filter { state: Some("withdrawn"), ..all.clone() }, &["讲座四"]),
            (Filter { from: Some(day("2025-06-10")), ..all.clone() }, &["展览三"]),
            (Filter { to: Some(day("2025-03-01")), ..all.clone() }, &["培训二"]),
            (Filter { text: "展 览".into(), ..all.clone() }, &["展览三"]),
            (Filter { text: "%".into(), ..all.clone() }, &[]),
            (
                Filter {
                    purpose: Some("m1".into()),
                    town: Some(cast.towns[0].clone()),
                    group: Some(Group::Elderly),
                    state: Some("verified"),
                    ..all
                },
                &["讲座一"],
            ),
        ];
        for (filter, expected) in cases {
            let mut found = titles(db, &cast.coordinator(), &filter);
            if filter == Filter::default() {
                found[1..3].sort();
                assert_eq!(found, ["展览三", "讲座一", "讲座四", "培训二"]);
            } else {
                assert_eq!(found, expected, "{filter:?}");
            }
        }
    });
}

#[test]
fn an_editor_sees_only_what_their_unit_has_a_part_in() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        four(db, &cast);
        assert!(!titles(db, &cast.editor(), &Filter::default()).contains(&"展览三".to_owned()));
        let society = cast.by("s", &[(Role::Editor, &cast.society)]);
        assert_eq!(titles(db, &society, &Filter::default()), ["培训二"]);
        let town = cast.by("w", &[(Role::CommunityWorker, &cast.towns[1])]);
        assert_eq!(titles(db, &town, &Filter::default()), ["培训二"]);
        let viewer = cast.by("v", &[(Role::Viewer, &cast.society)]);
        assert_eq!(titles(db, &viewer, &Filter::default()).len(), 4);
        let nobody = cast.by("n", &[]);
        assert!(titles(db, &nobody, &Filter::default()).is_empty());
    });
}

#[test]
fn the_totals_line_agrees_with_the_cell_that_led_to_the_list() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        four(db, &cast);
        let year = crate::Period::year(2025);
        let groups =
            act(db, &cast.editor(), move |tx, by| crate::totals::by_group(tx, by.district(), None, year));
        for (group, cell) in groups.unwrap() {
            let filter = Filter { group: Some(group), ..year.filter() };
            assert_eq!(sums(db, &cast.coordinator(), &filter), cell, "{group:?}");
        }
        let towns =
            act(db, &cast.editor(), move |tx, by| crate::totals::by_town(tx, by.district(), None, year));
        for (town, cell) in towns.unwrap() {
            let filter = Filter { town: Some(town), ..year.filter() };
            assert_eq!(sums(db, &cast.coordinator(), &filter), cell);
        }
    });
}

#[test]
fn what_waits_is_shown_to_the_second_person_and_never_to_the_first() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        four(db, &cast);
        let waiting = |by: &Caller| {
            let lines = act(db, by, |tx, by| {
                let reach = by.actor.reach(rules::VERIFIERS);
                let account = by.actor.account.clone().unwrap();
                store::list::waiting(tx, by.district(), &reach, &account, 10)
            });
            lines.unwrap().0.len()
        };
        assert_eq!(waiting(&cast.coordinator()), 1);
        assert_eq!(waiting(&cast.verifier()), 0);
        assert_eq!(waiting(&cast.by("school", &[(Role::Coordinator, &cast.society)])), 0);
    });
}
